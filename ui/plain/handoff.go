package plain

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
)

// Handout says which files are wanted.
type Handout struct {
	Answers steps.Answers
	Said    steps.Expected // the accounts, as they were typed
	Contact string
	Dir     string
	JSON    bool

	Fleet     string // file with the list of many customers, "" for one
	ByAccount bool   // see fleet.Handoff
}

// Handoff writes the files of a grant into a folder, and says what to do with them: as
// text, or as one JSON line. A file that is there is never written over: where it says the
// same it stays, where it says something else nothing is written.
func Handoff(ctx context.Context, src awsops.Source, h Handout, out io.Writer) int {
	if h.Fleet != "" {
		if err := h.many(ctx, src, out); err != nil {
			return Refuse(err, h.JSON, out)
		}
		return run.Done
	}
	o, err := h.offer(ctx, src)
	if err == nil {
		err = handoff.Write(h.Dir, o.Files())
	}
	if err == nil {
		err = h.say(o, out)
	}
	if err == nil {
		return run.Done
	}
	return Refuse(err, h.JSON, out)
}

// Refuse says why a command was not begun, and returns its exit code.
func Refuse(err error, asJSON bool, out io.Writer) int {
	var v view = &textView{out: out}
	if asJSON {
		v = newJSONView(out)
	}
	e := run.Refused(err)
	v.end(e)
	return e.Code
}

func (h Handout) offer(ctx context.Context, src awsops.Source) (handoff.Offer, error) {
	if err := handoff.CheckContact(h.Contact); err != nil {
		return handoff.Offer{}, &steps.UsageError{Err: err}
	}
	grant, err := steps.Offer(ctx, src, h.Answers, h.Said)
	return handoff.New(grant, h.Contact), err
}

// many writes the files of a fleet: a folder for each customer, and the firm's half.
func (h Handout) many(ctx context.Context, src awsops.Source, out io.Writer) error {
	file, err := os.Open(h.Fleet)
	if err != nil {
		return &steps.UsageError{Err: problem.Diagnose(err, "read "+shell.Word(h.Fleet))}
	}
	defer func() { _ = file.Close() }()
	rows, err := fleet.Read(file, fleet.Row{Access: h.Answers.Access, Prefix: h.Answers.Prefix, Until: h.Answers.Until})
	if err != nil {
		return err
	}
	h.Answers.Bucket = rows[0].Bucket // the user or role is the same for all
	o, err := h.offer(ctx, src)
	if err != nil {
		return err
	}
	grants, err := fleet.Offered(rows, o.Grant)
	if err != nil {
		return err
	}
	f := fleet.Handoff{
		Grants: grants, Contact: h.Contact, ByAccount: h.ByAccount,
		Exists: h.Answers.UseExisting || h.Answers.UseExistingRole, Trusts: h.Answers.Trusts,
	}
	files, err := f.Files()
	if err == nil {
		err = handoff.Write(h.Dir, files)
	}
	if err != nil {
		return err
	}
	return h.sayMany(len(grants), files, out)
}

func (h Handout) sayMany(customers int, files []handoff.File, out io.Writer) error {
	next := []string{
		"Send each customer all files of the folder of their bucket, in " + shell.Word(filepath.Join(h.Dir, "customers")) + ". No secret is in them.",
		"Do the firm's half with one of the files of " + shell.Word(filepath.Join(h.Dir, "firm")) + ": " + shell.Word(filepath.Join(h.Dir, "README.md")) + " says how.",
	}
	if h.JSON {
		return newEncoder(out).Encode(struct {
			Schema    int       `json:"schema"`
			Time      time.Time `json:"time"`
			Event     string    `json:"event"`
			Dir       string    `json:"dir"`
			Customers int       `json:"customers"`
			Files     int       `json:"files"`
			Next      []string  `json:"next"`
		}{SchemaVersion, time.Now().UTC(), "handoff", h.Dir, customers, len(files), next})
	}
	v := &textView{out: out}
	v.wrap("", fmt.Sprintf("%d files for %d grants are in %s.", len(files), customers, shell.Word(h.Dir)))
	v.line("")
	for _, n := range next {
		v.mark("next", n)
	}
	return nil
}

func (h Handout) say(o handoff.Offer, out io.Writer) error {
	next := []string{
		"Send the customer all files of this folder. No secret is in them.",
		"They apply one, and send back the line that begins with: crossgrant receipt v1",
	}
	if o.Grant.Key != "" {
		next = append(next, "Beside that the policy of their KMS key needs the statement in "+handoff.KeyFile+". The file README.md says how they add it.")
	} else {
		next = append(next, "Should their bucket encrypt with a KMS key of theirs, write the files again, with its ARN: --kms-key. The file README.md asks them.")
	}
	if h.JSON {
		hashes := map[string]string{}
		for _, f := range o.Files() {
			hashes[f.Name] = f.SHA256()
		}
		return newEncoder(out).Encode(struct {
			Schema int               `json:"schema"`
			Time   time.Time         `json:"time"`
			Event  string            `json:"event"`
			Dir    string            `json:"dir"`
			Grant  policy.Grant      `json:"grant"`
			SHA256 map[string]string `json:"sha256"`
			Next   []string          `json:"next"`
		}{SchemaVersion, time.Now().UTC(), "handoff", h.Dir, o.Grant, hashes, next})
	}
	v := &textView{out: out}
	v.wrap("", "What the customer is asked for: "+o.Gives+" "+o.Not)
	v.line("")
	for _, f := range o.Files() {
		v.line("  " + shell.Word(filepath.Join(h.Dir, f.Name)))
	}
	v.line("")
	for _, n := range next {
		v.mark("next", n)
	}
	if o.Grant.Owner == "" {
		v.mark("note", "The customer's account is not named in the files, so apply.sh takes the one that is signed in. Name it with --customer-account to have that checked.")
	}
	return nil
}
