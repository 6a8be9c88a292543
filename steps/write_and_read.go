package steps

import (
	"context"
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// WriteAndRead proves a user's or a role's access by real calls: it writes a probe and
// reads it, the customer reads it too, and it fails to delete it. The probe stays until
// the run tidies up.
type WriteAndRead struct {
	Who  Actor
	Role bool
}

func (s WriteAndRead) Info() Info {
	if s.Who == TestUser {
		return Info{ID: "test-test-user", Title: "Test as the test user", Side: Customer}
	}
	return Info{ID: "test-writer", Title: "Test as the firm's " + word(s.Role), Side: Firm}
}

func (s WriteAndRead) Plan(_ context.Context, w *World) (Change, error) {
	person := w.Tester
	if s.Who == Writer {
		person = w.Writer
	}
	c := Change{
		Why:   s.why(w.Facts, person.Name),
		Notes: []string{"The file is written only where no file of that name is, so nothing can be overwritten. It is deleted at the end, by the customer's administrator."},
	}
	if !w.signedIn(Customer) {
		c.Why = fmt.Sprintf("%s writes a small file into the bucket: that works once both halves are there. Where the customer has not applied theirs yet, S3 refuses it, and you go on later.", person.Name)
		c.Notes = []string{"The file is written only where no file of that name is, so nothing can be overwritten. It stays in the customer's bucket: only the customer can delete it."}
	}
	if s.Role {
		c.Notes = append(c.Notes, "The firm's administrator assumes the role for this (sts:AssumeRole), which gives credentials that end after an hour.")
	}
	if person.Tested {
		return c, nil
	}
	bucket, owner, key := w.Bucket, w.Customer.Account, w.freshKey(string(s.Who))
	body := w.probeBody()
	writer, reads := s.Who, awsops.Granted
	if s.Who == Writer && !w.Grant().Writes() { // then the customer writes what it is to read
		writer = CustomerAdmin
	}
	if s.Who == Writer && !w.Grant().Reads() {
		reads = awsops.Refused
	}
	c.Actions = []Action{
		{As: writer, Op: w.demandedOf(writer, awsops.PutObject{Bucket: bucket, Owner: owner, Key: key, Body: body, Expect: awsops.Granted})},
		{As: s.Who, Op: awsops.GetObject{Bucket: bucket, Owner: owner, Key: key, Body: body, Expect: reads}},
	}
	switch {
	case writer == s.Who && !w.signedIn(Customer): // nobody of the customer's is there to read it
	case writer == s.Who:
		c.Actions = append(c.Actions, Action{As: CustomerAdmin, Op: awsops.GetObject{Bucket: bucket, Owner: owner, Key: key, Body: body}, Beside: true})
	default:
		c.Actions = append(c.Actions, Action{As: s.Who, Op: w.demandedOf(s.Who, awsops.PutObject{Bucket: bucket, Owner: owner, Key: w.freshKey("refused"), Body: body, Expect: awsops.Refused}), Beside: true})
	}
	c.Actions = append(c.Actions, Action{As: s.Who, Op: awsops.DeleteObject{Bucket: bucket, Owner: owner, Key: key, Expect: awsops.Refused}})
	return c, nil
}

func (s WriteAndRead) why(f Facts, name string) string {
	grant := f.Grant()
	switch {
	case s.Who == Writer && !grant.Reads():
		return fmt.Sprintf("%s writes a small file into the bucket, and the customer's administrator reads it: that proves the access better than any policy. "+
			"Then %s tries to read and to delete it, which should be refused.", name, name)
	case s.Who == Writer && !grant.Writes():
		return fmt.Sprintf("The customer's administrator writes a small file into the bucket, and %s reads it: that proves the access better than any policy. "+
			"Then %s tries to write one and to delete the first, which should be refused.", name, name)
	}
	return fmt.Sprintf("%s writes a small file into the bucket and reads it back, and the customer's administrator reads it too: that proves the access better than any policy. "+
		"Then %s tries to delete it, which should be refused.", name, name)
}

func (s WriteAndRead) Verify(_ context.Context, w *World) (Outcome, error) {
	o := Outcome{Now: fmt.Sprintf("%s can write into the bucket and read from it, and the customer can read what it wrote.", w.Name(s.Who))}
	switch grant := w.Grant(); {
	case s.Who == Writer && !grant.Reads():
		o.Now = fmt.Sprintf("%s can write into the bucket and nothing else, and the customer can read what it wrote.", w.Name(s.Who))
	case s.Who == Writer && !grant.Writes():
		o.Now = fmt.Sprintf("%s can read what is in the bucket, and nothing else.", w.Name(s.Who))
	}
	if !w.signedIn(Customer) {
		o.Now = strings.TrimSuffix(o.Now, ", and the customer can read what it wrote.")
		o.Now = strings.TrimSuffix(o.Now, ".") + ". Both halves are there."
	}
	for _, tried := range []struct{ action, could string }{{"s3:GetObject", "read"}, {"s3:PutObject", "write"}} {
		if r, was := w.refusal(s.Who, tried.action); was && r.Code == "" && s.Who == Writer && w.Journey == "setup" {
			o.Warnings = append(o.Warnings, fmt.Sprintf("%s could %s a file, which the grant does not allow: either something else gives it wider access, or this endpoint checks no policies.", w.Name(s.Who), tried.could))
		}
	}
	if w.Unread != "" {
		o.Now = fmt.Sprintf("%s can write into the bucket and read from it.", w.Name(s.Who))
		o.Warnings = append(o.Warnings, fmt.Sprintf("That the customer can read what %s wrote was not shown. %s", w.Name(s.Who), w.Unread))
	}
	if r, tried := w.refusal(s.Who, "s3:DeleteObject"); tried && r.Code == "" {
		o.Warnings = append(o.Warnings, fmt.Sprintf("%s could delete the file, which the policies shown do not allow: either something else gives it wider access, or this endpoint checks no policies.", w.Name(s.Who)))
	}
	return o, nil
}

// TestError is the error of a test that showed that the access does not work.
type TestError struct{ Err error }

func (e *TestError) Error() string { return e.Err.Error() }

func (e *TestError) Unwrap() error { return e.Err }

// diagnose finds out why S3 refused a call that should have worked. S3 itself
// does not say so to another account.
func (s WriteAndRead) diagnose(ctx context.Context, w *World, a Action, err error) error {
	if ctx.Err() != nil || problem.Operation(err) == "STS AssumeRole" { // then nothing was tried
		return err
	}
	if a.As != s.Who {
		return w.unread(ctx, s.Who, err)
	}
	r := awsops.Refusal{Bucket: w.Bucket, Err: err}
	switch op := a.Op.(type) {
	case awsops.PutObject:
		r.Action, r.Key = "s3:PutObject", op.Key
	case awsops.GetObject:
		r.Action, r.Key = "s3:GetObject", op.Key
	default:
		return err // of the try to delete: nothing that the access needs
	}
	person := w.Tester
	if s.Who == Writer {
		person = w.Writer
	}
	r.User = awsops.User{Kind: w.principal(s.Who).Kind, Name: person.Name, ARN: person.ARN, ID: person.ID}
	if problem.Denied(err) && !w.signedIn(Customer) {
		return &TestError{w.shutAtTheCustomers(err)}
	}
	if grant := w.Grant(); s.Who == Writer {
		r.Grant = &grant
	}
	if problem.Denied(err) {
		err = awsops.DiagnoseRefusal(ctx, r, w.admin(s.Who.Side()), w.CustomerSession)
	}
	return &TestError{err}
}

// unread judges why the customer's administrator could not read what was written. What
// the access gives does not need that, unless nobody of the customer's can: a file that
// the firm owns is opened by no policy of the bucket's. Source: Controlling ownership of
// objects and disabling ACLs for your bucket.
func (w *World) unread(ctx context.Context, wrote Actor, err error) error {
	if !problem.Denied(err) {
		return &TestError{err}
	}
	if b, readErr := w.CustomerSession.BucketFacts(ctx, w.Bucket, w.Customer.Account); wrote == Writer && readErr == nil && ownedByWriters(b.Ownership) {
		return &TestError{ownedByTheFirm(w.Facts, b.Ownership, err)}
	}
	p := explained(err, "read the test file")
	w.Unread = p.Summary + ". " + p.Detail
	read := call{as: CustomerAdmin, action: "s3:GetObject", key: w.probeKey(string(wrote))}
	if rules := w.denials(read); len(rules) > 0 && awsops.Forbidden(err) {
		w.Unread = w.rule(obstacle{rules[0], read, []string{read.action}}, "forbids")
	}
	return nil
}

func ownedByWriters(ownership string) bool {
	return ownership == "ObjectWriter" || ownership == "BucketOwnerPreferred"
}

// ownedByTheFirm is the problem of a file that the customer cannot read, since it is the
// firm's.
func ownedByTheFirm(f Facts, ownership string, err error) *problem.Error {
	return &problem.Error{
		Summary: "The customer cannot read what the firm's user writes",
		Detail: fmt.Sprintf("The ownership setting of %s is %s, so the file that was written belongs to the firm's account, and the bucket's own policy does not open it to the customer. This does not pass by waiting.",
			f.Bucket, ownership),
		Fixes: []string{
			"The customer sets the ownership of the bucket to BucketOwnerEnforced: " + shell.Command("aws", "s3api", "put-bucket-ownership-controls", "--bucket", f.Bucket, "--ownership-controls", "Rules=[{ObjectOwnership=BucketOwnerEnforced}]", "--profile", f.CustomerProfile),
			"Or the firm uploads with --acl bucket-owner-full-control, which the test does not do.",
		},
		Code: problem.Code(err), RequestID: problem.RequestID(err), Operation: problem.Operation(err), Err: err,
	}
}

// probeBody is what a probe holds: the run's own, so that it can be told from any
// other file.
func (f Facts) probeBody() string {
	return "crossgrant probe of run " + f.Run + ": this file can be deleted.\n"
}
