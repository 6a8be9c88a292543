package steps

import (
	"slices"
	"strings"

	"crossgrant/awsops/policy"
)

// Dashed writes a 12-digit account id as people read it: 1111-2222-3333.
func Dashed(account string) string {
	if len(account) != 12 {
		return account
	}
	return account[:4] + "-" + account[4:8] + "-" + account[8:]
}

// list joins words as a sentence does: "a, b and c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func hasSid(d *policy.Document, sid string) bool {
	return d != nil && slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Sid == sid })
}
