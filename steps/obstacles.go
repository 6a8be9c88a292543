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

// settings judges the settings of a bucket for the firm's user or role, and what they mean
// for taking the run back.
func settings(f Facts, b awsops.BucketFacts) []Finding {
	all := []Finding{blockPublic(f, b), requesterPays(f, b), encryption(f, b), objectLock(f, b), versioning(b), ownership(b)}
	var unread []string
	for _, fact := range slices.Sorted(maps.Keys(b.Unknown)) {
		if name := settingNames[fact]; name != "" {
			unread = append(unread, problem.WithPermission(name, b.Unknown[fact]))
			all = slices.DeleteFunc(all, func(s Finding) bool { return s.About == name && s.Level == OK })
		}
	}
	if unread != nil {
		said := fmt.Sprintf("Of %s this was not looked at, since AWS did not let it be read: %s.", f.Bucket, policy.Join(unread, "and"))
		if _, encryption := b.Unknown["Encryption"]; encryption && f.Journey == "setup" && f.KMSKey == "" {
			said += " If it encrypts with a KMS key of the customer's, start again and name the key's ARN by --kms-key."
		}
		all = append(all, found(Note, "the bucket's settings", said))
	}
	return all
}

func blockPublic(f Facts, b awsops.BucketFacts) Finding {
	const about = "Block Public Access"
	specific := []string{"Ask the bucket's owner to make that rule specific, or to remove it, then try again. Leave Block Public Access on."}
	switch {
	case b.BlockPublic.Restrict && b.Public:
		return stops(about, &problem.Error{
			Summary: "The bucket shuts every outside account out",
			Detail:  fmt.Sprintf("A rule in the policy of %s is open to everyone, and the setting RestrictPublicBuckets then blocks all other accounts, the firm's too.", f.Bucket),
			Fixes:   specific,
		})
	case b.BlockPublic.Policy && b.Public:
		return stops(about, &problem.Error{
			Summary: "The bucket's policy cannot be changed as it is",
			Detail:  fmt.Sprintf("A rule in the policy of %s is open to everyone, and the setting BlockPublicPolicy refuses every policy with such a rule in it.", f.Bucket),
			Fixes:   specific,
		})
	case b.Public:
		return found(Warning, about, fmt.Sprintf("A rule in the policy of %s is open to everyone. The bucket's own Block Public Access lets that be; that of its account or organisation was not read, and may shut all other accounts out because of it. Try it: the run will show it.", f.Bucket))
	}
	return found(OK, about, "No rule of the bucket's policy is open to everyone, so Block Public Access shuts no other account out.")
}

func requesterPays(f Facts, b awsops.BucketFacts) Finding {
	const about = "Requester Pays"
	if !b.RequesterPays {
		return found(OK, about, "Requester Pays is off.")
	}
	return stops(about, &problem.Error{
		Summary: "Requester Pays is on for the bucket",
		Detail:  fmt.Sprintf("S3 refuses requests to %s of other accounts that do not agree to pay, and the test does not.", f.Bucket),
		Fixes:   []string{"Ask the bucket's owner to switch Requester Pays off, then try again."},
	})
}

func encryption(f Facts, b awsops.BucketFacts) Finding {
	const about = "encryption"
	if !strings.HasPrefix(b.Encryption, "aws:kms") {
		return found(OK, about, "S3 encrypts new files by itself (SSE-S3), which needs nothing.")
	}
	if v, faulty := b.KeyFault(f.asCustomer); faulty {
		return stops(about, &problem.Error{Summary: v.Summary, Detail: v.Detail, Fixes: v.Fixes})
	}
	switch {
	case f.KMSKey == "": // a tour gives nobody a key
	case f.Grant().KeyIsOpen(b.Key.Policy):
		return found(OK, about, fmt.Sprintf("New files in %s are encrypted with the customer's KMS key %s, which is a part of this grant.", f.Bucket, b.KMSKey))
	case b.Key.Policy == nil:
		return found(Warning, about, fmt.Sprintf("New files in %s are encrypted with the customer's KMS key %s, whose policy was not read. Where it does not let the firm in, the test is refused. The first step has the statement that the customer adds to it.", f.Bucket, b.KMSKey))
	default:
		return found(Warning, about, fmt.Sprintf("New files in %s are encrypted with the customer's KMS key %s, and as far as its policy tells, that does not let the firm in yet: then the test is refused. The first step has the statement that the customer adds to it.", f.Bucket, b.KMSKey))
	}
	return found(Warning, about, fmt.Sprintf("New files in %s are encrypted with the customer's KMS key %s. %s", f.Bucket, b.KMSKey, needsKMS))
}

func objectLock(f Facts, b awsops.BucketFacts) Finding {
	const about = "Object Lock"
	if b.ObjectLock == "" {
		return found(OK, about, "Object Lock keeps no new file by itself.")
	}
	said := fmt.Sprintf("The bucket keeps every new file locked (%s), so the file written as a test cannot be deleted before that has passed.", b.ObjectLock)
	switch f.Journey {
	case "tour":
		said += " Two files of the tour stay in the bucket then, and its clean-up ends by naming them. All else is removed."
	case "setup":
		said += " The access works all the same, and the set-up ends by naming that file."
	}
	return found(Warning, about, said)
}

func versioning(b awsops.BucketFacts) Finding {
	const about = "versioning"
	switch {
	case b.MFADelete:
		return found(Warning, about, "The bucket deletes versions only with the root user's MFA code, so a hidden version of the test file stays.")
	case b.Versioning != "":
		return found(OK, about, "The bucket keeps versions: a test file is deleted by the id of its version, and no other version is touched.")
	}
	return found(OK, about, "The bucket keeps no versions.")
}

func ownership(b awsops.BucketFacts) Finding {
	const about = "Object Ownership"
	if ownedByWriters(b.Ownership) {
		return found(Warning, about, fmt.Sprintf("The bucket's ownership setting is %s: files belong to the firm, and the customer may not be able to read them. BucketOwnerEnforced avoids that.", b.Ownership))
	}
	return found(OK, about, "Files belong to the bucket's owner, whoever writes them.")
}

// settingNames are what the findings about facts of a bucket are called. Whether its policy
// is public is told without S3 where that has to be, and said to be.
var settingNames = map[string]string{
	"BlockPublic": "Block Public Access", "RequesterPays": "Requester Pays", "Encryption": "encryption",
	"ObjectLock": "Object Lock", "Versioning": "versioning", "Ownership": "Object Ownership",
	"Public": "whether S3 calls the policy public", "Key": "the state of its KMS key", "KeyPolicy": "the policy of its KMS key",
}

// room is how much of what AWS allows the policies will take up, of what was read. The steps
// refuse what is too much. Sources: Bucket policies for Amazon S3; IAM and AWS STS quotas.
func (w *World) room() (all []Finding) {
	of := func(which string, takes, limit int, unit string) {
		said, level := fmt.Sprintf("With this run %s take up %d of %d %s.", which, takes, limit, unit), OK
		if takes > limit*9/10 {
			said, level = said+" There is little room for more.", Note
		}
		all = append(all, found(level, "the size of the policies", said))
	}
	if w.BucketPolicy != nil {
		of("the statements of the bucket's policy", len(w.BucketPolicy.Compact()), policy.MaxBucketBytes, "bytes")
	}
	chars, limit := 0, policy.MaxInlineChars
	if w.Grantee().Kind == awsops.KindRole {
		limit = policy.MaxRoleChars
	}
	for _, p := range w.WriterPolicies {
		chars += policy.Chars(p.Document)
	}
	if chars > 0 {
		of(fmt.Sprintf("the inline policies of the %s", w.Grantee().Kind), chars, limit, "characters")
	}
	return all
}

// acceptable refuses a bucket policy that AWS would refuse, or that is too large.
func (w *World) acceptable(d policy.Document) error {
	for _, f := range policy.Lint(d, policy.Against{Kind: policy.BucketPolicy, Bucket: w.Bucket, Partition: w.Customer.Partition, Account: w.Customer.Account}) {
		if f.Severity == policy.Refused {
			return &problem.Error{
				Summary: "AWS would refuse the bucket's policy",
				Detail:  f.Text + unchanged,
				Fixes:   []string{"Fix what is named above in the policy of the bucket " + w.Bucket + ", then try again."},
			}
		}
	}
	return nil
}
