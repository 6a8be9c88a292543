package s3

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

var contentHeaders = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires", "X-Amz-Website-Redirect-Location"}

var storageClasses = strings.Fields("STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR")

// draft is the object that the request's headers describe, without content.
func (s *Service) draft(q *request) (object, error) {
	o := object{key: q.key, owner: q.b.account, modified: q.at(), headers: http.Header{}}
	if q.b.ownership != enforced && q.Caller.Account != "" {
		o.owner = q.Caller.Account
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
		return o, &api.Error{Status: 400, Code: "InvalidStorageClass", Message: "The storage class you specified is not valid", Fields: map[string]string{"StorageClassRequested": o.storage}}
	}
	if o.protection, err = q.protect(); err != nil {
		return o, err
	}
	o.locked, err = q.encrypt(o.key)
	return o, err
}

// readHeaders keeps the content headers and the user's metadata.
func (q *request) readHeaders(o *object) error {
	size := 0
	for name, values := range q.R.Header {
		if meta, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			o.headers[name] = []string{strings.Join(values, ",")}
			size += len(meta) + len(o.headers[name][0])
		}
	}
	// Source: Working with object metadata.
	if size > 2048 {
		return &api.Error{Status: 400, Code: "MetadataTooLarge", Message: "Your metadata headers exceed the maximum allowed metadata size", Fields: map[string]string{"Size": fmt.Sprint(size), "MaxSizeAllowed": "2048"}}
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

// versionHeader names the version where the bucket has or had versions.
func (q *request) versionHeader(o *object) {
	if q.b.versioning != "" {
		q.set("X-Amz-Version-Id", o.version)
	}
}

// mayWrite checks the conditions of a write. Source: Conditional writes.
func (q *request) mayWrite() error {
	if none := q.header("If-None-Match"); none != "" {
		if none != "*" || q.ifMatch != "" {
			return notImplemented()
		}
		if q.b.live(q.key) != nil {
			return preconditionFailed("If-None-Match")
		}
	}
	return q.matched(q.key)
}

// matched checks the If-Match of a write or a delete. It is about the current version
// of the key, also where another one is to be deleted, and a delete marker is no
// object. Sources: Conditional writes, and How to perform conditional deletes (Amazon
// S3 User Guide).
func (q *request) matched(key string) error {
	there := q.b.live(key)
	switch {
	case q.ifMatch == "":
		return nil
	case there == nil:
		return noSuchKey(key)
	case !matches(q.ifMatch, there.etag):
		return preconditionFailed("If-Match")
	}
	return nil
}

func preconditionFailed(header string) error {
	return &api.Error{Status: 412, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold", Fields: map[string]string{"Condition": header}}
}

// store puts a finished object into the bucket and tells about it.
func (s *Service) store(q *request, o *object) error {
	if err := s.room(o.size()); err != nil {
		return err
	}
	if q.b.retention != nil && o.protection.mode == "" {
		hold := o.protection.hold
		o.protection = q.b.retention.from(q.at())
		o.protection.hold = hold
	}
	q.b.add(o)
	if q.b.versioning == "Enabled" {
		q.versionHeader(o)
	}
	q.encryptionHeaders(o)
	return nil
}

func (s *Service) putObject(q *request) (*response, error) {
	o, err := s.draft(q)
	if err != nil {
		return nil, err
	}
	if err := q.proven(o.protection); err != nil {
		return nil, err
	}
	if o.checksum, err = q.verifiedChecksum(defaultAlgorithm); err != nil {
		return nil, err
	}
	if err := q.mayWrite(); err != nil {
		return nil, err
	}
	o.body, o.etag = q.data, etagOf(q.data)
	if err := s.store(q, &o); err != nil {
		return nil, err
	}
	q.set("ETag", o.etag)
	q.set(o.checksum.header(), o.checksum.value)
	q.set("X-Amz-Checksum-Type", o.checksum.kind())
	return empty()
}
