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

// MakeUser makes a user with an access key to test with: the customer's test user
// or the firm's user. An existing user of the firm's is only given a key.
type MakeUser struct{ Who Actor }

func (s MakeUser) Info() Info {
	if s.Who == TestUser {
		return Info{ID: "make-test-user", Title: "Make a test user", Side: Customer}
	}
	return Info{ID: "make-writer", Title: "Make the firm's user", Side: Firm}
}

func (s MakeUser) admin() Actor {
	if s.Who == TestUser {
		return CustomerAdmin
	}
	return FirmAdmin
}

func (s MakeUser) name(f Facts) string {
	if s.Who == TestUser {
		return f.Answers.TestUser
	}
	return f.FirmUser
}

func (s MakeUser) person(f *Facts) *Person {
	if s.Who == TestUser {
		return &f.Tester
	}
	return &f.Writer
}

func (s MakeUser) Plan(ctx context.Context, w *World) (Change, error) {
	side, name := s.Who.Side(), s.name(w.Facts)
	c := Change{Why: s.why(w.Facts)}
	u, err := w.accounts.User(ctx, w.account(side), name)
	if err != nil {
		return Change{}, err
	}
	existing := s.Who == Writer && w.UseExisting
	switch {
	case u == nil && existing:
		return Change{}, w.noSuchUser(side, name)
	case u != nil && !existing && u.Run != w.Run:
		return Change{}, w.userTaken(side, name, u.Run)
	case u == nil:
		c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.CreateUser{Account: w.account(side), Name: name, Run: w.Run}})
	default:
		w.Facts = s.is(w.Facts, *u)
		if existing && u.Run != w.Run && w.madeByARun(*u) { // made by another run: it goes with the last that needs it
			target := awsops.Target{Account: w.account(side), Kind: awsops.KindUser, Name: name, ID: u.ID}
			c.Shares = []journal.Share{{What: target, With: []string{u.Run}}}
		}
	}
	if s.person(&w.Facts).Key.Secret != "" {
		return c, nil
	}
	var known []string
	if u != nil {
		keys, err := w.accounts.Keys(ctx, w.account(side), name)
		if err != nil {
			return Change{}, err
		}
		// A key of this run's whose secret is lost can serve nobody.
		made := w.keysMade(w.account(side), name).ids
		lost, unproved := w.ownsKeys(ctx, w.account(side), name, keys)
		if len(unproved) > 0 {
			return Change{}, w.whichIsOurs(awsops.CreateAccessKey{Account: w.account(side), User: name}, unproved)
		}
		for _, k := range keys {
			known = append(known, k.ID)
			if slices.Contains(made, k.ID) || slices.Contains(lost, k.ID) {
				c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.DeleteAccessKey{Account: w.account(side), User: name, KeyID: k.ID}})
			}
		}
		if len(known)-len(c.Actions) >= 2 {
			return Change{}, w.twoKeys(name, known)
		}
	}
	c.Actions = append(c.Actions, Action{As: s.admin(), Op: awsops.CreateAccessKey{Account: w.account(side), User: name, Known: known}})
	if s.Who == Writer {
		c.Notes = append(c.Notes, s.keyNote(w.Facts))
	}
	return c, nil
}

// is takes over who the user is that is there.
func (s MakeUser) is(f Facts, u awsops.User) Facts {
	p := s.person(&f)
	p.Name, p.ARN, p.ID = u.Name, u.ARN, u.ID
	return f
}

// lost tells that a step still to come acts with the user's key, and the key's
// secret ended with the process that made it.
func (s MakeUser) lost(w *World, todo []Step) bool {
	return s.person(&w.Facts).Key.Secret == "" && slices.ContainsFunc(todo, func(t Step) bool {
		return t == Step(WriteAndRead(s)) || s.Who == Writer && t == Step(SeeRefused{})
	})
}

func (s MakeUser) why(f Facts) string {
	switch {
	case s.Who == TestUser:
		return fmt.Sprintf("The customer's account will get a user %s, with an access key, only for testing. It may do nothing yet.", f.Answers.TestUser)
	case f.UseExisting:
		return fmt.Sprintf("The firm's user %s gets an access key, so that its access can be tested. What it may do does not change yet.", f.FirmUser)
	}
	return fmt.Sprintf("The firm's account will get a user %s, with an access key: the user that will deliver the files. It may do nothing yet.", f.FirmUser)
}

func (s MakeUser) keyNote(f Facts) string {
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

// Verify does not wait for AWS to know the new key: the first call that needs the key
// does, while the person reads on.
func (s MakeUser) Verify(_ context.Context, w *World) (Outcome, error) {
	p := *s.person(&w.Facts)
	if _, err := w.Session(s.Who); err != nil {
		return Outcome{}, err
	}
	return Outcome{Now: fmt.Sprintf("The user %s is there, with the access key %s.", p.Name, p.Key.ID)}, nil
}

func (w *World) noSuchUser(side Side, name string) *problem.Error {
	return &problem.Error{
		Summary: "There is no such user",
		Detail:  fmt.Sprintf("The %s's account has no user %s.", side, name),
		Fixes:   []string{"See which users there are: " + w.AWS(FirmAdmin, "iam", "list-users"), "Leave --existing-user out, and the user is made."},
	}
}

func (w *World) userTaken(side Side, name, run string) *problem.Error {
	p := &problem.Error{
		Summary: "The user name is taken",
		Detail:  fmt.Sprintf("The %s's account already has a user %s that this run did not make. It is left as it is.", side, name),
		Fixes:   []string{"Choose another name, with " + flagFor(side) + "."},
	}
	if run != "" {
		p.Detail += fmt.Sprintf(" An earlier run of crossgrant, %s, made it.", run)
		p.Fixes = append([]string{"Clean the earlier run up: " + w.Found(run)}, p.Fixes...)
	} else if side == Firm {
		set := w.Answers
		set.Journey = "setup"
		p.Fixes = append(p.Fixes, "To give this very user the access: "+set.Again("--existing-user=true"))
	}
	return p
}

func flagFor(side Side) string {
	if side == Customer {
		return "--customer-user"
	}
	return "--firm-user"
}

func (w *World) twoKeys(name string, known []string) *problem.Error {
	p := &problem.Error{
		Summary: "The user already has two access keys",
		Detail:  fmt.Sprintf("AWS allows a user two access keys, and %s has %s (a key that is not active counts too). So no key can be made to test with.", name, policy.Join(known, "and")),
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
