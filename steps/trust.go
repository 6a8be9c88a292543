package steps

import (
	"cmp"
	"context"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// Who may assume the firm's role. Where that is not the administrator, who tests it, they
// may until the test is over.

// trusts is who may assume the firm's role in the end.
func (f Facts) trusts() string {
	return cmp.Or(f.Trusts, policy.AccountARN(f.Firm.Partition, f.Firm.Account))
}

// trustsAdmin tells whether the firm's administrator is among them.
func (f Facts) trustsAdmin() bool {
	trust := policy.Trust(f.trusts())
	return policy.Decide(policy.Request{
		Caller: policy.Caller{Account: f.Firm.Account, ARN: f.Firm.ARN, UniqueID: f.Firm.UserID},
		Action: "sts:AssumeRole", Resource: arnOf(f.Grantee(), f.Firm.Partition), Owner: f.Firm.Account,
	}, policy.Policies{Bucket: &trust}).Resource.Verdict == policy.Allowed
}

// OnlyTrusted is who may assume the new role where the firm's administrator may not, "" where
// they may.
func (f Facts) OnlyTrusted() string {
	if f.existing() || f.trustsAdmin() {
		return ""
	}
	return f.trusts()
}

// trustForTest is the trust policy that a new role has until it is tested.
func (f Facts) trustForTest() policy.Document {
	if f.trustsAdmin() {
		return policy.Trust(f.trusts())
	}
	return policy.Trust(f.trusts(), f.Firm.ARN)
}

// trustOnly takes away what the trust policy has for the test alone. One that somebody
// changed meanwhile is left as it is.
func (w *World) trustOnly(ctx context.Context) []Action {
	if w.FirmRole == "" || w.existing() || w.trustsAdmin() {
		return nil
	}
	wide := w.trustForTest()
	role, err := w.accounts.Principal(ctx, w.Grantee())
	if err != nil || role == nil || role.Run != w.Run || !policy.Same(role.Trust, &wide) {
		return nil
	}
	return []Action{{As: FirmAdmin, Op: awsops.SetRoleTrust{Account: w.Firm.Account, Role: w.FirmRole, Before: wide, After: policy.Trust(w.trusts())}}}
}
