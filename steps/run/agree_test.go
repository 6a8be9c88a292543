package run_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// What customers write into the rules of their buckets, to be put together at random.
var (
	principals = []string{
		`"Principal":"*"`, `"Principal":"*"`, `"Principal":"*"`, `"Principal":{"AWS":"*"}`,
		`"Principal":{"AWS":"444455556666"}`, `"Principal":{"AWS":"arn:aws:iam::444455556666:root"}`,
		`"Principal":{"AWS":["777788889999","arn:aws:iam::444455556666:root"]}`, `"Principal":{"AWS":"777788889999"}`,
		`"Principal":{"AWS":"arn:aws:iam::444455556666:user/bob"}`, `"Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"}`,
		`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`, `"Principal":{"Service":"cloudtrail.amazonaws.com"}`,
		`"NotPrincipal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/admin"]}`,
		`"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/admin"}`,
		`"NotPrincipal":{"AWS":["444455556666","arn:aws:iam::444455556666:user/bob","111122223333","arn:aws:iam::111122223333:user/admin"]}`,
	}
	actions = []string{
		`"Action":"s3:*"`, `"Action":"s3:*"`, `"Action":"s3:PutObject"`, `"Action":"s3:GetObject"`, `"Action":"s3:Get*"`,
		`"Action":["s3:DeleteObject","s3:DeleteObjectVersion"]`, `"Action":["s3:PutObjectAcl","s3:PutBucketAcl"]`, `"Action":["s3:PutBucketPolicy","s3:DeleteBucketPolicy"]`,
		`"Action":"s3:ListBucket"`, `"Action":["s3:PutObject","s3:ListBucket"]`, `"NotAction":["s3:GetObject","s3:PutObject"]`, `"NotAction":"s3:Get*"`, `"NotAction":["s3:List*","s3:Get*","s3:PutBucketPolicy"]`,
	}
	resources = []string{
		`"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]`, `"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]`,
		`"Resource":"arn:aws:s3:::my.test.bucket/*"`, `"Resource":"arn:aws:s3:::my.test.bucket"`, `"Resource":"arn:aws:s3:::my.test.bucket/private/*"`,
		`"Resource":"arn:aws:s3:::my.test.bucket/*-writer.txt"`, `"NotResource":"arn:aws:s3:::my.test.bucket/inbox/*"`,
		`"NotResource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/crossgrant-probe/*"]`, `"Resource":"arn:aws:s3:::my.test.bucket/${aws:username}/*"`,
	}
	conditions = []string{
		``, ``, ``, ``,
		`"Bool":{"aws:SecureTransport":"false"}`, `"Bool":{"aws:SecureTransport":"true"}`, `"NumericLessThan":{"s3:TlsVersion":"1.2"}`,
		`"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`, `"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`,
		`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/admin"}`, `"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:*","arn:aws:iam::444455556666:user/*"]}`,
		`"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/deployer"}`,
		`"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}`, `"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8","::1/128"]}`, `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`,
		`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`, `"StringNotEqualsIfExists":{"aws:SourceVpc":"vpc-1"}`, `"StringEquals":{"aws:SourceVpce":"vpce-1"}`,
		`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`, `"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:PrincipalIsAWSService":"false"}`,
		`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`, `"Null":{"aws:MultiFactorAuthAge":"true"}`, `"NumericGreaterThan":{"aws:MultiFactorAuthAge":"3600"}`,
		`"Null":{"s3:x-amz-server-side-encryption":"true"}`, `"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`,
		`"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`, `"StringEquals":{"s3:x-amz-acl":["public-read","public-read-write"]}`,
		`"StringNotLike":{"aws:userid":["AROAEXAMPLE:*","111122223333"]}`, `"StringNotEquals":{"aws:username":"admin"}`, `"StringLike":{"aws:username":"test-*"}`,
		`"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`, `"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`,
		`"StringNotEquals":{"aws:PrincipalTag/team":"delivery"}`, `"StringEquals":{"aws:PrincipalTag/team":"blocked"}`,
		`"StringNotEquals":{"s3:ResourceAccount":"111122223333"}`, `"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, `"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}`,
		`"StringNotEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}`, `"StringNotEquals":{"s3:authType":"REST-HEADER"}`, `"StringNotLike":{"aws:UserAgent":"Internal/*"}`,
		`"Null":{"s3:RequestObjectTag/team":"true"}`, `"StringEquals":{"s3:ExistingObjectTag/class":"secret"}`, `"StringNotEquals":{"aws:PrincipalType":"AssumedRole"}`, `"Null":{"s3:if-none-match":"true"}`,
	}
)

// A dry run and a run never disagree, in buckets that others have rules for and with users
// who have policies of their own: what stops the one before the first change stops the
// other there, and comes true; what stops a run later had been said to be possible; and
// where nothing was said, nothing happens.
func TestADryRunAndARunNeverDisagree(t *testing.T) {
	buckets := 160
	if testing.Short() {
		buckets = 10
	}
	random := rand.New(rand.NewPCG(6, 7))
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	root := newStage(t)
	root.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "x"})
	var stopped, warned, silent, failed int
	for n := 0; n < buckets; {
		rule := `{"Version":"2012-10-17","Statement":[{"Sid":"House","Effect":"Deny",` + pick(principals) + `,` + pick(actions) + `,` + pick(resources)
		if c := pick(conditions); c != "" {
			rule += `,"Condition":{` + c + `}`
		}
		rule += `}]}`
		own := ""
		if random.IntN(4) == 0 {
			own = `{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Deny",` + pick(actions) + `,"Resource":"*"`
			if c := pick(conditions); c != "" {
				own += `,"Condition":{` + c + `}`
			}
			own += `}]}`
		}
		d, err := policy.Parse([]byte(rule))
		if err != nil {
			t.Fatal(err)
		}
		if refusedByS3(d) {
			continue // S3 would not have it
		}
		n++
		s := root.fork()
		q := run.Request{Answers: answers([]string{"setup", "setup", "tour"}[random.IntN(3)], firm, first, "test-writer")}
		if own != "" {
			of, err := policy.Parse([]byte(own))
			must(t, err)
			q.Answers.Journey, q.Answers.UseExisting, q.Answers.FirmUser = "setup", true, "bob"
			s.do(firm, awsops.SetUserPolicy{Account: firm, User: "bob", Name: "own", After: &of})
		}
		s.setPolicy(first, &d)
		what := q.Answers.Journey + " with " + rule + " " + own
		before := s.box.Snapshot()
		notes, dry := s.dryRun(q)
		truth := s.fork()
		end := s.run(q)
		may := strings.Contains(notes, "may forbid") || strings.Contains(notes, "may be refused")
		stays := strings.Contains(notes, "will stay")
		switch {
		case dry.Code != run.Done:
			stopped++
			if end.Code != dry.Code || end.Problem.Summary != dry.Problem.Summary {
				t.Errorf("%s\nbeforehand it ends %d: %s\nthen it ends %d: %s", what, dry.Code, said(dry), end.Code, said(end))
			}
			s.same(before, what)
			if strings.Contains(dry.Problem.Summary, "forbids") && !truth.stops(q.Answers, &d) {
				t.Errorf("%s\nit was stopped for nothing: %s", what, said(dry))
			}
		case may:
			warned++
			if end.Code != run.Done {
				failed++
			}
		default:
			silent++
			if ok := end.Code == run.Done || stays && q.Answers.Journey == "tour" && end.Code == run.Left; !ok {
				t.Errorf("%s\nnoted was %q, and it ends %d: %s", what, notes, end.Code, said(end))
			}
		}
		if dry.Code == run.Done && !may {
			if kept := strings.Contains(said(end), "test file stays") || len(end.Left) > 0; kept != stays {
				t.Errorf("%s\nthat a file stays was said: %v; it did: %v", what, stays, kept)
			}
			if noted := strings.Contains(notes, "customer's administrator") && strings.Contains(notes, "cannot be shown"); noted != strings.Contains(said(end), "was not shown") {
				t.Errorf("%s\nthat the customer cannot read was said: %v: %s", what, noted, said(end))
			}
		}
	}
	t.Logf("%d buckets: %d runs stopped before the first change, %d went through as foreseen, %d had been warned of what may be, and %d of these failed", buckets, stopped, silent, warned, failed)
	if stopped < buckets/8 || silent < buckets/8 || failed == 0 || failed == warned {
		t.Error("the rules are too much of one kind to show anything")
	}
}

// refusedByS3 tells that S3 would not take a policy.
func refusedByS3(d policy.Document) bool {
	for _, f := range policy.Lint(d, policy.Against{Kind: policy.BucketPolicy, Bucket: first, Partition: "aws", Account: customer}) {
		if f.Severity == policy.Refused {
			return true
		}
	}
	return false
}

// stops tells whether the rules as they stand refuse one of the calls that a run cannot do
// without, by sending them.
func (s *stage) stops(a steps.Answers, live *policy.Document) bool {
	s.t.Helper()
	user := a.FirmUser
	open := policy.Merge(live, policy.FirmGrant("aws", firm, first))
	if _, err := s.session(customer).Perform(s.t.Context(), awsops.SetBucketPolicy{Bucket: first, Owner: customer, Before: live, After: &open}); err != nil {
		return true
	}
	if u, err := s.session(firm).User(s.t.Context(), user); err == nil && u == nil {
		s.do(firm, awsops.CreateUser{Account: firm, Name: user, Run: "x"})
	}
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: user, Name: "writer-policy", After: new(policy.WriterPolicy("aws", first))})
	callers := []struct{ account, name, key string }{{firm, user, "crossgrant-probe/x-writer.txt"}}
	if a.Journey == "tour" {
		callers = append(callers, struct{ account, name, key string }{customer, "test-customer", "crossgrant-probe/x-test-user.txt"})
	}
	tester := s.do(customer, awsops.CreateUser{Account: customer, Name: "test-customer", Run: "x"})
	tested := policy.Merge(&open, policy.TestUserGrant(tester.UserARN, first)...)
	s.do(customer, awsops.SetBucketPolicy{Bucket: first, Owner: customer, Before: &open, After: &tested})
	for _, who := range callers {
		key := s.do(who.account, awsops.CreateAccessKey{Account: who.account, User: who.name})
		session := s.session(who.account).WithKey(key.KeyID, key.Secret)
		for _, op := range []awsops.Operation{
			awsops.PutObject{Bucket: first, Owner: customer, Key: who.key, Body: "x"},
			awsops.GetObject{Bucket: first, Owner: customer, Key: who.key, Body: "x"},
		} {
			if _, err := session.Perform(s.t.Context(), op); err != nil {
				return true
			}
		}
	}
	return false
}
