package iam

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

const (
	iamVersion = "2010-05-08"
	stsVersion = "2011-06-15"
)

var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/" + iamVersion + "/",
	"sts": "https://sts.amazonaws.com/doc/" + stsVersion + "/",
}

// query is one call of IAM or STS, with its parameters. Its operations hold
// the directory's lock.
type query struct {
	*api.Call
	directory *Directory
	account   *account
	user      *entity // who calls; nil for a session
	kind      *kind   // of what the operation is about
	form      url.Values
	invalid   []string // what is wrong with the parameters
}

// operation does what a query asks for and gives the content of the result, nil
// where AWS has none.
type operation func(*query) (result any, err error)

// ServiceOf tells of a form without a signature whose operation it asks for.
func ServiceOf(form url.Values) string {
	if form.Get("Version") == stsVersion || form.Get("Action") == "GetCallerIdentity" {
		return "sts"
	}
	return "iam"
}

// Route says what a call asks for. It runs before anything is decided.
func Route(c *api.Call, form url.Values) error {
	action := form.Get("Action")
	c.Operation = action
	c.Action = c.Service + ":" + action
	role := form.Get("RoleArn")
	c.Resource = cmp.Or(form.Get("UserName"), form.Get("RoleName"), form.Get("GroupName"), role[strings.LastIndexByte(role, '/')+1:])
	c.Mutates = !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "List") && !strings.HasPrefix(action, "Simulate") && action != "AssumeRole"
	if action == "" {
		return &api.Error{Status: 400, Code: "MissingAction", Message: "Could not find operation: the request has no Action parameter"}
	}
	return nil
}

// Handle decides and answers a call that Route knows.
func (d *Directory) Handle(c *api.Call, form url.Values) error {
	operations, version := iamOperations, iamVersion
	if c.Service == "sts" {
		operations, version = stsOperations, stsVersion
	}
	if v := form.Get("Version"); v != version {
		return &api.Error{Status: 400, Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s for version %s", c.Operation, cmp.Or(v, "NO_VERSION_SPECIFIED"))}
	}
	run := operations[c.Operation]
	if run == nil {
		return &api.Error{Status: 501, Code: "NotImplemented", Message: "The sandbox does not implement " + c.Action + "."}
	}
	q := &query{Call: c, directory: d, form: form}
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
		XMLName:  xml.Name{Space: namespaces[c.Service], Local: c.Operation + "Response"},
		Metadata: metadata{c.ID},
	}
	if result != nil {
		answer.Result = &named{c.Operation + "Result", result}
	}
	c.W.Header().Set("Content-Type", "text/xml")
	c.W.Write(mustXML(answer))
	return nil
}

func (q *query) run(run operation) (any, error) {
	q.directory.lock.Lock()
	defer q.directory.lock.Unlock()
	q.account, q.kind = q.directory.accounts[q.Caller.Account], aUser
	if key := q.directory.keys[q.KeyID]; key != nil {
		q.user = key.user
	}
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

// cut sorts a list, which is the caller's own, by its keys and takes the part of it that a
// call asks for with Marker and MaxItems; a marker is the key of the last one given.
func cut[T any](q *query, items []T, key func(T) string) ([]T, more, error) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
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
			return nil, more{}, &api.Error{Status: 400, Code: "ValidationError", Message: "Invalid Marker."}
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
	return q.authorizeFor(q.Action, resource, context)
}

// authorizeFor decides an action that the operation takes.
func (q *query) authorizeFor(action, resource string, context map[string][]string) error {
	context = q.facts(context)
	decision := policy.Decide(policy.Request{
		Caller: q.Caller, Action: action, Resource: resource, Owner: q.account.id, Context: context, Time: q.Now,
	}, q.Own)
	if decision.Allowed {
		return nil
	}
	return q.refused(action, resource, " "+api.Reason(decision, action))
}

func (q *query) refused(action, resource, reason string) error {
	return &api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s%s", q.Caller.ARN, action, resource, reason)}
}

// facts adds to the condition keys of a query those that every one has.
func (q *query) facts(context map[string][]string) map[string][]string {
	facts := q.Facts()
	q.directory.Of(q.Caller.Account, facts)
	maps.Copy(facts, context)
	return facts
}
