package steps

import (
	"fmt"
	"slices"

	"crossgrant/awsops/policy"
)

// The customer may take a statement of the run's over under a name of their own: it is
// theirs then, and is said.

// standIns notes statements of others that give the firm what this run's own did: a
// clean-up leaves them, and does not say that nothing is left.
func (w *World) standIns(u *undoing, s standing, after *policy.Document) {
	firm := w.firmStatement()
	if after == nil || hasSid(after, firm.ID) || !s.inherits && !slices.Contains(s.sids, firm.ID) {
		return
	}
	before := map[string]bool{}
	if s.earlier != nil {
		for _, st := range s.earlier.Statements {
			before[policy.New(st).Compact()] = true
		}
	}
	for i, st := range after.Statements {
		if !before[policy.New(st).Compact()] && !w.ofThisFirm(st.Sid) && w.letsFirmIn(st) {
			u.note(fmt.Sprintf("%s of the bucket's policy gives the firm's account %s access to the bucket as this run's own did. This run did not write it: it is left to the customer.",
				numbered(i, st.Sid), policy.Dashed(w.Firm.Account)))
		}
	}
}

func numbered(i int, sid string) string {
	if sid == "" {
		return fmt.Sprintf("Statement %d", i+1)
	}
	return fmt.Sprintf("Statement %d (%s)", i+1, sid)
}

// letsFirmIn tells whether a statement alone gives the firm's account some of what
// crossgrant grants.
func (w *World) letsFirmIn(st policy.Statement) bool {
	alone := policy.New(st)
	for _, action := range []string{"s3:GetObject", "s3:ListBucket", "s3:GetLifecycleConfiguration", "s3:PutObject", "s3:PutObjectAcl"} {
		for _, resource := range []string{"", "/" + w.Prefix + "a"} {
			d := policy.Decide(policy.Request{
				Caller: policy.Caller{Account: w.Firm.Account, ARN: fmt.Sprintf("arn:%s:iam::%s:root", w.Firm.Partition, w.Firm.Account)},
				Action: action, Resource: "arn:" + w.Customer.Partition + ":s3:::" + w.Bucket + resource, Owner: w.Customer.Account,
				Context: map[string][]string{"aws:SecureTransport": {"true"}},
			}, policy.Policies{Bucket: &alone})
			if d.Resource.Verdict == policy.Allowed {
				return true
			}
		}
	}
	return false
}
