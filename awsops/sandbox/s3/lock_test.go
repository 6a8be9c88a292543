package s3_test

import (
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/sandbox"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const protectedByLock = "Access Denied because object protected by object lock."

// newLockedWorld has a bucket of the customer's that locks, and a clock to move.
func newLockedWorld(t *testing.T) (w *s3World, now *time.Time) {
	t.Helper()
	moment := time.Now()
	w = newS3World(t, func(c *sandbox.Config) { c.Now = func() time.Time { return moment } })
	w.bucket = "locked.bucket"
	_, err := w.as(customerProfile).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &w.bucket, ObjectLockEnabledForBucket: aws.Bool(true)})
	w.must(err)
	return w, &moment
}

func (w *s3World) byDefault(r *types.DefaultRetention) error {
	config := &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled}
	if r != nil {
		config.Rule = &types.ObjectLockRule{DefaultRetention: r}
	}
	_, err := w.as(customerProfile).PutObjectLockConfiguration(w.t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: &w.bucket, ObjectLockConfiguration: config})
	return err
}

// lock puts a version that is kept, and gives its id.
func (w *s3World) lock(c *s3.Client, mode types.ObjectLockMode, until time.Time, hold types.ObjectLockLegalHoldStatus) (string, error) {
	in := &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader("v"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32, ObjectLockMode: mode, ObjectLockLegalHoldStatus: hold}
	if mode != "" {
		in.ObjectLockRetainUntilDate = &until
	}
	out, err := c.PutObject(w.t.Context(), in)
	if err != nil {
		return "", err
	}
	return *out.VersionId, nil
}

func (w *s3World) destroy(c *s3.Client, version string, bypass bool) error {
	_, err := c.DeleteObject(w.t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k"), VersionId: &version, BypassGovernanceRetention: &bypass})
	return err
}

func TestWhoMayDeleteALockedVersion(t *testing.T) {
	const bypass = "s3:BypassGovernanceRetention"
	for _, c := range []struct {
		name         string
		mode         types.ObjectLockMode
		hold         types.ObjectLockLegalHoldStatus
		may          string // more than to delete
		asked, later bool   // to bypass; when the time is over
		refused      string // "" for not
	}{
		{"nothing", "", "", "", false, false, ""},
		{"governance", types.ObjectLockModeGovernance, "", bypass, false, false, protectedByLock},
		{"governance, bypassed", types.ObjectLockModeGovernance, "", bypass, true, false, ""},
		{"governance, without the permission", types.ObjectLockModeGovernance, "", "", true, false, "s3:BypassGovernanceRetention on resource: \"arn:aws:s3:::locked.bucket/k\" because no identity-based policy allows"},
		{"governance, over", types.ObjectLockModeGovernance, "", "", false, true, ""},
		{"compliance", types.ObjectLockModeCompliance, "", bypass, true, false, protectedByLock},
		{"compliance, over", types.ObjectLockModeCompliance, "", "", false, true, ""},
		{"a hold", "", types.ObjectLockLegalHoldStatusOn, bypass, true, true, protectedByLock},
		{"no hold", "", types.ObjectLockLegalHoldStatusOff, "", false, false, ""},
		{"a hold and governance, bypassed", types.ObjectLockModeGovernance, types.ObjectLockLegalHoldStatusOn, bypass, true, false, protectedByLock},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, now := newLockedWorld(t)
			version, err := w.lock(w.as(customerProfile), c.mode, now.Add(5*time.Minute), c.hold)
			w.must(err)
			u := w.user(customerProfile, "u", identity("Allow", strings.TrimSpace("s3:DeleteObject s3:DeleteObjectVersion "+c.may), "*"))
			if c.later {
				*now = now.Add(10 * time.Minute)
			}
			out, err := u.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: &w.bucket, BypassGovernanceRetention: &c.asked, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("k"), VersionId: &version}}}})
			w.must(err)
			if refused := len(out.Errors) == 1; refused != (c.refused != "") || refused && !strings.Contains(*out.Errors[0].Message, c.refused) {
				t.Errorf("in a list of many: %+v", out.Errors)
			}
			if err := w.destroy(u, version, c.asked); c.refused == "" {
				w.must(err)
			} else {
				w.wantCode(err, "AccessDenied")
				w.wantText(err, c.refused)
			}
			_, err = u.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
			w.must(err) // that makes a marker, and destroys nothing
		})
	}
}

// A bucket's default counts for what comes without a word, and for that alone.
func TestALockOfABucket(t *testing.T) {
	w, now := newLockedWorld(t)
	ctx, c := t.Context(), w.as(customerProfile)
	w.must(w.byDefault(&types.DefaultRetention{Mode: types.ObjectLockRetentionModeCompliance, Days: aws.Int32(30)}))
	got, err := c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &w.bucket})
	if err != nil || got.ObjectLockConfiguration.Rule == nil || *got.ObjectLockConfiguration.Rule.DefaultRetention.Days != 30 {
		t.Fatalf("the lock is %+v, %v", got, err)
	}
	version, err := w.lock(c, "", time.Time{}, "")
	w.must(err)
	head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
	if left := aws.ToTime(head.ObjectLockRetainUntilDate).Sub(*now).Round(time.Hour); head.ObjectLockMode != types.ObjectLockModeCompliance || left != 30*24*time.Hour {
		t.Errorf("it is kept by %s for %s", head.ObjectLockMode, left)
	}
	w.wantText(w.destroy(c, version, true), protectedByLock)
	seen, err := w.user(customerProfile, "u", identity("Allow", "s3:GetObject", "*")).HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	if err != nil || seen.ObjectLockMode != "" || seen.ObjectLockRetainUntilDate != nil {
		t.Errorf("who may not know of the retention is told of %s, %v", seen.ObjectLockMode, err)
	}

	_, err = w.lock(c, "", time.Time{}, types.ObjectLockLegalHoldStatusOn)
	w.must(err)
	if head, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k")}); err != nil || head.ObjectLockMode == "" || head.ObjectLockLegalHoldStatus != types.ObjectLockLegalHoldStatusOn {
		t.Errorf("with a hold of its own it is kept by %q and %q, %v", head.ObjectLockMode, head.ObjectLockLegalHoldStatus, err)
	}
	version, err = w.lock(c, types.ObjectLockModeGovernance, now.Add(time.Minute), "")
	w.must(err)
	w.must(w.destroy(c, version, true))
	up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
	part, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &w.bucket, Key: aws.String("k"), UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("v"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	w.must(err)
	joined, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &w.bucket, Key: aws.String("k"), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}}})
	w.must(err)
	w.wantText(w.destroy(c, *joined.VersionId, true), protectedByLock)

	// What tells nobody what it is, S3 does not keep for long.
	res := w.raw(customerProfile, "PUT", "/"+w.bucket+"/k", "us-east-1", "v")
	if text := bodyOf(t, res); res.StatusCode != 400 || !strings.Contains(text, "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters") {
		t.Errorf("without a checksum: %d %s", res.StatusCode, text)
	}
	_, err = c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &w.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	w.wantCode(err, "InvalidBucketState")
	w.must(w.byDefault(nil))
	version, err = w.lock(c, "", time.Time{}, "")
	w.must(err)
	w.must(w.destroy(c, version, false))
}

func TestALockComesAfterVersions(t *testing.T) {
	w := newS3World(t)
	ctx, c := t.Context(), w.as(customerProfile)
	_, err := c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &w.bucket})
	w.wantCode(err, "ObjectLockConfigurationNotFoundError")
	w.wantCode(w.byDefault(nil), "InvalidBucketState")
	_, err = w.lock(c, types.ObjectLockModeGovernance, time.Now().Add(time.Hour), "")
	w.wantText(err, "Bucket is missing Object Lock Configuration")
	w.versioning(types.BucketVersioningStatusEnabled)
	w.must(w.byDefault(nil))
	_, err = w.lock(c, types.ObjectLockModeGovernance, time.Now().Add(time.Hour), "")
	w.must(err)
}

// Who may put a file may not say how long it is kept, and conditions may limit who may.
func TestWhoMayLock(t *testing.T) {
	w, now := newLockedWorld(t)
	putter := w.user(customerProfile, "putter", identity("Allow", "s3:PutObject", "*"))
	_, err := w.lock(putter, types.ObjectLockModeGovernance, now.Add(time.Hour), "")
	w.wantText(err, "s3:PutObjectRetention")
	_, err = w.lock(putter, "", time.Time{}, types.ObjectLockLegalHoldStatusOn)
	w.wantText(err, "s3:PutObjectLegalHold")
	_, err = w.lock(putter, "", time.Time{}, "")
	w.must(err)

	locker := w.user(customerProfile, "locker", identity("Allow", "s3:PutObject s3:PutObjectRetention", "*"))
	deny := func(condition string) {
		w.policy(strings.TrimSuffix(w.statement("Deny", w.arn(customerProfile, "locker"), "s3:PutObjectRetention", "arn:aws:s3:::locked.bucket/*"), "}") + `,"Condition":` + condition + `}`)
	}
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	retain := func(until time.Time) error {
		_, err := locker.PutObjectRetention(t.Context(), &s3.PutObjectRetentionInput{Bucket: &w.bucket, Key: aws.String("k"), Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &until}})
		return err
	}
	deny(`{"NumericGreaterThan":{"s3:object-lock-remaining-retention-days":"10"}}`)
	_, err = w.lock(locker, types.ObjectLockModeGovernance, days(11), "")
	w.wantText(err, "explicit deny")
	_, err = w.lock(locker, types.ObjectLockModeGovernance, days(10), "")
	w.must(err)
	w.wantText(retain(days(12)), "explicit deny")
	w.must(retain(days(10)))
	deny(`{"StringEquals":{"s3:object-lock-mode":"COMPLIANCE"}}`)
	_, err = w.lock(locker, types.ObjectLockModeCompliance, days(1), "")
	w.wantText(err, "explicit deny")
	w.must(retain(days(11)))
}

// Protection may grow, and shrinks only by who may bypass it.
func TestProtectionGrows(t *testing.T) {
	w, now := newLockedWorld(t)
	ctx, c := t.Context(), w.as(customerProfile)
	in := func(minutes int) *time.Time { at := now.Add(time.Duration(minutes) * time.Minute); return &at }
	retain := func(mode types.ObjectLockRetentionMode, until *time.Time, bypass bool) error {
		_, err := c.PutObjectRetention(ctx, &s3.PutObjectRetentionInput{Bucket: &w.bucket, Key: aws.String("k"), Retention: &types.ObjectLockRetention{Mode: mode, RetainUntilDate: until}, BypassGovernanceRetention: &bypass})
		return err
	}
	_, err := w.lock(c, "", time.Time{}, "")
	w.must(err)
	_, err = c.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.wantCode(err, "NoSuchObjectLockConfiguration")
	const loose, strict = types.ObjectLockRetentionModeGovernance, types.ObjectLockRetentionModeCompliance
	for i, step := range []struct {
		mode    types.ObjectLockRetentionMode
		until   *time.Time
		bypass  bool
		refused string
	}{
		{loose, in(-1), false, "The retain until date must be in the future!"},
		{loose, in(60), false, ""},
		{loose, in(90), false, ""},
		{loose, in(30), false, protectedByLock},
		{loose, in(30), true, ""},
		{"", nil, false, protectedByLock},
		{"", nil, true, ""},
		{loose, in(30), false, ""},
		{strict, in(40), false, ""},
		{strict, in(30), true, protectedByLock},
		{loose, in(50), true, protectedByLock},
		{"", nil, true, protectedByLock},
		{strict, in(60), false, ""},
	} {
		if err := retain(step.mode, step.until, step.bypass); step.refused == "" {
			w.must(err)
		} else {
			w.wantText(err, step.refused)
		}
		if t.Failed() {
			t.Fatalf("at step %d", i+1)
		}
	}
	got, err := c.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &w.bucket, Key: aws.String("k")})
	if err != nil || got.Retention.Mode != strict {
		t.Errorf("in the end it is kept by %+v, %v", got, err)
	}
	hold := func(status types.ObjectLockLegalHoldStatus) {
		_, err := c.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{Bucket: &w.bucket, Key: aws.String("k"), LegalHold: &types.ObjectLockLegalHold{Status: status}})
		w.must(err)
		if got, err := c.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{Bucket: &w.bucket, Key: aws.String("k")}); err != nil || got.LegalHold.Status != status {
			t.Errorf("the hold is %+v, %v", got, err)
		}
	}
	hold(types.ObjectLockLegalHoldStatusOn)
	w.must(retain(strict, in(70), false))
	if head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k")}); err != nil || head.ObjectLockLegalHoldStatus != types.ObjectLockLegalHoldStatusOn {
		t.Errorf("the hold is gone with another retention: %+v, %v", head, err)
	}
	hold(types.ObjectLockLegalHoldStatusOff)
}

// A bucket is where the caller may have one. Source: CreateBucket, s3:LocationConstraint.
func TestWhereBucketsMayBe(t *testing.T) {
	w := newS3World(t)
	u := w.user(customerProfile, "u", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*","Condition":{"StringEquals":{"s3:locationconstraint":"eu-west-1"}}}]}`)
	create := func(in s3.CreateBucketInput) error {
		_, err := u.CreateBucket(t.Context(), &in)
		return err
	}
	at := func(region string) *types.CreateBucketConfiguration {
		return &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
	}
	w.must(create(s3.CreateBucketInput{Bucket: aws.String("in-the-right-place"), CreateBucketConfiguration: at("eu-west-1")}))
	w.wantCode(create(s3.CreateBucketInput{Bucket: aws.String("elsewhere"), CreateBucketConfiguration: at("us-west-2")}), "AccessDenied")
	w.wantCode(create(s3.CreateBucketInput{Bucket: aws.String("nowhere")}), "AccessDenied")
	w.wantText(create(s3.CreateBucketInput{Bucket: aws.String("locked"), CreateBucketConfiguration: at("eu-west-1"), ObjectLockEnabledForBucket: aws.Bool(true)}), "s3:PutBucketObjectLockConfiguration")
}
