package kms

import (
	"cmp"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// Source: AWS KMS API Reference.
var operations = map[string]operation{
	"CreateKey": createKey, "DescribeKey": describeKey, "ListKeys": listKeys,
	"GetKeyPolicy": getKeyPolicy, "PutKeyPolicy": putKeyPolicy, "ListKeyPolicies": listKeyPolicies,
	"CreateAlias": createAlias, "UpdateAlias": updateAlias, "DeleteAlias": deleteAlias, "ListAliases": listAliases,
	"EnableKey": enableKey, "DisableKey": disableKey, "ScheduleKeyDeletion": scheduleKeyDeletion, "CancelKeyDeletion": cancelKeyDeletion,
}

// forbidden is KMS's own refusal.
func (q *query) forbidden(resource, why string) error {
	return refused("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s %s", q.Caller.ARN, q.Action, resource, why)
}

// authorize decides a call on what has no policy of its own: the account, or an alias.
func (q *query) authorize(resource string) error {
	facts := q.Facts()
	facts["kms:CallerAccount"] = []string{q.Caller.Account}
	q.directory.Of(q.Caller.Account, facts)
	d := policy.Decide(policy.Request{
		Caller: q.Caller, Action: q.Action, Resource: resource, Owner: q.Caller.Account, Context: facts, Time: q.Now,
	}, q.Own)
	if d.Allowed {
		return nil
	}
	return q.forbidden(resource, api.Reason(d, q.Action))
}

// target is the key that a call names, once the caller may do this to it. Only DescribeKey
// reaches into another account. Source: AWS KMS permissions, Cross-account use.
func (q *query) target(named string) (*key, error) {
	q.Resource = named
	if named == "" {
		return nil, refused("ValidationException", "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null")
	}
	k, arn, err := q.resolve(named, q.Region, q.Caller.Account, q.Now)
	m := arnText.FindStringSubmatch(arn)
	switch another := m != nil && m[3] != q.Caller.Account; {
	case another && (k == nil || q.Operation != "DescribeKey"):
		return nil, q.forbidden(arn, elsewhere)
	case err != nil:
		return nil, err
	}
	if d := q.decide(q.Call, q.Action, k, q.Facts(), false); !d.Allowed {
		return nil, q.forbidden(k.arn(), reason(q.Call, d, q.Action, k))
	}
	return k, nil
}

type metadata struct {
	AWSAccountId, Arn, KeyId, Description   string
	Enabled, MultiRegion                    bool
	KeyState, KeyManager, KeyUsage, KeySpec string
	CustomerMasterKeySpec, Origin           string
	CreationDate                            float64
	DeletionDate                            *float64 `json:",omitempty"`
	EncryptionAlgorithms                    []string
}

func (k *key) metadata() metadata {
	m := metadata{
		AWSAccountId: k.account, Arn: k.arn(), KeyId: k.id, Description: k.description, Enabled: k.state == enabled,
		KeyState: k.state, KeyManager: k.manager, KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT",
		CustomerMasterKeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS", CreationDate: seconds(k.created),
		EncryptionAlgorithms: []string{"SYMMETRIC_DEFAULT"},
	}
	if k.state == pending {
		ends := seconds(k.ends)
		m.DeletionDate = &ends
	}
	return m
}

type described struct{ KeyMetadata metadata }

func createKey(q *query) (any, error) {
	var in struct {
		Policy, Description                              string
		KeyUsage, KeySpec, CustomerMasterKeySpec, Origin string
		MultiRegion, BypassPolicyLockoutSafetyCheck      bool
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if err := q.authorize("*"); err != nil {
		return nil, err
	}
	spec := cmp.Or(in.KeySpec, in.CustomerMasterKeySpec, "SYMMETRIC_DEFAULT")
	if spec != "SYMMETRIC_DEFAULT" || cmp.Or(in.KeyUsage, "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT" || cmp.Or(in.Origin, "AWS_KMS") != "AWS_KMS" || in.MultiRegion {
		return nil, &api.Error{Status: 501, Code: "NotImplemented", Message: "The sandbox makes symmetric keys of one Region alone."}
	}
	if len(in.Description) > 8192 {
		return nil, refused("ValidationException", "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192")
	}
	if len(q.keys) >= maxKeys {
		return nil, refused("LimitExceededException", "The sandbox has %d keys, and makes no more: start it anew.", maxKeys)
	}
	doc := parsed(defaultPolicy, q.Caller.Account, q.Region)
	if in.Policy != "" {
		var err error
		if doc, err = q.stored(q.Call, in.Policy); err != nil {
			return nil, err
		}
		if !in.BypassPolicyLockoutSafetyCheck && q.keepsOut(q.Call, &key{place: place(q.Region, q.Caller.Account), account: q.Caller.Account}, doc) {
			return nil, lockedOut()
		}
	}
	k := q.add(q.Region, q.Caller.Account, q.Now)
	k.policy, k.description = doc, in.Description
	return described{k.metadata()}, nil
}

func lockedOut() error {
	return refused("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")
}

// onKey reads a call that names nothing but a key.
func (q *query) onKey() (*key, error) {
	var in struct {
		KeyId, PolicyName string
		Limit             int
		GrantTokens       []string
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if in.PolicyName != "" && in.PolicyName != "default" {
		return nil, notFound("No such policy exists")
	}
	return q.target(in.KeyId)
}

func describeKey(q *query) (any, error) {
	k, err := q.onKey()
	if err != nil {
		return nil, err
	}
	return described{k.metadata()}, nil
}

func getKeyPolicy(q *query) (any, error) {
	k, err := q.onKey()
	if err != nil {
		return nil, err
	}
	return struct{ Policy, PolicyName string }{q.shown(k), "default"}, nil
}

func listKeyPolicies(q *query) (any, error) {
	if _, err := q.onKey(); err != nil {
		return nil, err
	}
	return struct {
		PolicyNames []string
		Truncated   bool
	}{PolicyNames: []string{"default"}}, nil
}

func putKeyPolicy(q *query) (any, error) {
	var in struct {
		KeyId, PolicyName, Policy      string
		BypassPolicyLockoutSafetyCheck bool
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	k, err := q.target(in.KeyId)
	switch {
	case err != nil:
		return nil, err
	case k.state == pending:
		return nil, k.isPending()
	case in.PolicyName != "" && in.PolicyName != "default":
		return nil, refused("ValidationException", "The only valid policy name is default.")
	}
	doc, err := q.stored(q.Call, in.Policy)
	if err != nil {
		return nil, err
	}
	if !in.BypassPolicyLockoutSafetyCheck && q.keepsOut(q.Call, k, doc) {
		return nil, lockedOut()
	}
	k.policy = doc
	return nil, nil
}

func enableKey(q *query) (any, error)  { return q.switchTo(enabled) }
func disableKey(q *query) (any, error) { return q.switchTo(disabled) }

func (q *query) switchTo(state string) (any, error) {
	k, err := q.onKey()
	switch {
	case err != nil:
		return nil, err
	case k.state == pending:
		return nil, k.isPending()
	}
	k.state = state
	return nil, nil
}

type ending struct {
	KeyId, KeyState     string
	DeletionDate        float64
	PendingWindowInDays int
}

func scheduleKeyDeletion(q *query) (any, error) {
	var in struct {
		KeyId               string
		PendingWindowInDays int
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	k, err := q.target(in.KeyId)
	days := cmp.Or(in.PendingWindowInDays, 30)
	switch {
	case err != nil:
		return nil, err
	case k.state == pending:
		return nil, k.isPending()
	case days < 7 || days > 30:
		return nil, refused("ValidationException", "The waiting period must be from 7 to 30 days.")
	}
	k.state, k.ends = pending, q.Now.UTC().AddDate(0, 0, days)
	return ending{k.arn(), k.state, seconds(k.ends), days}, nil
}

func cancelKeyDeletion(q *query) (any, error) {
	k, err := q.onKey()
	switch {
	case err != nil:
		return nil, err
	case k.state != pending:
		return nil, refused("KMSInvalidStateException", "%s is not pending deletion.", k.arn())
	}
	k.state, k.ends = disabled, time.Time{}
	return struct{ KeyId string }{k.arn()}, nil
}
