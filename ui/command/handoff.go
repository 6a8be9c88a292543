package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"crossgrant/awsops"
	"crossgrant/ui/plain"
)

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
	p.httpFlag(c)
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
	case f.Changed("kms-key"):
		return errors.New("--fleet is about many customers: leave --kms-key out")
	}
	for _, flag := range []string{"bucket", "customer-account"} {
		if f.Changed(flag) {
			return fmt.Errorf("--fleet says already who the customers are: leave --%s out", flag)
		}
	}
	h.Said.Customer = "" // of the environment
	return nil
}
