package steps

// The KMS key with which the customer's bucket encrypts. The firm's half of it is a part of
// the firm's policy; the customer's half stands in the key's own policy, which crossgrant
// reads, says and never changes.

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// CheckKMSKey looks whether the key is named by its ARN: an alias or a bare id means a key of
// whichever account looks it up.
func CheckKMSKey(a Answers) error {
	if a.KMSKey == "" || policy.IsKeyARN(a.KMSKey) {
		return nil
	}
	return badTerm("This is not the ARN of a KMS key", fmt.Sprintf("%q is not of the form arn:aws:kms:REGION:ACCOUNT:key/ID. An alias or an id alone does not say whose key it is.", problem.Clean(a.KMSKey)),
		"The customer finds the ARN with: "+shell.Command("aws", "kms", "describe-key", "--key-id", problem.Clean(a.KMSKey), "--query", "KeyMetadata.Arn", "--output", "text"))
}

// takeKey has the grant of a set-up hold the key with which the bucket encrypts, and the
// record with it. A key that was named has to be that one, where the bucket says.
func (w *World) takeKey(b awsops.BucketFacts) error {
	is := ""
	if strings.HasPrefix(b.Encryption, "aws:kms") && policy.IsKeyARN(b.KMSKey) {
		is = b.KMSKey
	}
	region := policy.RegionOfKey(w.KMSKey)
	switch {
	case w.KMSKey != "" && is != "" && is != w.KMSKey:
		return badTerm("The bucket encrypts with another key", fmt.Sprintf("The default encryption of %s is with %s, and you named %s. Nothing was changed.", w.Bucket, is, w.KMSKey), "Leave --kms-key out: the key is found in the bucket's settings.")
	case w.KMSKey != "" && region != w.Region:
		return badTerm("The key is in another region than the bucket", fmt.Sprintf("The bucket %s is in %s, and S3 uses keys of that region alone. The key is in %s. Nothing was changed.", w.Bucket, w.Region, region), "Give the key of the bucket's region with --kms-key.")
	case w.Journey != "setup" || is == "" || w.KMSKey != "":
		return nil
	}
	w.KMSKey = is
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return err
	}
	return w.Journal.Answer(answers)
}

// keyOpen tells that the key's policy was read and lets the firm's user or role use the key.
func (w *World) keyOpen() bool {
	return w.KMSKey == w.settings.KMSKey && w.Grant().KeyIsOpen(w.settings.Key.Policy)
}

// KeyNotes are what the customer does with the policy of the key.
func (w *World) KeyNotes() []string {
	switch {
	case w.KMSKey == "":
		return nil
	case w.keyOpen():
		return []string{fmt.Sprintf("The bucket's KMS key %s lets the firm in already, by its own policy. crossgrant does not change that.", w.KMSKey)}
	}
	not := "crossgrant has not read whether it is there already"
	if w.settings.Key.Policy != nil {
		not = "it is not there yet"
	}
	return append([]string{
		fmt.Sprintf("The customer also adds a statement to the policy of the bucket's KMS key %s: %s. crossgrant never changes the policy of a key, and without it the test is refused. The statement: %s", w.KMSKey, not, w.Grant().ForKey().Compact()),
	}, w.howToChangeKeyPolicy()...)
}

func (w *World) howToChangeKeyPolicy() []string {
	return awsops.HowToChangeKeyPolicy(w.KMSKey, w.asCustomer)
}

// asCustomer writes an aws command of the customer's.
func (f Facts) asCustomer(args ...string) string { return f.AWS(CustomerAdmin, args...) }

// testOfKey says of a test that the key's policy comes first.
func (w *World) testOfKey() []string {
	if w.KMSKey == "" || w.keyOpen() {
		return nil
	}
	return []string{fmt.Sprintf("S3 refuses this as long as the policy of the KMS key %s does not have the customer's statement %s. Where that is not added yet, add it first, or go on later.", w.KMSKey, w.Grant().KeySid())}
}

// hoping has a refusal not waited out where the key's policy is what refuses: no change of
// this run's opens that. The policy is looked at once.
func (w *World) hoping(ctx context.Context, a Action) context.Context {
	put, writes := a.Op.(awsops.PutObject)
	if a.As != Writer || !writes || w.KMSKey == "" || !w.signedIn(Customer) {
		return ctx
	}
	keptOut := sync.OnceValue(func() bool {
		r := awsops.Refusal{
			Action: "s3:PutObject", Bucket: w.Bucket, Owner: w.Customer.Account, Key: put.Key, KMSKey: w.KMSKey,
			User: awsops.User{Kind: w.Grantee().Kind, Name: w.Writer.Name, ARN: w.Writer.ARN, ID: w.Writer.ID},
		}
		return awsops.KeyKeepsOut(ctx, r, w.CustomerSession)
	})
	return awsops.WithHope(ctx, func(err error) bool {
		cause, _ := problem.CauseOf(err)
		return cause != policy.KMSKeyPolicy || !keptOut()
	})
}

// keyShutToTheFirm is what a firm is told whose half is done, where S3 names the bucket's KMS
// key.
func (w *World) keyShutToTheFirm() (summary, detail string, fixes []string) {
	summary = "The bucket's KMS key does not let the firm in yet"
	detail = fmt.Sprintf("It is not the bucket that refuses what %s sends, but the KMS key with which it encrypts. The key's policy and the policy of the firm's %s must both allow that.", w.Grantee().Name, w.Grantee().Kind)
	if w.KMSKey == "" {
		return summary, detail + " The firm's half does not have the key, since nobody named it: it has to be set up again with --kms-key and the key's ARN, which the customer knows.", []string{
			"Ask the customer for the ARN of the key. They find it with: " + shell.Command("aws", "s3api", "get-bucket-encryption", "--bucket", w.Bucket),
			"Then undo this half: " + w.Crossgrant("cleanup", w.Run),
			"And set it up again with the same flags and the key: --kms-key ARN",
		}
	}
	statement := w.Grant().ForKey().Compact()
	return summary, detail + " The firm's half has the key. The customer adds this statement to the key's policy: " + statement, []string{
		fmt.Sprintf("The customer adds this statement to the policy of the key %s: %s", w.KMSKey, statement),
		"Then go on: " + w.Crossgrant("setup", "--resume", w.Run),
	}
}

// sayKey notes at a clean-up what stands in the key's policy: it is the customer's, who added
// it by hand.
func (w *World) sayKey(ctx context.Context, u *undoing) {
	if !w.signedIn(Customer) {
		return
	}
	key := w.KMSKey
	if w.Journal.Found { // then only the bucket tells
		b, err := w.CustomerSession.BucketFacts(ctx, w.Bucket, w.Customer.Account)
		if _, unread := b.Unknown["Encryption"]; err != nil || unread {
			u.note(fmt.Sprintf("Whether the bucket %s encrypts with a KMS key, and a statement for the firm is left in the policy of that key, was not looked at.", w.Bucket))
			return
		}
		key = b.KMSKey
	}
	if !policy.IsKeyARN(key) {
		return
	}
	sids, there, in := []string{w.Grant().KeySid()}, "stands", "the policy of the KMS key "+key
	d, err := w.CustomerSession.KeyPolicy(ctx, key)
	switch {
	case err != nil && w.Journal.Found:
		u.note(fmt.Sprintf("Whether a statement for the firm is left in the policy of the bucket's KMS key %s was not looked at.", key))
		return
	case err != nil:
		there, in = "may stand", problem.WithPermission(in+", which was not read", err)
	case w.Journal.Found:
		sids = policy.KeySids(d, w.Firm.Account)
	case !hasSid(d, sids[0]):
		return
	}
	for _, sid := range sids {
		u.note(fmt.Sprintf("The statement %s %s in %s. The customer added it, for every bucket with this key, and crossgrant leaves it. Where no other access of the firm's needs it, they take it out.", sid, there, in))
	}
	if len(sids) > 0 {
		for _, how := range awsops.HowToChangeKeyPolicy(key, w.asCustomer) {
			u.note(how)
		}
	}
}
