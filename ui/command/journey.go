package command

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
		if steps.IsFleet(p.records(), recorded) {
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
				p.code = plain.Script(p.records(), script, p.stdout)
				return nil
			}
			if err := plain.Runs(p.records(), p.json, p.stdout); err != nil {
				return failure{err}
			}
			return nil
		},
	}
	p.stateFlag(c)
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
	if err := p.askable(); err != nil {
		return err
	}
	if name == "" && p.headless() {
		return errors.New("which journey? crossgrant tour, or crossgrant setup")
	}
	if p.autoplay != 0 && !p.demo {
		return errors.New("--autoplay goes on without being asked, so it is for --demo only")
	}
	p.answers.Journey = name
	if err := p.roleOrUser(c); err != nil {
		return err
	}
	if err := steps.CheckRole(p.answers); err != nil && !p.headless() { // before anything is asked
		return err
	}
	p.list.Store(steps.Answers{StateDir: p.stateDir}.Crossgrant("runs"))
	o := plain.Options{
		Request: run.Request{
			Answers: p.answers, Source: p.source(), StateDir: p.records(),
			KeyFolder: steps.KeyFolder(),
			Run:       cmp.Or(recorded, p.resume), Resume: p.resume != "", DryRun: p.dryRun, Demo: p.demo,
			Expected: steps.Expected{Customer: cmp.Or(p.expected.Customer, os.Getenv("CUSTOMER_AWS_ACCT")), Firm: cmp.Or(p.expected.Firm, os.Getenv("FIRM_ACCT"))},
		},
		JSON: p.json, Out: p.stdout, Hard: p.hard,
	}
	hint, question := "", steps.Question{}
	if p.demo {
		question.WriterProfile = refusedWriter
		world := sandbox.Default()
		if !p.headless() {
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
	case p.headless():
		p.code = plain.Run(c.Context(), o)
	case p.byLine():
		if p.demo {
			o.Proposed = o.Answers
		}
		o.Answers = p.said(c, o.Answers)
		p.code = plain.Ask(c.Context(), o, os.Stdin)
	default:
		p.wizard(c, ui.Options{Request: o.Request, Question: question, DemoHint: hint})
	}
	return nil
}

// wizard runs the full screen.
func (p *program) wizard(c *cobra.Command, o ui.Options) {
	o.ASCII, o.Autoplay, o.Still = p.ascii || ui.ASCII(), p.autoplay, os.Getenv("REDUCE_MOTION") != ""
	switch {
	case p.light:
		o.Colours = ui.Light
	case p.dark:
		o.Colours = ui.Dark
	}
	summary, code := ui.Run(c.Context(), o)
	_, _ = fmt.Fprint(p.stdout, summary)
	p.code = code
}

// headless tells that nobody is asked anything.
func (p *program) headless() bool { return p.yes || p.dryRun }

// byLine tells that a person is asked line by line, where one is asked.
func (p *program) byLine() bool {
	return p.plain || os.Getenv("TERM") == "dumb" || os.Getenv("ACCESSIBLE") != ""
}

func onTerminal() bool {
	return isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
}

// records is the folder of the records.
func (p *program) records() string { return cmp.Or(p.stateDir, run.DefaultStateDir()) }

func (p *program) source() awsops.Source {
	pace := awsops.DefaultPace
	pace.Budget = p.wait
	return awsops.Source{Pace: pace, AllowHTTP: p.allowHTTP}.Remember()
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

// askable refuses to ask where nobody answers.
func (p *program) askable() error {
	if p.headless() || !p.json && (p.plain || onTerminal()) {
		return nil
	}
	return errors.New("there is no terminal to ask on: add --yes to apply each change without being asked, --dry-run to only look, or --plain to be asked line by line all the same")
}
