package draw

import (
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// BucketFacts lists what is known of a bucket, each with a mark: fine, or worth a
// look. cleansUp: for a clean-up, which takes crossgrant's statements out of the policy.
func (p *Page) BucketFacts(f awsops.BucketFacts, cleansUp bool) {
	line := func(fact, name, text string, fine bool) {
		m := MarkYes
		if !fine {
			m = MarkLook
		}
		if f.Unknown[fact] != nil {
			m, text = MarkLook, "could not be read: "+Sentence(f.Unknown[fact].Brief())
		}
		p.Behind(p.Paint(m)+" "+p.Dim.Render(Fill(name, 15))+" ", 18, text)
	}
	line("", "Region", f.Region, true)
	line("Ownership", "Ownership", ownership(f.Ownership), f.Ownership == "BucketOwnerEnforced")
	b := f.BlockPublic
	all := b.ACLs && b.IgnoreACLs && b.Policy && b.Restrict
	public := "all four settings are on"
	if !all {
		public = "not all of it is on; this grant does not need it off"
	}
	line("BlockPublic", "Public access", public, all)
	line("Encryption", "Encryption", encryption(f), !strings.HasPrefix(f.Encryption, "aws:kms"))
	versions := "off"
	if f.Versioning != "" {
		versions = strings.ToLower(f.Versioning)
	}
	line("Versioning", "Versioning", versions, !f.MFADelete)
	line("Public", "Policy", existing(f, cleansUp), !f.Public)
}

func ownership(setting string) string {
	switch setting {
	case "BucketOwnerEnforced":
		return "all files belong to the customer"
	case "BucketOwnerPreferred":
		return "files may belong to the firm (BucketOwnerPreferred)"
	case "ObjectWriter":
		return "files belong to whoever writes them (ObjectWriter)"
	}
	return "not set"
}

func encryption(f awsops.BucketFacts) string {
	switch {
	case !strings.HasPrefix(f.Encryption, "aws:kms"):
		return "standard (SSE-S3)"
	case f.KMSKey == "":
		return "with AWS's own key, which no other account can use"
	}
	return "with the key " + f.KMSKey
}

func existing(f awsops.BucketFacts, cleansUp bool) string {
	switch {
	case f.Policy == nil && cleansUp:
		return "there is none"
	case f.Policy == nil:
		return "there is none yet"
	}
	n, own := len(f.Policy.Statements), len(policy.Own(f.Policy))
	said := "there is one with " + policy.Count(n, "statement")
	switch {
	case !cleansUp && n == 1:
		said += ", which stays as it is"
	case !cleansUp:
		said += ", which stay as they are"
	case own == 0:
		said += ", none with a name that crossgrant gives"
	case n == 1:
		said += ", which has a name that crossgrant gives"
	default:
		said += fmt.Sprintf(", %d of them with a name that crossgrant gives", own)
	}
	if f.Public {
		said += "; it is open to everyone"
	}
	return said
}
