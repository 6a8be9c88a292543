package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const writerRole = "arn:aws:iam::444455556666:role/teams/writer"

// trusting is a trust policy of one statement.
func trusting(principal, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":["sts:AssumeRole","sts:TagSession"]` + condition + `}]}`
}

// newRole makes the firm's role teams/writer, which may do everything in S3.
func (w *world) newRole(principal string) {
	w.t.Helper()
	_, err := w.iam(firm).CreateRole(w.t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("writer"), Path: aws.String("/teams/"), AssumeRolePolicyDocument: aws.String(trusting(principal, "")),
	})
	w.must(err)
	_, err = w.iam(firm).PutRolePolicy(w.t.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String("writer"), PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Allow", "s3:*", "*")),
	})
	w.must(err)
}

// assume takes the firm's role for as long as it is taken by default.
func (w *world) assume(as aws.Credentials, change ...func(*sts.AssumeRoleInput)) (aws.Credentials, error) {
	in := &sts.AssumeRoleInput{RoleArn: aws.String(writerRole), RoleSessionName: aws.String("night")}
	for _, c := range change {
		c(in)
	}
	out, err := sts.NewFromConfig(w.config(as)).AssumeRole(w.t.Context(), in)
	if err != nil {
		return aws.Credentials{}, err
	}
	return aws.Credentials{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}, nil
}

func lasting(seconds int32) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.DurationSeconds = &seconds }
}

// passing gives the session a tag that it passes on.
func passing(key, value string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) {
		in.Tags = append(in.Tags, ststypes.Tag{Key: &key, Value: &value})
		in.TransitiveTagKeys = append(in.TransitiveTagKeys, key)
	}
}

func (w *world) mustAssume(as aws.Credentials, change ...func(*sts.AssumeRoleInput)) aws.Credentials {
	w.t.Helper()
	keys, err := w.assume(as, change...)
	w.must(err)
	return keys
}

// setPolicy puts the policy of my.test.bucket as its owner.
func (w *world) setPolicy(document string) error {
	_, err := w.s3With(w.keys(customer)).PutBucketPolicy(w.t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("my.test.bucket"), Policy: &document})
	return err
}

func grantTo(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Firm","Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`
}

func (w *world) put(keys aws.Credentials) error {
	_, err := w.s3With(keys).PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: aws.String("my.test.bucket"), Key: aws.String("k"), Body: strings.NewReader("x")})
	return err
}

func TestASessionWritesAsItsRole(t *testing.T) {
	w := newWorld(t)
	w.newRole("444455556666")
	keys := w.mustAssume(w.keys(firm))
	if arn, err := w.whoAmI(keys); err != nil || arn != "arn:aws:sts::444455556666:assumed-role/writer/night" {
		t.Errorf("the session is %s (%v)", arn, err)
	}
	w.refused(w.put(keys), "AccessDenied", "Access Denied")
	for _, principal := range []string{"444455556666", writerRole, "arn:aws:sts::444455556666:assumed-role/writer/night"} {
		w.must(w.setPolicy(grantTo(principal)))
		w.must(w.put(keys))
	}
	w.must(w.setPolicy(grantTo("arn:aws:sts::444455556666:assumed-role/writer/day")))
	w.refused(w.put(keys), "AccessDenied", "Access Denied")

	got, err := w.iam(firm).GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("WRITER")})
	w.must(err)
	trust, err := url.PathUnescape(*got.Role.AssumeRolePolicyDocument)
	w.must(err)
	if want := trusting("arn:aws:iam::444455556666:root", ""); trust != want || *got.Role.Arn != writerRole || !strings.HasPrefix(*got.Role.RoleId, "AROA") {
		t.Errorf("the role %s (%s) says %s, want %s", *got.Role.Arn, *got.Role.RoleId, trust, want)
	}
	if used := got.Role.RoleLastUsed; used == nil || used.LastUsedDate == nil || *used.Region != "us-east-1" {
		t.Errorf("the role was used last at %+v", used)
	}
}

func TestWhatASessionsKeysAreRefusedWith(t *testing.T) {
	w := newWorld(t)
	w.clock.advance(-8 * time.Minute) // the clients' clock is the real one
	w.newRole("444455556666")
	w.must(w.setPolicy(grantTo(writerRole)))
	keys := w.mustAssume(w.keys(firm), lasting(900))
	w.must(w.put(keys))
	bare, forged := keys, keys
	bare.SessionToken, forged.SessionToken = "", keys.SessionToken[1:]
	refused := func(keys aws.Credentials, s3Code, stsCode string) {
		t.Helper()
		w.refused(w.put(keys), s3Code, "")
		_, err := w.whoAmI(keys)
		w.refused(err, stsCode, "")
	}
	w.clock.advance(8 * time.Minute)
	refused(bare, "InvalidAccessKeyId", "InvalidClientTokenId")
	refused(forged, "InvalidToken", "InvalidClientTokenId")
	url, err := s3.NewPresignClient(w.s3With(keys)).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("my.test.bucket"), Key: aws.String("k")})
	w.must(err)
	if got := w.get(url.URL); got != 403 { // allowed to put, not to get
		t.Errorf("a presigned request of a session gives %d", got)
	}
	w.must(w.setPolicy(strings.Replace(grantTo(writerRole), "s3:PutObject", "s3:GetObject", 1)))
	if got := w.get(url.URL); got != 200 {
		t.Errorf("a presigned request of a session gives %d", got)
	}
	w.clock.advance(8 * time.Minute)
	refused(keys, "ExpiredToken", "ExpiredToken")
}

func (w *world) get(url string) int {
	w.t.Helper()
	r, err := http.Get(url)
	w.must(err)
	r.Body.Close()
	return r.StatusCode
}
