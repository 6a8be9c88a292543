package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

func (p *program) check() *cobra.Command {
	q := steps.Question{Answers: steps.Answers{Journey: "check"}}
	c := &cobra.Command{
		Use:   "check",
		Short: "Test a grant that anybody made, and say what is missing and why",
		Long: `  crossgrant check --bucket my.test.bucket --customer-profile C --firm-profile F
  crossgrant check --grant grant.json --writer-profile W
  crossgrant check                    asks for what it needs, in a terminal
  crossgrant check --demo             a refused delivery; needs no account

tests a grant by real requests: it lists, writes a test file, reads it, and
tries what should be refused. The customer's profile, or the writer's where it
may, deletes the file at the end, and nothing else is changed. With the
profiles of both sides it reads both sides' policies too, and says which one
thing is wrong. Any of them may be missing, but not all: what could not be
looked at is said to be unknown.

The exit code is 0 where the access is as the grant says, 3 where it is not or
where that cannot be told, and 1 where it could not be looked at all.`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	sideFlags(c, &q.Answers)
	f.StringVar(&q.WriterProfile, "writer-profile", "", "profile that writes the files: what is tested")
	f.StringVar(&q.FirmUser, "firm-user", env("FIRM_IAM_USER", ""), "name of the firm's user (FIRM_IAM_USER; default: test-writer, or who the writer's profile is)")
	f.StringVar(&q.FirmRole, "firm-role", "", "name of the firm's role, in the place of a user")
	accountFlags(c, &q.Expected)
	f.StringVar(&q.GrantFile, "grant", "", "file with the grant, in the place of the flags that say it")
	p.grantFlags(c)
	f.BoolVar(&p.json, "json", false, "write one JSON object a line")
	f.BoolVar(&p.plain, "plain", false, "write lines of text, also where something is missing that could be asked for")
	f.BoolVar(&p.demo, "demo", false, "check a delivery that is refused, in an embedded AWS: no account and no profile is touched")
	p.drawFlags(c)
	p.httpFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		said := func(flags ...string) bool { return slices.ContainsFunc(flags, c.Flags().Changed) }
		q.Access, q.Prefix, q.Until, q.OnlyThisUser, q.KMSKey = p.answers.Access, p.answers.Prefix, p.answers.Until, p.answers.OnlyThisUser, p.answers.KMSKey
		q.Stated = said("access", "prefix", "until", "only-this-user")
		if q.FirmRole != "" && !said("firm-user") {
			q.FirmUser = ""
		}
		q.Expected = q.Expected.Digits()
		if q.GrantFile != "" {
			if q.Stated || said("bucket", "firm-user", "firm-role") {
				return errors.New("--grant says it all: leave out --bucket, --access and their like")
			}
			q.FirmUser = "" // which the environment may say
		}
		return p.startCheck(c, q)
	}
	p.completes(c)
	return c
}

// startCheck checks in lines of text, or in the wizard where something is missing that a
// person can be asked for.
func (p *program) startCheck(c *cobra.Command, q steps.Question) error {
	asks := onTerminal() && !p.byLine() && !p.json && (p.demo || !q.Complete())
	o := plain.Options{Request: run.Request{Answers: q.Answers, Source: awsops.Source{AllowHTTP: p.allowHTTP}.Remember(), Demo: p.demo, Expected: q.Expected}}
	hint := ""
	if p.demo {
		end, err := demo(c, sandbox.Default(), &o, &hint)
		if err != nil {
			return failure{err}
		}
		defer end()
		for flag, to := range map[string]struct {
			answer *string
			value  string
		}{
			"bucket": {&o.Answers.Bucket, refusedBucket}, "firm-user": {&o.Answers.FirmUser, ""}, "writer-profile": {&q.WriterProfile, refusedWriter},
		} {
			if !c.Flags().Changed(flag) {
				*to.answer = to.value
			}
		}
		q.Answers, q.Expected = o.Answers, o.Expected
	}
	if !asks {
		p.code = plain.Check(c.Context(), p.hard, o.Source, q, p.json, p.stdout)
		return nil
	}
	if !p.demo { // which leaves nothing on this computer
		o.StateDir = run.DefaultStateDir()
		p.list.Store(steps.Answers{}.Crossgrant("runs"))
	}
	p.wizard(c, o.Request, q, hint)
	return nil
}
