package command

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
)

func (p *program) commonFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.yes, "yes", false, "ask nothing: show each change and apply it")
	f.BoolVar(&p.json, "json", false, "write one JSON event a line (with --yes or --dry-run)")
	f.BoolVar(&p.dryRun, "dry-run", false, "plan everything, change nothing")
	f.BoolVar(&p.plain, "plain", false, "ask line by line, without a full screen (for screen readers)")
	p.drawFlags(c)
	p.stateFlag(c)
	p.httpFlag(c)
	f.DurationVar(&p.wait, "wait", awsops.DefaultPace.Budget, "how long to wait, at most, for AWS to spread a change")
}

func (p *program) drawFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.ascii, "ascii", false, "draw with plain ASCII characters (default: where the locale is not UTF-8)")
	f.BoolVar(&p.light, "light", false, "draw for a light background (default: as the terminal says)")
	f.BoolVar(&p.dark, "dark", false, "draw for a dark background")
	c.MarkFlagsMutuallyExclusive("light", "dark")
}

func (p *program) stateFlag(c *cobra.Command) {
	c.Flags().StringVar(&p.stateDir, "state-dir", "", "where the records of runs are kept (default: crossgrant/runs in $XDG_STATE_HOME, which is ~/.local/state where it is not set)")
}

func (p *program) httpFlag(c *cobra.Command) {
	c.Flags().BoolVar(&p.allowHTTP, "allow-http", false, "use an endpoint of another computer though it is not encrypted (http://)")
}

// sideFlags name the profiles of both sides, and the bucket.
func sideFlags(c *cobra.Command, a *steps.Answers) {
	f := c.Flags()
	f.StringVar(&a.CustomerProfile, "customer-profile", env("CUSTOMER_PROFILE", ""), "profile of the customer's account (CUSTOMER_PROFILE)")
	f.StringVar(&a.FirmProfile, "firm-profile", env("FIRM_PROFILE", ""), "profile of the firm's account (FIRM_PROFILE)")
	f.StringVar(&a.Bucket, "bucket", env("BUCKET", ""), "name of the customer's bucket (BUCKET)")
}

// accountFlags say which accounts the two must be.
func accountFlags(c *cobra.Command, e *steps.Expected) {
	c.Flags().StringVar(&e.Firm, "firm-account", env("FIRM_ACCT", ""), "id of the firm's account (FIRM_ACCT)")
	c.Flags().StringVar(&e.Customer, "customer-account", env("CUSTOMER_AWS_ACCT", ""), "id of the customer's account (CUSTOMER_AWS_ACCT)")
}

func (p *program) journeyFlags(c *cobra.Command) {
	p.commonFlags(c)
	f := c.Flags()
	f.BoolVar(&p.demo, "demo", false, "run in an embedded AWS: no account and no profile is touched")
	f.DurationVar(&p.autoplay, "autoplay", 0, "with --demo: go on by itself after this long on each screen, such as 3s")
	sideFlags(c, &p.answers)
	f.StringVar(&p.answers.MakeBucket, "make-bucket", "", "create the bucket first, in this region, such as us-east-1")
	f.StringVar(&p.answers.FirmUser, "firm-user", env("FIRM_IAM_USER", "test-writer"), "name of the firm's user (FIRM_IAM_USER)")
	f.StringVar(&p.resume, "resume", "", "go on with this recorded run, which stopped half-way")
	f.StringVar(&p.answers.ProbeKey, "key", "", "key of the file written as a test (default: one of its own under crossgrant-probe/)")
}

// granteeFlags say who of the firm's is to use a grant, beside --firm-user.
func (p *program) granteeFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.answers.UseExisting, "existing-user", false, "the firm's user exists already: create none")
	f.StringVar(&p.answers.FirmRole, "firm-role", "", "name of a role of the firm's, in the place of its user: it has no key that could leak")
	f.BoolVar(&p.answers.UseExistingRole, "existing-role", false, "the firm's role exists already: create none")
	f.StringVar(&p.answers.Trusts, "trusts", "", "ARN of the account, user or role that may assume the new role (default: the firm's account)")
}

// grantFlags say what a grant gives.
func (p *program) grantFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.answers.Access, "access", "", "what the firm may do: article (the default: list, read and write), deliver (write alone), add (write what is not there yet), read, or read-write")
	f.StringVar(&p.answers.Prefix, "prefix", "", "only files whose names begin so, such as incoming/")
	f.StringVar(&p.answers.Until, "until", "", "the last day of the access, as 2026-12-31 (default: no end); a later day extends it")
	f.BoolVar(&p.answers.OnlyThisUser, "only-this-user", false, "the bucket lets in this user or role alone, not whom the firm's administrator chooses")
	f.StringVar(&p.answers.KMSKey, "kms-key", "", "ARN of the customer's KMS key that the bucket encrypts with, where the customer's profile does not find it (default: as the bucket says)")
}

// roleOrUser drops the default name of a user where a role is named.
func (p *program) roleOrUser(c *cobra.Command) error {
	if p.answers.FirmRole != "" && !c.Flags().Changed("firm-user") {
		p.answers.FirmUser = ""
	}
	if c.Flags().Changed("firm-role") && p.answers.FirmRole == "" {
		return errors.New("--firm-role needs the name of a role")
	}
	return nil
}

// flagError names the flags that a mistyped one is like.
func flagError(c *cobra.Command, err error) error {
	_, flag, unknown := strings.Cut(err.Error(), "unknown flag: --")
	if !unknown {
		return err
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := problem.Near(flag, names); near != "" {
		return fmt.Errorf("%w; is --%s meant?", err, strings.ReplaceAll(near, " or ", " or --"))
	}
	return err
}

// completes completes flags by what is on this computer.
func (p *program) completes(c *cobra.Command) {
	for name, by := range map[string]cobra.CompletionFunc{
		"customer-profile": profileNames, "firm-profile": profileNames, "writer-profile": profileNames, "resume": p.oneRun, "script": p.oneRun,
		"only":   cobra.FixedCompletions([]string{"customer", "firm"}, cobra.ShellCompDirectiveNoFileComp),
		"access": cobra.FixedCompletions([]string{"article", "deliver", "add", "read", "read-write"}, cobra.ShellCompDirectiveNoFileComp),
	} {
		if c.Flags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, by) // which fails for a flag that is not there
		}
	}
}

// profileNames completes a profile's name.
func profileNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	entries, _ := awsops.Source{}.Profiles()
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// oneRun completes the name of a recorded run that is no fleet.
func (p *program) oneRun(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	names, does := p.runNames(c, args, begun)
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "fleet-") }), does
}

// runNames completes the name of a recorded run.
func (p *program) runNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	records, _ := steps.Records(p.records())
	var names []string
	for _, r := range slices.Backward(records) {
		if r.Problem == "" {
			about := cmp.Or(r.Bucket, fmt.Sprintf("buckets: %d", r.Buckets)) // of a fleet
			names = append(names, fmt.Sprintf("%s\t%s, %s: %s", r.Run, r.Journey, about, r.State()))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
