package screen

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// CleanUps asks which run to clean up, where none was named and several left something
// behind. Where none did it says so, and any key leaves.
type CleanUps struct {
	Env
	still
	menu draw.Menu
	none *run.Ending
}

// NewCleanUps waits for the list of the runs.
func NewCleanUps(e Env) *CleanUps { return &CleanUps{Env: e} }

func (s *CleanUps) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case RunsListed:
		return s.arrived(msg), nil
	case tea.KeyMsg:
		switch {
		case s.none != nil:
			return Quit{}, nil
		case key.Matches(msg, keys.Back):
			return Back{}, nil
		case key.Matches(msg, keys.Quit):
			return Leave{}, nil
		case len(s.menu.Choices) > 0:
			return s.menu.Update(msg), nil
		}
	}
	return nil, nil
}

// arrived offers the runs that left something, the latest first. There is no question
// about the only one; why there is no list is said by who opens a run.
func (s *CleanUps) arrived(msg RunsListed) Action {
	none := run.Ending{Now: "There is nothing to clean up: no recorded run left anything behind."}
	latest := func(a, b steps.Record) int { return b.Started.Compare(a.Started) }
	for _, r := range slices.SortedStableFunc(slices.Values(msg.Records), latest) {
		if r.Problem != "" { // what its run left is not known
			none.Now = "No run whose record can be read left anything behind."
			none.Warnings = append(none.Warnings, r.Problem)
		}
		if len(r.Left) > 0 {
			s.menu.Offer("Clean up "+runName(r), "It left "+policy.Join(r.Left, "and")+".", Choose{Journey: "cleanup", Run: r.Run})
		}
	}
	switch len(s.menu.Choices) {
	case 0:
		if msg.Err != nil {
			return Choose{Journey: "cleanup"}
		}
		s.none = &none
		return Over{none}
	case 1:
		return s.menu.Choices[0].Wants
	}
	return nil
}

func (s *CleanUps) View(width, height int) string {
	p := s.Page(width)
	switch {
	case s.none != nil:
		p.Say(s.Plain, s.none.Now)
		for _, w := range s.none.Warnings {
			p.Marked(draw.MarkLook, w)
		}
		p.Gap().Say(s.Dim, "A run of another computer is found by what is in the two accounts:")
		p.Say(s.Dim, "crossgrant cleanup --bucket BUCKET --customer-profile PROFILE --firm-profile PROFILE")
	case len(s.menu.Choices) == 0:
		p.Say(s.Dim, "Looking for runs that left something behind ...")
	default:
		p.Say(s.Bold, "Which run do you want to clean up?")
		p.Say(s.Plain, "What it created in the two accounts is shown first, then removed.").Gap()
		s.menu.Draw(p, height-len(p.Lines))
	}
	return p.String()
}

func (s *CleanUps) ShortHelp() []key.Binding {
	if s.none != nil {
		return []key.Binding{keys.Any, keys.Help}
	}
	return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Back, keys.Help, keys.Quit}
}

func (s *CleanUps) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
