package plain

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
)

// Check tests a grant and says what it found: as text, or as JSON lines. It returns the exit
// code.
func Check(ctx context.Context, o Options, q steps.Question) int {
	return o.check(ctx, q, false).Code
}

// Mend checks a grant, applies what crossgrant may of the change that mends it, and checks
// again. in is where a person answers before anything is changed; nil: nobody is asked.
func Mend(ctx context.Context, o Options, q steps.Question, in io.Reader) int {
	e := o.check(ctx, q, true)
	if !e.Mend.Applies() {
		return e.Code
	}
	gap := func() {
		if !o.JSON {
			_, _ = fmt.Fprintln(o.Out)
		}
	}
	gap()
	o.Answers, o.Expected = e.Mend.Answers(), steps.Expected{}
	code := 0
	if in == nil {
		code = Run(ctx, o)
	} else {
		code = ask(ctx, o, in, (*talk).mend)
	}
	if code != run.Done {
		return code
	}
	gap()
	q.Mended = e.Mend.Whole()
	return o.check(ctx, q, false).Code
}

func (o Options) check(ctx context.Context, q steps.Question, mends bool) run.CheckEnding {
	var v checkView = &checkText{textView: textView{out: o.Out, every: 5 * time.Second}, offers: !mends && !o.Demo}
	if o.JSON {
		v = &checkJSON{*newJSONView(o.Out)}
	}
	e := run.Check(ctx, o.hard(ctx), o.Source, q, v.event)
	if mends {
		e.Now = cmp.Or(e.Now, e.NotMended())
	}
	v.end(e)
	return e
}

type checkView interface {
	event(steps.Event)
	end(run.CheckEnding)
}

type checkText struct {
	textView
	tested bool
	offers bool // a command that applies the change is of use
}

func (v *checkText) event(e steps.Event) {
	switch e := e.(type) {
	case steps.Checking:
		title := e.Facts.Bucket
		if e.Writer.Name != "" {
			title += "  <-  " + e.Writer.Name
		}
		v.line(safe.Text(title))
		v.line("")
		v.account("Customer", e.Facts.Customer.Account, e.Facts.CustomerProfile)
		v.account("Firm", e.Facts.Firm.Account, e.Facts.FirmProfile)
		if e.Grant.Firm != "" {
			v.mark("Grant", e.Grant.Gives())
		}
		for _, n := range e.Notes {
			v.mark("note", n)
		}
		v.line("")
	case steps.Tested:
		v.tested = true
		t := e.Test
		said := "as it should be"
		if !t.Passed() {
			said = "NOT as it should be"
		}
		v.line(fmt.Sprintf("  %-16s expected %-8s got %-8s %s", t.What, t.Expected, t.Got, said))
		if t.Code != "" && !t.Passed() {
			v.mark("", safe.Text("AWS said "+t.Code+", request "+t.RequestID))
		}
	default:
		v.textView.event(e, steps.Facts{})
	}
}

func (v *checkText) account(side, id, profile string) {
	text := "not known"
	if id != "" {
		text = policy.Dashed(id)
	}
	if profile == "" {
		profile = "no sign-in"
	} else {
		profile = "profile " + profile
	}
	v.field(side, text+"  "+profile)
}

func (v *checkText) end(e run.CheckEnding) {
	if v.tested {
		v.line("")
	}
	if e.Verdict != nil {
		v.wrap("", e.Verdict.Summary+".")
		v.wrap("", e.Verdict.Detail)
		if !e.Verdict.Holds {
			v.mark("who acts", draw.WhoActs(e.Verdict.Side))
		}
		for _, fix := range e.Verdict.Fixes {
			v.mark("to do", fix)
		}
		if e.Verdict.Statement != "" {
			v.mark("statement", e.Verdict.Statement)
		}
		for _, u := range e.Verdict.Unread {
			v.mark("unknown", policy.Capital(u)+" could not be looked at.")
		}
		if !e.Verdict.Holds {
			v.mark("cause", string(e.Verdict.Cause))
		}
		for _, m := range e.Mend.Both() {
			v.change(m)
		}
		if v.offers && e.Mend.Applies() {
			v.wrap("", "Or let crossgrant apply it, and undo it when you say so: run the same command again with --mend. It asks you first.")
		}
	}
	for _, l := range e.Letters {
		v.line("")
		v.wrap("", fmt.Sprintf("A text for the administrators at the %s, ready to be sent:", l.To))
		v.line(strings.Repeat("-", width))
		for line := range strings.Lines(l.Text) { // as it is
			v.line(strings.TrimRight(line, "\n"))
		}
		v.line(strings.Repeat("-", width))
	}
	v.textView.end(e.Ending)
}

// change is the smallest change that mends one side: what it is, what it is worth, and who
// makes it with which command.
func (v *checkText) change(m *steps.Mend) {
	v.line("")
	v.mark("change", m.Change.Why)
	v.document(awsops.Description{Before: m.Before, After: m.After})
	v.mark("proof", m.Proof)
	if command := m.Command(); command != "" {
		v.wrap("", fmt.Sprintf("An administrator of the %s's account applies it with:", m.Side))
		v.line("  " + command) // on one line, so that it can be copied
	}
}

type checkJSON struct{ jsonView }

// testedLine is one request of a check. Its names are a promise.
type testedLine struct {
	Schema    int       `json:"schema"`
	Time      time.Time `json:"time"`
	Event     string    `json:"event"`
	As        string    `json:"as"`
	Action    string    `json:"action"`
	Resource  string    `json:"resource"`
	Expected  string    `json:"expected"`
	Got       string    `json:"got"`
	Code      string    `json:"code"`
	RequestID string    `json:"request_id"`
}

// verdictLine is what a check found. Its names are a promise.
type verdictLine struct {
	Schema    int          `json:"schema"`
	Time      time.Time    `json:"time"`
	Event     string       `json:"event"`
	Holds     bool         `json:"holds"`
	Cause     policy.Cause `json:"cause"`
	Side      string       `json:"side"`
	Summary   string       `json:"summary"`
	Detail    string       `json:"detail"`
	Fixes     []string     `json:"fixes"`
	Statement string       `json:"statement"`
	Unread    []string     `json:"unread"`
	Change    *changeLine  `json:"change,omitempty"`

	Letters []steps.Letter `json:"letters,omitempty"`
}

// changeLine is the smallest change that mends one side. Its names are a promise.
type changeLine struct {
	Side    string           `json:"side"`
	Why     string           `json:"why"`
	Before  *policy.Document `json:"before"` // the document, or without a command the statement alone
	After   *policy.Document `json:"after"`
	Command string           `json:"command"` // "" where it is for the owner of the statement to write
	Proof   string           `json:"proof"`
	Other   *changeLine      `json:"other,omitempty"` // the other side's half
}

func changeOf(m *steps.Mend) *changeLine {
	if m == nil {
		return nil
	}
	l := &changeLine{string(m.Side), m.Change.Why, m.Before, m.After, m.Command(), m.Proof, changeOf(m.Other)}
	for _, a := range m.Change.Actions {
		d := a.Op.Describe()
		l.Before, l.After = d.Before, d.After
	}
	return l
}

func (v *checkJSON) event(e steps.Event) {
	now := v.now().UTC()
	switch e := e.(type) {
	case steps.Checking:
		f := e.Facts
		v.write(record{
			Event: "run", Journey: "check", Bucket: f.Bucket, Notes: e.Notes,
			Customer: &account{f.CustomerProfile, f.Customer.Account, f.Customer.ARN},
			Firm:     &account{f.FirmProfile, f.Firm.Account, f.Firm.ARN},
		})
	case steps.Tested:
		t := e.Test
		_ = v.out.Encode(testedLine{SchemaVersion, now, "tested", t.As, t.Action, t.Resource, t.Expected, t.Got, t.Code, t.RequestID})
	default:
		v.jsonView.event(e, steps.Facts{})
	}
}

func (v *checkJSON) end(e run.CheckEnding) {
	if d := e.Verdict; d != nil {
		_ = v.out.Encode(verdictLine{SchemaVersion, v.now().UTC(), "verdict", d.Holds, d.Cause, d.Side, d.Summary, d.Detail, some(d.Fixes), d.Statement, some(d.Unread), changeOf(e.Mend), e.Letters})
	}
	v.jsonView.end(e.Ending)
}

// some is never null.
func some(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
