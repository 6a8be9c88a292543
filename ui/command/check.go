package command

import (
	"errors"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui"
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
  crossgrant check ... --mend         applies the change that mends it
  crossgrant check --demo             a refused delivery; needs no account

tests a grant by real requests: it lists, writes a test file, reads it, and
tries what should be refused. The customer's profile, or the writer's where it
may, deletes the file at the end, and nothing else is changed. With the
profiles of both sides it reads both sides' policies too, and says which one
thing is wrong. Any of them may be missing, but not all: what could not be
looked at is said to be unknown.

Where a change to the policies mends it, that change is shown with the command
that applies it. With --mend crossgrant applies it, once you have said yes, and
tests again. It is a run like any other: recorded, and undone by its clean-up.

The exit code is 0 where the access is as the grant says, 3 where it is not or
where that cannot be told, and 1 where it could not be looked at all. With
--mend it is that of the last test, or of the run where that did not come to
its end, as for setup.`,
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
	mend := false
	f.BoolVar(&mend, "mend", false, "apply the change that mends it, after a yes, and test again")
	f.BoolVar(&p.yes, "yes", false, "with --mend: ask nothing, show the change and apply it")
	p.stateFlag(c)
	f.DurationVar(&p.wait, "wait", awsops.DefaultPace.Budget, "with --mend: how long to wait, at most, for AWS to spread the change")
	f.BoolVar(&p.json, "json", false, "write one JSON object a line (with --mend: and --yes)")
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
		if !mend && said("yes", "wait") {
			return errors.New("--yes and --wait are about a change: add --mend, or leave them out")
		}
		return p.startCheck(c, q, mend)
	}
	p.completes(c)
	return c
}

// startCheck checks in lines of text, or in the wizard where something is missing that a
// person can be asked for.
func (p *program) startCheck(c *cobra.Command, q steps.Question, mend bool) error {
	if mend && !p.yes && (p.json || !p.plain && !onTerminal()) {
		return errors.New("no terminal to ask on: add --yes or --plain, or leave out --mend")
	}
	asks := onTerminal() && !p.byLine() && !p.json && !mend && (p.demo || !q.Complete())
	o := plain.Options{
		Request: run.Request{Answers: q.Answers, Source: p.source(), Demo: p.demo, Expected: q.Expected},
		JSON:    p.json, Out: p.stdout, Hard: p.hard,
	}
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
	if (asks || mend) && !p.demo { // which leaves nothing on this computer
		o.StateDir = p.records()
		p.list.Store(steps.Answers{StateDir: p.stateDir}.Crossgrant("runs"))
	}
	switch {
	case asks:
	case mend && p.yes:
		p.code = plain.Mend(c.Context(), o, q, nil)
		return nil
	case mend:
		p.code = plain.Mend(c.Context(), o, q, os.Stdin)
		return nil
	default:
		p.code = plain.Check(c.Context(), o, q)
		return nil
	}
	p.wizard(c, ui.Options{Request: o.Request, Question: q, DemoHint: hint})
	return nil
}
