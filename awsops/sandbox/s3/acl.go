package s3

import (
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/api"

	"crossgrant/awsops/policy"
)

// acl is the grants of an access control list, without the owner's name.
type acl []grant

// grant gives one permission to an account or to one of S3's groups.
type grant struct{ account, group, permission string }

const (
	allUsers      = "http://acs.amazonaws.com/groups/global/AllUsers"
	authenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	logDelivery   = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

func private(owner string) acl { return acl{{account: owner, permission: "FULL_CONTROL"}} }

// canned spells a canned ACL out. Source: Access control list overview.
func canned(name, owner, bucketOwner string) (acl, error) {
	grants := private(owner)
	switch name {
	case "", "private":
	case "public-read":
		grants = append(grants, grant{group: allUsers, permission: "READ"})
	case "public-read-write":
		grants = append(grants, grant{group: allUsers, permission: "READ"}, grant{group: allUsers, permission: "WRITE"})
	case "authenticated-read":
		grants = append(grants, grant{group: authenticated, permission: "READ"})
	case "log-delivery-write":
		grants = append(grants, grant{group: logDelivery, permission: "WRITE"}, grant{group: logDelivery, permission: "READ_ACP"})
	case "bucket-owner-read", "bucket-owner-full-control":
		permission := map[string]string{"bucket-owner-read": "READ", "bucket-owner-full-control": "FULL_CONTROL"}[name]
		if owner != bucketOwner {
			grants = append(grants, grant{account: bucketOwner, permission: permission})
		}
	default:
		return nil, invalidArgument("", "x-amz-acl", name)
	}
	return grants, nil
}

// public tells whether a grant is to one of the groups that anyone can be in.
func (a acl) public() bool {
	return slices.ContainsFunc(a, func(g grant) bool { return g.group == allUsers || g.group == authenticated })
}

// Actions that a permission stands for, of a bucket's ACL and of an object's.
// Source: Access control list overview, mapping of ACL permissions.
var aclActions = map[string][]string{
	"READ":      {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetObject", "s3:GetObjectVersion"},
	"WRITE":     {"s3:PutObject", "s3:DeleteObject"},
	"READ_ACP":  {"s3:GetBucketAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"},
	"WRITE_ACP": {"s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"},
}

// statements says the grants as a bucket policy would.
func (a acl) statements(ignorePublic bool) []policy.Statement {
	var out []policy.Statement
	for _, g := range a {
		if g.group == logDelivery || g.group != "" && ignorePublic {
			continue
		}
		st := policy.Statement{Effect: "Allow", Action: listOf(aclActions[g.permission]...), Resource: listOf("arn:aws:s3:::*")}
		if g.permission == "FULL_CONTROL" {
			for _, permission := range []string{"READ", "WRITE", "READ_ACP", "WRITE_ACP"} {
				st.Action.Values = append(st.Action.Values, aclActions[permission]...)
			}
		}
		switch g.group {
		case "":
			st.Principal = &policy.Principal{AWS: listOf(g.account)}
		case authenticated:
			st.Condition = []policy.Condition{{Operator: "StringNotEquals", Key: "aws:PrincipalType", Values: listOf("Anonymous")}}
			fallthrough
		default:
			st.Principal = &policy.Principal{Everyone: true}
		}
		out = append(out, st)
	}
	return out
}

func listOf(values ...string) policy.List { return policy.List{Values: values} }

var grantHeaders = []struct{ header, permission string }{
	{"X-Amz-Grant-Full-Control", "FULL_CONTROL"},
	{"X-Amz-Grant-Read", "READ"},
	{"X-Amz-Grant-Read-Acp", "READ_ACP"},
	{"X-Amz-Grant-Write", "WRITE"},
	{"X-Amz-Grant-Write-Acp", "WRITE_ACP"},
}

func (q *request) hasACLHeader() bool {
	return q.header("X-Amz-Acl") != "" || slices.ContainsFunc(grantHeaders, func(g struct{ header, permission string }) bool { return q.header(g.header) != "" })
}

// requestedACL reads the ACL that the request's headers ask for.
func (s *Service) requestedACL(q *request, owner, bucketOwner string) (acl, error) {
	name := q.header("X-Amz-Acl")
	var grants acl
	for _, h := range grantHeaders {
		for _, grantee := range strings.Split(q.header(h.header), ",") {
			kind, value, found := strings.Cut(strings.TrimSpace(grantee), "=")
			if !found {
				continue
			}
			if name != "" {
				return nil, invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
			}
			g, err := s.grantee(kind, strings.Trim(value, `"`), h.permission)
			if err != nil {
				return nil, err
			}
			grants = append(grants, g)
		}
	}
	if grants != nil {
		return grants, nil
	}
	return canned(name, owner, bucketOwner)
}

func (s *Service) grantee(kind, value, permission string) (grant, error) {
	switch kind {
	case "id":
		if account, ok := s.directory.AccountOf(value); ok {
			return grant{account: account, permission: permission}, nil
		}
		return grant{}, invalidArgument("Invalid id", "CanonicalUser/ID", value)
	case "uri":
		if value == allUsers || value == authenticated || value == logDelivery {
			return grant{group: value, permission: permission}, nil
		}
		return grant{}, invalidArgument("Invalid group uri", "uri", value)
	case "emailAddress":
		return grant{}, &api.Error{Status: 400, Code: "UnresolvableGrantByEmailAddress", Message: "The e-mail address you provided does not match any account on record."}
	}
	return grant{}, invalidArgument("Argument format not recognized", "grant", kind)
}

// accepts decides whether a bucket takes this ACL at all: with ACLs off it takes
// the one that says nothing new, and Block Public Access takes none for everyone.
func (q *request) accepts(requested acl, sent bool) error {
	if !sent {
		return nil
	}
	if q.b.ownership == enforced {
		if q.header("X-Amz-Acl") == "bucket-owner-full-control" || q.header("X-Amz-Acl") == "" && slices.Equal(requested, private(q.b.account)) {
			return nil
		}
		return &api.Error{Status: 400, Code: "AccessControlListNotSupported", Message: "The bucket does not allow ACLs"}
	}
	if q.b.block != nil && q.b.block.BlockPublicAcls && requested.public() {
		if q.Caller.Account != q.b.account {
			return accessDenied()
		}
		resource := q.b.arn()
		if q.key != "" {
			resource = q.arn()
		}
		return q.refused(q.op.action, resource, "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")
	}
	return nil
}

func (g grant) String() string {
	return fmt.Sprintf("%s to %s%s", g.permission, g.account, g.group)
}
