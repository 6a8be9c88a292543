// Command crossgrant lets one company deliver files into another company's S3
// bucket, and shows every step of it.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
	"crossgrant/ui"
	"crossgrant/ui/plain"
)

func main() { os.Exit(crossgrant(os.Args[1:], os.Stdout, os.Stderr)) }

// crossgrant is the whole program. The first signal ends what is under way in good
// order, a second one also the taking back, and after a moment the program.
func crossgrant(args []string, stdout, stderr io.Writer) int {
	soft, cancel := context.WithCancel(context.Background())
	defer cancel()
	hard, kill := context.WithCancel(context.Background())
	defer kill()
	signals := make(chan os.Signal, 2)
	if which := heeded(); len(which) > 0 { // none would be all there are
		signal.Notify(signals, which...)
	}
	signal.Ignore(syscall.SIGPIPE) // who stops reading must not stop a run half-way
	p := program{hard: hard, stdout: stdout, code: run.Done}
	go obey(signals, cancel, kill, time.Second, p.leaveAtOnce(stderr))
	root := p.command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(soft)
	if err == nil {
		return p.code
	}
	_, _ = fmt.Fprintln(stderr, "crossgrant:", err)
	if p.exit(err) == run.Usage {
		_, _ = fmt.Fprintf(stderr, "Usage: %s --help\n", c.CommandPath())
	}
	return p.exit(err)
}

// heeded are the signals that end the program. One that was ignored when it began stays
// so: nohup says in that way that the terminal may be closed.
func heeded() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
}

// obey does what signals say. The second one ends the program whatever it is doing:
// what heeds kill has a moment to end in good order.
func obey(signals <-chan os.Signal, cancel, kill func(), moment time.Duration, leave func()) {
	<-signals
	cancel()
	<-signals
	kill()
	time.Sleep(moment)
	leave()
}

// leaveAtOnce ends the program where nothing else does, and gives the terminal back as
// it is now.
func (p *program) leaveAtOnce(stderr io.Writer) func() {
	was, err := term.GetState(os.Stdin.Fd())
	return func() {
		if err == nil {
			_ = term.Restore(os.Stdin.Fd(), was)
			_, _ = fmt.Fprint(stderr, ansi.ResetModeAltScreenSaveCursor, ansi.SetModeTextCursorEnable, "\r\n")
		}
		said := "crossgrant: ended at once."
		if list, ok := p.list.Load().(string); ok { // else no run had begun
			said += " What a run had created may still be there. This lists it: " + list
		}
		_, _ = fmt.Fprintln(stderr, said)
		os.Exit(run.Left)
	}
}

// program is what the commands share.
type program struct {
	hard   context.Context
	stdout io.Writer
	code   int
	list   atomic.Value // the command that lists the runs

	answers                 steps.Answers
	expected                steps.Expected // the accounts, as they were typed
	stateDir                string
	resume                  string
	yes, json, dryRun, demo bool
	plain, ascii            bool
	light, dark             bool
	allowHTTP               bool
	autoplay                time.Duration
	wait                    time.Duration
}

// failure is an error of a command that was used rightly.
type failure struct{ error }

func (p *program) exit(err error) int {
	var f failure
	if errors.As(err, &f) {
		return run.Failed
	}
	return run.Usage
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "crossgrant",
		Short: "Let one company deliver files into another company's S3 bucket",
		Long: `crossgrant lets a firm write files into a customer's S3 bucket. Two AWS accounts
must each do their half: the customer's bucket lets the firm's account in, and
the firm's administrator passes that on to one of its users. crossgrant does
both, shows every policy before it is applied, proves by real reads and writes
that it works, and undoes everything that it did.

Look around first, without any AWS account:  crossgrant tour --demo --yes`,
		Version:      version(),
		SilenceUsage: true, SilenceErrors: true,
		RunE: p.journey(""),
	}
	root.SetVersionTemplate("crossgrant {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	p.journeyFlags(root)
	p.completes(root)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "LocalFlags.FlagUsages", "LocalFlags.FlagUsagesWrapped 80"))
	root.AddCommand(p.tour(), p.setup(), p.cleanup(), p.check(), p.handoff(), p.explain(), p.runs(), p.sandbox(), manPages(root))
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.Args = func(_ *cobra.Command, topic []string) error {
		if c, rest, err := root.Find(topic); err != nil || len(rest) > 0 || c == root && len(topic) > 0 {
			return fmt.Errorf("there is no command %q to help with", strings.Join(topic, " "))
		}
		return nil
	}
	return root
}

// release is what a release's build sets: -ldflags "-X main.release=1.2.3".
var release = "unreleased"

// version is the release, with the commit and its time where the build knows them.
func version() string {
	if commit, at := commit(); commit != "" {
		return fmt.Sprintf("%s (commit %.12s of %s)", release, commit, at.Format(time.RFC3339))
	}
	return release
}

// commit is the one that was built, and its time; "" and the beginning of time where the
// build knows neither.
func commit() (id string, at time.Time) {
	at = time.Unix(0, 0).UTC()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", at
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			id = s.Value
		case "vcs.time":
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				at = t
			}
		}
	}
	return id, at
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

// manPages is the command that writes the manual pages.
func manPages(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			root.DisableAutoGenTag = true // the same bytes of the same program

			for _, c := range root.Commands() { // a page would run the first lines together
				if lines, rest, _ := strings.Cut(c.Long, "\n\n"); strings.HasPrefix(lines, "  ") {
					c.Example, c.Long = lines, rest
				}
			}
			_, at := commit()
			if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "crossgrant " + release, Date: &at}, args[0]); err != nil {
				return failure{fmt.Errorf("the manual pages could not be written: %w", err)}
			}
			_, err := fmt.Fprintln(root.OutOrStdout(), "The manual pages are in "+args[0]+".")
			return err
		},
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

// runNames completes the name of a recorded run.
func (p *program) runNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	records, _ := steps.Records(cmp.Or(p.stateDir, run.DefaultStateDir()))
	var names []string
	for _, r := range slices.Backward(records) {
		if r.Problem == "" {
			about := cmp.Or(r.Bucket, fmt.Sprintf("buckets: %d", r.Buckets)) // of a fleet
			names = append(names, fmt.Sprintf("%s\t%s, %s: %s", r.Run, r.Journey, about, r.State()))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completes completes flags by what is on this computer.
func (p *program) completes(c *cobra.Command) {
	for name, by := range map[string]cobra.CompletionFunc{
		"customer-profile": profileNames, "firm-profile": profileNames, "writer-profile": profileNames, "resume": p.runNames, "script": p.runNames,
		"only":   cobra.FixedCompletions([]string{"customer", "firm"}, cobra.ShellCompDirectiveNoFileComp),
		"access": cobra.FixedCompletions([]string{"article", "deliver", "add", "read", "read-write"}, cobra.ShellCompDirectiveNoFileComp),
	} {
		if c.Flags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, by) // which fails for a flag that is not there
		}
	}
}

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

func (p *program) setup() *cobra.Command {
	c := &cobra.Command{
		Use:   "setup",
		Short: "Let the firm write into the bucket, test it, and keep it",
		Long: `  crossgrant setup                                      asks for what it needs
  crossgrant setup --grant grant.json --only customer   the customer's half
  crossgrant setup --grant grant.json --only firm       the firm's half
  crossgrant setup --fleet list.csv --firm-profile F    many customers' buckets

lets the firm write into the bucket, tests that it works, and keeps it.
Whoever has a profile of each company does both halves. Where two people do
one each, the firm sends the files of crossgrant handoff, the customer's half
ends with a line to send back, and the firm gives that to its own half with
--receipt. The firm's half tests the access. While the customer's is not there
yet, the firm's stays, and you go on with it later.

One user or role of the firm serves many customers: --fleet sets the buckets of
a list up side by side. The same command, with the same list or a longer one,
does what is left.`,
		Args: cobra.NoArgs,
	}
	p.journeyFlags(c)
	p.granteeFlags(c)
	p.grantFlags(c)
	grant, list := "", ""
	f := c.Flags()
	f.StringVar(&list, "fleet", "", "many customers' buckets at once: a CSV file whose first line names its columns, of customer_profile or customer_account, bucket, prefix, access, until")
	f.BoolVar(&p.answers.ByAccount, "fleet-by-account", false, "with --fleet: the firm's policy names the customers' accounts and not their buckets, so that it has room for more")
	f.StringVar(&grant, "grant", "", "file grant.json of crossgrant handoff, in the place of the flags that say the same")
	f.StringVar((*string)(&p.answers.Only), "only", "", "do one half alone, customer or firm, with a profile of that side; the other company does theirs")
	f.StringVar(&p.answers.Receipt, "receipt", "", "with --only firm: the line that the customer sent back")
	f.StringVar(&p.expected.Firm, "firm-account", env("FIRM_ACCT", ""), "id of the firm's account (FIRM_ACCT)")
	f.StringVar(&p.expected.Customer, "customer-account", env("CUSTOMER_AWS_ACCT", ""), "id of the customer's account (CUSTOMER_AWS_ACCT)")
	f.StringVar(&p.answers.KeyFile, "key-file", "", "save the firm user's new access key to this new file (default: you are asked; with --yes it is deleted after the test)")
	f.StringVar(&p.answers.KeyProfile, "key-profile", "", "or add it to the shared credentials file, as a new profile of this name")
	c.PreRunE = func(*cobra.Command, []string) error {
		// An empty one is a variable of a script that is not set: without a limit that was
		// meant, the grant would be wider.
		for _, name := range []string{"access", "prefix", "until", "kms-key", "firm-role", "trusts", "key-file", "key-profile", "fleet"} {
			if f.Changed(name) && f.Lookup(name).Value.String() == "" {
				return fmt.Errorf("--%s is empty: give it a value, or leave it out", name)
			}
		}
		if f.Changed("key-file") && f.Changed("key-profile") {
			return errors.New("the key goes to one place: leave --key-file or --key-profile out")
		}
		if p.answers.ByAccount && list == "" {
			return errors.New("--fleet-by-account needs a list of buckets: --fleet")
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if list != "" {
			return p.fleet(c, list)
		}
		err := p.given(c, grant)
		var wrong *problem.Error
		switch {
		case errors.As(err, &wrong):
			p.code = plain.Refuse(&steps.UsageError{Err: wrong}, p.json, p.stdout)
			return nil
		case err != nil:
			return err
		}
		return p.start(c, "setup", "")
	}
	p.completes(c)
	return c
}

// fleet sets up the buckets of a list.
func (p *program) fleet(c *cobra.Command, list string) error {
	for _, flag := range []string{"grant", "only", "receipt", "bucket", "make-bucket", "resume", "demo", "key"} {
		if c.Flags().Changed(flag) {
			return fmt.Errorf("--fleet is about many buckets: leave --%s out", flag)
		}
	}
	if err := p.roleOrUser(c); err != nil {
		return err
	}
	rows, err := readFleet(list, fleet.Row{
		Profile: p.answers.CustomerProfile, Account: p.expected.Customer, Prefix: p.answers.Prefix, Access: p.answers.Access, Until: p.answers.Until,
	})
	if err != nil {
		p.code = plain.Refuse(err, p.json, p.stdout)
		return nil
	}
	return p.startFleet(c, run.FleetRequest{Rows: rows})
}

func readFleet(path string, otherwise fleet.Row) ([]fleet.Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &steps.UsageError{Err: &problem.Error{
			Summary: "The list of buckets cannot be read", Detail: fmt.Sprintf("%s: %s. Nothing was changed.", shell.Word(path), problem.Clean(errors.Unwrap(err).Error())),
			Fixes: []string{"Give the path of a CSV file with --fleet."},
		}}
	}
	defer func() { _ = f.Close() }()
	return fleet.Read(f, otherwise)
}

// startFleet works on many buckets, line by line.
func (p *program) startFleet(c *cobra.Command, q run.FleetRequest) error {
	terminal := isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd())
	asked := !p.yes && !p.dryRun
	if asked && (p.json || !p.plain && !terminal) {
		return errNobodyToAsk
	}
	pace := awsops.DefaultPace
	pace.Budget = p.wait
	q.Firm, q.Expected, q.DryRun = p.answers, steps.Expected{Firm: p.expected.Firm}, p.dryRun
	q.Source, q.StateDir = awsops.Source{Pace: pace, AllowHTTP: p.allowHTTP}.Remember(), cmp.Or(p.stateDir, run.DefaultStateDir())
	p.code = plain.Fleet(c.Context(), plain.FleetOptions{FleetRequest: q, Asked: asked, JSON: p.json, In: os.Stdin, Out: p.stdout, Hard: p.hard})
	return nil
}

// errNobodyToAsk is the error of a command that would ask where nobody answers.
var errNobodyToAsk = errors.New("there is no terminal to ask on: add --yes to apply each change without being asked, --dry-run to only look, or --plain to be asked line by line all the same")

// given takes over what --grant and --only say.
func (p *program) given(c *cobra.Command, grant string) error {
	f := c.Flags()
	if grant != "" {
		for _, flag := range []string{"bucket", "make-bucket", "firm-user", "firm-role", "access", "prefix", "until", "only-this-user"} {
			if f.Changed(flag) {
				return fmt.Errorf("--grant says already what the access is: leave --%s out", flag)
			}
		}
		o, err := handoff.Read(grant)
		if err != nil {
			return err
		}
		key := p.answers.KMSKey
		if key != "" && o.Grant.Key != "" && key != o.Grant.Key {
			return errors.New("--grant names another KMS key: leave --kms-key out")
		}
		p.answers = p.answers.WithGrant(o.Grant)
		p.answers.KMSKey = cmp.Or(o.Grant.Key, key)
		if p.expected, err = p.expected.WithGrant(o.Grant); err != nil {
			return err
		}
	}
	p.answers.OtherAccount = p.expected.Other(p.answers.Only)
	switch p.answers.Only {
	case steps.Customer:
		if !f.Changed("firm-profile") {
			p.answers.FirmProfile = "" // of the environment
		}
	case steps.Firm:
		if !f.Changed("customer-profile") {
			p.answers.CustomerProfile = ""
		}
	}
	if p.answers.Only != "" && p.demo {
		return errors.New("a demo has both halves: leave --only out")
	}
	if p.answers.Receipt != "" && p.answers.Only != steps.Firm && p.resume == "" {
		return errors.New("--receipt is for the firm: give it with --only firm")
	}
	return nil
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

func (p *program) handoff() *cobra.Command {
	var h plain.Handout
	c := &cobra.Command{
		Use:   "handoff",
		Short: "Write the customer's half as files, for them to look at and apply",
		Long: `  crossgrant handoff --bucket my.test.bucket --firm-profile F --dir for-the-customer
  crossgrant handoff --bucket my.test.bucket --firm-account 444455556666 --dir D
  crossgrant handoff --fleet customers.csv --firm-profile F --dir D

writes what the customer needs to let the firm into their bucket, without your
having any of their credentials: grant.json, a README.md of one page, the
statements for the bucket's policy, a script that adds them to a policy that is
there, and the same for CloudFormation and Terraform. Nothing is changed in AWS,
and no secret is in the files. The same grant gives the same files.

For many customers --fleet reads CSV whose first line names the columns: bucket,
customer_account, prefix, access, until. Each customer gets a folder, and the
firm's half is there as Terraform and as CloudFormation.`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	f.StringVar(&h.Dir, "dir", "", "folder to write the files to")
	_ = c.MarkFlagRequired("dir")
	f.StringVar(&h.Contact, "contact", "", "who asks, and how to reach them, for the customer to read")
	f.StringVar(&p.answers.FirmProfile, "firm-profile", env("FIRM_PROFILE", ""), "profile of the firm's account (FIRM_PROFILE)")
	f.StringVar(&h.Said.Firm, "firm-account", env("FIRM_ACCT", ""), "id of the firm's account (FIRM_ACCT), in the place of its profile")
	f.StringVar(&h.Said.Customer, "customer-account", env("CUSTOMER_AWS_ACCT", ""), "id of the customer's account, where it is known (CUSTOMER_AWS_ACCT)")
	f.StringVar(&p.answers.Bucket, "bucket", env("BUCKET", ""), "name of the customer's bucket (BUCKET)")
	f.StringVar(&p.answers.FirmUser, "firm-user", env("FIRM_IAM_USER", "test-writer"), "name of the firm's user (FIRM_IAM_USER)")
	p.granteeFlags(c)
	p.grantFlags(c)
	f.StringVar(&h.Fleet, "fleet", "", "CSV file with many customers, in the place of --bucket and --customer-account")
	f.BoolVar(&h.ByAccount, "fleet-by-account", false, "with --fleet: the firm's policies name the customers' accounts, not their buckets (done by itself where those have no room)")
	f.BoolVar(&h.JSON, "json", false, "write one JSON object on one line")
	f.BoolVar(&p.allowHTTP, "allow-http", false, "use an endpoint of another computer though it is not encrypted (http://)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := p.roleOrUser(c); err != nil {
			return err
		}
		if f.Changed("firm-account") && !f.Changed("firm-profile") {
			p.answers.FirmProfile = ""
		}
		if err := oneOrMany(c, &h); err != nil {
			return err
		}
		h.Answers = p.answers
		p.code = plain.Handoff(c.Context(), awsops.Source{AllowHTTP: p.allowHTTP}.Remember(), h, p.stdout)
		return nil
	}
	p.completes(c)
	return c
}

// oneOrMany refuses the flags for one customer beside those for many.
func oneOrMany(c *cobra.Command, h *plain.Handout) error {
	f := c.Flags()
	switch {
	case !f.Changed("fleet"):
		if f.Changed("fleet-by-account") {
			return errors.New("--fleet-by-account is about the customers of --fleet: name the file")
		}
		return nil
	case h.Fleet == "":
		return errors.New("--fleet is empty: give it a file, or leave it out")
	}
	for _, flag := range []string{"bucket", "customer-account"} {
		if f.Changed(flag) {
			return fmt.Errorf("--fleet says already who the customers are: leave --%s out", flag)
		}
	}
	h.Said.Customer = "" // of the environment
	return nil
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
	f.StringVar(&q.CustomerProfile, "customer-profile", env("CUSTOMER_PROFILE", ""), "profile of the customer's account (CUSTOMER_PROFILE)")
	f.StringVar(&q.FirmProfile, "firm-profile", env("FIRM_PROFILE", ""), "profile of the firm's account (FIRM_PROFILE)")
	f.StringVar(&q.WriterProfile, "writer-profile", "", "profile that writes the files: what is tested")
	f.StringVar(&q.Bucket, "bucket", env("BUCKET", ""), "name of the customer's bucket (BUCKET)")
	f.StringVar(&q.FirmUser, "firm-user", env("FIRM_IAM_USER", ""), "name of the firm's user (FIRM_IAM_USER; default: test-writer, or who the writer's profile is)")
	f.StringVar(&q.FirmRole, "firm-role", "", "name of the firm's role, in the place of a user")
	f.StringVar(&q.Expected.Firm, "firm-account", env("FIRM_ACCT", ""), "id of the firm's account (FIRM_ACCT)")
	f.StringVar(&q.Expected.Customer, "customer-account", env("CUSTOMER_AWS_ACCT", ""), "id of the customer's account (CUSTOMER_AWS_ACCT)")
	f.StringVar(&q.GrantFile, "grant", "", "file with the grant, in the place of the flags that say it")
	p.grantFlags(c)
	f.BoolVar(&p.json, "json", false, "write one JSON object a line")
	f.BoolVar(&p.plain, "plain", false, "write lines of text, also where something is missing that could be asked for")
	f.BoolVar(&p.demo, "demo", false, "check a delivery that is refused, in an embedded AWS: no account and no profile is touched")
	f.BoolVar(&p.ascii, "ascii", false, "draw with plain ASCII characters (default: where the locale is not UTF-8)")
	f.BoolVar(&p.light, "light", false, "draw for a light background (default: as the terminal says)")
	f.BoolVar(&p.dark, "dark", false, "draw for a dark background")
	c.MarkFlagsMutuallyExclusive("light", "dark")
	f.BoolVar(&p.allowHTTP, "allow-http", false, "use an endpoint of another computer though it is not encrypted (http://)")
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
	terminal := isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stdout.Fd()) && os.Getenv("TERM") != "dumb" && os.Getenv("ACCESSIBLE") == ""
	asks := terminal && !p.plain && !p.json && (p.demo || !q.Complete())
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
	summary, code := ui.Run(c.Context(), ui.Options{
		Request: o.Request, Question: q, DemoHint: hint, ASCII: p.ascii || ui.ASCII(),
		Still: os.Getenv("REDUCE_MOTION") != "", Colours: p.colours(),
	})
	_, _ = fmt.Fprint(p.stdout, summary)
	p.code = code
	return nil
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

func (p *program) explain() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain [TEXT]",
		Short: "Say what an error of AWS means, who must act, and what to try next",
		Long: `  aws s3 cp report.csv s3://my.test.bucket/ 2>&1 | crossgrant explain
  crossgrant explain "An error occurred (NoSuchBucket) when calling ..."

says what the error means, who must act and what to try next. It may be an error
of the AWS CLI, an SDK, Terraform, S3's XML or the console. Without TEXT it is
read from the standard input. No account is needed, and nothing is sent.

The exit code is 0 also where the cause is "unknown": it was explained as far as
the text tells, and between companies S3 often says no more than Access Denied.`,
		RunE: func(_ *cobra.Command, args []string) error {
			var text io.Reader = os.Stdin
			if len(args) > 0 {
				text = strings.NewReader(strings.Join(args, " "))
			} else if isatty.IsTerminal(os.Stdin.Fd()) {
				_, _ = fmt.Fprintln(os.Stderr, "Paste the error, then press Enter and Ctrl-D.")
			}
			return plain.Explain(text, p.json, p.stdout)
		},
	}
	c.Flags().BoolVar(&p.json, "json", false, "write one JSON object on one line")
	return c
}

func (p *program) commonFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&p.yes, "yes", false, "ask nothing: show each change and apply it")
	f.BoolVar(&p.json, "json", false, "write one JSON event a line (with --yes or --dry-run)")
	f.BoolVar(&p.dryRun, "dry-run", false, "plan everything, change nothing")
	f.BoolVar(&p.plain, "plain", false, "ask line by line, without a full screen (for screen readers)")
	f.BoolVar(&p.ascii, "ascii", false, "draw with plain ASCII characters (default: where the locale is not UTF-8)")
	f.BoolVar(&p.light, "light", false, "draw for a light background (default: as the terminal says)")
	f.BoolVar(&p.dark, "dark", false, "draw for a dark background")
	c.MarkFlagsMutuallyExclusive("light", "dark")
	f.StringVar(&p.stateDir, "state-dir", "", "where the records of runs are kept (default: crossgrant/runs in $XDG_STATE_HOME, which is ~/.local/state where it is not set)")
	f.BoolVar(&p.allowHTTP, "allow-http", false, "use an endpoint of another computer though it is not encrypted (http://)")
	f.DurationVar(&p.wait, "wait", awsops.DefaultPace.Budget, "how long to wait, at most, for AWS to spread a change")
}

func (p *program) journeyFlags(c *cobra.Command) {
	p.commonFlags(c)
	f := c.Flags()
	f.BoolVar(&p.demo, "demo", false, "run in an embedded AWS: no account and no profile is touched")
	f.DurationVar(&p.autoplay, "autoplay", 0, "with --demo: go on by itself after this long on each screen, such as 3s")
	f.StringVar(&p.answers.CustomerProfile, "customer-profile", env("CUSTOMER_PROFILE", ""), "profile of the customer's account (CUSTOMER_PROFILE)")
	f.StringVar(&p.answers.FirmProfile, "firm-profile", env("FIRM_PROFILE", ""), "profile of the firm's account (FIRM_PROFILE)")
	f.StringVar(&p.answers.Bucket, "bucket", env("BUCKET", ""), "name of the customer's bucket (BUCKET)")
	f.StringVar(&p.answers.MakeBucket, "make-bucket", "", "create the bucket first, in this region, such as us-east-1")
	f.StringVar(&p.answers.FirmUser, "firm-user", env("FIRM_IAM_USER", "test-writer"), "name of the firm's user (FIRM_IAM_USER)")
	f.StringVar(&p.resume, "resume", "", "go on with this recorded run, which stopped half-way")
	f.StringVar(&p.answers.ProbeKey, "key", "", "key of the file written as a test (default: one of its own under crossgrant-probe/)")
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

// demo starts a sandbox and makes a run act in it, whatever the environment says
// of real profiles.
func demo(c *cobra.Command, world sandbox.Config, o *plain.Options, hint *string) (end func(), err error) {
	rule, err := policy.Parse([]byte(denies))
	if err != nil {
		return nil, err
	}
	world.Buckets = append(world.Buckets, sandbox.Bucket{Name: "deny.bucket", Account: "111122223333", Policy: &rule}, sandbox.Bucket{Name: refusedBucket, Account: "111122223333"})
	box, err := sandbox.Start(world)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "crossgrant-demo-")
	if err != nil {
		return nil, errors.Join(err, box.Close())
	}
	end = func() { _ = errors.Join(box.Close(), os.RemoveAll(dir)) }
	credentials, config, err := box.WriteProfiles(dir)
	if err != nil {
		end()
		return nil, err
	}
	*hint, o.KeyFolder = ui.LookInside(dir), dir
	o.Source = awsops.Source{CredentialsFile: credentials, ConfigFile: config, Endpoint: box.URL(), Pace: demoPace}.Remember()
	if err := prepareRefused(c.Context(), o.Source, credentials); err != nil {
		end()
		return nil, err
	}
	o.Expected = steps.Expected{}
	for flag, to := range map[string]struct {
		answer *string
		value  string
	}{
		"customer-profile": {&o.Answers.CustomerProfile, "my_awesome_customer"},
		"firm-profile":     {&o.Answers.FirmProfile, "my_firm"},
		"bucket":           {&o.Answers.Bucket, "my.test.bucket"},
		"customer-user":    {&o.Answers.TestUser, "test-customer"},
		"firm-user":        {&o.Answers.FirmUser, "test-writer"},
	} {
		if !c.Flags().Changed(flag) && (flag != "firm-user" || o.Answers.FirmRole == "") {
			*to.answer = to.value
		}
	}
	return end, nil
}

// denies is the policy of a bucket that no other account can be let into: the second
// lesson of a demo.
const denies = `{"Version": "2012-10-17", "Statement": [{"Sid": "OwnAccountAlone", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
	"Resource": ["arn:aws:s3:::deny.bucket", "arn:aws:s3:::deny.bucket/*"], "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}}]}`

// demoDelay is how long the sandbox takes to spread a change where somebody looks
// on: AWS takes longer, and a demo should show it all the same.
const demoDelay = 2 * time.Second

// demoPace fits the sandbox, which spreads a change at once or soon.
var demoPace = awsops.Pace{First: 50 * time.Millisecond, Most: 500 * time.Millisecond, Budget: 10 * time.Second}

func (p *program) sandbox() *cobra.Command {
	var dir string
	var scps, rcps []string
	config := sandbox.Default()
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve the embedded AWS to any SDK or CLI on this machine",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := limit(config.Accounts, scps, rcps); err != nil {
				return err
			}
			box, err := sandbox.Start(config)
			if err != nil {
				return failure{err}
			}
			defer func() { _ = box.Close() }()
			variables, err := writeProfiles(box, dir)
			if err != nil {
				return failure{err}
			}
			env, err := filepath.Abs(filepath.Join(dir, "env"))
			if err != nil {
				return failure{err}
			}
			_, _ = fmt.Fprintf(p.stdout, "ready: %s, use it with %s\nIn a shell: . %s\n", box.URL(), variables, shell.Word(env))
			<-c.Context().Done()
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&config.Listen, "listen", "127.0.0.1:0", "address on loopback to serve on")
	f.StringVar(&dir, "dir", "", "folder to write the files credentials, config and env to")
	f.DurationVar(&config.IAMDelay, "iam-delay", 0, "how long a new key, policy or principal takes to be known")
	f.DurationVar(&config.Latency, "latency", 0, "how much longer each answer takes")
	f.BoolVar(&config.TLS, "tls", false, "serve https, with a certificate that the folder's ca.pem has clients trust")
	f.StringArrayVar(&scps, "scp", nil, "ACCOUNT=FILE, a service control policy of a level above the account (may be repeated)")
	f.StringArrayVar(&rcps, "rcp", nil, "ACCOUNT=FILE, a resource control policy of the account (may be repeated)")
	_ = c.MarkFlagRequired("dir")
	return c
}

// limit gives accounts the policies of their organizations, each ACCOUNT=FILE.
func limit(accounts []sandbox.Account, scps, rcps []string) error {
	for _, of := range []struct {
		flag   string
		values []string
		add    func(*sandbox.Account, policy.Document)
	}{
		{"--scp", scps, func(a *sandbox.Account, d policy.Document) { a.SCPs = append(a.SCPs, d) }},
		{"--rcp", rcps, func(a *sandbox.Account, d policy.Document) { a.RCPs = append(a.RCPs, d) }},
	} {
		for _, value := range of.values {
			id, file, _ := strings.Cut(value, "=")
			i := slices.IndexFunc(accounts, func(a sandbox.Account) bool { return a.ID == id })
			if i < 0 || file == "" {
				return fmt.Errorf("%s is ACCOUNT=FILE with an account of the sandbox, such as %s=policy.json, and not %s", of.flag, accounts[0].ID, shell.Word(value))
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("%s: the file %s cannot be read: %w", of.flag, shell.Word(file), errors.Unwrap(err))
			}
			document, err := policy.Parse(text)
			if err != nil {
				return fmt.Errorf("%s: the file %s is no policy: %s", of.flag, shell.Word(file), problem.Clean(err.Error()))
			}
			of.add(&accounts[i], document)
			if err := accounts[i].Check(); err != nil {
				return fmt.Errorf("%s: the file %s: %w", of.flag, shell.Word(file), err)
			}
		}
	}
	return nil
}

// writeProfiles writes a sandbox's profiles into a folder. The variables, for a shell to
// set, are what makes the AWS CLI and SDKs find them: they are shown, and must name the
// folder to the letter.
func writeProfiles(box *sandbox.Sandbox, dir string) (variables string, err error) {
	if !utf8.ValidString(dir) || strings.ContainsFunc(dir, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", fmt.Errorf("the folder %+q has characters in its name that cannot be shown: give another folder", dir)
	}
	credentials, config, err := box.WriteProfiles(dir)
	return "AWS_SHARED_CREDENTIALS_FILE=" + shell.Word(credentials) + " AWS_CONFIG_FILE=" + shell.Word(config), err
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
