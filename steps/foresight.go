package steps

// What the rules of others do to the calls of a run, decided before the first of them is
// sent: each with its own key, on the documents as the calls before it will leave them.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// A call is a request to the bucket.
type call struct {
	as     Actor
	action string // "s3:PutObject"
	key    string // "": it is about the bucket itself
	needed bool   // without it the run does not come to its end
	theirs bool   // the firm's, later: what the access is for, with any file
	bare   bool   // of theirs: with nothing but what each request carries

	headers []string // that a test file is sent with, as "x-amz-acl: private"
}

// calls are those of an operation to the bucket which a rule may refuse. The try that
// should be refused may be refused by any.
func calls(a Action) []call {
	switch op := a.Op.(type) {
	case awsops.SetBucketPolicy:
		action := "s3:PutBucketPolicy"
		if op.After == nil {
			action = "s3:DeleteBucketPolicy"
		}
		return []call{{as: a.As, action: action, needed: true}}
	case awsops.PutObject:
		if op.Expect != awsops.Refused {
			put := call{as: a.As, action: "s3:PutObject", key: op.Key, needed: true, headers: op.Headers()}
			if op.ACL == "" {
				return []call{put}
			}
			acl := put
			acl.action = "s3:PutObjectAcl"
			return []call{put, acl}
		}
	case awsops.GetObject: // the customer need not read what the firm may write
		if op.Expect == awsops.Refused {
			return nil
		}
		return []call{{as: a.As, action: "s3:GetObject", key: op.Key, needed: a.As != CustomerAdmin}}
	}
	return nil
}

// demandedOf is a test file with the headers without which a Deny of the bucket's policy
// refuses it: those that say what S3 does anyway. Encryption by KMS is asked for with the
// grant's key: S3 would take another one, aws/s3, where only KMS is named.
func (w *World) demandedOf(as Actor, put awsops.PutObject) awsops.PutObject {
	for _, d := range w.denials(call{as: as, action: "s3:PutObject", key: put.Key}) {
		for _, h := range d.Sends {
			switch h {
			case "x-amz-server-side-encryption", "x-amz-server-side-encryption: aws:kms",
				"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-aws-kms-key-id: " + w.KMSKey:
				if w.KMSKey != "" {
					put.Encryption, put.KMSKey = "aws:kms", w.KMSKey
				} else if h == "x-amz-server-side-encryption" && w.settings.KMSKey == "" {
					put.Encryption = "AES256"
				}
			case "x-amz-server-side-encryption: AES256":
				put.Encryption = "AES256"
			case "x-amz-acl", "x-amz-acl: bucket-owner-full-control":
				if as == CustomerAdmin || slices.Contains(w.Grant().Actions(), "s3:PutObjectAcl") {
					put.ACL = "bucket-owner-full-control"
				}
			}
		}
	}
	return put
}

// deletes is the call by which a test file goes again.
func deletes(key string, version bool) call {
	c := call{as: CustomerAdmin, action: "s3:DeleteObject", key: key}
	if version {
		c.action = "s3:DeleteObjectVersion"
	}
	return c
}

// A foreseen plan is what the steps that make something would do.
type foreseen struct {
	changes  []Change
	findings []Finding
	last     *World // as all of them would leave it; nil where the plan came to a stop
}

// foresee plans the steps that make something, and decides every call of theirs by the
// Denys of the bucket's policy and of the firm's user or role. A Deny that certainly refuses
// what the run needs is a stop, unless a request that is made otherwise is let through; all
// others are warnings. What takes the rest back is not needed, and of a bucket that is to be
// made nothing is known: it has no policy.
func (w *World) foresee(ctx context.Context) (f foreseen, err error) {
	makes := slices.DeleteFunc(Journey(w.Answers), func(s Step) bool { return s.Info().CleanUp || s == Step(MakeBucket{}) })
	var met []obstacle
	f.last, err = NewEngine(w, makes, func(Event) {}).foresee(ctx, func(then *World, c Change) {
		f.changes = append(f.changes, c)
		for _, a := range c.Actions {
			for _, call := range calls(a) {
				met = then.meets(met, call)
			}
			if put, ok := a.Op.(awsops.PutObject); ok && put.Expect != awsops.Refused { // it is to go again
				if why := then.keepsFile(put.Key, w.versioned()); why != "" {
					f.findings = append(f.findings, found(Warning, ofBucketPolicy, "The file written as a test will stay. "+why+"."))
				} else {
					met = then.meets(met, deletes(put.Key, w.versioned()))
				}
			}
		}
	})
	then := w
	if f.last != nil {
		then = f.last
		for _, action := range w.Grant().Actions() {
			met = then.meets(met, call{as: Writer, action: action, theirs: true})
		}
	}
	var stop []obstacle
	for _, o := range met {
		if then.stops(o) {
			stop = append(stop, o)
		} else {
			f.findings = append(f.findings, found(Warning, ofBucketPolicy, then.noted(o)))
		}
	}
	switch {
	case stop != nil:
		f.findings = append(f.findings, stops(ofBucketPolicy, then.stopped(stop)))
	case f.findings == nil && w.signedIn(Customer):
		f.findings = append(f.findings, found(OK, ofBucketPolicy, "No Deny of the bucket's policy stands in the way."))
	}
	if err != nil {
		stop, is := planStops(err)
		if !is {
			return f, err
		}
		f.findings = append(f.findings, stop)
	}
	return f, nil
}

const ofBucketPolicy = "the bucket's policy"

// stops tells that an obstacle is certain to end the run. Where a file that is sent otherwise
// than the test's is let through, the access can be right all the same: that is for trying.
func (w *World) stops(o obstacle) bool {
	return o.Certain && o.needed && (!o.Passable || o.as.isAdmin() || w.lacksACL(o.Denial))
}

// An obstacle is a Deny with the calls of one caller that it refuses, or may.
type obstacle struct {
	policy.Denial
	call
	actions []string
}

// meets adds the Denys that a call meets.
func (w *World) meets(met []obstacle, c call) []obstacle {
	for _, d := range w.denials(c) {
		if c.theirs && !d.Certain && !d.Partly {
			continue // it depends on what they will send
		}
		same := func(o obstacle) bool {
			return o.as == c.as && o.Policy == d.Policy && o.Statement == d.Statement && (c.theirs && !o.theirs || o.Certain == d.Certain && o.Partly == d.Partly && o.needed == c.needed)
		}
		at := slices.IndexFunc(met, same)
		switch {
		case at < 0:
			met = append(met, obstacle{d, c, []string{c.action}})
		case !slices.Contains(met[at].actions, c.action) && met[at].theirs == c.theirs:
			met[at].actions = append(met[at].actions, c.action)
		}
	}
	return met
}

// denials are the Denys that a call meets in the documents as they were last read. Of an
// administrator only the bucket's policy is known.
func (w *World) denials(c call) []policy.Denial {
	rules := policy.Policies{Bucket: w.BucketPolicy}
	if c.as == Writer {
		rules.Identity = w.WriterPolicies
	}
	return w.prospect(c).Denials(rules)
}

// prospect is a call as far as it is known before it is sent.
func (w *World) prospect(c call) policy.Prospect {
	session := cmp.Or(w.admin(c.as.Side()), w.CustomerSession, w.FirmSession) // of a run that is one half
	p := policy.Prospect{
		Request: policy.Request{
			Caller: w.caller(c.as), Action: c.action, Owner: w.Customer.Account,
			Resource: "arn:" + w.Customer.Partition + ":s3:::" + w.Bucket,
			Context: map[string][]string{
				"aws:SecureTransport":       {fmt.Sprint(session.Encrypted())},
				"aws:PrincipalIsAWSService": {"false"}, "aws:ViaAWSService": {"false"},
				"s3:authType": {"REST-HEADER"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"},
				"s3:ResourceAccount": {w.Customer.Account}, "aws:ResourceAccount": {w.Customer.Account},
				"aws:RequestedRegion": {w.Region},
			},
		},
		Theirs: c.theirs && !c.bare, Lasting: c.as == TestUser || c.as == Writer && w.Grantee().Kind == awsops.KindUser || c.as.isAdmin() && session.Lasting(),
		Either: map[string][]string{"aws:currenttime": nil, "aws:epochtime": nil},
	}
	for _, at := range []time.Time{time.Now().UTC(), time.Now().UTC().Add(time.Hour)} { // the run is over by then
		p.Either["aws:currenttime"] = append(p.Either["aws:currenttime"], at.Format(time.RFC3339))
		p.Either["aws:epochtime"] = append(p.Either["aws:epochtime"], fmt.Sprint(at.Unix()))
	}
	if session.Encrypted() { // S3 and Go speak no older ones
		p.Either["s3:tlsversion"] = []string{"1.2", "1.3"}
	}
	for _, h := range c.headers {
		name, value, _ := strings.Cut(h, ": ")
		p.Context["s3:"+name] = []string{value}
	}
	switch {
	case c.theirs && c.action != "s3:ListBucket":
		p.Resource, p.AnyKey = p.Resource+"/"+w.Prefix, true
	case c.key != "":
		p.Resource += "/" + c.key
	}
	switch c.action {
	case "s3:PutObject":
		if !c.theirs {
			p.Context["s3:if-none-match"] = []string{"*"}
		}
	case "s3:DeleteObjectVersion":
		p.Either["s3:versionid"] = []string{"null", "an id that S3 gives"}
	}
	return p
}

// caller is who an actor is, or will be: no policy can name the id of a user or a role that
// is not made yet, which has no zeros in it when it comes.
func (w *World) caller(as Actor) policy.Caller {
	if as == CustomerAdmin {
		return policy.Caller{Account: w.Customer.Account, ARN: w.Customer.ARN, UniqueID: w.Customer.UserID}
	}
	person := w.Tester
	if as == Writer {
		person = w.Facts.Writer
	}
	if person.ID == awsops.ToCome {
		person.ID = "AIDA" + strings.Repeat("0", 17)
	}
	return person.caller()
}

// caller is who a user or a role makes its requests as.
func (p Person) caller() policy.Caller { return policy.CallerOf(p.ARN, p.ID, awsops.RoleSession) }

// arn is what an actor is known by: of a role's session that of the role.
func (w *World) arn(as Actor) string {
	c := w.caller(as)
	return cmp.Or(c.RoleARN, c.ARN)
}

// who names an actor in full.
func (w *World) who(as Actor) string {
	words := map[Actor]string{CustomerAdmin: "the customer's administrator", TestUser: "the customer's test user", Writer: "the firm's " + string(w.Grantee().Kind)}
	return words[as] + " " + w.arn(as)
}

// stopped is the problem of a run that Denys would stop. All are told, so that one round
// with the bucket's owner is enough; the firm's user, who is what it is about, first.
func (w *World) stopped(all []obstacle) *problem.Error {
	slices.SortStableFunc(all, func(a, b obstacle) int { return strings.Compare(string(b.as), string(a.as)) })
	o := all[0]
	who, _, _ := strings.Cut(w.who(o.as), " arn:")
	p := &problem.Error{Summary: "The bucket's policy forbids " + who}
	if o.Policy != "" {
		p.Summary = fmt.Sprintf("A policy of the firm's %s forbids it", w.Grantee().Kind)
	}
	var said, except []string
	for _, o := range all {
		if o.Passable { // the statement can stay
			p.Fixes = append(p.Fixes, slices.DeleteFunc(o.Advice, func(way string) bool { return slices.Contains(p.Fixes, way) })...)
			o.Advice = nil
		}
		said = append(said, w.rule(o, "forbids"))
		switch arn := w.arn(o.as); {
		case o.Passable:
		case o.Policy == "" && !slices.Contains(except, arn):
			except = append(except, arn)
		case o.Policy != "":
			p.Fixes = append(p.Fixes, fmt.Sprintf("Ask an administrator of the firm's account to except the bucket %s in that statement, or choose another %s.", w.Bucket, w.Grantee().Kind))
		}
	}
	p.Detail = strings.Join(said, " ") + " No grant overrides a Deny."
	if except != nil {
		p.Fixes = append(p.Fixes, "Ask the bucket's owner for an exception in that statement for "+policy.Join(except, "and")+", then try again.")
	}
	if slices.ContainsFunc(all, func(o obstacle) bool { return w.lacksACL(o.Denial) }) {
		p.Fixes = append(p.Fixes, "Or give the article's access, by which the firm may set permissions and so send that header: --access article.")
	}
	if o.key != "" && !slices.ContainsFunc(all, w.catchesAll) {
		p.Fixes = append(p.Fixes, "Or name a test file that the statement leaves alone, with --key.")
	}
	return p
}

// catchesAll tells that a Deny would catch a test file of any name.
func (w *World) catchesAll(o obstacle) bool {
	other := o.call
	other.theirs = true
	return slices.ContainsFunc(w.denials(other), func(d policy.Denial) bool {
		return d.Policy == o.Policy && d.Statement == o.Statement && !d.Partly
	})
}

// noted says of a Deny what it means for the run.
func (w *World) noted(o obstacle) string {
	switch {
	case o.Certain && o.theirs:
		return w.rule(o, "forbids") + " The access that is set up would give it that; the test does not need it."
	case o.theirs && o.Partly:
		return w.rule(o, "forbids") + " The test is with another file."
	case o.Certain && o.needed:
		return w.rule(o, "forbids") + " The test is not made that way and may be refused, though the access can be right all the same: try it."
	case o.Certain:
		return w.rule(o, "forbids") + fmt.Sprintf(" So it cannot be shown that the customer can read the file written as a test. The access of %s does not need that.", w.Grantee().Name)
	}
	said := w.rule(o, "may forbid") + " Whether it does, crossgrant cannot tell: try it, the run will show it."
	switch {
	case o.Passable: // the statement can stay
		return said
	case o.Policy != "":
		return said + fmt.Sprintf(" Only the firm's administrator can change it, by an exception for %s.", w.arn(o.as))
	}
	return said + fmt.Sprintf(" Only the bucket's owner can change it, by an exception for %s.", w.arn(o.as))
}

// liftIt is how a file goes that a rule of the bucket keeps.
const liftIt = "The bucket's owner lifts that rule for a moment, or a lifecycle rule of the bucket removes the file"

// rule says what a Deny forbids to whom, and when.
func (w *World) rule(o obstacle, verb string) string {
	on := ""
	switch {
	case o.Partly:
		on = " on some of the files"
	case o.theirs && o.action != "s3:ListBucket":
		on = " on the files"
	case o.key != "":
		on = " on " + w.Bucket + "/" + o.key
	}
	said := fmt.Sprintf("%s %s %s %s%s", policy.Capital(o.Text), verb, w.who(o.as), policy.Join(o.actions, "and"), on)
	if o.When != "" {
		said += " when " + o.When
	}
	return strings.Join(append([]string{said + "."}, o.Advice...), " ")
}

// keepsFile is why the bucket's owner cannot delete a test file, "" where nothing is known
// to forbid it. A file without a version is looked at before, by reading it or by a list
// of its versions.
func (w *World) keepsFile(key string, version bool) string {
	if why := w.undeletable[key]; why != "" {
		return why
	}
	certain := func(c call) *obstacle {
		if all := w.denials(c); len(all) > 0 && all[0].Certain {
			return &obstacle{all[0], c, []string{c.action}}
		}
		return nil
	}
	kept := certain(deletes(key, version))
	if kept == nil && !version && certain(call{as: CustomerAdmin, action: "s3:ListBucketVersions"}) != nil {
		kept = certain(call{as: CustomerAdmin, action: "s3:GetObject", key: key})
	}
	if kept == nil {
		return ""
	}
	return w.rule(*kept, "forbids") + " " + liftIt
}

// forbidden notes of a test file that a Deny kept it from being deleted, which passes by
// no waiting and by no second try. Any other error stays one.
func (w *World) forbidden(a Action, err error) error {
	op, ok := a.Op.(awsops.DeleteObject)
	if !ok || !awsops.Forbidden(err) {
		return err
	}
	if w.undeletable == nil {
		w.undeletable = map[string]string{}
	}
	why := "A Deny that cannot be seen from here forbids it to " + w.who(CustomerAdmin) + "."
	c := deletes(op.Key, op.VersionID != "")
	if may := w.denials(c); len(may) > 0 {
		why = w.rule(obstacle{may[0], c, []string{c.action}}, "forbids")
	}
	w.undeletable[op.Key] = why + " " + liftIt
	return nil
}
