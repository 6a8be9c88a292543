package awsops

import (
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Any text as a policy, of the bucket or of the writer, ends in a verdict that says what to
// do, and never in one that it holds.
func FuzzVerdict(f *testing.F) {
	grant, writer := firmGrant(), policy.WriterPolicy("aws", bucket)
	f.Add(grant.Compact(), writer.Compact())
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["AIDAIOSFODNN7EXAMPLE","444455556665"]},"NotAction":["s3:Get*"],"NotResource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"x"}}}]}`, `{}`)
	f.Add(`{"Statement":{"Sid":"\u202e","Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"*","Resource":"${aws:username}","Condition":{"ForAnyValue:StringEqualsIfExists":{"s3:x-amz-acl":[]},"Null":{"s3:prefix":"true"}}}}`, `{"Statement":[]}`)
	f.Fuzz(func(t *testing.T, theirs, own string) {
		b, err := policy.Parse([]byte(theirs))
		if err != nil {
			t.Skip()
		}
		d, err := policy.Parse([]byte(own))
		if err != nil {
			t.Skip()
		}
		for _, user := range []User{{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::444455556666:user/u", ID: "AIDAU"}, {Kind: KindRole, Name: "r", ARN: "arn:aws:iam::111122223333:role/r", ID: "AROAR"}} {
			e := &Evidence{
				Refusal: Refusal{Bucket: bucket, User: user}, account: customer, user: &user, own: []policy.Named{{Name: "w", Document: d}},
				bucket: &BucketFacts{Policy: &b, Encryption: "AES256"},
			}
			if user.Kind == KindRole {
				e.boundary, e.bucket.Encryption, e.bucket.KMSKey = &d, "aws:kms", "arn:aws:kms:us-east-1:111122223333:key/k"
			}
			for _, action := range []string{"s3:ListBucket", "s3:PutObject", "s3:GetObject", "s3:DeleteObject"} {
				r := Refusal{Action: action, Key: "k"}
				v := e.Verdict(r)
				if v.Holds || v.Cause == "" || v.Cause == policy.NoCause || v.Side == "" || v.Side == "none" || v.Summary == "" || len(v.Fixes) == 0 || v.Statement != problem.Clean(v.Statement) {
					t.Errorf("%+v", v)
				}
				if _, found := e.Foresee(r); found && e.Allows(r) {
					t.Errorf("%s is allowed and refused", action)
				}
				e.Ends(r)
				e.LetsInOthers(r)
			}
		}
	})
}
