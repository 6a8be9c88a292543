package s3_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	allUsers    = "http://acs.amazonaws.com/groups/global/AllUsers"
	logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

func (w *s3World) putACL(c *s3.Client, key string, acl types.ObjectCannedACL) error {
	_, err := c.PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: &key, ACL: acl, Body: strings.NewReader("v")})
	return err
}

func (w *s3World) owner(key string) string {
	w.t.Helper()
	out, err := w.as(customerProfile).ListObjectsV2(w.t.Context(), &s3.ListObjectsV2Input{Bucket: &w.bucket, Prefix: &key, FetchOwner: aws.Bool(true)})
	w.must(err)
	for _, account := range []string{customerProfile, firmProfile} {
		if *out.Contents[0].Owner.ID == w.canonical(account) {
			return account
		}
	}
	return *out.Contents[0].Owner.ID
}

// Who owns what the firm writes, and whether the bucket's owner can read it.
// Source: Controlling ownership of objects and disabling ACLs for your bucket.
func TestS3Ownership(t *testing.T) {
	const denied = "AccessDenied"
	for _, c := range []struct {
		ownership types.ObjectOwnership
		acl       types.ObjectCannedACL
		put       string // error code of the firm's write
		owner     string
		read      string // error code of the customer's read
	}{
		{types.ObjectOwnershipBucketOwnerEnforced, "", "", customerProfile, ""},
		{types.ObjectOwnershipBucketOwnerEnforced, "bucket-owner-full-control", "", customerProfile, ""},
		{types.ObjectOwnershipBucketOwnerEnforced, "public-read", "AccessControlListNotSupported", "", ""},
		{types.ObjectOwnershipBucketOwnerPreferred, "", "", firmProfile, denied},
		{types.ObjectOwnershipBucketOwnerPreferred, "bucket-owner-full-control", "", customerProfile, ""},
		{types.ObjectOwnershipObjectWriter, "", "", firmProfile, denied},
		{types.ObjectOwnershipObjectWriter, "private", "", firmProfile, denied},
		{types.ObjectOwnershipObjectWriter, "bucket-owner-read", "", firmProfile, ""},
		{types.ObjectOwnershipObjectWriter, "bucket-owner-full-control", "", firmProfile, ""},
		{types.ObjectOwnershipObjectWriter, "public-read", denied, "", ""}, // Block Public Access
		{"", "", "", firmProfile, denied},
		{"", "bucket-owner-full-control", "", firmProfile, ""},
	} {
		t.Run(string(c.ownership)+" "+string(c.acl), func(t *testing.T) {
			w := newS3World(t)
			customer, firm := w.as(customerProfile), w.as(firmProfile)
			w.policy(w.statement("Allow", w.account(firmProfile), readWrite+" s3:PutObjectAcl", ""),
				w.statement("Allow", w.profile(customerProfile).ARN, "s3:GetObject", ""))
			if c.ownership == "" {
				_, err := customer.DeleteBucketOwnershipControls(t.Context(), &s3.DeleteBucketOwnershipControlsInput{Bucket: &w.bucket})
				w.must(err)
				_, err = customer.GetBucketOwnershipControls(t.Context(), &s3.GetBucketOwnershipControlsInput{Bucket: &w.bucket})
				w.wantCode(err, "OwnershipControlsNotFoundError")
			} else {
				w.ownership(c.ownership)
			}
			w.wantCode(w.putACL(firm, "k", c.acl), c.put)
			if c.put != "" {
				return
			}
			if got := w.owner("k"); got != c.owner {
				t.Errorf("the owner is %s, want %s", got, c.owner)
			}
			_, err := w.get(customer, "k")
			w.wantCode(err, c.read)
			if _, err := w.get(firm, "k"); err != nil {
				t.Errorf("the writer cannot read: %v", err)
			}
			// Whoever owns an object, the bucket's owner may delete it.
			_, err = customer.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
			w.must(err)
		})
	}
}

// A bucket policy's Allow does not reach objects of other accounts; its Deny does.
func TestS3PolicyAllowsOnlyTheOwnersObjects(t *testing.T) {
	w := newS3World(t)
	w.ownership(types.ObjectOwnershipObjectWriter)
	stranger := w.as(strangerProfile)
	allow := w.statement("Allow", "*", "s3:GetObject", "")
	_, err := w.as(customerProfile).DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &w.bucket})
	w.must(err)
	w.policy(w.statement("Allow", w.account(firmProfile), readWrite, ""), allow)
	w.must(w.put(w.as(firmProfile), "firms", "v"))
	w.must(w.put(w.as(customerProfile), "own", "v"))
	_, err = w.get(stranger, "own")
	w.wantCode(err, "")
	_, err = w.get(stranger, "firms")
	w.wantCode(err, "AccessDenied")
	w.policy(w.statement("Deny", w.account(firmProfile), "s3:GetObject", ""))
	_, err = w.get(w.as(firmProfile), "firms")
	w.wantCode(err, "AccessDenied")

	// With ACLs switched off the bucket's owner owns everything.
	w.policy(allow)
	w.ownership(types.ObjectOwnershipBucketOwnerEnforced)
	_, err = w.get(stranger, "firms")
	w.wantCode(err, "")
}

func TestS3ACLs(t *testing.T) {
	w := newS3World(t)
	customer, ctx := w.as(customerProfile), t.Context()
	firm, key := w.as(firmProfile), aws.String("k")
	w.must(w.put(customer, "k", "v"))
	read := func() string {
		t.Helper()
		out, err := customer.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &w.bucket, Key: key})
		w.must(err)
		var grants []string
		for _, g := range out.Grants {
			who := aws.ToString(g.Grantee.ID) + aws.ToString(g.Grantee.URI)
			for _, p := range []string{customerProfile, firmProfile} {
				if who == w.canonical(p) {
					who = p
				}
			}
			grants = append(grants, who+" "+string(g.Permission))
		}
		return strings.Join(grants, ", ")
	}
	const private = customerProfile + " FULL_CONTROL"
	if got := read(); got != private {
		t.Errorf("a new object's ACL is %s", got)
	}
	set := func(in s3.PutObjectAclInput) error {
		in.Bucket, in.Key = &w.bucket, key
		_, err := customer.PutObjectAcl(ctx, &in)
		return err
	}
	w.wantCode(set(s3.PutObjectAclInput{ACL: "private"}), "AccessControlListNotSupported")
	w.wantCode(set(s3.PutObjectAclInput{GrantRead: aws.String("id=" + w.canonical(firmProfile))}), "AccessControlListNotSupported")
	w.must(set(s3.PutObjectAclInput{ACL: "bucket-owner-full-control"}))
	w.ownership(types.ObjectOwnershipObjectWriter)
	_, err := w.get(firm, "k")
	w.wantCode(err, "AccessDenied")
	w.must(set(s3.PutObjectAclInput{GrantRead: aws.String(`id="` + w.canonical(firmProfile) + `"`), GrantFullControl: aws.String("id=" + w.canonical(customerProfile))}))
	if got := read(); got != private+", "+firmProfile+" READ" {
		t.Errorf("the ACL is %s", got)
	}
	if _, err := w.get(firm, "k"); err != nil {
		t.Errorf("the ACL does not let the firm in: %v", err)
	}
	_, err = w.get(w.user(firmProfile, "powerless", ""), "k")
	w.wantCode(err, "AccessDenied") // an ACL lets an account in, which must pass it on
	w.wantCode(w.put(firm, "k", "v"), "AccessDenied")
	w.wantCode(set(s3.PutObjectAclInput{ACL: "public-read"}), "AccessDenied")
	w.wantText(set(s3.PutObjectAclInput{ACL: "public-read"}), "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")
	for in, want := range map[*s3.PutObjectAclInput]string{
		{}:                                   "MissingSecurityHeader",
		{GrantRead: aws.String("id=nobody")}: "InvalidArgument",
		{GrantRead: aws.String("uri=http://example.com")}:                             "InvalidArgument",
		{GrantRead: aws.String("name=x")}:                                             "InvalidArgument",
		{GrantRead: aws.String("emailAddress=a@b.c")}:                                 "UnresolvableGrantByEmailAddress",
		{GrantRead: aws.String("id=" + w.canonical(firmProfile)), ACL: "public-read"}: "InvalidRequest",
	} {
		w.wantCode(set(*in), want)
	}

	w.openToPublic()
	w.must(set(s3.PutObjectAclInput{ACL: "public-read"}))
	if got := read(); got != private+", "+allUsers+" READ" {
		t.Errorf("the ACL is %s", got)
	}
	if got, err := w.get(w.anonymous(), "k"); got != "v" {
		t.Errorf("everyone reads %q, %v", got, err)
	}
	w.must(set(s3.PutObjectAclInput{ACL: "authenticated-read"}))
	_, err = w.get(w.anonymous(), "k")
	w.wantCode(err, "AccessDenied")
	if _, err := w.get(w.as(strangerProfile), "k"); err != nil {
		t.Errorf("someone with an account is refused: %v", err)
	}
	_, err = customer.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &w.bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{IgnorePublicAcls: aws.Bool(true)}})
	w.must(err)
	_, err = w.get(w.as(strangerProfile), "k")
	w.wantCode(err, "AccessDenied")

	owner := &types.Owner{ID: aws.String(w.canonical(customerProfile))}
	w.must(set(s3.PutObjectAclInput{AccessControlPolicy: &types.AccessControlPolicy{Owner: owner, Grants: []types.Grant{
		{Grantee: &types.Grantee{Type: "CanonicalUser", ID: owner.ID}, Permission: "FULL_CONTROL"},
		{Grantee: &types.Grantee{Type: "Group", URI: aws.String(logDelivery)}, Permission: "READ"},
	}}}))
	if got := read(); got != private+", "+logDelivery+" READ" {
		t.Errorf("the ACL is %s", got)
	}
	w.wantCode(set(s3.PutObjectAclInput{AccessControlPolicy: &types.AccessControlPolicy{Owner: &types.Owner{ID: aws.String("x")}}}), "AccessDenied")
}

func TestS3BucketACLs(t *testing.T) {
	w := newS3World(t)
	customer, ctx := w.as(customerProfile), t.Context()
	set := func(acl types.BucketCannedACL) error {
		_, err := customer.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: &w.bucket, ACL: acl})
		return err
	}
	w.wantCode(set("public-read"), "AccessControlListNotSupported")
	w.ownership(types.ObjectOwnershipBucketOwnerPreferred)
	w.wantCode(set("public-read"), "AccessDenied")
	w.openToPublic()
	w.must(set("public-read-write"))
	w.must(w.list(w.as(strangerProfile)))
	w.must(w.put(w.as(strangerProfile), "k", "v"))
	_, err := customer.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: &w.bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: "BucketOwnerEnforced"}}}})
	w.wantCode(err, "InvalidBucketAclWithObjectOwnership")
	w.must(set("private"))
	w.wantCode(w.list(w.as(strangerProfile)), "AccessDenied")
	w.ownership(types.ObjectOwnershipBucketOwnerEnforced)
	got, err := customer.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &w.bucket})
	if err != nil || len(got.Grants) != 1 || *got.Grants[0].Grantee.ID != w.canonical(customerProfile) {
		t.Errorf("the ACL is %+v, %v", got, err)
	}
}
