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
		return t.names(ctx, customer, firm)
	}
}

// forget has every question asked anew.
func (t *talk) forget() {
	t.anew = true
	t.Answers = steps.Answers{Journey: t.Answers.Journey, ProbeKey: t.Answers.ProbeKey}
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
	*name, err = t.pick(ctx, list{
		question: fmt.Sprintf("Which profile is the %s's?", side), names: names, said: options,
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
		question: "Which bucket of the customer's shall the firm write into?", names: names, said: names,
		zero: "Choose other profiles.", free: true,
		wrong: func(string) string { return "" },
	})
	return err
}

// names asks for the names of the users.
func (t *talk) names(ctx context.Context, customer, firm *awsops.Session) error {
	a := &t.Answers
	if a.Journey == "tour" {
		if err := t.user(ctx, customer, steps.Customer, "the test user in the customer's account", "test-customer", &a.TestUser); err != nil {
			return err
		}
	}
	if err := t.user(ctx, firm, steps.Firm, "the user of the firm that will write the files", "test-writer", &a.FirmUser); err != nil {
		return err
	}
	return t.keyGiven()
}

// user asks for a name that is free, or for a user of the firm's that is to be
// used as it is.
func (t *talk) user(ctx context.Context, s *awsops.Session, side steps.Side, who, otherwise string, name *string) error {
	for {
		if *name == "" {
			question := fmt.Sprintf("What shall be the name of %s? Type a name, or press Enter alone for %s.", who, otherwise)
			var err error
			if *name, err = t.text(ctx, question, otherwise, wrongName); err != nil {
				return err
			}
		}
		why := wrongName(*name)
		if why == "" {
			var err error
			if why, err = t.taken(ctx, s, side, *name); err != nil || why == "" {
				return err
			}
		}
		*name = ""
		if err := t.again(why); err != nil {
			return err
		}
	}
}

func wrongName(name string) string {
	err := awsops.CheckUserName(name)
	if err == nil {
		return ""
	}
	p := steps.Problem(err)
	return strings.Join(append([]string{p.Detail}, p.Fixes...), " ")
}

// taken says why a name will not do, going by the user of that name.
func (t *talk) taken(ctx context.Context, s *awsops.Session, side steps.Side, name string) (why string, err error) {
	account := "the " + string(side) + "'s account"
	u, err := s.User(ctx, name)
	switch {
	case errors.Is(err, context.Canceled):
		return "", err
	case err != nil:
		t.view.mark("note", steps.Problem(err).Summary+". Whether the name is free is looked at again later.")
		return "", nil
	case u == nil && t.Answers.UseExisting:
		return fmt.Sprintf("There is no user %s in %s. Type the name of one that is there.", name, account), nil
	case u == nil:
		t.view.wrap("", fmt.Sprintf("The name %s is free.", name))
		return "", nil
	case u.Run != "" && !t.Answers.UseExisting:
		return fmt.Sprintf("The name is taken, by a user that the run %s made. Clean that run up, or type another name.", u.Run), nil
	case t.Answers.UseExisting:
		return "", nil
	case t.Answers.Journey != "setup" || side == steps.Customer:
		return fmt.Sprintf("The name is taken: %s has a user %s already, and it is left as it is. Type another name.", account, name), nil
	}
	answer, err := t.word(ctx, fmt.Sprintf("There is a user %s in %s already. Shall this very user write the files? Type yes or no.", name, account), "yes", "no")
	if err != nil || answer == "yes" {
		t.Answers.UseExisting = err == nil
		return "", err
	}
	return "Then type another name.", nil
}

// A list is one to pick from, by number or by name.
type list struct {
	question    string
	names, said []string            // what each is called, and what is said of it
	zero        string              // what number 0 stands for, "" for nothing
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
	var chosen string
	_, err := t.text(ctx, question, "", func(answer string) string {
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
			return "No name is quite that."
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
