package iam

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

var stsOperations = map[string]operation{"GetCallerIdentity": getCallerIdentity, "AssumeRole": assumeRole}

// getCallerIdentity needs no permission, and none can be denied. Source: STS,
// GetCallerIdentity.
func getCallerIdentity(q *query) (any, error) {
	return struct {
		Arn, UserId, Account string
	}{q.Caller.ARN, q.Caller.UniqueID, q.Caller.Account}, nil
}

// longestChained is how long a session lasts that a session asked for.
const longestChained = time.Hour

var (
	roleARN     = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):role/(?:.*/)?([^/]+)$`)
	sessionText = regexp.MustCompile(`^[\w+=,.@-]*$`)
)

// assumeRole gives a session's keys to whom the role's trust policy lets in. How much
// room AWS finds that policies and tags take (PackedPolicySize) only AWS knows. Source:
// STS, AssumeRole.
func assumeRole(q *query) (any, error) {
	s, arn, err := q.newSession()
	if err != nil {
		return nil, err
	}
	if q.user.isRoot() {
		return nil, &api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Roles may not be assumed by root accounts."}
	}
	if s.role = q.directory.role(arn, q.Now); s.role == nil {
		return nil, q.refused(q.Action, arn, "")
	}
	by := q.directory.sessions[q.KeyID]
	if err := s.inherit(q, by); err != nil {
		return nil, err
	}
	if err := q.mayAssume(s); err != nil {
		return nil, err
	}
	switch lasts := s.expires.Sub(q.Now); {
	case lasts > s.role.longest:
		return nil, invalid("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case by != nil && lasts > longestChained:
		return nil, invalid("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	id, err := q.directory.addSession(s)
	if err != nil {
		return nil, err
	}
	type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }
	type assumed struct{ AssumedRoleId, Arn string }
	return struct {
		Credentials     credentials
		AssumedRoleUser assumed
	}{credentials{id, s.secret, s.token, iso(s.expires)}, assumed{s.id(), s.arn()}}, nil
}

func invalid(code, message string) error {
	return &api.Error{Status: http.StatusBadRequest, Code: code, Message: message}
}

// newSession reads what is asked for, and the ARN of which role.
func (q *query) newSession() (s *session, arn string, err error) {
	arn = q.required("RoleArn", 2048)
	name := q.required("RoleSessionName", 64)
	if len(q.invalid) == 0 {
		q.sized("RoleArn", arn, 20, 2048)
		q.sized("RoleSessionName", name, 2, 64)
	}
	if !sessionText.MatchString(name) {
		q.refuse("Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", name)
	}
	if q.form.Has("ExternalId") {
		q.sized("ExternalId", q.form.Get("ExternalId"), 2, 1224)
	}
	lasts := q.seconds("DurationSeconds", 900)
	for _, unserved := range []string{"SerialNumber", "TokenCode", "SourceIdentity", "ProvidedContexts.member.1.ProviderArn"} {
		if q.form.Has(unserved) {
			return nil, "", &api.Error{Status: 501, Code: "NotImplemented", Message: "The sandbox does not implement AssumeRole with " + unserved + "."}
		}
	}
	tags, err := q.tags()
	if err != nil {
		return nil, "", err
	}
	m := roleARN.FindStringSubmatch(arn)
	if m == nil {
		return nil, "", invalid("ValidationError", arn+" is invalid")
	}
	policies, err := q.sessionPolicies(m[1])
	return &session{name: name, issued: q.Now, expires: q.Now.Add(lasts), tags: tags, policies: policies}, arn, err
}

// sessionPolicies reads the policies that a session of a role in an account is limited to.
func (q *query) sessionPolicies(account string) (all []policy.Named, err error) {
	if q.form.Has("Policy") {
		document, err := policy.Parse([]byte(q.form.Get("Policy")))
		if err != nil {
			return nil, malformed("This policy contains invalid Json")
		}
		for _, f := range policy.Lint(document, policy.Against{Kind: policy.InlinePolicy, Partition: "aws"}) {
			switch {
			case f.Severity != policy.Refused:
			case f.Rule == policy.RuleSize:
				q.sized("Policy", q.form.Get("Policy"), 1, policy.MaxInlineChars)
				return nil, q.validation()
			default:
				return nil, malformed(refusal(document, f))
			}
		}
		all = append(all, policy.Named{Name: "of the session", Document: document})
	}
	for n := 1; q.form.Has(fmt.Sprintf("PolicyArns.member.%d.arn", n)); n++ {
		arn := q.form.Get(fmt.Sprintf("PolicyArns.member.%d.arn", n))
		var p *managedPolicy
		if a := q.directory.accounts[account]; a != nil {
			p = a.managed(arn)
		}
		switch {
		case p == nil:
			return nil, malformed("Policy " + arn + " does not exist.")
		case n > maxAttached:
			return nil, limitExceeded("Cannot exceed quota for PoliciesPerSession: %d", maxAttached)
		}
		all = append(all, p.named())
	}
	return all, nil
}

// inherit reads which of a session's tags it passes on, and gives it those that its
// caller's own session passes on. Source: Pass session tags in AWS STS, Chaining roles.
func (s *session) inherit(q *query, by *session) error {
	for n := 1; q.form.Has(fmt.Sprintf("TransitiveTagKeys.member.%d", n)); n++ {
		key := tag{Key: q.form.Get(fmt.Sprintf("TransitiveTagKeys.member.%d", n))}
		if !slices.ContainsFunc(s.tags, key.sameKey) {
			return invalid("InvalidParameterValue", "The transitive tag key "+key.Key+" is not one of the session tags.")
		}
		s.transitive = append(s.transitive, key.Key)
	}
	if by == nil {
		return nil
	}
	for _, key := range by.transitive {
		i := slices.IndexFunc(by.tags, tag{Key: key}.sameKey)
		if slices.ContainsFunc(s.tags, by.tags[i].sameKey) {
			return invalid("InvalidParameterValue", "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		s.tags, s.transitive = append(s.tags, by.tags[i]), append(s.transitive, key)
	}
	return nil
}

// mayAssume decides by the caller's own policies and by the trust policy, and once more
// where tags are passed. Source: Pass session tags in AWS STS, Permissions required to
// add session tags.
func (q *query) mayAssume(s *session) error {
	context := q.facts(map[string][]string{"sts:RoleSessionName": {s.name}})
	if q.form.Has("ExternalId") {
		context["sts:ExternalId"] = []string{q.form.Get("ExternalId")}
	}
	q.directory.Of(s.role.account.id, context)
	tagged(context, s.role.tags, s.tags)
	if len(s.transitive) > 0 {
		context["sts:TransitiveTagKeys"] = s.transitive
	}
	actions := []string{"sts:AssumeRole"}
	if len(s.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	all, trust := q.Own, s.role.trust.seen(q.Now)
	all.Bucket, all.RCP = &trust, q.directory.RCP(s.role.account.id)
	for _, action := range actions {
		d := policy.Decide(policy.Request{
			Caller: q.Caller, Action: action, Resource: s.role.arn(), Owner: s.role.account.id, Context: context, Time: q.Now,
		}, all)
		if !d.Allowed {
			return q.refused(action, s.role.arn(), "")
		}
	}
	return nil
}
