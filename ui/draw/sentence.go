package draw

import (
	"strings"

	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// Sentence makes a summary without a full stop one.
func Sentence(s string) string {
	s = safe.Line(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

// Who names an actor at the start of a line. The name of a user stays as it is.
func Who(f steps.Facts, a steps.Actor) string {
	name := safe.Line(f.Name(a))
	if rest, ok := strings.CutPrefix(name, "the "); ok {
		return "The " + rest
	}
	return name
}

// SideName is the heading of a group of steps.
func SideName(s steps.Side) string {
	if s == steps.Customer {
		return "CUSTOMER"
	}
	return "FIRM"
}

// InOne is what is the matter and what helps, in one paragraph.
func InOne(p *problem.Error) string {
	said := p.Detail
	for _, f := range p.Fixes {
		said += " " + f
	}
	return said
}

// Trouble adds a problem to a page, with what helps.
func (p *Page) Trouble(problem *problem.Error) *Page {
	p.Marked(MarkLook, Sentence(problem.Summary)).Behind("  ", 2, problem.Detail)
	for _, f := range problem.Fixes {
		p.Behind("  - ", 4, f)
	}
	return p
}
