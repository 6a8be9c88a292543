package steps

// Before a check sends anything: who is signed in, where the bucket is, what was granted, and
// who can make the requests.

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// open signs in, finds the bucket and decides who is tested. A verdict is one that is found
// on the way, such as that there is no such bucket.
func (c *checking) open(ctx context.Context, src awsops.Source) (*awsops.Verdict, error) {
	var (
		g           errgroup.Group
		writer      awsops.Identity
		writerError error
	)
	sign := func(profile string, session **awsops.Session, id *awsops.Identity) {
		if profile != "" {
			g.Go(func() (err error) {
				*session, *id, err = SignIn(ctx, src, profile)
				return err
			})
		}
	}
	sign(c.CustomerProfile, &c.customer, &c.facts.Customer)
	sign(c.FirmProfile, &c.firm, &c.facts.Firm)
	if c.WriterProfile != "" {
		g.Go(func() error {
			c.acting, writer, writerError = SignIn(ctx, src, c.WriterProfile)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c.facts.Answers = c.Answers
	if writerError != nil {
		return refusedAtTheDoor(writerError)
	}
	if err := c.stated(); err != nil {
		return nil, err
	}
	if c.customer != nil && c.firm != nil {
		if err := CheckAccounts(c.facts, Expected{}); err != nil {
			return nil, err
		}
	}
	if c.customer != nil {
		c.facts.CustomerEndpoints = c.customer.Endpoints()
	}
	if c.firm != nil {
		c.facts.FirmEndpoints = c.firm.Endpoints()
	}
	if c.acting != nil {
		c.writer, c.actor, c.as = awsops.PrincipalOf(writer), writer.ARN, "the profile "+c.WriterProfile
	}
	if verdict, err := c.meet(); verdict != nil || err != nil {
		return verdict, err
	}
	var (
		verdict *awsops.Verdict
		granted []policy.Grant
		second  errgroup.Group
	)
	asks := c.acting // which tested may yet decide
	if asks == nil {
		asks = c.firm
	}
	second.Go(func() (err error) {
		if verdict, err = c.findBucket(ctx, asks); verdict != nil || err != nil || c.customer == nil {
			return err
		}
		var reads sync.WaitGroup
		reads.Go(func() { c.keeps = c.customer.In(c.facts.Region).Keeping(ctx, c.Bucket, c.grant.Owner) })
		granted = c.granted(ctx)
		reads.Wait()
		return nil
	})
	second.Go(func() error { return c.tested(ctx) })
	if err := second.Wait(); err != nil || verdict != nil {
		return verdict, err
	}
	for _, s := range []**awsops.Session{&c.customer, &c.firm, &c.acting} {
		if *s != nil {
			*s = (*s).In(c.facts.Region)
		}
	}
	if granted = slices.DeleteFunc(granted, func(g policy.Grant) bool { return g.Only && !c.isWriter(g.Grantee) }); len(granted) == 1 {
		granted[0].Grantee, granted[0].Key = c.grant.Grantee, c.grant.Key
		c.grant, c.Stated = granted[0], true
	}
	name := "crossgrant-probe/check-" + time.Now().UTC().Format("20060102-150405-") + strings.ToLower(rand.Text()[:6]) + ".txt"
	c.key, c.elsewhere = c.grant.Prefix+name, name
	if strings.HasPrefix(name, c.grant.Prefix) {
		c.elsewhere = "elsewhere/" + name
	}
	return nil, nil
}

// refusedAtTheDoor is the verdict of a sign-in that AWS does not take. One that never came
// to AWS is an error.
func refusedAtTheDoor(err error) (*awsops.Verdict, error) {
	p := Problem(err)
	cause, side := problem.CauseOf(err)
	if p.Code == "" || cause == policy.UnknownCause {
		return nil, err
	}
	return &awsops.Verdict{Cause: cause, Side: side, Summary: p.Summary, Detail: p.Detail, Fixes: p.Fixes}, nil
}

// stated compares the accounts with what was said of them.
func (c *checking) stated() error {
	for _, side := range []struct {
		name, flag, said, profile string
		session                   *awsops.Session
		is                        awsops.Identity
	}{
		{"customer", "--customer-account (CUSTOMER_AWS_ACCT)", c.Expected.Customer, c.CustomerProfile, c.customer, c.facts.Customer},
		{"firm", "--firm-account (FIRM_ACCT)", c.Expected.Firm, c.FirmProfile, c.firm, c.facts.Firm},
	} {
		if side.session != nil && side.said != "" && side.said != side.is.Account {
			return &problem.Error{
				Summary: "The account is not the one that was named",
				Detail:  fmt.Sprintf("%s says that the %s's account is %s, but the profile %s is in the account %s.", side.flag, side.name, side.said, side.profile, side.is.Account),
				Fixes:   []string{fmt.Sprintf("Choose the profile of the right account, with --%s-profile.", side.name), "Or correct " + side.flag + ", or unset it."},
			}
		}
	}
	return nil
}

// meet puts together who is checked and the grant that was said.
func (c *checking) meet() (*awsops.Verdict, error) {
	g := c.grant // of the file
	if c.GrantFile == "" {
		g = policy.Grant{Bucket: c.Bucket, Access: policy.Access(c.Access), Prefix: c.Prefix, Only: c.OnlyThisUser}
		g.Until, _ = time.Parse(time.DateOnly, c.Until) // which check has seen
	}
	g.Owner = cmp.Or(c.facts.Customer.Account, c.Expected.Customer, g.Owner)
	g.Firm = cmp.Or(c.facts.Firm.Account, c.Expected.Firm, policy.AccountOf(c.writer.ARN), g.Firm)
	g.Partition = cmp.Or(c.facts.Customer.Partition, c.facts.Firm.Partition, policy.PartitionOf(c.actor), g.Partition, "aws")
	if g.Firm == "" {
		return nil, &UsageError{&problem.Error{
			Summary: "The firm's account is missing", Detail: "With the customer's sign-in alone crossgrant needs to know which account is let in.",
			Fixes: []string{"Name it with --firm-account, or give --firm-profile or --grant."},
		}}
	}
	wanted := c.named(g)
	if c.acting == nil {
		c.writer = wanted
	}
	g.Grantee, g.Key = cmp.Or(g.Grantee, c.writer.ARN), cmp.Or(c.KMSKey, g.Key)
	c.grant = g
	c.facts.Firm.Account, c.facts.Customer.Account = cmp.Or(c.facts.Firm.Account, g.Firm), cmp.Or(c.facts.Customer.Account, g.Owner)
	is := policy.AccountOf(c.writer.ARN)
	switch {
	case is != g.Firm:
		return &awsops.Verdict{
			Cause: policy.WrongAccount, Side: "here", Summary: "The files are written from another account than the firm's",
			Detail: fmt.Sprintf("%s is in the account %s, and the grant is for the account %s.", problem.Clean(c.writer.ARN), policy.Dashed(is), policy.Dashed(g.Firm)),
			Fixes:  []string{"Use a sign-in of the account " + policy.Dashed(g.Firm) + ".", "Or have the bucket's owner let in the account " + policy.Dashed(is) + "."},
		}, nil
	case c.acting != nil && wanted.Name != "" && (wanted.Kind != c.writer.Kind || wanted.Name != c.writer.Name) && c.FirmUser+c.FirmRole+c.GrantFile != "":
		return &awsops.Verdict{
			Cause: policy.WrongPrincipal, Side: "here", Summary: "The files are written by somebody else than the grant is for",
			Detail: fmt.Sprintf("The profile %s is %s, and the grant is for the %s %s.", c.WriterProfile, problem.Clean(c.writer.ARN), wanted.Kind, wanted.Name),
			Fixes:  []string{"Write the files with a sign-in of that " + string(wanted.Kind) + "."},
		}, nil
	}
	return nil, nil
}

// named is whom the flags or the grant name, or else the article's user.
func (c *checking) named(g policy.Grant) awsops.User {
	kind, name := awsops.KindUser, cmp.Or(c.FirmUser, "test-writer")
	arn := "arn:" + g.Partition + ":iam::" + g.Firm + ":user/" + name
	switch {
	case c.FirmRole != "":
		kind, name, arn = awsops.KindRole, c.FirmRole, "arn:"+g.Partition+":iam::"+g.Firm+":role/"+c.FirmRole
	case c.FirmUser == "" && g.Grantee != "":
		name, arn = g.Grantee[strings.LastIndexByte(g.Grantee, '/')+1:], g.Grantee
		if strings.Contains(g.Grantee, ":role/") {
			kind = awsops.KindRole
		}
	}
	return awsops.User{Kind: kind, Name: name, ARN: arn}
}

// isWriter tells whether an ARN is the writer's, be its path known or not.
func (c *checking) isWriter(arn string) bool {
	return policy.AccountOf(arn) == policy.AccountOf(c.writer.ARN) && strings.Contains(arn, ":"+string(c.writer.Kind)+"/") && strings.HasSuffix(arn, "/"+c.writer.Name)
}

// findBucket finds the bucket's region, by the customer's sign-in or else by another.
func (c *checking) findBucket(ctx context.Context, another *awsops.Session) (*awsops.Verdict, error) {
	var (
		region string
		err    error
	)
	if c.customer != nil {
		if region, err = c.customer.FindBucket(ctx, c.Bucket, c.grant.Owner); problem.Denied(err) {
			if at, found := c.customer.FindClosedBucket(ctx, c.Bucket, c.grant.Owner); found {
				region, err = at, nil
			}
		}
	} else {
		region, err = another.BucketRegion(ctx, c.Bucket, c.grant.Owner)
	}
	if err != nil {
		p, cause := Problem(err), policy.NoCause
		switch {
		case p.Code == "NoSuchBucket":
			cause = policy.NoSuchBucket
		case problem.Denied(err):
			cause = policy.NotTheirBucket
		default:
			return nil, err
		}
		return &awsops.Verdict{Cause: cause, Side: problem.SideOf(cause), Summary: p.Summary, Detail: p.Detail, Fixes: p.Fixes}, nil
	}
	c.facts.Region = region
	return nil, nil
}

// granted are the grants that crossgrant's own statements are for, where nobody said what
// was granted.
func (c *checking) granted(ctx context.Context) (found []policy.Grant) {
	if c.Stated {
		return nil
	}
	d, err := c.customer.In(c.facts.Region).BucketPolicy(ctx, c.Bucket, c.grant.Owner)
	if err != nil || d == nil {
		return nil // what cannot be read is told at the end
	}
	for _, s := range d.Statements {
		g, ours := policy.GrantOf(s, c.grant.Partition, c.Bucket, c.grant.Owner)
		if ours && !g.Part && g.Firm == c.grant.Firm && !slices.ContainsFunc(found, func(f policy.Grant) bool { return f.Sid() == g.Sid() }) {
			found = append(found, g)
		}
	}
	return found
}

// tested decides who makes the requests: the profile that was named for it; the firm's,
// where that is whom the grant is for; the role, where the firm's profile may assume it.
func (c *checking) tested(ctx context.Context) error {
	if c.acting != nil {
		return nil
	}
	if c.firm == nil {
		c.untested = fmt.Sprintf("Nobody here can act as %s, so that no request was sent.", problem.Clean(c.writer.ARN))
		return nil
	}
	id, err := c.firm.Identity(ctx)
	if err != nil {
		return err
	}
	if self := awsops.PrincipalOf(id); self.Kind == c.writer.Kind && self.Name == c.writer.Name {
		c.acting, c.actor, c.as, c.writer = c.firm, id.ARN, "the profile "+c.FirmProfile, self
		return nil
	}
	if c.writer.Kind == awsops.KindUser {
		c.untested = fmt.Sprintf("Nobody here has a key of the user %s, so that no request was sent: what the policies say was decided. To test it, name a profile with its key by --writer-profile.", problem.Clean(c.writer.Name))
		return nil
	}
	if role, err := c.firm.Principal(ctx, c.writer.Target()); err == nil && role != nil {
		c.writer = *role // its path is in its ARN
	}
	s, err := c.firm.AsRole(ctx, c.writer.ARN, false)
	if err != nil {
		p := Problem(err)
		c.untested = fmt.Sprintf("The profile %s could not assume the role %s, so that no request was sent: %s.", c.FirmProfile, problem.Clean(c.writer.Name), p.Summary)
		return nil
	}
	c.acting, c.actor, c.as = s, policy.CallerOf(c.writer.ARN, c.writer.ID, awsops.RoleSession).ARN, "the role, assumed by the profile "+c.FirmProfile
	return nil
}

// begun says what is about to be sent.
func (c *checking) begun() Checking {
	e := Checking{Facts: c.facts, Writer: c.writer, Grant: c.grant, Notes: []string{c.untested}}
	if c.acting == nil {
		return e
	}
	e.Notes = []string{fmt.Sprintf("As %s (%s) the files are listed, and a test file is written, read and tried to be deleted. %s", problem.Clean(c.actor), problem.Clean(c.as), c.outcome())}
	keys := []string{c.key}
	if c.narrow() && c.grant.Writes() {
		keys = append(keys, c.elsewhere)
		e.Notes = append(e.Notes, fmt.Sprintf("To write another outside of the prefix, %s, is tried too, and should be refused.", c.elsewhere))
	}
	for _, key := range keys {
		op := awsops.DeleteObject{Bucket: c.Bucket, Owner: c.grant.Owner, Key: key}
		e.Notes = append(e.Notes, "Should this be cut off before that, delete it: "+c.removal(op))
		e.May = append(e.May, Remainder{What: op.Describe().Resource, May: true, Commands: []string{c.removal(op)}})
	}
	return e
}

// outcome is what becomes of the test file.
func (c *checking) outcome() string {
	switch {
	case c.keeps.ObjectLock != "":
		return fmt.Sprintf("It then stays in the bucket until its lock ends: Object Lock keeps every new file (%s). Nothing else is changed.", problem.Clean(c.keeps.ObjectLock))
	case c.keeps.MFADelete:
		return "Its version then stays in the bucket: versions are deleted only with the root user's MFA code. Nothing else is changed."
	}
	return "It is deleted at the end, and nothing else is changed."
}

// narrow tells that there are files that the grant is not about.
func (c *checking) narrow() bool { return c.grant.Prefix != "" }

func (c *checking) removal(op awsops.DeleteObject) string {
	f := c.facts
	f.CustomerProfile = cmp.Or(f.CustomerProfile, "PROFILE-OF-THE-CUSTOMER")
	return f.Command(CustomerAdmin, op.Describe())
}
