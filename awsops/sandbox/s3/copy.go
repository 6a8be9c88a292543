package s3

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// source finds what a copy is made of, as the caller may see it.
func (s *Service) source(q *request) (*bucket, *object, error) {
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
	if err := q.mayCharge(b); err != nil {
		return nil, nil, err
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

func copyConditions(q *request, o *object) error {
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

func (s *Service) copyObject(q *request) (*response, error) {
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
	if err := s.store(q, &o); err != nil {
		return nil, err
	}
	return q.document("CopyObjectResult", copyXML{o.etag, xmlTime(o.modified), o.checksum.kind(), o.checksum.xml()})
}

type copyXML struct {
	ETag, LastModified string
	ChecksumType       string `xml:",omitempty"`
	checksumXML
}

// copyTags takes the source's tags along, which takes permissions of its own.
// Source: CopyObject, permissions.
func (q *request) copyTags(from *bucket, src *object) ([]tag, error) {
	if len(src.tags) == 0 {
		return nil, nil
	}
	d, _ := q.weigh(from, src.key, need{action: "GetObjectTagging", on: src, object: true})
	if !d.Allowed {
		return nil, accessDenied()
	}
	return slices.Clone(src.tags), q.allow(q.key, need{action: "PutObjectTagging", object: true})
}

func (q *request) directive(header string) (replace bool, err error) {
	switch value := q.header(header); value {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, invalidArgument("Unknown "+strings.ToLower(strings.TrimPrefix(header, "X-Amz-")), strings.ToLower(header), value)
	}
}
