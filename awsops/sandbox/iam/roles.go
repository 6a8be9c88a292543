package iam

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

type roleXML struct {
	Path, RoleName, RoleId, Arn, CreateDate string
	AssumeRolePolicyDocument                string
	Description                             string `xml:",omitempty"`
	MaxSessionDuration                      int
	PermissionsBoundary                     *boundaryXML     `xml:",omitempty"`
	Tags                                    *members[tag]    `xml:",omitempty"`
	RoleLastUsed                            *roleLastUsedXML `xml:",omitempty"`
}

type roleLastUsedXML struct {
	LastUsedDate string `xml:",omitempty"`
	Region       string `xml:",omitempty"`
}

type roleResult struct{ Role roleXML }

func (q *query) roleXML(r *entity) roleXML {
	return roleXML{
		Path: r.path, RoleName: r.name, RoleId: r.id, Arn: r.arn(), CreateDate: iso(r.created),
		AssumeRolePolicyDocument: encoded(q.directory.shownTrust(r)),
		Description:              r.description, MaxSessionDuration: int(r.longest.Seconds()),
	}
}

// shownTrust is a role's trust policy as it reads now.
func (d *Directory) shownTrust(r *entity) string {
	return r.trust.latest().MapPrincipals(d.Shown).Compact()
}

// wholeRole is a role with what ListRoles leaves out. Source: IAM API Reference, ListRoles.
func (q *query) wholeRole(r *entity) roleXML {
	x := q.roleXML(r)
	x.PermissionsBoundary, x.Tags, x.RoleLastUsed = r.boundaryXML(), r.tagsXML(), &roleLastUsedXML{}
	if last := r.lastUsed; !last.at.IsZero() {
		x.RoleLastUsed = &roleLastUsedXML{iso(last.at), last.region}
	}
	return x
}

func createRole(q *query) (any, error) {
	text := q.required("AssumeRolePolicyDocument", maxPolicyInput)
	description, longest := q.about()
	name, err := q.name("RoleName", 64)
	if err != nil {
		return nil, err
	}
	path, err := q.path("Path")
	if err != nil {
		return nil, err
	}
	tags, err := q.tags()
	if err != nil {
		return nil, err
	}
	if err := q.authorizeOn(&entity{kind: aRole, account: q.account, path: path, name: name}, tags); err != nil {
		return nil, err
	}
	trust, err := q.trust(text)
	if err != nil {
		return nil, err
	}
	r, err := q.create(name, path, tags)
	if err != nil {
		return nil, err
	}
	r.description, r.longest = description, longest
	r.trust.set(trust, q.Now, q.effective())
	return roleResult{q.wholeRole(r)}, nil
}

// about reads what a role says of itself.
func (q *query) about() (description string, longest time.Duration) {
	description = q.sized("Description", q.form.Get("Description"), 0, 1000)
	return description, q.seconds("MaxSessionDuration", 3600)
}

// seconds reads how long a session lasts: an hour where nothing is said, twelve at most.
func (q *query) seconds(parameter string, least int) time.Duration {
	text := cmp.Or(q.form.Get(parameter), "3600")
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < least:
		q.refuse("Value '%s' at '%s' failed to satisfy constraint: Member must have value greater than or equal to %d", text, member(parameter), least)
	case n > 43200:
		q.refuse("Value '%s' at '%s' failed to satisfy constraint: Member must have value less than or equal to 43200", text, member(parameter))
	}
	return time.Duration(n) * time.Second
}

// trust reads a trust policy as IAM stores it: a user or a role in it is who it was at
// the time, by unique id. Source: AWS JSON policy elements: Principal.
func (q *query) trust(text string) (policy.Document, error) {
	doc, err := policy.Parse([]byte(text))
	if err != nil {
		return doc, malformed("This policy contains invalid Json")
	}
	for _, f := range policy.Lint(doc, policy.Against{Kind: policy.TrustPolicy, Partition: "aws", Account: q.account.id}) {
		switch {
		case f.Severity != policy.Refused:
		case f.Rule == policy.RuleSize:
			return doc, limitExceeded("Cannot exceed quota for ACLSizePerRole: %d", policy.MaxTrustChars)
		default:
			return doc, malformed(trustRefusal(doc, f))
		}
	}
	unknown := ""
	stored := doc.MapPrincipals(func(value string) string {
		id, ok := q.directory.Principal(value, q.Now)
		if !ok {
			unknown = cmp.Or(unknown, value)
		}
		return id
	})
	if unknown != "" {
		return doc, malformed(invalidPrincipal(unknown))
	}
	return stored, nil
}

func invalidPrincipal(value string) string {
	return fmt.Sprintf(`Invalid principal in policy: "AWS":"%s"`, value)
}

// trustRefusal is what IAM says of a trust policy that Lint says is refused.
func trustRefusal(d policy.Document, f policy.Finding) string {
	switch f.Rule {
	case policy.RuleNoPrincipal:
		return "AssumeRole policy must contain principals."
	case policy.RuleResource:
		return "Has prohibited field Resource"
	case policy.RuleAction:
		return "AssumeRole policy may only specify STS AssumeRole actions."
	case policy.RulePrincipal:
		if p := d.Statements[f.Statement].Principal; p != nil && len(p.AWS.Values) == 1 {
			return invalidPrincipal(p.AWS.Values[0])
		}
		return "Invalid principal in policy"
	}
	return refusal(d, f)
}

func getRole(q *query) (any, error) {
	r, err := q.target()
	if err != nil {
		return nil, err
	}
	return roleResult{q.wholeRole(r)}, nil
}

func listRoles(q *query) (any, error) {
	prefix, err := q.path("PathPrefix")
	if err != nil {
		return nil, err
	}
	if err := q.authorize("arn:aws:iam::"+q.account.id+":role"+prefix, nil); err != nil {
		return nil, err
	}
	var all []roleXML
	for _, r := range q.account.roles {
		if r.exists.latest() && strings.HasPrefix(r.path, prefix) {
			all = append(all, q.roleXML(r))
		}
	}
	key := func(r roleXML) string { return r.RoleName }
	all, page, err := cut(q, all, key)
	return struct {
		Roles members[roleXML]
		more
	}{members[roleXML]{all}, page}, err
}

func updateRole(q *query) (any, error) {
	description, longest := q.about()
	r, err := q.target()
	if err != nil {
		return nil, err
	}
	if q.form.Has("Description") {
		r.description = description
	}
	if q.form.Has("MaxSessionDuration") {
		r.longest = longest
	}
	return struct{}{}, nil
}

func updateTrust(q *query) (any, error) {
	text := q.required("PolicyDocument", maxPolicyInput)
	r, err := q.target()
	if err != nil {
		return nil, err
	}
	trust, err := q.trust(text)
	if err != nil {
		return nil, err
	}
	r.trust.set(trust, q.Now, q.effective())
	return nil, nil
}
