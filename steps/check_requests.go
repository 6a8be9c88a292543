package steps

// The requests of a check, what becomes of its test file, and what they show.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

const (
	allowed = "allowed"
	refused = "refused"
	failed  = "error"
)

func expected(is bool) string {
	if is {
		return allowed
	}
	return refused
}

// test sends the requests. Those that do not need each other go side by side; the read needs
// the file that was written, and the try to delete it comes last.
func (c *checking) test(ctx context.Context) {
	g := c.grant
	first := []func() Test{
		func() Test { return c.list(ctx, "list", g.Prefix, g.Reads()) },
		func() Test { return c.write(ctx, "write", c.key, g.Writes()) },
	}
	if c.narrow() && g.Reads() {
		first = append(first, func() Test { return c.list(ctx, "list all", "", false) })
	}
	if c.narrow() && g.Writes() {
		first = append(first, func() Test { return c.write(ctx, "write elsewhere", c.elsewhere, false) })
	}
	c.came(together(first)...)
	wrote := c.tests[1]
	second := []func() Test{func() Test { return c.read(ctx, "read", c.actor, c.acting, g.Reads()) }}
	if wrote.Got == allowed && c.customer != nil {
		second = append(second, func() Test { return c.read(ctx, "customer reads", c.facts.Customer.ARN, c.customer, true) })
	}
	c.came(together(second)...)
	if wrote.Got != failed || problem.Lost(wrote.err) { // else what has this key, if anything, is not known to be the check's
		c.came(c.delete(ctx))
	}
}

// came notes and tells what became of requests.
func (c *checking) came(tests ...Test) {
	c.tests = append(c.tests, tests...)
	for _, t := range tests {
		c.emit(Tested{t})
	}
}

func together(requests []func() Test) []Test {
	tests := make([]Test, len(requests))
	var group sync.WaitGroup
	for i, send := range requests {
		group.Go(func() { tests[i] = send() })
	}
	group.Wait()
	return tests
}

// got notes what became of a request.
func (t Test) got(receipt awsops.Receipt, err error) Test {
	t.Got, t.RequestID, t.At, t.err = allowed, receipt.RequestID, time.Now().UTC(), err
	if err != nil {
		t.Got, t.Code, t.RequestID, t.HostID = failed, problem.Code(err), problem.RequestID(err), problem.Clean(problem.Header(err, "x-amz-id-2"))
		if problem.Denied(err) {
			t.Got = refused
		}
	}
	return t
}

// expect has a refusal that AWS's delay may explain waited out, where something was changed
// a moment ago.
func (c *checking) expect(works bool) awsops.Expect {
	if works && c.Mended {
		return awsops.Granted
	}
	return ""
}

func (c *checking) bucketARN() string { return "arn:" + c.grant.Partition + ":s3:::" + c.grant.Bucket }

func (c *checking) list(ctx context.Context, what, prefix string, expect bool) Test {
	t := Test{As: c.actor, What: what, Action: "s3:ListBucket", Resource: c.bucketARN(), Expected: expected(expect), key: prefix}
	return t.got(c.acting.TryList(ctx, c.grant.Bucket, c.grant.Owner, prefix, c.expect(expect)))
}

func (c *checking) write(ctx context.Context, what, key string, expect bool) Test {
	t := Test{As: c.actor, What: what, Action: "s3:PutObject", Resource: c.bucketARN() + "/" + key, Expected: expected(expect), key: key}
	op := awsops.PutObject{Bucket: c.grant.Bucket, Owner: c.grant.Owner, Key: key, Body: c.body(), Expect: c.expect(expect)}
	r, err := c.acting.Perform(ctx, op)
	if err == nil || problem.Lost(err) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.written = append(c.written, probe{op, r, err != nil})
	}
	return t.got(r, err)
}

func (c *checking) read(ctx context.Context, what, as string, s *awsops.Session, expect bool) Test {
	t := Test{As: as, What: what, Action: "s3:GetObject", Resource: c.bucketARN() + "/" + c.key, Expected: expected(expect), key: c.key}
	there := slices.ContainsFunc(c.written, func(p probe) bool { return p.op.Target().Name == c.grant.Bucket+"/"+c.key })
	r, err := s.Perform(ctx, awsops.GetObject{Bucket: c.grant.Bucket, Owner: c.grant.Owner, Key: c.key, Body: c.body(), Expect: c.expect(expect && there && s == c.acting)})
	if problem.Is(err, "NoSuchKey") { // which S3 says only to who may read it
		r, err = awsops.Receipt{RequestID: problem.RequestID(err)}, nil
	}
	return t.got(r, err)
}

func (c *checking) delete(ctx context.Context) Test {
	t := Test{As: c.actor, What: "delete", Action: "s3:DeleteObject", Resource: c.bucketARN() + "/" + c.key, Expected: refused, key: c.key}
	op := awsops.DeleteObject{Bucket: c.grant.Bucket, Owner: c.grant.Owner, Key: c.key}
	r, err := c.acting.Perform(ctx, op)
	switch {
	case err == nil && r.VersionID != "": // a delete marker
		c.written = append(c.written, probe{op: op, got: r})
	case err == nil:
		c.written = slices.DeleteFunc(c.written, func(p probe) bool { return p.op.Target().Name == op.Target().Name })
	}
	return t.got(r, err)
}

func (c *checking) body() string {
	return "crossgrant probe of a check: this file can be deleted. " + c.key + "\n"
}

// takeBack deletes the test files, each in the version that was written, by the customer's
// sign-in, or by the writer's where it may.
func (c *checking) takeBack(ctx context.Context) (left []Remainder) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := c.customer
	if s == nil {
		s = c.acting
	}
	for _, p := range slices.Backward(c.written) { // the marker before what it hides
		inverse, does := p.op.Inverse(p.got)
		if !does {
			continue
		}
		op := inverse.(awsops.DeleteObject)
		op.Expect = "" // no refusal is waited out
		if p.lost {    // the text that it holds has the key in it, which no other check has
			if v, ours, err := s.Find(ctx, op.Bucket, op.Owner, op.Key, c.body()); err == nil && ours {
				op.VersionID, op.ETag, p.lost = v.ID, v.ETag, false
			}
		}
		r := Remainder{What: op.Describe().Resource, May: p.lost, Commands: []string{c.removal(op)}}
		if p.lost { // it is not known what was written
			left = append(left, r)
			continue
		}
		_, err := s.Perform(ctx, op)
		if err == nil {
			continue
		}
		r.Why = Problem(err).Brief()
		if c.customer == nil && problem.Denied(err) {
			r.Why = "the writer may not delete it, as it should be, and no profile of the customer was given"
		}
		left = append(left, r)
	}
	return left
}

// judge finds the verdict.
func (c *checking) judge(e *awsops.Evidence) (out Checked, err error) {
	out = Checked{Verdict: awsops.Verdict{Holds: true, Cause: policy.NoCause, Side: "none", Unread: e.Unread()}}
	v := &out.Verdict
	tests := c.tests
	if c.acting == nil {
		tests = c.foreseen()
	}
	files := c.wanted(tests)
	refusal := func(t Test) awsops.Refusal {
		r := awsops.Refusal{Action: t.Action, Key: t.key, Err: t.err}
		if t.Action != "s3:ListBucket" {
			r.Wanted = files
		}
		return r
	}
	var (
		missing []awsops.Verdict
		denied  []awsops.Refusal
		above   []Test // refused by a rule that is in neither account
		unseen  []Test // refused, which says little of a file that is not there
	)
	about := byWeight(tests)[0]
	if !c.grant.Writes() {
		about = byWeight(tests)[1]
	}
	fails := func(t Test, v awsops.Verdict) {
		if missing = append(missing, v); len(missing) == 1 {
			about = t
		}
		r := refusal(t)
		r.Untried = c.acting == nil
		denied = append(denied, r)
		if v.Cause == policy.OrganisationOrNetwork {
			above = append(above, t)
		}
	}
	defer func() { out.Gates = c.gates(e, about, out.Verdict) }()
	for _, t := range byWeight(tests) {
		switch {
		case c.acting == nil && t.Expected == allowed:
			if foreseen, found := e.Foresee(refusal(t)); found {
				fails(t, foreseen)
			}
		case c.acting == nil || t.Passed():
		case t.What == "read" && tests[1].Got == refused && e.Allows(refusal(t)): // a file that is not there, which S3 says only to who may list all
			unseen = append(unseen, t)
			if !c.grant.Writes() {
				out.Warnings = append(out.Warnings, fmt.Sprintf("Whether %s can read a file was not seen, since none was written: by the policies of both sides it can.", problem.Clean(c.writer.Name)))
			}
		case t.What == "customer reads":
			if found, is := c.closedToTheCustomer(e, t); is {
				missing = append(missing, found)
			} else {
				out.Warnings = append(out.Warnings, fmt.Sprintf("The customer's profile could not read the test file: %s. Somebody else of the customer's may.", Problem(t.err).Summary))
			}
		case t.Expected == allowed:
			found := e.Verdict(refusal(t))
			if t.Got == failed && found.Cause == policy.UnknownCause {
				return out, t.err
			}
			fails(t, found)
		}
	}
	if len(missing) > 0 {
		*v = missing[0]
		if len(denied) == len(missing) {
			out.Mend = c.mend(e, denied)
		}
		for _, other := range missing[1:] {
			if other.Cause != v.Cause {
				v.Detail += " Beside that: " + other.Summary + ". " + other.Detail
				v.Fixes = append(slices.Clip(v.Fixes), other.Fixes...)
			}
		}
		if v.Cause == policy.OrganisationOrNetwork {
			kind, denies := problem.RuleOf(above[0].err)
			out.Letters = Letters(Appeal{
				Writer: c.writer.ARN, Grant: c.grant, Refused: append(above, unseen...), Rule: kind, Denies: denies,
				Policy: problem.DenyingPolicy(above[0].err), Excluded: e.Excluded(refusal(above[0])),
			})
		}
		return out, nil
	}
	v.Summary = fmt.Sprintf("%s can do what the grant says", problem.Clean(c.writer.Name))
	if c.acting == nil {
		v.Summary = "By the policies of both sides " + v.Summary
		v.Unread = append(slices.Clone(v.Unread), "whether AWS does as the policies say")
	}
	c.tooWide(e, tests, &out)
	c.ending(e, &out)
	return out, nil
}

// wanted are the actions on files that should have been allowed and were not, for a policy.
func (c *checking) wanted(tests []Test) string {
	var actions []string
	for _, t := range tests {
		if t.Expected == allowed && !t.Passed() && t.Action != "s3:ListBucket" && t.What != "customer reads" {
			actions = append(actions, t.Action)
		}
	}
	return fmt.Sprintf("%s on %s/%s*", policy.Join(actions, "and"), c.bucketARN(), c.grant.Prefix)
}

// byWeight puts what most grants are for first: its cause is the one that is told first.
func byWeight(tests []Test) []Test {
	order := []string{"write", "read", "list", "customer reads"}
	at := func(t Test) int {
		if i := slices.Index(order, t.What); i >= 0 {
			return i
		}
		return len(order)
	}
	return slices.SortedStableFunc(slices.Values(tests), func(a, b Test) int { return at(a) - at(b) })
}

// foreseen are the requests that nobody could make.
func (c *checking) foreseen() []Test {
	g := c.grant
	all := []Test{
		{What: "list", Action: "s3:ListBucket", key: g.Prefix, Expected: expected(g.Reads())},
		{What: "write", Action: "s3:PutObject", key: c.key, Expected: expected(g.Writes())},
		{What: "read", Action: "s3:GetObject", key: c.key, Expected: expected(g.Reads())},
		{What: "delete", Action: "s3:DeleteObject", key: c.key, Expected: refused},
	}
	if c.narrow() && g.Writes() {
		all = append(all, Test{What: "write elsewhere", Action: "s3:PutObject", key: c.elsewhere, Expected: refused})
	}
	return all
}

// closedToTheCustomer: a file that the firm owns is opened by no policy of the bucket's.
// Source: Controlling ownership of objects and disabling ACLs for your bucket.
func (c *checking) closedToTheCustomer(e *awsops.Evidence, t Test) (awsops.Verdict, bool) {
	if t.Got != refused || !ownedByWriters(e.Ownership()) {
		return awsops.Verdict{}, false
	}
	p := ownedByTheFirm(c.facts, e.Ownership(), t.err)
	return awsops.Verdict{Cause: policy.ACLRequired, Side: "customer", Summary: p.Summary, Detail: p.Detail, Fixes: p.Fixes, Unread: e.Unread()}, true
}

// tooWide looks for what the grant does not give, and what is given all the same. Where
// nobody said what the grant should be that is told, and no more.
func (c *checking) tooWide(e *awsops.Evidence, tests []Test, out *Checked) {
	does := map[string]string{
		"list": "list the files", "write": "write files", "read": "read files", "delete": "delete files",
		"list all": "list the files outside of the prefix", "write elsewhere": "write files outside of the prefix",
	}
	var can, wide []string
	for _, t := range tests {
		if t.Expected == refused && (t.Got == allowed || c.acting == nil && e.Allows(awsops.Refusal{Action: t.Action, Key: t.key})) {
			can = append(can, does[t.What])
		}
	}
	if c.grant.Access == policy.Add && e.Allows(awsops.Refusal{Action: "s3:PutObject", Key: c.key, Replaces: true}) {
		can = append(can, "replace files")
	}
	if len(can) > 0 {
		wide = append(wide, fmt.Sprintf("%s can %s.", problem.Clean(c.writer.Name), policy.Join(can, "and")))
	}
	probe := awsops.Refusal{Action: "s3:PutObject", Key: c.key}
	if !c.grant.Writes() {
		probe.Action = "s3:GetObject"
	}
	statement := ""
	if at, others := e.LetsInOthers(probe); others && c.grant.Only {
		statement = at
		wide = append(wide, "The bucket's policy lets in other users of the firm's account too.")
	}
	if ends, known := e.Ends(probe); known && !c.grant.Until.IsZero() && (ends.IsZero() || ends.After(c.grant.Ends())) {
		when := "does not end"
		if !ends.IsZero() {
			when = "ends on " + date(ends)
		}
		wide = append(wide, fmt.Sprintf("By the bucket's policy the access %s, and its last day should be %s.", when, date(c.grant.Until)))
	}
	if len(wide) == 0 {
		return
	}
	if !c.Stated {
		out.Warnings = append(out.Warnings, strings.Join(wide, " ")+" If that is more than it should be, say what it should be, with --access and --prefix.")
		return
	}
	out.Verdict = awsops.Verdict{
		Cause: policy.WiderThanGranted, Side: "both", Summary: "The access is wider than the grant", Statement: statement,
		Detail: strings.Join(wide, " ") + " The grant: " + c.grant.Gives() + " " + c.grant.Withholds(),
		Fixes:  []string{"The bucket's owner narrows the statements that let the firm in, or an administrator of the firm the policies of " + c.writer.Name + "."}, Unread: out.Verdict.Unread,
	}
}

// endsSoon is how long before its end a grant is said to end.
const endsSoon = 30 * 24 * time.Hour

func (c *checking) ending(e *awsops.Evidence, out *Checked) {
	for _, action := range []string{"s3:PutObject", "s3:GetObject", "s3:ListBucket"} {
		if ends, known := e.Ends(awsops.Refusal{Action: action, Key: c.key}); known && !ends.IsZero() && time.Until(ends) < endsSoon {
			out.Warnings = append(out.Warnings, fmt.Sprintf("The access ends on %s, in %d days: the bucket's policy lets it in no longer than that. To go on, the customer sets a later day.", ends.UTC().Format("2 January 2006 15:04 (UTC)"), int(time.Until(ends).Hours()/24)))
			return
		}
	}
}
