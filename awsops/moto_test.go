package awsops

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// moto checks no policies and no signatures, and serves less than AWS: what runs
// there runs against other copies of AWS too.
func TestOperationsInMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: nothing is tried in moto")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH, so nothing is tried in it: pip install 'moto[server]'")
	}
	const owner = "123456789012" // moto's own account
	source := sourceOf(t, "[customer]\n"+someKey, "[profile firm]\nrole_arn = arn:aws:iam::222222222222:role/x\nsource_profile = customer\n")
	source.Endpoint = startMoto(t, program)
	customerSide, err := source.Open(t.Context(), "customer")
	if err != nil {
		t.Fatal(err)
	}
	firmSide, err := source.Open(t.Context(), "firm")
	if err != nil {
		t.Fatal(err)
	}
	if id, err := firmSide.Identity(t.Context()); err != nil || id.Account != "222222222222" {
		t.Fatalf("the firm is %+v, %v", id, err)
	}

	made := CreateBucket{Bucket: bucket, Owner: owner, Region: "eu-west-1"}
	bucketReceipt := do(t, customerSide, made)
	region, err := customerSide.FindBucket(t.Context(), bucket, owner)
	if err != nil || region != "eu-west-1" {
		t.Errorf("found in %q, %v", region, err)
	}
	customerSide = customerSide.In(region)
	_, err = customerSide.FindBucket(t.Context(), "no.such.bucket", owner)
	wantProblem(t, err, "There is no such bucket")
	grant := policy.New(policy.FirmGrant("aws", "222222222222", bucket))
	put := SetBucketPolicy{Bucket: bucket, Owner: owner, After: &grant}
	putReceipt := do(t, customerSide, put)
	facts, err := customerSide.BucketFacts(t.Context(), bucket, owner)
	if err != nil || !policy.Same(facts.Policy, &grant) || facts.Ownership != "BucketOwnerEnforced" {
		t.Errorf("%+v, %v", facts, err)
	}
	t.Logf("what moto does not tell: %v", facts.Unknown)

	user := do(t, firmSide, CreateUser{Account: "222222222222", Name: "test-writer", Run: "run-1"})
	key := do(t, firmSide, CreateAccessKey{Account: "222222222222", User: "test-writer"})
	writer := policy.WriterPolicy("aws", bucket)
	do(t, firmSide, SetUserPolicy{Account: "222222222222", User: "test-writer", Name: "w", After: &writer})
	policies, err := firmSide.InlinePolicies(t.Context(), UserIn("", "test-writer"))
	if err != nil || len(policies) != 1 || !policy.Equal(policies[0].Document, writer) {
		t.Errorf("%+v, %v", policies, err)
	}
	b, err := firmSide.Subordinates(t.Context(), UserIn("", "test-writer"), nil)
	if err != nil || len(b.Keys) != 1 || b.Keys[0].ID != key.KeyID || !slices.Equal(b.Inline, []string{"w"}) || len(b.Other) > 0 {
		t.Errorf("%+v, %v", b, err)
	}
	if ours, err := firmSide.Tagged(t.Context(), "run-1"); err != nil || len(ours) != 1 {
		t.Errorf("%+v, %v", ours, err)
	}

	session := firmSide.WithKey(key.KeyID, key.Secret)
	if err := awaitKey(t.Context(), session, user.UserARN); err != nil {
		t.Fatal(err)
	}
	session = session.In(region)
	probe := PutObject{Bucket: bucket, Owner: owner, Key: "crossgrant-probe/1", Body: "hello", Expect: Granted}
	written := do(t, session, probe)
	fails(t, session, PutObject{Bucket: bucket, Owner: owner, Key: probe.Key, Body: "other"}, "An object of this name is there already")
	do(t, session, GetObject{Bucket: bucket, Owner: owner, Key: probe.Key, Body: "hello", Expect: Granted})
	if r := do(t, session, GetObject{Bucket: bucket, Owner: owner, Key: probe.Key, Body: "hello", Expect: Refused}); r.Refused != "" {
		t.Errorf("moto refuses: %+v", r)
	}
	inverse, _ := probe.Inverse(written)
	do(t, customerSide, inverse)
	if ids, err := customerSide.ObjectVersions(t.Context(), bucket, owner, probe.Key); err != nil || len(ids) != 0 {
		t.Errorf("left behind: %q, %v", ids, err)
	}

	do(t, firmSide, SetUserPolicy{Account: "222222222222", User: "test-writer", Name: "w", Before: &writer})
	do(t, firmSide, DeleteAccessKey{Account: "222222222222", User: "test-writer", KeyID: key.KeyID})
	do(t, firmSide, DeleteUser{Account: "222222222222", Name: "test-writer", ID: user.UserID, Run: "run-1"})
	roleInMoto(t, firmSide, writer, region)
	undo, _ := put.Inverse(putReceipt)
	do(t, customerSide, undo)
	if live, err := customerSide.BucketPolicy(t.Context(), bucket, owner); live != nil || err != nil {
		t.Errorf("%v, %v", live, err)
	}
	remove, _ := made.Inverse(bucketReceipt)
	do(t, customerSide, remove)
}

// roleInMoto makes a role, acts as it, finds it again, and deletes it.
func roleInMoto(t *testing.T, s *Session, writer policy.Document, region string) {
	t.Helper()
	const account = "222222222222"
	trust := policy.Trust(policy.AccountARN("aws", account))
	role := RoleIn(account, "deliverer")
	made := do(t, s, CreateRole{Account: account, Name: role.Name, Run: "run-1", Trust: trust})
	do(t, s, SetInlinePolicy(role, "w", nil, &writer))
	fails(t, s, CreateRole{Account: account, Name: role.Name, Run: "run-2", Trust: trust}, "The name of the role is taken")
	live, err := s.Principal(t.Context(), role)
	if err != nil || live == nil || live.ID != made.UserID || live.Run != "run-1" || !policy.Same(live.Trust, &trust) {
		t.Fatalf("%+v, %v", live, err)
	}
	if live.Target() != role {
		t.Errorf("it is taken for %+v", live.Target())
	}
	as, err := s.AsRole(t.Context(), made.UserARN, true)
	if err != nil {
		t.Fatal(err)
	}
	as = as.In(region)
	if id, err := as.Identity(t.Context()); err != nil || id.ARN != "arn:aws:sts::"+account+":assumed-role/deliverer/"+RoleSession || as.Expires().Before(time.Now()) {
		t.Errorf("the role acts as %+v until %v, %v", id, as.Expires(), err)
	}
	put := PutObject{Bucket: bucket, Owner: "123456789012", Key: "crossgrant-probe/2", Body: "hello", Expect: Granted}
	undo, _ := put.Inverse(do(t, as, put))
	do(t, as, undo)
	b, err := s.Subordinates(t.Context(), role, nil)
	if err != nil || !slices.Equal(b.Inline, []string{"w"}) || len(b.Keys)+len(b.Other) > 0 {
		t.Errorf("%+v, %v", b, err)
	}
	grantees, err := s.Grantees(t.Context())
	if at := slices.IndexFunc(grantees, func(g Grantee) bool { return g.Target() == role }); err != nil || at < 0 || len(grantees[at].Inline) != 1 || !policy.Same(grantees[at].Trust, &trust) {
		t.Errorf("%+v, %v", grantees, err)
	}
	if ours, err := s.Tagged(t.Context(), "run-1"); err != nil || len(ours) != 1 || ours[0].Kind != KindRole {
		t.Errorf("%+v, %v", ours, err)
	}
	do(t, s, SetInlinePolicy(role, "w", &writer, nil))
	fails(t, s, DeleteRole{Account: account, Name: role.Name, ID: "AROAOTHER", Run: "run-1"}, "A different role has this name now")
	do(t, s, DeleteRole{Account: account, Name: role.Name, ID: made.UserID, Run: "run-1"})
	if live, err := s.Principal(t.Context(), role); err != nil || live != nil {
		t.Errorf("it is still there: %+v, %v", live, err)
	}
}

// moto keeps managed policies, groups and bucket settings, which
// DiagnoseRefusal and BucketFacts read.
func TestRefusalInMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: nothing is tried in moto")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH, so nothing is tried in it: pip install 'moto[server]'")
	}
	source := sourceOf(t, "[one]\n"+someKey, "")
	source.Endpoint = startMoto(t, program)
	s, err := source.Open(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	const owner = "123456789012"
	name, user := bucket, "u"
	do(t, s, CreateBucket{Bucket: bucket, Owner: owner, Region: "us-east-1"})
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.s3.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: &name, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
			Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{
				SSEAlgorithm: s3types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String("arn:aws:kms:us-east-1:123456789012:key/k"),
			}}},
		},
	}))
	enableVersioning(t, s)
	must(s.s3.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{
		Bucket: &name, ObjectLockConfiguration: &s3types.ObjectLockConfiguration{
			ObjectLockEnabled: s3types.ObjectLockEnabledEnabled,
			Rule:              &s3types.ObjectLockRule{DefaultRetention: &s3types.DefaultRetention{Mode: s3types.ObjectLockRetentionModeGovernance, Days: aws.Int32(30)}},
		},
	}))
	facts, err := s.BucketFacts(t.Context(), bucket, owner)
	if err != nil || facts.Encryption != "aws:kms" || facts.KMSKey == "" || facts.ObjectLock != "GOVERNANCE 30 days" {
		t.Errorf("%+v, %v", facts, err)
	}

	made := do(t, s, CreateUser{Account: owner, Name: user, Run: "r"})
	attach := func(name, document string) string {
		t.Helper()
		out, err := s.iam.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Policy.Arn
	}
	const all = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	wide := attach("wide", all)
	refusal := Refusal{
		Action: "s3:PutObject", Bucket: bucket, Key: "k", User: User{Kind: KindUser, Name: user, ARN: made.UserARN, ID: made.UserID},
		Err: &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"},
	}
	because := func(summary string) *problem.Error {
		t.Helper()
		p := DiagnoseRefusal(t.Context(), refusal, s, s)
		if p.Summary != summary {
			t.Errorf("%v, want %q", p, summary)
		}
		return p
	}
	because("Neither side lets the user in")
	must(s.iam.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: &wide}))
	because("The bucket's encryption key may be closed to the user")
	must(s.iam.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("g")}))
	must(s.iam.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: aws.String("g"), UserName: &user}))
	must(s.iam.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: &user, Password: aws.String("Pa55word!Pa55word!")}))
	must(s.iam.DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{UserName: &user, PolicyArn: &wide}))
	because("Neither side lets the user in")
	must(s.iam.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: aws.String("g"), PolicyName: aws.String("p"), PolicyDocument: aws.String(all)}))
	because("The bucket's encryption key may be closed to the user") // the group's inline policy lets it in
	must(s.iam.DeleteGroupPolicy(t.Context(), &iam.DeleteGroupPolicyInput{GroupName: aws.String("g"), PolicyName: aws.String("p")}))
	must(s.iam.AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: aws.String("g"), PolicyArn: &wide}))
	because("The bucket's encryption key may be closed to the user") // and its managed one
	must(s.iam.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: &wide}))
	grantees, err := s.Grantees(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(grantees, func(g Grantee) bool { return g.Name == user })
	if at < 0 {
		t.Fatalf("the user is not among %+v", grantees)
	}
	for name, known := range map[string]*Grantee{"list by list": nil, "of all users at once": &grantees[at]} {
		b, err := s.Subordinates(t.Context(), UserIn("", user), known)
		var words []string
		for _, o := range b.Other {
			words = append(words, o.What)
		}
		slices.Sort(words)
		if want := []string{"a console password", "the group g", "the managed policy wide"}; err != nil || !slices.Equal(words, want) {
			t.Errorf("%s: %q, %v, want %q", name, words, err, want)
		}
	}
}

func startMoto(t *testing.T, program string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-p", fmt.Sprint(port))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			return "http://" + address
		}
		if err := sleep(t.Context(), 50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("moto_server did not start within a minute")
	return ""
}
