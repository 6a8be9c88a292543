package policy

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Grant is what one company gives the other on one bucket. Both sides' statements, the
// words and what the tests try come from it.
type Grant struct {
	Partition string    `json:"partition"`
	Bucket    string    `json:"bucket"`
	Owner     string    `json:"owner"`          // the customer's account, 12 digits
	Firm      string    `json:"firm"`           // the firm's account, 12 digits
	Grantee   string    `json:"grantee"`        // ARN of the firm's user or role that is to use it
	Access    Access    `json:"access"`         // "" is Article
	Prefix    string    `json:"prefix"`         // of the files' keys; "": all
	Until     time.Time `json:"until,omitzero"` // the last day, any time of it in UTC; zero: no end
	Only      bool      `json:"only,omitempty"` // the grantee alone, not whom the firm's administrator chooses
	Key       string    `json:"key,omitempty"`  // ARN of the KMS key that the bucket's files are encrypted with; "": none
	Part      bool      `json:"-"`              // what was missing of a grant that somebody else gives: it does not tell the terms
}

// Access is what a grant is for.
type Access string

const (
	Article   Access = "article"    // list, read and write, action for action as the article has it
	Deliver   Access = "deliver"    // write, and nothing else
	Add       Access = "add"        // write what is not there yet, and replace nothing
	Read      Access = "read"       // list and read
	ReadWrite Access = "read-write" // list, read and write
)

// Accesses are all of them, the default first.
var Accesses = []Access{Article, Deliver, Add, Read, ReadWrite}

// Words say in a few words what an access allows.
func (a Access) Words() string {
	return map[Access]string{
		Article: "list, read, write, and set permissions", Deliver: "write files, and nothing else",
		Add: "write new files, and replace none", Read: "list and read files", ReadWrite: "list, read and write files",
	}[a]
}

// multipart is what writing a file in parts needs beside s3:PutObject. Source: Multipart
// upload API and permissions (Amazon S3 User Guide).
var multipart = []string{"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}

// objects are the actions on files.
func (g Grant) objects() []string {
	switch g.access() {
	case Deliver, Add:
		return append([]string{"s3:PutObject"}, multipart...)
	case Read:
		return []string{"s3:GetObject"}
	case ReadWrite:
		return append([]string{"s3:GetObject", "s3:PutObject"}, multipart...)
	}
	return []string{"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"}
}

// Actions are those that the grant is for.
func (g Grant) Actions() []string {
	if g.lists() {
		return append([]string{"s3:ListBucket"}, g.objects()...)
	}
	return g.objects()
}

func (g Grant) lists() bool { return g.access() != Deliver && g.access() != Add }

// Writes and Reads tell whether the grantee may do so.
func (g Grant) Writes() bool { return g.access() != Read }

func (g Grant) Reads() bool { return g.lists() }

func (g Grant) access() Access {
	if g.Access == "" {
		return Article
	}
	return g.Access
}

// plain tells that the grant is the article's.
func (g Grant) plain() bool { return g.access() == Article && g.Prefix == "" && !g.Only && !g.Part }

// terms tell two grants of one firm on one bucket apart. When it ends is none of them:
// a later day is the same grant. Anybody can compute them.
func (g Grant) terms() string {
	if g.plain() {
		return ""
	}
	text := fmt.Sprintf("%s\n%s\n", g.access(), g.Prefix)
	if g.Only {
		text += g.Grantee
	}
	if g.Part {
		text += "\npart"
	}
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%x", sum[:4])
}

// Sid is that of the grant's first statement in the bucket's policy; those of its others
// begin with it.
func (g Grant) Sid() string { return SidFirm + g.Firm + g.terms() }

// PolicyName is that of the grantee's inline policy.
func (g Grant) PolicyName() string {
	if g.plain() {
		return "writer-policy"
	}
	return "writer-policy-" + g.Bucket + "-" + g.terms()
}

// ForBucket are the customer's statements: they let the firm's account in. That lets its
// administrators pass the access on; it is not a grant to the root user.
func (g Grant) ForBucket() []Statement {
	if g.plain() {
		s := FirmGrant(g.Partition, g.Firm, g.Bucket)
		s.Condition = g.limits()
		return []Statement{s}
	}
	return g.statements(func(name string, actions []string, resource string, conditions ...Condition) Statement {
		return Statement{
			Sid: g.Sid() + name, Effect: "Allow",
			Principal: &Principal{AWS: one(AccountARN(g.Partition, g.Firm))},
			Action:    list(actions...), Resource: list(resource),
			Condition: append(conditions, g.limits()...),
		}
	})
}

// ForGrantee is the firm's half: the inline policy by which its administrator passes the
// access on. Narrower ones name the bucket's owner, so that a bucket of the same name that
// is somebody else's gets nothing.
func (g Grant) ForGrantee() Document {
	d := g.forGrantee()
	if g.Key != "" {
		d.Statements = append(d.Statements, g.KeyForGrantee())
	}
	return d
}

func (g Grant) forGrantee() Document {
	owner := condition("StringEquals", "s3:ResourceAccount", g.Owner)
	if g.plain() {
		d := WriterPolicy(g.Partition, g.Bucket)
		if g.Bucket == anyBucket {
			d.Statements[0].Condition = []Condition{owner}
		}
		return d
	}
	return New(g.statements(func(name string, actions []string, resource string, conditions ...Condition) Statement {
		return Statement{
			Sid: SidWriter + name, Effect: "Allow", Action: list(actions...), Resource: list(resource),
			Condition: append(conditions, owner),
		}
	})...)
}

// statements are what both sides say, each in its own words.
func (g Grant) statements(say func(name string, actions []string, resource string, conditions ...Condition) Statement) []Statement {
	files := bucketARN(g.Partition, g.Bucket) + "/" + g.Prefix + "*"
	var all []Statement
	if g.access() == Add {
		// A file is created with If-None-Match; its parts, which come before, cannot have it.
		// Source: Enforce conditional writes on Amazon S3 buckets.
		all = append(
			all,
			say("", []string{"s3:PutObject"}, files, condition("Null", "s3:if-none-match", "false")),
			say("Parts", []string{"s3:PutObject"}, files, condition("Bool", "s3:ObjectCreationOperation", "false")),
			say("Uploads", multipart, files),
		)
	} else {
		all = append(all, say("", g.objects(), files))
	}
	if !g.lists() {
		return all
	}
	var within []Condition
	if g.Prefix != "" {
		within = append(within, condition("StringLike", "s3:prefix", g.Prefix+"*"))
	}
	return append(all, say("List", []string{"s3:ListBucket"}, bucketARN(g.Partition, g.Bucket), within...))
}

// limits are the conditions on the whole grant.
func (g Grant) limits() []Condition {
	var all []Condition
	if g.Only {
		all = append(all, condition("ArnEquals", "aws:PrincipalArn", g.Grantee))
	}
	if !g.Until.IsZero() {
		all = append(all, condition("DateLessThan", "aws:CurrentTime", g.Ends().Format(time.RFC3339)))
	}
	return all
}

// Ends is when the last day is over.
func (g Grant) Ends() time.Time {
	return g.Until.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
}

func condition(operator, key, value string) Condition {
	return Condition{Operator: operator, Key: key, Values: one(value)}
}

// Gives puts the grant into a sentence.
func (g Grant) Gives() string {
	verb := map[Access]string{
		Article: "list and read files, write them, and set their permissions,", Deliver: "write files",
		Add: "write new files", Read: "list and read files", ReadWrite: "list, read and write files",
	}[g.access()]
	who := "Users and roles of the account " + Dashed(g.Firm) + " that its administrator chooses"
	if g.Only {
		who = "Only " + principalWords(g.Grantee)
	}
	text := fmt.Sprintf("%s may %s in the bucket %s", who, verb, g.Bucket)
	if g.Prefix != "" {
		text += ", where their names begin with " + g.Prefix
	}
	if !g.Until.IsZero() {
		text += ", until the end of " + g.Until.UTC().Format("2 January 2006") + " (UTC)"
	}
	if g.Key != "" {
		text += ", and for that use the KMS key " + g.Key
	}
	return text + "."
}

// Withholds says what the grant does not allow, for who reviews it.
func (g Grant) Withholds() string {
	not := map[Access][]string{
		Article: {"delete a file"}, Deliver: {"list what is there", "read a file, not even one just written", "delete one"},
		Add: {"list what is there", "read a file, not even one just written", "replace or delete one"}, Read: {"write, replace or delete a file"}, ReadWrite: {"delete a file"},
	}[g.access()]
	not = append(slices.Clone(not), "change a setting of the bucket")
	if g.Prefix != "" {
		not = append(not, "touch a file elsewhere")
	}
	who := "They"
	if g.Only {
		who = "It"
	}
	return who + " may not " + strings.Join(not, "; nor ") + "."
}

// Beyond says what the article's grant would allow and this one does not, "" for nothing.
func (g Grant) Beyond() string {
	var more []string
	for _, a := range []struct{ action, words string }{
		{"s3:ListBucket", "listing the files"},
		{"s3:GetObject", "reading files"},
		{"s3:PutObject", "writing and replacing files"},
		{"s3:PutObjectAcl", "setting the permissions of files"},
	} {
		if !slices.Contains(g.Actions(), a.action) {
			more = append(more, a.words)
		}
	}
	for _, limit := range []struct {
		set   bool
		words string
	}{
		{g.access() == Add, "replacing files"},
		{g.Prefix != "", "all of this elsewhere in the bucket"},
		{g.Only, "all of this to other users and roles of the firm's account"},
		{!g.Until.IsZero(), "all of this after that day"},
	} {
		if limit.set {
			more = append(more, limit.words)
		}
	}
	if more == nil {
		return ""
	}
	return "The article's grant would also allow " + strings.Join(more, "; ") + "."
}

// Sids are those of the grant's statements in the bucket's policy.
func (g Grant) Sids() (sids []string) {
	for _, s := range g.ForBucket() {
		sids = append(sids, s.Sid)
	}
	return sids
}

// In returns the grant's statements in a bucket's policy by their Sids, and whether they
// are all there and mean what the grant says, whenever it ends.
func (g Grant) In(live *Document) (there []Statement, whole bool) {
	whole = true
	for _, want := range g.ForBucket() {
		at := -1
		if live != nil {
			at = slices.IndexFunc(live.Statements, func(s Statement) bool { return s.Sid == want.Sid })
		}
		if at < 0 {
			whole = false
			continue
		}
		is := live.Statements[at]
		there = append(there, is)
		whole = whole && Equal(New(endless(is)), New(endless(want)))
	}
	return there, whole
}

// Ends is when a statement ends, by its condition on the time; zero: never.
func (s Statement) Ends() time.Time {
	for _, c := range s.Condition {
		if c.limitsTime() && len(c.Values.Values) == 1 {
			at, _ := time.Parse(time.RFC3339, c.Values.Values[0])
			return at
		}
	}
	return time.Time{}
}

func (c Condition) limitsTime() bool {
	return c.Operator == "DateLessThan" && strings.EqualFold(c.Key, "aws:CurrentTime")
}

// endless is a statement without the time at which it ends.
func endless(s Statement) Statement {
	s.Condition = slices.DeleteFunc(slices.Clone(s.Condition), Condition.limitsTime)
	if len(s.Condition) == 0 {
		s.Condition = nil
	}
	return s
}

// GrantOf is the grant that a statement of a bucket's policy is a part of, by its Sid and
// by what it says. False: it is none of crossgrant's.
func GrantOf(s Statement, partition, bucket, owner string) (Grant, bool) {
	firm, ours := FirmOf(s.Sid)
	if !ours {
		return Grant{}, false
	}
	for _, c := range s.Condition {
		if c.Operator == "ArnEquals" && strings.EqualFold(c.Key, "aws:PrincipalArn") && len(c.Values.Values) == 1 {
			return grantWith(s, Grant{Partition: partition, Bucket: bucket, Owner: owner, Firm: firm, Grantee: c.Values.Values[0], Only: true})
		}
	}
	return grantWith(s, Grant{Partition: partition, Bucket: bucket, Owner: owner, Firm: firm})
}

func grantWith(s Statement, g Grant) (Grant, bool) {
	prefixes := prefixesOf(s, g)
	for _, g.Access = range Accesses {
		for _, g.Prefix = range prefixes {
			for _, g.Part = range []bool{false, true} {
				if slices.ContainsFunc(g.ForBucket(), func(want Statement) bool {
					return want.Sid == s.Sid && Equal(New(endless(want)), New(endless(s)))
				}) {
					return g, true
				}
			}
		}
	}
	return Grant{}, false
}

// prefixesOf are the prefixes that a statement may be about.
func prefixesOf(s Statement, g Grant) []string {
	found := []string{""}
	for _, r := range s.Resource.Values {
		if key, in := strings.CutPrefix(r, bucketARN(g.Partition, g.Bucket)+"/"); in {
			found = append(found, strings.TrimSuffix(key, "*"))
		}
	}
	for _, c := range s.Condition {
		if strings.EqualFold(c.Key, "s3:prefix") {
			for _, v := range c.Values.Values {
				found = append(found, strings.TrimSuffix(v, "*"))
			}
		}
	}
	return found
}

// GrantFor is the grant for which an inline policy of a user's was written. Whether it is
// the grantee's alone the policy tells only of the article's.
func GrantFor(d Document, partition, firm string) (Grant, bool) {
	if len(d.Statements) == 0 {
		return Grant{}, false
	}
	g := Grant{Partition: partition, Firm: firm}
	var prefixes []string
	for _, s := range d.Statements {
		for _, r := range s.Resource.Values {
			if IsKeyARN(r) {
				g.Key = r
				continue
			}
			bucket, key, _ := strings.Cut(strings.TrimPrefix(r, "arn:"+partition+":s3:::"), "/")
			if g.Bucket != "" && bucket != g.Bucket {
				return Grant{}, false
			}
			g.Bucket, prefixes = bucket, append(prefixes, strings.TrimSuffix(key, "*"))
		}
		for _, c := range s.Condition {
			if strings.EqualFold(c.Key, "s3:ResourceAccount") && len(c.Values.Values) == 1 {
				g.Owner = c.Values.Values[0]
			}
		}
	}
	for _, g.Access = range Accesses {
		for _, g.Prefix = range prefixes {
			for _, g.Only = range []bool{false, true} {
				if Equal(d, g.ForGrantee()) {
					return g, true
				}
			}
		}
	}
	return Grant{}, false
}

// CheckPrefix refuses what cannot be the beginning of keys in a policy.
func CheckPrefix(prefix string) error {
	switch {
	case strings.HasPrefix(prefix, "/"):
		return fmt.Errorf("a prefix does not begin with a slash: %s", strings.TrimLeft(prefix, "/"))
	case strings.ContainsAny(prefix, "*?$"):
		return fmt.Errorf("a prefix holds no *, ? or $, which have meanings of their own in a policy")
	case !utf8.ValidString(prefix), strings.ContainsFunc(prefix, Unseen):
		return fmt.Errorf("a prefix holds only characters that are seen")
	case strings.ContainsFunc(prefix, beyondLatin):
		return fmt.Errorf("a prefix holds only characters that IAM takes in a policy, which are those up to ÿ (U+00FF)")
	case len(prefix) > 512:
		return fmt.Errorf("a prefix has at most 512 bytes")
	}
	return nil
}
