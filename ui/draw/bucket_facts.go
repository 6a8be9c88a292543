package draw

import (
	"fmt"
	"strings"

	"crossgrant/awsops"
)

// BucketFacts lists what is known of a bucket, each with a mark: fine, or worth a
// look.
func (p *Page) BucketFacts(f awsops.BucketFacts) {
	line := func(fact, name, text string, fine bool) {
		m := MarkYes
		if !fine {
			m = MarkLook
		}
		if f.Unknown[fact] != nil {
			m, text = MarkLook, "could not be read: "+Sentence(f.Unknown[fact].Summary)
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
	line("Versioning", "Old versions", versions, !f.MFADelete)
	line("Public", "Policy", existing(f), !f.Public)
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
		return "by S3 itself"
	case f.KMSKey == "":
		return "with AWS's own key, which no other account can use"
	}
	return "with the key " + f.KMSKey
}

func existing(f awsops.BucketFacts) string {
	if f.Policy == nil {
		return "there is none yet"
	}
	said := fmt.Sprintf("there is one with %d statements, which stay as they are", len(f.Policy.Statements))
	if len(f.Policy.Statements) == 1 {
		said = "there is one with 1 statement, which stays as it is"
	}
	if f.Public {
		said += "; it is open to everyone"
	}
	return said
}
