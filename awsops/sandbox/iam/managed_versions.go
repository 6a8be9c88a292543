package iam

import (
	"slices"

	"crossgrant/awsops/policy"
)

type versionXML struct {
	Document         string `xml:",omitempty"`
	VersionId        string
	IsDefaultVersion bool
	CreateDate       string
}

// versionXML is a version, and with whole its document.
func (p *managedPolicy) versionXML(v policyVersion, whole bool) versionXML {
	x := versionXML{VersionId: v.id(), IsDefaultVersion: v.number == p.current, CreateDate: iso(v.created)}
	if whole {
		x.Document = encoded(v.text)
	}
	return x
}

// readManaged reads the document of a managed policy.
func (q *query) readManaged(text string) (policyVersion, error) {
	document, err := policy.Parse([]byte(text))
	if err != nil {
		return policyVersion{}, malformed("Syntax errors in policy.")
	}
	for _, f := range policy.Lint(document, policy.Against{Kind: policy.ManagedPolicy, Partition: "aws", Account: q.account.id}) {
		switch {
		case f.Severity != policy.Refused:
		case f.Rule == policy.RuleSize:
			return policyVersion{}, limitExceeded("Cannot exceed quota for PolicySize: %d", policy.MaxManagedChars)
		default:
			return policyVersion{}, malformed(refusal(document, f))
		}
	}
	return policyVersion{1, text, document, q.Now}, nil
}

// targetVersion is the version of a managed policy that a call names, as a place in it.
func (q *query) targetVersion() (*managedPolicy, int, error) {
	id := q.required("VersionId", 64)
	p, err := q.targetPolicy()
	if err != nil {
		return nil, 0, err
	}
	i := p.find(id)
	if i < 0 {
		return nil, 0, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.arn(), id)
	}
	return p, i, nil
}

type versionResult struct{ PolicyVersion versionXML }

func getVersion(q *query) (any, error) {
	p, i, err := q.targetVersion()
	if err != nil {
		return nil, err
	}
	return versionResult{p.versionXML(p.versions[i], true)}, nil
}

func listVersions(q *query) (any, error) {
	p, err := q.targetPolicy()
	if err != nil {
		return nil, err
	}
	var all []versionXML
	for _, v := range p.versions {
		all = append(all, p.versionXML(v, false))
	}
	return struct {
		Versions members[versionXML]
		more
	}{Versions: members[versionXML]{all}}, nil
}

func createVersion(q *query) (any, error) {
	text := q.required("PolicyDocument", maxPolicyInput)
	p, err := q.targetPolicy()
	if err != nil {
		return nil, err
	}
	version, err := q.readManaged(text)
	switch {
	case err != nil:
		return nil, err
	case len(p.versions) >= maxVersions:
		return nil, limitExceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
	}
	p.last++
	version.number = p.last
	p.versions = append(p.versions, version)
	if q.form.Get("SetAsDefault") == "true" {
		q.setCurrent(p, version.number)
	}
	return versionResult{p.versionXML(version, false)}, nil
}

func setDefaultVersion(q *query) (any, error) {
	p, i, err := q.targetVersion()
	if err != nil {
		return nil, err
	}
	q.setCurrent(p, p.versions[i].number)
	return nil, nil
}

// setCurrent lets another version of a policy take effect wherever it is used.
func (q *query) setCurrent(p *managedPolicy, number int) {
	p.current, p.updated = number, q.Now
	attached, bound := q.account.using(p)
	for _, e := range slices.Concat(attached, bound) {
		e.apply(q.Now, q.effective())
	}
}

func deleteVersion(q *query) (any, error) {
	p, i, err := q.targetVersion()
	if err != nil {
		return nil, err
	}
	if p.versions[i].number == p.current {
		return nil, deleteConflict("Cannot delete the default version of a policy.")
	}
	p.versions = slices.Delete(p.versions, i, i+1)
	return nil, nil
}
