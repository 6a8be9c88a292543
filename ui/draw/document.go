package draw

import (
	"fmt"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/ui/safe"
)

// JSON colours a document's indented text.
func (t *Theme) JSON(text string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimRight(safe.Text(text), "\n"), "\n") {
		lines = append(lines, t.jsonLine(l))
	}
	return lines
}

// jsonLine colours the name of a property, what stands for its value, and the rest.
func (t *Theme) jsonLine(l string) string {
	body := strings.TrimLeft(l, " ")
	indent := l[:len(l)-len(body)]
	if name, value, ok := strings.Cut(body, `": `); ok && strings.HasPrefix(body, `"`) {
		return indent + t.property.Render(name+`"`) + t.bracket.Render(":") + " " + t.jsonValue(value)
	}
	return indent + t.jsonValue(body)
}

func (t *Theme) jsonValue(v string) string {
	bare := strings.TrimRight(v, ",")
	if strings.ContainsAny(v, `"0123456789tfn`) {
		return t.literal.Render(bare) + t.bracket.Render(v[len(bare):])
	}
	return t.bracket.Render(v)
}

// around is how many unchanged lines stand around a change.
const around = 3

// Diff draws the difference of two documents. Long parts that stay are folded.
func (t *Theme) Diff(before, after *policy.Document) []string {
	all := policy.Diff(before, after)
	var lines []string
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].Kind == policy.Kept {
			end++
		}
		if head, tail := min(around, i), min(around, len(all)-end); end-i > head+tail+1 {
			lines = t.diffLines(lines, all[i:i+head])
			lines = append(lines, t.Dim.Render(fmt.Sprintf("  … %d lines that stay as they are", end-i-head-tail)))
			i = end - tail
		}
		for end < len(all) && all[end].Kind != policy.Kept {
			end++
		}
		lines = t.diffLines(lines, all[i:end])
		i = end
	}
	return lines
}

func (t *Theme) diffLines(lines []string, part []policy.Line) []string {
	for _, l := range part {
		text := safe.Text(l.Text)
		switch l.Kind {
		case policy.Added:
			lines = append(lines, t.added.Bold(true).Render("+")+" "+t.jsonLine(text))
		case policy.Removed:
			lines = append(lines, t.removed.Bold(true).Render("-")+" "+t.removed.Render(text))
		default:
			lines = append(lines, t.Dim.Render("  "+text))
		}
	}
	return lines
}
