package policy

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
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

// Count writes a number of things: "1 bucket", "2 buckets".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Capital begins a sentence.
func Capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Seen writes a text so that each of its characters is seen: for what would not be, its
// number stands, as <U+202E>, and for a byte that is no character <0x9B>. Shown is better
// than left out: two names that differ only there stay two. Line breaks and tabs stay.
func Seen(text string) string {
	kept := func(r rune) bool { return r == '\n' || r == '\t' || !Unseen(r) }
	if utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !kept(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, "<0x%02X>", text[i])
		case kept(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}

// Unseen tells whether nobody sees a character where a text is shown, or sees something
// else change: a control or format character, what Unicode does not know or leaves to
// others, a blank that is not the space that it looks like, a letter or sign without a
// shape, and what is drawn over the character before it, whatever that is, so that é and
// e with an accent of its own look the same. The marks of one script alone are seen: it
// cannot be read without them.
func Unseen(r rune) bool {
	return !unicode.IsPrint(r) ||
		r > unicode.MaxLatin1 && unicode.In(r, unicode.Inherited, unicode.Me, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, shapeless)
}

// shapeless are letters and signs that Unicode calls neither blank nor ignorable.
var shapeless = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1160, 0x11ff, 1}, // vowels and finals of Hangul: drawn into the letter before them, or not at all
		{0x2800, 0x2800, 1}, // Braille without a dot
		{0xd7b0, 0xd7ff, 1}, // more vowels and finals
		{0xfffc, 0xfffc, 1}, // stands for an object that is not there
	},
	R32: []unicode.Range32{
		{0x13441, 0x13442, 1}, // Egyptian blanks
		{0x16fe4, 0x16fe4, 1}, // Khitan filler
		{0x1d159, 0x1d159, 1}, // a note without a head
	},
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

// IsRoot tells whether an ARN is that of an account's root user.
func IsRoot(arn string) bool { return (&Caller{ARN: arn}).root() }
