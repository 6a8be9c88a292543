package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Words puts a statement into a plain sentence or a few: who may do what to
// what, and when. It never guesses: what it does not know it quotes.
func (s Statement) Words() string { return s.WordsOn("") }

// WordsOn is Words for a statement in the policy of a "user", which is the default, or of a
// "role".
func (s Statement) WordsOn(holder string) string {
	who, several, account := s.who(holder)
	what, idle := s.what()
	when := allOf(s.Condition)
	var text string
	switch s.Effect {
	case "Allow":
		text = who + " may " + what
		if when != "" {
			text += ", but only if " + when
		}
	case "Deny":
		may := who + " may not "
		if but, all := strings.CutPrefix(who, everyoneInWords); all {
			may = "nobody" + but + " may "
		} else if but, most := strings.CutPrefix(who, "everyone except "); most {
			may = "nobody except " + but + " may "
		} else if who == "nobody" {
			may = "it is forbidden to nobody to "
		}
		text = may + what + ", whatever else allows it"
		if strings.HasPrefix(when, together) {
			text += ", when " + when
		} else if when != "" {
			text = "when " + when + ", " + text
		}
	default:
		text = fmt.Sprintf("AWS knows no effect %q; the statement is about whether %s may %s", s.Effect, who, what)
	}
	text = Capital(text) + "."
	for _, t := range idle {
		text += " Nothing of this can be done to " + t + ", which it also names."
	}
	if s.Effect == "Allow" && account {
		its := "Its administrator decides which of its users may."
		if several {
			its = "Where an account is named, its administrator decides which of its users may."
		}
		text += " " + its
	}
	if s.Effect == "Deny" && s.NotPrincipal != nil && !s.NotPrincipal.Everyone {
		text += " A user or role is spared only if its account is named too, and an account that is named alone spares its root user alone."
	}
	for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
		for _, id := range p.deleted() {
			text += fmt.Sprintf(" The entry %q is what AWS shows of a user or role that was deleted: it is about nobody.", id)
		}
	}
	for _, m := range s.extra {
		text += fmt.Sprintf(" It also says %q: %s.", m.name, m.value)
	}
	return text
}

// who names the principals, and tells whether there are several and whether an
// account is among them.
func (s Statement) who(holder string) (words string, several, account bool) {
	switch {
	case s.Principal != nil:
		all, account := s.Principal.words()
		return Join(all, "and"), len(all) > 1, account
	case s.NotPrincipal != nil:
		all, _ := s.NotPrincipal.words()
		return "everyone except " + Join(all, "and"), true, false
	}
	return "the " + cmp.Or(holder, "user") + " with this policy", false, false
}

// deleted are the entries of those who are no more.
func (p *Principal) deleted() []string {
	if p == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.AWS.Values), func(v string) bool { return !isUniqueID(v) })
}

func (p Principal) words() (all []string, account bool) {
	if p.Everyone {
		return []string{everyoneInWords}, false
	}
	if p.word != nil {
		return []string{fmt.Sprintf("%q", *p.word)}, false
	}
	for _, v := range p.AWS.Values {
		account = account || isAccount(asAccount(v))
		if !isUniqueID(v) {
			all = append(all, principalWords(v))
		}
	}
	for _, v := range p.Service.Values {
		all = append(all, fmt.Sprintf("the AWS service %q", v))
	}
	for _, v := range p.Federated.Values {
		all = append(all, fmt.Sprintf("those who sign in through %q", v))
	}
	for _, v := range p.CanonicalUser.Values {
		all = append(all, fmt.Sprintf("the account with the canonical id %q", v))
	}
	for _, m := range p.extra {
		all = append(all, fmt.Sprintf("%q %s", m.name, m.value))
	}
	if len(all) == 0 {
		all = []string{"nobody"}
	}
	return all, account
}

const everyoneInWords = "everyone, even without an AWS account,"

func principalWords(v string) string {
	if v == "*" {
		return everyoneInWords
	}
	if id := asAccount(v); isAccount(id) {
		return "the account " + Dashed(id)
	}
	prefix, name := splitARN(v)
	fields := strings.Split(prefix, ":")
	kind, rest, _ := strings.Cut(name, "/")
	if len(fields) == 6 && isAccount(fields[4]) && plainText(rest) {
		last := rest[strings.LastIndexByte(rest, '/')+1:]
		of := " of the account " + Dashed(fields[4])
		switch fields[2] + " " + kind {
		case "iam user":
			return "the user " + rest + of // with its path: another user may be meant without
		case "iam role":
			return "the role " + last + of
		case "sts assumed-role":
			role, session, _ := strings.Cut(rest, "/")
			return "the session " + session + " of the role " + role + of
		}
	}
	return fmt.Sprintf("%q", v)
}

// plainText tells names that need no quotation marks.
func plainText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return notAlphanumeric(r) && !strings.ContainsRune("+=,.@-_/", r) })
}

// target is a part of what a statement is about.
type target struct {
	what    string // "the files in ", and all of it where the bucket has no name
	bucket  string
	it, its string // where it was just named
	level   Level  // what can be done to it, 0 for nothing that S3 does
	wide    bool   // every bucket and what is in it
}

// in names a target in full. The one bucket that was named before is "it".
func (t target) in(named *[]string) string {
	where := ""
	switch {
	case t.bucket == "":
	case t.level == OnObject && len(*named) == 1 && (*named)[0] == t.bucket:
		where = "it"
	default:
		where = "the bucket " + t.bucket
		if !slices.Contains(*named, t.bucket) {
			*named = append(*named, t.bucket)
		}
	}
	return t.what + where
}

// at names a target where something of one level is done to it.
func (t target) at(level Level, named *[]string) string {
	switch {
	case !t.wide:
		return t.in(named)
	case level == OnBucket:
		return "every bucket"
	}
	return "the files in every bucket"
}

// deed is what an action does, %s standing for the target; the second is for a
// target that was just named and takes "it" for %[1]s and "its" for %[2]s.
type deed struct {
	level        Level
	first, after string
}

var deeds = map[string]deed{
	"s3:listbucket":                 {OnBucket, "list %s", "list %[1]s"},
	"s3:listbucketversions":         {OnBucket, "list the versions of files in %s", "list the versions of files in %[1]s"},
	"s3:getbucketlocation":          {OnBucket, "see the region of %s", "see %[2]s region"},
	"s3:getlifecycleconfiguration":  {OnBucket, "see the lifecycle rules of %s", "see %[2]s lifecycle rules"},
	"s3:listbucketmultipartuploads": {OnBucket, "list the unfinished uploads to %s", "list the unfinished uploads to %[1]s"},
	"s3:getbucketpolicy":            {OnBucket, "see the policy of %s", "see %[2]s policy"},
	"s3:putbucketpolicy":            {OnBucket, "change the policy of %s", "change %[2]s policy"},
	"s3:deletebucketpolicy":         {OnBucket, "delete the policy of %s", "delete %[2]s policy"},
	"s3:getbucketacl":               {OnBucket, "see the permissions of %s", "see %[2]s permissions"},
	"s3:putbucketacl":               {OnBucket, "set the permissions of %s", "set %[2]s permissions"},
	"s3:deletebucket":               {OnBucket, "delete %s", "delete %[1]s"},
	"s3:getobject":                  {OnObject, "read %s", "read %[1]s"},
	"s3:getobjectversion":           {OnObject, "read old versions of %s", "read old versions of %[1]s"},
	"s3:getobjectacl":               {OnObject, "see the permissions of %s", "see %[2]s permissions"},
	"s3:putobject":                  {OnObject, "write %s", "write %[1]s"},
	"s3:putobjectacl":               {OnObject, "set the permissions of %s", "set %[2]s permissions"},
	"s3:deleteobject":               {OnObject, "delete %s", "delete %[1]s"},
	"s3:deleteobjectversion":        {OnObject, "delete versions of %s for good", "delete versions of %[1]s for good"},
	"s3:abortmultipartupload":       {OnObject, "break off uploads of %s", "break off uploads of %[1]s"},
	"s3:listmultipartuploadparts":   {OnObject, "list the parts of uploads of %s", "list the parts of uploads of %[1]s"},
	"kms:generatedatakey":           {onKey, "encrypt with %s", "encrypt with %[1]s"},
	"kms:decrypt":                   {onKey, "decrypt with %s", "decrypt with %[1]s"},
}

// onKey is the level of actions on a key of KMS.
const onKey = OnOther << 1

// what names the actions and what they are done to: the bucket's first, then the
// files', then those that fit none of the targets. idle are the targets to which none of
// the actions can be done, of buckets that are not named otherwise.
func (s Statement) what() (words string, idle []string) {
	if len(s.Action.Values) == 1 && strings.EqualFold(s.Action.Values[0], "sts:AssumeRole") && s.Resource.Values == nil && s.NotResource.Values == nil {
		return "assume the role", nil // that has this trust policy
	}
	targets, everything := s.targets(), "do everything"
	if s.Effect == "Deny" { // "may not do everything" would leave room for some
		everything = "do anything"
	}
	if s.NotAction.Values != nil {
		return everything + " except " + quoted(s.NotAction.Values, "and") + " with " + full(targets), nil
	}
	if slices.Contains(s.Action.Values, "*") {
		return everything + " with " + full(targets), nil
	}
	if len(s.Action.Values) == 0 {
		return "do nothing with " + full(targets), nil
	}
	if slices.ContainsFunc(s.Action.Values, func(v string) bool { return strings.EqualFold(v, "s3:*") }) {
		if rest := slices.DeleteFunc(slices.Clone(s.Action.Values), ofS3); len(rest) > 0 {
			words = " and use " + quoted(rest, "and") + " on " + full(targets)
		}
		for i := range targets {
			if targets[i].what == "everything" {
				targets[i].what += " in Amazon S3"
			}
		}
		return everything + " with " + full(targets) + words, nil
	}
	var all, rest, named []string
	used, done := make([]bool, len(targets)), map[string]bool{}
	for _, level := range []Level{OnBucket, OnObject, onKey} {
		for i, t := range targets {
			again := false
			for _, action := range s.Action.Values {
				d, known := deeds[strings.ToLower(action)]
				if !known || d.level != level || t.level&level == 0 {
					continue
				}
				if again {
					all = append(all, fmt.Sprintf(d.after, t.it, t.its))
				} else {
					all = append(all, fmt.Sprintf(d.first, t.at(level, &named)))
				}
				again, used[i], done[action] = true, true, true
			}
		}
	}
	for _, action := range s.Action.Values {
		if !done[action] {
			rest = append(rest, action)
		}
	}
	if rest != nil {
		return Join(append(all, "use "+quoted(rest, "and")+" on "+full(targets)), "and"), nil
	}
	for i, t := range targets {
		if !used[i] && (t.bucket == "" || !slices.Contains(named, t.bucket)) {
			idle = append(idle, t.in(new([]string)))
		}
	}
	return Join(all, "and"), idle
}

func ofS3(action string) bool { return len(action) > 3 && strings.EqualFold(action[:3], "s3:") }

func (s Statement) targets() []target {
	if s.NotResource.Values != nil {
		return []target{{what: "everything except " + quoted(s.NotResource.Values, "and")}}
	}
	var all []target
	for _, v := range s.Resource.Values {
		bucket, key := bucketAndKey(v)
		prefix, rest, wild := strings.Cut(key, "*")
		t := target{"the files in ", bucket, "them", "their", OnObject, false}
		switch {
		case v == "*":
			t = target{"everything", "", "them", "their", OnBucket | OnObject, true}
		case strings.HasSuffix(v, ":s3:::*"):
			t = target{"every bucket and the files in it", "", "them", "their", OnBucket | OnObject, true}
		case IsKeyARN(v):
			t = target{"the KMS key " + v, "", "it", "its", onKey, false}
		case bucket == "":
			t = target{fmt.Sprintf("%q", v), "", "it", "its", levelOf(v), false}
		case key == "":
			t = target{"", bucket, "it", "its", OnBucket, false}
		case key == "*":
		case wild && rest == "" && !strings.ContainsAny(prefix, "?$"):
			t.what = fmt.Sprintf("the files whose names begin with %q in ", prefix)
		case wild || strings.ContainsAny(key, "?$"):
			t.what = fmt.Sprintf("the files %q in ", key)
		default:
			t = target{fmt.Sprintf("the file %q in ", key), bucket, "it", "its", OnObject, false}
		}
		all = append(all, t)
	}
	// A bucket comes before the files in it, which call it "it".
	slices.SortStableFunc(all, func(a, b target) int { return int(a.level - b.level) })
	if len(all) == 0 {
		return []target{{what: "nothing"}}
	}
	return all
}

// levelOf is what can be done to the resources of an ARN that names no one bucket.
func levelOf(arn string) Level {
	prefix, path := splitARN(arn)
	switch {
	case !strings.Contains(prefix, ":s3:"):
		return 0
	case strings.HasSuffix(prefix, ":s3:::") && strings.Contains(path, "/"):
		return OnObject
	}
	return OnBucket | OnObject
}

// bucketAndKey takes the ARN of a bucket or of files in one apart. A bucket with
// anything but a plain name is "".
func bucketAndKey(arn string) (bucket, key string) {
	prefix, path := splitARN(arn)
	if !strings.HasPrefix(prefix, "arn:") || !strings.HasSuffix(prefix, ":s3:::") {
		return "", ""
	}
	bucket, key, _ = strings.Cut(path, "/")
	if !plainText(bucket) {
		return "", ""
	}
	return bucket, key
}

func full(targets []target) string {
	var all, named []string
	for _, t := range targets {
		all = append(all, t.in(&named))
	}
	return Join(all, "and")
}

func quoted(values []string, conjunction string) string {
	if len(values) == 0 {
		return "nothing"
	}
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = fmt.Sprintf("%q", v)
	}
	return Join(all, conjunction)
}
