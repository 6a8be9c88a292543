package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// A statement, a user or role and its policy serve every run that needs them, and go with the
// last of them. This file finds out who else does: in the firm's account, by what its
// users and roles may do, and in the records of other runs. It changes nothing.

// leaner is somebody else who needs the firm's statement in the bucket's policy.
type leaner struct {
	who string // in words
	run bool   // a run of crossgrant's: it takes the statement over
}

// leaners are those who need a grant's statements, less what this clean-up takes back
// itself: mine are the policies that go, by whose they are.
func (w *World) leaners(ctx context.Context, grant policy.Grant, mine map[awsops.Target][]string) (found []leaner, err error) {
	records := w.others(grant)
	named := map[string]bool{}
	grantees, err := w.accounts.Grantees(ctx, w.Firm.Account)
	for _, g := range grantees {
		kept := slices.DeleteFunc(slices.Clone(g.Inline), func(p policy.Named) bool {
			return ofOther(grant, p) || slices.Contains(mine[g.Target()], p.Name)
		})
		managed := slices.DeleteFunc(slices.Clone(g.Managed), func(p policy.Named) bool { return slices.Contains(mine[g.Target()], p.Name) })
		if !w.uses(grant, g, slices.Concat(kept, managed)) {
			continue
		}
		by := slices.IndexFunc(records, func(r Record) bool { return r.Grantee == g.Target() })
		if by < 0 && w.Mends && g.Target() == w.Grantee() { // for whom it was added
			continue
		}
		l := leaner{who: fmt.Sprintf("the %s %s", g.Kind, g.Name), run: by >= 0 || hasGrant(grant, kept)}
		switch {
		case by >= 0:
			l.who += ", of the run " + records[by].Run
			named[records[by].Run] = true
		case g.Run != "":
			l.who += ", of the run " + g.Run
		}
		found = append(found, l)
	}
	for _, r := range records {
		// One that is finished leans by its user or role, which was just looked at.
		same := len(mine[r.Grantee]) > 0
		if !named[r.Run] && (r.Ended == "" || err != nil || same) {
			found = append(found, leaner{fmt.Sprintf("the %s %s, of the run %s", r.Grantee.Kind, r.Grantee.Name, r.Run), true})
		}
	}
	return found, err
}

// uses tells whether policies give access to this bucket by its name: an administrator,
// who may use any bucket, does not count.
func (w *World) uses(grant policy.Grant, g awsops.Grantee, own []policy.Named) bool {
	allowed := func(action, bucket, key string) bool {
		resource := "arn:" + w.Firm.Partition + ":s3:::" + bucket
		if key != "" {
			resource += "/" + key
		}
		return policy.Decide(policy.Request{
			Caller: policy.CallerOf(g.ARN, g.ID, awsops.RoleSession),
			Action: action, Resource: resource, Owner: w.Customer.Account,
			Context: map[string][]string{"aws:SecureTransport": {"true"}, "s3:ResourceAccount": {w.Customer.Account}, "s3:prefix": {grant.Prefix}},
		}, policy.Policies{Identity: own}).Identity.Verdict == policy.Allowed
	}
	const elsewhere = "no-bucket-has-this-name"
	key := grant.Prefix + "a"
	for _, what := range []struct{ action, key string }{{"s3:PutObject", key}, {"s3:GetObject", key}, {"s3:ListBucket", ""}} {
		if allowed(what.action, w.Bucket, what.key) && !allowed(what.action, elsewhere, what.key) {
			return true
		}
	}
	return false
}

// hasGrant tells whether one of the policies is what crossgrant gives a user or a role of
// the firm for a grant.
func hasGrant(grant policy.Grant, own []policy.Named) bool {
	return slices.ContainsFunc(own, func(p policy.Named) bool {
		g, ours := policy.GrantFor(p.Document, grant.Partition, grant.Firm)
		return ours && isPolicyName(p.Name) && isFor(g, grant, p)
	})
}

// isFor tells whether a policy, which was written for the grant g, is one for another grant
// too: with which key the bucket encrypts makes no difference, and the bucket's statements
// do not tell it.
func isFor(g, grant policy.Grant, p policy.Named) bool {
	grant.Key = g.Key
	want := grant.ForGrantee()
	return policy.Same(&p.Document, &want)
}

// ofOther tells whether a policy is what crossgrant gives for another grant on the bucket:
// who has it needs that one's statements.
func ofOther(grant policy.Grant, p policy.Named) bool {
	g, ours := policy.GrantFor(p.Document, grant.Partition, grant.Firm)
	return ours && isPolicyName(p.Name) && g.Bucket == grant.Bucket && !isFor(g, grant, p)
}

// isPolicyName tells whether crossgrant may have called an inline policy so.
func isPolicyName(name string) bool {
	return name == policyName || strings.HasPrefix(name, policyName+"-")
}

// bucketOf is the bucket that an inline policy of crossgrant's is for, "" for a policy
// that is not what crossgrant writes.
func (w *World) bucketOf(d *policy.Document) string {
	if d == nil {
		return ""
	}
	g, _ := policy.GrantFor(*d, w.Firm.Partition, w.Firm.Account)
	return g.Bucket
}

// others are the recorded runs that gave the same grant, and have not been taken back.
func (w *World) others(grant policy.Grant) []Record {
	return slices.DeleteFunc(w.recorded(), func(r Record) bool {
		return r.Bucket != w.Bucket || r.terms != termsOf(grant) || r.Ended != "" && r.Ended != "finished" || !slices.Contains(r.Steps, LetFirmIn{}.Info().ID)
	})
}

// recorded are the records of other runs in the same two accounts. One that cannot be
// read says nothing.
func (w *World) recorded() []Record {
	return slices.DeleteFunc(w.records.read(), func(r Record) bool {
		return r.Problem != "" || r.Run == w.Run || r.Customer != w.Customer.Account || r.Firm != w.Firm.Account
	})
}

// shared is what this run found in use by others: by what it is.
func (w *World) shared(kinds ...awsops.Kind) []journal.Share {
	return slices.DeleteFunc(w.Journal.Shares(), func(s journal.Share) bool { return s.Kept || !slices.Contains(kinds, s.What.Kind) })
}

// firmStatement is the firm's statement in the bucket's policy.
func (w *World) firmStatement() awsops.Target {
	return statementTarget(w.accounts.bucketPolicy(), w.Grant().Sid())
}

// whose are the names of leaners.
func whose(all []leaner) (who []string) {
	for _, l := range all {
		who = append(who, l.who)
	}
	return who
}

// needed says who needs something.
func needed(by []string) string {
	if len(by) == 1 {
		return by[0] + " needs"
	}
	return policy.Join(by, "and") + " need"
}

// standIns notes statements of others that give the firm what this run's own did: a
// clean-up leaves them, and does not say that nothing is left.
func (w *World) standIns(u *undoing, s standing, after *policy.Document) {
	firm := w.firmStatement()
	if after == nil || hasSid(after, firm.ID) || !s.inherits && !slices.Contains(s.sids, firm.ID) {
		return
	}
	before := map[string]bool{}
	if s.earlier != nil {
		for _, st := range s.earlier.Statements {
			before[policy.New(st).Compact()] = true
		}
	}
	for i, st := range after.Statements {
		if !before[policy.New(st).Compact()] && !w.ofThisFirm(st.Sid) && w.letsFirmIn(st) {
			u.note(fmt.Sprintf("%s of the bucket's policy gives the firm's account %s access to the bucket as this run's own did. This run did not write it: it is left to the customer.",
				numbered(i, st.Sid), policy.Dashed(w.Firm.Account)))
		}
	}
}

func numbered(i int, sid string) string {
	if sid == "" {
		return fmt.Sprintf("Statement %d", i+1)
	}
	return fmt.Sprintf("Statement %d (%s)", i+1, sid)
}

// letsFirmIn tells whether a statement alone gives the firm's account some of what
// crossgrant grants.
func (w *World) letsFirmIn(st policy.Statement) bool {
	alone := policy.New(st)
	for _, action := range []string{"s3:GetObject", "s3:ListBucket", "s3:GetLifecycleConfiguration", "s3:PutObject", "s3:PutObjectAcl"} {
		for _, resource := range []string{"", "/" + w.Prefix + "a"} {
			d := policy.Decide(policy.Request{
				Caller: policy.Caller{Account: w.Firm.Account, ARN: fmt.Sprintf("arn:%s:iam::%s:root", w.Firm.Partition, w.Firm.Account)},
				Action: action, Resource: "arn:" + w.Customer.Partition + ":s3:::" + w.Bucket + resource, Owner: w.Customer.Account,
				Context: map[string][]string{"aws:SecureTransport": {"true"}},
			}, policy.Policies{Bucket: &alone})
			if d.Resource.Verdict == policy.Allowed {
				return true
			}
		}
	}
	return false
}
