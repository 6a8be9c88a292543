package ui

import (
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// after returns the facts as a change would leave them, for showing who could do
// what then.
func after(f steps.Facts, c steps.Change) steps.Facts {
	for _, a := range c.Actions {
		r := awsops.Receipt{}
		switch op := a.Op.(type) {
		case awsops.SetBucketPolicy:
			f.BucketPolicy = op.After
		case awsops.SetUserPolicy:
			f.WriterPolicies = others(f.WriterPolicies, op.Name)
			if op.After != nil {
				f.WriterPolicies = append(f.WriterPolicies, policy.Named{Name: op.Name, Document: *op.After})
			}
		case awsops.CreateUser:
			r.UserARN = fmt.Sprintf("arn:%s:iam::%s:user/%s", f.Customer.Partition, op.Account, op.Name)
			r.UserID = "AIDA-OF-" + op.Name
			f = f.Learn(a, r)
		case awsops.DeleteUser:
			f = f.Learn(a, r)
		}
	}
	return f
}

func others(policies []policy.Named, name string) []policy.Named {
	var rest []policy.Named
	for _, p := range policies {
		if p.Name != name {
			rest = append(rest, p)
		}
	}
	return rest
}
