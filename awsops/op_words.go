package awsops

// The change of a policy in one sentence.

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
)

// policyChange puts the difference of two documents into a sentence.
func policyChange(before, after *policy.Document, what string) string {
	switch {
	case after == nil:
		return "Delete " + what
	case before == nil:
		return fmt.Sprintf("Create %s (%s)", what, policy.Count(len(after.Statements), "statement"))
	}
	added, removed := without(*after, *before), without(*before, *after)
	changed := 0
	for i := len(added) - 1; i >= 0; i-- {
		for j, r := range removed {
			if added[i].Sid != "" && added[i].Sid == r.Sid {
				changed++
				added = append(added[:i], added[i+1:]...)
				removed = append(removed[:j], removed[j+1:]...)
				break
			}
		}
	}
	var parts []string
	in, last := "", 0
	for _, p := range []struct {
		n        int
		verb, in string
	}{{len(added), "add", "to"}, {changed, "change", "in"}, {len(removed), "remove", "from"}} {
		if p.n > 0 {
			parts, in, last = append(parts, fmt.Sprintf("%s %d", p.verb, p.n)), p.in, p.n
		}
	}
	switch len(parts) {
	case 0:
		return fmt.Sprintf("Rewrite %s (same meaning)", what)
	case 1:
		return policy.Capital(strings.Fields(parts[0])[0]) + " " + policy.Count(last, "statement") + " " + in + " " + what
	}
	_, noun, _ := strings.Cut(policy.Count(last, "statement"), " ")
	return policy.Capital(policy.Join(parts, "and")) + " " + noun + " in " + what
}

// without returns the statements of d that other has none of the same meaning for.
func without(d, other policy.Document) []policy.Statement {
	var rest []policy.Statement
	for _, s := range d.Statements {
		letter := func(o policy.Statement) bool { return reflect.DeepEqual(s, o) } // as most do, which is soon seen
		meaning := func(o policy.Statement) bool { return policy.Equal(alone(s), alone(o)) }
		if !slices.ContainsFunc(other.Statements, letter) && !slices.ContainsFunc(other.Statements, meaning) {
			rest = append(rest, s)
		}
	}
	return rest
}

func alone(s policy.Statement) policy.Document {
	return policy.Document{Statements: []policy.Statement{s}}
}
