package plain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// errElsewhere is the wish to choose the profiles anew.
var errElsewhere = errors.New("other profiles are wanted")

// answers asks for what the journey needs and nobody has said yet. What was said is
// checked as well.
func (t *talk) answers(ctx context.Context) error {
	if t.recorded {
		if t.anew {
			_, _, err := t.profiles(ctx)
			return err
		}
		return nil
	}
	if t.Answers.Only != "" {
		return t.half(ctx)
	}
	for {
		customer, firm, err := t.profiles(ctx)
		if err != nil {
			return err
		}
		err = t.bucket(ctx, customer)
		if errors.Is(err, errElsewhere) {
			t.Answers.CustomerProfile, t.Answers.FirmProfile = "", ""
			continue
		}
		if err != nil || t.Answers.Journey == "cleanup" {
			return err
		}
		if t.Answers.Journey == "setup" {
			if err := t.terms(ctx, customer, firm); err != nil {
				return err
			}
		}
		return t.names(ctx, customer, firm)
	}
}

// forget has every question asked anew.
func (t *talk) forget() {
	t.anew = true
	if t.Answers.Only != "" && !t.asksHalf { // the rest was said
		t.Answers.CustomerProfile, t.Answers.FirmProfile = "", ""
		return
	}
	t.Answers = steps.Answers{Journey: t.Answers.Journey, Only: t.Answers.Only, ProbeKey: t.Answers.ProbeKey}
}

func (t *talk) profiles(ctx context.Context) (customer, firm *awsops.Session, err error) {
	for {
		f := steps.Facts{}
		if customer, f.Customer, err = t.profile(ctx, steps.Customer, &t.Answers.CustomerProfile); err != nil {
			return nil, nil, err
		}
		if firm, f.Firm, err = t.profile(ctx, steps.Firm, &t.Answers.FirmProfile); err != nil {
			return nil, nil, err
		}
		f.Answers = t.Answers
		wrong := steps.CheckProfiles(f.Answers)
		if wrong == nil {
			wrong = steps.CheckAccounts(f, t.Expected)
		}
		if wrong == nil {
			return customer, firm, nil
		}
		t.view.problem(steps.Problem(wrong))
		t.Answers.CustomerProfile, t.Answers.FirmProfile = "", ""
		if err := t.again("Choose both profiles again."); err != nil {
			return nil, nil, err
		}
	}
}

// profile asks for a profile unless it is named already, and AWS who it is.
func (t *talk) profile(ctx context.Context, side steps.Side, name *string) (*awsops.Session, awsops.Identity, error) {
	for {
		if *name == "" {
			if err := t.pickProfile(ctx, side, name); err != nil {
				return nil, awsops.Identity{}, err
			}
		}
		t.view.wrap("", fmt.Sprintf("Asking AWS who the profile %s is.", *name))
		s, id, err := steps.SignIn(awsops.WithWaits(ctx, t.view.wait), t.Source, *name)
		if err == nil {
			t.view.wrap("", fmt.Sprintf("The %s's side: account %s, %s", side, policy.Dashed(id.Account), id.ARN))
			return s, id, nil
		}
		if errors.Is(err, context.Canceled) {
			return nil, id, err
		}
		t.view.problem(steps.Problem(err))
		*name = ""
		if err := t.again("Choose again."); err != nil {
			return nil, id, err
		}
	}
}

func (t *talk) pickProfile(ctx context.Context, side steps.Side, name *string) error {
	all, err := t.Source.Profiles()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err := t.Source.Open(ctx, "default") // it knows what to say of that
		return err
	}
	var options, names []string
	for _, p := range all {
		names = append(names, p.Name)
		options = append(options, fmt.Sprintf("%s, %s, in the file %s", p.Name, kinds[p.Kind], filepath.Base(p.File)))
	}
	proposed := t.Proposed.CustomerProfile
	if side == steps.Firm {
		proposed = t.Proposed.FirmProfile
	}
	*name, err = t.pick(ctx, list{
		question: fmt.Sprintf("Which profile is the %s's?", side), names: names, said: options, otherwise: proposed,
		wrong: func(answer string) string { return fmt.Sprintf("No profile is called %q.", answer) },
	})
	return err
}

// kinds are the kinds of profiles in words.
var kinds = map[string]string{
	"key": "an access key", "sso": "single sign-on", "role": "a role", "process": "an outside command",
	"login": "a console login", "web identity": "a web identity", "none": "no credentials",
}

func (t *talk) bucket(ctx context.Context, customer *awsops.Session) error {
	id, err := customer.Identity(ctx)
	if err != nil {
		return err
	}
	for {
		if t.Answers.Bucket == "" {
			if err := t.pickBucket(ctx, customer); err != nil {
				return err
			}
		}
		name, err := awsops.CleanBucketName(t.Answers.Bucket)
		if err == nil {
			var region string
			if region, err = customer.FindBucket(ctx, name, id.Account); err == nil {
				t.view.wrap("", fmt.Sprintf("The bucket %s is the customer's, in %s.", name, region))
				return nil
			}
		}
		if errors.Is(err, context.Canceled) {
			return err
		}
		t.view.problem(steps.Problem(err))
		t.Answers.Bucket = ""
		if err := t.again("Choose again."); err != nil {
			return err
		}
	}
}

func (t *talk) pickBucket(ctx context.Context, customer *awsops.Session) error {
	names, err := customer.Buckets(ctx)
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		t.view.mark("note", steps.Problem(err).Summary+", so the buckets cannot be listed.")
	}
	t.Answers.Bucket, err = t.pick(ctx, list{
		question: "Which bucket of the customer's should the firm write into?", names: names, said: names, otherwise: t.Proposed.Bucket,
		zero: "Choose other profiles.", free: true,
		wrong: func(string) string { return "" },
	})
	return err
}

// names asks who is to write the files, and for the names.
func (t *talk) names(ctx context.Context, customer, firm *awsops.Session) error {
	a := &t.Answers
	if a.Journey == "tour" {
		if err := t.user(ctx, customer, writer{steps.Customer, awsops.KindUser, "the test user in the customer's account", "test-customer", &a.TestUser, new(bool)}); err != nil {
			return err
		}
	}
	role, err := t.role(ctx)
	if err != nil {
		return err
	}
	if role {
		err = t.user(ctx, firm, writer{steps.Firm, awsops.KindRole, "the role of the firm that will write the files", "test-writer", &a.FirmRole, &a.UseExistingRole})
	} else {
		err = t.user(ctx, firm, writer{steps.Firm, awsops.KindUser, "the user of the firm that will write the files", "test-writer", &a.FirmUser, &a.UseExisting})
	}
	if err != nil || a.Journey != "setup" {
		return err
	}
	if err := t.sayTerms(ctx, customer, firm); err != nil || role { // which has no key to save
		return err
	}
	return t.keyGiven()
}

// role asks whether a role is to write the files, unless that was said.
func (t *talk) role(ctx context.Context) (bool, error) {
	a := t.Answers
	switch {
	case a.FirmRole != "" || a.UseExistingRole || a.Trusts != "":
		return true, nil
	case a.Journey != "setup" || a.FirmUser != "" || a.UseExisting:
		return false, nil
	}
	answer, err := t.text(ctx, "Should a role or a user of the firm write the files? A role has no access key that can leak; most people start with a user. Press Enter alone for a user, or type role.", "user", oneOf("role", "user"))
	return named([]string{"role"}, answer) != "", err
}

// writer is a user or role whose name is asked for.
type writer struct {
	side           steps.Side
	kind           awsops.Kind
	who, otherwise string
	name           *string
	existing       *bool
}

func (n writer) target() awsops.Target { return awsops.Target{Kind: n.kind, Name: *n.name} }

// wrong says why nobody can have a name.
func (n writer) wrong(name string) string {
	err := awsops.CheckUserName(name)
	if n.kind == awsops.KindRole {
		err = awsops.CheckRoleName(name)
	}
	if err == nil {
		return ""
	}
	p := steps.Problem(err)
	return strings.Join(append([]string{p.Detail}, p.Fixes...), " ")
}

// user asks for a name that is free, or for a user or role of the firm's that is to be
// used as it is.
func (t *talk) user(ctx context.Context, s *awsops.Session, n writer) (err error) {
	for {
		switch {
		case *n.name != "":
		case *n.existing:
			*n.name, err = t.pickUser(ctx, s, n.kind)
		default:
			question := fmt.Sprintf("What should %s be called? Type a name, or press Enter alone for %s.", n.who, n.otherwise)
			*n.name, err = t.text(ctx, question, n.otherwise, n.wrong)
		}
		if err != nil {
			return err
		}
		why := n.wrong(*n.name)
		if why == "" {
			if why, err = t.taken(ctx, s, n); err != nil || why == "" {
				return err
			}
			if !*n.existing {
				n.otherwise = cmp.Or(steps.FreeName(ctx, s, n.target()), n.otherwise)
			}
		}
		*n.name = ""
		if err := t.again(why); err != nil {
			return err
		}
	}
}

// pickUser asks which user or role that is there is to be used. None is proposed.
func (t *talk) pickUser(ctx context.Context, s *awsops.Session, kind awsops.Kind) (string, error) {
	read := s.Users
	if kind == awsops.KindRole {
		read = s.Roles
	}
	all, err := read(ctx)
	if errors.Is(err, context.Canceled) {
		return "", err
	}
	if err != nil {
		t.view.mark("note", fmt.Sprintf("%s, so the %ss cannot be listed.", steps.Problem(err).Summary, kind))
	}
	l := list{question: fmt.Sprintf("Which %s of the firm's account will write the files?", kind), free: true}
	for _, u := range all {
		l.names, l.said = append(l.names, u.Name), append(l.said, u.Name+", "+u.ARN)
	}
	return t.pick(ctx, l)
}

// taken says why a name will not do, going by the user or role of that name.
func (t *talk) taken(ctx context.Context, s *awsops.Session, n writer) (why string, err error) {
	account := "the " + string(n.side) + "'s account"
	u, err := s.Principal(ctx, n.target())
	switch {
	case errors.Is(err, context.Canceled):
		return "", err
	case err != nil:
		t.view.mark("note", steps.Problem(err).Summary+". Whether the name is free is looked at again later.")
		return "", nil
	case u == nil && *n.existing:
		return fmt.Sprintf("There is no %s %s in %s. Type the name of one that is there.", n.kind, *n.name, account), nil
	case u == nil:
		t.view.wrap("", fmt.Sprintf("The name %s is free.", *n.name))
		return "", nil
	case *n.existing:
		return "", nil
	case u.Run != "":
		return fmt.Sprintf("The name is taken, by a %s that the run %s created. Clean that run up, or type another name.", n.kind, u.Run), nil
	case t.Answers.Journey != "setup":
		return fmt.Sprintf("The name is taken: %s has a %s %s already, and it is left as it is. Type another name.", account, n.kind, *n.name), nil
	}
	answer, err := t.word(ctx, fmt.Sprintf("There is a %[1]s %[2]s in %[3]s already. Use this existing %[1]s to write the files? Type yes or no.", n.kind, *n.name, account), "yes", "no")
	if err != nil || answer == "yes" {
		*n.existing = err == nil
		return "", err
	}
	return "Then type another name.", nil
}

// A list is one to pick from, by number or by name.
type list struct {
	question    string
	names, said []string            // what each is called, and what is said of it
	zero        string              // what number 0 stands for, "" for nothing
	otherwise   string              // what Enter alone stands for, "" for nothing
	free        bool                // other names will do too
	wrong       func(string) string // says why another name will not do
}

// most is how much of a list is read out at once.
const most = 20

// pick asks for one of a list. A part of a name reads out those that it may be.
func (t *talk) pick(ctx context.Context, l list) (string, error) {
	t.view.line("")
	t.view.wrap("", l.question)
	t.read(l, "")
	question := "Type its name."
	if len(l.names) > 0 {
		question = "Type its number or its name."
	}
	if l.otherwise != "" {
		question += fmt.Sprintf(" Or press Enter alone for %s.", l.otherwise)
	}
	var chosen string
	_, err := t.text(ctx, question, l.otherwise, func(answer string) string {
		n := number(answer, len(l.names))
		part := strings.ToLower(answer)
		similar := slices.ContainsFunc(l.names, func(n string) bool { return strings.Contains(strings.ToLower(n), part) })
		switch {
		case answer == "":
			return "An empty line chooses nothing."
		case slices.Contains(l.names, answer):
			chosen = answer
		case n == 0 && l.zero != "":
			chosen = ""
		case n > 0:
			chosen = l.names[n-1]
		case similar:
			t.read(l, part)
			return "No name is exactly that."
		case !l.free:
			return l.wrong(answer)
		default:
			chosen = answer
		}
		return ""
	})
	if err == nil && chosen == "" {
		err = errElsewhere
	}
	return chosen, err
}

// read reads out those of a list that have a part in their names.
func (t *talk) read(l list, part string) {
	said := 0
	for i, name := range l.names {
		if !strings.Contains(strings.ToLower(name), part) {
			continue
		}
		if said++; said <= most {
			t.view.wrap("", fmt.Sprintf("%d. %s", i+1, cmp.Or(l.said[i], name)))
		}
	}
	if said > most {
		t.view.wrap("", fmt.Sprintf("And %d more: type a part of a name to hear those that have it.", said-most))
	}
	if l.zero != "" && part == "" {
		t.view.wrap("", "0. "+l.zero)
	}
}
