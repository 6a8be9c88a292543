package policy

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
func Diff(before, after *Document) []Line { panic("policy: Diff") }
