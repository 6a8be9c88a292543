package run

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// A Party is one of the two companies, as whoever says yes to the first change is to see
// it.
type Party struct {
	Side    steps.Side
	Profile string
	Absent  string // what to say of it without a profile
	awsops.Identity
	Alias string   // of the account, "" where it has none or it could not be read
	Gets  []string // what the steps to come make or change in the account
	Warns string   // "" for nothing
}

// aliasLimit is how long an alias may take, which nobody has to see.
const aliasLimit = 3 * time.Second

// Parties are the customer and the firm.
func (r *Run) Parties(ctx context.Context) []Party {
	f, absent := r.Facts(), "who does their half themselves"
	if f.Mends {
		absent = "where nothing is changed"
	}
	both := []Party{
		{Side: steps.Customer, Profile: f.CustomerProfile, Absent: absent, Identity: f.Customer},
		{Side: steps.Firm, Profile: f.FirmProfile, Absent: absent, Identity: f.Firm},
	}
	ctx, stop := context.WithTimeout(ctx, aliasLimit)
	defer stop()
	var read sync.WaitGroup
	for i, session := range []*awsops.Session{r.world.CustomerSession, r.world.FirmSession} {
		p := &both[i]
		p.Gets = r.gets(p.Account)
		if isRoot(p.Identity) {
			p.Warns = "This is " + root
		}
		if session != nil { // else it is not this run's half
			read.Go(func() { p.Alias = session.Alias(ctx) })
		}
	}
	read.Wait()
	return both
}

// gets is what the steps that are to come make or change in an account, each thing once.
func (r *Run) gets(account string) (all []string) {
	type thing struct {
		awsops.Target
		what       string
		had, added int // statements of a policy
	}
	var things []thing
	for _, c := range r.foreseen {
		for _, a := range c.Actions {
			d := a.Op.Describe()
			_, makes := a.Op.Inverse(awsops.Receipt{})
			put, isFile := a.Op.(awsops.PutObject)
			if c.Step.CleanUp || !makes || d.Local || d.Target.Account != account || put.Expect == awsops.Refused {
				continue
			}
			t := thing{d.Target, strings.TrimSuffix(d.Resource, " in "+policy.Dashed(account)), statements(d.Before), 0}
			if isFile {
				t.Target, t.what = awsops.Target{Kind: awsops.KindObject}, "a test file"
			}
			at := slices.IndexFunc(things, func(o thing) bool { return o.Target == t.Target })
			if at < 0 {
				at, things = len(things), append(things, t)
			}
			things[at].added = max(things[at].added, statements(d.After)-things[at].had)
		}
	}
	for _, t := range things {
		switch {
		case t.Kind == awsops.KindAccessKey:
			t.what += ": 1 more"
		case t.Kind == awsops.KindBucketPolicy && t.added == 1:
			t.what += ": 1 statement more"
		case t.Kind == awsops.KindBucketPolicy && t.added > 1:
			t.what += fmt.Sprintf(": %d statements more", t.added)
		}
		all = append(all, t.what)
	}
	return all
}

func statements(d *policy.Document) int {
	if d == nil {
		return 0
	}
	return len(d.Statements)
}

// root is what to know of a root user's credentials. Source: Root user best practices for
// your AWS account.
const root = "the root user, which no policy of its account limits: whoever gets hold of its keys owns the account. Use an administrator's IAM user, role or SSO instead, and delete the root user's access keys."

func isRoot(id awsops.Identity) bool { return strings.HasSuffix(id.ARN, ":root") }

// roots warn of profiles that sign in as an account's root user.
func (r *Run) roots() (notes []string) {
	f := r.Facts()
	for profile, id := range map[string]awsops.Identity{f.CustomerProfile: f.Customer, f.FirmProfile: f.Firm} {
		if isRoot(id) {
			notes = append(notes, fmt.Sprintf("The profile %s signs in as %s", profile, root))
		}
	}
	slices.Sort(notes)
	return notes
}
