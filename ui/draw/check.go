package draw

import (
	"strings"

	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// Tests draws the requests of a check: what became of each, and whether it should have. A
// refusal that should come is no tick.
func (t *Theme) Tests(tests []steps.Test, width int) (lines []string) {
	for _, x := range tests {
		m, said := MarkYes, x.Got
		switch {
		case x.Got == "error":
			m, said = MarkLook, "not answered as S3 does: "+x.Code
		case !x.Passed():
			m, said = MarkLook, x.Got+", and should be "+x.Expected
		case x.Got == "refused":
			m, said = MarkShut, "refused, as it should be"
		}
		line := t.Paint(m) + " " + Fill(x.What, 16) + " " + safe.Line(said)
		lines = append(lines, Cut(line, width))
		if x.Code != "" && !x.Passed() {
			lines = append(lines, Cut(strings.Repeat(" ", 19)+t.Dim.Render(safe.Line(x.Code+", request "+x.RequestID)), width))
		}
	}
	return lines
}

// whoActs are the sides of a verdict in words.
var whoActs = map[string]string{
	"customer":     "The customer, who owns the bucket.",
	"firm":         "The firm: an administrator of the account that the request came from, or whoever sends the files.",
	"both":         "Both sides: the firm's administrator and the bucket's owner.",
	"organisation": "The administrators of the organisation in AWS that has the rule.",
	"network":      "Whoever runs the network of this computer.",
	"here":         "You, on this computer.",
	"unknown":      "That cannot be told from what could be looked at.",
}

// WhoActs says who has to act, "" where nobody has.
func WhoActs(side string) string { return whoActs[side] }
