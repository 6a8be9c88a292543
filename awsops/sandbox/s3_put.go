package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var contentHeaders = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires", "X-Amz-Website-Redirect-Location"}

var storageClasses = strings.Fields("STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR")

// draft is the object that the request's headers describe, without content.
func (s *Sandbox) draft(q *s3Call) (object, error) {
	o := object{key: q.key, owner: q.b.account, modified: q.at(), headers: http.Header{}}
	if q.b.ownership != enforced && q.caller.Account != "" {
		o.owner = q.caller.Account
	}
	// Source: Controlling ownership of objects, Bucket owner preferred.
	if q.b.ownership == preferred && q.header("X-Amz-Acl") == "bucket-owner-full-control" {
		o.owner = q.b.account
	}
	var err error
	if o.acl, err = s.requestedACL(q, o.owner, q.b.account); err != nil {
		return o, err
	}
	if err = q.accepts(o.acl, q.hasACLHeader()); err != nil {
		return o, err
	}
	if err = q.readHeaders(&o); err != nil {
		return o, err
	}
	if o.tags, err = parseTagHeader(q.header("X-Amz-Tagging")); err != nil {
		return o, err
	}
	o.storage = q.header("X-Amz-Storage-Class")
	if o.storage != "" && !slices.Contains(storageClasses, o.storage) {
		return o, &apiError{Status: 400, Code: "InvalidStorageClass", Message: "The storage class you specified is not valid", Fields: map[string]string{"StorageClassRequested": o.storage}}
	}
	o.kms, err = q.encrypt()
	return o, err
}

// readHeaders keeps the content headers and the user's metadata.
func (q *s3Call) readHeaders(o *object) error {
	size := 0
	for name, values := range q.r.Header {
		if meta, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			o.headers[name] = []string{strings.Join(values, ",")}
			size += len(meta) + len(o.headers[name][0])
		}
	}
	// Source: Working with object metadata.
	if size > 2048 {
		return &apiError{Status: 400, Code: "MetadataTooLarge", Message: "Your metadata headers exceed the maximum allowed metadata size", Fields: map[string]string{"Size": fmt.Sprint(size), "MaxSizeAllowed": "2048"}}
	}
	for _, name := range contentHeaders {
		value := q.header(name)
		if name == "Content-Encoding" {
			value = withoutChunked(value)
		}
		if value != "" {
			o.headers.Set(name, value)
		}
	}
	if o.headers.Get("Content-Type") == "" {
		o.headers.Set("Content-Type", "binary/octet-stream")
	}
	return nil
}

// withoutChunked leaves out the encoding that is only of the way here.
func withoutChunked(encodings string) string {
	var kept []string
	for e := range strings.SplitSeq(encodings, ",") {
		if e = strings.TrimSpace(e); e != "" && e != "aws-chunked" {
			kept = append(kept, e)
		}
	}
	return strings.Join(kept, ",")
}

// encrypt tells whether the object is encrypted with the bucket account's key
// aws/s3, which nobody outside that account can be let use. Source: Setting
// default server-side encryption behavior, cross-account operations.
func (q *s3Call) encrypt() (kms bool, err error) {
	switch want := q.header("X-Amz-Server-Side-Encryption"); {
	case want == sseKMS && q.header("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != "", want == "aws:kms:dsse":
		return false, notImplemented()
	case want != "" && want != sseS3 && want != sseKMS:
		return false, &apiError{Status: 400, Code: "InvalidEncryptionAlgorithmError", Message: "The encryption request you specified is not valid. The valid value is AES256."}
	case want == sseKMS || want == "" && q.b.encryption.Algorithm == sseKMS:
		return true, q.keyAllowed(q.b, "kms:GenerateDataKey on this resource")
	}
	return false, nil
}

func (q *s3Call) mayDecrypt(b *bucket, o *object) error {
	if !o.kms {
		return nil
	}
	return q.keyAllowed(b, "kms:Decrypt on the resource associated with this ciphertext")
}

func (q *s3Call) keyAllowed(b *bucket, what string) error {
	if q.caller.Account == b.account {
		return nil
	}
	return &apiError{Status: 403, Code: "AccessDenied", Message: fmt.Sprintf("User: %s is not authorized to perform: %s because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access", q.caller.ARN, what)}
}

func (q *s3Call) encryptionHeaders(o *object) {
	if !o.kms {
		q.set("X-Amz-Server-Side-Encryption", sseS3)
		return
	}
	q.set("X-Amz-Server-Side-Encryption", sseKMS)
	q.set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", fmt.Sprintf("arn:aws:kms:%s:%s:key/aws-s3", q.b.region, q.b.account))
}

// versionHeader names the version where the bucket has or had versions.
func (q *s3Call) versionHeader(o *object) {
	if q.b.versioning != "" {
		q.set("X-Amz-Version-Id", o.version)
	}
}

// mayWrite checks the conditions of a write. Source: Conditional writes.
func (q *s3Call) mayWrite() error {
	there := q.b.live(q.key)
	if none := q.header("If-None-Match"); none != "" {
		if none != "*" || q.header("If-Match") != "" {
			return notImplemented()
		}
		if there != nil {
			return preconditionFailed("If-None-Match")
		}
	}
	if match := q.header("If-Match"); match != "" {
		if there == nil {
			return noSuchKey(q.key)
		}
		if !matches(match, there.etag) {
			return preconditionFailed("If-Match")
		}
	}
	return nil
}

func preconditionFailed(header string) error {
	return &apiError{Status: 412, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold", Fields: map[string]string{"Condition": header}}
}

// store puts a finished object into the bucket and tells about it.
func (q *s3Call) store(o *object) {
	q.b.add(o)
	if q.b.versioning == "Enabled" {
		q.versionHeader(o)
	}
	q.encryptionHeaders(o)
}

func (s *Sandbox) putObject(q *s3Call) (*s3Answer, error) {
	o, err := s.draft(q)
	if err != nil {
		return nil, err
	}
	if o.checksum, err = q.verifiedChecksum(defaultAlgorithm); err != nil {
		return nil, err
	}
	if err := q.mayWrite(); err != nil {
		return nil, err
	}
	o.body, o.etag = q.data, etagOf(q.data)
	q.store(&o)
	q.set("ETag", o.etag)
	q.set(o.checksum.header(), o.checksum.value)
	q.set("X-Amz-Checksum-Type", o.checksum.kind())
	return empty()
}

// source finds what a copy is made of, as the caller may see it.
func (s *Sandbox) source(q *s3Call) (*bucket, *object, error) {
	from, version, _ := strings.Cut(q.header("X-Amz-Copy-Source"), "?versionId=")
	from, err := url.PathUnescape(from)
	if strings.HasPrefix(from, "arn:") {
		return nil, nil, notImplemented()
	}
	name, key, found := strings.Cut(strings.TrimPrefix(from, "/"), "/")
	if err != nil || !found || key == "" {
		return nil, nil, invalidArgument("Invalid copy source object key", "x-amz-copy-source", q.header("X-Amz-Copy-Source"))
	}
	b := s.buckets[name]
	if b == nil {
		return nil, nil, noSuchBucket(name)
	}
	if want := q.header("X-Amz-Source-Expected-Bucket-Owner"); want != "" && want != b.account {
		return nil, nil, accessDenied()
	}
	n := need{action: "GetObject", on: b.find(key, version), object: true}
	if version != "" {
		n.action = versionAction(n.action)
	}
	if d, owner := q.weigh(b, key, n); !d.Allowed {
		return nil, nil, q.denied(d, n.action, b.arn()+"/"+key, owner)
	}
	if n.on != nil && n.on.marker && version != "" {
		return nil, nil, invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
	}
	o, err := q.lookup(b, key, version)
	if err != nil {
		return nil, nil, err
	}
	if err := q.mayDecrypt(b, o); err != nil {
		return nil, nil, err
	}
	if err := copyConditions(q, o); err != nil {
		return nil, nil, err
	}
	q.set("X-Amz-Copy-Source-Version-Id", versionOf(b, o))
	return b, o, nil
}

func versionOf(b *bucket, o *object) string {
	if b.versioning == "" {
		return ""
	}
	return o.version
}

func copyConditions(q *s3Call, o *object) error {
	in := http.Header{}
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		if value := q.header("X-Amz-Copy-Source-" + name); value != "" {
			in.Set(name, value)
		}
	}
	if failed := conditions(in, o); failed != "" {
		return preconditionFailed("x-amz-copy-source-" + failed)
	}
	return nil
}

func (s *Sandbox) copyObject(q *s3Call) (*s3Answer, error) {
	from, src, err := s.source(q)
	if err != nil {
		return nil, err
	}
	o, err := s.draft(q)
	if err != nil {
		return nil, err
	}
	replace, err := q.directive("X-Amz-Metadata-Directive")
	if err != nil {
		return nil, err
	}
	if !replace {
		if from == q.b && src.key == q.key && src == q.b.find(q.key, "") && o.storage == "" && q.header("X-Amz-Server-Side-Encryption") == "" && q.header("X-Amz-Website-Redirect-Location") == "" {
			return nil, invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
		}
		o.headers = src.headers
	}
	replaceTags, err := q.directive("X-Amz-Tagging-Directive")
	if err != nil {
		return nil, err
	}
	if !replaceTags {
		if o.tags, err = q.copyTags(from, src); err != nil {
			return nil, err
		}
	}
	if err := q.mayWrite(); err != nil {
		return nil, err
	}
	algorithm := q.header("X-Amz-Checksum-Algorithm")
	if algorithm == "" {
		algorithm = src.checksum.algorithm
	}
	if algorithms[algorithm] == nil {
		return nil, unsupportedAlgorithm()
	}
	o.body, o.etag, o.checksum = src.body, etagOf(src.body), sum(algorithm, src.body)
	q.store(&o)
	return q.document("CopyObjectResult", copyXML{o.etag, xmlTime(o.modified), o.checksum.kind(), o.checksum.xml()})
}

type copyXML struct {
	ETag, LastModified string
	ChecksumType       string `xml:",omitempty"`
	checksumXML
}

// copyTags takes the source's tags along, which takes permissions of its own.
// Source: CopyObject, permissions.
func (q *s3Call) copyTags(from *bucket, src *object) ([]tag, error) {
	if len(src.tags) == 0 {
		return nil, nil
	}
	d, _ := q.weigh(from, src.key, need{action: "GetObjectTagging", on: src, object: true})
	if !d.Allowed {
		return nil, accessDenied()
	}
	return slices.Clone(src.tags), q.allow(need{action: "PutObjectTagging", object: true})
}

func (q *s3Call) directive(header string) (replace bool, err error) {
	switch value := q.header(header); value {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, invalidArgument("Unknown "+strings.ToLower(strings.TrimPrefix(header, "X-Amz-")), strings.ToLower(header), value)
	}
}
