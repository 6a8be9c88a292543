package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes as AWS counts them. Source: IAM and STS quotas; Adding a bucket policy; AWS KMS quotas.
const (
	MaxBucketBytes  = 20480 // of the compact document
	MaxInlineChars  = 2048  // of all inline policies of one user, without white space
	MaxRoleChars    = 10240 // of all inline policies of one role, without white space
	MaxGroupChars   = 5120  // of all inline policies of one group, without white space
	MaxManagedChars = 6144  // without white space
	MaxKeyBytes     = 32768 // of a key policy
	MaxTrustChars   = 2048  // of a role's trust policy; AWS raises it on request
)

// A Kind tells where a document is to stand.
type Kind int

const (
	BucketPolicy Kind = iota
	InlinePolicy      // of a user
	RolePolicy        // inline, of a role
	GroupPolicy       // inline, of a group
	ManagedPolicy
	TrustPolicy // of a role
	KeyPolicy   // of a key of KMS
)

// A Severity tells what a finding means for the person.
type Severity int

const (
	Note    Severity = iota // worth knowing
	Warning                 // AWS takes it, but it is likely not what is meant
	Refused                 // AWS would refuse the document
)

// A Finding is one thing that Lint noticed.
type Finding struct {
	Rule      string // a short constant name, such as RuleActionResource
	Severity  Severity
	Statement int    // index, or -1 for the whole document
	Text      string // what is wrong, and what to do, in full sentences
}

// The rules of Lint. Those that AWS refuses a document for come first; some of
// them are warnings where only one of S3 and IAM checks. What is of the wrong
// partition is RulePrincipal or RuleResource in a bucket policy, since S3 tells
// no difference, and RulePartition in an identity policy.
const (
	RuleVersion          = "version"
	RuleNoStatement      = "statement-missing"
	RuleEmptyStatement   = "statement-empty"
	RuleEffect           = "effect"
	RuleNoPrincipal      = "principal-missing"
	RulePrincipal        = "principal-invalid"
	RuleIdentity         = "principal-in-identity"
	RuleNoAction         = "action-missing"
	RuleAction           = "action-invalid"
	RuleActionResource   = "action-resource"
	RuleNoResource       = "resource-missing"
	RuleResource         = "resource-invalid"
	RuleCondition        = "condition-invalid"
	RuleConditionAction  = "condition-action" // a key that the action does not have
	RuleDoubledSid       = "sid-duplicate"
	RuleSid              = "sid-invalid"
	RulePartition        = "partition"
	RuleSize             = "too-large"
	RuleCharacter        = "character-invalid"
	RuleUnknownElement   = "unknown-element"
	RuleVariable         = "variable"      // ${...} that nothing will fill in
	RulePublic           = "public"        // open to everyone
	RuleNotPrincipal     = "not-principal" // allows everyone but a few
	RuleUnknownAction    = "action-unknown"
	RuleUnknownCondition = "condition-unknown"
	RuleOwnAccount       = "own-account"
)

// Against says what the document is for.
type Against struct {
	Kind      Kind
	Bucket    string // for a bucket policy, the bucket it stands on
	Partition string // "" when not known
	Account   string // the bucket's, the user's or the role's account, "" when not known
	Others    int    // for an inline policy, the characters of the user's or the role's other ones
}

// Lint returns what AWS would refuse and what is likely a mistake, the worst
// first. It knows the actions of S3 that a bucket policy can name.
func Lint(d Document, a Against) []Finding {
	l := linter{Against: a, document: d, statement: -1}
	l.whole()
	for i, s := range d.Statements {
		l.statement = i
		l.one(s)
	}
	l.statement = -1
	if a.Kind == BucketPolicy {
		_, public := Public(d)
		for _, i := range public {
			l.statement = i
			l.add(RulePublic, Warning, "This statement opens the bucket to everyone. Block Public Access, where it is on, refuses the whole document because of it. Name the accounts that are meant.")
		}
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return int(b.Severity - a.Severity) })
	return l.findings
}

// Chars counts a document as IAM does: without white space outside strings.
func Chars(d Document) int { return utf8.RuneCountInString(d.Compact()) }

// linter collects findings about one document.
type linter struct {
	Against
	document  Document
	statement int
	findings  []Finding
}

func (l *linter) add(rule string, severity Severity, format string, args ...any) {
	l.findings = append(l.findings, Finding{rule, severity, l.statement, fmt.Sprintf(format, args...)})
}

func (l *linter) refuse(rule, format string, args ...any) { l.add(rule, Refused, format, args...) }

func (l *linter) whole() {
	d := l.document
	l.version()
	l.unknown(d.extra, "Version", "Id", "Statement")
	switch {
	case d.Statements == nil:
		l.refuse(RuleNoStatement, "The document has no Statement. Add at least one.")
	case len(d.Statements) == 0:
		l.refuse(RuleEmptyStatement, "The list of statements is empty. Add one, or delete the policy instead.")
	}
	l.sids()
	l.characters()
	l.size()
}

// characters: IAM takes fewer than S3. Source: Name requirements (IAM quotas).
func (l *linter) characters() {
	text := l.document.Compact()
	if at := strings.IndexFunc(text, beyondLatin); at >= 0 && l.Kind != BucketPolicy {
		r, _ := utf8.DecodeRuneInString(text[at:])
		l.refuse(RuleCharacter, "The document holds the character %q (%U), and IAM takes none beyond ÿ (U+00FF) in a policy.", r, r)
	}
}

func beyondLatin(r rune) bool { return r > unicode.MaxLatin1 }

// version: a document without one is of 2008-10-17, in which variables are plain
// text. A managed policy must be of 2012-10-17.
func (l *linter) version() {
	d := l.document
	blank := slices.Contains(d.blank, "Version")
	switch {
	case d.Version == "2012-10-17":
	case d.Version != "2008-10-17" && (d.Version != "" || blank):
		l.refuse(RuleVersion, `Version must be "2012-10-17", not %q. It is the version of the policy language, not a date of yours.`, d.Version)
	case l.Kind == ManagedPolicy:
		l.refuse(RuleVersion, `A managed policy must say "Version": "2012-10-17".`)
	case strings.Contains(d.Compact(), "${"):
		l.add(RuleVersion, Warning, `Without "Version": "2012-10-17" a ${...} is plain text and is not filled in. Set the version, or write the value itself.`)
	case d.Version == "":
		l.add(RuleVersion, Note, `The document does not say "Version": "2012-10-17", so AWS reads it as the older 2008-10-17.`)
	}
}

func (l *linter) sids() {
	first := map[string]int{}
	for i, s := range l.document.Statements {
		l.statement = i
		if before, seen := first[s.Sid]; seen {
			l.refuse(RuleDoubledSid, "Statements %d and %d both have the Sid %q. Give one of them another.", before+1, i+1, s.Sid)
		} else if s.Sid != "" {
			first[s.Sid] = i
		}
		if l.Kind != BucketPolicy && l.Kind != KeyPolicy && strings.ContainsFunc(s.Sid, notAlphanumeric) {
			l.refuse(RuleSid, "The Sid %q may hold only letters and digits (A-Z, a-z, 0-9). Take the rest out.", s.Sid)
		}
	}
	l.statement = -1
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// size: S3 counts bytes; IAM counts characters without white space, and for
// inline policies all those of one user, role or group together.
func (l *linter) size() {
	const advice = "Shorten or combine statements."
	switch bytes, chars := len(l.document.Compact()), Chars(l.document); l.Kind {
	case BucketPolicy:
		if bytes > MaxBucketBytes {
			l.refuse(RuleSize, "The document has %d bytes; a bucket policy may have %d. %s", bytes, MaxBucketBytes, advice)
		}
	case InlinePolicy, RolePolicy, GroupPolicy:
		whose, most := "user", MaxInlineChars
		switch l.Kind {
		case RolePolicy:
			whose, most = "role", MaxRoleChars
		case GroupPolicy:
			whose, most = "group", MaxGroupChars
		}
		if chars+l.Others > most {
			l.refuse(RuleSize, "With this document the %s's inline policies have %d characters together (the others: %d); they may have %d. %s A managed policy may have %d.", whose, chars+l.Others, l.Others, most, advice, MaxManagedChars)
		}
	case KeyPolicy:
		if bytes > MaxKeyBytes {
			l.refuse(RuleSize, "The document has %d bytes; a key policy may have %d. %s", bytes, MaxKeyBytes, advice)
		}
	case TrustPolicy:
		if chars > MaxTrustChars {
			l.refuse(RuleSize, "The document has %d characters; a role's trust policy may have %d. %s", chars, MaxTrustChars, advice)
		}
	case ManagedPolicy:
		if chars > MaxManagedChars {
			l.refuse(RuleSize, "The document has %d characters; a managed policy may have %d. %s", chars, MaxManagedChars, advice)
		}
	}
}

// unknown reports elements that the grammar does not name. Names are exact.
func (l *linter) unknown(extra []member, known ...string) {
	for _, m := range extra {
		meant := ""
		for _, name := range known {
			if distance(strings.ToLower(m.name), strings.ToLower(name), 2) <= 2 {
				meant = fmt.Sprintf(" Perhaps it is meant to be %q.", name)
			}
		}
		l.refuse(RuleUnknownElement, "AWS knows no element %q here.%s", m.name, meant)
	}
}

func (l *linter) one(s Statement) {
	l.unknown(s.extra, "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if s.Effect != "Allow" && s.Effect != "Deny" {
		l.refuse(RuleEffect, `Effect must be "Allow" or "Deny", with a capital letter, not %q.`, s.Effect)
	}
	l.principals(s)
	l.actions(s)
	l.resources(s)
	l.conditions(s)
	l.actionsAgainstResources(s)
	l.variables(s)
}

// variables looks for what a script or template left unfilled.
func (l *linter) variables(s Statement) {
	texts := []string{s.Sid}
	for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
		if p != nil {
			texts = append(texts, p.AWS.Values...)
			texts = append(texts, p.Service.Values...)
		}
	}
	for _, values := range []List{s.Action, s.NotAction, s.Resource, s.NotResource} {
		texts = append(texts, values.Values...)
	}
	for _, c := range s.Condition {
		texts = append(append(texts, c.Key), c.Values.Values...)
	}
	for _, text := range texts {
		for _, v := range unresolved(text) {
			l.add(RuleVariable, Warning, "%s in %q is not a variable of AWS. A script was to put a value there and has not; write the value itself.", v, text)
		}
	}
}

// unresolved returns each ${...} that is not a policy variable. Those name a
// condition key, as ${aws:username} or ${aws:PrincipalTag/team, 'none'}, or are
// ${*}, ${?} or ${$}.
func unresolved(text string) []string {
	var found []string
	for {
		_, after, open := strings.Cut(text, "${")
		if !open {
			return found
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return append(found, "${"+after)
		}
		if name != "*" && name != "?" && name != "$" {
			key, _, _ := strings.Cut(name, ",")
			vendor, attribute, colon := strings.Cut(key, ":")
			if !colon || vendor == "" || attribute == "" || strings.ContainsFunc(attribute[:1], notAlphanumeric) ||
				strings.ContainsFunc(vendor, func(r rune) bool { return notAlphanumeric(r) && r != '.' && r != '-' }) {
				found = append(found, "${"+name+"}")
			}
		}
		text = rest
	}
}
