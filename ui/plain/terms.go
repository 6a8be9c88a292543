package plain

import (
	"context"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// terms asks what the firm may do: the article's by one Enter, or narrower by questions.
// Terms that were given are looked at, and asked for only where they are wrong.
func (t *talk) terms(ctx context.Context, customer, firm *awsops.Session) error {
	a := &t.Answers
	ask := a.Access == "" && a.Prefix == "" && a.Until == "" && !a.OnlyThisUser
	if ask {
		f, err := t.facts(ctx, customer, firm)
		if err != nil {
			return err
		}
		t.view.line("")
		t.view.wrap("", "The article's access: "+f.Grant().Gives()+" "+f.Grant().Withholds())
		answer, err := t.text(ctx, "Should the firm get the article's access, or a narrower one? Press Enter alone for the article's, or type narrower.", "article", oneOf("article", "narrower"))
		if err != nil || named([]string{"article"}, answer) != "" {
			return err
		}
	}
	for _, term := range []struct {
		check func(steps.Answers) error
		ask   func(context.Context) error
	}{
		{steps.CheckAccess, t.access}, {steps.CheckPrefix, t.prefix}, {steps.CheckUntil, t.until},
	} {
		wrong := term.check(*a)
		if wrong != nil {
			if err := t.again(steps.Problem(wrong).Detail); err != nil {
				return err
			}
		}
		if ask || wrong != nil {
			if err := term.ask(ctx); err != nil {
				return err
			}
		}
	}
	if ask {
		return t.only(ctx)
	}
	return nil
}

// facts are the answers so far, and whose accounts they are about. The customer's is what
// was said of it where nobody is signed in to it.
func (t *talk) facts(ctx context.Context, customer, firm *awsops.Session) (f steps.Facts, err error) {
	f.Answers = t.Answers
	if customer == nil {
		f.Firm, err = firm.Identity(ctx)
		f.Customer = awsops.Identity{Account: t.Answers.OtherAccount, Partition: f.Firm.Partition}
		return f, err
	}
	if f.Customer, err = customer.Identity(ctx); err == nil {
		f.Firm, err = firm.Identity(ctx)
	}
	return f, err
}

// sayTerms says what other terms than the article's give and what not, once the user is
// named.
func (t *talk) sayTerms(ctx context.Context, customer, firm *awsops.Session) error {
	f, err := t.facts(ctx, customer, firm)
	if err != nil || f.Terms() == "" {
		return err
	}
	if u, err := firm.Principal(ctx, f.Grantee()); err == nil && u != nil { // its path is a part of its ARN
		f.Writer.ARN = u.ARN
	}
	t.view.wrap("", f.Terms())
	t.view.wrap("", f.Grant().Beyond())
	return nil
}

func (t *talk) access(ctx context.Context) (err error) {
	l := list{question: "What may the firm do?"}
	for _, a := range policy.Accesses {
		l.names = append(l.names, string(a))
		l.said = append(l.said, string(a)+": "+a.Words()+".")
	}
	l.wrong = func(answer string) string {
		return steps.Problem(steps.CheckAccess(steps.Answers{Access: answer})).Detail
	}
	t.Answers.Access, err = t.pick(ctx, l)
	return err
}

func (t *talk) prefix(ctx context.Context) error {
	_, err := t.text(ctx, "Only files whose names begin in some way? Type the beginning, such as incoming/, or press Enter alone for all files.", "", func(answer string) string {
		t.Answers.Prefix = answer
		return detail(steps.CheckPrefix(t.Answers))
	})
	return err
}

func (t *talk) until(ctx context.Context) error {
	_, err := t.text(ctx, "Which is the last day of the access? Type it as 2026-12-31, or press Enter alone for no end.", "", func(answer string) string {
		t.Answers.Until = answer
		return detail(steps.CheckUntil(t.Answers))
	})
	return err
}

func (t *talk) only(ctx context.Context) error {
	answer, err := t.text(ctx, "Should the bucket let in one user or role of the firm alone, which you name next? Type yes, or press Enter alone for no: the firm's administrator then chooses.", "no", oneOf("yes", "no"))
	t.Answers.OnlyThisUser = named([]string{"yes"}, answer) != ""
	return err
}

// detail says what is wrong, "" for nothing.
func detail(err error) string {
	if err == nil {
		return ""
	}
	return steps.Problem(err).Detail
}
