package iam

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
)

// The policy simulator. Where AWS tells the places of the statements in their documents,
// the sandbox tells of none. Sources: SimulatePrincipalPolicy; SimulateCustomPolicy.

// maxSimulated is how many actions on resources one call may ask for, in the sandbox alone.
const maxSimulated = 1000

// simulation is what is asked: may a caller do these things to those, by these policies.
type simulation struct {
	policies           policy.Policies
	caller             policy.Caller
	owner              string
	context            map[string][]string
	actions, resources []string
	organized          bool // the account is in an organization
}

var (
	userARN  = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):user/.+$`)
	ownerARN = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):root$`)
)

func simulatePrincipal(q *query) (any, error) {
	arn := q.required("PolicySourceArn", 2048)
	if err := q.validation(); err != nil {
		return nil, err
	}
	if err := q.authorize(arn, nil); err != nil {
		return nil, err
	}
	e, err := q.source(arn)
	if err != nil {
		return nil, err
	}
	s := simulation{policies: policy.Policies{Identity: e.own()}, organized: q.account.organization.id != ""}
	if e.kind != aGroup {
		s.policies = e.inEffect.latest()
		s.caller = policy.CallerOf(e.arn(), e.id, "simulation")
	}
	s.policies.SCP = q.account.organization.scp
	s.policies.Identity = slices.Clip(s.policies.Identity) // forks share it
	return q.simulate(s, e.kind == aUser)
}

func simulateCustom(q *query) (any, error) {
	if err := q.authorize("*", nil); err != nil {
		return nil, err
	}
	if !q.form.Has("PolicyInputList.member.1") {
		q.required("PolicyInputList", 0)
	}
	return q.simulate(simulation{}, false)
}

// source is the user, the group or the role whose policies are asked about.
func (q *query) source(arn string) (*entity, error) {
	for _, k := range []*kind{aUser, aGroup, aRole} {
		prefix := "arn:aws:iam::" + q.account.id + ":" + k.word + "/"
		if !strings.HasPrefix(arn, prefix) {
			continue
		}
		name := arn[strings.LastIndexByte(arn, '/')+1:]
		if e := q.account.named(k, name); e != nil && e.arn() == arn {
			return e, nil
		}
		return nil, noSuchEntity("The %s with name %s cannot be found.", k.word, name)
	}
	return nil, invalidInput("Invalid Entity Arn: " + arn + " does not clearly define entity type and name.")
}

// list reads NAME.member.N.
func (q *query) list(name string) (all []string) {
	for n := 1; q.form.Has(fmt.Sprintf("%s.member.%d", name, n)); n++ {
		all = append(all, q.form.Get(fmt.Sprintf("%s.member.%d", name, n)))
	}
	return all
}

// simulate reads the rest of what is asked, and answers. isUser tells that the policies are
// those of a user, who then is the caller.
func (q *query) simulate(s simulation, isUser bool) (any, error) {
	s.actions = q.list("ActionNames")
	if s.actions == nil {
		q.required("ActionNames", 0)
	}
	if s.resources = q.list("ResourceArns"); s.resources == nil {
		s.resources = []string{"*"}
	}
	if err := q.validation(); err != nil {
		return nil, err
	}
	if err := q.inputs(&s); err != nil {
		return nil, err
	}
	if err := q.simulated(&s, isUser); err != nil {
		return nil, err
	}
	s.context = map[string][]string{}
	for n := 1; q.form.Has(fmt.Sprintf("ContextEntries.member.%d.ContextKeyName", n)); n++ {
		entry := fmt.Sprintf("ContextEntries.member.%d.", n)
		s.context[strings.ToLower(q.form.Get(entry+"ContextKeyName"))] = q.list(entry + "ContextKeyValues")
	}
	if n := len(s.actions) * len(s.resources); n > maxSimulated {
		return nil, limitExceeded("The sandbox simulates %d actions on resources at once, and these are %d.", maxSimulated, n)
	}
	type pair struct{ action, resource, order string }
	var pairs []pair
	for _, action := range s.actions {
		if vendor, name, _ := strings.Cut(action, ":"); vendor == "" || name == "" || strings.ContainsAny(action, "*?") {
			return nil, invalidInput("Invalid Action: " + action)
		}
		for _, resource := range s.resources {
			pairs = append(pairs, pair{action, resource, fmt.Sprintf("%06d", len(pairs))})
		}
	}
	pairs, page, err := cut(q, pairs, func(p pair) string { return p.order })
	if err != nil {
		return nil, err
	}
	var results []evaluationXML
	for _, p := range pairs {
		results = append(results, s.evaluate(q, p.action, p.resource))
	}
	return struct {
		EvaluationResults members[evaluationXML]
		more
	}{members[evaluationXML]{results}, page}, nil
}

// inputs reads the policies that come with the call.
func (q *query) inputs(s *simulation) error {
	parse := func(name, text string) (policy.Named, error) {
		d, err := policy.Parse([]byte(text))
		if err != nil {
			return policy.Named{}, invalidInput("Invalid policy document in " + name + ".")
		}
		return policy.Named{Name: name, Document: d}, nil
	}
	for i, text := range q.list("PolicyInputList") {
		p, err := parse(fmt.Sprintf("PolicyInputList.%d", i+1), text)
		if err != nil {
			return err
		}
		s.policies.Identity = append(s.policies.Identity, p)
	}
	for i, text := range q.list("PermissionsBoundaryPolicyInputList") {
		p, err := parse(fmt.Sprintf("PermissionsBoundaryPolicyInputList.%d", i+1), text)
		switch {
		case err != nil:
			return err
		case i > 0:
			return limitExceeded("Only one permissions boundary can be simulated.")
		}
		s.policies.Boundary = &p
	}
	if q.form.Has("ResourcePolicy") {
		p, err := parse("ResourcePolicy", q.form.Get("ResourcePolicy"))
		if err != nil {
			return err
		}
		s.policies.Bucket = &p.Document
	}
	return nil
}

// simulated finds out who calls, and whose the resources are. A resource's policy is
// simulated for a user alone. The owner is named by the ARN of its root: a bare account id,
// of which the reference tells, IAM does not take.
func (q *query) simulated(s *simulation, isUser bool) error {
	if arn := q.form.Get("CallerArn"); arn != "" {
		m := userARN.FindStringSubmatch(arn)
		if m == nil {
			return invalidInput("Invalid Entity Arn: " + arn + " is not the ARN of an IAM user.")
		}
		s.caller = policy.Caller{Account: m[1], ARN: arn}
		if a := q.directory.accounts[m[1]]; a != nil {
			if u := a.named(aUser, arn[strings.LastIndexByte(arn, '/')+1:]); u != nil && u.arn() == arn {
				s.caller.UniqueID = u.id
			}
		}
	} else if s.policies.Bucket != nil && !isUser {
		return invalidInput("CallerArn is required with a ResourcePolicy where PolicySourceArn is not the ARN of an IAM user.")
	}
	if s.caller.Account == "" {
		s.caller = policy.Caller{Account: q.account.id, ARN: "arn:aws:iam::" + q.account.id + ":user/simulation"}
	}
	s.owner = s.caller.Account
	if owner := q.form.Get("ResourceOwner"); owner != "" {
		m := ownerARN.FindStringSubmatch(owner)
		if m == nil {
			return invalidInput("'" + owner + "' is not a valid as a Resource Owner.")
		}
		s.owner = m[1]
	}
	return nil
}

type statementXML struct{ SourcePolicyId, SourcePolicyType string }

type evaluationXML struct {
	EvalActionName, EvalResourceName, EvalDecision string

	MatchedStatements                 members[statementXML]
	MissingContextValues              members[string]
	OrganizationsDecisionDetail       *organizationsXML     `xml:",omitempty"`
	PermissionsBoundaryDecisionDetail *boundaryDecisionXML  `xml:",omitempty"`
	EvalDecisionDetails               *detailsXML           `xml:",omitempty"`
	ResourceSpecificResults           *members[specificXML] `xml:",omitempty"`
}

type (
	organizationsXML    struct{ AllowedByOrganizations bool }
	boundaryDecisionXML struct{ AllowedByPermissionsBoundary bool }
	specificXML         struct {
		EvalResourceName, EvalResourceDecision string

		MatchedStatements    members[statementXML]
		MissingContextValues members[string]
		EvalDecisionDetails  *detailsXML `xml:",omitempty"`
	}
	detailsXML struct {
		XMLName xml.Name      `xml:"EvalDecisionDetails"`
		Entries []detailEntry `xml:"entry"`
	}
	detailEntry struct {
		Key   string `xml:"key"`
		Value string `xml:"value"`
	}
)

// evaluate decides one action on one resource. Of who may assume a role the simulator knows
// nothing: it does not look at a trust policy.
func (s *simulation) evaluate(q *query, action, resource string) evaluationXML {
	all := s.policies
	if strings.HasPrefix(strings.ToLower(action), "sts:assume") {
		all.Bucket = nil
	}
	owner := s.owner
	if m := anyARN.FindStringSubmatch(resource); m != nil {
		owner = m[1]
	}
	d := policy.Decide(policy.Request{Caller: s.caller, Action: action, Resource: resource, Owner: owner, Context: s.context, Time: q.Now}, all)
	ends := d.SCP.Needed && d.SCP.Verdict != policy.Allowed
	across := s.caller.Account != owner && all.Bucket != nil
	if !across && all.Bucket == nil && !ends { // nothing is asked of the resource
		d.Allowed = d.Identity.Verdict == policy.Allowed && (!d.Boundary.Needed || d.Boundary.Verdict == policy.Allowed)
	}
	x := evaluationXML{EvalActionName: action, EvalResourceName: resource, EvalDecision: decision(d)}
	x.MatchedStatements.Members = matched(d)
	if s.organized {
		x.OrganizationsDecisionDetail = &organizationsXML{!ends}
	}
	if d.Boundary.Needed {
		x.PermissionsBoundaryDecisionDetail = &boundaryDecisionXML{d.Boundary.Verdict == policy.Allowed}
	}
	missing := members[string]{s.missing()}
	if resource == "*" {
		x.MissingContextValues = missing
		return x
	}
	if !ends {
		x.EvalDecisionDetails = &detailsXML{}
	}
	if !ends && across {
		x.EvalDecisionDetails.Entries = []detailEntry{{"IAM Policy", side(d.Identity)}, {"Resource Policy", side(d.Resource)}}
	}
	x.ResourceSpecificResults = &members[specificXML]{[]specificXML{{resource, x.EvalDecision, x.MatchedStatements, missing, x.EvalDecisionDetails}}}
	return x
}

// anyARN is an ARN that tells its owner.
var anyARN = regexp.MustCompile(`^arn:aws:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12}):`)

const (
	allowed      = "allowed"
	explicitDeny = "explicitDeny"
	implicitDeny = "implicitDeny"
)

func side(g policy.Gate) string {
	return map[policy.Verdict]string{policy.Silent: implicitDeny, policy.Allowed: allowed, policy.Denied: explicitDeny}[g.Verdict]
}

func decision(d policy.Decision) string {
	for _, g := range []policy.Gate{d.SCP, d.Identity, d.Boundary, d.Resource} {
		if g.Verdict == policy.Denied {
			return explicitDeny
		}
	}
	if d.Allowed {
		return allowed
	}
	return implicitDeny
}

// matched are the statements that decided: a Deny alone, else what allows.
func matched(d policy.Decision) (all []statementXML) {
	for _, g := range []policy.Gate{d.Identity, d.Resource} {
		if g.Verdict == policy.Silent || g.Statement < 0 {
			continue
		}
		x := statementXML{cmp.Or(g.Policy, "ResourcePolicy"), "IAM Policy"}
		if g.Policy == "" {
			x.SourcePolicyType = "Resource Policy"
		}
		if g.Verdict == policy.Denied {
			return []statementXML{x}
		}
		all = append(all, x)
	}
	return all
}

// known are the condition keys that follow from who calls, what is asked, and when.
var known = strings.Fields("aws:principalarn aws:principalaccount aws:principaltype aws:principalisawsservice aws:viaawsservice aws:userid aws:username aws:resourceaccount s3:resourceaccount aws:currenttime aws:epochtime")

// missing are the condition keys that the policies name and the call does not.
func (s *simulation) missing() (keys []string) {
	documents := []*policy.Document{}
	for i := range s.policies.Identity {
		documents = append(documents, &s.policies.Identity[i].Document)
	}
	if s.policies.Boundary != nil {
		documents = append(documents, &s.policies.Boundary.Document)
	}
	if s.policies.Bucket != nil {
		documents = append(documents, s.policies.Bucket)
	}
	for _, d := range documents {
		for _, statement := range d.Statements {
			for _, c := range statement.Condition {
				key := strings.ToLower(c.Key)
				if _, given := s.context[key]; !given && !slices.Contains(known, key) && !slices.Contains(keys, c.Key) {
					keys = append(keys, c.Key)
				}
			}
		}
	}
	return keys
}
