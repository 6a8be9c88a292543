package steps

import (
	"errors"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Level is how much a finding stands in the way of a run.
type Level string

const (
	OK      Level = "ok"
	Note    Level = "note"
	Warning Level = "warning" // it may stop the run: trying shows it
	Stop    Level = "stop"    // it would stop the run, so nothing is begun
)

// A Finding is one thing that was looked at before anything is changed.
type Finding struct {
	Level Level  `json:"level"`
	About string `json:"about"` // what was looked at, always by the same name: "Requester Pays"
	Text  string `json:"text"`

	problem *problem.Error // of a stop
}

func found(l Level, about, text string) Finding { return Finding{Level: l, About: about, Text: text} }

// stops is a finding that a run is not begun with.
func stops(about string, p *problem.Error) Finding {
	p.Detail = strings.TrimSuffix(p.Detail, unchanged) + unchanged
	return Finding{Level: Stop, About: about, Text: p.Summary + ". " + p.Detail, problem: p}
}

const unchanged = " Nothing was changed."

// InOrder names what was looked at and is in order, "" where nothing is.
func InOrder(all []Finding) string {
	var names []string
	told := Told(all)
	for _, f := range all {
		if !slices.Contains(names, f.About) && !slices.ContainsFunc(told, func(t Finding) bool { return t.About == f.About }) {
			names = append(names, f.About)
		}
	}
	if names == nil {
		return ""
	}
	return "Looked at and in order: " + policy.Join(names, "and") + "."
}

// Told are the findings that are said one by one.
func Told(all []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f Finding) bool { return f.Level == OK })
}

// StoppedError is the error of a run that would be stopped later, with all that was found.
type StoppedError struct {
	Problem  *problem.Error
	Findings []Finding
}

func (e *StoppedError) Error() string { return e.Problem.Error() }

func (e *StoppedError) Unwrap() error { return e.Problem }

// stopped is the error of the findings that are stops, all in one, so that one round with
// the accounts' owners is enough. nil where there is none.
func stopped(all []Finding) error {
	var one *problem.Error
	for _, f := range all {
		switch {
		case f.Level != Stop:
		case one == nil:
			first := *f.problem
			first.Fixes = slices.Clone(first.Fixes)
			one = &first
		default:
			one.Detail = strings.TrimSuffix(one.Detail, unchanged) + " " + f.Text
			for _, fix := range f.problem.Fixes {
				if !slices.Contains(one.Fixes, fix) {
					one.Fixes = append(one.Fixes, fix)
				}
			}
		}
	}
	if one == nil {
		return nil
	}
	return &StoppedError{one, all}
}

// planStops is what the plan itself came upon: a stop where it is a problem.
func planStops(err error) (Finding, bool) {
	var (
		p     *problem.Error
		usage *UsageError
	)
	if !errors.As(err, &p) || p.Code != "" || errors.As(err, &usage) { // what AWS refused to read is an error
		return Finding{}, false
	}
	return stops("plan", p), true
}
