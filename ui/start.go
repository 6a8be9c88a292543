package ui

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

// chooseJourney is the first choice; run is an earlier one to take back, or to go
// on with.
type chooseJourney struct {
	journey, run string
	resume       bool
	find         bool // a clean-up without a record: look in the accounts
}

// startScreen says what this is and asks what to do.
type startScreen struct {
	kit
	still
	menu
	demo bool
	hint string
}

func newStart(k kit, demo bool, hint string) *startScreen {
	return &startScreen{kit: k, demo: demo, hint: hint, menu: menu{choices: []choice{
		{"Take the tour", "Walks through the whole procedure with test users, shows how and why a request is refused, and takes everything back at the end.", chooseJourney{journey: "tour"}},
		{"Set up the access, and keep it", "Lets one user of the firm write into the customer's bucket, and tests that it works.", chooseJourney{journey: "setup"}},
	}}}
}

func (s *startScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	switch msg := msg.(type) {
	case runsMsg:
		for _, r := range msg.records {
			s.offer(r)
		}
		if !s.demo { // whose accounts are as young as itself
			s.choices = append(s.choices, choice{
				"Clean up after another computer", "Looks in both accounts for what crossgrant made, where this computer has no record of the run.",
				chooseJourney{journey: "cleanup", find: true},
			})
		}
	case tea.KeyMsg:
		if key.Matches(msg, keys.quit, keys.esc) {
			return leave{}, nil
		}
		return s.update(msg), nil
	}
	return nil, nil
}

// offer adds what can be done about an earlier run.
func (s *startScreen) offer(r steps.Record) {
	when := r.Started.Local().Format("2 January 2006 at 15:04")
	name := fmt.Sprintf("the %s of %s", r.Journey, when)
	if r.Unfinished() && r.Ended == "" {
		s.choices = append(s.choices, choice{
			"Go on with " + name, "It stopped half-way. The steps that are done are passed over.",
			chooseJourney{journey: r.Journey, run: r.Run, resume: true},
		})
	}
	if len(r.Left) > 0 {
		text := fmt.Sprintf("What it made in the bucket %s and the two accounts is shown first, then removed.", r.Bucket)
		s.choices = append(s.choices, choice{"Clean up " + name, text, chooseJourney{journey: "cleanup", run: r.Run}})
	}
}

func (s *startScreen) View(width, height int) string {
	p := s.page(width)
	p.say(s.bold, "A firm delivers files into a customer's S3 bucket: two companies, two AWS accounts.")
	p.say(s.plain, "Each account must do its half, and crossgrant leads you through both. It shows every policy before it is applied, and can take back all that it made.")
	if s.demo {
		p.gap().say(s.warn, "This is a demo: AWS is a sandbox inside this program, and no account or profile of yours is touched.")
	}
	p.gap().say(s.dim, "What would you like to do?").gap()
	s.draw(p, height-len(p.lines))
	if hint := s.page(width).gap().say(s.dim, fromOutside).behind("  ", 2, s.hint); s.demo && s.hint != "" && len(p.lines)+len(hint.lines) <= height {
		p.add(hint.lines...)
	}
	return p.String()
}

func (s *startScreen) ShortHelp() []key.Binding {
	return []key.Binding{named(keys.enter, "choose"), move, keys.help, keys.quit}
}

func (s *startScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
