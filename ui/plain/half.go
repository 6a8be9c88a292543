package plain

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/ui/safe"
)

// half asks for what one half needs and nobody has said. The terms, the names and the files
// for the customer are asked about only where the customer was.
func (t *talk) half(ctx context.Context) error {
	a := &t.Answers
	t.asksHalf = t.asksHalf || a.Bucket == "" || a.OtherAccount == "" && a.Receipt == ""
	if a.Only == steps.Customer {
		if a.OtherAccount == "" {
			if err := t.grant(ctx); err != nil {
				return err
			}
		}
		customer, _, err := t.profile(ctx, steps.Customer, &a.CustomerProfile)
		if err != nil || a.Bucket != "" {
			return err
		}
		return t.bucket(ctx, customer)
	}
	firm, id, err := t.profile(ctx, steps.Firm, &a.FirmProfile)
	if err != nil || !t.asksHalf {
		return err
	}
	if err := t.whom(ctx, id.Account); err != nil {
		return err
	}
	if err := t.terms(ctx, nil, firm); err != nil {
		return err
	}
	if err := t.names(ctx, nil, firm); err != nil {
		return err
	}
	return t.files(ctx)
}

// grant asks a customer for what the firm sent, and says what it asks for.
func (t *talk) grant(ctx context.Context) error {
	var o handoff.Offer
	_, err := t.text(ctx, "Type the path of the file grant.json that the firm sent you, or of its folder.", "", func(answer string) string {
		if answer == "" {
			return "An empty line names no file."
		}
		var err error
		if o, err = handoff.Given(steps.InHome(answer)); err == nil {
			t.Expected, err = t.Expected.WithGrant(o.Grant)
		}
		return summary(err)
	})
	if err != nil {
		return err
	}
	t.Answers = t.Answers.WithGrant(o.Grant)
	t.Answers.OtherAccount = o.Grant.Firm
	t.view.line("")
	who := "the account " + policy.Dashed(o.Grant.Firm) + ", the firm"
	if o.Contact != "" {
		who = o.Contact + ", for " + who
	}
	t.view.wrap("", fmt.Sprintf("Who asks: %s. Who uses it: %s.", who, o.Grant.Grantee))
	t.view.wrap("", o.Gives+" "+o.Not)
	t.view.wrap("", "That they are who they say they are, only you can tell.")
	return nil
}

// summary says what is wrong and why, "" for nothing.
func summary(err error) string {
	if err == nil {
		return ""
	}
	p := steps.Problem(err)
	return strings.TrimSpace(p.Summary + ". " + p.Detail)
}

// whom asks a firm whose bucket it is to deliver into.
func (t *talk) whom(ctx context.Context, firm string) (err error) {
	a := &t.Answers
	if a.OtherAccount == "" {
		_, err = t.text(ctx, "What is the number of the customer's account? Type its 12 digits, which the customer tells you.", "", func(answer string) string {
			a.OtherAccount, err = steps.Account("--customer-account", answer)
			switch {
			case err != nil:
				return steps.Problem(err).Detail
			case a.OtherAccount == "":
				return "An empty line is no account."
			case a.OtherAccount == firm:
				return "That is the firm's own account."
			}
			return ""
		})
	}
	if err == nil && a.Bucket == "" {
		_, err = t.text(ctx, "What is the customer's bucket called?", "", func(answer string) string {
			a.Bucket, err = awsops.CleanBucketName(answer)
			return detail(err)
		})
	}
	t.Expected.Customer = a.OtherAccount
	return err
}

// files shows the files for the customer, and writes them where the person wants them.
func (t *talk) files(ctx context.Context) error {
	usual := "for-" + t.Answers.Bucket
	for {
		dir, err := t.text(ctx, fmt.Sprintf("Where should the files for the customer go, which do the customer's half? Type a folder, or press Enter alone for %s, or type none.", usual), usual, func(string) string { return "" })
		if err != nil {
			return err
		}
		contact := ""
		if dir != "none" {
			contact, err = t.text(ctx, "Who asks? Type a name and how to reach you, for the customer to read, or press Enter alone to leave it out.", "", func(answer string) string {
				if err := handoff.CheckContact(answer); err != nil {
					return policy.Capital(err.Error()) + "."
				}
				return ""
			})
			if err != nil {
				return err
			}
		}
		grant, err := steps.Offer(ctx, t.Source, t.Answers, t.Expected)
		if err != nil {
			return err
		}
		if dir != "none" {
			if err := t.write(ctx, steps.InHome(dir), handoff.New(grant, contact).Files()); errors.Is(err, errElsewhere) {
				continue
			} else if err != nil {
				return err
			}
		}
		t.Answers = t.Answers.WithGrant(grant)
		return nil
	}
}

// write shows files and writes them after a yes. After a no another folder is asked for.
func (t *talk) write(ctx context.Context, dir string, files []handoff.File) error {
	for {
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		t.view.line("")
		t.view.wrap("", fmt.Sprintf("These files go to %s: %s. No secret is in them.", shell.Word(dir), policy.Join(names, "and")))
		answer, err := t.word(ctx, "Write them? Type yes or no, or s to see what is in them.", "yes", "no", "see")
		switch {
		case err != nil:
			return err
		case answer == "no":
			return errElsewhere
		case answer == "see":
			for _, f := range files {
				t.view.line("")
				t.view.wrap("", "The file "+f.Name+":")
				for line := range strings.Lines(f.Text) {
					line = safe.Text(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "))
					t.view.line("  " + strings.ReplaceAll(ansi.Wrap(line, 76, ""), "\n", "\n  "))
				}
			}
			continue
		}
		if err := handoff.Write(dir, files); err != nil {
			t.view.problem(steps.Problem(err))
			return errElsewhere
		}
		said := t.Answers
		said.StateDir, said.AllowHTTP = t.StateDir, t.Source.AllowHTTP
		if whole, err := filepath.Abs(dir); err == nil {
			dir = whole
		}
		t.view.mark("next", "Send the customer all files of the folder. They apply one, and send back the line that begins with: crossgrant receipt v1")
		t.view.mark("next", "The firm's half is asked about now. To do it another time: "+said.FirmsHalf(filepath.Join(dir, handoff.GrantFile)))
		return nil
	}
}

// receipt asks for the line that the customer sent back.
func (t *talk) receipt(ctx context.Context) error {
	_, err := t.text(ctx, "Type the line that the customer sent back, which begins with crossgrant receipt v1, or press Enter alone to test without it.", "", func(answer string) string {
		if answer == "" {
			return ""
		}
		return summary(t.open.TakeReceipt(answer))
	})
	return err
}
