package plain

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
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
}

// Handoff writes the files of a grant into a folder, and says what to do with them: as
// text, or as one JSON line. A file that is there is never written over: where it says the
// same it stays, where it says something else nothing is written.
func Handoff(ctx context.Context, src awsops.Source, h Handout, out io.Writer) int {
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

func (h Handout) say(o handoff.Offer, out io.Writer) error {
	next := []string{
		"Send the customer all files of this folder. No secret is in them.",
		"They apply one, and send back the line that begins with: crossgrant receipt v1",
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
