package steps

import (
	"fmt"
	"testing"
	"time"

	"crossgrant/awsops/sandbox"
)

// kinds are the ways in which one call goes wrong.
var kinds = map[string]sandbox.Fault{
	"reset before it is sent on":  {Kind: sandbox.ResetBefore},
	"reset after AWS has done it": {Kind: sandbox.ResetAfter},
	"500 InternalError":           {Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again."},
	"503 SlowDown":                {Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."},
	"Throttling":                  {Status: 400, Code: "Throttling", Message: "Rate exceeded"},
	"no answer":                   {Kind: sandbox.Hang},
	"resets, again and again":     {Kind: sandbox.ResetAfter, Times: 6},
	"AccessDenied":                {Status: 403, Code: "AccessDenied", Message: "Access Denied"},
	"ExpiredToken":                {Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."},
}

// TestEveryFault makes each call of a journey go wrong in each way. After the run,
// what it takes back by itself and, where needed, one clean-up, both accounts are
// as they were.
func TestEveryFault(t *testing.T) {
	for _, a := range []Answers{answers("tour"), answers("setup"), roleAnswers()} {
		for kind, fault := range kinds {
			t.Run(fmt.Sprintf("%s with a %s/%s", a.Journey, a.Grantee().Kind, kind), func(t *testing.T) {
				if testing.Short() && a.Journey == "tour" && kind != "reset after AWS has done it" {
					t.Skip("-short: " + kind + " is left out of the tour, and is tried in the set-up alone")
				}
				t.Parallel()
				cases, clean, finished := 0, 0, 0
				for n := 0; ; n += each() {
					f := fault
					f.After = n
					hit, done, why := meets(t, a, f)
					if !hit {
						break
					}
					cases++
					if done {
						finished++
					}
					if why == "" {
						clean++
					} else {
						t.Errorf("call %d: %s", n+1, why)
					}
				}
				t.Logf("%d calls: %d of %d ended clean, %d runs finished all the same", cases, clean, cases, finished)
			})
		}
	}
}

// meets runs a journey in which one fault waits, and whatever must follow. It
// tells whether the fault was met, whether the run finished, and what is not as it
// was.
func meets(t *testing.T, a Answers, f sandbox.Fault) (hit, finished bool, why string) {
	s := newStage(t)
	defer s.box.Close()
	if f.Kind == sandbox.Hang {
		s.source.Timeout = 150 * time.Millisecond
	}
	s.source.Pace.Budget = 20 * time.Millisecond
	s.setPolicy(foreign)
	before := s.box.Snapshot()
	w := s.prepare(a)
	defer w.Journal.Close()
	calls := len(s.box.Calls())
	s.box.Inject(f)
	e := NewEngine(w, Journey(a), ignore)
	err := walk(t.Context(), e, -1)
	if f.After >= len(s.box.Calls())-calls {
		return false, err == nil, ""
	}
	var left []Remainder
	if err != nil || a.Journey == "setup" {
		left, _ = e.Undo(t.Context())
	}
	if len(left) > 0 {
		_ = w.Journal.Close()
		s.cleanUp(w.Run, f.After)
	}
	if after := s.box.Snapshot(); fmt.Sprint(after) != fmt.Sprint(before) {
		return true, err == nil, fmt.Sprintf("the run said %v and left %q, and the accounts are\n%q\nnot\n%q", err, left, after, before)
	}
	return true, err == nil, ""
}
