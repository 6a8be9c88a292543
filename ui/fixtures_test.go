package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

// inRun is the wizard in a tour that has come to a step.
func inRun(r *lipgloss.Renderer, o Options, at int) *App {
	o.timer = uitest.Never
	a := newApp(context.Background(), o, r)
	f := uitest.Facts()
	a.answers, a.infos = f.Answers, stepsOf(f.Answers)
	a.customer = screen.Checked{Profile: "acme", ID: f.Customer}
	a.firm = screen.Checked{Profile: "firm", ID: f.Firm}
	a.progress = progress{at: at, Ending: run.Ending{Facts: f}}
	for i, info := range a.infos {
		end := run.StepEnd{Step: info}
		if i < at {
			end.State = "done"
		}
		a.progress.Steps = append(a.progress.Steps, end)
	}
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return a
}

// atStep shows the first step, before it is applied.
func atStep(o Options) *App { return showing(inRun(uitest.Uncoloured(), o, 0), 0) }

// showing shows one of the changes of uitest.
func showing(a *App, change int) *App {
	c := uitest.Changes()[change]
	a.showStep(c, draw.Operations(c.Actions))
	a.guard.up = false
	return a
}
