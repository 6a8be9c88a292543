package run

import (
	"context"

	"crossgrant/awsops"
	"crossgrant/steps"
)

// A CheckEnding is how a check ended. Without a Verdict the grant could not be looked at.
type CheckEnding struct {
	Ending
	Verdict *awsops.Verdict
	Mend    *steps.Mend // nil: there is none
}

// Check tests a grant that anybody made. It is no run: it makes nothing that stays but for
// its own test file where that cannot be deleted, so that nothing is recorded.
func Check(ctx, hard context.Context, src awsops.Source, q steps.Question, emit func(steps.Event)) CheckEnding {
	ctx = awsops.WithWaits(ctx, func(w awsops.Wait) { emit(steps.Waiting{Wait: w}) })
	checked, err := steps.Check(ctx, hard, src, q, emit)
	var e CheckEnding
	if err != nil {
		e.Ending = failure(err)
		e.Now = "The grant could not be checked."
	} else {
		e.Verdict, e.Mend = &checked.Verdict, checked.Mend
		if !checked.Verdict.Holds {
			e.Code = TestFailed
		}
	}
	e.Warnings, e.Left, e.Commands = checked.Warnings, checked.Left, commands(checked.Left)
	if err != nil && len(e.Left) > 0 {
		e.Code = Left
	}
	return e
}

// Mend opens the run that applies the mend of a check, as far as somebody is signed in for
// it. Like any other it is planned, shown, recorded and taken back.
func Mend(ctx context.Context, src awsops.Source, stateDir string, m *steps.Mend, emit func(steps.Event)) (*Run, error) {
	return Open(ctx, Request{Answers: m.Answers(), Source: src, StateDir: stateDir}, emit)
}
