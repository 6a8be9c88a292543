package steps

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// Access is who can do what to the bucket, decided from the documents as they
// were last read. It decides nothing that only AWS knows, such as the
// organisation's own policies: the tests confirm it.
type Access struct {
	Rows []Row
}

// Row is the access of one user or role.
type Row struct {
	Who                    string
	As                     Actor
	Action                 string // of a check: the request that the gates are about; "": a write
	List, Get, Put, Delete policy.Decision
	Own, Bucket            Gate
}

// A Gate is what one side says to a write, as far as anybody can tell before it is sent.
type Gate struct {
	Verdict policy.Verdict
	Unsure  bool   // it hangs on a condition that nobody can decide from here
	Unknown bool   // nobody looked at it, or what was read does not tell
	By      string // the policy of one's own, or the Sid of the bucket's statement; "" for none
	Why     string // what shuts it, where that is no statement, or is not known
}

// Access decides for those who write in the run.
func (f Facts) Access() Access {
	var a Access
	if !f.PolicyRead { // what was not looked at is not shown
		return a
	}
	if f.Tester.ARN != "" {
		a.Rows = append(a.Rows, f.row(TestUser, f.Tester, nil))
	}
	if f.Writer.ARN != "" && f.WriterRead {
		a.Rows = append(a.Rows, f.row(Writer, f.Writer, f.WriterPolicies))
	}
	return a
}

// Gates is the row that the picture of the two gates is drawn for: the firm's user or role,
// a test user before that, and before either is there the one that is to be created.
func (f Facts) Gates() (Row, bool) {
	a := f.Access()
	if n := len(a.Rows); n > 0 {
		return a.Rows[n-1], true
	}
	of := f.Grantee()
	if !f.PolicyRead || f.Only != "" || f.existing() || of.Name == "" || of.Account == "" {
		return Row{}, false
	}
	return f.row(Writer, Person{Name: of.Name, ARN: f.Grant().Grantee}, nil), true
}

// Row returns the access of one actor.
func (a Access) Row(as Actor) (Row, bool) {
	for _, r := range a.Rows {
		if r.As == as {
			return r, true
		}
	}
	return Row{}, false
}

func (f Facts) row(as Actor, p Person, own []policy.Named) Row {
	bucket := "arn:" + f.Customer.Partition + ":s3:::" + f.Bucket
	request := func(action, resource string) policy.Request {
		return policy.Request{
			Caller: p.caller(),
			Action: action, Resource: resource, Owner: f.Customer.Account, Time: time.Now(),
			Context: map[string][]string{ // as the tests send it
				"aws:SecureTransport": {"true"}, "s3:ResourceAccount": {f.Customer.Account}, "s3:prefix": {f.Prefix},
				"s3:if-none-match": {"*"}, "s3:ObjectCreationOperation": {"true"}, "aws:RequestedRegion": {f.Region},
				"s3:authType": {"REST-HEADER"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"},
			},
		}
	}
	decide := func(action, resource string) policy.Decision {
		return policy.Decide(request(action, resource), policy.Policies{Identity: own, Bucket: f.BucketPolicy})
	}
	object := bucket + "/" + f.probeKey(string(as))
	row := Row{
		Who: p.Name, As: as,
		List: decide("s3:ListBucket", bucket), Get: decide("s3:GetObject", object),
		Put: decide("s3:PutObject", object), Delete: decide("s3:DeleteObject", object),
	}
	write := policy.Prospect{Request: request("s3:PutObject", object), Lasting: as == TestUser || f.Grantee().Kind == awsops.KindUser}
	row.Own = gate(write, policy.Policies{Identity: own})
	row.Bucket = gate(write, policy.Policies{Bucket: f.BucketPolicy})
	if row.Put.Resource.Delegates && as.Side() == Customer && !row.Put.Allowed { // its own account is let in, and not it
		row.Bucket = Gate{}
	}
	return row
}

// gate is what the policies of one side say to a request.
func gate(p policy.Prospect, side policy.Policies) Gate {
	allow, denials := p.Opening(side.Identity, side.Bucket), p.Denials(side)
	switch {
	case len(denials) > 0 && denials[0].Certain:
		return Gate{Verdict: policy.Denied, By: cmp.Or(denials[0].Policy, denials[0].Sid)}
	case !allow.Open && !allow.Unsure:
		return Gate{}
	case len(denials) > 0:
		return Gate{Unsure: true, By: cmp.Or(denials[0].Policy, denials[0].Sid)}
	case allow.Unsure:
		return Gate{Unsure: true, By: cmp.Or(allow.Policy, allow.Sid)}
	}
	return Gate{Verdict: policy.Allowed, By: cmp.Or(allow.Policy, allow.Sid)}
}

// probeKey is the key of a probe: under crossgrant-probe/ and the run's own, so
// that nothing of the customer's has it, unless another was asked for.
func (f Facts) probeKey(what string) string {
	switch {
	case f.ProbeKey == "":
		return f.Prefix + "crossgrant-probe/" + f.Run + "-" + what + ".txt"
	case what == string(Writer):
		return f.ProbeKey
	}
	return f.ProbeKey + "-" + what
}

// freshKey is the key of a probe that the run has not written yet, as far as it
// knows: a test that is tried again needs another.
func (w *World) freshKey(what string) string {
	tries := 0
	for _, e := range w.Journal.Entries() {
		if op, ok := e.Operation.(awsops.PutObject); ok && e.State != journal.Failed && e.Receipt.Refused == "" &&
			(op.Key == w.probeKey(what) || strings.HasPrefix(op.Key, w.probeKey(what+"-again"))) {
			tries++
		}
	}
	if tries == 0 {
		return w.probeKey(what)
	}
	return w.probeKey(what + "-again" + strconv.Itoa(tries))
}
