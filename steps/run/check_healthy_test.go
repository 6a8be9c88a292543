package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// a health is a set-up that works.
type health struct {
	name        string
	bucket, own string
	set         func(*checkStage)
	ask         func(*steps.Question)
}

func healthyStates() []health {
	user := strings.ReplaceAll(bucketGives, firm+":root", firm+":user/test-writer")
	role := strings.ReplaceAll(bucketGives, firm+":root", firm+":role/deliverer")
	in := `"arn:aws:s3:::my.test.bucket/in/*"`
	deliver := let(theFirm, `"s3:PutObject"`, in, "")
	still := func(s string) string { return bucketGives + "," + s }
	withRole := func(c *checkStage) { c.role("deliverer", firmGives) }
	attached := func(c *checkStage) { c.attach(firmGives) }
	setUp := func(change func(*steps.Answers)) func(*checkStage) {
		return func(c *checkStage) {
			a := answers("setup", firm, first, "test-writer")
			a.UseExisting = true
			change(&a)
			if e := c.run(run.Request{Answers: a}); e.Code != run.Done {
				c.t.Fatalf("%+v", e)
			}
		}
	}
	return []health{
		{"L1 L3 the account is let in", bucketGives, firmGives, nil, nil},
		{"by its 12 digits", strings.ReplaceAll(bucketGives, "arn:aws:iam::444455556666:root", firm), firmGives, nil, nil},
		{"L4 the user is let in", user, firmGives, nil, nil},
		{"both are", user + "," + bucketGives, firmGives, nil, nil},
		{"a user among others", strings.ReplaceAll(bucketGives, `"arn:aws:iam::444455556666:root"`, `["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:user/test-writer"]`), firmGives, nil, nil},
		{"the narrow pattern", onFiles(`"ArnEquals":{"aws:PrincipalArn":"` + writerARN + `"}`), firmGives, nil, nil},
		{"everything of S3 to the user", bucketGives, own(`"s3:*"`, `"*"`, ""), nil, nil},
		{"everything, to an administrator", bucketGives, own(`"*"`, `"*"`, ""), nil, nil},
		{"one statement for all", let(theFirm, `"s3:*"`, theBucket+","+theFiles, ""), own(`"s3:*"`, theBucket+","+theFiles, ""), nil, nil},
		{"D2 all but deleting, by a Deny", let(theFirm, `"s3:*"`, theBucket+","+theFiles, "") + "," + deny(`"s3:DeleteObject*"`, theFiles, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`), firmGives, nil, nil},
		{"it may delete, and nobody said that it should not", let(theFirm, `"s3:*"`, theBucket+","+theFiles, ""), own(`"s3:*"`, theBucket+","+theFiles, ""), nil, nil},
		{"the user's managed policy", bucketGives, "", attached, nil},
		{"G4 a boundary that lets it", bucketGives, firmGives, func(c *checkStage) { c.boundary(own(`"s3:*"`, `"*"`, "")) }, nil},
		{"10 a Deny of old TLS", still(deny(`"s3:*"`, theFiles, `"NumericLessThan":{"s3:TlsVersion":"1.2"}`)), firmGives, nil, nil},
		{"a Deny unless from here", still(deny(`"s3:*"`, theFiles, `"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}`)), firmGives, nil, nil},
		{"an Allow from here", onFiles(`"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`), ownOnFiles(`"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`), nil, nil},
		{"48 a Deny of old signatures", still(deny(`"s3:*"`, theFiles, `"NumericGreaterThan":{"s3:signatureAge":"600000"}`)), firmGives, nil, nil},
		{"D7 a Deny of deleting the bucket", still(deny(`"s3:DeleteBucket"`, theBucket, "")), firmGives, nil, nil},
		{"B4 a Deny of public ACLs", still(deny(`"s3:PutObject"`, theFiles, `"StringEquals":{"s3:x-amz-acl":["public-read","public-read-write"]}`)), firmGives, nil, nil},
		{"a Deny of files without a tag, elsewhere", still(deny(`"s3:PutObject"`, `"arn:aws:s3:::my.test.bucket/archive/*"`, "")), firmGives, nil, nil},
		{"a Deny that spares the user and its account", still(`{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/admin","arn:aws:iam::444455556666:root","` + writerARN + `"]},"Action":"s3:PutObject","Resource":` + theFiles + `}`), firmGives, nil, nil},
		{"with an end that is far", onFiles(`"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}`), firmGives, nil, nil},
		{"with an end that is near", onFiles(fmt.Sprintf(`"DateLessThan":{"aws:CurrentTime":%q}`, time.Now().Add(5*24*time.Hour).UTC().Format(time.RFC3339))), firmGives, nil, nil},
		{"a prefix", let(theFirm, readWrite, in, "") + "," + let(theFirm, `"s3:ListBucket"`, theBucket, `"StringLike":{"s3:prefix":"in/*"}`), firmGives, nil, stated(func(q *steps.Question) { q.Prefix = "in/" })},
		{"write only, in a prefix", deliver, firmGives, nil, stated(func(q *steps.Question) { q.Access, q.Prefix = "deliver", "in/" })},
		{"a prefix that the test file's own name has", let(theFirm, `"s3:PutObject"`, `"arn:aws:s3:::my.test.bucket/cross*"`, ""), firmGives, nil, stated(func(q *steps.Question) { q.Access, q.Prefix = "deliver", "cross" })},
		{"read only", let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, `"s3:GetObject"`, theFiles, ""), firmGives, nil, stated(func(q *steps.Question) { q.Access = "read" })},
		{"read only, in a prefix", let(theFirm, `"s3:ListBucket"`, theBucket, `"StringLike":{"s3:prefix":"in/*"}`) + "," + let(theFirm, `"s3:GetObject"`, in, ""), firmGives, nil, stated(func(q *steps.Question) { q.Access, q.Prefix = "read", "in/" })},
		{"D3 versions are kept", bucketGives, firmGives, func(c *checkStage) { c.versions() }, nil},
		{"versions are kept, and it may delete", let(theFirm, `"s3:*"`, theBucket+","+theFiles, ""), own(`"s3:*"`, `"*"`, ""), func(c *checkStage) { c.versions() }, nil},
		{"O1 the customer owns what others write, from before", bucketGives, firmGives, func(c *checkStage) { c.ownership(s3types.ObjectOwnershipBucketOwnerEnforced) }, nil},
		{"B1 Block Public Access, and nothing open", bucketGives, firmGives, func(c *checkStage) { c.restrict(true) }, nil},
		{"an open statement, and no Block Public Access", "", firmGives, func(c *checkStage) {
			c.restrict(false)
			c.bucketPolicy(bucketGives + "," + let(anybody, `"s3:GetObject"`, `"arn:aws:s3:::my.test.bucket/public/*"`, ""))
		}, nil},
		{"the customer's administrator may not read", still(`{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"},"Action":"s3:GetObject","Resource":` + theFiles + `}`), firmGives, nil, nil},
		{"crossgrant's own, of this user, decided alone", "", "", setUp(func(a *steps.Answers) { a.Access, a.OnlyThisUser = "deliver", true }), func(q *steps.Question) { q.WriterProfile = "" }},
		{"a role by its account", bucketGives, "", withRole, asDeliverer},
		{"a role by its name", "", "", func(c *checkStage) { withRole(c); c.bucketPolicy(role) }, asDeliverer},
		{"the firm's profile is the writer", bucketGives, firmGives, nil, func(q *steps.Question) { q.FirmProfile, q.WriterProfile = "writer", "" }},
		{"decided alone, by a managed policy", bucketGives, "", attached, func(q *steps.Question) { q.WriterProfile = "" }},
		{"another firm's narrow grant stands beside", "", firmGives, func(c *checkStage) {
			a := answers("setup", other, first, "theirs")
			a.Access, a.Prefix = "deliver", "in/"
			if e := c.run(run.Request{Answers: a}); e.Code != run.Done {
				c.t.Fatalf("%+v", e)
			}
			d, err := policy.Parse([]byte(document(bucketGives)))
			must(c.t, err)
			whole := policy.Merge(c.policy(first), d.Statements...)
			c.setPolicy(first, &whole)
		}, nil},
		{"decided alone", bucketGives, firmGives, nil, func(q *steps.Question) { q.WriterProfile = "" }},
		{"by the writer and the customer", bucketGives, firmGives, nil, func(q *steps.Question) { q.FirmProfile = "" }},
		{"crossgrant's own, article's", "", "", setUp(func(*steps.Answers) {}), nil},
		{"crossgrant's own, write only in a prefix until a day", "", "", setUp(func(a *steps.Answers) { a.Access, a.Prefix, a.Until = "deliver", "in/", "2098-12-31" }), nil},
		{"crossgrant's own, new files alone, of this user", "", "", setUp(func(a *steps.Answers) { a.Access, a.OnlyThisUser = "add", true }), nil},
		{"crossgrant's own, read", "", "", setUp(func(a *steps.Answers) { a.Access = "read" }), nil},
		{"46 the policy of a group", bucketGives, "", func(c *checkStage) { c.group(firmGives) }, nil},
		{"P15 a Deny of writes that may replace", still(deny(`"s3:PutObject"`, theFiles, `"Null":{"s3:if-none-match":"true"}`)), firmGives, nil, nil},
		{"B5 a bucket without Block Public Access", bucketGives, firmGives, func(c *checkStage) {
			buckets, _ := c.raw(customer)
			_, err := buckets.DeletePublicAccessBlock(c.t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: aws.String(first)})
			must(c.t, err)
		}, nil},
		{"C11 the user's policy is for the customer's buckets alone", bucketGives, ownOnFiles(`"StringEquals":{"s3:ResourceAccount":"111122223333"}`), nil, nil},
		{"a role with a path, by its account", bucketGives, "", (*checkStage).pathRole, asDeliverer},
		{"a Deny that spares the firm's account", still(deny(`"s3:*"`, theFiles, `"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`)), firmGives, nil, nil},
		{"a Deny of everybody who comes through a service", still(deny(`"s3:*"`, theFiles, `"Bool":{"aws:ViaAWSService":"true"}`)), firmGives, nil, nil},
		{"encrypted by SSE-S3 where the header is wrong alone", still(deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"},"Null":{"s3:x-amz-server-side-encryption":"false"}`)), firmGives, nil, nil},
	}
}

// Of set-ups that work, by whomever and however they were made, a check says that they do.
func TestCheckRaisesNoFalseAlarm(t *testing.T) {
	base := newCheckStage(t)
	for _, h := range healthyStates() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			c := base.fork(t)
			if h.bucket != "" {
				c.bucketPolicy(h.bucket)
			}
			c.userPolicy(h.own)
			if h.set != nil {
				h.set(c)
			}
			q := everybody()
			if h.ask != nil {
				h.ask(&q)
			}
			e, tests := c.check(q)
			if e.Code != run.Done || e.Verdict == nil || !e.Verdict.Holds || e.Verdict.Cause != policy.NoCause || e.Verdict.Side != "none" || len(e.Left) > 0 {
				t.Errorf("%+v, code %d, left %v, %v\n%+v", e.Verdict, e.Code, e.Left, e.Problem, tests)
			}
			if unseen := strings.Contains(fmt.Sprint(e.Warnings), "can read a file was not seen"); unseen != (h.name == "read only, in a prefix") {
				t.Errorf("the warnings are %q", e.Warnings)
			}
			if near := strings.Contains(fmt.Sprint(e.Warnings), "The access ends on"); near != strings.Contains(h.name, "that is near") {
				t.Errorf("the warnings are %q", e.Warnings)
			}
			if wide := strings.Contains(fmt.Sprint(e.Warnings), "can delete files"); wide != strings.Contains(h.name, "may delete") && !strings.Contains(h.name, "one statement") {
				t.Errorf("the warnings are %q", e.Warnings)
			}
		})
	}
}

func (c *checkStage) versions() {
	c.t.Helper()
	buckets, _ := c.raw(customer)
	_, err := buckets.PutBucketVersioning(c.t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String(first), VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}})
	must(c.t, err)
}

// With the writer's sign-in alone the test file goes where the writer may delete; else what
// is left is named, with the command that deletes it.
func TestCheckNamesTheFileThatStays(t *testing.T) {
	base := newCheckStage(t)
	alone := everybody()
	alone.CustomerProfile, alone.FirmProfile = "", ""
	c := base.fork(t)
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	e, _ := c.check(alone)
	if e.Code != run.Done || len(e.Left) != 1 || len(e.Commands) != 1 || !strings.Contains(e.Commands[0], "delete-object --bucket my.test.bucket --key crossgrant-probe/check-") || strings.Contains(e.Commands[0], "''") {
		t.Errorf("%+v", e)
	}
	c = base.fork(t)
	c.bucketPolicy(let(theFirm, `"s3:*"`, theBucket+","+theFiles, ""))
	c.userPolicy(own(`"s3:*"`, `"*"`, ""))
	if e, _ := c.check(alone); e.Code != run.Done || len(e.Left) > 0 {
		t.Errorf("%+v", e)
	}
}

// A check that is stopped deletes its file all the same, and one whose answer was lost says
// that the file may be there.
func TestCheckThatIsCutOff(t *testing.T) {
	base := newCheckStage(t)
	c := base.fork(t)
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	before := c.box.Snapshot()
	ctx, stop := context.WithCancel(t.Context())
	c.box.Inject(sandbox.Fault{Operation: "GetObject", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Struck: func(string) { stop() }})
	e := run.Check(ctx, t.Context(), c.source, everybody(), func(steps.Event) {})
	if e.Code != run.Interrupted || len(e.Left) > 0 || !slices.Equal(before, c.box.Snapshot()) {
		t.Errorf("%+v\n%q", e, c.box.Snapshot())
	}
	// a file whose answer was lost is found by its text
	ctx, stop = context.WithCancel(t.Context())
	c.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.ResetAfter, Struck: func(string) { stop() }})
	if e := run.Check(ctx, t.Context(), c.source, everybody(), func(steps.Event) {}); e.Code != run.Interrupted || len(e.Left) > 0 || !slices.Equal(before, c.box.Snapshot()) {
		t.Errorf("%+v\n%q", e, c.box.Snapshot())
	}
	// what somebody else has under the key, if that were, is not touched
	c.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: 412, Code: "PreconditionFailed"})
	calls := len(c.box.Calls())
	if e, _ := c.check(everybody()); e.Code != run.Failed || e.Problem.Summary != "An object of this name is there already" || slices.ContainsFunc(c.box.Calls()[calls:], func(c sandbox.Call) bool { return c.Operation == "DeleteObject" }) {
		t.Errorf("%+v", e)
	}
	c.box.Inject(sandbox.Fault{Operation: "DeleteObject", After: 1, Times: 9, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied"})
	if e, _ := c.check(everybody()); e.Code != run.Done || len(e.Left) != 1 || len(e.Commands) != 1 {
		t.Errorf("%+v", e)
	}
}

// Wherever the bucket is, and whoever is asked for that.
func TestCheckGoesToTheBucketsRegion(t *testing.T) {
	c := newCheckStage(t, func(s *sandbox.Config) {
		s.Buckets = append(s.Buckets, sandbox.Bucket{Name: "far.bucket", Account: customer, Region: "eu-west-1"})
	})
	buckets, _ := c.raw(customer)
	far := strings.NewReplacer(first, "far.bucket").Replace
	_, err := buckets.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("far.bucket"), Policy: aws.String(far(document(bucketGives)))}, func(o *s3.Options) { o.Region = "eu-west-1" })
	must(t, err)
	c.userPolicy(far(firmGives))
	for _, ask := range []func(*steps.Question){
		func(*steps.Question) {}, func(q *steps.Question) { q.FirmProfile = "" },
		func(q *steps.Question) { q.CustomerProfile = "" }, func(q *steps.Question) { q.CustomerProfile, q.FirmProfile = "", "" },
	} {
		q := everybody()
		q.Bucket = "far.bucket"
		ask(&q)
		if e, tests := c.check(q); e.Verdict == nil || !e.Verdict.Holds {
			t.Errorf("%+v %v %+v", e.Verdict, e.Problem, tests)
		}
	}
}

// How many answers one check waits for, one after another, by a clock that stands still but
// for them: three before its tests, and ten in all.
func TestCheckIsQuick(t *testing.T) {
	const each = time.Second
	for name, ask := range map[string]func(*steps.Question){"a user": func(*steps.Question) {}, "a role": asDeliverer, "a key": func(*steps.Question) {}} {
		t.Run(name, func(t *testing.T) {
			now := func() time.Time { return time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC) } // before the other clock begins
			s := newStage(t, func(c *sandbox.Config) {
				c.Latency, c.Now = each, func() time.Time { return now() }
			})
			synctest.Test(t, func(t *testing.T) {
				now = time.Now
				c := byHand(t, s)
				c.bucketPolicy(bucketGives)
				c.userPolicy(firmGives)
				c.role("deliverer", firmGives)
				if name == "a key" {
					with(keyGives, firmsKey)(c)
				}
				q := everybody()
				ask(&q)
				begun, calls := time.Now(), len(c.box.Calls())
				e := run.Check(t.Context(), t.Context(), c.source, q, func(steps.Event) {})
				all, after := time.Since(begun), c.box.Calls()[calls:]
				if e.Verdict == nil || !e.Verdict.Holds {
					t.Fatalf("%+v", e)
				}
				at := slices.IndexFunc(after, func(c sandbox.Call) bool { return c.Operation == "PutObject" })
				if before := after[at].Start.Sub(begun); before > 3*each || all > 10*each {
					t.Errorf("%s before the tests and %s in all, at %s each", before, all, each)
				}
				t.Logf("%s in all, at %s each, of %d calls", all, each, len(after))
			})
		})
	}
}
