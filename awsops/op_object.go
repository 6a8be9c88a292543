package awsops

// The probes: writing, reading and deleting a test file, where it should work and where
// it should not.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (PutObject) Kind() string    { return "put-object" }
func (GetObject) Kind() string    { return "get-object" }
func (DeleteObject) Kind() string { return "delete-object" }

func (op PutObject) Target() Target {
	return objectTarget(op.Owner, op.Bucket, op.Key, "")
}

// Headers are those that the bucket's policy demands, as "x-amz-acl: private".
func (op PutObject) Headers() (all []string) {
	if op.ACL != "" {
		all = append(all, "x-amz-acl: "+op.ACL)
	}
	if op.Encryption != "" {
		all = append(all, "x-amz-server-side-encryption: "+op.Encryption)
	}
	if op.KMSKey != "" {
		all = append(all, "x-amz-server-side-encryption-aws-kms-key-id: "+op.KMSKey)
	}
	return all
}

func (op PutObject) Describe() Description {
	summary := "Write the test file " + op.Key + " to the bucket " + op.Bucket
	command := []string{
		"s3api", "put-object", "--bucket", op.Bucket, "--key", op.Key, "--body", BodyFile,
		"--content-type", "text/plain", "--if-none-match", "*", "--expected-bucket-owner", op.Owner,
	}
	if headers := op.Headers(); headers != nil {
		summary += ", with " + policy.Join(headers, "and")
	}
	if op.ACL != "" {
		command = append(command, "--acl", op.ACL)
	}
	if op.Encryption != "" {
		command = append(command, "--server-side-encryption", op.Encryption)
	}
	if op.KMSKey != "" {
		command = append(command, "--ssekms-key-id", op.KMSKey)
	}
	return Description{
		Summary:  tried(op.Expect, summary),
		Target:   op.Target(),
		Resource: object(op.Bucket, op.Key),
		Changes:  true,
		Command:  command,
		Body:     op.Body,
	}
}

func (op GetObject) Target() Target {
	return objectTarget(op.Owner, op.Bucket, op.Key, "")
}

func (op GetObject) Describe() Description {
	return Description{
		Summary:  tried(op.Expect, "Read the test file "+op.Key+" from the bucket "+op.Bucket),
		Target:   op.Target(),
		Resource: object(op.Bucket, op.Key),
		Command: []string{
			"s3api", "get-object", "--bucket", op.Bucket, "--key", op.Key,
			"--expected-bucket-owner", op.Owner, "probe-read.txt",
		},
	}
}

func (op DeleteObject) Target() Target {
	return objectTarget(op.Owner, op.Bucket, op.Key, op.VersionID)
}

func (op DeleteObject) Describe() Description {
	command := []string{"s3api", "delete-object", "--bucket", op.Bucket, "--key", op.Key}
	switch {
	case op.VersionID != "":
		command = append(command, "--version-id", op.VersionID)
	case op.ETag != "":
		command = append(command, "--if-match", op.ETag)
	}
	if op.Owner != "" {
		command = append(command, "--expected-bucket-owner", op.Owner)
	}
	return Description{
		Summary:  tried(op.Expect, "Delete "+version(op.VersionID)+"the test file "+op.Key+" from the bucket "+op.Bucket),
		Target:   op.Target(),
		Resource: version(op.VersionID) + object(op.Bucket, op.Key),
		Changes:  true,
		Command:  command,
	}
}

func tried(e Expect, summary string) string {
	if e == Refused || e == Shut {
		return summary + ", which should be refused"
	}
	return summary
}

func objectTarget(owner, bucket, key, version string) Target {
	return Target{Account: owner, Kind: KindObject, Name: bucket + "/" + key, ID: version}
}

func object(bucket, key string) string { return "the object " + key + " of the bucket " + bucket }

func version(id string) string {
	if id == "" {
		return ""
	}
	return "the version " + id + " of "
}

func (op PutObject) Inverse(r Receipt) (Operation, bool) {
	if r.Already || r.Refused != "" {
		return nil, false
	}
	return DeleteObject{Bucket: op.Bucket, Owner: op.Owner, Key: op.Key, VersionID: r.VersionID, ETag: r.ETag, Expect: Granted}, true
}

func (GetObject) Inverse(Receipt) (Operation, bool) { return nil, false }

// Inverse of a delete without a version, in a bucket that keeps versions, deletes
// the delete marker that it made.
func (op DeleteObject) Inverse(r Receipt) (Operation, bool) {
	if op.VersionID != "" || r.VersionID == "" || r.Already {
		return nil, false
	}
	return DeleteObject{Bucket: op.Bucket, Owner: op.Owner, Key: op.Key, VersionID: r.VersionID, Expect: Granted}, true
}

// try does a test call and meets the refusal that is expected of it.
func (s *Session) try(ctx context.Context, e Expect, what string, receipt *Receipt, r request) error {
	r.patient = func(err error) bool {
		switch e {
		case Granted: // a key, a policy or a principal that was made a moment ago
			return problem.Is(err, "InvalidAccessKeyId") || problem.Is(err, "AccessDenied") && !Forbidden(err) && !s.pace.settled() && !hopeless(ctx, err)
		case Refused:
			return problem.Is(err, "InvalidAccessKeyId")
		case Shut:
			return errors.Is(err, errOpen)
		default:
			return false
		}
	}
	r.waitFor = what
	err := s.send(ctx, r)
	switch {
	case (e == Refused || e == Shut) && problem.Is(err, "AccessDenied"):
		*receipt = Receipt{Refused: problem.Code(err), RequestID: problem.RequestID(err)}
		return nil
	case errors.Is(err, errOpen):
		return nil // which the receipt says
	}
	return err
}

// errOpen is a read that works and should be refused by now.
var errOpen = errors.New("it is not refused yet")

// Forbidden tells of a refusal by an explicit Deny, which S3 says only to callers of the
// bucket's own account: no waiting helps. Source: Troubleshoot access denied (403
// Forbidden) errors in Amazon S3.
func Forbidden(err error) bool {
	return problem.Is(err, "AccessDenied") && strings.Contains(err.Error(), "explicit deny")
}

func (op PutObject) perform(ctx context.Context, s *Session) (Receipt, error) {
	var (
		receipt Receipt
		lost    bool
	)
	ours := func(ctx context.Context) (bool, error) {
		lost = true
		body, version, err := s.readObject(ctx, op.Bucket, op.Owner, op.Key, "")
		switch {
		case problem.Is(err, "AccessDenied", "NoSuchKey"):
			return false, nil // not there, or not ours to see: sending it again tells
		case err != nil:
			return false, err
		case body != op.Body:
			return false, op.taken()
		}
		receipt = Receipt{VersionID: version.ID, ETag: version.ETag}
		return true, nil
	}
	err := s.try(ctx, op.Expect, "the access to write to the bucket "+op.Bucket+" to take effect", &receipt, request{
		settle: ours,
		call: func(ctx context.Context) error {
			out, err := s.s3.PutObject(ctx, &s3.PutObjectInput{
				Bucket: &op.Bucket, Key: &op.Key, ExpectedBucketOwner: pointer(op.Owner),
				Body: strings.NewReader(op.Body), ContentType: aws.String("text/plain"), IfNoneMatch: aws.String("*"),
				ACL: types.ObjectCannedACL(op.ACL), ServerSideEncryption: types.ServerSideEncryption(op.Encryption), SSEKMSKeyId: pointer(op.KMSKey),
			}, onceS3)
			if problem.Is(err, "PreconditionFailed") {
				if !lost {
					return op.taken()
				}
				// The key is this run's alone, and a try of ours had no answer: it is that
				// one's, be it readable or not.
				_, err := ours(ctx)
				return err
			}
			if err == nil {
				receipt = Receipt{RequestID: requestID(out.ResultMetadata), VersionID: aws.ToString(out.VersionId), ETag: aws.ToString(out.ETag)}
			}
			return err
		},
	})
	return receipt, err
}

// KeyIsFree fails where an object of this key is there already, as far as that may be
// seen.
func (s *Session) KeyIsFree(ctx context.Context, bucket, owner, key string) error {
	_, err := s.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, ExpectedBucketOwner: pointer(owner)})
	switch {
	case err == nil:
		return keyTaken(bucket, key)
	case problem.Status(err) == http.StatusNotFound, problem.Status(err) == http.StatusForbidden:
		return nil
	}
	return s.problem(err, "look whether the bucket has an object "+key)
}

func (op PutObject) taken() *problem.Error { return keyTaken(op.Bucket, op.Key) }

func keyTaken(bucket, key string) *problem.Error {
	return &problem.Error{
		Summary: "An object of this name is there already",
		Detail:  fmt.Sprintf("The bucket %s holds an object %s that crossgrant did not write. It is left as it is.", bucket, problem.Clean(key)),
		Fixes:   []string{"Use another key for the test file."},
		Code:    "PreconditionFailed",
	}
}

func (op GetObject) perform(ctx context.Context, s *Session) (Receipt, error) {
	var receipt Receipt
	what := "the access to read from the bucket " + op.Bucket + " to take effect"
	if op.Expect == Shut {
		what = "the change to the bucket " + op.Bucket + " to take effect"
	}
	err := s.try(ctx, op.Expect, what, &receipt, request{
		call: func(ctx context.Context) error {
			out, err := s.s3.GetObject(ctx, &s3.GetObjectInput{
				Bucket: &op.Bucket, Key: &op.Key, ExpectedBucketOwner: pointer(op.Owner),
			}, onceS3)
			if op.Expect == Refused && problem.Is(err, "NoSuchKey") {
				return nil // S3 says so only to who may list and read
			}
			if err != nil {
				return err
			}
			body, err := bodyOf(out)
			if err != nil {
				return err
			}
			receipt = Receipt{RequestID: requestID(out.ResultMetadata), VersionID: aws.ToString(out.VersionId)}
			if op.Expect != Refused && body != op.Body {
				return &problem.Error{
					Summary:   "The file that was read is not the one that was written",
					Detail:    fmt.Sprintf("The object %s of the bucket %s holds something else than crossgrant wrote there.", problem.Clean(op.Key), op.Bucket),
					Fixes:     []string{"Find out who else writes under the key, or run the test again with another key."},
					RequestID: receipt.RequestID,
					Operation: "S3 GetObject",
				}
			}
			if op.Expect == Shut {
				return errOpen
			}
			return nil
		},
	})
	return receipt, err
}

// maxProbe is more than any probe: what is longer is not one.
const maxProbe = 1 << 20

func bodyOf(out *s3.GetObjectOutput) (string, error) {
	defer func() { _ = out.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(out.Body, maxProbe))
	return string(body), err
}

// readObject reads an object, or one version of it.
func (s *Session) readObject(ctx context.Context, bucket, owner, key, version string) (body string, v Version, err error) {
	in := &s3.GetObjectInput{Bucket: &bucket, Key: &key, ExpectedBucketOwner: pointer(owner)}
	if version != "" {
		in.VersionId = &version
	}
	out, err := s.s3.GetObject(ctx, in)
	if err != nil {
		return "", Version{}, err
	}
	body, err = bodyOf(out)
	return body, Version{ID: aws.ToString(out.VersionId), ETag: aws.ToString(out.ETag)}, err
}

// Find looks for a text under a key: as which version it is there, and whether nothing else is.
func (s *Session) Find(ctx context.Context, bucket, owner, key, text string) (Version, bool, error) {
	body, v, err := s.readObject(ctx, bucket, owner, key, "")
	if err != nil {
		return Version{}, false, s.problem(err, "read the object "+key)
	}
	return v, body == text, nil
}

// Holds tells whether an object, or one version of it, is a text and nothing else. One
// that may not be read is an error.
func (s *Session) Holds(ctx context.Context, bucket, owner, key, version, text string) (bool, error) {
	body, _, err := s.readObject(ctx, bucket, owner, key, version)
	if err != nil {
		return false, s.problem(err, "read the object "+key)
	}
	return body == text, nil
}

// gone tells whether the probe is no longer there, though perhaps something else under
// its key: somebody wrote over it, in a bucket where a version does not tell the two apart.
// unread: it could not be read.
func (op DeleteObject) gone(ctx context.Context, s *Session) (gone, unread bool, err error) {
	if op.ETag == "" || op.VersionID != "" && op.VersionID != "null" {
		return false, false, nil
	}
	_, live, err := s.readObject(ctx, op.Bucket, op.Owner, op.Key, op.VersionID)
	switch {
	case problem.Is(err, "NoSuchKey", "NoSuchVersion", "NoSuchBucket"):
		return true, false, nil
	case problem.Is(err, "AccessDenied"): // the list of versions tells as well, where it may be read
		versions, listErr := s.ObjectVersions(ctx, op.Bucket, op.Owner, op.Key)
		if listErr != nil {
			return false, true, err
		}
		only := op.VersionID != "" || len(versions) == 1
		return !only || !slices.Contains(versions, Version{ID: "null", ETag: op.ETag}), true, nil
	}
	return err == nil && live.ETag != op.ETag, false, err
}

func (op DeleteObject) perform(ctx context.Context, s *Session) (Receipt, error) {
	var receipt Receipt
	input := &s3.DeleteObjectInput{Bucket: &op.Bucket, Key: &op.Key, ExpectedBucketOwner: pointer(op.Owner)}
	if op.VersionID != "" {
		input.VersionId = &op.VersionID
	}
	switch gone, unread, err := op.gone(ctx, s); {
	case err != nil:
		return Receipt{}, problem.Unsent(s.problem(err, "look whether the object "+op.Key+" is still the one that was written"))
	case gone:
		return Receipt{Already: true}, nil
	case op.VersionID == "" && op.ETag != "" && !unread: // which a condition on it needs. Source: Conditional deletes
		input.IfMatch = &op.ETag
	}
	err := s.try(ctx, op.Expect, "the access to delete from the bucket "+op.Bucket+" to take effect", &receipt, request{
		// Somebody else may have written under the key since.
		moves: true,
		settle: func(ctx context.Context) (bool, error) {
			gone, _, err := op.gone(ctx, s)
			return gone, err
		},
		call: func(ctx context.Context) error {
			out, err := s.s3.DeleteObject(ctx, input, onceS3)
			if problem.Is(err, "NoSuchKey", "NoSuchVersion", "NoSuchBucket", "PreconditionFailed") { // or another's
				receipt = Receipt{Already: true}
				return nil
			}
			if err == nil {
				receipt = Receipt{RequestID: requestID(out.ResultMetadata), VersionID: aws.ToString(out.VersionId)}
			}
			return err
		},
	})
	return receipt, err
}
