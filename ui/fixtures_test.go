package ui

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

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
	a.progress = progress{run: "R", at: at, facts: f, states: make([]string, len(a.infos))}
	for i := range at {
		a.progress.states[i] = "done"
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

// atEnd has come to the end of the tour.
func atEnd() *App { return inRun(uitest.Uncoloured(), Options{}, 11) }

// shows looks for texts on the screen, whatever its line breaks.
func shows(t *testing.T, a *App, texts ...string) {
	t.Helper()
	shown := uitest.Flat(uitest.Plain(a.View()))
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			t.Errorf("%q is not on the screen:\n%s", text, a.View())
		}
	}
}
