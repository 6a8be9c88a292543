package policy

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// What a grant gives on the KMS key with which the bucket's files are encrypted. Both sides
// must allow it, as with the bucket: the key's policy, which only the customer changes, and
// the policy of the firm's user or role. Source: Allowing users in other accounts to use a
// KMS key (AWS KMS Developer Guide).

// keyActions are what S3 needs for the grantee: a data key for each file that it writes, and
// to decrypt that of each file that it reads. A file that is sent in parts is decrypted too,
// part by part, before S3 puts it together: who only writes needs both, and reads no file by
// that. Source: Protecting data using server-side encryption with AWS KMS keys (Amazon S3
// User Guide), Multipart uploads.
func (g Grant) keyActions() []string {
	if g.Writes() {
		return []string{"kms:GenerateDataKey", "kms:Decrypt"}
	}
	return []string{"kms:Decrypt"}
}

// KeySid is that of the grant's statement in the key's policy. Buckets with one key share
// the statement: what it says follows from the Sid.
func (g Grant) KeySid() string {
	sid := SidFirm + g.Firm + "Key"
	if !g.Writes() {
		sid += "Read"
	}
	if g.Only {
		sum := sha256.Sum256([]byte(g.Grantee))
		sid += fmt.Sprintf("%x", sum[:4])
	}
	return sid
}

// KeySids are the Sids in a key's policy that the statements of a firm's grants have; of any
// firm's where firm is "".
func KeySids(d *Document, firm string) (sids []string) {
	for _, s := range d.Statements {
		if m := keySid.FindStringSubmatch(s.Sid); m != nil && (firm == "" || m[1] == firm) {
			sids = append(sids, s.Sid)
		}
	}
	return sids
}

var keySid = regexp.MustCompile(`^` + SidFirm + `(\d{12})Key(Read)?([0-9a-f]{8})?$`)

// ForKey is the customer's statement in the key's policy, where "*" is that key. It has no
// end: without the bucket's policy, which has one, the firm comes to no file of the bucket.
func (g Grant) ForKey() Statement {
	s := Statement{
		Sid: g.KeySid(), Effect: "Allow", Principal: &Principal{AWS: one(AccountARN(g.Partition, g.Firm))},
		Action: list(g.keyActions()...), Resource: one("*"), Condition: []Condition{g.viaS3()},
	}
	if g.Only {
		s.Condition = append(s.Condition, condition("ArnEquals", "aws:PrincipalArn", g.Grantee))
	}
	return s
}

// KeyForGrantee is the firm's half of it: a statement of the grantee's policy.
func (g Grant) KeyForGrantee() Statement {
	return Statement{
		Sid: SidWriter + "Key", Effect: "Allow", Action: list(g.keyActions()...), Resource: list(g.Key),
		Condition: []Condition{g.viaS3()},
	}
}

// viaS3 limits the key to what S3 does with it in its region, which is the bucket's. In China
// the names of services end in .cn. Source: kms:ViaService (AWS KMS Developer Guide).
func (g Grant) viaS3() Condition {
	service := "s3." + RegionOfKey(g.Key) + ".amazonaws.com"
	if g.Partition == "aws-cn" {
		return Condition{Operator: "StringEquals", Key: "kms:ViaService", Values: list(service, service+".cn")}
	}
	return condition("StringEquals", "kms:ViaService", service)
}

var keyARN = regexp.MustCompile(`^arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{3,32}:\d{12}:key/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$`)

// IsKeyARN tells whether a text is the ARN of a KMS key, and not an alias or an id. Source:
// Key identifiers (AWS KMS Developer Guide).
func IsKeyARN(text string) bool { return keyARN.MatchString(text) }

// RegionOfKey is the region in a key's ARN.
func RegionOfKey(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) == 6 {
		return parts[3]
	}
	return ""
}

// KeyIsOpen tells that a key's policy certainly lets the grantee do with the key what the
// grant is for. nil is a policy that was not read.
func (g Grant) KeyIsOpen(d *Document) bool {
	if d == nil {
		return false
	}
	p := Prospect{
		Request: Request{Caller: CallerOf(g.Grantee, "", ""), Resource: g.Key, Owner: AccountOf(g.Key), Context: map[string][]string{
			"kms:CallerAccount": {g.Firm}, "kms:ViaService": g.viaS3().Values.Values[:1],
		}, Via: true},
		Either: map[string][]string{"kms:encryptioncontext:aws:s3:arn": {bucketARN(g.Partition, g.Bucket), bucketARN(g.Partition, g.Bucket) + "/" + g.Prefix + "a"}},
	}
	for _, p.Action = range g.keyActions() {
		if !p.Opening(nil, d).Open || len(p.Denials(Policies{Bucket: d})) > 0 {
			return false
		}
	}
	return true
}
