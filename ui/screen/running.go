package screen

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Running shows a step while it is done, and what it waits for.
type Running struct {
	Env
	still
	title    string
	facts    steps.Facts
	list     []draw.Operation
	tests    []steps.Test // of a check
	wait     *awsops.Wait
	waitFrom time.Time // when the wait began, by our clock
	spin     spinner.Model
	stopping bool
	counting
}

// NewRunning shows what a step is about to do; nothing in the list: it is not
// foreseen, as in taking back.
func NewRunning(e Env, title string, f steps.Facts, list []draw.Operation) *Running {
	return &Running{Env: e, title: title, facts: f, list: slices.Clone(list), spin: spinner.New(spinner.WithSpinner(spinner.Line))}
}

// Tick begins to turn the sign of work under way. The command has a sign of its own: it
// runs beside Update.
func (s *Running) Tick() tea.Cmd { return s.spin.Tick }

// Stopping tells the screen that the work is being stopped.
func (s *Running) Stopping() { s.stopping = true }

// List is what was to be done, with what became of it.
func (s *Running) List() []draw.Operation { return s.list }

// Tests are the requests of a check that came back.
func (s *Running) Tests() []steps.Test { return s.tests }

func (s *Running) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case steps.Started:
		s.sent(msg.Action)
	case steps.Done:
		s.wait = nil
		d := s.sent(msg.Action)
		d.Ended, d.Receipt = true, msg.Receipt
	case steps.Tested:
		s.wait = nil
		s.tests = append(s.tests, msg.Test)
	case steps.Undone:
		s.wait = nil
		if msg.Problem != nil {
			s.sent(msg.Action).Problem = msg.Problem
		}
	case steps.Waiting:
		if s.wait == nil || s.wait.For != msg.Wait.For {
			s.waitFrom = s.Clock().Add(-msg.Wait.Elapsed)
		}
		s.wait = &msg.Wait
	case steps.Failed:
		for i := range s.list {
			if d := &s.list[i]; d.Started && !d.Ended && d.Problem == nil {
				d.Problem = msg.Problem
			}
		}
	case steps.Begun:
		s.begun(msg)
	case steps.Counted:
		s.ended(msg)
	case spinner.TickMsg:
		var cmd tea.Cmd
		s.spin, cmd = s.spin.Update(msg)
		return nil, cmd
	case tea.KeyMsg:
		if key.Matches(msg, keys.Esc) {
			return Stop{}, nil
		}
	}
	return nil, nil
}

// sent is an action that was sent and is not over. One that was not foreseen, as in
// taking back, is added.
func (s *Running) sent(a steps.Action) *draw.Operation {
	does := a.Op.Describe()
	for i := range s.list {
		if d := &s.list[i]; d.As == a.As && d.Does.Summary == does.Summary && !d.Ended && d.Problem == nil {
			d.Started = true
			return d
		}
	}
	s.list = append(s.list, draw.Operation{Action: a, Does: does, Started: true})
	return &s.list[len(s.list)-1]
}

func (s *Running) View(width, height int) string {
	p := s.Page(width)
	p.Say(s.Bold, s.title)
	p.Gap()
	below := s.Page(width)
	switch {
	case s.stopping && s.facts.Journey == "check":
		below.Gap().Behind(s.spin.View()+" ", 2, "Stopping. The test file is deleted first.")
	case s.stopping && s.Buckets > 0:
		below.Gap().Behind(s.spin.View()+" ", 2, "Stopping. What was sent already is in the records of this fleet. What only the tests needed is taken back first.")
	case s.stopping:
		below.Gap().Behind(s.spin.View()+" ", 2, "Stopping. What was sent already is in the record of this run.")
	case s.wait != nil:
		elapsed := max(s.Clock().Sub(s.waitFrom), s.wait.Elapsed)
		code := ""
		if s.wait.Code != "" {
			code = " AWS says " + s.wait.Code + "."
		}
		below.Gap().Behind(s.spin.View()+" ", 2, "Waiting for "+draw.Sentence(s.wait.For)+code)
		why := cmp.Or(s.wait.Why, "AWS takes a few seconds to spread a change.")
		below.Behind("  ", 2, fmt.Sprintf("%s %s so far, %s at most.", why, seconds(elapsed), seconds(s.wait.Limit)))
	default:
		below.Gap().Behind(s.spin.View()+" ", 2, "Working ...")
	}
	many := s.Page(width)
	s.counting.draw(many)
	if len(s.list) > 0 && len(many.Lines) > 0 {
		many.Lines = append([]string{""}, many.Lines...)
	}
	p.Add(s.Operations(s.facts, s.list, width, height-len(p.Lines)-len(many.Lines)-len(below.Lines))...).Add(many.Lines...)
	return p.Add(s.Theme.Tests(s.tests, width)...).Add(below.Lines...).String()
}

func seconds(d time.Duration) string {
	if n := int(d.Round(time.Second).Seconds()); n != 1 {
		return fmt.Sprintf("%d seconds", n)
	}
	return "1 second"
}

func (s *Running) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Esc, "stop"), keys.Help, keys.Interrupt}
}

func (s *Running) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
