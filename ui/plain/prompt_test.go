package plain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/steps"
)

func askerOf(in string) (*asker, *bytes.Buffer) {
	var out bytes.Buffer
	return newAsker(&textView{out: &out, aloud: true}, strings.NewReader(in)), &out
}

func TestWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"yes\n": "yes", "y\n": "yes", " YES \r\n": "yes", "Y\n": "yes", "no\n": "no", "N\n": "no",
		"\nye\nyess\nno\n": "no", "": "", "yes": "", "\n": "", "nope\n": "", "yes no\n": "",
	} {
		a, _ := askerOf(in)
		got, err := a.word(t.Context(), "Really?", "yes", "no")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", in, got, err)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the end of the input is %v", err)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"1\n": 0, "2.\n": 1, "0\n3\n-1\n\n1x\n2\n": 1, " 2 \n": 1} {
		a, out := askerOf(in)
		got, err := a.choose(t.Context(), "Which?", "One.", "Two.")
		if err != nil || got != want {
			t.Errorf("%q is %d, %v", in, got, err)
		}
		if strings.Count(out.String(), "Type a number from 1 to 2.") != strings.Count(in, "\n") {
			t.Errorf("it is not asked once for each answer:\n%s", out)
		}
	}
}

// Once the input is at its end or the run interrupted, nothing is asked any more.
func TestNothingIsAskedAfterTheEnd(t *testing.T) {
	t.Parallel()
	ended, _ := askerOf("")
	_, _ = ended.line(t.Context())
	if _, err := ended.choose(t.Context(), "Which?", "One."); !errors.Is(err, errEnd) {
		t.Errorf("the error is %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	a, out := askerOf("yes\n")
	if got, err := a.word(over, "Really?", "yes"); err == nil {
		t.Errorf("an interrupted question is answered %q:\n%s", got, out)
	}
	if got, err := a.word(t.Context(), "Really?", "yes"); err == nil {
		t.Errorf("a question after the interrupt is answered %q", got)
	}
}

type unreadable struct{}

func (unreadable) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnInputThatCannotBeRead(t *testing.T) {
	t.Parallel()
	a := newAsker(&textView{out: io.Discard}, unreadable{})
	if _, err := a.line(t.Context()); !errors.Is(err, context.Canceled) || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the error is %v", err)
	}
}

// While it waits it says so at once, and then every 30 seconds.
func TestWaitsAloud(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	v := &textView{out: &out, aloud: true, every: 30 * time.Second}
	for at := time.Duration(0); at <= time.Minute; at += 4 * time.Second {
		v.event(steps.Waiting{Wait: awsops.Wait{For: "the key to work", Code: "InvalidClientTokenId", Elapsed: at, Limit: time.Minute}}, steps.Facts{})
	}
	want := "waiting: for the key to work (AWS says InvalidClientTokenId): 0s so far, 1m0s\nat most\n" +
		"waiting: for the key to work (AWS says InvalidClientTokenId): 32s so far, 1m0s\nat most\n"
	if out.String() != want {
		t.Errorf("it says:\n%s", &out)
	}
}
