package run_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

const (
	useKey  = `"kms:GenerateDataKey","kms:Decrypt"`
	keysOwn = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
)

// keys is KMS for the customer's administrator.
func (s *stage) keys(region string) *kms.Client {
	s.t.Helper()
	for _, p := range s.box.Profiles() {
		if p.Name == profiles[customer] {
			return kms.New(kms.Options{
				Region: region, BaseEndpoint: aws.String(s.box.URL()), HTTPClient: &http.Client{Transport: s.source.Transport},
				Credentials: credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, ""),
			})
		}
	}
	s.t.Fatal("no administrator")
	return nil
}

// key makes a key of the customer's, whose policy has these statements beside its owner's.
func (s *stage) key(region, statements string) string {
	s.t.Helper()
	text := keysOwn
	if statements != "" {
		text += "," + statements
	}
	made, err := s.keys(region).CreateKey(s.t.Context(), &kms.CreateKeyInput{Policy: aws.String(document(text))})
	must(s.t, err)
	return *made.KeyMetadata.Arn
}

// encrypt has the bucket encrypt with a key, by whatever name.
func (s *stage) encrypt(bucket, key string) {
	s.t.Helper()
	by := &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAwsKms}
	if key != "" {
		by.KMSMasterKeyID = &key
	}
	buckets, _ := (&checkStage{s}).raw(customer)
	_, err := buckets.PutBucketEncryption(s.t.Context(), &s3.PutBucketEncryptionInput{Bucket: &bucket, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
		Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: by}},
	}})
	must(s.t, err)
}

// keyPolicy has the key's policy hold these statements.
func (s *stage) keyPolicy(key, statements string) {
	s.t.Helper()
	_, err := s.keys(policy.RegionOfKey(key)).PutKeyPolicy(s.t.Context(), &kms.PutKeyPolicyInput{KeyId: &key, Policy: aws.String(document(statements))})
	must(s.t, err)
}

// with has the bucket encrypt with a key whose policy has these statements; of the writer's
// policy KEY stands for the key.
func with(statements, own string) func(*checkStage) {
	return func(c *checkStage) {
		key := c.key("us-east-1", statements)
		c.encrypt(first, key)
		c.userPolicy(strings.ReplaceAll(own, "KEY", key))
	}
}

var (
	keyGives   = let(theFirm, useKey, `"*"`, "")
	firmsKey   = firmGives + "," + own(useKey, `"KEY"`, "")
	throughS3  = `"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}`
	ofBucket   = `"StringLike":{"kms:EncryptionContext:aws:s3:arn":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]}`
	noEvidence = func(c *checkStage, operations ...string) {
		for _, o := range operations {
			c.box.Inject(sandbox.Fault{Operation: o, Kind: sandbox.Answer, Status: 400, Code: "AccessDeniedException", Message: "no"})
		}
	}
)

// keyStates are those of the key with which the bucket encrypts.
func keyStates() []state {
	alone := func(q *steps.Question) { q.WriterProfile = "" }
	with := func(statements, own string, more ...func(*checkStage)) func(*checkStage) {
		return func(c *checkStage) {
			with(statements, own)(c)
			for _, m := range more {
				m(c)
			}
		}
	}
	onKey := func(do func(*checkStage, string)) func(*checkStage) {
		return func(c *checkStage) {
			key := c.key("us-east-1", keyGives)
			c.encrypt(first, key)
			c.userPolicy(strings.ReplaceAll(firmsKey, "KEY", key))
			do(c, key)
		}
	}
	states := []state{
		{name: "30 K2 the key's policy is missing", set: with("", firmsKey), cause: "kms-key-policy", side: "customer", says: `"Sid":"CrossgrantFirm444455556666Key"`},
		{name: "30 K2 the firm's half of the key is missing", set: with(keyGives, firmGives), cause: "kms-firm-policy", side: "firm", says: "No policy of the user's own allows kms:GenerateDataKey"},
		{name: "both halves of the key are missing", set: with("", firmGives), cause: "kms-key-policy", side: "both", says: "allowwriteruseriamaccessKey"},
		{name: "the key lets in another account", set: with(strings.ReplaceAll(keyGives, firm, other), firmsKey), cause: "kms-key-policy", side: "customer", says: "Its policy does not allow kms:GenerateDataKey to the account 4444-5555-6666"},
		{name: "a digit of the key's account", set: with(strings.ReplaceAll(keyGives, firm, another), firmsKey), cause: "kms-key-policy", side: "customer", says: "4444-5555-6665"},
		{name: "the key lets in through another service", set: with(let(theFirm, useKey, `"*"`, `"StringEquals":{"kms:ViaService":"ec2.us-east-1.amazonaws.com"}`), firmsKey), cause: "kms-key-policy", side: "customer", says: "ec2.us-east-1"},
		{name: "the key lets in for another bucket", set: with(let(theFirm, useKey, `"*"`, `"StringLike":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::another/*"}`), firmsKey), cause: "kms-key-policy", side: "customer"},
		{name: "the key lets in for reading alone", set: with(let(theFirm, `"kms:Decrypt"`, `"*"`, ""), firmsKey), cause: "kms-key-policy", side: "customer", says: "kms:GenerateDataKey"},
		{name: "the key lets in for writing alone", set: with(let(theFirm, `"kms:GenerateDataKey"`, `"*"`, ""), firmsKey), cause: "kms-key-policy", side: "customer", says: "kms:Decrypt"},
		{name: "the key's policy has a Deny", set: with(keyGives+","+deny(useKey, `"*"`, `"StringNotEquals":{"kms:CallerAccount":"111122223333"}`), firmsKey), cause: "kms-key-policy", side: "customer", fix: rekeyed, says: "Deny"},
		{name: "the user has a Deny on the key", set: with(keyGives, firmsKey+","+clause("Deny", "", `"kms:*"`, `"*"`, "")), cause: "kms-firm-policy", side: "firm", fix: func(c *checkStage, _ awsops.Verdict) {
			facts, err := c.session(customer).BucketFacts(c.t.Context(), first, customer)
			must(c.t, err)
			c.userPolicy(strings.ReplaceAll(firmsKey, "KEY", facts.KMSKey))
		}, says: "Deny"},
		{name: "the user's policy names another key", set: with(keyGives, firmGives+","+own(useKey, `"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"`, "")), cause: "kms-firm-policy", side: "firm"},
		{name: "the boundary leaves the key out", set: with(keyGives, firmsKey, func(c *checkStage) { c.boundary(own(`"s3:*"`, `"*"`, "")) }), cause: "boundary", side: "firm", fix: withoutBoundary, says: "kms:GenerateDataKey"},
		{name: "29 K1 the key is AWS's own", set: func(c *checkStage) { c.encrypt(first, ""); c.userPolicy(firmGives) }, cause: "kms-not-shareable", side: "customer", fix: func(c *checkStage, _ awsops.Verdict) {
			buckets, _ := c.raw(customer)
			_, err := buckets.DeleteBucketEncryption(c.t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: aws.String(first)})
			must(c.t, err)
		}, says: "SSE-S3"},
		{name: "K3 the key is off", set: onKey(func(c *checkStage, key string) {
			_, err := c.keys("us-east-1").DisableKey(c.t.Context(), &kms.DisableKeyInput{KeyId: &key})
			must(c.t, err)
		}), cause: "kms-key-unusable", side: "customer", fix: switchedOn, says: "kms enable-key --key-id arn:"},
		{name: "K3 the key is to be deleted", set: onKey(func(c *checkStage, key string) {
			_, err := c.keys("us-east-1").ScheduleKeyDeletion(c.t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &key})
			must(c.t, err)
		}), cause: "kms-key-unusable", side: "customer", fix: switchedOn, says: "kms cancel-key-deletion"},
		{name: "K3 the key is in another region", set: func(c *checkStage) {
			key := c.key("eu-west-1", keyGives)
			c.encrypt(first, key)
			c.userPolicy(strings.ReplaceAll(firmsKey, "KEY", key))
		}, cause: "kms-key-unusable", side: "customer", fix: rekeyed, says: "another region"},
		{name: "K3 there is no such key", set: func(c *checkStage) {
			key := "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
			c.encrypt(first, key)
			c.userPolicy(strings.ReplaceAll(firmsKey, "KEY", key))
		}, cause: "kms-key-unusable", side: "customer", fix: rekeyed, says: "no such key"},
		{name: "K4 the key is named by an alias", set: onKey(func(c *checkStage, key string) {
			_, err := c.keys("us-east-1").CreateAlias(c.t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/files"), TargetKeyId: &key})
			must(c.t, err)
			c.encrypt(first, "arn:aws:kms:us-east-1:111122223333:alias/files")
		}), cause: "kms-key-unusable", side: "customer", fix: rekeyed, says: "full ARN"},
		{name: "the key's policy is missing, decided alone", set: with("", firmsKey), ask: alone, cause: "kms-key-policy", side: "customer"},
		{name: "the key's policy was not read, decided alone", set: with(keyGives, firmsKey, func(c *checkStage) { noEvidence(c, "GetKeyPolicy") }), ask: alone, cause: "kms-key-policy", side: "customer", says: "may be closed"},
		{name: "the firm's half of the key, as S3 tells the writer", set: with(keyGives, firmGives), ask: func(q *steps.Question) { q.CustomerProfile = "" }, cause: "kms-firm-policy", side: "firm"},
	}
	for i := range states {
		s := &states[i]
		s.bucket = bucketGives
		if s.fix == nil && strings.HasPrefix(s.cause, "kms-") && s.cause != "kms-key-unusable" && s.ask == nil {
			s.fix = obeyed
		}
	}
	return states
}

// inside are the statements of a document.
func inside(d policy.Document) string {
	text := d.Compact()
	return text[strings.Index(text, "[")+1 : strings.LastIndex(text, "]")]
}

var inFix = regexp.MustCompile(`\{.*\}`)

// obeyed puts each statement that the fixes of a key give where they say.
func obeyed(c *checkStage, v awsops.Verdict) {
	c.t.Helper()
	facts, err := c.session(customer).BucketFacts(c.t.Context(), first, customer)
	must(c.t, err)
	writers, err := c.session(firm).InlinePolicies(c.t.Context(), awsops.Target{Account: firm, Kind: awsops.KindUser, Name: "test-writer"})
	must(c.t, err)
	for _, fix := range v.Fixes {
		given := inFix.FindString(fix)
		switch {
		case strings.Contains(given, "Principal"):
			is, err := c.session(customer).KeyPolicy(c.t.Context(), facts.KMSKey)
			must(c.t, err)
			add, err := policy.Parse([]byte(document(given)))
			must(c.t, err)
			c.keyPolicy(facts.KMSKey, inside(policy.Merge(is, add.Statements...)))
		case given != "":
			c.userPolicy(inside(writers[0].Document) + "," + given)
		}
	}
}

// switchedOn runs the commands that enable the bucket's key.
func switchedOn(c *checkStage, v awsops.Verdict) {
	c.t.Helper()
	for _, does := range regexp.MustCompile(`kms (\S+) --key-id (\S+)`).FindAllStringSubmatch(v.Fixes[0], -1) {
		var err error
		if does[1] == "enable-key" {
			_, err = c.keys("us-east-1").EnableKey(c.t.Context(), &kms.EnableKeyInput{KeyId: &does[2]})
		} else {
			_, err = c.keys("us-east-1").CancelKeyDeletion(c.t.Context(), &kms.CancelKeyDeletionInput{KeyId: &does[2]})
		}
		must(c.t, err)
	}
}

// rekeyed has the bucket encrypt with another key, which lets the firm in.
func rekeyed(c *checkStage, _ awsops.Verdict) { with(keyGives, firmsKey)(c) }

// A key that the check is told is decided also where the bucket's settings are not read: by
// the firm's side alone, and by both.
func TestAKeyThatACheckIsTold(t *testing.T) {
	c := newCheckStage(t)
	key := c.key("us-east-1", "")
	c.encrypt(first, key)
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	q := everybody()
	q.WriterProfile, q.CustomerProfile, q.KMSKey, q.Expected.Customer = "", "", key, customer
	if e, _ := c.check(q); e.Verdict == nil || e.Verdict.Cause != policy.KMSFirmPolicy || e.Verdict.Side != "firm" {
		t.Errorf("by the firm alone: %+v, %v", e.Verdict, e.Problem)
	}
	c.userPolicy(strings.ReplaceAll(firmsKey, "KEY", key))
	c.bucketPolicy(bucketGives + "," + deny(`"s3:GetEncryptionConfiguration"`, theBucket, ""))
	q.CustomerProfile = profiles[customer]
	if e, _ := c.check(q); e.Verdict == nil || e.Verdict.Cause != policy.KMSKeyPolicy || e.Verdict.Side != "customer" {
		t.Errorf("by both: %+v, %v", e.Verdict, e.Problem)
	}
	q.KMSKey = ""
	if e, _ := c.check(q); e.Verdict == nil || e.Verdict.Holds && len(e.Verdict.Unread) == 0 {
		t.Errorf("untold: %+v, %v", e.Verdict, e.Problem)
	}
}

// Of keys that both sides let the firm use, however that is said, a check raises no alarm.
func TestCheckRaisesNoFalseAlarmOfAKey(t *testing.T) {
	base := newCheckStage(t)
	user := strings.ReplaceAll(keyGives, firm+":root", firm+":user/test-writer")
	for name, set := range map[string]func(*checkStage){
		"the account, and the user":    with(keyGives, firmsKey),
		"the user by its ARN":          with(user, firmsKey),
		"through S3":                   with(let(theFirm, useKey, `"*"`, throughS3), firmGives+","+own(useKey, `"KEY"`, throughS3)),
		"for this bucket":              with(let(theFirm, useKey, `"*"`, ofBucket), firmsKey),
		"with the actions of the docs": with(let(theFirm, `"kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"`, `"*"`, ""), firmsKey),
		"all keys":                     with(keyGives, firmGives+","+own(`"kms:*"`, `"*"`, "")),
		"a Deny unless through S3":     with(keyGives+","+deny(useKey, `"*"`, `"StringNotEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}`), firmsKey),
		"an unread policy":             func(c *checkStage) { with(keyGives, firmsKey)(c); noEvidence(c, "GetKeyPolicy", "DescribeKey") },
		"a boundary with the key":      func(c *checkStage) { with(keyGives, firmsKey)(c); c.boundary(own(`"s3:*","kms:*"`, `"*"`, "")) },
		"writing alone, by the key": func(c *checkStage) {
			with(let(theFirm, `"kms:GenerateDataKey"`, `"*"`, ""), own(readWrite, theFiles, "")+","+own(useKey, `"KEY"`, ""))(c)
			c.bucketPolicy(let(theFirm, readWrite, theFiles, ""))
		},
		"writing alone": func(c *checkStage) {
			with(let(theFirm, `"kms:GenerateDataKey"`, `"*"`, ""), own(`"s3:PutObject"`, theFiles, "")+","+own(`"kms:GenerateDataKey"`, `"KEY"`, ""))(c)
			c.bucketPolicy(let(theFirm, `"s3:PutObject"`, theFiles, ""))
		},
	} {
		for _, alone := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := base.fork(t)
				c.bucketPolicy(bucketGives)
				set(c)
				q := everybody()
				if strings.HasPrefix(name, "writing alone") {
					q.Access, q.Stated = "deliver", true
				}
				if alone {
					q.WriterProfile = ""
				}
				e, tests := c.check(q)
				unread := name == "an unread policy"
				if alone && unread { // which the next row of keyStates is about
					return
				}
				if e.Code != run.Done || !e.Verdict.Holds || slices.ContainsFunc(e.Verdict.Unread, func(u string) bool { return strings.Contains(u, "KMS") }) != unread {
					t.Errorf("%+v, code %d, %v\n%+v", e.Verdict, e.Code, e.Problem, tests)
				}
			})
		}
	}
}
