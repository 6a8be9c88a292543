package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Where there is no record, only signs tell what crossgrant made. A tag or a Sid anybody
// can give to anything: this file holds what else has to fit. What has one sign and not
// all of them is said, with the command that would remove it, and stays.

// suspect is something with a sign of crossgrant's that is not proved to be its.
type suspect struct {
	account   string
	principal awsops.Target // a user or a role, or
	sids      []string      // of statements of the bucket's policy
	missing   string        // the sign that it does not have, in words
}

// A run is named after when it began (UTC), and makes its users and roles soon after that.
var named = regexp.MustCompile(`^(\d{8}-\d{6})-[a-z0-9]{6}$`)

const soon = time.Hour

// missingSign is what a user or a role with crossgrant's tags lacks of one that crossgrant
// made, "" for nothing. What it has beside that is looked at elsewhere: it is asked about.
func missingSign(u awsops.User) string {
	began := named.FindStringSubmatch(u.Run)
	if began == nil {
		return "its tag names no run of crossgrant's"
	}
	at, err := time.Parse("20060102-150405", began[1])
	switch since := u.Created.Sub(at); {
	case err != nil:
		return "its tag names no run of crossgrant's"
	case since < -justThen || since > soon:
		return "it was not created when the run that its tag names began"
	case !strings.HasSuffix(u.ARN, ":"+string(u.Kind)+"/"+u.Name):
		return fmt.Sprintf("it has a path, which crossgrant gives to no %s", u.Kind)
	case len(u.Tags) > 0:
		return fmt.Sprintf("it has a tag that crossgrant gives to no %s: %s", u.Kind, problem.Clean(u.Tags[0]))
	case u.Kind == awsops.KindRole && !policy.IsTrust(u.Trust):
		return "its trust policy is not one that crossgrant writes"
	}
	return ""
}

// ownStatements are the Sids of the statements in the bucket's policy that crossgrant put
// there: by their names, and by what they mean. unlike bear such names and mean something
// else.
func (w *World) ownStatements(live *policy.Document, found []trace) (own, unlike []string) {
	for _, sid := range policy.Own(live) {
		s := statementOf(live, sid).Statements[0]
		switch {
		case w.ofAnotherFirm(sid):
		case w.isGrant(s), w.letsTestUserIn(s, found):
			own = append(own, sid)
		default:
			unlike = append(unlike, sid)
		}
	}
	return own, unlike
}

func (w *World) ofAnotherFirm(sid string) bool {
	firm, ours := policy.FirmOf(sid)
	return ours && firm != w.Firm.Account
}

func (w *World) ofThisFirm(sid string) bool {
	firm, ours := policy.FirmOf(sid)
	return ours && firm == w.Firm.Account
}

// isGrant tells whether a statement is one that crossgrant lets the firm in with, on
// whatever terms.
func (w *World) isGrant(s policy.Statement) bool {
	_, ours := policy.GrantOf(s, w.Customer.Partition, w.Bucket, w.Customer.Account)
	return ours
}

// letsTestUserIn tells whether a statement is what crossgrant lets a test user in with: one
// that was found, or one that is deleted, of which S3 shows only the id.
func (w *World) letsTestUserIn(s policy.Statement, found []trace) bool {
	if s.Principal == nil || len(s.Principal.AWS.Values) != 1 {
		return false
	}
	who := s.Principal.AWS.Values[0]
	known := deletedID.MatchString(who) || slices.ContainsFunc(found, func(t trace) bool { return t.receipt.UserARN == who })
	if !known {
		return false
	}
	alone := policy.New(s)
	return slices.ContainsFunc(policy.TestUserGrant("arn:"+w.Customer.Partition+":iam::"+w.Customer.Account+":user/x", w.Bucket), func(want policy.Statement) bool {
		want.Principal = s.Principal
		meant := policy.New(want)
		return want.Sid == s.Sid && policy.Same(&alone, &meant)
	})
}

// sayUnproved says what looks like crossgrant's on one side, and what would remove it.
func (w *World) sayUnproved(ctx context.Context, u *undoing, side Side) {
	for _, s := range w.suspects {
		if s.account != w.account(side) {
			continue
		}
		r := Remainder{Why: "it looks like crossgrant's, and is not proved to be: " + s.missing}
		if s.principal.Name != "" {
			r.What = fmt.Sprintf("the %s %s in %s", s.principal.Kind, s.principal.Name, policy.Dashed(s.account))
			r.target = s.principal
			r.Commands = w.removal(ctx, s.principal)
		} else {
			r.What = fmt.Sprintf("what the bucket's policy has as %s", policy.Join(s.sids, "and"))
			r.target = w.accounts.bucketPolicy()
			r.Commands = w.without(ctx, s.sids)
		}
		u.stay(r)
	}
}

// removal are the commands that delete a user or a role with all that it has.
func (w *World) removal(ctx context.Context, t awsops.Target) []string {
	var commands []string
	does := func(op awsops.Operation) {
		commands = append(commands, w.shell(t.Account, op.Describe().Command...))
	}
	has, err := w.accounts.Subordinates(ctx, t)
	if err == nil {
		for _, k := range has.Keys {
			does(awsops.DeleteAccessKey{Account: t.Account, User: t.Name, KeyID: k.ID})
		}
		for _, name := range has.Inline {
			does(awsops.SetInlinePolicy(t, name, nil, nil))
		}
		for _, other := range has.Other {
			commands = append(commands, w.shell(t.Account, other.Command...))
		}
	}
	does(awsops.DeletePrincipal(t, "", ""))
	return commands
}

// without is the command that takes statements out of the bucket's policy as it is now.
func (w *World) without(ctx context.Context, sids []string) []string {
	live, err := w.accounts.BucketPolicy(ctx)
	if err != nil || live == nil {
		return nil
	}
	op := awsops.SetBucketPolicy{Bucket: w.Bucket, Owner: w.Customer.Account, Before: live, After: policy.Remove(live, sids...)}
	return []string{w.shell(w.Customer.Account, op.Describe().Command...)}
}
