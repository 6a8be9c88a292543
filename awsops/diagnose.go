package awsops

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
)

// Diagnose turns any error of a call into a Problem. doing says what was tried,
// such as "create the user test-writer".
func Diagnose(err error, doing string) *Problem { return diagnose(err, doing, actor{}) }

// An actor is who made the call that failed, as far as it is known.
type actor struct{ profile, key, account, region string }

func (a actor) words() string {
	who := ""
	switch {
	case a.profile != "":
		who = "the profile " + clean(a.profile)
	case a.key != "":
		who = "the key " + clean(a.key)
	default:
		return ""
	}
	if a.account != "" {
		who += " of the account " + clean(policy.Dashed(a.account))
	}
	return who
}

// diagnose is Diagnose, told who acted. What is a Problem already stays one.
func diagnose(err error, doing string, who actor) *Problem {
	if err == nil {
		return nil
	}
	var known *Problem
	if errors.As(err, &known) {
		if p, ok := err.(*Problem); ok {
			return p
		}
		outer := *known
		outer.err = err
		return &outer
	}
	p := &Problem{
		Code: clean(code(err)), Message: messageOf(err),
		RequestID: requestIDOf(err), Operation: operationOf(err), err: err,
	}
	p.explain(causeOf(err), doing, who)
	return p
}

// A cause is one thing that goes wrong. The words in braces are filled in.
type cause struct {
	codes   []string // any of these; none: whatever the code
	text    string   // in AWS's text, in lower case; "": whatever the text
	summary string
	detail  string
	fixes   []string
}

func causeOf(err error) cause {
	var stale *Stale
	switch {
	case errors.As(err, &stale):
		return cause{
			summary: "It has changed since it was shown",
			detail:  clean(stale.Error()) + ". Nothing was sent.",
			fixes:   []string{"Look at the change again as it would be now, and decide anew."},
		}
	case errors.Is(err, context.Canceled):
		return cause{summary: "It was stopped before it was done", detail: "You stopped it while AWS was being asked or waited for."}
	}
	text := strings.ToLower(err.Error())
	for _, c := range slices.Concat(causes, denials, connections) {
		if (len(c.codes) == 0 || slices.Contains(c.codes, code(err))) && strings.Contains(text, c.text) {
			return c
		}
	}
	switch {
	case unreached(err):
		return cause{
			summary: "AWS cannot be reached",
			detail:  "No connection could be made.",
			fixes:   []string{"Check the network, a proxy (HTTPS_PROXY) and a VPN.", "Check AWS_ENDPOINT_URL and endpoint_url in the profile, if you set them."},
		}
	case timedOut(err) || errors.Is(err, context.DeadlineExceeded):
		return cause{summary: "AWS did not answer in time", detail: "The request went out and no answer came.", fixes: []string{"Check the network and try again."}}
	case throttled(err):
		return cause{summary: "AWS asked to go slower", detail: "Too many requests were made in this account.", fixes: []string{"Wait a minute and try again."}}
	case status(err) >= 500:
		return cause{summary: "AWS had a fault of its own", detail: "The fault did not go away in several tries.", fixes: []string{"Try again in a few minutes.", "Look at https://health.aws.amazon.com for a known disturbance."}}
	case code(err) != "":
		return cause{summary: "AWS refused the request", detail: "AWS's own words below say why.", fixes: []string{"Search for AWS's code and text, or show them with the request id to AWS support."}}
	case ambiguous(err):
		return cause{summary: "The connection to AWS broke off", detail: "The request went out and its answer was lost.", fixes: []string{"Check the network and try again."}}
	default:
		return cause{summary: "It did not work", detail: clean(err.Error()) + ".", fixes: []string{"Correct what the message names and try again."}}
	}
}

var (
	quotedRegion = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)
	deniedAction = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9*]+)`)
)

// explain fills in summary, detail and fixes.
func (p *Problem) explain(c cause, doing string, who actor) {
	fill := strings.NewReplacer(
		"{profile}", orElse(clean(who.profile), "PROFILE"),
		"the account {account}", theAccount(who.account),
		"{region}", orElse(firstMatch(quotedRegion, p.Message), orElse(header(p.err, "x-amz-bucket-region"), "the bucket's")),
		"{action}", orElse(firstMatch(deniedAction, p.Message), "it"),
	)
	p.Summary = c.summary
	tried := "This was tried: " + clean(doing)
	if words := who.words(); words != "" {
		tried += ", as " + words
	}
	p.Detail = strings.TrimSpace(fill.Replace(c.detail) + " " + tried + ".")
	for _, fix := range c.fixes {
		if who.profile == "" && who.key != "" && strings.Contains(fix, "{profile}") {
			fix = "Make another key for the user and try again." // it has no profile to set right
		}
		if fix = fill.Replace(fix); !slices.Contains(p.Fixes, fix) {
			p.Fixes = append(p.Fixes, fix)
		}
	}
}

func theAccount(id string) string {
	if id == "" {
		return "the caller's account"
	}
	return "the account " + clean(policy.Dashed(id))
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func firstMatch(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
