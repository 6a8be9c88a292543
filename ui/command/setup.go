package command

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
	"crossgrant/ui"
	"crossgrant/ui/plain"
)

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
	accountFlags(c, &p.expected)
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

// fleet sets up the buckets of a list.
func (p *program) fleet(c *cobra.Command, list string) error {
	for _, flag := range []string{"grant", "only", "receipt", "bucket", "make-bucket", "resume", "demo", "key", "kms-key"} {
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
	if err := p.askable(); err != nil {
		return err
	}
	q.Firm, q.Expected, q.DryRun = p.answers, steps.Expected{Firm: p.expected.Firm}, p.dryRun
	q.Source, q.StateDir = p.source(), p.records()
	if !p.headless() && !p.byLine() {
		p.list.Store(steps.Answers{StateDir: p.stateDir}.Crossgrant("runs"))
		p.wizard(c, ui.Options{Request: run.Request{Source: q.Source, StateDir: q.StateDir}, Fleet: &q})
		return nil
	}
	p.code = plain.Fleet(c.Context(), plain.FleetOptions{FleetRequest: q, Asked: !p.headless(), JSON: p.json, In: os.Stdin, Out: p.stdout, Hard: p.hard})
	return nil
}
