package policy

import (
	"cmp"
	"slices"
	"strings"
)

// A Prospect is a request that has not been made yet. What its Context does not hold and
// no such request has is absent; of everything else nobody knows.
type Prospect struct {
	Request
	Either  map[string][]string // keys that will have one of these values, in lower case
	Theirs  bool                // others will make it: what it carries is not known
	Lasting bool                // it is signed by an access key that a user has, not by a sign-in's
	AnyKey  bool                // Resource ends in a slash: it is about any file in it
}

// A Denial is a Deny that a request meets.
type Denial struct {
	Policy    string // the caller's that it is in, "" for the bucket's
	Statement int    // index
	Sid       string
	Certain   bool        // it holds; else it may, and nobody can tell from here
	Partly    bool        // of some of the files, and not of others
	Text      string      // "statement 1 (Sid) of the bucket's policy"
	When      string      // what it demands in words, "" for nothing
	Sends     []string    // headers that keep it from holding, as "x-amz-acl: private"
	Passable  bool        // a request that is made otherwise is let through; Advice says how
	Otherwise []Condition // by which of its conditions
	Cause     Cause       // why the request is not one that it lets through; "" where none would be
	Advice    []string
}

// Denials are the Denys that stand in the way of a request, those that certainly do
// first. It is the decision that Decide makes, where not all of the request is known: an
// explicit Deny wins whatever is allowed. Source: Policy evaluation logic.
func (p Prospect) Denials(all Policies) []Denial {
	f := foresight{evaluation{request: &p.Request, home: homeOf(p.Caller.ARN), keys: contextKeys(&p.Request, new([ownKeys]string), nil)}, &p}
	if f.unrefusable() {
		return nil
	}
	var found []Denial
	limits := all.Session
	if all.Boundary != nil {
		limits = append(slices.Clip(limits), *all.Boundary)
	}
	for _, own := range slices.Concat(all.Identity, limits) {
		found = append(found, f.read(own.Name, &own.Document)...)
	}
	if all.Bucket != nil {
		found = append(found, f.read("", all.Bucket)...)
	}
	slices.SortStableFunc(found, func(a, b Denial) int {
		if a.Certain == b.Certain {
			return 0
		} else if a.Certain {
			return -1
		}
		return 1
	})
	return found
}

// truth is how far something is known to be so.
type truth int

const (
	no truth = iota
	perhaps
	yes
)

func known(is bool) truth {
	if is {
		return yes
	}
	return no
}

// foresight is an evaluation of what is not all known.
type foresight struct {
	evaluation
	prospect *Prospect
}

func (f *foresight) read(name string, d *Document) (found []Denial) {
	f.variables = d.Version == "2012-10-17"
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect != "Deny" || !f.action(s) {
			continue
		}
		about, when := f.about(s), yes
		if name == "" && f.trust() {
			about = yes // a trust policy has no Resource
		}
		holds := about
		if name == "" {
			holds = min(holds, f.meant(s))
		}
		denial := Denial{Policy: name, Statement: i, Sid: s.Sid, Text: statement(name, i, s.Sid, f.resourcePolicy())}
		for _, c := range s.Condition {
			is := f.condition(&c)
			when = min(when, is)
			if h := header(c); h != "" && is != no {
				denial.Sends = append(denial.Sends, h)
			}
			way := ""
			if is != no {
				way = c.way(false)
			}
			if way != "" {
				denial.Passable, denial.Otherwise = true, append(denial.Otherwise, c)
			}
			if why := c.unlike(false); denial.Cause == "" && is != no && (way != "" || why == Expired || why == NotYet) {
				denial.Cause = why
			}
			if a := cmp.Or(way, advice(c, is)); a != "" && !slices.Contains(denial.Advice, a) {
				denial.Advice = append(denial.Advice, a)
			}
		}
		if holds = min(holds, when); holds == no {
			continue
		}
		denial.Certain, denial.Partly, denial.When = holds == yes, f.prospect.AnyKey && about == perhaps, allOf(s.Condition)
		if s.NotPrincipal != nil {
			denial.Advice = append(denial.Advice, "It spares only those that it names, and a user only if its account is named too.")
		}
		found = append(found, denial)
	}
	return found
}

// meant tells whether the statement is about the caller.
//
// Of NotPrincipal, AWS says that a Deny which names a user and not its account "might"
// deny the whole account; and of a role's session it wants the session named as well.
// Source: IAM JSON policy elements: NotPrincipal.
func (f *foresight) meant(s *Statement) truth {
	if s.NotPrincipal == nil {
		return known(f.principal(s) != nobody)
	}
	self, role, account, all := f.named(s.NotPrincipal)
	self = self || role
	session := f.request.Caller.role() != "" && !slices.Contains(s.NotPrincipal.AWS.Values, f.request.Caller.ARN)
	switch {
	case all || self && account && !session:
		return no
	case self:
		return perhaps
	}
	return yes
}

// about tells whether the statement is about the request's resource.
func (f *foresight) about(s *Statement) truth {
	if len(s.NotResource.Values) > 0 {
		return yes - f.anyOf(s.NotResource.Values)
	}
	return f.anyOf(s.Resource.Values)
}

func (f *foresight) anyOf(patterns []string) truth {
	is := no
	for _, p := range patterns {
		one := no
		switch {
		case f.unfilled(p):
			one = perhaps
		case !f.prospect.AnyKey:
			one = known(f.like(p, f.request.Resource))
		case f.like(p, f.request.Resource+noKey):
			one = yes
		case strings.HasPrefix(p, f.request.Resource) || strings.HasPrefix(f.request.Resource, before(p)):
			one = perhaps
		}
		is = max(is, one)
	}
	return is
}

// noKey is the name of a file that no policy names.
const noKey = "\x01"

// before is a pattern up to its first wildcard; of one without, a text that no ARN is.
func before(pattern string) string {
	if at := strings.IndexAny(pattern, "*?"); at >= 0 {
		return pattern[:at]
	}
	return noKey
}

func (f *foresight) condition(c *Condition) truth {
	_, _, _, has := parseOperator(c.Operator)
	key := strings.ToLower(c.Key)
	if !has || slices.ContainsFunc(c.Values.Values, f.unfilled) {
		return perhaps
	}
	if choice := f.prospect.Either[key]; choice != nil {
		least, most := yes, no
		for _, value := range choice {
			with := f.evaluation
			with.keys = append(slices.Clone(f.keys), entry{key, []string{value}})
			holds, _ := with.holds(c)
			least, most = min(least, known(holds)), max(most, known(holds))
		}
		if least != most {
			return perhaps
		}
		return least
	}
	if f.open(key) {
		return perhaps
	}
	holds, _ := f.holds(c)
	return known(holds)
}

// unfilled tells that a text holds a variable whose value nobody knows.
func (f *foresight) unfilled(text string) bool {
	for f.hasVariable(text) {
		_, after, more := strings.Cut(text, "${")
		if !more {
			return false
		}
		if end := strings.IndexAny(after, ",}"); end > 0 && after[0] != '*' && after[0] != '?' && after[0] != '$' && f.open(strings.ToLower(strings.TrimSpace(after[:end]))) {
			return true
		}
		text = after
	}
	return false
}

// open tells that nobody knows what a condition key, in lower case, will be.
func (f *foresight) open(key string) bool {
	if key == "aws:principalarn" && f.request.Caller.role() != "" && f.request.Caller.RoleARN == "" {
		return true // the session's ARN does not have the path of its role
	}
	has := func(prefix string) bool { return strings.HasPrefix(key, prefix) }
	switch {
	case f.values(key) != nil, slices.Contains(neverSent, key):
		return false
	case key == "aws:username":
		return false // only a user has it, and the caller is known
	case slices.Contains(signedIn, key):
		return !f.prospect.Lasting
	case slices.Contains(carried, key), slices.ContainsFunc(carriedAll, has):
		return f.prospect.Theirs || key == "s3:x-amz-content-sha256"
	}
	return true
}

// Condition keys of what a program that does nothing special does not send. Sources: AWS
// global condition context keys; Actions, resources, and condition keys for Amazon S3.
var (
	neverSent = []string{
		"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:principalservicename", "aws:principalservicenameslist",
		"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
		"s3:accesspointnetworkorigin", "s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:tlsversion", "sts:externalid",
	}
	// signedIn are keys of temporary credentials alone.
	signedIn = []string{
		"aws:federatedprovider", "aws:multifactorauthage", "aws:multifactorauthpresent", "aws:sourceidentity",
		"aws:tokenissuetime", "ec2:sourceinstancearn",
	}
	// carried are what a request may have in its headers or its query, by what comes
	// after the prefix for carriedAll.
	carried = []string{
		"aws:referer", "aws:tagkeys", "s3:delimiter", "s3:if-match", "s3:if-none-match", "s3:locationconstraint", "s3:max-keys",
		"s3:prefix", "s3:requestobjecttagkeys", "s3:versionid",
	}
	carriedAll = []string{"aws:requesttag/", "s3:existingobjecttag/", "s3:object-lock-", "s3:requestobjecttag/", "s3:x-amz-"}
)

// header is what a request sends so that a condition of a Deny does not hold, "" where
// that is not known.
func header(c Condition) string {
	op, _, _, _ := parseOperator(c.Operator)
	name, ok := strings.CutPrefix(strings.ToLower(c.Key), "s3:x-amz-")
	switch values := c.Values.Values; {
	case !ok || len(values) == 0:
		return ""
	case op.compares == asPresence:
		return "x-amz-" + name
	case op.negated && !strings.ContainsAny(values[0], "*?$"):
		return "x-amz-" + name + ": " + values[0]
	}
	return ""
}

// elsewhere are keys by which a customer keeps to its own networks and its own company.
var elsewhere = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:userid",
	"aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip",
}

// advice is what to do about a condition of a Deny that holds, or may.
func advice(c Condition, is truth) string {
	op, _, _, _ := parseOperator(c.Operator)
	key := strings.ToLower(c.Key)
	switch {
	case is == no:
		return ""
	case slices.Contains(elsewhere, key) && op.negated:
		return "It is meant to keep out those who are not of the customer's own company or network."
	case is == yes && strings.HasPrefix(key, "aws:multifactor"):
		return "Requests with an access key alone carry no second factor."
	}
	return ""
}
