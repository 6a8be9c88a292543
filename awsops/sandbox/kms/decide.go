package kms

import (
	"fmt"
	"net/http"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// elsewhere is what KMS says to another account, whichever it is of the three.
const elsewhere = "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"

// decide decides by the key policy and the caller's own policies. Source: Condition keys
// for AWS KMS.
func (s *Service) decide(c *api.Call, action string, k *key, facts map[string][]string, via bool) policy.Decision {
	facts["kms:CallerAccount"] = []string{c.Caller.Account}
	facts["kms:KeySpec"] = []string{"SYMMETRIC_DEFAULT"}
	facts["kms:KeyUsage"] = []string{"ENCRYPT_DECRYPT"}
	facts["kms:KeyOrigin"] = []string{"AWS_KMS"}
	facts["kms:MultiRegion"] = []string{"false"}
	if names := s.aliasesOf(k); names != nil {
		facts["kms:ResourceAliases"] = names
	}
	s.directory.Of(k.account, facts)
	all := c.Own
	all.Bucket = &k.policy
	if k.manager != ofAWS { // Source: Resource control policies, Resources and entities not restricted by RCPs
		all.RCP = s.directory.RCP(k.account)
	}
	return policy.Decide(policy.Request{
		Caller: c.Caller, Action: action, Resource: k.arn(), Owner: k.account, Context: facts, Time: c.Now, Via: via,
	}, all)
}

// reason is what KMS says of a no.
func reason(c *api.Call, d policy.Decision, action string, k *key) string {
	if c.Caller.Account != k.account && (d.Resource.Verdict != policy.Allowed || d.RCP.Verdict == policy.Denied) {
		return elsewhere
	}
	return api.Reason(d, action)
}

// Use decides whether S3 may use a key for a caller, and gives the key's ARN. Errors are
// worded as S3 gives them back. S3 takes no alias of another account. What S3 asks does not
// come from the caller's network. Sources: Using server-side encryption with AWS KMS keys;
// kms:ViaService; Using the IP address condition in policies with AWS KMS permissions;
// Forward access sessions; Amazon S3 error responses.
func (s *Service) Use(u api.KeyUse) (arn string, err error) {
	var k *key
	if u.Key == "" {
		k = s.managed(u.Region, u.Owner, u.Now)
	} else if k, arn, err = s.resolve(u.Key, u.Region, u.Caller.Account, u.Now); k == nil {
		if m := arnText.FindStringSubmatch(arn); m != nil && m[3] != u.Caller.Account && m[4] == "key" {
			return "", forbidden(&u, u.On+" "+elsewhere)
		}
		return "", ofKMS(err)
	}
	if strings.HasPrefix(u.Key, "arn:") && strings.Contains(u.Key, ":alias/") && k.account != u.Caller.Account {
		return "", ofKMS(notFound("Alias %s is not found.", u.Key))
	}
	facts := u.Facts()
	delete(facts, "aws:SourceIp")
	facts["aws:RequestedRegion"] = []string{u.Region}
	facts["kms:ViaService"] = []string{"s3." + u.Region + ".amazonaws.com"}
	for name, value := range u.Context {
		facts["kms:EncryptionContext:"+name] = []string{value}
		facts["kms:EncryptionContextKeys"] = append(facts["kms:EncryptionContextKeys"], name)
	}
	if d := s.decide(u.Call, u.Action, k, facts, true); !d.Allowed {
		why := reason(u.Call, d, u.Action, k)
		if why == elsewhere {
			return "", forbidden(&u, u.On+" "+why)
		}
		return "", forbidden(&u, fmt.Sprintf("on resource: %s %s", k.arn(), why))
	}
	return k.arn(), ofKMS(k.usable())
}

func forbidden(u *api.KeyUse, text string) error {
	return &api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: %s %s", u.Caller.ARN, u.Action, text)}
}

// ofKMS is an error of KMS as S3 hands it on.
func ofKMS(err error) error {
	if e, ok := err.(*api.Error); ok {
		return &api.Error{Status: e.Status, Code: "KMS." + e.Code, Message: e.Message}
	}
	return err
}

// stored reads a key policy as KMS stores it: a user or a role in it is who it was at the
// time, by unique id. Source: PutKeyPolicy.
func (s *Service) stored(c *api.Call, text string) (policy.Document, error) {
	malformed := func(message string) error { return refused("MalformedPolicyDocumentException", "%s", message) }
	doc, err := policy.Parse([]byte(text))
	if err != nil {
		return doc, malformed("This policy contains invalid Json")
	}
	for _, f := range policy.Lint(doc, policy.Against{Kind: policy.KeyPolicy, Partition: "aws", Account: c.Caller.Account}) {
		switch {
		case f.Severity != policy.Refused:
		case f.Rule == policy.RuleSize:
			return doc, refused("LimitExceededException", "Policy exceeds the maximum allowed document size.")
		case f.Rule == policy.RulePrincipal:
			return doc, malformed("Policy contains a statement with one or more invalid principals.")
		default:
			return doc, malformed("Policy contains a statement that is not valid: " + f.Text)
		}
	}
	ok := true
	doc = doc.MapPrincipals(func(value string) string {
		id, found := s.directory.Principal(value, c.Now)
		ok = ok && found
		return id
	})
	if !ok {
		return doc, malformed("Policy contains a statement with one or more invalid principals.")
	}
	return doc, nil
}

func (s *Service) shown(k *key) string { return k.policy.MapPrincipals(s.directory.Shown).Compact() }

// keepsOut tells that a policy would not let the caller change it again, which KMS refuses
// unless the caller says that it is meant. Source: PutKeyPolicy,
// BypassPolicyLockoutSafetyCheck.
func (s *Service) keepsOut(c *api.Call, k *key, doc policy.Document) bool {
	with := *k
	with.policy = doc
	return !s.decide(c, "kms:PutKeyPolicy", &with, c.Facts(), false).Allowed
}
