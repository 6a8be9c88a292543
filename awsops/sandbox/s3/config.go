package s3

import (
	"encoding/xml"
	"slices"

	"crossgrant/awsops/sandbox/api"
)

type publicAccessBlock struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

func (s *Service) getPublicAccessBlock(q *request) (*response, error) {
	if q.b.block == nil {
		return nil, q.missing("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
	}
	return q.document("PublicAccessBlockConfiguration", q.b.block)
}

func (s *Service) putPublicAccessBlock(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"PublicAccessBlockConfiguration"`
		publicAccessBlock
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	q.b.block = &in.publicAccessBlock
	return empty()
}

func (s *Service) deletePublicAccessBlock(q *request) (*response, error) {
	q.b.block = nil
	return noContent()
}

type ownershipXML struct {
	Rule []ownershipRule
}

type ownershipRule struct{ ObjectOwnership string }

func (s *Service) getOwnership(q *request) (*response, error) {
	if q.b.ownership == "" {
		return nil, q.missing("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
	}
	return q.document("OwnershipControls", ownershipXML{[]ownershipRule{{q.b.ownership}}})
}

func (s *Service) putOwnership(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"OwnershipControls"`
		ownershipXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Rule) != 1 || !slices.Contains([]string{enforced, preferred, objectWriter}, in.Rule[0].ObjectOwnership) {
		return nil, malformedXML()
	}
	want := in.Rule[0].ObjectOwnership
	// Source: Troubleshooting object ownership, InvalidBucketAclWithObjectOwnership.
	if want == enforced && slices.ContainsFunc(q.b.acl, func(g grant) bool { return g.account != q.b.account }) {
		return nil, &api.Error{Status: 400, Code: "InvalidBucketAclWithObjectOwnership", Message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"}
	}
	q.b.ownership = want
	return empty()
}

func (s *Service) deleteOwnership(q *request) (*response, error) {
	q.b.ownership = ""
	return noContent()
}

func (s *Service) getVersioning(q *request) (*response, error) {
	return q.document("VersioningConfiguration", struct {
		Status string `xml:",omitempty"`
	}{q.b.versioning})
}

func (s *Service) putVersioning(q *request) (*response, error) {
	var in struct {
		XMLName           xml.Name `xml:"VersioningConfiguration"`
		Status, MfaDelete string
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if in.MfaDelete == "Enabled" {
		return nil, notImplemented()
	}
	if in.Status != "Enabled" && in.Status != "Suspended" {
		return nil, &api.Error{Status: 400, Code: "IllegalVersioningConfigurationException", Message: "The Versioning element must be specified"}
	}
	if q.b.locks && in.Status != "Enabled" {
		return nil, invalidBucketState("An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
	}
	q.b.versioning = in.Status
	return empty()
}

func (s *Service) getLifecycle(q *request) (*response, error) {
	if q.b.lifecycle == nil {
		return nil, q.missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
	}
	q.set("Content-Type", "application/xml")
	q.set("X-Amz-Transition-Default-Minimum-Object-Size", "all_storage_classes_128K")
	return &response{body: q.b.lifecycle}, nil
}

// putLifecycle keeps the rules and shows them again; no object ever expires in a
// sandbox.
func (s *Service) putLifecycle(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"LifecycleConfiguration"`
		Rule    []struct {
			ID, Status                     string
			Prefix, Filter                 *struct{}
			Expiration, Transition         *struct{}
			NoncurrentVersionExpiration    *struct{}
			NoncurrentVersionTransition    *struct{}
			AbortIncompleteMultipartUpload *struct{}
		}
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Rule) == 0 || len(in.Rule) > 1000 {
		return nil, malformedXML()
	}
	ids := map[string]bool{}
	for _, r := range in.Rule {
		if r.Status != "Enabled" && r.Status != "Disabled" || (r.Prefix == nil) == (r.Filter == nil) {
			return nil, malformedXML()
		}
		if r.Expiration == nil && r.Transition == nil && r.NoncurrentVersionExpiration == nil && r.NoncurrentVersionTransition == nil && r.AbortIncompleteMultipartUpload == nil {
			return nil, invalidRequest("At least one action needs to be specified in a rule")
		}
		if len(r.ID) > 255 {
			return nil, invalidArgument("ID length should not exceed allowed limit of 255", "ID", r.ID)
		}
		if r.ID != "" && ids[r.ID] {
			return nil, invalidArgument("Rule ID must be unique. Found same ID for more than one rule", "ID", r.ID)
		}
		ids[r.ID] = true
	}
	if err := s.room(len(q.data)); err != nil {
		return nil, err
	}
	q.b.lifecycle = q.data
	return empty()
}

func (s *Service) deleteLifecycle(q *request) (*response, error) {
	q.b.lifecycle = nil
	return noContent()
}
