package steps

import (
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
	List, Get, Put, Delete policy.Decision
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
	decide := func(action, resource string) policy.Decision {
		return policy.Decide(policy.Request{
			Caller: p.caller(),
			Action: action, Resource: resource, Owner: f.Customer.Account, Time: time.Now(),
			Context: map[string][]string{ // as the tests send it
				"aws:SecureTransport": {"true"}, "s3:ResourceAccount": {f.Customer.Account}, "s3:prefix": {f.Prefix},
				"s3:if-none-match": {"*"}, "s3:ObjectCreationOperation": {"true"},
			},
		}, policy.Policies{Identity: own, Bucket: f.BucketPolicy})
	}
	object := bucket + "/" + f.probeKey(string(as))
	return Row{
		Who: p.Name, As: as,
		List: decide("s3:ListBucket", bucket), Get: decide("s3:GetObject", object),
		Put: decide("s3:PutObject", object), Delete: decide("s3:DeleteObject", object),
	}
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
