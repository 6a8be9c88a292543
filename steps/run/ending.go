package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/journal"
)

// Exit codes.
const (
	Done        = 0
	Failed      = 1 // nothing of the run is left behind
	Usage       = 2
	TestFailed  = 3   // the access test failed; nothing is left behind
	Left        = 4   // failed or stopped, and something is left behind
	Interrupted = 130 // nothing is left behind
)

// An Ending is how a run ended: all that any view says of it. There is no secret in it.
type Ending struct {
	Code     int
	Stopped  bool           // by the person or by a signal
	Problem  *problem.Error // that ended it, nil for none
	Now      string         // what is true now
	Saw      []string       // what a tour has shown
	Warnings []string
	Notes    []string          // what stays, and is not the run's or not the run's alone
	Gone     []string          // what a clean-up removed
	Kept     []string          // what a set-up made, which is to stay
	Left     []steps.Remainder // what should not be there any more, or may be
	Commands []string          // that remove it by hand, where crossgrant does not
	Next     []string          // what to do next
	Deliver  string            // the command that delivers a first file, "" where there is no key for it
	Receipt  string            // the line that the customer sends the firm, "" for none
	Script   string            // what the run has done so far, as a shell script
	CleanUp  string            // the command that takes it all back, "" for none
	Resume   string            // the command that goes on with it, "" where it cannot be
	Path     string            // of the record
	Facts    steps.Facts
	Steps    []StepEnd
}

// A StepEnd is what became of a step.
type StepEnd struct {
	Step  steps.Info
	State string // "done", "skipped" or ""
	Now   string
}

// Refused is the ending of a run that could not be opened: nothing was changed.
func Refused(err error) Ending {
	e := failure(err)
	e.Now = "Nothing was changed."
	return e
}

// failure is an ending as far as its reason goes.
func failure(err error) Ending {
	e := Ending{Code: Failed, Problem: steps.Problem(err)}
	var (
		usage *steps.UsageError
		test  *steps.TestError
	)
	switch {
	case errors.As(err, &usage):
		e.Code = Usage
	case errors.Is(err, context.Canceled):
		e.Code, e.Problem, e.Stopped = Interrupted, nil, true
	case errors.As(err, &test):
		e.Code = TestFailed
	}
	return e
}

// End ends the run as it stands, and its record with it: at the end of the journey, or
// with what stopped it. What the run made stays as it is.
func (r *Run) End(err error) Ending {
	switch {
	case err == nil && r.At() == len(r.Steps()):
		return r.finished()
	case err == nil:
		err = context.Canceled
	}
	e := r.standing(failure(err))
	switch {
	case len(e.Left) == 0:
		e.Now, e.CleanUp, e.Resume = "Nothing of this run is left.", "", ""
		r.close("undone", nil)
	case r.Demo:
		e.Left = nil
		e.Now = "What this run created was in the sandbox alone, which ends with the program."
		r.close("", nil)
	default:
		e.Code, e.Now = Left, "What this run created so far is still there."
		if r.CleansUp() {
			e.Now = "Some of what was to be removed is still there."
		}
		r.close("", nil)
	}
	return e
}

// Standing is how the run stands, which stays open: what it would leave behind if it were
// left now, and the commands for that.
func (r *Run) Standing() Ending { return r.standing(Ending{}) }

func (r *Run) standing(e Ending) Ending {
	e = r.filled(e)
	e.Left, e.CleanUp = r.remaining(), r.cleanUp()
	if !r.CleansUp() && !r.Demo {
		e.Resume = r.Facts().Crossgrant(slices.Concat([]string{r.Answers.Journey, "--resume", r.world.Run}, r.otherProfiles())...)
	}
	return e
}

// remaining is what is left where the journey did not come to its end: what had to stay,
// and what was not come to.
func (r *Run) remaining() []steps.Remainder {
	if !r.CleansUp() {
		return r.engine.Left()
	}
	left := slices.Clone(r.left)
	_, failed := r.tally()
	for _, info := range r.Steps() {
		if r.State(info) == "done" {
			continue
		}
		for _, thing := range r.engine.LeftIn(info.Side) {
			for _, e := range failed {
				if e.Operation.Describe().Resource == thing.What {
					thing.Why = e.Problem
				}
			}
			left = append(left, thing)
		}
	}
	return left
}

// Undo takes everything back that the run made, and ends it. What it left can be tried
// again by another Undo.
func (r *Run) Undo(ctx context.Context, err error) Ending {
	if r.closed && r.Path() != "" {
		if j, err := journal.Open(r.StateDir, r.world.Run); err == nil { // else nothing is sent
			r.world.Journal, r.closed = j, false
		}
	}
	if err == nil {
		err = context.Canceled
	}
	left, notes := r.engine.Undo(ctx)
	r.notes = append(r.notes, notes...)
	e := r.filled(failure(err))
	if len(left) == 0 {
		e.Now = "Everything that this run created is removed again. Nothing is left to clean up."
		r.close("undone", nil)
		return e
	}
	r.close("left", left)
	e.Code, e.Left, e.Now, e.CleanUp = Left, left, "Some of what this run created is still there.", r.cleanUp()
	e.Commands = commands(left)
	return e
}

// finished is the ending of a journey that came to its end.
func (r *Run) finished() Ending {
	e := r.filled(Ending{Code: Done})
	f := r.Facts()
	e.Left = slices.Clone(r.left)
	if r.CleansUp() { // which may have left a step out
		e.Left = r.remaining()
	}
	switch r.Answers.Journey {
	case "setup":
		r.setUp(&e, f)
	case "cleanup":
		r.cleanedUp(&e, f)
	default:
		e.Now = "Both accounts are as they were. Nothing is left to clean up."
		r.toured(&e, f)
		if len(e.Left) > 0 {
			e.Now = "Everything else that this run created is gone, but something had to stay."
		}
	}
	if len(e.Left) > 0 {
		e.Code, e.CleanUp, e.Commands = Left, r.cleanUp(), append(e.Commands, commands(e.Left)...)
	}
	switch {
	case r.Answers.Journey == "setup":
		r.close("finished", nil)
	case len(e.Left) > 0:
		r.close("left", e.Left)
	default:
		r.close("undone", nil)
	}
	return e
}

// toured sums up what a tour has shown.
func (r *Run) toured(e *Ending, f steps.Facts) {
	refused, wrote := false, f.Writer.Tested
	for _, was := range f.Refusals {
		if was.As == steps.Writer && was.Action == "s3:PutObject" && was.Code != "" {
			refused = true
		}
	}
	if refused {
		e.Saw = append(e.Saw, fmt.Sprintf("With the bucket's gate open alone, AWS refused what %s wrote.", f.Grantee().Name))
	}
	if wrote {
		e.Saw = append(e.Saw, fmt.Sprintf("With both gates open %s wrote a file, and the customer read it.", f.Grantee().Name))
	}
	e.Saw = append(e.Saw, fmt.Sprintf("%d steps, %d changes and tests, in %d seconds.", len(r.Steps()), r.sent, int(time.Since(r.began).Seconds())))
	if r.Demo {
		e.Next = append(e.Next, "Do it for real, with a profile of each company: crossgrant setup")
	}
}

func (r *Run) setUp(e *Ending, f steps.Facts) {
	for _, s := range r.engine.Left() {
		if !slices.ContainsFunc(e.Left, func(l steps.Remainder) bool { return l.What == s.What }) {
			e.Kept = append(e.Kept, s.String())
		}
	}
	grant, of := f.Grant(), f.Grantee()
	e.CleanUp = r.cleanUp()
	if f.Mends {
		e.Now = fmt.Sprintf("What was missing for %s on the bucket %s is in place. Whether the access works now, a check tells.", of.Name, f.Bucket)
		return
	}
	if f.Only == steps.Customer {
		e.Now = fmt.Sprintf("The customer's half is done: the bucket %s lets in the firm's account %s.", f.Bucket, policy.Dashed(f.Firm.Account))
		e.Receipt = f.GiveReceipt()
		return
	}
	e.Now = fmt.Sprintf("%s can write into the bucket %s, and the customer can read what it writes.", of.Name, f.Bucket)
	if f.Unread != "" || f.Only == steps.Firm {
		e.Now = fmt.Sprintf("%s can write into the bucket %s.", of.Name, f.Bucket)
	}
	if !grant.Writes() {
		e.Now = fmt.Sprintf("%s can read what is in the bucket %s.", of.Name, f.Bucket)
	}
	if f.Only == steps.Firm && !grant.Writes() {
		e.Now = fmt.Sprintf("The firm's half is done: the firm lets %s read what is in the bucket %s. Whether the customer's half is there was not tested, since there may be nothing to read.", of.Name, f.Bucket)
	}
	if f.KeyFile != "" && grant.Writes() {
		e.Deliver = f.Deliver()
	}
	send := r.world.MustSend()
	if r.Demo { // the sandbox ends with this process, and the key with it
		e.Next = send
		return
	}
	if f.KeyFile != "" {
		e.Now += fmt.Sprintf(" Its key is in %s.", f.KeptIn())
	}
	if of.Kind == awsops.KindRole {
		profile := r.roleProfile(of.Name)
		said := "Add a profile for the role where the files will be sent from: "
		if who := f.OnlyTrusted(); who != "" {
			said = fmt.Sprintf("Add a profile for the role where the files will be sent from, and write for PROFILE the one of %s: ", who)
		}
		e.Next = append(e.Next, said+addProfile(f, profile))
		if grant.Writes() {
			e.Deliver = f.DeliverAs(profile)
		}
	}
	if e.Deliver != "" {
		e.Next = append(e.Next, "Deliver a first file: "+e.Deliver)
	}
	e.Next = append(e.Next, send...)
	if f.KeyFile == "" && of.Kind == awsops.KindUser {
		e.Next = append(e.Next, "Create an access key on the machine that will send the files: "+f.AWS(steps.FirmAdmin, "iam", "create-access-key", "--user-name", f.Grantee().Name))
	}
}

// roleProfile is a name for a profile of the role that no profile has on this computer.
func (r *Run) roleProfile(role string) string {
	entries, _ := r.Source.Profiles() // where they cannot be read, it is another computer's
	name := role
	for n := 2; slices.ContainsFunc(entries, func(e profile.Entry) bool { return e.Name == name }); n++ {
		name = fmt.Sprintf("%s-%d", role, n)
	}
	return name
}

// addProfile are the commands that add a profile which assumes the role, as the aws command
// does by itself. Source: AWS CLI, "Using an IAM role in the AWS CLI".
func addProfile(f steps.Facts, name string) string {
	source := f.FirmProfile
	if f.OnlyTrusted() != "" {
		source = "PROFILE"
	}
	settings := [][2]string{{"role_arn", f.Grant().Grantee}, {"source_profile", source}, {"region", f.Region}}
	if at := f.FirmEndpoints.Flag([]string{"sts"}, false); at != nil {
		settings = append(settings, [2]string{"endpoint_url", at[1]})
	}
	var commands []string
	for _, s := range settings {
		commands = append(commands, shell.Command("aws", "configure", "set", s[0], s[1], "--profile", name))
	}
	return strings.Join(commands, " && ")
}

func (r *Run) cleanedUp(e *Ending, f steps.Facts) {
	switch {
	case len(e.Left) > len(r.left):
		e.Now = "Some of what was to be removed is still there."
	case len(e.Left) > 0:
		e.Now = "Everything else is gone, but something had to stay."
	case len(e.Notes) > 0:
		e.Now = "Everything that was only this run's is gone."
	case r.WithoutRecord() && f.Only != "":
		e.Now = fmt.Sprintf("Nothing that crossgrant made is left in the %s's account, as far as its tags and its statements in the bucket's policy tell.", f.Only)
	case r.WithoutRecord():
		e.Now = "Nothing that crossgrant created is left in the two accounts, as far as its tags and its statements in the bucket's policy tell."
	default:
		e.Now = fmt.Sprintf("Nothing of the run %s is left.", f.Run)
	}
}

// filled adds what every ending says.
func (r *Run) filled(e Ending) Ending {
	e.Facts, e.Path, e.Warnings, e.Notes = r.Facts(), r.Path(), r.warnings, unique(r.notes)
	e.Facts.Journey = r.Answers.Journey
	if len(r.world.Journal.Entries()) > 0 {
		e.Script = r.world.Script()
	}
	for _, info := range r.Steps() {
		e.Steps = append(e.Steps, StepEnd{Step: info, State: r.State(info), Now: r.results[info.ID]})
	}
	if r.CleansUp() {
		var failed []journal.Entry
		e.Gone, failed = r.tally()
		for _, entry := range failed {
			e.Commands = append(e.Commands, e.Facts.Shell(steps.Action{As: steps.Actor(entry.As), Op: entry.Operation}))
		}
	}
	return e
}

// tally says what a clean-up removed, and what it tried in vain in a step that is not
// done.
func (r *Run) tally() (gone []string, failed []journal.Entry) {
	last := map[awsops.Target]journal.Entry{}
	for _, e := range r.world.Journal.Entries()[r.from:] {
		d := e.Operation.Describe()
		last[d.Target] = e
		switch {
		case e.State != journal.Done:
		case d.After != nil: // the policy stays, without what was ours
			gone = append(gone, d.Summary)
		default:
			gone = append(gone, d.Resource)
		}
	}
	for _, e := range last {
		if e.State != journal.Done && r.State(steps.Info{ID: e.Step}) != "done" {
			failed = append(failed, e)
		}
	}
	slices.SortFunc(failed, func(a, b journal.Entry) int { return a.Seq - b.Seq })
	return gone, failed
}

// close says in the record how the run ended, and lets go of it.
func (r *Run) close(state string, left []steps.Remainder) {
	if state != "" {
		_ = r.world.Journal.End(state, steps.Words(left)...) // the record holds all that matters without it
	}
	r.Close()
}

// cleanUp is the command that takes the run back. Of a demo nothing outlives the program.
func (r *Run) cleanUp() string {
	if r.Demo {
		return ""
	}
	if r.WithoutRecord() {
		return r.Facts().Found(r.world.Run)
	}
	return r.Facts().Crossgrant(append([]string{"cleanup", r.world.Run}, r.otherProfiles()...)...)
}

// otherProfiles are those that were named in the place of the record's.
func (r *Run) otherProfiles() (flags []string) {
	if !r.Recorded() {
		return nil
	}
	if p := r.Answers.CustomerProfile; p != "" {
		flags = append(flags, "--customer-profile", p)
	}
	if p := r.Answers.FirmProfile; p != "" {
		flags = append(flags, "--firm-profile", p)
	}
	return flags
}

func commands(left []steps.Remainder) []string {
	var all []string
	for _, l := range left {
		all = append(all, l.Commands...)
	}
	return all
}

func unique(texts []string) []string {
	var once []string
	for _, t := range texts {
		if !slices.Contains(once, t) {
			once = append(once, t)
		}
	}
	return once
}
