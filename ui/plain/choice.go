package plain

import (
	"context"
	"fmt"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// choice asks what to do, unless that is known.
func (t *talk) choice(ctx context.Context) error {
	t.recorded = t.Resume || t.Run != "" && t.Answers.Bucket == ""
	var records []steps.Record
	if t.StateDir != "" && !t.Demo {
		var err error
		if records, err = steps.Records(t.StateDir); err != nil {
			return err
		}
	}
	for _, r := range records {
		if r.Problem != "" {
			t.view.mark("note", r.Problem)
		}
	}
	if t.Answers.Journey == "" {
		if err := t.chooseJourney(ctx, records); err != nil {
			return err
		}
	} else if !t.recorded && t.Answers.Journey != "cleanup" {
		t.remind(records)
	}
	if t.Answers.Journey == "cleanup" && !t.recorded && t.Run == "" && t.Answers.Bucket == "" {
		return t.chooseRun(ctx, records)
	}
	return nil
}

// canGoOn tells whether a run can be gone on with.
func canGoOn(r steps.Record) bool { return r.Unfinished() && r.Ended == "" }

func (t *talk) chooseJourney(ctx context.Context, records []steps.Record) error {
	options := []string{
		"Take the tour: the whole procedure with test users, and everything is removed at the end.",
		"Set up the access and keep it: one user of the firm may then write into the bucket.",
	}
	if !t.Demo {
		options = append(options, "Clean up what an earlier run created.")
	}
	first := len(options)
	var unfinished []steps.Record
	for _, r := range records {
		if canGoOn(r) {
			unfinished = append(unfinished, r)
			options = append(options, "Go on with "+naming(r)+".")
		}
	}
	halves := len(options)
	if !t.Demo {
		options = append(
			options,
			"Set the access up with a customer, where you are the firm: files that they do their half with, then the firm's half.",
			"Set the access up with a firm, where you are the customer: the half that the grant.json asks for which they sent you.",
		)
		if all, err := t.Source.Profiles(); err == nil && len(all) == 1 {
			t.view.wrap("", "There is one AWS profile on this computer, "+safe.Line(all[0].Name)+", so you can do one company's half: the last two choices.")
		}
	}
	n, err := t.choose(ctx, "What would you like to do?", options...)
	if err != nil {
		return err
	}
	if n >= halves {
		t.Answers.Journey, t.Answers.Only = "setup", []steps.Side{steps.Firm, steps.Customer}[n-halves]
		t.Answers.CustomerProfile, t.Answers.FirmProfile = t.mine()
		return nil
	}
	if n < first {
		t.Answers.Journey = []string{"tour", "setup", "cleanup"}[n]
		return nil
	}
	r := unfinished[n-first]
	t.Answers.Journey, t.Run, t.Resume, t.recorded = r.Journey, r.Run, true, true
	t.view.line("")
	t.view.recorded(r)
	return nil
}

// mine are the profiles without that of the company that does its half itself.
func (t *talk) mine() (customer, firm string) {
	if t.Answers.Only == steps.Customer {
		return t.Answers.CustomerProfile, ""
	}
	return "", t.Answers.FirmProfile
}

// remind tells of runs that stopped half-way, when something else is begun.
func (t *talk) remind(records []steps.Record) {
	for _, r := range records {
		if canGoOn(r) {
			t.view.mark("note", naming(r)+" has not ended. To go on with it: "+r.Resume)
		}
	}
}

// chooseRun asks which run to take back.
func (t *talk) chooseRun(ctx context.Context, records []steps.Record) error {
	var (
		options []string
		left    []steps.Record
	)
	for _, r := range records {
		if len(r.Left) > 0 {
			left = append(left, r)
			options = append(options, naming(r)+": "+r.State()+".")
		}
	}
	n, err := t.choose(ctx, "Which run do you want to undo?", append(options, "A run not recorded here: search both accounts for what it created.")...)
	if err != nil || n == len(left) {
		return err
	}
	t.Run, t.recorded = left[n].Run, true
	t.view.line("")
	t.view.recorded(left[n])
	return nil
}

// naming names a run to a person.
func naming(r steps.Record) string {
	return fmt.Sprintf("the %s of %s, with the bucket %s, the customer %s and the firm %s", r.Journey,
		r.Started.Local().Format("2 January 2006 15:04"), r.Bucket, policy.Dashed(r.Customer), policy.Dashed(r.Firm))
}
