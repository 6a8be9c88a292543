package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// confirmed tells that everything that a clean-up asks for was typed. The change
// itself is still to be shown.
type confirmed struct{ planned plannedMsg }

// A proof is what a person types to show that they mean this very thing.
type proof struct {
	ask, label, wanted string
	account            bool // dashes and blanks do not count
	wrong              string
}

func (p proof) holds(typed string) bool {
	if p.account {
		typed = strings.NewReplacer("-", "", " ", "").Replace(typed)
	}
	return strings.TrimSpace(typed) == p.wanted
}

// proofsFor are what has to be typed before a change of a clean-up is shown.
func proofsFor(f steps.Facts, c steps.Change) []proof {
	account, profile := f.Customer.Account, f.CustomerProfile
	if c.Step.Side == steps.Firm {
		account, profile = f.Firm.Account, f.FirmProfile
	}
	proofs := []proof{{
		ask:     fmt.Sprintf("If you mean this account, type its 12-digit id. It is %s, of the profile %s.", policy.Dashed(account), profile),
		label:   "Account id",
		wanted:  account,
		account: true,
		wrong:   fmt.Sprintf("That is not the id of the %s's account. Nothing was changed.", c.Step.Side),
	}}
	for _, a := range c.Actions {
		if op, ok := a.Op.(awsops.DeleteBucket); ok {
			proofs = append(proofs, proof{
				ask:    fmt.Sprintf("The bucket %s goes too, because crossgrant made it. If you mean that, type its name.", op.Bucket),
				label:  "Bucket",
				wanted: op.Bucket,
				wrong:  "That is not the name of the bucket. Nothing was changed.",
			})
		}
	}
	return proofs
}

// confirmScreen has the account's id typed before a clean-up removes anything in it.
type confirmScreen struct {
	kit
	planned plannedMsg
	behind  screen // where esc leads once something is gone
	proofs  []proof
	at      int
	field   textinput.Model
	wrong   bool
}

func newConfirm(k kit, msg plannedMsg, behind screen) *confirmScreen {
	s := &confirmScreen{kit: k, planned: msg, behind: behind, proofs: proofsFor(msg.facts, msg.change), field: k.Input("")}
	s.field.Focus()
	return s
}

func (s *confirmScreen) Typing() bool { return true }

func (s *confirmScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Esc):
		return goBack{}, nil
	case key.Matches(m, keys.Enter):
		return s.enter(), nil
	}
	s.wrong = false
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return nil, cmd
}

func (s *confirmScreen) enter() action {
	if s.wrong = !s.proofs[s.at].holds(s.field.Value()); s.wrong {
		return nil
	}
	if s.at == len(s.proofs)-1 {
		return confirmed{s.planned}
	}
	s.at++
	s.field.SetValue("")
	return nil
}

func (s *confirmScreen) View(width, height int) string {
	c, ask := s.planned.change, s.proofs[s.at]
	below := s.Page(width).Gap().Say(s.Plain, ask.ask).Gap()
	below.Add(s.Dim.Render(ask.label+": ") + s.field.View())
	if s.wrong {
		below.Marked(draw.MarkLook, ask.wrong)
	}
	below.Gap().Say(s.Dim, "Then you see it all in full, and nothing is removed before you say yes.")
	p := s.Page(width).Say(s.Bold, c.Step.Title)
	p.Say(s.Plain, fmt.Sprintf("This is not a demo. In the %s's account crossgrant is about to do this:", c.Step.Side)).Gap()
	list := s.Page(width)
	for _, d := range s.planned.list {
		list.Behind("- ", 2, d.Does.Summary)
	}
	room := max(1, height-len(p.Lines)-len(below.Lines))
	if len(list.Lines) > room {
		list.Lines = append(list.Lines[:room-1], s.Dim.Render("  ..."))
	}
	return p.Add(list.Lines...).Add(below.Lines...).String()
}

func (s *confirmScreen) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "confirm"), keys.Esc, keys.Interrupt}
}

func (s *confirmScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
