package steps

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// Expected are account ids that the person stated (FIRM_ACCT and
// CUSTOMER_AWS_ACCT), "" where nothing was said.
type Expected struct{ Customer, Firm string }

// Begin names the run, after when it began and with enough chance that no two are
// alike, and starts its journal: in dir, or in memory when dir is "".
func (w *World) Begin(dir string, demo bool) error {
	now := time.Now().UTC()
	w.Run = now.Format("20060102-150405-") + strings.ToLower(rand.Text()[:6])
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return err
	}
	h := journal.Header{
		Run: w.Run, Journey: w.Answers.Journey, Started: now, Demo: demo,
		Customer: w.Customer.Account, Firm: w.Firm.Account, Region: w.Region, Answers: answers,
	}
	if dir == "" {
		w.Journal = journal.Memory(h)
		return nil
	}
	w.Journal, err = journal.Create(dir, h)
	return err
}

// UsageError is the error of an answer that cannot be right, whatever AWS says.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// CheckProfiles looks whether two profiles are named.
func CheckProfiles(a Answers) error {
	if a.CustomerProfile == "" || a.FirmProfile == "" {
		return &problem.Error{
			Summary: "A profile is missing",
			Detail:  "crossgrant acts with two profiles of ~/.aws: one of the customer's account, one of the firm's.",
			Fixes:   []string{"Name them with --customer-profile and --firm-profile.", "Or look around without any account first: crossgrant tour --demo"},
		}
	}
	if a.CustomerProfile == a.FirmProfile {
		return oneAccount(a, "Both are the profile "+a.CustomerProfile+".")
	}
	return nil
}

// CheckAnswers looks at what can be told without AWS: the names, and the file for
// a key.
func CheckAnswers(a Answers) error {
	if err := CheckProfiles(a); err != nil {
		return err
	}
	if a.Bucket == "" {
		return &problem.Error{
			Summary: "The bucket is missing",
			Detail:  "crossgrant needs the name of the customer's bucket.",
			Fixes:   []string{"Name it with --bucket."},
		}
	}
	if _, err := awsops.CleanBucketName(a.Bucket); err != nil {
		return err
	}
	if a.MakeBucket != "" {
		if err := awsops.CheckRegion(a.MakeBucket); err != nil {
			return err
		}
	}
	if a.Journey == "tour" {
		if err := awsops.CheckUserName(a.TestUser); err != nil {
			return err
		}
	}
	if err := awsops.CheckUserName(a.FirmUser); err != nil {
		return err
	}
	if a.KeyFile == "" {
		return nil
	}
	if _, err := os.Lstat(a.KeyFile); err == nil {
		return &problem.Error{
			Summary: "The file for the key is there already",
			Detail:  fmt.Sprintf("The key would be saved to %s, and crossgrant replaces no file.", a.KeyFile),
			Fixes:   []string{"Name another file with --key-file."},
		}
	}
	if _, err := os.Stat(filepath.Dir(a.KeyFile)); err != nil {
		return &problem.Error{
			Summary: "The folder for the key is not there",
			Detail:  fmt.Sprintf("The key would be saved to %s: %v.", a.KeyFile, err),
			Fixes:   []string{"Make the folder, or name another file with --key-file."},
		}
	}
	return nil
}

// Prepare opens the two profiles and looks at everything that can go wrong before
// anything is changed. The notes are warnings that do not stand in the way.
func Prepare(ctx context.Context, src awsops.Source, a Answers, want Expected) (*World, []string, error) {
	if err := CheckAnswers(a); err != nil {
		return nil, nil, &UsageError{err}
	}
	if a.KeyFile != "" { // a clean-up may begin in another folder
		if path, err := filepath.Abs(a.KeyFile); err == nil {
			a.KeyFile = path
		}
	}
	w := &World{Facts: Facts{Answers: a, Tester: Person{Name: a.TestUser}, Writer: Person{Name: a.FirmUser}}}
	if err := w.signIn(ctx, src); err != nil {
		return nil, nil, err
	}
	if err := CheckAccounts(w.Facts, want); err != nil {
		return nil, nil, err
	}
	if err := w.findBucket(ctx); err != nil {
		return nil, nil, err
	}
	var notes []string
	g, gctx := errgroup.WithContext(ctx)
	if a.MakeBucket == "" {
		g.Go(func() (err error) {
			notes, err = w.checkBucket(gctx)
			return err
		})
	}
	g.Go(func() error { return w.checkUser(gctx, Firm, a.FirmUser, a.UseExisting) })
	if a.Journey == "tour" {
		g.Go(func() error { return w.checkUser(gctx, Customer, a.TestUser, false) })
	}
	return w, notes, g.Wait()
}

// checkUser looks whether a user that is to be made is not there yet, and one that
// is to be used is, with room for a key.
func (w *World) checkUser(ctx context.Context, side Side, name string, existing bool) error {
	u, err := w.admin(side).User(ctx, name)
	switch {
	case err != nil:
		return err
	case u == nil && existing:
		return noSuchUser(side, name)
	case u != nil && !existing:
		return userTaken(side, name, u.Run)
	case !existing:
		return nil
	}
	keys, err := w.readKeys(ctx, side, name)
	if err == nil && len(keys) >= 2 {
		return twoKeys(name, keys)
	}
	return err
}

// signIn opens both profiles, side by side.
func (w *World) signIn(ctx context.Context, src awsops.Source) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		w.CustomerSession, w.Customer, err = SignIn(ctx, src, w.CustomerProfile)
		return err
	})
	g.Go(func() (err error) {
		w.FirmSession, w.Firm, err = SignIn(ctx, src, w.FirmProfile)
		return err
	})
	return g.Wait()
}

// SignIn opens a profile and asks STS who it is.
func SignIn(ctx context.Context, src awsops.Source, profile string) (*awsops.Session, awsops.Identity, error) {
	s, err := src.SignIn(ctx, profile)
	if err != nil {
		return nil, awsops.Identity{}, err
	}
	id, err := s.Identity(ctx)
	return s, id, err
}

// CheckAccounts looks whether the two profiles can be a customer and a firm.
func CheckAccounts(f Facts, want Expected) error {
	if f.Customer.Account == f.Firm.Account {
		return oneAccount(f.Answers, fmt.Sprintf("The profiles %s and %s are both in the account %s.", f.CustomerProfile, f.FirmProfile, policy.Dashed(f.Firm.Account)))
	}
	if f.Customer.Partition != f.Firm.Partition {
		return &problem.Error{
			Summary: "The two accounts are in different partitions of AWS",
			Detail: fmt.Sprintf("The customer's account is in %s, the firm's in %s. Names and permissions do not cross from one to the other, so no policy can let the firm in.",
				f.Customer.Partition, f.Firm.Partition),
			Fixes: []string{"Use two accounts of one partition."},
		}
	}
	for _, side := range []struct{ name, variable, said, is, profile string }{
		{"customer", "CUSTOMER_AWS_ACCT", want.Customer, f.Customer.Account, f.CustomerProfile},
		{"firm", "FIRM_ACCT", want.Firm, f.Firm.Account, f.FirmProfile},
	} {
		said := strings.NewReplacer("-", "", " ", "").Replace(side.said)
		if said != "" && said != side.is {
			return &problem.Error{
				Summary: "The account is not the one that was named",
				Detail:  fmt.Sprintf("%s says that the %s's account is %q, but the profile %s is in the account %s.", side.variable, side.name, side.said, side.profile, side.is),
				Fixes: []string{
					fmt.Sprintf("Choose the profile of the right account, with --%s-profile.", side.name),
					fmt.Sprintf("Or correct %s, or unset it.", side.variable),
				},
			}
		}
	}
	return nil
}

func oneAccount(a Answers, detail string) error {
	return &problem.Error{
		Summary: "Both profiles are in one account",
		Detail:  detail + " Within one account a single yes is enough, so nothing about a customer and a firm could be set up or shown.",
		Fixes:   []string{"Choose profiles of two accounts, with --customer-profile and --firm-profile.", "Or try it without any account: crossgrant " + a.Journey + " --demo"},
	}
}

// findBucket finds the bucket's region, and moves both sessions there. For a bucket
// that is to be made it is the region that was asked for.
func (w *World) findBucket(ctx context.Context) error {
	if w.MakeBucket != "" {
		w.at(w.MakeBucket)
		return w.checkNoBucket(ctx)
	}
	region, err := w.CustomerSession.FindBucket(ctx, w.Bucket, w.Customer.Account)
	if err != nil {
		var p *problem.Error
		if _, firms := w.FirmSession.FindBucket(ctx, w.Bucket, w.Firm.Account); firms == nil && errors.As(err, &p) {
			swapped := *p
			swapped.Summary = "The two sides are swapped"
			swapped.Detail = fmt.Sprintf("The bucket %s belongs to the account of the profile %s, which was named as the firm's. The customer is the one whose bucket it is.", w.Bucket, w.FirmProfile)
			swapped.Fixes = []string{fmt.Sprintf("Swap them: --customer-profile %s --firm-profile %s", w.FirmProfile, w.CustomerProfile)}
			return &swapped
		}
		return err
	}
	w.at(region)
	return nil
}

// at moves both sessions to the bucket's region.
func (w *World) at(region string) {
	w.Region = region
	w.CustomerSession, w.FirmSession = w.CustomerSession.In(region), w.FirmSession.In(region)
}

// checkBucket reads the bucket's facts and finds what would refuse the firm's user
// whatever crossgrant grants.
func (w *World) checkBucket(ctx context.Context) ([]string, error) {
	b, err := w.CustomerSession.BucketFacts(ctx, w.Bucket, w.Customer.Account)
	if err != nil {
		return nil, err
	}
	w.BucketPolicy = b.Policy
	grants := []policy.Statement{policy.FirmGrant(w.Customer.Partition, w.Firm.Account, w.Bucket)}
	if w.Journey == "tour" {
		grants = append(grants, policy.TestUserGrant(w.userARN(Customer, w.Answers.TestUser), w.Bucket)...)
	}
	if err := w.acceptable(policy.Merge(b.Policy, grants...)); err != nil {
		return nil, err
	}
	notes, blocked := obstacles(w.Facts, b, w.userARN(Firm, w.FirmUser))
	if blocked != nil {
		return nil, blocked
	}
	return notes, nil
}

func (w *World) userARN(side Side, name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:user/%s", w.Customer.Partition, w.account(side), name)
}

// obstacles judges the facts of a bucket for the firm's user.
func obstacles(f Facts, b awsops.BucketFacts, writerARN string) (notes []string, blocked *problem.Error) {
	stop := func(summary, detail string, fixes ...string) *problem.Error {
		return &problem.Error{Summary: summary, Detail: detail + " Nothing was changed.", Fixes: fixes}
	}
	if b.Policy != nil {
		for _, h := range policy.Hazards(*b.Policy, writerARN, f.Bucket) {
			if h.Blocks {
				return nil, stop("The bucket's policy forbids the firm's user",
					fmt.Sprintf("Statement %d of the policy of %s is a Deny that would catch %s, and no grant overrides a Deny. %s", h.Statement+1, f.Bucket, f.FirmUser, h.Text),
					"Ask the bucket's owner for an exception in that statement for "+writerARN+", then try again.")
			}
			notes = append(notes, h.Text)
		}
	}
	if b.BlockPublic.Restrict && b.Public {
		return nil, stop("The bucket shuts every outside account out",
			fmt.Sprintf("A rule in the policy of %s is open to everyone, and the setting RestrictPublicBuckets then blocks all other accounts, the firm's too.", f.Bucket),
			"Ask the bucket's owner to make that rule specific, or to remove it, then try again. Leave Block Public Access on.")
	}
	if strings.HasPrefix(b.Encryption, "aws:kms") {
		if b.KMSKey == "" {
			return nil, stop("The bucket's encryption cannot be shared with another company",
				fmt.Sprintf("New files in %s are locked with the key aws/s3, which only the customer's own account can use.", f.Bucket),
				"The customer sets the bucket's default encryption to SSE-S3, or to a customer managed key.")
		}
		notes = append(notes, fmt.Sprintf("New files in %s are encrypted with the key %s. The firm's user also needs kms:GenerateDataKey and kms:Decrypt, by the key's policy and by a policy of its own: crossgrant does not grant these.", f.Bucket, b.KMSKey))
	}
	if b.ObjectLock != "" {
		notes = append(notes, fmt.Sprintf("The bucket keeps every file locked (%s), so the file written as a test cannot be deleted before that has passed.", b.ObjectLock))
	}
	if b.MFADelete {
		notes = append(notes, "The bucket deletes versions only with the root user's MFA code, so a hidden version of the test file stays.")
	}
	if b.RequesterPays {
		notes = append(notes, "The bucket bills requests to whoever makes them, and refuses those that do not agree to it: the test will be refused.")
	}
	if b.Ownership == "ObjectWriter" || b.Ownership == "BucketOwnerPreferred" {
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
				Fixes:   []string{"Mend what is named above in the policy of the bucket " + w.Bucket + ", then try again."},
			}
		}
	}
	return nil
}
