package plain

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"time"

	"crossgrant/awsops/problem"
	"crossgrant/ui/draw"
)

// mostPasted is how much of a pasted error is read.
const mostPasted = 1 << 20

// Explain says what an error means that somebody pasted: as text, or as one JSON line.
func Explain(pasted io.Reader, asJSON bool, out io.Writer) error {
	text, err := io.ReadAll(io.LimitReader(pasted, mostPasted))
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New(`there is nothing to explain: put the error in quotation marks, as in crossgrant explain "AccessDenied: ...", or pipe it in`)
	}
	e := problem.Explain(string(text))
	if asJSON {
		return newEncoder(out).Encode(struct {
			Schema int       `json:"schema"`
			Time   time.Time `json:"time"`
			Event  string    `json:"event"`
			problem.Explanation
		}{SchemaVersion, time.Now().UTC(), "explained", e})
	}
	v := &textView{out: out}
	v.wrap("", e.Summary+".")
	v.wrap("", e.Detail)
	v.mark("who acts", cmp.Or(whoActs[e.Side], draw.WhoActs(e.Side)))
	for _, fix := range e.Fixes {
		v.mark("to do", fix)
	}
	v.mark("cause", string(e.Cause))
	if e.RequestID != "" {
		v.mark("request", e.RequestID)
	}
	return nil
}

// whoActs are the sides that an explanation says in other words than a verdict.
var whoActs = map[string]string{
	"both":    "Both sides: first the account that the request came from, then the bucket's owner.",
	"unknown": "The text does not tell.",
}
