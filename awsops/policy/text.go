package policy

import (
	"strings"
	"unicode"
)

// Small words that sentences of every package share, and the parts of an ARN that
// they name.

// Dashed writes a 12-digit account id as people read it, 1111-2222-3333, and any
// other text as it is.
func Dashed(account string) string {
	if len(account) != 12 {
		return account
	}
	return account[:4] + "-" + account[4:8] + "-" + account[8:]
}

// Join writes a list as a sentence does: "a, b and c".
func Join(all []string, conjunction string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.TrimSuffix(strings.Join(all[:last], ", "), ",") + " " + conjunction + " " + all[last]
}

// Capital begins a sentence.
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Unseen tells whether nobody sees a character where a text is shown, or sees something
// else change: a control or format character, a blank other than the space, what has no
// shape of its own, and what Unicode does not know.
func Unseen(r rune) bool {
	const blankBraille = '\u2800'
	return !unicode.IsPrint(r) || r == blankBraille ||
		r > unicode.MaxLatin1 && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// PartitionOf returns the second field of an ARN, "" for what is not an ARN.
func PartitionOf(arn string) string {
	fields := strings.SplitN(arn, ":", 3)
	if len(fields) < 3 || fields[0] != "arn" {
		return ""
	}
	return fields[1]
}

// AccountOf returns the account in an ARN, "" for one that names none.
func AccountOf(arn string) string {
	if fields := strings.SplitN(arn, ":", 6); len(fields) == 6 {
		return fields[4]
	}
	return ""
}
