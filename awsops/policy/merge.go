package policy

import (
	"regexp"
	"slices"
	"strings"
)

// Merge adds statements to a document: one whose Sid is there already takes that
// one's place, the others go to the end. Every other statement is kept. A nil
// document means that there is none yet. A document that is there keeps its
// version: ours use no variables, so they mean the same under each.
func Merge(live *Document, ours ...Statement) Document {
	if live == nil {
		return Merge(&Document{Version: "2012-10-17"}, ours...)
	}
	merged := *live
	merged.bare = false
	merged.Statements = slices.Clone(live.Statements)
	if merged.Statements == nil {
		merged.Statements = []Statement{}
	}
	for _, s := range ours {
		place := slices.IndexFunc(merged.Statements, func(old Statement) bool { return old.Sid == s.Sid })
		if s.Sid == "" || place < 0 {
			merged.Statements = append(merged.Statements, s)
			continue
		}
		merged.Statements[place] = s
		// A Sid that stands twice, which AWS refuses, must not keep an old grant alive.
		rest := slices.DeleteFunc(merged.Statements[place+1:], func(old Statement) bool { return old.Sid == s.Sid })
		merged.Statements = merged.Statements[:place+1+len(rest)]
	}
	return merged
}

// Remove takes out the statements with these Sids. It returns nil when no
// statement is left, which AWS would refuse as a policy.
func Remove(live *Document, sids ...string) *Document {
	if live == nil {
		return nil
	}
	rest := *live
	rest.Statements = slices.DeleteFunc(slices.Clone(live.Statements), func(s Statement) bool {
		return s.Sid != "" && slices.Contains(sids, s.Sid)
	})
	if len(rest.Statements) == 0 {
		return nil
	}
	return &rest
}

// Own returns the Sids in the document that crossgrant put there, by their
// names, in the document's order.
func Own(d *Document) []string {
	if d == nil {
		return nil
	}
	var sids []string
	for _, s := range d.Statements {
		if _, firm := FirmOf(s.Sid); firm || s.Sid == SidTestUserBucket || s.Sid == SidTestUserObjects {
			sids = append(sids, s.Sid)
		}
	}
	return sids
}

// FirmOf is the account of the firm that a statement of crossgrant's lets in, by its Sid.
func FirmOf(sid string) (account string, ours bool) {
	rest, firm := strings.CutPrefix(sid, SidFirm)
	if !firm || len(rest) < 12 || !isAccount(rest[:12]) || !grantTerms.MatchString(rest[12:]) {
		return "", false
	}
	return rest[:12], true
}

// FirstSid is the Sid of the first statement of the grant that one with this Sid is a part
// of; any other Sid is itself.
func FirstSid(sid string) string {
	if _, ours := FirmOf(sid); !ours {
		return sid
	}
	for _, part := range []string{"Parts", "Uploads", "List"} {
		sid = strings.TrimSuffix(sid, part)
	}
	return sid
}

// grantTerms are what follows the account in a grant's Sids.
var grantTerms = regexp.MustCompile(`^([0-9a-f]{8}(Parts|Uploads|List)?)?$`)

// isAccount tells whether a text is an account id: 12 digits.
func isAccount(id string) bool {
	return len(id) == 12 && strings.Trim(id, "0123456789") == ""
}
