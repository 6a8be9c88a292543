package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/sandbox"
)

func (w *world) fork() *world {
	w.t.Helper()
	f, err := w.Fork()
	w.must(err)
	w.t.Cleanup(func() { f.Close() })
	return &world{Sandbox: f, t: w.t, clock: w.clock}
}

// dump writes all that a world holds, down to the last byte.
func (w *world) dump() string {
	var b strings.Builder
	write(&b, reflect.ValueOf(w.State()), map[uintptr]bool{})
	return b.String()
}

func write(b *strings.Builder, v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			fmt.Fprint(b, v.IsNil())
			return
		}
		seen[v.Pointer()] = true
		write(b, v.Elem(), seen)
	case reflect.Interface:
		write(b, v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			fmt.Fprintf(b, "\n%s.%s ", v.Type(), v.Type().Field(i).Name)
			write(b, v.Field(i), seen)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(fmt.Sprint(x), fmt.Sprint(y)) })
		for _, k := range keys {
			fmt.Fprintf(b, "\n[%v] ", k)
			write(b, v.MapIndex(k), seen)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintf(b, "%q", v.Bytes())
			return
		}
		for i := range v.Len() {
			fmt.Fprintf(b, "\n#%d ", i)
			write(b, v.Index(i), seen)
		}
	default:
		fmt.Fprintf(b, "%v", v)
	}
}

// ask calls an operation of IAM as the firm.
func ask[In, Out any](w *world, operation func(*iam.Client, context.Context, *In, ...func(*iam.Options)) (*Out, error), in In) *Out {
	w.t.Helper()
	out, err := operation(w.iam(firm), w.t.Context(), &in)
	w.must(err)
	return out
}

// askS3 calls an operation of S3 as the customer.
func askS3[In, Out any](w *world, operation func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error), in In) *Out {
	w.t.Helper()
	out, err := operation(w.s3With(w.keys(customer)), w.t.Context(), &in)
	w.must(err)
	return out
}

var (
	bucket, key = aws.String("my.test.bucket"), aws.String("key")
	readOnly    = aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	fullS3      = aws.String("arn:aws:iam::aws:policy/AmazonS3FullAccess")
	own         = aws.String("arn:aws:iam::444455556666:policy/own")
	role        = aws.String("writer")
	oneTag      = &types.Tagging{TagSet: []types.Tag{{Key: key, Value: aws.String("v")}}}
)

// fill puts something of everything into a world, and some things so often that what
// changes them next finds room where they are kept.
func (w *world) fill() {
	w.t.Helper()
	w.newRole(firmAccount)
	for range 4 {
		ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(trusting(firmAccount, ""))})
	}
	w.clock.advance(time.Minute)
	w.mustAssume(w.keys(firm), passing("team", "in"))
	u, doomed := aws.String("u"), aws.String("doomed")
	for _, name := range []*string{u, doomed, aws.String("idle")} {
		ask(w, (*iam.Client).CreateUser, iam.CreateUserInput{UserName: name, Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: name}, {Key: aws.String("b"), Value: name}}})
		w.newKey(firm, *name)
	}
	for _, name := range strings.Fields("p q p q p q p q p q") {
		w.must(w.putPolicy(firm, *u, name, allow("Allow", "s3:*", "*")))
	}
	for _, status := range []iamtypes.StatusType{iamtypes.StatusTypeInactive, iamtypes.StatusTypeActive} {
		ask(w, (*iam.Client).UpdateAccessKey, iam.UpdateAccessKeyInput{UserName: u, AccessKeyId: w.keyOf(*u), Status: status})
	}
	ask(w, (*iam.Client).AttachUserPolicy, iam.AttachUserPolicyInput{UserName: u, PolicyArn: readOnly})
	ask(w, (*iam.Client).AttachUserPolicy, iam.AttachUserPolicyInput{UserName: u, PolicyArn: fullS3})
	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: doomed, AccessKeyId: w.keyOf(*doomed)})
	ask(w, (*iam.Client).DeleteUser, iam.DeleteUserInput{UserName: doomed}) // it works on until that has spread

	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: readOnly})
	ask(w, (*iam.Client).CreatePolicy, iam.CreatePolicyInput{PolicyName: aws.String("own"), PolicyDocument: aws.String(allow("Allow", "s3:*", "*")), Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: u}}})
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: own})
	for range 3 {
		ask(w, (*iam.Client).CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Deny", "s3:*", "*"))})
	}
	ask(w, (*iam.Client).PutRolePermissionsBoundary, iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: fullS3})
	ask(w, (*iam.Client).TagRole, iam.TagRoleInput{RoleName: role, Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: u}}})

	askS3(w, (*s3.Client).PutBucketOwnershipControls, s3.PutBucketOwnershipControlsInput{Bucket: bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipObjectWriter}}}})
	askS3(w, (*s3.Client).PutBucketVersioning, s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	askS3(w, (*s3.Client).PutBucketTagging, s3.PutBucketTaggingInput{Bucket: bucket, Tagging: oneTag})
	askS3(w, (*s3.Client).PutBucketPolicy, s3.PutBucketPolicyInput{Bucket: bucket, Policy: w.grant("s3:GetObject")})
	askS3(w, (*s3.Client).PutBucketLifecycleConfiguration, s3.PutBucketLifecycleConfigurationInput{Bucket: bucket, LifecycleConfiguration: lifecycle(1)})
	askS3(w, (*s3.Client).CreateBucket, s3.CreateBucketInput{Bucket: aws.String("to-be-deleted")})
	for _, name := range []string{"key", "key", "key", "lone", "gone"} {
		askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: &name, Body: strings.NewReader("one"), Metadata: map[string]string{"m": "1"}, Tagging: aws.String("a=1")})
	}
	askS3(w, (*s3.Client).DeleteObject, s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("gone")})
	for _, name := range []string{"joined", "dropped"} {
		up := askS3(w, (*s3.Client).CreateMultipartUpload, s3.CreateMultipartUploadInput{Bucket: bucket, Key: &name})
		askS3(w, (*s3.Client).UploadPart, s3.UploadPartInput{Bucket: bucket, Key: &name, UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("part")})
	}
}

func (w *world) grant(action string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + firmAccount + `"},"Action":"` + action + `","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`)
}

func lifecycle(days int32) *types.BucketLifecycleConfiguration {
	return &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: key}, Expiration: &types.LifecycleExpiration{Days: &days}}}}
}

func (w *world) keyOf(user string) *string {
	w.t.Helper()
	return ask(w, (*iam.Client).ListAccessKeys, iam.ListAccessKeysInput{UserName: &user}).AccessKeyMetadata[0].AccessKeyId
}

func (w *world) uploadOf(key string) *string {
	w.t.Helper()
	for _, u := range askS3(w, (*s3.Client).ListMultipartUploads, s3.ListMultipartUploadsInput{Bucket: bucket}).Uploads {
		if *u.Key == key {
			return u.UploadId
		}
	}
	w.t.Fatalf("there is no upload of %s", key)
	return nil
}

// changeUsers changes everything in IAM that fill has made.
func (w *world) changeUsers() {
	w.t.Helper()
	u := aws.String("u")
	ask(w, (*iam.Client).TagUser, iam.TagUserInput{UserName: u, Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("changed")}, {Key: aws.String("c"), Value: u}}})
	ask(w, (*iam.Client).UntagUser, iam.UntagUserInput{UserName: u, TagKeys: []string{"b"}})
	w.must(w.putPolicy(firm, *u, "p", allow("Deny", "s3:*", "*")))
	w.must(w.putPolicy(firm, *u, "r", allow("Allow", "iam:*", "*")))
	ask(w, (*iam.Client).DeleteUserPolicy, iam.DeleteUserPolicyInput{UserName: u, PolicyName: aws.String("q")})
	ask(w, (*iam.Client).DetachUserPolicy, iam.DetachUserPolicyInput{UserName: u, PolicyArn: readOnly})
	ask(w, (*iam.Client).AttachUserPolicy, iam.AttachUserPolicyInput{UserName: u, PolicyArn: aws.String("arn:aws:iam::aws:policy/IAMFullAccess")})
	ask(w, (*iam.Client).UpdateAccessKey, iam.UpdateAccessKeyInput{UserName: u, AccessKeyId: w.keyOf(*u), Status: iamtypes.StatusTypeInactive})
	w.newKey(firm, *u)
	ask(w, (*iam.Client).UpdateUser, iam.UpdateUserInput{UserName: u, NewUserName: aws.String("renamed"), NewPath: aws.String("/p/")})
	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: aws.String("idle"), AccessKeyId: w.keyOf("idle")})
	ask(w, (*iam.Client).DeleteUser, iam.DeleteUserInput{UserName: aws.String("idle")})
	ask(w, (*iam.Client).CreateUser, iam.CreateUserInput{UserName: aws.String("another")})
	ask(w, (*iam.Client).CreateAccountAlias, iam.CreateAccountAliasInput{AccountAlias: aws.String("changed")})
	ask(w, (*iam.Client).DeleteAccountAlias, iam.DeleteAccountAliasInput{AccountAlias: aws.String("changed")})
}

// changeRoles changes the role that fill has made, until it is no more.
func (w *world) changeRoles() {
	w.t.Helper()
	ask(w, (*iam.Client).PutUserPermissionsBoundary, iam.PutUserPermissionsBoundaryInput{UserName: aws.String("renamed"), PermissionsBoundary: fullS3})
	ask(w, (*iam.Client).DeleteUserPermissionsBoundary, iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("renamed")})
	ask(w, (*iam.Client).UpdateRole, iam.UpdateRoleInput{RoleName: role, Description: aws.String("changed"), MaxSessionDuration: aws.Int32(7200)})
	ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(trusting("arn:aws:iam::444455556666:user/admin", ""))})
	w.mustAssume(w.keys(firm))
	ask(w, (*iam.Client).PutRolePermissionsBoundary, iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: readOnly})
	ask(w, (*iam.Client).DeleteRolePermissionsBoundary, iam.DeleteRolePermissionsBoundaryInput{RoleName: role})
	ask(w, (*iam.Client).TagRole, iam.TagRoleInput{RoleName: role, Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("changed")}}})
	ask(w, (*iam.Client).UntagRole, iam.UntagRoleInput{RoleName: role, TagKeys: []string{"a"}})
	ask(w, (*iam.Client).PutRolePolicy, iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Deny", "s3:*", "*"))})
	ask(w, (*iam.Client).DeleteRolePolicy, iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("p")})
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: fullS3})
	ask(w, (*iam.Client).SetDefaultPolicyVersion, iam.SetDefaultPolicyVersionInput{PolicyArn: own, VersionId: aws.String("v2")})
	for _, version := range []string{"v1", "v3", "v4", "v5"} {
		if version == "v5" {
			ask(w, (*iam.Client).CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Deny", "*", "*"))})
		}
		ask(w, (*iam.Client).DeletePolicyVersion, iam.DeletePolicyVersionInput{PolicyArn: own, VersionId: &version})
	}
	ask(w, (*iam.Client).CreatePolicy, iam.CreatePolicyInput{PolicyName: aws.String("another"), PolicyDocument: aws.String(allow("Allow", "s3:*", "*"))})
	for _, arn := range []*string{readOnly, fullS3, own} {
		ask(w, (*iam.Client).DetachRolePolicy, iam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn})
	}
	ask(w, (*iam.Client).DeletePolicy, iam.DeletePolicyInput{PolicyArn: own})
	ask(w, (*iam.Client).DeleteRole, iam.DeleteRoleInput{RoleName: role})
	w.newRole(firmAccount)
}

// changeObjects changes all objects and uploads that fill has made.
func (w *world) changeObjects() {
	w.t.Helper()
	askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("two")})
	askS3(w, (*s3.Client).PutObjectAcl, s3.PutObjectAclInput{Bucket: bucket, Key: aws.String("lone"), ACL: types.ObjectCannedACLBucketOwnerRead})
	askS3(w, (*s3.Client).PutObjectTagging, s3.PutObjectTaggingInput{Bucket: bucket, Key: aws.String("lone"), Tagging: oneTag})
	askS3(w, (*s3.Client).CopyObject, s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String(*bucket + "/lone")})
	askS3(w, (*s3.Client).DeleteObjectTagging, s3.DeleteObjectTaggingInput{Bucket: bucket, Key: aws.String("lone")})
	for _, v := range askS3(w, (*s3.Client).ListObjectVersions, s3.ListObjectVersionsInput{Bucket: bucket, Prefix: key}).Versions[1:3] {
		askS3(w, (*s3.Client).DeleteObject, s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: v.VersionId})
	}
	askS3(w, (*s3.Client).DeleteObjects, s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("lone")}, {Key: aws.String("gone")}}}})

	joined, dropped := w.uploadOf("joined"), w.uploadOf("dropped")
	askS3(w, (*s3.Client).UploadPart, s3.UploadPartInput{Bucket: bucket, Key: aws.String("joined"), UploadId: joined, PartNumber: aws.Int32(2), Body: strings.NewReader("part")})
	part := askS3(w, (*s3.Client).UploadPartCopy, s3.UploadPartCopyInput{Bucket: bucket, Key: aws.String("joined"), UploadId: joined, PartNumber: aws.Int32(1), CopySource: aws.String(*bucket + "/key")})
	askS3(w, (*s3.Client).CompleteMultipartUpload, s3.CompleteMultipartUploadInput{Bucket: bucket, Key: aws.String("joined"), UploadId: joined, MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.CopyPartResult.ETag}}}})
	askS3(w, (*s3.Client).AbortMultipartUpload, s3.AbortMultipartUploadInput{Bucket: bucket, Key: aws.String("dropped"), UploadId: dropped})
	askS3(w, (*s3.Client).CreateMultipartUpload, s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("begun")})
}

// changeBucket changes all of a bucket's settings, and what buckets there are.
func (w *world) changeBucket() {
	w.t.Helper()
	askS3(w, (*s3.Client).PutBucketPolicy, s3.PutBucketPolicyInput{Bucket: bucket, Policy: w.grant("s3:PutObject")})
	askS3(w, (*s3.Client).DeleteBucketPolicy, s3.DeleteBucketPolicyInput{Bucket: bucket})
	askS3(w, (*s3.Client).PutPublicAccessBlock, s3.PutPublicAccessBlockInput{Bucket: bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{}})
	askS3(w, (*s3.Client).DeletePublicAccessBlock, s3.DeletePublicAccessBlockInput{Bucket: bucket})
	askS3(w, (*s3.Client).PutBucketAcl, s3.PutBucketAclInput{Bucket: bucket, ACL: types.BucketCannedACLPublicRead})
	askS3(w, (*s3.Client).PutBucketOwnershipControls, s3.PutBucketOwnershipControlsInput{Bucket: bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred}}}})
	askS3(w, (*s3.Client).DeleteBucketOwnershipControls, s3.DeleteBucketOwnershipControlsInput{Bucket: bucket})
	askS3(w, (*s3.Client).PutBucketVersioning, s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	kms := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms}}
	askS3(w, (*s3.Client).DeleteBucketEncryption, s3.DeleteBucketEncryptionInput{Bucket: bucket})
	askS3(w, (*s3.Client).PutBucketEncryption, s3.PutBucketEncryptionInput{Bucket: bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{kms}}})
	askS3(w, (*s3.Client).PutBucketLifecycleConfiguration, s3.PutBucketLifecycleConfigurationInput{Bucket: bucket, LifecycleConfiguration: lifecycle(2)})
	askS3(w, (*s3.Client).DeleteBucketLifecycle, s3.DeleteBucketLifecycleInput{Bucket: bucket})
	askS3(w, (*s3.Client).PutBucketTagging, s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: key, Value: aws.String("w")}}}})
	askS3(w, (*s3.Client).DeleteBucketTagging, s3.DeleteBucketTaggingInput{Bucket: bucket})
	askS3(w, (*s3.Client).DeleteBucket, s3.DeleteBucketInput{Bucket: aws.String("to-be-deleted")})
	askS3(w, (*s3.Client).CreateBucket, s3.CreateBucketInput{Bucket: aws.String("another")})
}

func TestForkHoldsTheSame(t *testing.T) {
	w := newWorld(t, delayed(time.Minute))
	w.fill()
	w.fillLayers()
	w.fillKeys()
	fork := w.fork()
	if got, want := fork.dump(), w.dump(); got != want {
		t.Errorf("the fork is not what it was made of: %s", difference(got, want))
	}
	if !slices.Equal(fork.Snapshot(), w.Snapshot()) || !slices.Equal(fork.Secrets(), w.Secrets()) || !slices.Equal(fork.Profiles(), w.Profiles()) {
		t.Error("the fork tells of itself otherwise than what it was made of")
	}
	if fork.URL() == w.URL() {
		t.Error("both answer at one address")
	}
}

// difference shows the first line in which two texts differ.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s, want %s", a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// mutating lists the operations that change something, as the services' sources do.
func mutating(t *testing.T) (names []string) {
	t.Helper()
	for file, entry := range map[string]string{
		"s3/route.go":       `name: "(\w+)".* mutates: true`,
		"iam/operations.go": `"([A-Z]\w+)": `,
		"kms/operations.go": `"([A-Z]\w+)": [a-z]`,
	} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(entry).FindAllStringSubmatch(string(source), -1)
		if len(found) < 10 {
			t.Fatalf("%s tells of %d operations that change something: has its form changed?", file, len(found))
		}
		for _, m := range found {
			if reads := regexp.MustCompile("^(Get|List|Describe|Simulate)").MatchString(m[1]); !reads {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// Each in its turn has everything changed that there is, and the other notices
// nothing: not at once, and not when it changes the same things itself.
func TestForkAndOriginalGoSeparateWays(t *testing.T) {
	original := newWorld(t)
	original.fill()
	original.fillLayers()
	original.fillKeys()
	fork := original.fork()
	for _, turn := range []struct {
		name               string
		changed, untouched *world
	}{
		{"the fork", fork, original},
		{"the original", original, fork},
	} {
		original.clock.advance(time.Second) // so that what both change is changed to something else
		before, snapshot, own := turn.untouched.dump(), turn.untouched.Snapshot(), turn.changed.dump()
		turn.changed.changeGroups()
		turn.changed.changeUsers()
		turn.changed.changeRoles()
		turn.changed.changeObjects()
		turn.changed.changeBucket()
		turn.changed.changeLayers()
		turn.changed.changeKeys()
		if turn.changed.dump() == own {
			t.Errorf("%s is not changed at all", turn.name)
		}
		if after := turn.untouched.dump(); after != before || !slices.Equal(turn.untouched.Snapshot(), snapshot) {
			t.Errorf("what was done in %s is seen in the other: %s", turn.name, difference(after, before))
		}
	}

	done := map[string]bool{}
	for _, c := range fork.Calls() {
		done[c.Operation] = done[c.Operation] || c.Code == ""
	}
	for _, operation := range mutating(t) {
		if !done[operation] && operation != "DeleteLoginProfile" { // which no user has
			t.Errorf("%s changes something, and is not tried here", operation)
		}
	}
}

func TestKeysWorkInAForkAsBefore(t *testing.T) {
	w := newWorld(t, delayed(time.Minute))
	w.newUser(firm, "u")
	old := w.newKey(firm, "u")
	w.clock.advance(time.Minute)
	fresh := w.newKey(firm, "u")
	_, err := w.whoAmI(old)
	w.must(err)
	fork := w.fork()

	for name, world := range map[string]*world{"the original": w, "the fork": fork} {
		if who, err := world.whoAmI(old); err != nil || who != "arn:aws:iam::444455556666:user/u" {
			t.Errorf("the key of before says in %s that it is %s's: %v", name, who, err)
		}
		_, err := world.whoAmI(fresh)
		world.refused(err, "InvalidClientTokenId", "")
	}
	w.clock.advance(time.Minute)
	for _, world := range []*world{w, fork} {
		_, err := world.whoAmI(fresh)
		world.must(err)
	}

	ask(fork, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: aws.String("u"), AccessKeyId: &old.AccessKeyID})
	w.newUser(firm, "v")
	after := w.newKey(firm, "v")
	w.clock.advance(time.Minute)
	_, err = fork.whoAmI(old)
	fork.refused(err, "InvalidClientTokenId", "")
	_, err = w.whoAmI(old)
	w.must(err)
	_, err = fork.whoAmI(after)
	fork.refused(err, "InvalidClientTokenId", "")
}

// A key that was deleted works until that has spread, even when its user is no
// longer listed: in a fork too.
func TestForkKeepsWhatHasYetToSpread(t *testing.T) {
	w := newWorld(t, delayed(time.Minute))
	w.newUser(firm, "u")
	key := w.newKey(firm, "u")
	w.clock.advance(time.Minute)
	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: aws.String("u"), AccessKeyId: &key.AccessKeyID})
	ask(w, (*iam.Client).DeleteUser, iam.DeleteUserInput{UserName: aws.String("u")})
	fork := w.fork()
	_, err := fork.whoAmI(key)
	fork.must(err)
	w.clock.advance(time.Minute)
	_, err = fork.whoAmI(key)
	fork.refused(err, "InvalidClientTokenId", "")
}

func TestForkHasNeitherCallsNorFaults(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	w.Inject(sandbox.Fault{Operation: "GetUser", Code: "Throttling", Status: 400})
	fork := w.fork()
	if calls := fork.Calls(); len(calls) != 0 {
		t.Errorf("the fork has a log of what it did not do: %v", calls)
	}
	ask(fork, (*iam.Client).GetUser, iam.GetUserInput{UserName: aws.String("u")})
	_, err := w.iam(firm).GetUser(t.Context(), nil)
	w.refused(err, "Throttling", "")
	if len(w.Calls()) != 2 {
		t.Errorf("the log of the original is %v", w.Calls())
	}
}
