package plain

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"crossgrant/ui/safe"
)

// errEnd is a question without an answer, since the input is at its end. It counts
// as an interrupt, and never as a yes.
var errEnd = fmt.Errorf("the input came to its end: %w", context.Canceled)

// patience is how many times one run asks again: input that nobody types, as that
// of the command yes, would go on for ever.
const patience = 100

// asker asks questions and reads the answers, a line each. A question is a line of
// its own, so that a screen reader reads it whole and a log stays readable. Nothing
// is read before it is asked for.
type asker struct {
	view     *textView
	in       *bufio.Reader
	terminal *os.File // where in comes from, if that may be a terminal; else nil
	asked    int      // how many times it asked again
	over     error    // why no question is asked any more
}

func newAsker(v *textView, in io.Reader) *asker {
	file, _ := in.(*os.File)
	return &asker{view: v, in: bufio.NewReader(in), terminal: file}
}

// line waits for a line. One that the input's end cut off is no answer: nobody
// pressed Enter. After an error the reader may still be waiting, so the error stays.
func (a *asker) line(ctx context.Context) (string, error) {
	if a.over == nil {
		a.over = ctx.Err()
	}
	if a.over != nil {
		return "", a.over
	}
	type typed struct {
		text string
		err  error
	}
	got := make(chan typed, 1)
	go func() {
		text, err := a.in.ReadString('\n')
		got <- typed{text, err}
	}()
	select {
	case <-ctx.Done():
		a.over = ctx.Err()
	case t := <-got:
		if t.err == nil {
			return strings.TrimSpace(t.text), nil
		}
		a.over = errEnd
		if !errors.Is(t.err, io.EOF) {
			a.over = fmt.Errorf("the answer could not be read: %w: %w", t.err, context.Canceled)
		}
	}
	return "", a.over
}

// again tells why a question comes once more.
func (a *asker) again(why string) error {
	if a.asked++; a.asked > patience {
		a.over = errEnd
		return errEnd
	}
	a.view.wrap("", why)
	return nil
}

// text asks for a text until wrong has nothing to say against it. An empty line
// stands for the other one.
func (a *asker) text(ctx context.Context, question, otherwise string, wrong func(string) string) (string, error) {
	for {
		a.view.wrap("", question)
		answer, err := a.line(ctx)
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = otherwise
		}
		why := wrong(answer)
		if why == "" {
			return answer, nil
		}
		if err := a.again(why); err != nil {
			return "", err
		}
	}
}

// secret asks for what is not to be seen, also not later by whoever scrolls back. When
// it returns, also after an interrupt, the terminal shows again what is typed.
func (a *asker) secret(ctx context.Context, question string) (string, error) {
	if a.terminal != nil && ctx.Err() == nil {
		defer withoutEcho(a.terminal)()
	}
	a.view.wrap("", question)
	return a.line(ctx)
}

// word asks for one of some words, or its first letter. An empty line is none.
func (a *asker) word(ctx context.Context, question string, words ...string) (string, error) {
	answer, err := a.text(ctx, question, "", oneOf(words...))
	return named(words, answer), err
}

// oneOf says which words there are, unless the answer is one of them.
func oneOf(words ...string) func(string) string {
	return func(answer string) string {
		if named(words, answer) == "" {
			return "Please type one of: " + strings.Join(words, ", ") + "."
		}
		return ""
	}
}

func named(words []string, answer string) string {
	at := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(answer, w) || strings.EqualFold(answer, w[:1]) })
	if at < 0 {
		return ""
	}
	return words[at]
}

// choose asks for one of some options by its number, and returns its place.
func (a *asker) choose(ctx context.Context, question string, options ...string) (int, error) {
	a.view.line("")
	a.view.wrap("", question)
	for i, o := range options {
		a.view.wrap("", fmt.Sprintf("%d. %s", i+1, o))
	}
	n := 0
	_, err := a.text(ctx, fmt.Sprintf("Type a number from 1 to %d.", len(options)), "", func(answer string) string {
		if n = number(answer, len(options)); n < 1 {
			return fmt.Sprintf("There is no choice %q.", safe.Line(answer))
		}
		return ""
	})
	return n - 1, err
}

// number is what an answer says, -1 when it is none from 0 to most.
func number(answer string, most int) int {
	n, err := strconv.Atoi(strings.TrimSuffix(answer, "."))
	if err != nil || n < 0 || n > most {
		return -1
	}
	return n
}
