package steps

// A check of a grant that anybody made: who is tested, by which requests, and what they
// show. Nothing is changed but for its own test file.

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/handoff"
)

// Question is what a check is about. Of the profiles any may be missing, but not all.
type Question struct {
	Answers
	WriterProfile string // the sign-in that is tested; "": see checking.tested
	GrantFile     string // with the grant, in the place of what the Answers say of it
	Stated        bool   // the terms were said: what goes beyond them is too wide
	Expected      Expected
	Mended        bool // all that was missing was added a moment ago, and AWS may not know it yet
}

// Test is one request of a check, and what became of it.
type Test struct {
	As        string // ARN of who made it
	Action    string
	Resource  string
	What      string // in a word or two: "list", "write"
	Expected  string // "allowed" or "refused"
	Got       string // the same, or "error"
	Code      string // AWS's, "" for none
	RequestID string
	HostID    string    // of a refusal by S3: its x-amz-id-2
	At        time.Time // when it was answered

	key string
	err error
}

// Passed tells that a test went as expected.
func (t Test) Passed() bool { return t.Got == t.Expected }

// Checked is what a check showed.
type Checked struct {
	Verdict  awsops.Verdict
	Mend     *Mend // what lets the refused requests through and nothing else; nil: nothing that is known
	Warnings []string
	Left     []Remainder // the test file, where it could not be deleted
	Gates    Row         // the request that the verdict is about, or a write; without a Who it passes no gate
	Letters  []Letter    // for who alone can change what the verdict names
}

// OpenedCheck is a check that has sent nothing but reads yet.
type OpenedCheck struct {
	Begun   Checking // what it is about, and what it is about to send
	Sends   bool     // there is somebody who can make requests
	Stated  bool     // what the access should be was said, by somebody or by crossgrant's own statement
	check   *checking
	verdict *awsops.Verdict // found on the way: nothing is left to look at
}

// Decided tells that the verdict was found on the way.
func (o *OpenedCheck) Decided() bool { return o.verdict != nil }

// checking is a check under way.
type checking struct {
	Question
	facts  Facts // the sign-ins and the bucket, for the commands that are shown
	grant  policy.Grant
	writer awsops.User
	emit   func(Event)

	customer, firm, acting *awsops.Session    // nil: no sign-in
	actor                  string             // ARN of who acts
	as                     string             // how acting signs in, in words
	untested               string             // why nobody acts
	keeps                  awsops.BucketFacts // by which the test file may stay
	key, elsewhere         string             // of the test file, and of one outside of the prefix

	tests   []Test
	mu      sync.Mutex
	written []probe
}

// probe is a test file that may be there, or the delete marker that deleting it made.
type probe struct {
	op   awsops.Operation
	got  awsops.Receipt
	lost bool // no answer came
}

// OpenCheck signs in and finds out who can be tested. It sends nothing but reads.
func OpenCheck(ctx context.Context, src awsops.Source, q Question) (*OpenedCheck, error) {
	c := &checking{Question: q}
	if err := c.understand(); err != nil {
		return nil, err
	}
	verdict, err := c.open(ctx, src)
	if err != nil {
		return nil, err
	}
	o := &OpenedCheck{check: c, verdict: verdict}
	if verdict != nil {
		o.Begun = Checking{Facts: c.facts, Writer: c.writer, Grant: c.grant}
	} else {
		o.Begun, o.Sends, o.Stated = c.begun(), c.acting != nil, c.Stated
	}
	return o, nil
}

// Run makes the requests and says whether the grant holds, and if not, which half is missing
// and why. Its test file is deleted under hard, also where ctx is over. An error means that it
// could not be looked at. A check is run once.
func (o *OpenedCheck) Run(ctx, hard context.Context, emit func(Event)) (Checked, error) {
	if o.verdict != nil {
		return Checked{Verdict: *o.verdict}, nil
	}
	c := o.check
	c.emit = emit
	var evidence *awsops.Evidence
	identity := c.firm
	if identity == nil {
		identity = c.acting // which may be allowed to read its own policies
	}
	var g errgroup.Group
	g.Go(func() error {
		evidence = awsops.Gather(ctx, awsops.Refusal{Bucket: c.grant.Bucket, Owner: c.grant.Owner, User: c.writer, KMSKey: c.grant.Key}, identity, c.customer)
		return nil
	})
	if c.acting != nil {
		c.test(ctx)
	}
	left := c.takeBack(hard)
	_ = g.Wait()
	if ctx.Err() != nil {
		return Checked{Left: left}, ctx.Err()
	}
	out, err := c.judge(evidence)
	out.Left = left
	return out, err
}

// understand takes the grant from its file, if there is one, and looks at what can be told
// without AWS.
func (c *checking) understand() error {
	if c.GrantFile != "" {
		o, err := handoff.Read(c.GrantFile)
		if err == nil {
			c.Expected, err = c.Expected.WithGrant(o.Grant)
		}
		if err != nil {
			return &UsageError{err}
		}
		o.Grant.Owner = c.Expected.Customer
		c.grant, c.Bucket, c.Stated = o.Grant, o.Grant.Bucket, true
	}
	if err := c.check(); err != nil {
		return &UsageError{err}
	}
	return nil
}

// CheckAccountID says what is wrong with the id of an account.
func CheckAccountID(id string) error {
	if accountID.MatchString(id) {
		return nil
	}
	return &problem.Error{Summary: "This is not the id of an account", Detail: fmt.Sprintf("%q is not the id of an account, which has 12 digits.", id), Fixes: []string{"Give the 12 digits."}}
}

// Complete tells that nothing is missing that a person could be asked for.
func (q *Question) Complete() bool {
	return q.CustomerProfile+q.FirmProfile+q.WriterProfile != "" && q.Bucket+q.GrantFile != "" &&
		q.FirmProfile+q.WriterProfile+q.Expected.Firm+q.GrantFile != ""
}

func (q *Question) check() error {
	if q.CustomerProfile == "" && q.FirmProfile == "" && q.WriterProfile == "" {
		return &problem.Error{
			Summary: "A profile is missing",
			Detail:  "A check needs a sign-in: of the customer's account, of the firm's, or of who writes the files. With more of them it tells more.",
			Fixes:   []string{"Name one or more with --customer-profile, --firm-profile and --writer-profile."},
		}
	}
	if q.Bucket == "" {
		return &problem.Error{Summary: "The bucket is missing", Detail: "crossgrant needs the name of the customer's bucket.", Fixes: []string{"Name it with --bucket, or give the grant with --grant."}}
	}
	if _, err := awsops.CleanBucketName(q.Bucket); err != nil {
		return err
	}
	for flag, id := range map[string]string{"--firm-account (FIRM_ACCT)": q.Expected.Firm, "--customer-account (CUSTOMER_AWS_ACCT)": q.Expected.Customer} {
		if id != "" && CheckAccountID(id) != nil {
			return &problem.Error{Summary: "This is not the id of an account", Detail: fmt.Sprintf("%s is %q, and the id of an account has 12 digits.", flag, id), Fixes: []string{"Give the 12 digits."}}
		}
	}
	if q.FirmUser != "" {
		if err := awsops.CheckUserName(q.FirmUser); err != nil {
			return err
		}
	}
	if err := CheckRole(q.Answers); err != nil {
		return err
	}
	return CheckTerms(q.Answers)
}
