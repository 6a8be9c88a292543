package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// heading draws what an action does and who does it.
func (s *stepScreen) heading(p *page, d deed) {
	if len(p.lines) > 0 {
		p.gap()
	}
	who := who(s.facts, d.as) + ":"
	for i, l := range wrap(who+" "+sentence(d.does.Summary), p.width) {
		if rest, ok := strings.CutPrefix(l, who); ok && i == 0 {
			p.add(s.side(d.as.Side()).Render(who) + s.bold.Render(rest))
		} else {
			p.add(s.bold.Render(l))
		}
	}
}

const alreadySo = "There is nothing to do: it is so already."

// changesTab is the difference to what stands now.
func (s *stepScreen) changesTab(width int) []string {
	p := s.page(width)
	for _, d := range s.list {
		s.heading(p, d)
		if d.does.Before != nil || d.does.After != nil {
			p.add(s.diff(d.does.Before, d.does.After)...)
		}
	}
	if len(p.lines) == 0 {
		p.say(s.plain, alreadySo)
	}
	return p.lines
}

// policyTab is each document as it will be.
func (s *stepScreen) policyTab(width int) []string {
	p := s.page(width)
	for _, d := range s.list {
		switch {
		case d.does.After != nil:
			s.heading(p, d)
			p.add(s.json(d.does.After.Indent())...)
		case d.does.Before != nil:
			s.heading(p, d)
			p.say(s.plain, "No policy is left then. This is what goes:")
			p.add(s.json(d.does.Before.Indent())...)
		}
	}
	if len(p.lines) == 0 {
		p.say(s.plain, "This step changes no policy.")
		if d := s.facts.BucketPolicy; d != nil {
			p.gap().say(s.dim, "The policy of the bucket stays:").add(s.json(d.Indent())...)
		}
	}
	return p.lines
}

// wordsTab says statement by statement what the documents mean.
func (s *stepScreen) wordsTab(width int) []string {
	p := s.page(width)
	for _, d := range s.list {
		s.heading(p, d)
		if d.does.After == nil {
			if d.does.Before != nil {
				p.say(s.plain, "No policy is left then.")
			}
			continue
		}
		before := texts(d.does.Before)
		for i, st := range d.does.After.Statements {
			what := "is new"
			if before[alone(st)] {
				what = "stays"
			}
			p.gap().say(s.dim, fmt.Sprintf("Statement %d%s %s:", i+1, sid(st), what))
			p.behind("  ", 2, st.Words())
		}
	}
	if len(p.lines) == 0 {
		p.say(s.plain, alreadySo)
	}
	return p.lines
}

func sid(s policy.Statement) string {
	if s.Sid == "" {
		return ""
	}
	return " (" + s.Sid + ")"
}

// alone is a statement as text.
func alone(s policy.Statement) string { return policy.New(s).Compact() }

// texts are the statements of a document as text.
func texts(d *policy.Document) map[string]bool {
	all := map[string]bool{}
	if d != nil {
		for _, s := range d.Statements {
			all[alone(s)] = true
		}
	}
	return all
}

// commandTab is the same by the aws command, ready to run.
func (s *stepScreen) commandTab(width int) []string {
	var lines []string
	for _, d := range s.list {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		for _, l := range wrap(who(s.facts, d.as)+": "+sentence(d.does.Summary), width-2) {
			lines = append(lines, s.dim.Render("# "+l))
		}
		for l := range strings.SplitSeq(command(s.facts, d), "\n") {
			lines = append(lines, safe.Text(l))
		}
	}
	if len(lines) == 0 {
		return []string{alreadySo}
	}
	return lines
}

// command writes an action as a shell would run it. A secret is a placeholder.
func command(f steps.Facts, x deed) string {
	d := x.does
	var b strings.Builder
	if d.Body != "" {
		fmt.Fprintf(&b, "printf '%%s' %s > %s\n", safe.Word(d.Body), awsops.BodyFile)
	}
	switch x.as {
	case steps.CustomerAdmin:
		b.WriteString("aws --profile " + safe.Word(f.CustomerProfile))
	case steps.FirmAdmin:
		b.WriteString("aws --profile " + safe.Word(f.FirmProfile))
	default:
		person := f.Tester
		if x.as == steps.Writer {
			person = f.Writer
		}
		fmt.Fprintf(&b, "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=\"$SECRET_OF_THAT_KEY\" \\\n  aws", person.Key.ID)
	}
	for i, arg := range d.Command {
		switch {
		case i > 1 && strings.HasPrefix(arg, "--"):
			b.WriteString(" \\\n    " + arg)
		case d.After != nil && arg == d.After.Compact():
			b.WriteString(" " + safe.Word(strings.TrimRight(d.After.Indent(), "\n")))
		default:
			b.WriteString(" " + safe.Word(arg))
		}
	}
	return b.String()
}

func (s *stepScreen) tabWhat() string {
	return [4]string{"change", "policy", "explanation", "command"}[s.tab]
}

// plainTab is what the tab shows, without colour. A policy is the document alone,
// so that it can be used.
func (s *stepScreen) plainTab() string {
	if s.tab == 1 {
		for _, d := range s.list {
			if d.does.After != nil {
				return strings.TrimRight(d.does.After.Indent(), "\n") + "\n"
			}
		}
	}
	return ansi.Strip(strings.Join(s.tabs[s.tab], "\n")) + "\n"
}

// fileName is the name that the tab is saved under.
func (s *stepScreen) fileName() string {
	name := fileName(s.facts, s.change.Step.ID)
	switch s.tab {
	case 1:
		return name + "-policy.json"
	case 3:
		return name + ".sh"
	}
	return name + "-" + s.tabWhat() + ".txt"
}
