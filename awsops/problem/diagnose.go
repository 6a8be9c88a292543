package problem

// From any error to one that says what to do, by what AWS, its SDK and the network
// are known to say.

import (
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"

	"github.com/aws/smithy-go"
)

// Actor is who made the call that failed, as far as it is known: by a profile, or by
// a key alone.
type Actor struct {
	Profile, Key, Account string
	Endpoint              string    // of STS, where an aws command has to be told it
	Hidden                []Setting // whose values no text may show
}

func (a Actor) words() string {
	who := ""
	switch {
	case a.Profile != "":
		who = "the profile " + Clean(a.Profile)
	case a.Key != "":
		who = "the key " + Clean(a.Key)
	default:
		return ""
	}
	if a.Account != "" {
		who += " of the account " + Clean(policy.Dashed(a.Account))
	}
	return who
}

// Diagnose explains any error of a call. doing says what was tried, such as "create
// the user test-writer".
func Diagnose(err error, doing string) *Error { return DiagnoseAs(err, doing, Actor{}) }

// DiagnoseAs is Diagnose, told who acted. What is explained already stays as it is.
func DiagnoseAs(err error, doing string, who Actor) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		if p, ok := err.(*Error); ok {
			return p
		}
		outer := *known
		outer.Err = err
		return &outer
	}
	p := &Error{Code: Clean(Code(err)), RequestID: RequestID(err), Operation: Operation(err), Err: err}
	text, byAWS := message(err)
	shown, about := who.quote(text, byAWS)
	c := causeOf(err)
	if len(about) == 0 {
		about = who.named(text + c.detail)
	}
	if !c.quotes {
		p.Message = shown
	}
	if c.detail == "" {
		c.detail = shown + "."
	}
	var command *CommandError
	if errors.As(err, &command) {
		if said := command.shown(who); said != "" {
			c.detail += " It said: " + strings.TrimSuffix(said, ".") + "."
		}
	}
	if len(about) > 0 {
		c.detail += " It is about " + about[0].words() + "."
	}
	p.explain(c, doing, who)
	return p
}

// A cause is one thing that goes wrong. The words in braces are filled in.
type cause struct {
	codes   []string // any of these; none: whatever the code
	text    string   // in AWS's text, in lower case; "": whatever the text
	also    string   // and this
	summary string
	detail  string // "": AWS's text
	fixes   []string
	quotes  bool // the text quotes what may be a secret, and is not shown

	id   policy.Cause // "" where check has none
	side string       // who must act, where that does not follow from the id
}

// CauseOf is the cause of an error as far as AWS's words tell it, and who must act.
func CauseOf(err error) (policy.Cause, string) {
	c := causeOf(err)
	return cmp.Or(c.id, policy.UnknownCause), cmp.Or(c.side, SideOf(c.id))
}

func causeOf(err error) cause {
	var stale *Stale
	switch {
	case errors.As(err, &stale):
		return cause{
			summary: "It has changed since it was shown",
			detail:  Clean(stale.Error()) + ". Nothing was sent.",
			fixes:   []string{"Look at the change again as it would be now, and decide again."},
		}
	case errors.Is(err, context.Canceled):
		return cause{summary: "It was stopped before it was done", detail: "You stopped it while AWS was being asked or waited for."}
	}
	if c, ok := full(err); ok {
		return c
	}
	text := strings.ToLower(err.Error())
	for _, c := range slices.Concat(causes, denials, connections) {
		if (len(c.codes) == 0 || slices.Contains(c.codes, Code(err))) && strings.Contains(text, c.text) && strings.Contains(text, c.also) {
			return c
		}
	}
	var format *smithy.DeserializationError
	switch {
	case Local(err):
		return cause{summary: "A file cannot be used", fixes: []string{"Check that the file is there, and that you may use it."}}
	case errors.As(err, &format) && !errors.Is(err, io.ErrUnexpectedEOF) && !timedOut(err):
		return cause{
			summary: "The answer is not in AWS's format", detail: "Something answered, and not as AWS does: what it did is not known.",
			fixes: []string{"Check AWS_ENDPOINT_URL and endpoint_url in the profile, if you set them.", "Ask your network team whether a proxy changes answers."},
		}
	case Unreached(err):
		return cause{
			summary: "AWS cannot be reached",
			detail:  "No connection could be made.",
			fixes:   []string{"Check the network, a proxy (HTTPS_PROXY) and a VPN.", "Check AWS_ENDPOINT_URL and endpoint_url in the profile, if you set them."},
		}
	case timedOut(err) || errors.Is(err, context.DeadlineExceeded):
		return cause{summary: "AWS did not answer in time", detail: "The request went out and no answer came.", fixes: []string{"Check the network and try again."}}
	case throttled(err):
		return cause{summary: "AWS asked to go slower", detail: "Too many requests were made in this account.", fixes: []string{"Wait a minute and try again."}}
	case Status(err) >= 500 && RequestID(err) == "":
		return cause{
			summary: "What answered had a fault", detail: "AWS's answers have a request id, and this one has none: a proxy or gateway before AWS may have answered, or an endpoint of somebody else's.",
			fixes: []string{"Try again in a few minutes.", "Ask your network team about the proxy, or whoever runs the endpoint."},
		}
	case Status(err) >= 500:
		return cause{summary: "AWS had a fault of its own", detail: "The fault did not go away in several tries.", fixes: []string{"Try again in a few minutes.", "Look at https://health.aws.amazon.com for a known disturbance."}}
	case Code(err) != "":
		return cause{summary: "AWS refused the request", detail: "AWS's own words below say why.", fixes: []string{"Search for AWS's code and text, or show them with the request id to AWS support."}}
	case ambiguous(err):
		return cause{summary: "The connection to AWS broke off", detail: "The request went out and its answer was lost.", fixes: []string{"Check the network and try again."}}
	default:
		return cause{summary: "It did not work", fixes: []string{"Correct what the message names and try again."}}
	}
}

var (
	quotedRegion = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)
	deniedAction = regexp.MustCompile(`not authorized to perform: ?([a-z0-9-]+:[A-Za-z0-9*]+)(?:[^A-Za-z0-9*/+=]|$)`)
)

// explain fills in summary, detail and fixes.
func (p *Error) explain(c cause, doing string, who Actor) {
	p.fill(c, who)
	tried := "This was tried: " + Clean(doing)
	if words := who.words(); words != "" {
		tried += ", as " + words
	}
	p.Detail = strings.TrimSpace(p.Detail + " " + tried + ".")
}

func (p *Error) fill(c cause, who Actor) {
	proxy, asked := through(p.Err)
	fill := strings.NewReplacer(
		"{proxy}", proxy, "{asked}", asked,
		"--profile {profile}", shell.Command("--profile", orElse(who.Profile, "PROFILE")),
		"{endpoint}", endpointFlag(who.Endpoint),
		"{profile}", orElse(Clean(who.Profile), "PROFILE"),
		"the account {account}", theAccount(who.Account),
		"{region}", orElse(firstMatch(quotedRegion, p.Message), orElse(Header(p.Err, "x-amz-bucket-region"), "the bucket's")),
		"{action}", orElse(firstMatch(deniedAction, p.Message), "it"),
	)
	p.Summary, p.Detail = c.summary, fill.Replace(c.detail)
	for _, fix := range c.fixes {
		if who.Profile == "" && who.Key != "" && strings.Contains(fix, "{profile}") {
			fix = "Make another key for the user and try again." // it has no profile to set right
		}
		if fix = fill.Replace(fix); !slices.Contains(p.Fixes, fix) {
			p.Fixes = append(p.Fixes, fix)
		}
	}
}

func endpointFlag(url string) string {
	if url == "" {
		return ""
	}
	return " " + shell.Command("--endpoint-url", url)
}

func theAccount(id string) string {
	if id == "" {
		return "the caller's account"
	}
	return "the account " + Clean(policy.Dashed(id))
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
