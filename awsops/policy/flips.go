package policy

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Flip is one pair of a principal and an action whose answer a change turns, on the bucket
// or on some file in it, or in another bucket.
type Flip struct {
	Who     string // ARN, "" for an anonymous caller
	Caller  bool   // it is the one who is let through
	Action  string
	Allowed bool // what was refused is allowed; else the other way round
	Given   bool // by the grant: it is what the change is for
}

// Flips decides all that S3 can be asked about the grant's bucket, before and after a change
// of the caller's own policies or of the bucket's: for the caller, for everybody that one of
// the documents names, and for others of either account, of a third and of none. Of all but
// the caller the own policies allow everything, so that the bucket's alone decides. pairs is
// how many pairs of a principal and an action that are.
func (g Grant) Flips(of Request, before, after Policies) (flips []Flip, pairs int) {
	all := slices.Concat(before.statements(), after.statements())
	gone, added := without(before.statements(), after.statements()), without(after.statements(), before.statements())
	changed := slices.Concat(gone, added)
	for i, who := range g.principals(of.Caller, before.Bucket, after.Bucket) {
		was, is := before, after
		if i > 0 {
			was, is = Policies{Identity: everyAction, Bucket: before.Bucket}, Policies{Identity: everyAction, Bucket: after.Bucket}
		}
		e := evaluation{request: &Request{Caller: who}, home: homeOf(who.ARN)}
		for action, level := range levels {
			if level == OnOther {
				continue
			}
			pairs++
			e.request.Action = action
			about := func(s Statement) bool {
				own := s.Principal == nil && s.NotPrincipal == nil
				return e.action(&s) && (own && i == 0 || !own && e.principal(&s) != nobody)
			}
			if !slices.ContainsFunc(changed, about) { // what decides it is the same
				continue
			}
			keys := g.keys(slices.DeleteFunc(slices.Clone(all), func(s Statement) bool { return !about(s) }))
			f := Flip{Who: who.ARN, Caller: i == 0, Action: canonical[action], Given: true}
			flipped := false
			for _, r := range g.requests(of, who, canonical[action], level, keys, i == 0) {
				if i > 0 && after.Bucket != nil && alike(r, after.Bucket.Version, gone, added) {
					continue
				}
				in := func(p Policies) Policies {
					if bucketOf(r.Resource) != g.Bucket {
						p.Bucket = &open
					}
					return p
				}
				if old, now := Decide(r, in(was)).Allowed, Decide(r, in(is)).Allowed; old != now {
					flipped, f.Allowed, f.Given = true, now, f.Given && now && g.gives(r)
				}
			}
			if flipped {
				flips = append(flips, f)
			}
		}
	}
	slices.SortFunc(flips, func(a, b Flip) int { return strings.Compare(a.Who+" "+a.Action, b.Who+" "+b.Action) })
	return flips, pairs
}

// statements are those of the caller's own policies and of the bucket's.
func (p Policies) statements() (all []Statement) {
	for _, n := range p.Identity {
		all = append(all, n.Document.Statements...)
	}
	if p.Bucket != nil {
		all = append(all, p.Bucket.Statements...)
	}
	return all
}

// without are the statements that others do not have.
func without(all, others []Statement) (rest []Statement) {
	known := contents(others)
	for i, content := range contents(all) {
		if !slices.Contains(known, content) {
			rest = append(rest, all[i])
		}
	}
	return rest
}

// alike tells that the bucket's old statements and the new ones say the same to a request:
// nothing, or that it is denied.
func alike(r Request, version string, gone, added []Statement) bool {
	e := evaluation{request: &r, keys: contextKeys(&r, &[ownKeys]string{}, nil), home: homeOf(r.Caller.ARN)}
	old, now := Document{Version: version, Statements: gone}, Document{Version: version, Statements: added}
	was, is := e.read(&old, true), e.read(&now, true)
	return was.deny >= 0 && is.deny >= 0 || was.deny < 0 && is.deny < 0 && was.allow < 0 && is.allow < 0
}

// gives tells that the grant is for a request.
func (g Grant) gives(r Request) bool {
	its := New(g.ForBucket()...)
	return Decide(r, Policies{Bucket: &its}).Resource.Verdict == Allowed
}

var (
	everyAction = []Named{{Name: "everything", Document: New(Statement{Effect: "Allow", Action: one("*"), Resource: one("*")})}}
	open        = New(Statement{Effect: "Allow", Principal: &Principal{Everyone: true}, Action: one("s3:*"), Resource: one("*")})
)

// principals are the caller and everybody else whose answer may turn.
func (g Grant) principals(caller Caller, documents ...*Document) []Caller {
	all := []Caller{caller, {}}
	add := func(arn string) {
		c := CallerOf(arn, "AIDACROSSGRANTANOTHER", "crossgrant")
		if !slices.ContainsFunc(all, func(known Caller) bool { return cmp.Or(known.RoleARN, known.ARN) == arn }) {
			all = append(all, c)
		}
	}
	of := func(account string) {
		add(AccountARN(g.Partition, account))
		add("arn:" + g.Partition + ":iam::" + account + ":user/crossgrant-another")
		add("arn:" + g.Partition + ":iam::" + account + ":role/crossgrant-another")
	}
	of(g.Firm)
	of(g.Owner)
	of("000000000000")
	named := func(value string) {
		prefix, name := splitARN(value)
		switch account := asAccount(value); {
		case isAccount(account):
			of(account)
		case strings.Contains(prefix, ":iam:") && (strings.HasPrefix(name, "user/") || strings.HasPrefix(name, "role/")):
			add(value)
		}
	}
	for _, d := range documents {
		if d == nil {
			continue
		}
		for _, s := range d.Statements {
			for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
				if p != nil {
					each(p.AWS.Values, named)
				}
			}
			for _, c := range s.Condition {
				if strings.EqualFold(c.Key, "aws:PrincipalArn") {
					each(c.Values.Values, named)
				}
			}
		}
	}
	return all
}

func each(values []string, do func(string)) {
	for _, v := range values {
		do(v)
	}
}

// keys are those of a file within the grant's prefix, of one elsewhere, and of one for each
// pattern of these statements.
func (g Grant) keys(all []Statement) []string {
	keys := []string{g.Prefix + "crossgrant-file", "crossgrant-elsewhere/file"}
	add := func(key string) {
		if key = strings.NewReplacer("*", "crossgrant-file", "?", "x").Replace(key); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, s := range all {
		for _, r := range slices.Concat(s.Resource.Values, s.NotResource.Values) {
			if _, key, file := strings.Cut(r, "/"); file {
				add(key)
			}
		}
		for _, c := range s.Condition {
			if strings.EqualFold(c.Key, "s3:prefix") {
				each(c.Values.Values, add)
			}
		}
	}
	return keys
}

// requests are those that one can make by an action: on the bucket or on files of these keys,
// and in other buckets, which let everybody in.
func (g Grant) requests(of Request, who Caller, action string, level Level, keys []string, elsewhere bool) (all []Request) {
	add := func(owner, bucket, key string, with map[string]string) {
		r := Request{Caller: who, Action: action, Resource: bucketARN(g.Partition, bucket), Owner: owner, Time: of.Time, Context: maps.Clone(of.Context)}
		if r.Context == nil {
			r.Context = map[string][]string{}
		}
		for _, k := range []string{"s3:prefix", "s3:max-keys", "s3:if-none-match", "s3:ObjectCreationOperation"} {
			delete(r.Context, k)
		}
		for k, v := range with {
			r.Context[k] = []string{v}
		}
		if key != "" {
			r.Resource += "/" + key
		}
		all = append(all, r)
	}
	buckets := []struct{ owner, name string }{{g.Owner, g.Bucket}}
	if elsewhere {
		buckets = append(buckets, struct{ owner, name string }{g.Owner, "crossgrant-another"}, struct{ owner, name string }{"000000000000", g.Bucket + "2"})
	}
	for _, b := range buckets {
		switch {
		case action == "s3:ListBucket":
			add(b.owner, b.name, "", nil)
			for _, prefix := range append([]string{"", g.Prefix}, keys...) {
				add(b.owner, b.name, "", map[string]string{"s3:prefix": prefix})
			}
		case level&OnBucket != 0:
			add(b.owner, b.name, "", nil)
		}
		if level&OnObject == 0 {
			continue
		}
		for _, key := range keys {
			if action != "s3:PutObject" {
				add(b.owner, b.name, key, nil)
				continue
			}
			add(b.owner, b.name, key, map[string]string{"s3:ObjectCreationOperation": "true"})
			add(b.owner, b.name, key, map[string]string{"s3:ObjectCreationOperation": "true", "s3:if-none-match": "*"})
			add(b.owner, b.name, key, map[string]string{"s3:ObjectCreationOperation": "false"})
		}
	}
	return all
}
