package plain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
)

// width is where text for people is wrapped, so that it reads well on any
// terminal and in a log.
const width = 78

// textView tells a run to a person, line by line and without colour.
type textView struct {
	out     io.Writer
	total   int
	count   int
	step    string // the one that the count is at
	waiting string // what the last line about waiting was for
	next    time.Duration
	every   time.Duration // between two lines about one wait
	facts   steps.Facts
	gates   string // how the two gates stood when they were last told
	undoing bool
	aloud   bool // for whoever hears it or reads it by touch: words for signs, no columns
}

func (v *textView) begin(r *run.Run) {
	f := r.Facts()
	v.total, v.facts = len(r.Steps()), f
	title, other := "crossgrant "+r.Answers.Journey, "does their half themselves"
	if r.Answers.Mends {
		title, other = "crossgrant check: the change that mends it", "nothing is changed there"
	}
	switch {
	case r.DryRun:
		title += ": a dry run, nothing is changed"
	case r.Demo:
		title += ": a demo in an embedded AWS, no account of yours is touched"
	}
	v.line(title)
	v.line("")
	v.field("Customer", policy.Dashed(f.Customer.Account)+"  "+signedInAs(f.CustomerProfile, other))
	v.field("Firm", policy.Dashed(f.Firm.Account)+"  "+signedInAs(f.FirmProfile, other))
	v.field("Bucket", f.Bucket+"  "+f.Region)
	if f.Run != "" {
		v.field("Run", f.Run)
	}
	if path := r.Path(); path != "" {
		v.field("Journal", shell.Word(path))
	}
	v.findings(r.Findings)
}

// findings tells what was found before anything is changed, and last what is in order. What
// stops a run is its problem.
func (v *textView) findings(all []steps.Finding) {
	for _, f := range steps.Told(all) {
		if f.Level != steps.Stop {
			v.mark(string(f.Level), f.Text)
		}
	}
	if said := steps.InOrder(all); said != "" {
		v.mark("ok", said)
	}
}

func signedInAs(profile, otherwise string) string {
	if profile == "" {
		return otherwise
	}
	return "profile " + profile
}

func (v *textView) event(e steps.Event, f steps.Facts) {
	switch e := e.(type) {
	case steps.Planned:
		v.planned(e.Change, f)
	case steps.Started:
		if strings.HasPrefix(e.Step.ID, "undo-") && !v.undoing {
			v.undoing = true
			v.line("")
			v.line("Undoing what this run did")
		}
	case steps.Waiting:
		v.wait(e.Wait)
	case steps.Done:
		v.waiting = ""
		v.mark("done", said(e.Action, e.Receipt, f))
	case steps.Verified:
		v.waiting = ""
		v.mark("now", e.Outcome.Now)
		if gates := draw.GatesInWords(f); gates != v.gates {
			v.gates = gates
			v.mark("gates", gates)
		}
		for _, w := range e.Outcome.Warnings {
			v.mark("warning", w)
		}
		for _, n := range e.Outcome.Notes {
			v.mark("note", n)
		}
	case steps.Skipped:
		v.mark("skipped", e.Why)
	case steps.Failed:
		v.waiting = ""
		v.mark("problem", e.Problem.Summary+".")
	case steps.Undone:
		if e.Problem != nil {
			v.mark("problem", e.Problem.Error())
		}
	}
}

func (v *textView) planned(c steps.Change, f steps.Facts) {
	if c.Step.ID != v.step { // a plan may be shown anew
		v.count, v.step = v.count+1, c.Step.ID
	}
	v.line("")
	if v.aloud {
		v.line(fmt.Sprintf("Step %d of %d: %s.", v.count, v.total, c.Step.Title))
		v.line("In " + who(c.Step.Side, f) + ".")
		v.wrap("", c.Why)
	} else {
		v.line(fmt.Sprintf("%d/%d  %s  (%s)", v.count, v.total, c.Step.Title, who(c.Step.Side, f)))
		v.wrap("  ", c.Why)
	}
	for _, n := range c.Notes {
		v.mark("note", n)
	}
	if len(c.Actions) == 0 {
		v.mark("plan", nothing(c))
	}
	for _, a := range c.Actions {
		d := a.Op.Describe()
		v.mark("plan", f.Name(a.As)+": "+d.Summary)
		v.document(d)
	}
}

// nothing says why a change does nothing.
func nothing(c steps.Change) string {
	if len(c.Stays) > 0 {
		return "nothing can be removed here"
	}
	return "nothing is left to do here"
}

// document prints the policy that an operation sends, or its difference from the
// one that stands.
func (v *textView) document(d awsops.Description) {
	switch {
	case d.Before == nil && d.After == nil:
	case v.aloud:
		v.recite(d)
	case d.Before == nil:
		v.block("", d.After.Indent())
	default:
		for _, l := range policy.Diff(d.Before, d.After) {
			v.block(map[policy.LineKind]string{policy.Kept: "  ", policy.Added: "+ ", policy.Removed: "- "}[l.Kind], l.Text)
		}
	}
}

// recite is for ears: what is new comes in words first, and what is added or
// removed is said once for all the lines below it.
func (v *textView) recite(d awsops.Description) {
	before, after := d.Before, d.After
	if after == nil {
		v.line("This policy is removed:")
		v.block("", before.Indent())
		return
	}
	for _, s := range after.Statements {
		if before == nil || !slices.ContainsFunc(before.Statements, func(b policy.Statement) bool { return policy.New(b).Compact() == policy.New(s).Compact() }) {
			v.mark("in words", s.WordsOn(string(d.Target.Principal().Kind)))
		}
	}
	if before == nil {
		v.line("The policy:")
		v.block("", after.Indent())
		return
	}
	last := policy.LineKind(-1)
	for _, l := range policy.Diff(before, after) {
		if l.Kind != last {
			last = l.Kind
			v.line(map[policy.LineKind]string{policy.Kept: "As it is:", policy.Added: "Added:", policy.Removed: "Removed:"}[l.Kind])
		}
		v.block("", l.Text)
	}
}

func (v *textView) block(mark, text string) {
	if !v.aloud {
		mark = "             " + mark
	}
	for l := range strings.Lines(text) {
		v.line(mark + strings.TrimRight(safe.Text(l), "\n"))
	}
}

// wait says once what is waited for, and again every few seconds: a log is no
// place for a counter.
func (v *textView) wait(w awsops.Wait) {
	if w.For == v.waiting && w.Elapsed < v.next {
		return
	}
	v.waiting, v.next = w.For, w.Elapsed+v.every
	code := ""
	if w.Code != "" {
		code = " (AWS says " + w.Code + ")"
	}
	text := fmt.Sprintf("for %s%s: %s so far, %s at most", w.For, code, w.Elapsed.Round(time.Second), w.Limit.Round(time.Second))
	if w.Why != "" {
		text += ". " + w.Why
	}
	v.mark("waiting", text)
}

func (v *textView) end(e run.Ending) {
	if v.total > 0 {
		v.line("")
	}
	v.findings(e.Findings)
	if e.Problem != nil {
		v.problem(e.Problem)
	}
	for _, w := range e.Warnings {
		v.mark("warning", w)
	}
	switch {
	case e.Stopped && v.aloud:
		v.line("Cancelled.")
	case e.Stopped:
		v.line("Interrupted.")
	}
	if e.Problem == nil || !strings.HasSuffix(e.Problem.Detail, e.Now) {
		v.wrap("", e.Now)
	}
	for _, s := range e.Saw {
		v.mark("saw", s)
	}
	for _, n := range e.Notes {
		v.mark("note", n)
	}
	if e.Receipt != "" { // on one line, so that it can be copied
		v.wrap("", "Send this line to the firm. There is no secret in it:")
		v.line("  " + e.Receipt)
	}
	for _, n := range e.Next {
		v.toDo(n)
	}
	for _, l := range e.Left {
		v.mark("left", l.String())
	}
	if len(e.Commands) > 0 {
		v.wrap("", "What crossgrant does not remove can be removed by hand:")
		for _, c := range e.Commands { // each on one line, so that it can be copied
			v.line("  " + c)
		}
	}
	switch {
	case e.CleanUp == "":
	case len(e.Left) == 0:
		v.toDo("To undo it all: " + e.CleanUp)
	case len(e.Commands) > 0:
		v.wrap("", "When that is gone, to remove the rest: "+e.CleanUp)
	default:
		v.wrap("", "To remove it: "+e.CleanUp)
	}
	if e.Resume != "" {
		v.toDo("To go on with it: " + e.Resume)
	}
}

// toDo prints what to do next. A command in it can be pasted from a terminal of 80 columns.
func (v *textView) toDo(text string) {
	said, command := shell.AtEnd(text)
	if v.aloud || command == "" || len(wrapped(text, width-13)) == 1 {
		v.mark("next", text)
		return
	}
	v.mark("next", said)
	for _, l := range draw.Pasted(command, 80) {
		v.line(l)
	}
}

// problem prints what happened, what it means, what to do, and AWS's own words
// last.
func (v *textView) problem(p *problem.Error) {
	lead := ""
	if v.aloud {
		lead = "problem: "
	}
	v.wrap("", lead+p.Summary+".")
	v.wrap("", p.Detail)
	for _, f := range p.Fixes {
		v.mark("to do", f)
	}
	own := slices.DeleteFunc([]string{p.Operation, p.Code, p.Message}, func(s string) bool { return s == "" })
	if len(own) == 0 {
		return
	}
	v.mark(p.Speaker(), strings.Join(own, ": "))
	if p.RequestID != "" {
		v.mark("", "request id "+p.RequestID)
	}
}

func (v *textView) field(name, text string) {
	if v.aloud {
		v.mark(name, text)
		return
	}
	v.line(fmt.Sprintf("  %-9s  %s", name, safe.Text(text)))
}

// mark prints a text behind a word that says what it is, wrapped under itself.
func (v *textView) mark(word, text string) {
	if v.aloud {
		v.wrap("", strings.TrimPrefix(word+": "+text, ": "))
		return
	}
	for i, l := range wrapped(text, width-13) {
		if i > 0 {
			word = ""
		}
		v.line(fmt.Sprintf("  %-9s  %s", word, l))
	}
}

// command prints a command behind a word that says what it is for.
func (v *textView) command(word, command string) {
	if v.aloud {
		v.wrap("", word+": "+command)
		return
	}
	v.line(fmt.Sprintf("  %-9s  %s", word, command))
}

func (v *textView) wrap(indent, text string) {
	if text == "" {
		return
	}
	for _, l := range wrapped(text, width-len(indent)) {
		v.line(indent + l)
	}
}

// item is one of a list.
func (v *textView) item(text string) {
	lead := "- "
	for _, l := range wrapped(text, width-2) {
		v.line(lead + l)
		lead = "  "
	}
}

// wrapped breaks a text at its spaces and nowhere else: a name or a key that is
// broken at a dash cannot be copied. A command at its end stays whole.
func wrapped(text string, width int) []string {
	said, command := shell.AtEnd(strings.TrimSpace(safe.Text(text)))
	switch one := safe.Line(said) + " " + command; {
	case command == "":
		return broken(said, width)
	case ansi.StringWidth(one) <= width:
		return []string{one}
	}
	return append(broken(said, width), command)
}

func broken(text string, width int) []string {
	var lines []string
	last := ""
	for _, word := range shell.Fields(text) {
		if last != "" && ansi.StringWidth(last)+1+ansi.StringWidth(word) > width {
			lines, last = append(lines, last), word
			continue
		}
		last = strings.TrimPrefix(last+" "+word, " ")
	}
	return append(lines, last)
}

func (v *textView) line(text string) {
	_, _ = fmt.Fprintln(v.out, text) // a closed pipe must not stop a run half-way
}

// said puts a receipt into words.
func said(a steps.Action, r awsops.Receipt, f steps.Facts) string {
	text := f.Name(a.As) + ": " + a.Op.Describe().Summary
	switch {
	case r.Refused != "":
		text += ": refused, as it should be (" + r.Refused + ")"
	case r.Already:
		text += ": it was in place already"
	case r.KeyID != "" && !strings.Contains(text, r.KeyID):
		text += ": " + r.KeyID
	}
	return text
}

func who(s steps.Side, f steps.Facts) string {
	if s == steps.Customer {
		return "the customer's account " + policy.Dashed(f.Customer.Account)
	}
	return "the firm's account " + policy.Dashed(f.Firm.Account)
}
