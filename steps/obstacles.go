package steps

// What would stop a run later, found before anything is changed.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// noOtherTour refuses to write over the test statements of another tour, which has them
// under the same Sids.
func (w *World) noOtherTour(live *policy.Document, ours []policy.Statement) error {
	for _, s := range ours {
		want := policy.New(s)
		if there := statementOf(live, s.Sid); there != nil && !policy.Same(there, &want) {
			return &problem.Error{
				Summary: "Another tour is at this bucket",
				Detail:  fmt.Sprintf("The bucket's policy has the statement %s for another test user: a tour that is under way, or that was not cleaned up. It is left as it is. Nothing was changed.", s.Sid),
				Fixes: []string{
					"Let that tour finish, or clean it up: " + w.Crossgrant("cleanup"),
					"Where this computer has no record of it: " + w.Found(""),
				},
			}
		}
	}
	return nil
}

// obstacles judges the settings of a bucket for the firm's user or role.
func obstacles(f Facts, b awsops.BucketFacts) (notes []string, blocked error) {
	stop := func(summary, detail string, fixes ...string) *problem.Error {
		return &problem.Error{Summary: summary, Detail: detail + " Nothing was changed.", Fixes: fixes}
	}
	if b.BlockPublic.Restrict && b.Public {
		return nil, stop("The bucket shuts every outside account out",
			fmt.Sprintf("A rule in the policy of %s is open to everyone, and the setting RestrictPublicBuckets then blocks all other accounts, the firm's too.", f.Bucket),
			"Ask the bucket's owner to make that rule specific, or to remove it, then try again. Leave Block Public Access on.")
	}
	if b.BlockPublic.Policy && b.Public {
		return nil, stop("The bucket's policy cannot be changed as it is",
			fmt.Sprintf("A rule in the policy of %s is open to everyone, and the setting BlockPublicPolicy refuses every policy with such a rule in it.", f.Bucket),
			"Ask the bucket's owner to make that rule specific, or to remove it, then try again. Leave Block Public Access on.")
	}
	if b.RequesterPays {
		return nil, stop("Requester Pays is on for the bucket",
			fmt.Sprintf("Requester Pays is on for %s: S3 refuses requests of other accounts that do not agree to pay, and the test does not.", f.Bucket),
			"Ask the bucket's owner to switch Requester Pays off, then try again.")
	}
	if strings.HasPrefix(b.Encryption, "aws:kms") {
		if b.KMSKey == "" {
			return nil, stop("The bucket's encryption cannot be shared with another company",
				fmt.Sprintf("New files in %s are locked with the key aws/s3, which only the customer's own account can use.", f.Bucket),
				"The customer sets the bucket's default encryption to SSE-S3, or to a customer managed key.")
		}
		notes = append(notes, fmt.Sprintf("New files in %s are encrypted with the customer's KMS key %s. %s", f.Bucket, b.KMSKey, needsKMS))
	}
	if b.ObjectLock != "" {
		notes = append(notes, fmt.Sprintf("The bucket keeps every file locked (%s), so the file written as a test cannot be deleted before that has passed.", b.ObjectLock))
	}
	if b.MFADelete {
		notes = append(notes, "The bucket deletes versions only with the root user's MFA code, so a hidden version of the test file stays.")
	}
	if len(b.Unknown) > 0 {
		var unread []string
		for _, setting := range slices.Sorted(maps.Keys(b.Unknown)) {
			unread = append(unread, problem.WithPermission(setting, b.Unknown[setting]))
		}
		notes = append(notes, fmt.Sprintf("Not every setting of %s could be read, and what these say is not known: %s.", f.Bucket, policy.Join(unread, "and")))
	}
	if ownedByWriters(b.Ownership) {
		notes = append(notes, fmt.Sprintf("The bucket's ownership setting is %s: files belong to the firm, and the customer may not be able to read them. BucketOwnerEnforced avoids that.", b.Ownership))
	}
	return notes, nil
}

// acceptable refuses a bucket policy that AWS would refuse, or that is too large.
func (w *World) acceptable(d policy.Document) error {
	for _, f := range policy.Lint(d, policy.Against{Kind: policy.BucketPolicy, Bucket: w.Bucket, Partition: w.Customer.Partition, Account: w.Customer.Account}) {
		if f.Severity == policy.Refused {
			return &problem.Error{
				Summary: "AWS would refuse the bucket's policy",
				Detail:  f.Text + " Nothing was changed.",
				Fixes:   []string{"Fix what is named above in the policy of the bucket " + w.Bucket + ", then try again."},
			}
		}
	}
	return nil
}
