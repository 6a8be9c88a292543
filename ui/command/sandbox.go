package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/shell"
)

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
