// Package ui is what a person sees: a full-screen wizard that leads through a
// journey step by step. It shows every change before it is applied, and decides
// nothing about AWS: what is done, and in which order, is the steps'.
//
// Here is the App with what follows a choice; the screens are in package screen,
// what they are drawn with in draw, and the same without a full screen in plain.
package ui

import (
	"context"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Options are what the wizard needs to know.
type Options struct {
	run.Request // its Journey skips the first screen, its other answers are what is known already

	Fleet    *run.FleetRequest // many buckets, and no other journey; nil: none
	Question steps.Question    // what is known already of a check
	DemoHint string            // how to look at the sandbox from another terminal
	ASCII    bool
	Autoplay time.Duration // in a demo: press the forward key after this long; 0: never
	In       io.Reader     // nil: the terminal
	Out      io.Writer     // nil: standard output
	Still    bool          // nothing moves that does not have to
	Colours  Colours

	colourless bool

	timer    func(time.Duration, tea.Msg) tea.Cmd // nil: tea.Tick's
	patience time.Duration                        // with work that is to stop; 0: 5 s
}

// Run shows the wizard until the person leaves it or ctx ends. It returns what to
// say in the ordinary terminal afterwards, and the exit code.
func Run(ctx context.Context, o Options) (summary string, exitCode int) {
	if o.Out == nil {
		o.Out = os.Stdout
	}
	opts := []tea.ProgramOption{tea.WithAltScreen(), tea.WithoutSignalHandler(), tea.WithOutput(o.Out)}
	if o.In != nil {
		opts = append(opts, tea.WithInput(o.In))
	}
	under, cancel := context.WithCancel(ctx)
	defer cancel()
	r, colourless := o.Colours.renderer(o.Out)
	o.colourless = colourless
	app := newApp(under, o, r)
	p := tea.NewProgram(app, opts...)
	// Quitting restores the terminal in good order, where tea.WithContext kills.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	_, err := p.Run()
	if err == nil && ctx.Err() != nil {
		err = errOutside
	}
	cancel()
	return app.farewell(err, app.calls.settle())
}
