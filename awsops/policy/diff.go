package policy

import (
	"slices"
	"strings"
)

// A LineKind tells what became of a line of a diff.
type LineKind int

const (
	Kept LineKind = iota
	Added
	Removed
)

// A Line is one line of a diff for people, without its mark.
type Line struct {
	Kind LineKind
	Text string
}

// Diff compares two documents statement by statement, as indented JSON: a
// statement that is unchanged is all kept lines, whatever its place. nil means
// that there is no document.
//
// The kept and the added lines together are the document after, as Indent writes
// it with its statements in a list. Commas do not count: a statement that is
// last no longer is unchanged, and shows the comma that it has now.
func Diff(before, after *Document) []Line {
	if before == nil && after == nil {
		return nil
	}
	old, now := lay(before), lay(after)
	all := diffLines(old.begin, now.begin)
	all = append(all, diffElements(old.head, now.head)...)
	all = append(all, diffLines(old.open, now.open)...)
	all = append(all, diffStatements(old, now)...)
	all = append(all, diffLines(old.close, now.close)...)
	all = append(all, diffElements(old.tail, now.tail)...)
	return append(all, diffLines(old.end, now.end)...)
}

// layout is a document in lines, each part with the commas that it has there.
type layout struct {
	begin, open, close, end []string
	head, tail              []element
	statements              []Statement
	lines                   [][]string // of each statement
}

type element struct {
	name  string
	lines []string
}

// lay returns nothing but empty parts for a document that is not there.
func lay(d *Document) (l layout) {
	if d == nil {
		return l
	}
	for _, e := range [][2]string{{"Version", d.Version}, {"Id", d.ID}} {
		if name, value := e[0], e[1]; value != "" || slices.Contains(d.blank, name) {
			l.head = append(l.head, element{name, lines(quote(name)+": ", quote(value), "  ")})
		}
	}
	for _, m := range d.extra {
		l.tail = append(l.tail, element{m.name, lines(quote(m.name)+": ", string(m.value), "  ")})
	}
	l.begin, l.end = []string{"{"}, []string{"}"}
	l.statements = d.Statements
	for _, s := range d.Statements {
		l.lines = append(l.lines, lines("", s.Compact(), "    "))
	}
	switch {
	case len(d.Statements) > 0:
		l.open, l.close = []string{`  "Statement": [`}, []string{"  ]"}
	case d.Statements != nil:
		l.open = []string{`  "Statement": []`}
	}
	l.commas()
	return l
}

func lines(before, compact, prefix string) []string {
	return strings.Split(prefix+before+indent(compact, prefix), "\n")
}

// commas puts one behind every element and statement but the last.
func (l *layout) commas() {
	var parts [][]string
	for _, e := range l.head {
		parts = append(parts, e.lines)
	}
	if l.close != nil {
		parts = append(parts, l.close)
	} else if l.open != nil {
		parts = append(parts, l.open)
	}
	for _, e := range l.tail {
		parts = append(parts, e.lines)
	}
	for _, all := range [][][]string{parts, l.lines} {
		for i := range len(all) - 1 {
			all[i][len(all[i])-1] += ","
		}
	}
}

// diffElements compares elements of one name.
func diffElements(old, now []element) (all []Line) {
	named := func(elements []element, name string) []string {
		for _, e := range elements {
			if e.name == name {
				return e.lines
			}
		}
		return nil
	}
	for _, e := range now {
		all = append(all, diffLines(named(old, e.name), e.lines)...)
	}
	for _, e := range old {
		if named(now, e.name) == nil {
			all = append(all, mark(Removed, e.lines)...)
		}
	}
	return all
}

// diffStatements goes through the statements in their order after. One that is
// gone is shown behind the one that it stood behind.
func diffStatements(old, now layout) (all []Line) {
	was := pair(old, now)
	gone := func(i int) {
		for ; i < len(old.statements) && !slices.Contains(was, i); i++ {
			all = append(all, mark(Removed, old.lines[i])...)
		}
	}
	gone(0)
	for j, i := range was {
		switch {
		case i < 0:
			all = append(all, mark(Added, now.lines[j])...)
			continue
		case old.statements[i].meaning() == now.statements[j].meaning():
			all = append(all, mark(Kept, now.lines[j])...)
		default:
			all = append(all, diffLines(old.lines[i], now.lines[j])...)
		}
		gone(i + 1)
	}
	return all
}

// pair finds for each statement after the one that it was before, or -1: by Sid,
// by content, then by likeness.
func pair(old, now layout) []int {
	was := slices.Repeat([]int{-1}, len(now.statements))
	match := func(alike func(a, b int) bool) {
		for j := range was {
			for i := 0; i < len(old.statements) && was[j] < 0; i++ {
				if !slices.Contains(was, i) && alike(i, j) {
					was[j] = i
				}
			}
		}
	}
	match(func(i, j int) bool {
		return old.statements[i].Sid != "" && old.statements[i].Sid == now.statements[j].Sid
	})
	before, after := contents(old.statements), contents(now.statements)
	match(func(i, j int) bool { return before[i] == after[j] })
	match(func(i, j int) bool {
		if old.statements[i].Sid != "" && now.statements[j].Sid != "" {
			return false
		}
		same := 0
		for _, line := range diffLines(old.lines[i], now.lines[j]) {
			if line.Kind == Kept {
				same++
			}
		}
		return 10*same >= 6*max(len(old.lines[i]), len(now.lines[j]))
	})
	return was
}

// contents is what each statement means, whatever its Sid.
func contents(statements []Statement) []string {
	all := make([]string, len(statements))
	for i, s := range statements {
		s.Sid = ""
		all[i] = s.meaning()
	}
	return all
}

// diffLines compares lines by their longest common subsequence.
func diffLines(old, now []string) (all []Line) {
	same := func(i, j int) bool { return strings.TrimSuffix(old[i], ",") == strings.TrimSuffix(now[j], ",") }
	common := make([][]int, len(old)+1) // of what is left from i and j on
	for i := range common {
		common[i] = make([]int, len(now)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if same(i, j) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(old) || j < len(now) {
		switch {
		case i < len(old) && j < len(now) && same(i, j):
			all = append(all, Line{Kept, now[j]})
			i, j = i+1, j+1
		case j == len(now) || i < len(old) && common[i+1][j] >= common[i][j+1]:
			all = append(all, Line{Removed, old[i]})
			i++
		default:
			all = append(all, Line{Added, now[j]})
			j++
		}
	}
	return all
}

func mark(kind LineKind, lines []string) []Line {
	all := make([]Line, len(lines))
	for i, line := range lines {
		all[i] = Line{kind, line}
	}
	return all
}
