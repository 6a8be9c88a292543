package s3

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

// operation is one operation of S3's API: what names it in a request, what a
// policy calls it, and who answers it.
type operation struct {
	name    string
	method  string
	level   level
	sub     string // the query key that names it, "" for the plain method
	copies  bool   // named by the header x-amz-copy-source
	action  string // the IAM action without its s3:
	mutates bool
	late    bool   // decided by handle, since conditions may be about the body
	params  string // query keys that it takes, separated by blanks
	handle  func(*Service, *request) (*response, error)
}

type level int

const (
	onService level = iota
	onBucket
	onObject
)

const (
	listParams     = "prefix delimiter max-keys encoding-type "
	responseParams = "response-cache-control response-content-disposition response-content-encoding response-content-language response-content-type response-expires "
)

var operations = []operation{
	{name: "ListBuckets", method: "GET", level: onService, action: "ListAllMyBuckets", params: "max-buckets prefix continuation-token bucket-region", handle: (*Service).listBuckets},

	{name: "CreateBucket", method: "PUT", level: onBucket, action: "CreateBucket", mutates: true, late: true, handle: (*Service).createBucket},
	{name: "DeleteBucket", method: "DELETE", level: onBucket, action: "DeleteBucket", mutates: true, handle: (*Service).deleteBucket},
	{name: "HeadBucket", method: "HEAD", level: onBucket, action: "ListBucket", handle: (*Service).headBucket},
	{name: "GetBucketLocation", method: "GET", level: onBucket, sub: "location", action: "GetBucketLocation", handle: (*Service).getLocation},
	{name: "ListObjects", method: "GET", level: onBucket, action: "ListBucket", params: listParams + "marker", handle: (*Service).listObjects},
	{name: "ListObjectsV2", method: "GET", level: onBucket, sub: "list-type", action: "ListBucket", params: listParams + "continuation-token start-after fetch-owner", handle: (*Service).listObjectsV2},
	{name: "ListObjectVersions", method: "GET", level: onBucket, sub: "versions", action: "ListBucketVersions", params: listParams + "key-marker version-id-marker", handle: (*Service).listVersions},
	{name: "DeleteObjects", method: "POST", level: onBucket, sub: "delete", action: "DeleteObject", mutates: true, handle: (*Service).deleteObjects},
	{name: "ListMultipartUploads", method: "GET", level: onBucket, sub: "uploads", action: "ListBucketMultipartUploads", params: "prefix delimiter key-marker upload-id-marker max-uploads encoding-type", handle: (*Service).listUploads},

	{name: "GetBucketPolicy", method: "GET", level: onBucket, sub: "policy", action: "GetBucketPolicy", handle: (*Service).getBucketPolicy},
	{name: "PutBucketPolicy", method: "PUT", level: onBucket, sub: "policy", action: "PutBucketPolicy", mutates: true, handle: (*Service).putBucketPolicy},
	{name: "DeleteBucketPolicy", method: "DELETE", level: onBucket, sub: "policy", action: "DeleteBucketPolicy", mutates: true, handle: (*Service).deleteBucketPolicy},
	{name: "GetBucketPolicyStatus", method: "GET", level: onBucket, sub: "policyStatus", action: "GetBucketPolicyStatus", handle: (*Service).getPolicyStatus},
	{name: "GetPublicAccessBlock", method: "GET", level: onBucket, sub: "publicAccessBlock", action: "GetBucketPublicAccessBlock", handle: (*Service).getPublicAccessBlock},
	{name: "PutPublicAccessBlock", method: "PUT", level: onBucket, sub: "publicAccessBlock", action: "PutBucketPublicAccessBlock", mutates: true, handle: (*Service).putPublicAccessBlock},
	{name: "DeletePublicAccessBlock", method: "DELETE", level: onBucket, sub: "publicAccessBlock", action: "PutBucketPublicAccessBlock", mutates: true, handle: (*Service).deletePublicAccessBlock},
	{name: "GetBucketOwnershipControls", method: "GET", level: onBucket, sub: "ownershipControls", action: "GetBucketOwnershipControls", handle: (*Service).getOwnership},
	{name: "PutBucketOwnershipControls", method: "PUT", level: onBucket, sub: "ownershipControls", action: "PutBucketOwnershipControls", mutates: true, handle: (*Service).putOwnership},
	{name: "DeleteBucketOwnershipControls", method: "DELETE", level: onBucket, sub: "ownershipControls", action: "PutBucketOwnershipControls", mutates: true, handle: (*Service).deleteOwnership},
	{name: "GetBucketVersioning", method: "GET", level: onBucket, sub: "versioning", action: "GetBucketVersioning", handle: (*Service).getVersioning},
	{name: "PutBucketVersioning", method: "PUT", level: onBucket, sub: "versioning", action: "PutBucketVersioning", mutates: true, handle: (*Service).putVersioning},
	{name: "GetBucketEncryption", method: "GET", level: onBucket, sub: "encryption", action: "GetEncryptionConfiguration", handle: (*Service).getEncryption},
	{name: "PutBucketEncryption", method: "PUT", level: onBucket, sub: "encryption", action: "PutEncryptionConfiguration", mutates: true, handle: (*Service).putEncryption},
	{name: "DeleteBucketEncryption", method: "DELETE", level: onBucket, sub: "encryption", action: "PutEncryptionConfiguration", mutates: true, handle: (*Service).deleteEncryption},
	{name: "GetBucketLifecycleConfiguration", method: "GET", level: onBucket, sub: "lifecycle", action: "GetLifecycleConfiguration", handle: (*Service).getLifecycle},
	{name: "PutBucketLifecycleConfiguration", method: "PUT", level: onBucket, sub: "lifecycle", action: "PutLifecycleConfiguration", mutates: true, handle: (*Service).putLifecycle},
	{name: "DeleteBucketLifecycle", method: "DELETE", level: onBucket, sub: "lifecycle", action: "PutLifecycleConfiguration", mutates: true, handle: (*Service).deleteLifecycle},
	{name: "GetBucketTagging", method: "GET", level: onBucket, sub: "tagging", action: "GetBucketTagging", handle: (*Service).getBucketTags},
	{name: "PutBucketTagging", method: "PUT", level: onBucket, sub: "tagging", action: "PutBucketTagging", mutates: true, handle: (*Service).putBucketTags},
	{name: "DeleteBucketTagging", method: "DELETE", level: onBucket, sub: "tagging", action: "PutBucketTagging", mutates: true, handle: (*Service).deleteBucketTags},
	{name: "GetBucketRequestPayment", method: "GET", level: onBucket, sub: "requestPayment", action: "GetBucketRequestPayment", handle: (*Service).getPayer},
	{name: "PutBucketRequestPayment", method: "PUT", level: onBucket, sub: "requestPayment", action: "PutBucketRequestPayment", mutates: true, handle: (*Service).putPayer},
	{name: "GetObjectLockConfiguration", method: "GET", level: onBucket, sub: "object-lock", action: "GetBucketObjectLockConfiguration", handle: (*Service).getLock},
	{name: "PutObjectLockConfiguration", method: "PUT", level: onBucket, sub: "object-lock", action: "PutBucketObjectLockConfiguration", mutates: true, handle: (*Service).putLock},
	{name: "GetBucketAcl", method: "GET", level: onBucket, sub: "acl", action: "GetBucketAcl", handle: (*Service).getBucketACL},
	{name: "PutBucketAcl", method: "PUT", level: onBucket, sub: "acl", action: "PutBucketAcl", mutates: true, handle: (*Service).putBucketACL},

	// What no bucket of the sandbox has, told as S3 tells it.
	{name: "GetBucketLogging", method: "GET", level: onBucket, sub: "logging", action: "GetBucketLogging", handle: constant(`<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)},
	{name: "GetBucketNotificationConfiguration", method: "GET", level: onBucket, sub: "notification", action: "GetBucketNotification", handle: constant(`<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)},
	{name: "GetBucketAccelerateConfiguration", method: "GET", level: onBucket, sub: "accelerate", action: "GetAccelerateConfiguration", handle: constant(`<AccelerateConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)},
	{name: "GetBucketWebsite", method: "GET", level: onBucket, sub: "website", action: "GetBucketWebsite", handle: absent("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")},
	{name: "GetBucketCors", method: "GET", level: onBucket, sub: "cors", action: "GetBucketCORS", handle: absent("NoSuchCORSConfiguration", "The CORS configuration does not exist")},
	{name: "GetBucketReplication", method: "GET", level: onBucket, sub: "replication", action: "GetReplicationConfiguration", handle: absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found")},

	{name: "PutObject", method: "PUT", level: onObject, action: "PutObject", mutates: true, handle: (*Service).putObject},
	{name: "CopyObject", method: "PUT", level: onObject, copies: true, action: "PutObject", mutates: true, handle: (*Service).copyObject},
	{name: "GetObject", method: "GET", level: onObject, action: "GetObject", params: responseParams + "versionId partNumber", handle: (*Service).getObject},
	{name: "HeadObject", method: "HEAD", level: onObject, action: "GetObject", params: responseParams + "versionId partNumber", handle: (*Service).getObject},
	{name: "GetObjectAttributes", method: "GET", level: onObject, sub: "attributes", action: "GetObjectAttributes", params: "versionId", handle: (*Service).getAttributes},
	{name: "DeleteObject", method: "DELETE", level: onObject, action: "DeleteObject", mutates: true, params: "versionId", handle: (*Service).deleteObject},
	{name: "GetObjectAcl", method: "GET", level: onObject, sub: "acl", action: "GetObjectAcl", params: "versionId", handle: (*Service).getObjectACL},
	{name: "PutObjectAcl", method: "PUT", level: onObject, sub: "acl", action: "PutObjectAcl", mutates: true, params: "versionId", handle: (*Service).putObjectACL},
	{name: "GetObjectTagging", method: "GET", level: onObject, sub: "tagging", action: "GetObjectTagging", params: "versionId", handle: (*Service).getObjectTags},
	{name: "PutObjectTagging", method: "PUT", level: onObject, sub: "tagging", action: "PutObjectTagging", mutates: true, params: "versionId", handle: (*Service).putObjectTags},
	{name: "DeleteObjectTagging", method: "DELETE", level: onObject, sub: "tagging", action: "DeleteObjectTagging", mutates: true, params: "versionId", handle: (*Service).deleteObjectTags},
	{name: "GetObjectRetention", method: "GET", level: onObject, sub: "retention", action: "GetObjectRetention", params: "versionId", handle: (*Service).getRetention},
	{name: "PutObjectRetention", method: "PUT", level: onObject, sub: "retention", action: "PutObjectRetention", mutates: true, late: true, params: "versionId", handle: (*Service).putRetention},
	{name: "GetObjectLegalHold", method: "GET", level: onObject, sub: "legal-hold", action: "GetObjectLegalHold", params: "versionId", handle: (*Service).getHold},
	{name: "PutObjectLegalHold", method: "PUT", level: onObject, sub: "legal-hold", action: "PutObjectLegalHold", mutates: true, late: true, params: "versionId", handle: (*Service).putHold},
	{name: "CreateMultipartUpload", method: "POST", level: onObject, sub: "uploads", action: "PutObject", mutates: true, handle: (*Service).createUpload},
	{name: "UploadPart", method: "PUT", level: onObject, sub: "uploadId", action: "PutObject", mutates: true, params: "partNumber", handle: (*Service).uploadPart},
	{name: "UploadPartCopy", method: "PUT", level: onObject, sub: "uploadId", copies: true, action: "PutObject", mutates: true, params: "partNumber", handle: (*Service).uploadPartCopy},
	{name: "CompleteMultipartUpload", method: "POST", level: onObject, sub: "uploadId", action: "PutObject", mutates: true, handle: (*Service).completeUpload},
	{name: "AbortMultipartUpload", method: "DELETE", level: onObject, sub: "uploadId", action: "AbortMultipartUpload", mutates: true, handle: (*Service).abortUpload},
	{name: "ListParts", method: "GET", level: onObject, sub: "uploadId", action: "ListMultipartUploadParts", params: "max-parts part-number-marker encoding-type", handle: (*Service).listParts},
}

// Headers that ask for what the sandbox does not do. Dropping one silently would
// be a wrong success.
var unservedHeaders = []string{
	"X-Amz-Server-Side-Encryption-Customer-Algorithm", "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Algorithm",
	"X-Amz-Write-Offset-Bytes", "X-Amz-Rename-Source", "X-Amz-Mfa",
	"X-Amz-If-Match-Last-Modified-Time", "X-Amz-If-Match-Size", // of directory buckets
	"X-Amz-Bucket-Namespace", "X-Amz-Server-Side-Encryption-Context",
	"X-Amz-Checksum-Xxhash64", "X-Amz-Checksum-Xxhash3", "X-Amz-Checksum-Xxhash128",
}

// subResources are the query keys by which S3's API names an operation, those
// of operations that the sandbox does not serve included.
var subResources = strings.Fields("accelerate acl analytics annotation annotations append attributes cors delete encryption intelligent-tiering inventory " +
	"legal-hold lifecycle list-type location logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable " +
	"metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication " +
	"requestPayment restore retention select session tagging torrent uploadId uploads versioning versions website abac")

// Route says what a call asks for. It runs before anything is decided.
func Route(c *api.Call) error {
	q, err := newRequest(c)
	if q != nil {
		c.Resource = strings.TrimSuffix(q.bucket+"/"+q.key, "/")
	}
	if err != nil {
		return err
	}
	c.Operation, c.Action, c.Mutates = q.op.name, "s3:"+q.op.versioned(q.query), q.op.mutates
	return nil
}

// newRequest reads what a call asks for. Where that is nothing that is served here
// it returns the request too, without an operation.
func newRequest(c *api.Call) (*request, error) {
	q := &request{Call: c, query: c.R.URL.Query(), ifMatch: c.R.Header.Get("If-Match")}
	if err := q.locate(); err != nil {
		return nil, err
	}
	return q, q.choose()
}

// locate finds bucket and key in the host and the path as it was sent: a key may
// hold //, . and .., which no router may clean away.
func (q *request) locate() error {
	path := strings.TrimPrefix(q.R.URL.EscapedPath(), "/")
	bucket, key := hostBucket(q.R.Host), path
	if bucket == "" {
		bucket, key, _ = strings.Cut(path, "/")
	}
	var err1, err2 error
	q.bucket, err1 = url.PathUnescape(bucket)
	q.key, err2 = url.PathUnescape(key)
	if err1 != nil || err2 != nil {
		return &api.Error{Status: 400, Code: "InvalidURI", Message: "Couldn't parse the specified URI.", Fields: map[string]string{"URI": path}}
	}
	return nil
}

var awsHost = regexp.MustCompile(`^(?:(.+)\.)?s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com$`)

// hostBucket returns the bucket of a virtual-host style request, "" for path style.
func hostBucket(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	if m := awsHost.FindStringSubmatch(host); m != nil {
		return m[1]
	}
	if bucket, ok := strings.CutSuffix(host, ".localhost"); ok && bucket != "s3" {
		return strings.TrimSuffix(bucket, ".s3")
	}
	return ""
}

// hostRegion returns the region that an AWS host name carries, or "".
func hostRegion(host string) string {
	if m := awsHost.FindStringSubmatch(strings.ToLower(host)); m != nil {
		return m[2]
	}
	return ""
}

// names tells whether a header is there, or its like in a presigned URL.
func (q *request) names(header string) bool {
	for name, values := range q.query {
		if strings.EqualFold(name, header) && values[0] != "" {
			return true
		}
	}
	return q.header(header) != ""
}

// choose finds the operation that the request names.
func (q *request) choose() error {
	at := onObject
	switch {
	case q.bucket == "":
		at = onService
	case q.key == "":
		at = onBucket
	}
	sub := ""
	for _, name := range subResources {
		if q.query.Has(name) {
			if sub != "" {
				return notImplemented()
			}
			sub = name
		}
	}
	copies := q.names("X-Amz-Copy-Source")
	for i := range operations {
		op := &operations[i]
		if op.method == q.R.Method && op.level == at && op.sub == sub && op.copies == copies {
			if !op.takes(q.query) || slices.ContainsFunc(unservedHeaders, q.names) {
				return notImplemented()
			}
			q.op = op
			return nil
		}
	}
	return notImplemented()
}

// takes tells whether the operation knows the query's keys. S3 ignores keys that
// it does not know; one without a value is how new operations come to be named,
// and one of another operation means that the caller meant that.
func (op *operation) takes(query url.Values) bool {
	known := append(strings.Fields(op.params), op.sub)
	for name, values := range query {
		if slices.Contains(known, name) || name == "x-id" || strings.HasPrefix(strings.ToLower(name), "x-amz-") {
			continue
		}
		if values[0] == "" || name == "versionId" || name == "partNumber" {
			return false
		}
	}
	return true
}

// versioned is the operation's IAM action, which differs for a named version.
func (op *operation) versioned(query url.Values) string {
	if query.Get("versionId") == "" {
		return op.action
	}
	return versionAction(op.action)
}

// versionAction names the action on a given version, as GetObjectVersion is
// GetObject's. Source: Actions, resources, and condition keys for Amazon S3.
func versionAction(action string) string {
	verb, rest, found := strings.Cut(action, "Object")
	if !found || rest == "Retention" || rest == "LegalHold" {
		return action
	}
	return verb + "ObjectVersion" + rest
}

func notImplemented() error {
	return &api.Error{Status: 501, Code: "NotImplemented", Message: "A header you provided implies functionality that is not implemented"}
}
