package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui"
	"crossgrant/ui/plain"
)

func (p *program) tour() *cobra.Command {
	c := &cobra.Command{
		Use:   "tour",
		Short: "Walk through it all with test users, then undo everything",
		Args:  cobra.NoArgs,
		RunE:  p.journey("tour"),
	}
	p.journeyFlags(c)
	c.Flags().StringVar(&p.answers.TestUser, "customer-user", env("CUSTOMER_USER", "test-customer"), "name of the test user in the customer's account (CUSTOMER_USER)")
	p.completes(c)
	return c
}

func (p *program) cleanup() *cobra.Command {
	c := &cobra.Command{
		Use:   "cleanup [RUN]",
		Short: "Undo what an earlier run did",
		Args:  cobra.MaximumNArgs(1),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		recorded := ""
		if len(args) > 0 {
			recorded = args[0]
		}
		if steps.IsFleet(cmp.Or(p.stateDir, run.DefaultStateDir()), recorded) {
			return p.startFleet(c, run.FleetRequest{ID: recorded})
		}
		return p.start(c, "cleanup", recorded)
	}
	p.commonFlags(c)
	profiles := &steps.Answers{} // its own: the others' defaults come from the environment
	c.Flags().StringVar(&profiles.CustomerProfile, "customer-profile", "", "profile of the customer's account (default: the run's)")
	c.Flags().StringVar(&profiles.FirmProfile, "firm-profile", "", "profile of the firm's account (default: the run's)")
	c.Flags().StringVar(&profiles.Bucket, "bucket", "", "without a record of the run: look for what is tagged in both accounts, and for our statements in this bucket's policy")
	c.Flags().StringVar((*string)(&profiles.Only), "only", "", "without a record: look at one side alone, customer or firm, with a profile of that side")
	said := steps.Expected{}
	c.Flags().StringVar(&said.Firm, "firm-account", "", "with --only customer: id of the firm's account")
	c.Flags().StringVar(&said.Customer, "customer-account", "", "with --only firm: id of the customer's account")
	c.PreRun = func(*cobra.Command, []string) {
		p.answers = *profiles
		p.answers.OtherAccount = said.Other(profiles.Only)
	}
	c.ValidArgsFunction = p.runNames
	p.completes(c)
	return c
}

func (p *program) runs() *cobra.Command {
	script := ""
	c := &cobra.Command{
		Use:   "runs",
		Short: "List the recorded runs, and what each left behind",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("script") {
				p.code = plain.Script(cmp.Or(p.stateDir, run.DefaultStateDir()), script, p.stdout)
				return nil
			}
			if err := plain.Runs(cmp.Or(p.stateDir, run.DefaultStateDir()), p.json, p.stdout); err != nil {
				return failure{err}
			}
			return nil
		},
	}
	c.Flags().StringVar(&p.stateDir, "state-dir", "", "where the records of runs are kept (default: crossgrant/runs in $XDG_STATE_HOME, which is ~/.local/state where it is not set)")
	c.Flags().BoolVar(&p.json, "json", false, "write one JSON object a line")
	c.Flags().StringVar(&script, "script", "", "print what this run has done so far as a shell script, without secrets")
	c.MarkFlagsMutuallyExclusive("json", "script")
	return c
}

func (p *program) journey(name string) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, _ []string) error { return p.start(c, name, "") }
}

// start runs a journey in the view that was asked for, or that the terminal allows.
func (p *program) start(c *cobra.Command, name, recorded string) error {
	terminal := isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
	if !p.yes && !p.dryRun && (p.json || !p.plain && !terminal) {
		return errNobodyToAsk
	}
	if name == "" && (p.yes || p.dryRun) {
		return errors.New("which journey? crossgrant tour, or crossgrant setup")
	}
	if p.autoplay != 0 && !p.demo {
		return errors.New("--autoplay goes on without being asked, so it is for --demo only")
	}
	p.answers.Journey = name
	if err := p.roleOrUser(c); err != nil {
		return err
	}
	if err := steps.CheckRole(p.answers); err != nil && !p.yes && !p.dryRun { // before anything is asked
		return err
	}
	p.list.Store(steps.Answers{StateDir: p.stateDir}.Crossgrant("runs"))
	pace := awsops.DefaultPace
	pace.Budget = p.wait
	o := plain.Options{
		Request: run.Request{
			Answers: p.answers, Source: awsops.Source{Pace: pace, AllowHTTP: p.allowHTTP}.Remember(), StateDir: cmp.Or(p.stateDir, run.DefaultStateDir()),
			KeyFolder: steps.KeyFolder(),
			Run:       cmp.Or(recorded, p.resume), Resume: p.resume != "", DryRun: p.dryRun, Demo: p.demo,
			Expected: steps.Expected{Customer: cmp.Or(p.expected.Customer, os.Getenv("CUSTOMER_AWS_ACCT")), Firm: cmp.Or(p.expected.Firm, os.Getenv("FIRM_ACCT"))},
		},
		JSON: p.json, Out: p.stdout, Hard: p.hard,
	}
	headless := p.yes || p.dryRun
	hint, question := "", steps.Question{}
	if p.demo {
		question.WriterProfile = refusedWriter
		world := sandbox.Default()
		if !headless {
			world.IAMDelay = demoDelay
		}
		end, err := demo(c, world, &o, &hint)
		if err != nil {
			return failure{err}
		}
		defer end()
		o.StateDir = p.stateDir // it leaves nothing on this computer
	}
	switch {
	case headless:
		p.code = plain.Run(c.Context(), o)
	case p.plain || os.Getenv("TERM") == "dumb" || os.Getenv("ACCESSIBLE") != "":
		if p.demo {
			o.Proposed = o.Answers
		}
		o.Answers = p.said(c, o.Answers)
		p.code = plain.Ask(c.Context(), o, os.Stdin)
	default:
		summary, code := ui.Run(c.Context(), ui.Options{
			Request: o.Request, Question: question, DemoHint: hint, ASCII: p.ascii || ui.ASCII(), Autoplay: p.autoplay,
			Still: os.Getenv("REDUCE_MOTION") != "", Colours: p.colours(),
		})
		_, _ = fmt.Fprint(p.stdout, summary)
		p.code = code
	}
	return nil
}

// colours are those of the wizard.
func (p *program) colours() ui.Colours {
	switch {
	case p.light:
		return ui.Light
	case p.dark:
		return ui.Dark
	}
	return ""
}

// said leaves of the answers those that somebody gave: the rest is asked for, with
// the same defaults.
func (p *program) said(c *cobra.Command, a steps.Answers) steps.Answers {
	for _, d := range []struct {
		flag, variable string
		answer         *string
	}{
		{"customer-profile", "CUSTOMER_PROFILE", &a.CustomerProfile},
		{"firm-profile", "FIRM_PROFILE", &a.FirmProfile},
		{"bucket", "BUCKET", &a.Bucket},
		{"customer-user", "CUSTOMER_USER", &a.TestUser},
		{"firm-user", "FIRM_IAM_USER", &a.FirmUser},
	} {
		if a.GranteeARN != "" && (d.flag == "bucket" || d.flag == "firm-user") || a.Only != "" && d.flag == "firm-user" {
			continue // the grant says it, or nobody asks
		}
		if !c.Flags().Changed(d.flag) && (p.demo || os.Getenv(d.variable) == "") {
			*d.answer = ""
		}
	}
	return a
}

// errNobodyToAsk is the error of a command that would ask where nobody answers.
var errNobodyToAsk = errors.New("there is no terminal to ask on: add --yes to apply each change without being asked, --dry-run to only look, or --plain to be asked line by line all the same")
