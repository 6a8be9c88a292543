package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// stop ends the call under way.
type stop struct{}

func (d deed) mark() mark {
	switch {
	case d.problem != nil:
		return mark{"!", "failed"}
	case d.ended:
		return markDone
	case d.started:
		return markNow
	}
	return markLater
}

// deeds draws actions with what became of each: in full, or where that is too much
// for the height, each on one line.
func (t *theme) deeds(f steps.Facts, list []deed, width, height int) []string {
	full, short := t.page(width), t.page(width)
	at := 0
	for i, d := range list {
		if d.started {
			at = i
		}
		m := d.mark()
		lead := t.paint(m) + " " + t.dim.Render(fill(m.word, 8))
		text := who(f, d.as) + ": " + sentence(done(d.does, d.receipt))
		full.behind(lead, 10, text)
		short.add(cut(lead+safe.Line(text), width))
	}
	if len(full.lines) <= height {
		return full.lines
	}
	return window(short.lines, max(1, height), at)
}

// runningScreen shows a step while it is done, and what it waits for.
type runningScreen struct {
	kit
	still
	title    string
	facts    steps.Facts
	list     []deed
	wait     *awsops.Wait
	waitFrom time.Time // when the wait began, by our clock
	spin     spinner.Model
	stopping bool
}

func newRunning(k kit, title string, f steps.Facts, list []deed) *runningScreen {
	return &runningScreen{kit: k, title: title, facts: f, list: slices.Clone(list), spin: spinner.New(spinner.WithSpinner(spinner.Line))}
}

func (s *runningScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	switch msg := msg.(type) {
	case steps.Started:
		s.begin(msg.Action)
	case steps.Done:
		s.wait = nil
		if d := s.current(); d != nil {
			d.ended, d.receipt = true, msg.Receipt
		}
	case steps.Undone:
		s.wait = nil
		if msg.Problem == nil {
			break
		}
		if s.current() == nil { // it failed before it was sent
			s.begin(msg.Action)
		}
		s.current().problem = msg.Problem
	case steps.Waiting:
		if s.wait == nil || s.wait.For != msg.Wait.For {
			s.waitFrom = s.clock().Add(-msg.Wait.Elapsed)
		}
		s.wait = &msg.Wait
	case steps.Failed:
		if d := s.current(); d != nil {
			d.problem = msg.Problem
		}
	case spinner.TickMsg:
		var cmd tea.Cmd
		s.spin, cmd = s.spin.Update(msg)
		return nil, cmd
	case tea.KeyMsg:
		if key.Matches(msg, keys.esc) {
			return stop{}, nil
		}
	}
	return nil, nil
}

// begin marks the next action; one that was not foreseen, as in taking back, is
// added.
func (s *runningScreen) begin(a steps.Action) {
	for i := range s.list {
		if !s.list[i].started {
			s.list[i].started = true
			return
		}
	}
	s.list = append(s.list, deed{as: a.As, does: a.Op.Describe(), started: true})
}

// current is the action that was begun last and is not over.
func (s *runningScreen) current() *deed {
	for i := len(s.list) - 1; i >= 0; i-- {
		if d := &s.list[i]; d.started && !d.ended && d.problem == nil {
			return d
		}
	}
	return nil
}

func (s *runningScreen) View(width, height int) string {
	p := s.page(width)
	p.say(s.bold, s.title)
	p.gap()
	below := s.page(width)
	switch {
	case s.stopping:
		below.gap().behind(s.spin.View()+" ", 2, "Stopping. What was sent already is in the record of this run.")
	case s.wait != nil:
		elapsed := max(s.clock().Sub(s.waitFrom), s.wait.Elapsed)
		code := ""
		if s.wait.Code != "" {
			code = " AWS says " + s.wait.Code + "."
		}
		below.gap().behind(s.spin.View()+" ", 2, "Waiting for "+sentence(s.wait.For)+code)
		below.behind("  ", 2, fmt.Sprintf("AWS takes a few seconds to spread a change. %s so far, %s at most.", seconds(elapsed), seconds(s.wait.Limit)))
	default:
		below.gap().behind(s.spin.View()+" ", 2, "Working ...")
	}
	p.add(s.deeds(s.facts, s.list, width, height-len(p.lines)-len(below.lines))...)
	return p.add(below.lines...).String()
}

func seconds(d time.Duration) string {
	if n := int(d.Round(time.Second).Seconds()); n != 1 {
		return fmt.Sprintf("%d seconds", n)
	}
	return "1 second"
}

func (s *runningScreen) ShortHelp() []key.Binding {
	return []key.Binding{named(keys.esc, "stop"), keys.help, keys.interrupt}
}

func (s *runningScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
