package steps

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// Expected are account ids that the person stated (FIRM_ACCT and
// CUSTOMER_AWS_ACCT), "" where nothing was said.
type Expected struct{ Customer, Firm string }

// Digits are the accounts without what people put between the digits.
func (e Expected) Digits() Expected {
	only := strings.NewReplacer("-", "", " ", "")
	return Expected{only.Replace(e.Customer), only.Replace(e.Firm)}
}

// Other is the account of the side that a half does not act on, "" for a run that acts on
// both.
func (e Expected) Other(only Side) string {
	switch only {
	case Customer:
		return e.Digits().Firm
	case Firm:
		return e.Digits().Customer
	}
	return ""
}

// WithGrant are the accounts of a grant, which must be those that the person stated.
func (e Expected) WithGrant(g policy.Grant) (Expected, error) {
	for _, side := range []struct{ is, said, flag string }{
		{g.Owner, e.Digits().Customer, "--customer-account and CUSTOMER_AWS_ACCT"},
		{g.Firm, e.Digits().Firm, "--firm-account and FIRM_ACCT"},
	} {
		if side.said != "" && side.is != "" && side.said != side.is {
			return e, badTerm("The grant is for another account", fmt.Sprintf("It names the account %s, and you named %s. Nothing was changed.", policy.Dashed(side.is), policy.Dashed(side.said)), "Leave out or correct "+side.flag+", or use the right grant.")
		}
	}
	return Expected{cmp.Or(g.Owner, e.Customer), cmp.Or(g.Firm, e.Firm)}, nil
}

// nameRun names the run, after when it began and with enough chance that no two are alike.
// Its journal is in memory before Begin.
func (w *World) nameRun() error {
	now := time.Now().UTC()
	w.Run = now.Format("20060102-150405-") + strings.ToLower(rand.Text()[:6])
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return err
	}
	w.Journal = journal.Memory(journal.Header{
		Run: w.Run, Journey: w.Answers.Journey, Started: now,
		Customer: w.Customer.Account, Firm: w.Firm.Account, Region: w.Region, Answers: answers,
	})
	return nil
}

// KeepKey has the key go where the person says, before it is made.
func (w *World) KeepKey(path, profile string) error {
	w.KeyFile, w.KeyProfile = path, profile
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return err
	}
	return w.Journal.Answer(answers)
}

// Begin starts the journal of the run in dir.
func (w *World) Begin(dir string, demo bool) (err error) {
	w.records = &records{dir: dir}
	header := w.Journal.Header
	header.Demo = demo
	w.Journal, err = journal.Create(dir, header)
	return err
}

// Prepare opens the two profiles and looks at everything that can go wrong before
// anything is changed. What would stop the run is a StoppedError.
func Prepare(ctx context.Context, src awsops.Source, a Answers, want Expected) (*World, []Finding, error) {
	err := CheckAnswers(a)
	if err == nil {
		a.KeyFile, err = PlaceKey(src, KeyPlace{a.KeyFile, a.KeyProfile})
	}
	if err != nil {
		return nil, nil, &UsageError{err}
	}
	w := &World{Facts: Facts{Answers: a, Tester: Person{Name: a.TestUser}, Writer: Person{Name: a.Grantee().Name, ARN: a.GranteeARN}}}
	if err := w.signIn(ctx, src); err != nil {
		return nil, nil, err
	}
	if err := CheckAccounts(w.Facts, want); err != nil {
		return nil, nil, err
	}
	if err := w.checkReceipt(); err != nil {
		return nil, nil, err
	}
	if err := w.findBucket(ctx); err != nil {
		return nil, nil, err
	}
	w.reading()
	if err := w.nameRun(); err != nil {
		return nil, nil, err
	}
	findings, err := w.look(ctx)
	return w, findings, err
}

// look reads the bucket and the users and roles, and asks whether the administrators may act,
// side by side; then it plans the whole run and judges all of that for what would stop it later.
func (w *World) look(ctx context.Context) ([]Finding, error) {
	var (
		bucket   awsops.BucketFacts
		inline   []policy.Named // of the facts only once nobody else reads them
		known    bool
		customer simulation
		firm     simulation
	)
	g, gctx := errgroup.WithContext(ctx)
	if w.MakeBucket == "" && w.signedIn(Customer) {
		g.Go(func() (err error) {
			bucket, err = w.CustomerSession.BucketFacts(gctx, w.Bucket, w.Customer.Account)
			return err
		})
	}
	if w.ProbeKey != "" && w.MakeBucket == "" && w.signedIn(Customer) { // else it is the run's own
		g.Go(func() error {
			return w.CustomerSession.KeyIsFree(gctx, w.Bucket, w.Customer.Account, w.probeKey(string(Writer)))
		})
	}
	read := func(who Actor) { // into the reader's memory
		g.Go(func() error {
			_, err := w.accounts.Principal(gctx, w.principal(who))
			return err
		})
	}
	if w.signedIn(Firm) {
		read(Writer)
	}
	if w.Answers.Journey == "tour" {
		read(TestUser)
	}
	if w.existing() && w.signedIn(Firm) {
		g.Go(func() (err error) {
			inline, err = w.FirmSession.InlinePolicies(gctx, w.Grantee())
			if known = err == nil; problem.Is(err, "NoSuchEntity") {
				return nil // for the step that would use the user or role to say
			}
			return err
		})
	}
	if w.signedIn(Customer) {
		g.Go(func() error {
			customer = w.simulate(gctx, CustomerAdmin)
			return nil
		})
	}
	if w.signedIn(Firm) {
		g.Go(func() error {
			firm = w.simulate(gctx, FirmAdmin)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := w.knowGrantee(ctx); err != nil {
		return nil, err
	}
	if known {
		w.WriterPolicies, w.WriterRead = inline, true
		w.rememberPolicies()
	}
	if w.signedIn(Customer) {
		w.accounts.remember(w.accounts.bucketPolicy(), bucket.Policy)
	}
	w.observe()
	w.settings = bucket
	if err := w.takeKey(bucket); err != nil {
		return nil, err
	}
	plan, err := w.foresee(ctx)
	if err != nil {
		return nil, err
	}
	all := plan.findings
	if w.MakeBucket == "" && w.signedIn(Customer) {
		all = append(all, settings(w.Facts, bucket)...)
	}
	if plan.last != nil {
		all = append(all, plan.last.room()...)
	}
	all = append(all, w.permitted(CustomerAdmin, customer, plan.changes)...)
	all = append(all, w.permitted(FirmAdmin, firm, plan.changes)...)
	return all, stopped(all)
}

// knowGrantee takes over who a user or a role is that is there: its ARN may have a path, and
// the bucket's policy may name it.
func (w *World) knowGrantee(ctx context.Context) error {
	if !w.signedIn(Firm) {
		return nil
	}
	w.Writer.ARN = ""
	if w.existing() {
		u, err := w.accounts.Principal(ctx, w.Grantee()) // read a moment ago
		if err != nil {
			return err
		}
		if u != nil {
			w.Writer.ARN, w.Writer.ID = u.ARN, u.ID
		}
	}
	return w.checkGrantee()
}

// rememberPolicies keeps what was read of the firm's user or role, so that it is not read again.
func (w *World) rememberPolicies() {
	for _, name := range w.policyNames() {
		var there *policy.Document
		for _, p := range w.WriterPolicies {
			if p.Name == name {
				there = &p.Document
			}
		}
		w.accounts.remember(w.Grantee().InlinePolicy(name), there)
	}
}

// signIn opens both profiles, side by side. Where both fail, the customer's is told,
// whichever was first: the same mistake is answered the same way each time.
func (w *World) signIn(ctx context.Context, src awsops.Source) error {
	if w.Only != "" {
		return w.signInAlone(ctx, src)
	}
	both, stop := context.WithCancel(ctx)
	defer stop()
	var (
		g              errgroup.Group
		customer, firm error
	)
	g.Go(func() error {
		if w.CustomerSession, w.Customer, customer = SignIn(ctx, src, w.CustomerProfile); customer != nil {
			stop()
		}
		return nil
	})
	g.Go(func() error {
		w.FirmSession, w.Firm, firm = SignIn(both, src, w.FirmProfile)
		return nil
	})
	_ = g.Wait()
	if err := cmp.Or(customer, firm); err != nil {
		return err
	}
	w.CustomerEndpoints, w.FirmEndpoints = w.CustomerSession.Endpoints(), w.FirmSession.Endpoints()
	return nil
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
	switch {
	case f.Customer.Account != f.Firm.Account:
	case f.Only != "":
		return oneAccount(f.Answers, fmt.Sprintf("The profile %s is in the account %s, which was named as the %s's.", f.CustomerProfile+f.FirmProfile, policy.Dashed(f.Firm.Account), f.Only.other()))
	default:
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
		if said := (Expected{Firm: side.said}).Digits().Firm; said != "" && said != side.is {
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
	demo := "tour"
	if a.Journey == "setup" {
		demo = a.Journey
	}
	return &problem.Error{
		Summary: "Both profiles are in one account",
		Detail:  detail + " Within one account a single yes is enough, so nothing about a customer and a firm could be set up or shown.",
		Fixes:   []string{"Choose profiles of two accounts, with --customer-profile and --firm-profile.", "Or try it without any account: crossgrant " + demo + " --demo"},
	}
}

// findBucket finds the bucket's region, and moves both sessions there. For a bucket
// that is to be made it is the region that was asked for.
func (w *World) findBucket(ctx context.Context) error {
	if w.MakeBucket != "" {
		w.at(w.MakeBucket)
		return w.checkNoBucket(ctx)
	}
	if !w.signedIn(Customer) {
		region, err := w.FirmSession.BucketRegion(ctx, w.Bucket, w.Customer.Account)
		if err == nil {
			w.at(region)
		}
		return err
	}
	region, err := w.CustomerSession.FindBucket(ctx, w.Bucket, w.Customer.Account)
	if problem.Denied(err) { // to list it is not among what a run needs
		if at, found := w.CustomerSession.FindClosedBucket(ctx, w.Bucket, w.Customer.Account); found {
			region, err = at, nil
		}
	}
	if err != nil {
		var p *problem.Error
		if !w.signedIn(Firm) {
			return err
		}
		if _, firms := w.FirmSession.FindBucket(ctx, w.Bucket, w.Firm.Account); firms == nil && errors.As(err, &p) {
			swapped := *p
			swapped.Summary = "The two sides are swapped"
			swapped.Detail = fmt.Sprintf("The bucket %s belongs to the account of the profile %s, which was named as the firm's. The customer is the one whose bucket it is.", w.Bucket, w.FirmProfile)
			swapped.Fixes = []string{"Swap them: " + shell.Command("--customer-profile", w.FirmProfile, "--firm-profile", w.CustomerProfile)}
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
	if w.signedIn(Customer) {
		w.CustomerSession = w.CustomerSession.In(region)
	}
	if w.signedIn(Firm) {
		w.FirmSession = w.FirmSession.In(region)
	}
}
