package run

import (
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// A Proof is what a person types to show that they mean this very thing.
type Proof struct {
	Ask, Label, Wanted string
	Account            bool   // dashes and blanks do not count
	Wrong              string // what to say of anything else
	First              bool   // before the first change of all: Parties are shown with it
}

// Holds tells whether the right thing was typed.
func (p Proof) Holds(typed string) bool {
	if p.Account {
		typed = strings.NewReplacer("-", "", " ", "").Replace(typed)
	}
	return strings.TrimSpace(typed) == p.Wanted
}

// Proofs are what has to be typed before a change is shown: the bucket's name before the
// first change to real accounts, the id of the account before a clean-up removes something
// in it, the name of a bucket that goes, and a word before somebody else's change is
// written over. In a demo nothing has to.
func (r *Run) Proofs(c steps.Change) []Proof {
	if r.Demo || len(c.Actions) == 0 {
		return nil
	}
	var proofs []Proof
	if !r.CleansUp() && !r.changed && changes(c) {
		bucket := r.Facts().Bucket
		proofs = append(proofs, Proof{
			Ask:    fmt.Sprintf("To go on, type the name of the customer's bucket, %s.", bucket),
			Label:  "Bucket",
			Wanted: bucket,
			Wrong:  "That is not the name of the bucket. Nothing was changed.",
			First:  true,
		})
	}
	if r.CleansUp() {
		f := r.Facts()
		account, profile := f.Customer.Account, f.CustomerProfile
		if c.Step.Side == steps.Firm {
			account, profile = f.Firm.Account, f.FirmProfile
		}
		proofs = append(proofs, Proof{
			Ask:     fmt.Sprintf("If you mean this account, type its 12-digit id. It is %s, of the profile %s.", policy.Dashed(account), profile),
			Label:   "Account id",
			Wanted:  account,
			Account: true,
			Wrong:   fmt.Sprintf("That is not the id of the %s's account. Nothing was changed.", c.Step.Side),
		})
	}
	if c.Consent != "" {
		proofs = append(proofs, Proof{
			Ask:    c.Consent + " If you mean that, type the word: replace",
			Label:  "Word",
			Wanted: "replace",
			Wrong:  "That is not the word. Nothing was changed.",
		})
	}
	for _, a := range c.Actions {
		if op, ok := a.Op.(awsops.DeleteBucket); ok {
			proofs = append(proofs, Proof{
				Ask:    fmt.Sprintf("The bucket %s is deleted too, because crossgrant created it. If you mean that, type its name.", op.Bucket),
				Label:  "Bucket",
				Wanted: op.Bucket,
				Wrong:  "That is not the name of the bucket. Nothing was changed.",
			})
		}
	}
	return proofs
}
