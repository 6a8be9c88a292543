package problem

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

// Codes and texts as pitfalls found them on the wire, and what they mean.
func TestDiagnose(t *testing.T) {
	const refusedBy = "User: arn:aws:iam::444455556666:user/u is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::b/k\" "
	tests := []struct{ code, message, summary, says string }{
		{"InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", "AWS does not know the access key", "aws configure --profile p"},
		{"InvalidClientTokenId", "The security token included in the request is invalid.", "AWS does not know the access key", "aws_session_token"},
		{"SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", "The secret of the access key is wrong", "aws configure --profile p"},
		{"SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z", "The clock of this computer is wrong", "clock"},
		{"SignatureDoesNotMatch", "Signature not yet current: 2026 is still later than 2025", "The clock of this computer is wrong", "clock"},
		{"RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", "The clock of this computer is wrong", "clock"},
		{"ExpiredToken", "The provided token has expired.", "The credentials have expired", "aws sso login --profile p"},
		{"InvalidToken", "The provided token is malformed or otherwise invalid.", "The session token is not valid here", "region"},
		{"MalformedPolicy", "Invalid principal in policy", "The policy names someone whom AWS does not know", "AIDA"},
		{"MalformedPolicy", "Policy has invalid resource", "The policy is about another bucket", "arn:aws:s3:::BUCKET"},
		{"MalformedPolicy", "Action does not apply to any resource(s) in statement", "An action of the policy does not fit its resource", "Listing"},
		{"MalformedPolicy", "Policy has invalid action", "The policy names an action that does not exist", "action"},
		{"MalformedPolicy", "Conditions do not apply to combination of actions and resources in statement", "A condition of the policy does not fit its action", "s3:ListBucket"},
		{"MalformedPolicy", "Policy has an invalid condition key", "A condition of the policy is not valid", "condition keys"},
		{"MalformedPolicy", "Statement IDs (SID) in a single policy must be unique.", "Two statements of the policy have the same Sid", "another Sid"},
		{"MalformedPolicyDocument", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", "An action or a condition of the policy has no service before it", "s3:GetObject"},
		{"MalformedPolicyDocument", "The policy must contain a valid version string", "AWS does not take the policy", "AWS's words"},
		{"AccessDenied", "Access Denied because object protected by object lock.", "Object Lock protects the file", "retention"},
		{"AllAccessDisabled", "All access to this object has been disabled", "AWS has switched the bucket off", "name of the bucket"},
		{"MalformedPolicy", "This policy contains invalid Json", "The policy is not JSON", "byte order mark"},
		{"MalformedPolicy", "Could not parse the policy: Statement is empty!", "AWS does not take the policy", "AWS's words"},
		{"MalformedPolicyDocument", `Partition "aws" is not valid for resource "arn:aws:s3:::b".`, "The policy is written for another partition of AWS", "aws-cn"},
		{"PolicyTooLarge", "Policy exceeds the maximum allowed document size.", "The bucket's policy is full", "20 KB"},
		{"LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", "The user has two access keys already", "Delete a key"},
		{"LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user u", "The inline policies are full", "2,048"},
		{"LimitExceeded", "Cannot exceed quota for PolicySize: 6144", "The policy is too long", "6,144"},
		{"LimitExceeded", "Cannot exceed quota for UsersPerAccount: 5000", "A limit of the account is reached", "Service Quotas"},
		{"MethodNotAllowed", "The specified method is not allowed against this resource.", "The bucket's owner must do this", "swapped"},
		{"PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", "The bucket is in another region", "region"},
		{"AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'", "The bucket is in another region", "eu-west-3"},
		{"NoSuchBucket", "The specified bucket does not exist", "There is no such bucket", "name"},
		{"InvalidBucketName", "The specified bucket is not valid.", "This is not the name of a bucket", "lower-case"},
		{"BucketAlreadyExists", "The requested bucket name is not available.", "A bucket of this name is there already", "another name"},
		{"BucketNotEmpty", "The bucket you tried to delete is not empty", "The bucket is not empty", "versions"},
		{"OperationAborted", "A conflicting conditional operation is currently in progress", "Another change is being made at the same time", "Wait"},
		{"EntityAlreadyExists", "User with name u already exists.", "The name is taken", "another name"},
		{"NoSuchEntity", "The user with name u cannot be found.", "There is no such user, role, key or policy", "name"},
		{"DeleteConflict", "Cannot delete entity, must delete access keys first.", "The user or role still has something", "4444-5555-6666"},
		{"Throttling", "Rate exceeded", "AWS asked to go slower", "Wait"},
		{"SlowDown", "Please reduce your request rate.", "AWS asked to go slower", "Wait"},
		{"KMS.DisabledException", "arn:aws:kms:... is disabled.", "The bucket's encryption key is switched off", "enable"},
		{"KMS.NotFoundException", "Key does not exist", "The bucket's encryption key cannot be used", "ARN"},
		{"AccessControlListNotSupported", "The bucket does not allow ACLs", "The bucket takes no ACLs", "without an ACL"},
		{"SomethingNew", "Never seen.", "AWS refused the request", "AWS support"},
		{"AccessDenied", "Access Denied", "AWS refused access", "4444-5555-6666"},
		{"AccessDenied", refusedBy + "because no identity-based policy allows the s3:PutObject action", "The caller was not given this permission", "allow s3:PutObject"},
		{"AccessDenied", refusedBy + "with an explicit deny in an identity-based policy", "A rule on the caller forbids it", "Deny"},
		{"AccessDenied", refusedBy + "because no resource-based policy allows the s3:PutObject action", "The bucket's policy does not let the caller in", "first that the user's own"},
		{"AccessDenied", refusedBy + "with an explicit deny in a resource-based policy", "A rule on the bucket forbids it", "bucket's owner"},
		{"AccessDenied", refusedBy + "because no permissions boundary allows the s3:PutObject action", "A ceiling on the caller's permissions forbids it", "boundary"},
		{"AccessDenied", refusedBy + "with an explicit deny in a session policy", "This sign-in is limited", "profile"},
		{"AccessDenied", refusedBy + "with an explicit deny in a service control policy", "A rule of the caller's organisation forbids it", "exception for s3:PutObject"},
		{"AccessDenied", refusedBy + "with an explicit deny in a resource control policy", "A rule of the bucket owner's organisation forbids it", "cloud team"},
		{"AccessDenied", refusedBy + "with an explicit deny in a VPC endpoint policy", "This network lets only certain requests through", "network team"},
		{"AccessDenied", refusedBy + "because public policies are blocked by the BlockPublicPolicy block public access setting.", "The policy would open the bucket to everyone", "specific"},
		{"AccessDenied", "User: u is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region", "The bucket's encryption key is closed to the caller", "SSE-S3"},
		{"AccessDenied", "Mfa Authentication must be used for this request", "The bucket asks for MFA", "root user"},
		{"AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", "The MFA code was not accepted", "next code"},
	}
	for _, test := range tests {
		t.Run(test.code+" "+test.summary, func(t *testing.T) {
			api := &smithy.GenericAPIError{Code: test.code, Message: test.message}
			err := error(&smithy.OperationError{ServiceID: "S3", OperationName: "PutObject", Err: api})
			p := DiagnoseAs(err, "write k", Actor{Profile: "p", Account: "444455556666"})
			if p.Summary != test.summary || !strings.Contains(p.Error(), test.says) {
				t.Errorf("%q with %q, want %q with %q", p.Summary, p.Error(), test.summary, test.says)
			}
			if p.Code != test.code || p.Message != test.message || p.Operation != "S3 PutObject" || !errors.Is(p, api) {
				t.Errorf("AWS's own words are lost: %+v", p)
			}
			if !strings.Contains(p.Detail, "write k, as the profile p of the account 4444-5555-6666") || strings.ContainsAny(p.Error(), "{}") {
				t.Errorf("what was tried, by whom: %q", p.Error())
			}
		})
	}
}

func TestDiagnoseWithoutAnAnswer(t *testing.T) {
	for text, summary := range map[string]string{
		"the SSO session has expired or is invalid: token expired":                     "The sign-in has expired",
		"login session has expired, please reauthenticate":                             "The sign-in has expired",
		"tls: failed to verify certificate: x509: certificate is valid for *.s3.a, no": "The certificate does not fit the address",
		"tls: failed to verify certificate: x509: unknown authority":                   "The certificate of the other side is not trusted",
		"http: server gave HTTP response to HTTPS client":                              "The endpoint does not speak HTTPS",
		"dial tcp: lookup s3.nowhere.amazonaws.com: no such host":                      "AWS cannot be reached",
		"error in credential_process: exit status 1":                                   "The profile's own command gave no credentials",
		"get identity: get credentials: something else":                                "The profile gives no credentials",
		"a disk is full": "It did not work",
	} {
		if p := Diagnose(errors.New(text), "try"); p.Summary != summary || p.Message != text {
			t.Errorf("%q: %q, want %q", text, p.Summary, summary)
		}
	}
	canceled := Diagnose(fmt.Errorf("wrapped: %w", context.Canceled), "try")
	if !errors.Is(canceled, context.Canceled) || canceled.Summary != "It was stopped before it was done" {
		t.Errorf("%v", canceled)
	}
	if Diagnose(nil, "try") != nil {
		t.Error("no error has a problem")
	}
	stale := &Stale{Resource: "the policy"}
	if p := Diagnose(Unsent(stale), "try"); p.Summary != "It has changed since it was shown" || !errors.Is(p, stale) {
		t.Errorf("%v", p)
	}
	inner := &Error{Summary: "S"}
	if Diagnose(inner, "again") != inner {
		t.Error("a problem is explained twice")
	}
	if p := Diagnose(Unsent(inner), "again"); p.Summary != "S" || Lost(p) {
		t.Errorf("a wrapped problem: %v", p)
	}
}

// Only an action of IAM's is taken out of AWS's text, and nothing else of it.
func TestThePermissionThatIsMissingIsNamed(t *testing.T) {
	for said, want := range map[string]string{
		"User: arn:aws:iam::1:user/u is not authorized to perform: iam:GetUser on resource: user u": "it (iam:GetUser)",
		"is not authorized to perform: s3:PutObject because no policy allows it":                    "it (s3:PutObject)",
		"Access Denied": "it",
		"not authorized to perform: s3:abcdefgh/ijklmnop+qrstuv": "it",
	} {
		if got := WithPermission("it", &Error{Summary: "No", Message: said}); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
	if got := WithPermission("it", nil); got != "it" {
		t.Errorf("of no error: %q", got)
	}
}

func TestErrorIsOneLine(t *testing.T) {
	p := &Error{Summary: "S", Detail: "D\x1b[2J\n.", Fixes: []string{"One.", "aws two"}, Code: "C", Message: "M", RequestID: "R", Operation: "S3 O"}
	if got, want := p.Error(), "S. D<U+001B>[2J . One. aws two; [S3 O: C: M: request R]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
