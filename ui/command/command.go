// Package command has the commands of the program and their flags, and wires the rest.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

// Run is the whole program, of a release, and gives its exit code. The first signal ends
// what is under way in good order, a second one also the taking back, and after a moment
// the program.
func Run(of string, args []string, stdout, stderr io.Writer) int {
	release = of
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

// manPages is the command that writes the manual pages.
func manPages(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			root.DisableAutoGenTag = true       // the same bytes of the same program
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
