package sandbox

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops/policy"
)

const (
	iamVersion    = "2010-05-08"
	stsVersion    = "2011-06-15"
	defaultRegion = "us-east-1"
)

var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/" + iamVersion + "/",
	"sts": "https://sts.amazonaws.com/doc/" + stsVersion + "/",
}

// query is one call of IAM or STS, with its parameters. Its operations hold s.mu.
type query struct {
	*call
	s       *Sandbox
	account *account
	form    url.Values
	invalid []string // what is wrong with the parameters
}

// operation does what a query asks for and gives the content of the result, nil
// where AWS has none.
type operation func(*query) (result any, err error)

// routeQuery sets what the log and the faults know an operation by.
func routeQuery(c *call, form url.Values) error {
	action := form.Get("Action")
	c.log.Operation = action
	c.log.Action = c.log.Service + ":" + action
	c.log.Resource = form.Get("UserName")
	c.log.Mutates = !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "List")
	if action == "" {
		return &apiError{Status: 400, Code: "MissingAction", Message: "Could not find operation: the request has no Action parameter"}
	}
	return nil
}

func (s *Sandbox) handleQuery(c *call, form url.Values) error {
	operations, version := iamOperations, iamVersion
	if c.log.Service == "sts" {
		operations, version = stsOperations, stsVersion
	}
	if v := form.Get("Version"); v != version {
		return &apiError{Status: 400, Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s for version %s", c.log.Operation, cmp.Or(v, "NO_VERSION_SPECIFIED"))}
	}
	run := operations[c.log.Operation]
	if run == nil {
		return &apiError{Status: 501, Code: "NotImplemented", Message: "The sandbox does not implement " + c.log.Action + "."}
	}
	q := &query{call: c, s: s, form: form}
	result, err := q.run(run)
	if err != nil {
		return err
	}
	type metadata struct {
		RequestID string `xml:"RequestId"`
	}
	answer := struct {
		XMLName  xml.Name
		Result   *named
		Metadata metadata `xml:"ResponseMetadata"`
	}{
		XMLName:  xml.Name{Space: namespaces[c.log.Service], Local: c.log.Operation + "Response"},
		Metadata: metadata{c.id},
	}
	if result != nil {
		answer.Result = &named{c.log.Operation + "Result", result}
	}
	c.w.Header().Set("Content-Type", "text/xml")
	c.w.Write(mustXML(answer))
	return nil
}

func (q *query) run(run operation) (any, error) {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	q.account = q.s.accounts[q.caller.Account]
	return run(q)
}

// named is a value under an element's name that only the call knows.
type named struct {
	name  string
	value any
}

func (n *named) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(n.value, xml.StartElement{Name: xml.Name{Local: n.name}})
}

// members is written even when it is empty, as AWS does.
type members[T any] struct {
	Members []T `xml:"member"`
}

// more is the end of a result that may go on.
type more struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

// cut takes the part of a list that a call asks for with Marker and MaxItems. The
// items come sorted by their keys; a marker is the key of the last one given.
func cut[T any](q *query, items []T, key func(T) string) ([]T, more, error) {
	size := 100
	if text := q.form.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, more{}, validation(fmt.Sprintf("Value '%s' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1", text))
		}
		size = min(n, 1000)
	}
	if marker := q.form.Get("Marker"); marker != "" {
		last, err := base64.URLEncoding.DecodeString(marker)
		if err != nil {
			return nil, more{}, &apiError{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
		}
		items = slices.DeleteFunc(items, func(item T) bool { return key(item) <= string(last) })
	}
	if len(items) <= size {
		return items, more{}, nil
	}
	return items[:size], more{true, base64.URLEncoding.EncodeToString([]byte(key(items[size-1])))}, nil
}

// authorize decides a query by the caller's own policies. IAM always says who is
// refused what, and on which side.
func (q *query) authorize(resource string, context map[string][]string) error {
	if q.user.isRoot() {
		return nil
	}
	if context == nil {
		context = map[string][]string{}
	}
	context["aws:SecureTransport"] = []string{"false"}
	context["aws:UserAgent"] = q.r.Header.Values("User-Agent")
	if host, _, err := net.SplitHostPort(q.r.RemoteAddr); err == nil {
		context["aws:SourceIp"] = []string{host}
	}
	context["aws:RequestedRegion"] = []string{q.signature.region}
	decision := policy.Decide(policy.Request{
		Caller: q.caller, Action: q.log.Action, Resource: resource, Owner: q.account.id, Context: context, Time: q.now,
	}, policy.Policies{Identity: q.identity})
	if decision.Allowed {
		return nil
	}
	reason := "because no identity-based policy allows the " + q.log.Action + " action"
	if decision.Identity.Verdict == policy.Denied {
		reason = "with an explicit deny in an identity-based policy"
	}
	return &apiError{Status: http.StatusForbidden, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", q.caller.ARN, q.log.Action, resource, reason)}
}
