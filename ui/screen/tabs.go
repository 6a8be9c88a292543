package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
)

// heading draws what an Action does and who does it.
func (s *Step) heading(p *draw.Page, d draw.Operation) {
	if len(p.Lines) > 0 {
		p.Gap()
	}
	who := draw.Who(s.facts, d.As) + ":"
	for i, l := range draw.Wrap(who+" "+draw.Sentence(d.Does.Summary), p.Width) {
		if rest, ok := strings.CutPrefix(l, who); ok && i == 0 {
			p.Add(s.Side(d.As.Side()).Render(who) + s.Bold.Render(rest))
		} else {
			p.Add(s.Bold.Render(l))
		}
	}
}

// nothing says why a change has no operations.
func nothing(c steps.Change) string {
	switch {
	case !c.Step.CleanUp:
		return "Nothing to do: this is already in place."
	case len(c.Stays)+len(c.Notes) > 0:
		return "Nothing can be removed here."
	}
	return "Nothing is left here to remove."
}

// changesTab is the difference to what stands now.
func (s *Step) changesTab(width int) []string {
	p := s.Page(width)
	for _, d := range s.list {
		s.heading(p, d)
		if d.Does.Before != nil || d.Does.After != nil {
			p.Add(s.Diff(d.Does.Before, d.Does.After)...)
		}
	}
	if len(p.Lines) == 0 {
		p.Say(s.Plain, nothing(s.change))
	}
	return p.Lines
}

// policyTab is each document as it will be.
func (s *Step) policyTab(width int) []string {
	p := s.Page(width)
	for _, d := range s.list {
		switch {
		case d.Does.After != nil:
			s.heading(p, d)
			p.Add(s.JSON(d.Does.After.Indent())...)
		case d.Does.Before != nil:
			s.heading(p, d)
			p.Say(s.Plain, "No policy is left then. This is removed:")
			p.Add(s.JSON(d.Does.Before.Indent())...)
		}
	}
	if len(p.Lines) == 0 {
		p.Say(s.Plain, "This step changes no policy.")
		if d := s.facts.BucketPolicy; d != nil {
			p.Gap().Say(s.Dim, "The policy of the bucket stays:").Add(s.JSON(d.Indent())...)
		}
	}
	return p.Lines
}

// wordsTab says statement by statement what the documents mean: what goes and what is
// new, then what stays.
func (s *Step) wordsTab(width int) []string {
	p := s.Page(width)
	if s.tight {
		p.Add(s.why(width)...)
	}
	for _, d := range s.list {
		s.heading(p, d)
		before, after := d.Does.Before, d.Does.After
		holder := string(d.Does.Target.Principal().Kind)
		s.statements(p, holder, before, texts(after), "", "is removed")
		if before != nil && after == nil {
			p.Gap().Say(s.Plain, "No policy is left then.")
		}
		s.statements(p, holder, after, texts(before), "", "is new")
		s.statements(p, holder, after, texts(before), "stays", "")
	}
	if len(s.list) == 0 {
		p.Say(s.Plain, nothing(s.change))
	}
	return p.Lines
}

// statements says what becomes of those of a document that the other document has too,
// and of the rest; "" leaves them out.
func (s *Step) statements(p *draw.Page, holder string, d *policy.Document, other map[string]bool, both, alone string) {
	if d == nil {
		return
	}
	for i, st := range d.Statements {
		what := alone
		if other[text(st)] {
			what = both
		}
		if what != "" {
			p.Gap().Say(s.Dim, fmt.Sprintf("Statement %d%s %s:", i+1, sid(st), what))
			p.Behind("  ", 2, st.WordsOn(holder))
		}
	}
}

func sid(s policy.Statement) string {
	if s.Sid == "" {
		return ""
	}
	return " (" + s.Sid + ")"
}

// text is a statement as text.
func text(s policy.Statement) string { return policy.New(s).Compact() }

// texts are the statements of a document as text.
func texts(d *policy.Document) map[string]bool {
	all := map[string]bool{}
	if d != nil {
		for _, s := range d.Statements {
			all[text(s)] = true
		}
	}
	return all
}

// commandTab is the same by the aws command, ready to run.
func (s *Step) commandTab(width int) []string {
	var lines []string
	for _, d := range s.list {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		for _, l := range draw.Wrap(draw.Who(s.facts, d.As)+": "+draw.Sentence(d.Does.Summary), width-2) {
			lines = append(lines, s.Dim.Render("# "+l))
		}
		lines = append(lines, strings.Split(d.Command(s.facts), "\n")...)
	}
	if len(lines) == 0 {
		return []string{nothing(s.change)}
	}
	return lines
}

func (s *Step) tabWhat() string {
	return [4]string{"explanation", "change", "policy", "command"}[s.tab]
}

// plainTab is what the tab shows, without colour. A policy is the document alone,
// so that it can be used.
func (s *Step) plainTab() string {
	if s.tab == policyTab {
		for _, d := range s.list {
			if d.Does.After != nil {
				return strings.TrimRight(d.Does.After.Indent(), "\n") + "\n"
			}
		}
	}
	return ansi.Strip(strings.Join(s.tabs[s.tab], "\n")) + "\n"
}

// fileName is the name that the tab is saved under.
func (s *Step) fileName() string {
	name := fileName(s.facts, s.change.Step.ID)
	switch s.tab {
	case policyTab:
		return name + "-policy.json"
	case commandTab:
		return name + ".sh"
	}
	return name + "-" + s.tabWhat() + ".txt"
}
