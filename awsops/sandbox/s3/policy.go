package s3

import (
	"cmp"
	"encoding/json"

	"crossgrant/awsops/sandbox/api"

	"crossgrant/awsops/policy"
)

func (s *Service) getBucketPolicy(q *request) (*response, error) {
	if q.b.policy == nil {
		return nil, noSuchBucketPolicy(q)
	}
	q.set("Content-Type", "application/json")
	return &response{body: []byte(s.shown(*q.b.policy).Compact())}, nil
}

func (s *Service) putBucketPolicy(q *request) (*response, error) {
	doc, err := readPolicy(q.data, policy.Against{Kind: policy.BucketPolicy, Bucket: q.bucket, Partition: "aws", Account: q.b.account})
	if err != nil {
		return nil, err
	}
	stored, ok := s.stored(doc, q)
	if !ok {
		return nil, malformedPolicy("Invalid principal in policy")
	}
	public, _ := policy.Public(doc)
	if public && q.b.block != nil && q.b.block.BlockPublicPolicy {
		return nil, q.refused("PutBucketPolicy", q.b.arn(), "because public policies are blocked by the BlockPublicPolicy block public access setting.")
	}
	q.b.policy, q.b.public = &stored, public
	return noContent()
}

func (s *Service) deleteBucketPolicy(q *request) (*response, error) {
	q.b.policy, q.b.public = nil, false
	return noContent()
}

func (s *Service) getPolicyStatus(q *request) (*response, error) {
	if q.b.policy == nil {
		return nil, noSuchBucketPolicy(q)
	}
	return q.document("PolicyStatus", struct{ IsPublic bool }{q.b.public})
}

func noSuchBucketPolicy(q *request) error {
	return q.missing("NoSuchBucketPolicy", "The bucket policy does not exist")
}

func malformedPolicy(text string) error {
	return &api.Error{Status: 400, Code: "MalformedPolicy", Message: text}
}

// refusals are S3's words for what Lint finds. Only a few of them are in AWS's
// documentation; the others are what S3 was seen to answer.
var refusals = map[string]string{
	policy.RuleVersion:         "The policy must contain a valid version string",
	policy.RuleNoStatement:     "Missing required field Statement",
	policy.RuleEmptyStatement:  "Could not parse the policy: Statement is empty!",
	policy.RuleEffect:          "Invalid effect",
	policy.RuleNoPrincipal:     "Missing required field Principal",
	policy.RulePrincipal:       "Invalid principal in policy",
	policy.RuleNoAction:        "Missing required field Action",
	policy.RuleAction:          "Policy has invalid action",
	policy.RuleActionResource:  "Action does not apply to any resource(s) in statement",
	policy.RuleNoResource:      "Missing required field Resource",
	policy.RuleResource:        "Policy has invalid resource",
	policy.RuleCondition:       "Policy has an invalid condition key",
	policy.RuleConditionAction: "Conditions do not apply to combination of actions and resources in statement",
	policy.RuleDoubledSid:      "Statement IDs (SID) in a single policy must be unique.",
	policy.RuleUnknownElement:  "Unknown field",
}

// readPolicy reads a bucket policy as S3 does, and refuses it in S3's words.
func readPolicy(text []byte, against policy.Against) (policy.Document, error) {
	if len(text) == 0 || text[0] != '{' {
		return policy.Document{}, malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		return policy.Document{}, malformedPolicy("This policy contains invalid Json")
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return doc, malformedPolicy("This policy contains invalid Json")
	}
	if len(doc.Compact()) > policy.MaxBucketBytes {
		return doc, &api.Error{Status: 400, Code: "PolicyTooLarge", Message: "Policy exceeds the maximum allowed document size."}
	}
	for _, f := range policy.Lint(doc, against) {
		if f.Severity == policy.Refused {
			return doc, malformedPolicy(cmp.Or(refusals[f.Rule], f.Text))
		}
	}
	return doc, nil
}

// stored is the document as S3 keeps it: a principal is who it was at the time,
// by unique id, whatever becomes of the name. ok is false when one of them does
// not exist. Source: AWS JSON policy elements: Principal.
func (s *Service) stored(doc policy.Document, q *request) (out policy.Document, ok bool) {
	ok = true
	out = doc.MapPrincipals(func(value string) string {
		if account, found := s.directory.AccountOf(value); found {
			return account
		}
		id, found := s.directory.Principal(value, q.Now)
		ok = ok && found
		return id
	})
	return out, ok
}

// shown is a stored document as it reads now.
func (s *Service) shown(doc policy.Document) policy.Document {
	return doc.MapPrincipals(s.directory.Shown).Alone()
}
