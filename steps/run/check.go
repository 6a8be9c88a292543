package run

import (
	"context"
	"fmt"
	"sync"

	"crossgrant/awsops"
	"crossgrant/steps"
)

// A CheckEnding is how a check ended. Without a Verdict the grant could not be looked at.
type CheckEnding struct {
	Ending
	Verdict *awsops.Verdict
	Gates   steps.Row      // without a Who there is nothing to draw
	Letters []steps.Letter // for who alone can change what the verdict names
	Mend    *steps.Mend    // nil: there is none
}

// Check tests a grant that anybody made. It is no run: it makes nothing that stays but for
// its own test file where that cannot be deleted, so that nothing is recorded.
func Check(ctx, hard context.Context, src awsops.Source, q steps.Question, emit func(steps.Event)) CheckEnding {
	o, err := OpenCheck(ctx, src, q, emit)
	if err != nil {
		return checkEnding(steps.Checked{}, err)
	}
	emit(o.Begun)
	return RunCheck(ctx, hard, o, emit)
}

// OpenCheck signs in and finds out what can be tested. It sends nothing but reads.
func OpenCheck(ctx context.Context, src awsops.Source, q steps.Question, emit func(steps.Event)) (*steps.OpenedCheck, error) {
	ctx, _ = told(ctx, emit)
	return steps.OpenCheck(ctx, src, q)
}

// RunCheck makes the requests of an opened check, and says how it ended. Its test file is
// deleted under hard, also where ctx is over.
func RunCheck(ctx, hard context.Context, o *steps.OpenedCheck, emit func(steps.Event)) CheckEnding {
	ctx, emit = told(ctx, emit)
	return checkEnding(o.Run(ctx, hard, emit))
}

// told has waits told too, and one event after the other.
func told(ctx context.Context, emit func(steps.Event)) (context.Context, func(steps.Event)) {
	var one sync.Mutex
	inTurn := func(e steps.Event) {
		one.Lock()
		defer one.Unlock()
		emit(e)
	}
	return awsops.WithWaits(ctx, func(w awsops.Wait) { inTurn(steps.Waiting{Wait: w}) }), inTurn
}

func checkEnding(checked steps.Checked, err error) CheckEnding {
	e := CheckEnding{Gates: checked.Gates, Letters: checked.Letters}
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

// NotMended says that nothing is changed where something is amiss, and why; "" where a run can
// mend it, and where all is well.
func (e CheckEnding) NotMended() string {
	switch {
	case e.Verdict == nil || e.Verdict.Holds || e.Mend.Applies():
		return ""
	case e.Mend == nil:
		return "Nothing was changed: crossgrant knows no change to the policies that mends this and gives nothing else."
	case len(e.Mend.Change.Actions) == 0:
		return "Nothing was changed: the statement is somebody else's, and crossgrant does not change it."
	}
	return fmt.Sprintf("Nothing was changed: that needs a profile of the %s's account.", e.Mend.Side)
}

// Mend opens the run that applies the mend of a check, as far as somebody is signed in for
// it. Like any other it is planned, shown, recorded and taken back.
func Mend(ctx context.Context, src awsops.Source, stateDir string, m *steps.Mend, emit func(steps.Event)) (*Run, error) {
	return Open(ctx, Request{Answers: m.Answers(), Source: src, StateDir: stateDir}, emit)
}
