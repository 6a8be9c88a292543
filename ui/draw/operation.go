package draw

import (
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// An Operation is one that a step performs, described once, and what became of it.
type Operation struct {
	As             steps.Actor
	Does           awsops.Description
	Started, Ended bool
	Receipt        awsops.Receipt
	Problem        *problem.Error
}

// Operations describes what a change is to do.
func Operations(actions []steps.Action) []Operation {
	var list []Operation
	for _, a := range actions {
		list = append(list, Operation{As: a.As, Does: a.Op.Describe()})
	}
	return list
}

func (o Operation) mark() Mark {
	switch {
	case o.Problem != nil:
		return MarkFailed
	case o.Ended:
		return MarkDone
	case o.Started:
		return MarkNow
	}
	return MarkLater
}

// said is the operation in words, with what its receipt says.
func (o Operation) said() string {
	switch summary, r := o.Does.Summary, o.Receipt; {
	case r.Refused != "":
		return summary + ": AWS refused it (" + r.Refused + ")"
	case r.Already:
		return summary + ": it was so already"
	case r.KeyID != "" && !strings.Contains(summary, r.KeyID):
		return summary + ": " + r.KeyID
	default:
		return summary
	}
}

// Operations draws operations with what became of each: in full, or where that is
// too much for the height, each on one line.
func (t *Theme) Operations(f steps.Facts, list []Operation, width, height int) []string {
	full, short := t.Page(width), t.Page(width)
	at := 0
	for i, o := range list {
		if o.Started {
			at = i
		}
		m := o.mark()
		lead := t.Paint(m) + " " + t.Dim.Render(Fill(m.Word, 8))
		text := Who(f, o.As) + ": " + Sentence(o.said())
		full.Behind(lead, 10, text)
		short.Add(Cut(lead+safe.Line(text), width))
	}
	if len(full.Lines) <= height {
		return full.Lines
	}
	return window(short.Lines, max(1, height), at)
}

// Command writes an operation as a shell would run it. A secret is a placeholder.
func (o Operation) Command(f steps.Facts) string {
	d := o.Does
	var b strings.Builder
	if d.Body != "" {
		fmt.Fprintf(&b, "printf '%%s' %s > %s\n", safe.Word(d.Body), awsops.BodyFile)
	}
	switch o.As {
	case steps.CustomerAdmin:
		b.WriteString("aws --profile " + safe.Word(f.CustomerProfile))
	case steps.FirmAdmin:
		b.WriteString("aws --profile " + safe.Word(f.FirmProfile))
	default:
		person := f.Tester
		if o.As == steps.Writer {
			person = f.Writer
		}
		fmt.Fprintf(&b, "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=\"$SECRET_OF_THAT_KEY\" \\\n  aws", person.Key.ID)
	}
	for i, arg := range d.Command {
		switch {
		case i > 1 && strings.HasPrefix(arg, "--"):
			b.WriteString(" \\\n    " + arg)
		case d.After != nil && arg == d.After.Compact():
			b.WriteString(" " + safe.Word(strings.TrimRight(d.After.Indent(), "\n")))
		default:
			b.WriteString(" " + safe.Word(arg))
		}
	}
	return b.String()
}
