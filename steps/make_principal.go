package steps

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// MakePrincipal makes who is to be tested as: the customer's test user or the firm's user,
// each with an access key, or the firm's role. An existing user of the firm's is only given
// a key, and of an existing role it only looks that it can be assumed.
type MakePrincipal struct {
	Who  Actor
	Role bool
}

func (s MakePrincipal) Info() Info {
	if s.Who == TestUser {
		return Info{ID: "make-test-user", Title: "Create a test user", Side: Customer}
	}
	return Info{ID: "make-writer", Title: "Create the firm's " + word(s.Role), Side: Firm}
}

// word is what the firm's user or role is called.
func word(role bool) string {
	if role {
		return string(awsops.KindRole)
	}
	return string(awsops.KindUser)
}

func (s MakePrincipal) admin() Actor {
	if s.Who == TestUser {
		return CustomerAdmin
	}
	return FirmAdmin
}

func (s MakePrincipal) person(f *Facts) *Person {
	if s.Who == TestUser {
		return &f.Tester
	}
	return &f.Writer
}

func (s MakePrincipal) Plan(ctx context.Context, w *World) (Change, error) {
	target := w.principal(s.Who)
	c := Change{Why: s.why(w.Facts)}
	u, err := w.accounts.Principal(ctx, target)
	if err != nil {
		return Change{}, err
	}
	existing := s.Who == Writer && w.existing()
	switch {
	case u == nil && existing:
		return Change{}, w.noSuchPrincipal(target)
	case u != nil && !existing && u.Run != w.Run:
		return Change{}, w.nameTaken(ctx, target, u.Run)
	case u == nil && s.Role:
		c.Actions = append(c.Actions, Action{As: FirmAdmin, Op: awsops.CreateRole{Account: target.Account, Name: target.Name, Run: w.Run, Trust: w.trustForTest()}})
		if !w.trustsAdmin() {
			c.Notes = append(c.Notes, "Until the test is over the firm's administrator may assume the role too, who tests it. That is taken away again before the end.")
		}
	case u == nil:
		c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.CreateUser{Account: target.Account, Name: target.Name, Run: w.Run}})
	default:
		w.Facts = s.is(w.Facts, *u)
		if existing && u.Run != w.Run && w.madeByARun(*u) { // made by another run: it goes with the last that needs it
			made := target
			made.ID = u.ID
			c.Shares = []journal.Share{{What: made, With: []string{u.Run}}}
		}
	}
	if s.Role {
		if existing { // before anything is changed
			_, err = w.Session(ctx, Writer)
		}
		return c, err
	}
	return s.withKey(ctx, w, c, target, u != nil)
}

// withKey adds to a change the access key of a user.
func (s MakePrincipal) withKey(ctx context.Context, w *World, c Change, user awsops.Target, isThere bool) (Change, error) {
	if s.person(&w.Facts).Key.Secret != "" {
		return c, nil
	}
	var known []string
	if isThere {
		keys, err := w.accounts.Keys(ctx, user)
		if err != nil {
			return Change{}, err
		}
		// A key of this run's whose secret is lost can serve nobody.
		made := w.keysMade(user).ids
		lost, unproved := w.ownsKeys(ctx, user, keys)
		if len(unproved) > 0 {
			return Change{}, w.whichIsOurs(awsops.CreateAccessKey{Account: user.Account, User: user.Name}, unproved)
		}
		for _, k := range keys {
			known = append(known, k.ID)
			if slices.Contains(made, k.ID) || slices.Contains(lost, k.ID) {
				c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.DeleteAccessKey{Account: user.Account, User: user.Name, KeyID: k.ID}})
			}
		}
		if len(known)-len(c.Actions) >= 2 {
			return Change{}, w.twoKeys(user.Name, known)
		}
	}
	c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.CreateAccessKey{Account: user.Account, User: user.Name, Known: known}})
	if s.Who == Writer {
		c.Notes = append(c.Notes, s.keyNote(w.Facts))
	}
	return c, nil
}

// is takes over who the user or role is that is there.
func (s MakePrincipal) is(f Facts, u awsops.User) Facts {
	p := s.person(&f)
	p.Name, p.ARN, p.ID = u.Name, u.ARN, u.ID
	return f
}

// lost tells that a step still to come acts with the user's key, and the key's
// secret ended with the process that made it. A role can be assumed again.
func (s MakePrincipal) lost(w *World, todo []Step) bool {
	return !s.Role && s.person(&w.Facts).Key.Secret == "" && slices.ContainsFunc(todo, func(t Step) bool {
		return t == Step(WriteAndRead(s)) || s.Who == Writer && t == Step(SeeRefused{})
	})
}

func (s MakePrincipal) why(f Facts) string {
	switch {
	case s.Who == TestUser:
		return fmt.Sprintf("The customer's account will get a user %s, with an access key, only for testing. It can't do anything yet.", f.Answers.TestUser)
	case f.UseExistingRole:
		return fmt.Sprintf("The firm's role %s is used as it is there. What it may do does not change yet.", f.FirmRole)
	case s.Role:
		return fmt.Sprintf("The firm's account will get a role %s, which %s may assume to deliver the files. It has no key that could leak, and may do nothing yet.", f.FirmRole, f.trustedWords())
	case f.UseExisting:
		return fmt.Sprintf("The firm's user %s gets an access key, so that its access can be tested. What it may do does not change yet.", f.FirmUser)
	}
	return fmt.Sprintf("The firm's account will get a user %s, with an access key: the user that will deliver the files. It can't do anything yet.", f.FirmUser)
}

// trustedWords say who may assume the firm's new role.
func (f Facts) trustedWords() string {
	if account := policy.AccountOf(f.trusts()); f.trusts() == policy.AccountARN(f.Firm.Partition, account) {
		return fmt.Sprintf("whoever the administrator of the account %s lets", policy.Dashed(account))
	}
	return f.trusts() + " alone"
}

func (s MakePrincipal) keyNote(f Facts) string {
	switch {
	case f.Journey == "tour":
		return "The secret of the key stays in this program's memory. The key is deleted at the end."
	case f.KeyProfile != "":
		said := "The key is saved as " + f.KeptIn() + ", which is added at the end of that file, and shown nowhere. Nothing else in the file is changed."
		if folder := filepath.Dir(f.KeyFile); !isFolder(folder) {
			said += " The folder " + shell.Word(folder) + " is created for it."
		}
		return said
	case f.KeyFile != "":
		return "The key is saved to " + shell.Word(f.KeyFile) + ", readable by you alone, and shown nowhere."
	}
	return "The secret of the key stays in this program's memory. The key is deleted after the test."
}

// Verify does not wait for AWS to know the new key or role: the first call that needs it
// does, while the person reads on.
func (s MakePrincipal) Verify(ctx context.Context, w *World) (Outcome, error) {
	p := *s.person(&w.Facts)
	if s.Role {
		return Outcome{Now: fmt.Sprintf("The role %s is there. It has no access key.", p.Name)}, nil
	}
	if _, err := w.Session(ctx, s.Who); err != nil {
		return Outcome{}, err
	}
	return Outcome{Now: fmt.Sprintf("The user %s is there, with the access key %s.", p.Name, p.Key.ID)}, nil
}

func (w *World) noSuchPrincipal(t awsops.Target) *problem.Error {
	return &problem.Error{
		Summary: fmt.Sprintf("There is no such %s", t.Kind),
		Detail:  fmt.Sprintf("The %s's account has no %s %s.", w.side(t.Account), t.Kind, t.Name),
		Fixes: []string{
			fmt.Sprintf("See which %ss there are: %s", t.Kind, w.AWS(FirmAdmin, "iam", fmt.Sprintf("list-%ss", t.Kind))),
			fmt.Sprintf("Leave --existing-%[1]s out, and the %[1]s is made.", t.Kind),
		},
	}
}

func (w *World) nameTaken(ctx context.Context, t awsops.Target, run string) *problem.Error {
	side := w.side(t.Account)
	p := &problem.Error{
		Summary: fmt.Sprintf("The %s name is taken", t.Kind),
		Detail:  fmt.Sprintf("The %s's account already has a %s %s that this run did not create. It is left as it is.", side, t.Kind, t.Name),
		Fixes:   []string{fmt.Sprintf("Choose another name, with --%s-%s.", side, t.Kind)},
	}
	if free := FreeName(ctx, w.sessionOf(t.Account), t); free != "" {
		p.Fixes[0] = fmt.Sprintf("Choose another name, such as %s, with --%s-%s.", free, side, t.Kind)
	}
	if run != "" {
		p.Detail += fmt.Sprintf(" An earlier run of crossgrant, %s, created it.", run)
		p.Fixes = append([]string{"Clean the earlier run up: " + w.Found(run)}, p.Fixes...)
	} else if side == Firm {
		set := w.Answers
		set.Journey = "setup"
		p.Fixes = append(p.Fixes, fmt.Sprintf("To give this very %s the access: %s", t.Kind, set.Again(fmt.Sprintf("--existing-%s=true", t.Kind))))
	}
	return p
}

func (w *World) twoKeys(name string, known []string) *problem.Error {
	p := &problem.Error{
		Summary: "The user already has two access keys",
		Detail:  fmt.Sprintf("AWS allows a user two access keys, and %s has %s (a key that is not active counts too). So no key can be created to test with.", name, policy.Join(known, "and")),
	}
	for _, id := range known {
		p.Fixes = append(
			p.Fixes,
			"See when "+id+" was used last: "+w.AWS(FirmAdmin, "iam", "get-access-key-last-used", "--access-key-id", id),
			"If nobody needs "+id+", delete it: "+w.AWS(FirmAdmin, "iam", "delete-access-key", "--user-name", name, "--access-key-id", id),
		)
	}
	p.Fixes = append(p.Fixes, "Or choose another user, with --firm-user.")
	return p
}
