package s3

import (
	"encoding/xml"

	"crossgrant/awsops/sandbox/api"
)

type aclXML struct {
	Owner ownerXML
	Grant []grantXML `xml:"AccessControlList>Grant"`
}

type ownerXML struct {
	ID string `xml:",omitempty"`
}

// owner is an account as the owner of something.
func (q *request) owner(account string) ownerXML { return ownerXML{q.directory.Canonical(account)} }

type grantXML struct {
	Grantee    granteeXML
	Permission string
}

type granteeXML struct {
	XSI          string `xml:"xmlns:xsi,attr,omitempty"`
	Kind         string `xml:"xsi:type,attr,omitempty"`
	ID           string `xml:",omitempty"`
	URI          string `xml:",omitempty"`
	EmailAddress string `xml:",omitempty"`
}

func (q *request) writeACL(owner string, grants acl) (*response, error) {
	if q.b.ownership == enforced {
		owner, grants = q.b.account, private(q.b.account)
	}
	out := aclXML{Owner: q.owner(owner)}
	for _, g := range grants {
		to := granteeXML{XSI: "http://www.w3.org/2001/XMLSchema-instance", Kind: "Group", URI: g.group}
		if g.group == "" {
			to.Kind, to.ID = "CanonicalUser", q.directory.Canonical(g.account)
		}
		out.Grant = append(out.Grant, grantXML{to, g.permission})
	}
	return q.document("AccessControlPolicy", out)
}

// readACL takes the ACL of the headers or, where there is none, of the body.
func (s *Service) readACL(q *request, owner string) (acl, error) {
	if q.hasACLHeader() || len(q.data) == 0 {
		if !q.hasACLHeader() {
			return nil, &api.Error{Status: 400, Code: "MissingSecurityHeader", Message: "Your request was missing a required header", Fields: map[string]string{"MissingHeaderName": "x-amz-acl"}}
		}
		return s.requestedACL(q, owner, q.b.account)
	}
	var in struct {
		XMLName xml.Name `xml:"AccessControlPolicy"`
		aclXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if in.Owner != q.owner(owner) {
		return nil, accessDenied()
	}
	if len(in.Grant) > maxGrants {
		return nil, &api.Error{Status: 400, Code: "MalformedACLError", Message: "The XML you provided was not well-formed or did not validate against our published schema"}
	}
	grants := acl{}
	for _, g := range in.Grant {
		kind, value := "id", g.Grantee.ID
		switch {
		case g.Grantee.URI != "":
			kind, value = "uri", g.Grantee.URI
		case g.Grantee.EmailAddress != "":
			kind, value = "emailAddress", g.Grantee.EmailAddress
		}
		if g.Permission != "FULL_CONTROL" && aclActions[g.Permission] == nil {
			return nil, malformedXML()
		}
		to, err := s.grantee(kind, value, g.Permission)
		if err != nil {
			return nil, err
		}
		grants = append(grants, to)
	}
	return grants, nil
}

func (s *Service) getBucketACL(q *request) (*response, error) {
	return q.writeACL(q.b.account, q.b.acl)
}

func (s *Service) putBucketACL(q *request) (*response, error) {
	grants, err := s.readACL(q, q.b.account)
	if err == nil {
		err = q.accepts(grants, true)
	}
	if err != nil {
		return nil, err
	}
	q.b.acl = grants
	return empty()
}

func (s *Service) getObjectACL(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	return q.writeACL(o.owner, o.acl)
}

func (s *Service) putObjectACL(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	owner := q.b.ownerOf(o)
	grants, err := s.readACL(q, owner)
	if err == nil {
		err = q.accepts(grants, true)
	}
	if err != nil {
		return nil, err
	}
	// Source: Controlling ownership of objects. Only a write moves an object to
	// the bucket's owner; an ACL that is put later does not.
	o.acl = grants
	q.versionHeader(o)
	return empty()
}
