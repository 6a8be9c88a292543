package steps

// The two gates of a check: how a request fares at each, as far as that is known.

import (
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// notInPolicies names what shuts a gate where no policy of that side does.
var notInPolicies = map[policy.Cause]string{
	policy.OverBoundary: "the permissions boundary", policy.BlockPublicAccess: "Block Public Access", policy.RequesterPays: "Requester Pays",
	policy.KMSKeyPolicy: "the encryption key", policy.KMSFirmPolicy: "the encryption key", policy.KMSNotShareable: "the encryption key", policy.KMSKeyUnusable: "the encryption key",
	policy.ObjectLock: "Object Lock", policy.ACLNotTaken: "an ACL", policy.PrincipalDeleted: "a principal is deleted",
}

// atBucket are causes whose gate is the bucket's, whoever is to act.
var atBucket = []policy.Cause{policy.RequesterPays, policy.ACLNotTaken, policy.ACLRequired, policy.HeaderRequired}

// gates are how a test fared: by the documents that were read, and by what AWS answered,
// which counts for more. A request that was refused never passes both.
func (c *checking) gates(e *awsops.Evidence, t Test, v awsops.Verdict) Row {
	p, own, bucket := e.Sides(awsops.Refusal{Action: t.Action, Key: t.key})
	row := Row{Who: c.writer.Name, As: Writer, Action: t.Action, Own: sideGate(p, own), Bucket: sideGate(p, bucket)}
	shuts, why := &row.Bucket, notInPolicies[v.Cause]
	if v.Side == "firm" && !slices.Contains(atBucket, v.Cause) {
		shuts = &row.Own
	}
	kind, _ := problem.RuleOf(t.err)
	switch {
	case t.Got == allowed:
		row.Own, row.Bucket = Gate{Verdict: policy.Allowed, By: row.Own.By}, Gate{Verdict: policy.Allowed, By: row.Bucket.By}
	case t.Got == "" && (v.Holds || v.Cause == policy.WiderThanGranted), row.Own.shut(), row.Bucket.shut():
	case v.Cause == policy.OrganisationOrNetwork && kind == "":
		row.Own, row.Bucket = Gate{Unknown: true, Why: "a rule above it?"}, Gate{Unknown: true, Why: "a rule above it?"}
	case v.Cause == policy.OrganisationOrNetwork && kind == problem.ResourceControl:
		row.Bucket = Gate{Why: "a rule above it"}
	case v.Cause == policy.OrganisationOrNetwork:
		row.Own = Gate{Why: "a rule above it"}
	case v.Side == "here":
		return Row{} // it never came to a gate
	case why != "":
		*shuts = Gate{Why: why}
	case row.Own.Verdict == policy.Allowed && row.Bucket.Verdict == policy.Allowed:
		*shuts = Gate{Unknown: true, Why: "see the cause"}
	}
	return row
}

// sideGate is what one side's documents say to a request.
func sideGate(p policy.Prospect, side *policy.Policies) Gate {
	if side == nil {
		return Gate{Unknown: true, Why: "not read"}
	}
	return gate(p, *side)
}

// shut tells that the policies of a side do not let a request through.
func (g Gate) shut() bool { return g.Verdict != policy.Allowed && !g.Unsure && !g.Unknown }
