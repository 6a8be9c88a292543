package problem

// Refusals: what AWS's words tell of which layer said no.

import (
	"strings"
)

var refusals = []string{"AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation", "AllAccessDisabled"}

// denials tell which layer said no, and so who has to act. One of several is
// named at most, and outside one organisation none.
// Source: Troubleshoot access denied (403 Forbidden) errors in Amazon S3.
var denials = []cause{
	{
		codes: refusals, text: "mfa authentication must be used", summary: "The bucket asks for MFA", side: "customer",
		detail: "MFA delete is on: only the root user of the bucket's account, with its device, can delete a version.",
		fixes:  []string{"Ask the holder of the root user of the bucket's account to delete the version."},
	},
	{
		codes: refusals, text: "object lock", summary: "Object Lock protects the file", id: "object-lock",
		detail: "The file is under a retention or a legal hold, and this version of it cannot be deleted or changed until that ends.",
		fixes:  []string{"Wait until the retention ends, or ask the bucket's owner whether a legal hold can be taken off. A new version can be written all the same."},
	},
	{
		codes: []string{"AllAccessDisabled"}, summary: "AWS has switched the bucket off", side: "here",
		detail: "Nobody may use a bucket of this name, whatever the policies say. Often the name is mistyped, and is one that AWS keeps for itself.",
		fixes:  []string{"Check the name of the bucket: enter it alone, without s3:// and without a folder.", "If it is the right one, its owner must ask AWS support."},
	},
	{
		codes: refusals, text: "customer provided keys (sse-c)", summary: "The bucket takes no files that are encrypted with a key of the sender", side: "firm",
		detail: "The upload asks for SSE-C, which S3 has switched off for the bucket, as it is for new ones.",
		fixes:  []string{"Send the file without the headers x-amz-server-side-encryption-customer-...: S3 encrypts it all the same."},
	},
	{
		codes: refusals, text: "sts:assumerole", summary: "The caller may not take on the role", side: "both",
		detail: "The role's trust policy must name the caller or its account, and across accounts the caller's own policies must allow sts:AssumeRole on the role as well.",
		fixes:  []string{"Check the role's ARN: a role that does not exist is refused in the same words.", "Ask the role's account to name the caller in the trust policy, with the external id that the caller sends, if any.", "Ask an administrator of the account {account} to allow sts:AssumeRole on the role's ARN."},
	},
	{
		codes: refusals, text: "blockpublicpolicy", summary: "The policy would open the bucket to everyone", id: "block-public-access",
		detail: "Block Public Access refuses the document as a whole. A statement that stood there before opens the bucket; the firm's is not the cause.",
		fixes:  []string{"The bucket's owner must make the open statement specific, or take it out."},
	},
	{
		codes: refusals, text: "blockpublicacls", summary: "Block Public Access refuses the ACL", id: "block-public-access", side: "firm",
		detail: "An ACL that opens an object to everyone was sent.", fixes: []string{"Send the object without an ACL."},
	},
	{
		codes: refusals, text: "service control policy", summary: "A rule of the caller's organisation forbids it", id: "organisation-or-network",
		detail: "A service control policy stands above the account {account} and refuses {action}.",
		fixes:  []string{"Ask the administrators of that organisation in AWS for an exception for {action}.", "If they forbid users with keys, use a role."},
	},
	{
		codes: refusals, text: "resource control policy", summary: "A rule of the bucket owner's organisation forbids it", id: "organisation-or-network",
		detail: "A resource control policy keeps outside accounts away from its buckets.",
		fixes:  []string{"Ask the bucket owner's cloud team for an exception for the firm's account."},
	},
	{
		codes: refusals, text: "vpc endpoint policy", summary: "This network lets only certain requests through", id: "organisation-or-network", side: "network",
		detail: "The policy of a VPC endpoint on the way refuses {action}.",
		fixes:  []string{"Try from another network, or ask the network team to let the bucket through."},
	},
	{
		codes: refusals, text: "permissions boundary", summary: "A ceiling on the caller's permissions forbids it", id: "boundary",
		detail: "A permissions boundary is set on the user or role, and {action} is above it.",
		fixes:  []string{"Ask an administrator of the account {account} to raise the boundary or take it off."},
	},
	{
		codes: refusals, text: "session policy", summary: "This sign-in is limited", side: "here",
		detail: "The session was opened with a policy of its own that leaves {action} out.",
		fixes:  []string{"Sign in with a profile that is not limited so."},
	},
	{
		codes: refusals, text: "kms:", also: "in an identity-based policy", summary: "A rule on the caller forbids the bucket's encryption key", id: "kms-firm-policy",
		detail: "The bucket encrypts with a KMS key, and a policy of the caller has a Deny for {action}, which wins over every Allow.",
		fixes:  []string{"Ask an administrator of the account {account} to take the Deny out or to except the key."},
	},
	{
		codes: refusals, text: "kms:", also: "no identity-based policy allows", summary: "The caller was not given the bucket's encryption key", id: "kms-firm-policy",
		detail: "The bucket encrypts with a KMS key, and no policy of the caller's own account allows it {action}. Across accounts the key's own policy must let that account in as well.",
		fixes:  []string{"Ask an administrator of the account {account} to allow {action} on the key's ARN."},
	},
	{
		codes: refusals, text: "kms:", summary: "The bucket's encryption key is closed to the caller", id: "kms-key-policy",
		detail: "The bucket encrypts with a KMS key, and {action} was refused. Across accounts the key's own policy must let the firm's account in, and the user's policy must allow it too. The key aws/s3 can never be shared with another account.",
		fixes: []string{
			"The bucket's owner must encrypt with S3's own keys (SSE-S3), or with a customer managed key whose policy allows kms:GenerateDataKey and kms:Decrypt to the firm's account.",
			"With a customer managed key the firm must allow the same to its user, on the key's ARN.",
		},
	},
	{
		codes: refusals, text: "explicit deny in an identity-based policy", summary: "A rule on the caller forbids it", id: "firm-policy-deny",
		detail: "A policy of the caller has a Deny for {action}, which wins over every Allow.",
		fixes:  []string{"Ask an administrator of the account {account} to take the Deny out or to except this."},
	},
	{
		codes: refusals, text: "no identity-based policy allows", summary: "The caller was not given this permission", id: "firm-policy-missing",
		detail: "No policy of the caller's own account allows it {action}.",
		fixes:  []string{"Ask an administrator of the account {account} to allow {action}, or use a profile that may."},
	},
	{
		codes: refusals, text: "explicit deny in a resource-based policy", summary: "A rule on the bucket forbids it", id: "bucket-policy-deny",
		detail: "The bucket's policy has a Deny that catches this, or Block Public Access shuts every other account out.",
		fixes:  []string{"The bucket's owner must look at the Deny statements of its policy and except the caller."},
	},
	{
		codes: refusals, text: "no resource-based policy allows", summary: "The bucket's policy does not let the caller in", id: "bucket-policy-missing", side: "both",
		detail: "Either the bucket's policy does not name the caller's account, or it does and the caller's own policy is missing: AWS says the same of both.",
		fixes:  []string{"Check first that the user's own policy allows {action}, then that the bucket's policy lets its account in."},
	},
	{
		codes: refusals, summary: "AWS refused access",
		detail: "AWS does not say which rule refused it: the caller's own policies, the bucket's policy, or a rule of one of the organisations.",
		fixes:  []string{"Ask an administrator of the account {account} to allow it, or use a profile that may."},
	},
}

// Reasonless tells whether the text of a refusal names no layer, or names the
// bucket's policy where the user's own may be what is missing.
func (p *Error) Reasonless() bool {
	text := strings.ToLower(p.Message)
	return p.Summary == refusedWithoutReason || strings.Contains(text, "no resource-based policy allows") && !strings.Contains(text, "kms:")
}

// DenyingPolicy is the ARN of the policy that AWS names in a refusal, "" for none.
func DenyingPolicy(err error) string {
	return Clean(strings.TrimRight(firstMatch(denyingARN, err.Error()), ".,;:)]}"))
}
