package run_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// pair is a key that was saved, or of a role's session.
type pair struct {
	id     string
	secret awsops.Secret
	token  string
}

func saved(t testing.TB, file string) pair {
	t.Helper()
	id, secret := awsops.SavedKey(file, "")
	if id == "" {
		t.Fatalf("there is no key in %s", file)
	}
	return pair{id: id, secret: secret}
}

// assumed is the key of a session of a role of the firm's.
func (s *stage) assumed(role string) pair {
	s.t.Helper()
	arn := "arn:aws:iam::" + firm + ":role/" + role
	out, err := sts.NewFromConfig(s.config(firm)).AssumeRole(s.t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("night")})
	must(s.t, err)
	c := out.Credentials
	return pair{*c.AccessKeyId, awsops.Secret(*c.SecretAccessKey), *c.SessionToken}
}

// holds is the key of who was set up.
func (s *stage) holds(a steps.Answers) pair {
	s.t.Helper()
	if a.FirmRole != "" {
		return s.assumed(a.FirmRole)
	}
	return saved(s.t, a.KeyFile)
}

// as is an S3 client of who has a key.
func (s *stage) as(key pair) *s3.Client {
	cfg := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(s.box.URL()), HTTPClient: &http.Client{Transport: s.source.Transport},
		Credentials: credentials.NewStaticCredentialsProvider(key.id, key.secret.Reveal(), key.token),
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

// may tries what somebody may do, and tells what worked.
func (s *stage) may(c *s3.Client, prefix string) map[string]bool {
	s.t.Helper()
	ctx := s.t.Context()
	bucket := aws.String(first)
	put := func(key string, once bool) func() error {
		return func() error {
			in := &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("x")}
			if once {
				in.IfNoneMatch = aws.String("*")
			}
			_, err := c.PutObject(ctx, in)
			return err
		}
	}
	s.overwrite(first, prefix+"there", "theirs")
	other := rand.Text() // another name each time
	worked := map[string]bool{}
	for name, call := range map[string]func() error{
		"write a new file": put(prefix+other, true), "write without If-None-Match": put(prefix+"other", false), "replace a file": put(prefix+"there", false),
		"write elsewhere": put("elsewhere/"+other, true),
		"write in parts": func() error {
			_, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String(prefix + "large")})
			return err
		},
		"read": func() error {
			_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String(prefix + "there")})
			return err
		},
		"list": func() error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: &prefix})
			return err
		},
		"list all": func() error {
			_, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: bucket})
			return err
		},
		"delete": func() error {
			_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String(prefix + "there")})
			return err
		},
		"read the bucket's policy": func() error {
			_, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
			return err
		},
	} {
		worked[name] = call() == nil
	}
	return worked
}

// should is what somebody with a grant may do.
func should(a steps.Answers) map[string]bool {
	access := policy.Access(a.Access)
	writes := access != policy.Read
	reads := slices.Contains([]policy.Access{policy.Article, policy.Read, policy.ReadWrite}, access)
	all := a.Prefix == ""
	return map[string]bool{
		"write a new file": writes, "write without If-None-Match": writes && access != policy.Add, "replace a file": writes && access != policy.Add,
		"write elsewhere": writes && all, "write in parts": writes, "read": reads, "list": reads, "list all": reads && all,
		"delete": false, "read the bucket's policy": false,
	}
}

// Each grant gives what it says and nothing else, to a user and to a role, and a clean-up
// leaves nothing.
func TestEachGrantGivesWhatItSays(t *testing.T) {
	base := newStage(t)
	tried := 0
	for _, access := range policy.Accesses {
		for _, prefix := range []string{"", "incoming/"} {
			for _, until := range []string{"", time.Now().UTC().Format(time.DateOnly)} {
				for _, only := range []bool{false, true} {
					for _, role := range []bool{false, true} {
						tried++
						a := answers("setup", firm, first, "alice")
						a.Access, a.Prefix, a.Until, a.OnlyThisUser = string(access), prefix, until, only
						if role {
							a = asRole(a)
						}
						t.Run(fmt.Sprintf("%s/%s/%s/%t/%s", access, prefix, until, only, a.Grantee().Kind), func(t *testing.T) {
							if testing.Short() && (until != "" || only != role || role == (prefix == "")) {
								t.Skip("-short: no grant that ends, of whole buckets those for users, and of prefixes those for roles alone")
							}
							t.Parallel()
							base.givesWhatItSays(t, a)
						})
					}
				}
			}
		}
	}
	t.Logf("%d grants", tried)
}

func (s *stage) givesWhatItSays(t *testing.T, a steps.Answers) {
	s = s.fork()
	s.t = t
	before := s.box.Snapshot()
	keyFile := func() string {
		if a.FirmRole != "" {
			return ""
		}
		return filepath.Join(t.TempDir(), "key")
	}
	a.KeyFile = keyFile()
	set := s.run(run.Request{Answers: a})
	if set.Code != run.Done || len(set.Warnings) > 0 {
		t.Fatalf("it ends %d: %s", set.Code, said(set))
	}
	stands := s.policy(first)
	w := *s.fork() // where files are written
	w.t = t
	if d := cmp.Diff(should(a), w.may(w.as(w.holds(a)), a.Prefix)); d != "" {
		t.Errorf("alice may (- by the words, + by S3):\n%s", d)
	}
	if a.OnlyThisUser {
		w.do(firm, awsops.CreateRole{Account: firm, Name: "other", Run: "r", Trust: policy.Trust(policy.AccountARN("aws", firm))})
		w.do(firm, awsops.SetInlinePolicy(awsops.RoleIn(firm, "other"), "all", nil, new(policy.WriterPolicy("aws", first))))
		for what, worked := range w.may(w.as(w.assumed("other")), a.Prefix) {
			if worked {
				t.Errorf("another role can %s", what)
			}
		}
	}
	again := a
	again.UseExisting, again.UseExistingRole, again.KeyFile = a.FirmRole == "", a.FirmRole != "", keyFile()
	if e := w.run(run.Request{Answers: again}); e.Code != run.Done || !policy.Same(w.policy(first), stands) {
		t.Errorf("set up again it ends %d, and the policy is %s", e.Code, w.policy(first).Compact())
	}
	f := *s.fork() // without the record
	f.t = t
	f.forgetRecord(set.Facts.Run)
	f.run(run.Request{Answers: answers("cleanup", firm, first, "")})
	if live := f.policy(first); live != nil {
		t.Errorf("a clean-up without the record leaves %s", live.Compact())
	}
	if a.FirmRole != "" { // which has every sign, and no key that could be somebody else's
		f.same(before, "the set-up and a clean-up without the record")
	}
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "the set-up and its clean-up")
}

// Two grants of one firm on one bucket stand side by side; a clean-up of one does not touch
// the other.
func TestGrantsOfOtherTermsStandSideBySide(t *testing.T) {
	terms := func(user, access, prefix string) steps.Answers {
		a := answers("setup", firm, first, user)
		a.Access, a.Prefix = access, prefix
		return a
	}
	for name, both := range map[string][2]steps.Answers{
		"the article's and a narrower one": {terms("alice", "article", ""), terms("bob", "deliver", "in/")},
		"two prefixes":                     {terms("alice", "deliver", "in/"), terms("bob", "deliver", "out/")},
		"two accesses of one prefix":       {terms("alice", "add", "in/"), terms("bob", "read", "in/")},
	} {
		for _, recorded := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, recorded %t", name, recorded), func(t *testing.T) {
				s := newStage(t)
				before := s.box.Snapshot()
				var (
					names []string
					keys  []pair
				)
				for _, a := range both {
					a.KeyFile = filepath.Join(t.TempDir(), "key")
					names = append(names, s.set(a).Facts.Run)
					keys = append(keys, saved(t, a.KeyFile))
				}
				for i, a := range both {
					w := *s.fork()
					w.t = t
					if d := cmp.Diff(should(a), w.may(w.as(keys[i]), a.Prefix)); d != "" {
						t.Errorf("%s may beside the other (- by the words, + by S3):\n%s", a.FirmUser, d)
					}
					if recorded {
						if e := w.cleanUp(names[1-i]); e.Code != run.Done {
							t.Errorf("the clean-up of the other ends %d: %s", e.Code, said(e))
						}
						if d := cmp.Diff(should(a), w.may(w.as(keys[i]), a.Prefix)); d != "" {
							t.Errorf("%s may after the other is cleaned up (- by the words, + by S3):\n%s", a.FirmUser, d)
						}
					}
				}
				if !recorded {
					return
				}
				for _, name := range names {
					if e := s.cleanUp(name); e.Code != run.Done {
						t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
					}
				}
				s.same(before, "both set-ups and their clean-ups")
			})
		}
	}
}

// A later day extends a grant, and nobody is asked: the end of a grant is none of its terms.
func TestALaterDayExtendsAGrant(t *testing.T) {
	s := newStage(t)
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	a := answers("setup", firm, first, "alice")
	a.Until = day(1)
	s.set(a)
	b := answers("setup", firm, first, "bob")
	b.Until = day(30)
	s.set(b)
	live := s.policy(first)
	if len(live.Statements) != 1 || !strings.Contains(live.Compact(), day(31)+"T00:00:00Z") {
		t.Errorf("the policy is %s", live.Compact())
	}
}

// An earlier day, or none, is not set unasked for those who use the grant already.
func TestAnotherEndOfAGrantIsAskedAbout(t *testing.T) {
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	for name, ends := range map[string][2]string{"an earlier day": {day(30), day(1)}, "an end": {"", day(1)}, "no end": {day(30), ""}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			a := answers("setup", firm, first, "alice")
			a.Until = ends[0]
			s.set(a)
			stands := s.box.Snapshot()
			b := answers("setup", firm, first, "bob")
			b.Until = ends[1]
			if e := s.run(run.Request{Answers: b}); e.Code != run.Failed || !strings.Contains(said(e), "for everybody who uses it") {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			s.same(stands, "a set-up with another end")
		})
	}
}

// A policy that a new user has no room for inline is a managed one, and goes again; a role
// has room for it.
func TestAPolicyTooLargeForANewUser(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	a := answers("setup", firm, first, "alice")
	a.Access, a.Prefix = "add", strings.Repeat("long/", 100)
	e := s.run(run.Request{Answers: a})
	if e.Code != run.Done || s.calls("CreatePolicy") != 1 || s.calls("PutUserPolicy") != 0 {
		t.Errorf("for a user it ends %d: %s", e.Code, said(e))
	}
	if e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: e.Facts.Run}); e.Code != run.Done {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a clean-up")
	if e := s.run(run.Request{Answers: asRole(a)}); e.Code != run.Done {
		t.Errorf("for a role it ends %d: %s", e.Code, said(e))
	}
}

// A grant that has ended lets nobody in.
func TestAGrantEnds(t *testing.T) {
	s := newStage(t)
	a := answers("setup", firm, first, "alice")
	a.Until, a.KeyFile = time.Now().UTC().Format(time.DateOnly), filepath.Join(t.TempDir(), "key")
	s.set(a)
	live := *s.policy(first)
	text := strings.Replace(live.Compact(), time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly), "2020-01-01", 1)
	ended, err := policy.Parse([]byte(text))
	must(t, err)
	s.setPolicy(first, &ended)
	if worked := s.may(s.as(saved(t, a.KeyFile)), ""); worked["write a new file"] || worked["list"] {
		t.Errorf("after its end alice may %v", worked)
	}
}
