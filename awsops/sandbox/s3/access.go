package s3

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops/sandbox/api"

	"crossgrant/awsops/policy"
)

// need is one permission that a request takes.
type need struct {
	action string  // without s3:
	on     *object // an existing object, or nil
	object bool    // on an object, existing or not; else on the bucket
}

// admit finds the bucket and decides whether the caller may do what is asked.
func (s *Service) admit(q *request) error {
	if err := fitsKey(q.key); err != nil {
		return err
	}
	if err := q.fitsHead(); err != nil {
		return err
	}
	if q.op.name == "ListBuckets" || q.op.name == "CreateBucket" {
		return s.admitToService(q)
	}
	if q.b = s.buckets[q.bucket]; q.b == nil {
		return noSuchBucket(q.bucket)
	}
	if err := q.checkRegion(); err != nil {
		return err
	}
	if q.op.name == "HeadBucket" || q.op.action == "ListBucket" {
		q.set("X-Amz-Bucket-Region", q.b.region)
	}
	switch want := q.R.Header.Values("X-Amz-Expected-Bucket-Owner"); {
	case len(want) > 0 && len(want[0]) != 12:
		return &api.Error{Status: 400, Code: "InvalidBucketOwnerAWSAccountID", Message: "The value of the expected bucket owner parameter must be an AWS account ID"}
	case len(want) > 0 && want[0] != q.b.account:
		return accessDenied()
	}
	if q.query.Has("versionId") && q.query.Get("versionId") == "" {
		return invalidArgument("Version id cannot be the empty string", "versionId", "")
	}
	for _, n := range q.needs() {
		if err := q.allow(q.key, n); err != nil {
			return err
		}
	}
	// A bucket policy can let others do this, and S3 still does not let them.
	// Source: PutBucketPolicy, GetBucketPolicy and DeleteBucketPolicy.
	if strings.HasSuffix(q.op.action, "BucketPolicy") && q.Caller.Account != q.b.account {
		return &api.Error{
			Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource.",
			Fields: map[string]string{"Method": q.R.Method, "ResourceType": "BUCKETPOLICY"},
		}
	}
	return nil
}

// admitToService decides what only the caller's own policies have a say in.
func (s *Service) admitToService(q *request) error {
	actions, resource := []string{q.op.action}, "arn:aws:s3:::*"
	if q.op.name == "CreateBucket" {
		resource = "arn:aws:s3:::" + q.bucket
		if q.hasACLHeader() {
			actions = append(actions, "PutBucketAcl")
		}
		if q.header("X-Amz-Object-Ownership") != "" {
			actions = append(actions, "PutBucketOwnershipControls")
		}
	}
	for _, action := range actions {
		d := q.decide(action, resource, q.Caller.Account, nil, q.context(nil, nil))
		if q.Caller.Account == "" {
			return accessDenied()
		}
		if !d.Allowed && q.op.name == "ListBuckets" {
			resource = "" // S3 names none in this refusal
		}
		if !d.Allowed {
			return q.denied(d, action, resource, q.Caller.Account)
		}
	}
	return nil
}

// needs lists the permissions of a request, the operation's own first. Source:
// Required permissions for Amazon S3 API operations.
func (q *request) needs() []need {
	if q.op.name == "DeleteObjects" {
		return nil // decided key by key
	}
	if q.op.name == "DeleteObject" {
		return q.toDelete(q.key, q.query.Get("versionId"))
	}
	own := need{action: q.op.versioned(q.query), object: q.op.level == onObject}
	if own.object && !actsOnBucket(own.action) {
		own.on = q.b.find(q.key, q.query.Get("versionId"))
	}
	all := []need{own}
	if q.op.name == "GetObjectAttributes" {
		all = append(all, need{action: strings.Replace(own.action, "Attributes", "", 1), on: own.on, object: true})
	}
	if own.action == "PutObject" && !q.query.Has("uploadId") {
		if q.hasACLHeader() {
			all = append(all, need{action: "PutObjectAcl", object: true})
		}
		if q.header("X-Amz-Tagging") != "" {
			all = append(all, need{action: "PutObjectTagging", object: true})
		}
		if q.ifMatch != "" {
			all = append(all, need{action: "GetObject", on: q.b.live(q.key), object: true})
		}
	}
	return all
}

// toDelete lists the permissions that it takes to delete a key, or a version of it.
// Source: How to perform conditional deletes (Amazon S3 User Guide): who compares an
// ETag must be allowed to read the object.
func (q *request) toDelete(key, version string) []need {
	all := []need{{action: "DeleteObject", object: true}}
	if version != "" {
		all[0].action = versionAction(all[0].action)
	}
	if q.ifMatch != "" && q.ifMatch != "*" {
		all = append(all, need{action: "GetObject", on: q.b.live(key), object: true})
	}
	return all
}

// actsOnBucket tells the object actions that the bucket's owner has the say in,
// whoever owns an object that is there already.
func actsOnBucket(action string) bool {
	return slices.Contains([]string{"PutObject", "DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload", "ListMultipartUploadParts"}, action)
}

// allow decides one permission on the request's own bucket, or on a key in it.
func (q *request) allow(key string, n need) error {
	d, owner := q.weigh(q.b, key, n)
	if d.Allowed {
		return nil
	}
	resource := q.b.arn()
	if n.object {
		resource += "/" + key
	}
	return q.denied(d, n.action, resource, owner)
}

// weigh decides one permission by the caller's policies, the bucket's and the ACLs. An ACL acts as
// Allow statements beside the bucket policy; and the policy's own Allows do not
// reach an object that another account owns, only its Denies do. Source: How
// Amazon S3 authorizes a request for an object operation.
func (q *request) weigh(b *bucket, key string, n need) (d policy.Decision, owner string) {
	resource, grants := b.arn(), b.acl
	owner = b.account
	if n.object {
		resource += "/" + key
	}
	if n.on != nil && !n.on.marker {
		owner, grants = b.ownerOf(n.on), n.on.acl
	}
	d = q.decide(n.action, resource, owner, b.effective(grants, owner != b.account), q.context(b, n.on))
	// Source: Blocking public access to your Amazon S3 storage, RestrictPublicBuckets.
	if d.Allowed && b.public && b.block != nil && b.block.RestrictPublicBuckets && q.Caller.Account != b.account {
		d.Allowed = false
	}
	return d, owner
}

// effective is the bucket policy with the ACL's grants as statements; nil where
// there is nothing.
func (b *bucket) effective(grants acl, foreign bool) *policy.Document {
	var extra []policy.Statement
	if b.ownership != enforced {
		extra = grants.statements(b.block != nil && b.block.IgnorePublicAcls)
	}
	if b.policy != nil && !foreign && extra == nil {
		return b.policy
	}
	var doc policy.Document
	if b.policy != nil {
		doc = *b.policy
		doc.Statements = slices.DeleteFunc(slices.Clone(doc.Statements), func(st policy.Statement) bool { return foreign && st.Effect != "Deny" })
	}
	doc.Statements = append(slices.Clip(doc.Statements), extra...)
	return &doc
}

func (q *request) decide(action, resource, owner string, doc *policy.Document, context map[string][]string) policy.Decision {
	all := q.Own
	all.Bucket = doc
	return policy.Decide(policy.Request{
		Caller: q.Caller, Action: "s3:" + action, Resource: resource, Owner: owner,
		Context: context, Time: q.Now,
	}, all)
}

// denied words a refusal. Reasons are given to callers of the owner's account
// alone. Source: Access denied message examples.
func (q *request) denied(d policy.Decision, action, resource, owner string) error {
	if q.Caller.Account == "" || q.Caller.Account != owner || d.Allowed {
		return accessDenied()
	}
	return q.refused(action, resource, api.Reason(d, "s3:"+action))
}

func (q *request) refused(action, resource, reason string) error {
	on := ""
	if resource != "" {
		on = fmt.Sprintf(" on resource: %q", resource)
	}
	return &api.Error{Status: 403, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: s3:%s%s %s", q.Caller.ARN, action, on, reason)}
}

func accessDenied() error {
	return &api.Error{Status: 403, Code: "AccessDenied", Message: "Access Denied"}
}

// Headers that policies know by their own names. Who signs a request must sign its
// x-amz- headers; the others may be left unsigned, and S3 obeys them all the same.
// Source: Actions, resources, and condition keys for Amazon S3.
var headerKeys = []string{
	"x-amz-acl", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp",
	"x-amz-content-sha256", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-object-ownership", "x-amz-server-side-encryption",
	"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-storage-class", "x-amz-website-redirect-location", "if-none-match",
}

// creations tell which of the operations that need s3:PutObject create an object, and which
// only prepare that. Source: Enforce conditional writes on Amazon S3 buckets.
var creations = map[string]bool{
	"PutObject": true, "CopyObject": true, "CompleteMultipartUpload": true,
	"CreateMultipartUpload": false, "UploadPart": false, "UploadPartCopy": false,
}

// context gathers the condition keys of the request; a key that does not apply
// is left out.
func (q *request) context(b *bucket, on *object) map[string][]string {
	keys := map[string][]string{"aws:SecureTransport": {"false"}, "aws:RequestedRegion": {q.Region}}
	maps.Copy(keys, q.CallerKeys)
	put := func(key, value string) {
		if value != "" {
			keys[key] = []string{value}
		}
	}
	for _, name := range headerKeys {
		put("s3:"+name, q.header(name))
	}
	put("s3:if-match", q.ifMatch)
	if creates, ok := creations[q.op.name]; ok {
		put("s3:ObjectCreationOperation", strconv.FormatBool(creates))
	}
	put("aws:UserAgent", q.header("User-Agent"))
	put("aws:Referer", q.header("Referer"))
	if host, _, err := net.SplitHostPort(q.R.RemoteAddr); err == nil {
		put("aws:SourceIp", host)
	}
	if b != nil {
		put("aws:RequestedRegion", b.region)
	}
	if q.Caller.Account != "" {
		put("s3:signatureversion", "AWS4-HMAC-SHA256")
		put("s3:authType", "REST-HEADER")
	}
	// Source: Amazon S3 Signature Version 4 authentication specific policy keys.
	if q.Presigned {
		put("s3:authType", "REST-QUERY-STRING")
		put("s3:signatureAge", fmt.Sprint(q.Now.Sub(q.SignedAt).Milliseconds()))
		if q.query.Has("X-Amz-Content-Sha256") {
			delete(keys, "s3:x-amz-content-sha256") // it is a condition on the header alone
		}
	}
	put("s3:VersionId", q.query.Get("versionId"))
	if strings.HasPrefix(q.op.action, "ListBucket") {
		for _, name := range []string{"prefix", "delimiter", "max-keys"} {
			if q.query.Has(name) {
				keys["s3:"+name] = []string{q.query.Get(name)}
			}
		}
	}
	if on != nil {
		for _, t := range on.tags {
			put("s3:ExistingObjectTag/"+t.Key, t.Value)
		}
	}
	if tags, err := parseTagHeader(q.header("X-Amz-Tagging")); err == nil {
		for _, t := range tags {
			keys["s3:RequestObjectTag/"+t.Key] = []string{t.Value}
			keys["s3:RequestObjectTagKeys"] = append(keys["s3:RequestObjectTagKeys"], t.Key)
		}
	}
	return keys
}

// checkRegion refuses what was signed or addressed for another region than the
// bucket's. The one endpoint of the sandbox stands for all regions.
func (q *request) checkRegion() error {
	if host := hostRegion(q.R.Host); host != "" && host != q.b.region {
		endpoint := "s3." + q.b.region + ".amazonaws.com"
		q.set("X-Amz-Bucket-Region", q.b.region)
		return &api.Error{
			Status: 301, Code: "PermanentRedirect", Message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
			Fields: map[string]string{"Endpoint": endpoint, "Bucket": q.bucket, "Region": q.b.region},
		}
	}
	signed := q.Region
	if signed == "" || signed == q.b.region || q.op.name == "GetBucketLocation" && signed == DefaultRegion {
		return nil
	}
	q.set("X-Amz-Bucket-Region", q.b.region)
	if q.R.Method == http.MethodHead {
		return &api.Error{Status: 400, Code: "BadRequest", Message: "Bad Request", NoBody: true}
	}
	return &api.Error{
		Status: 400, Code: "AuthorizationHeaderMalformed", Fields: map[string]string{"Region": q.b.region},
		Message: fmt.Sprintf("The authorization header is malformed; the region '%s' is wrong; expecting '%s'", signed, q.b.region),
	}
}
