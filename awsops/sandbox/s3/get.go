package s3

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// object is the version that the request names.
func (q *request) object() (*object, error) {
	return q.lookup(q.b, q.key, q.query.Get("versionId"))
}

// lookup finds a version of a key. Whoever may not list the bucket is not told
// that a key is missing. Source: GetObject, permissions.
func (q *request) lookup(b *bucket, key, version string) (*object, error) {
	if version != "" && version != nullVersion && len(version) != 32 {
		return nil, invalidArgument("Invalid version id specified", "versionId", version)
	}
	o := b.find(key, version)
	if o != nil && !o.marker {
		return o, nil
	}
	if o != nil && version != "" {
		q.set("X-Amz-Delete-Marker", "true")
		q.set("X-Amz-Version-Id", o.version)
		q.set("Last-Modified", o.modified.Format(http.TimeFormat))
		q.set("Allow", "DELETE")
		return nil, &api.Error{
			Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource.",
			Fields: map[string]string{"Method": q.R.Method, "ResourceType": "DeleteMarker"},
		}
	}
	if d, owner := q.weigh(b, "", need{action: "ListBucket"}); !d.Allowed {
		return nil, q.denied(d, "ListBucket", b.arn(), owner)
	}
	if version != "" {
		return nil, &api.Error{Status: 404, Code: "NoSuchVersion", Message: "The specified version does not exist.", Fields: map[string]string{"Key": key, "VersionId": version}}
	}
	if o != nil {
		q.set("X-Amz-Delete-Marker", "true")
		q.set("X-Amz-Version-Id", o.version)
	}
	return nil, noSuchKey(key)
}

func noSuchKey(key string) error {
	return &api.Error{Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist.", Fields: map[string]string{"Key": key}}
}

// conditions tells which header of a conditional request does not hold, "" for
// none. Source: GetObject, on the headers' precedence.
func conditions(h http.Header, o *object) string {
	since := func(name string) (time.Time, bool) {
		t, err := http.ParseTime(h.Get(name))
		return t, err == nil
	}
	if match := h.Get("If-Match"); match != "" {
		if !matches(match, o.etag) {
			return "If-Match"
		}
	} else if t, ok := since("If-Unmodified-Since"); ok && o.modified.After(t) {
		return "If-Unmodified-Since"
	}
	if none := h.Get("If-None-Match"); none != "" {
		if matches(none, o.etag) {
			return "If-None-Match"
		}
	} else if t, ok := since("If-Modified-Since"); ok && !o.modified.After(t) {
		return "If-Modified-Since"
	}
	return ""
}

// matches compares ETags, with or without their quotes.
func matches(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == "*" || strings.Trim(candidate, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// span is the piece of an object that is asked for.
type span struct{ from, to int64 } // to is exclusive

// rangeOf reads a Range header. What is not one range of bytes counts as none.
func rangeOf(header string, size int64) (*span, error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return nil, nil
	}
	from, err1 := strconv.ParseUint(first, 10, 63)
	to, err2 := strconv.ParseUint(last, 10, 63)
	switch {
	case first == "" && err2 == nil:
		if to > 0 && size > 0 {
			return &span{max(0, size-int64(to)), size}, nil
		}
	case err1 != nil || last != "" && (err2 != nil || to < from):
		return nil, nil
	case int64(from) < size:
		if last == "" || int64(to) >= size {
			return &span{int64(from), size}, nil
		}
		return &span{int64(from), int64(to) + 1}, nil
	}
	return nil, &api.Error{
		Status: 416, Code: "InvalidRange", Message: "The requested range is not satisfiable",
		Fields: map[string]string{"RangeRequested": header, "ActualObjectSize": fmt.Sprint(size)},
	}
}

// piece is the part or range that the request asks for, nil for all of it.
func (q *request) piece(o *object) (*span, error) {
	size := int64(len(o.body))
	if !q.query.Has("partNumber") {
		return rangeOf(q.header("Range"), size)
	}
	if q.header("Range") != "" {
		return nil, invalidRequest("Cannot specify both Range header and partNumber query parameter")
	}
	n, err := q.number("partNumber", 1, 1, 10000)
	if err != nil {
		return nil, err
	}
	if len(o.parts) == 0 && n == 1 {
		return &span{0, size}, nil
	}
	if n > len(o.parts) {
		return nil, &api.Error{
			Status: 416, Code: "InvalidPartNumber", Message: "The requested partnumber is not satisfiable",
			Fields: map[string]string{"PartNumberRequested": fmt.Sprint(n), "ActualPartCount": fmt.Sprint(max(1, len(o.parts)))},
		}
	}
	q.set("X-Amz-Mp-Parts-Count", fmt.Sprint(len(o.parts)))
	var from int64
	for _, p := range o.parts[:n-1] {
		from += int64(len(p.body))
	}
	return &span{from, from + int64(len(o.parts[n-1].body))}, nil
}

// number reads a whole number of the query within its bounds.
func (q *request) number(name string, otherwise, least, most int) (int, error) {
	if !q.query.Has(name) || q.query.Get(name) == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(q.query.Get(name))
	if err != nil {
		return 0, invalidArgument("Provided "+name+" not an integer or within integer range", name, q.query.Get(name))
	}
	if n < least || n > most {
		return 0, invalidArgument(fmt.Sprintf("Argument %s must be an integer between %d and %d", name, least, most), name, q.query.Get(name))
	}
	return n, nil
}

// getObject answers GetObject and HeadObject.
func (s *Service) getObject(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	// Source: HeadObject: without its checksum nothing of the object has to be decrypted.
	if q.op.name == "GetObject" || q.header("X-Amz-Checksum-Mode") == "ENABLED" {
		if err := q.mayDecrypt(q.b, o); err != nil {
			return nil, err
		}
	}
	if q.op.name == "GetObject" && (o.storage == "GLACIER" || o.storage == "DEEP_ARCHIVE") {
		return nil, &api.Error{Status: 403, Code: "InvalidObjectState", Message: "The operation is not valid for the object's storage class", Fields: map[string]string{"StorageClass": o.storage}}
	}
	q.set("ETag", o.etag)
	q.set("Last-Modified", o.modified.Format(http.TimeFormat))
	q.versionHeader(o)
	switch failed := conditions(q.R.Header, o); failed {
	case "If-None-Match", "If-Modified-Since":
		return nil, &api.Error{Status: 304, Code: "NotModified", Message: "Not Modified", NoBody: true}
	case "If-Match", "If-Unmodified-Since":
		return nil, preconditionFailed(failed)
	}
	piece, err := q.piece(o)
	if err != nil {
		return nil, err
	}
	if err := q.describe(o); err != nil {
		return nil, err
	}
	answer := &response{body: o.body}
	if piece != nil {
		answer.status, answer.body = http.StatusPartialContent, o.body[piece.from:piece.to]
		if len(o.body) > 0 {
			q.set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", piece.from, piece.to-1, len(o.body)))
		}
	} else if q.header("X-Amz-Checksum-Mode") == "ENABLED" {
		q.set(o.checksum.header(), o.checksum.value)
		q.set("X-Amz-Checksum-Type", o.checksum.kind())
	}
	q.set("Content-Length", fmt.Sprint(len(answer.body)))
	return answer, nil
}

// describe sets the headers that were put with the object, and those that the
// request wants in their stead.
func (q *request) describe(o *object) error {
	for name, values := range o.headers {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			name = strings.ToLower(name) // clients show the name as it comes
		}
		q.W.Header()[name] = slices.Clone(values)
	}
	q.set("Accept-Ranges", "bytes")
	q.set("X-Amz-Storage-Class", o.storage)
	if o.storage == "STANDARD" {
		q.W.Header().Del("X-Amz-Storage-Class")
	}
	if len(o.tags) > 0 {
		q.set("X-Amz-Tagging-Count", fmt.Sprint(len(o.tags)))
	}
	q.encryptionHeaders(o)
	q.protectionHeaders(o)
	for name := range strings.FieldsSeq(responseParams) {
		value := q.query.Get(name)
		if value == "" {
			continue
		}
		if q.Caller.Account == "" {
			return invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
		}
		q.set(strings.TrimPrefix(name, "response-"), value)
	}
	return nil
}

// getAttributes answers those attributes that the request names.
func (s *Service) getAttributes(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	var out struct {
		ETag         string `xml:",omitempty"`
		Checksum     *attributeChecksum
		ObjectParts  *attributeParts
		StorageClass string `xml:",omitempty"`
		ObjectSize   *int
	}
	asked := 0
	for name := range strings.SplitSeq(strings.Join(q.R.Header.Values("X-Amz-Object-Attributes"), ","), ",") {
		asked++
		switch strings.TrimSpace(name) {
		case "ETag":
			out.ETag = strings.Trim(o.etag, `"`)
		case "Checksum":
			out.Checksum = &attributeChecksum{o.checksum.kind(), o.checksum.xml()}
		case "ObjectParts":
			if len(o.parts) > 0 {
				out.ObjectParts = &attributeParts{len(o.parts)}
			}
		case "StorageClass":
			out.StorageClass = o.storage
			if o.storage == "" {
				out.StorageClass = "STANDARD"
			}
		case "ObjectSize":
			size := len(o.body)
			out.ObjectSize = &size
		default:
			return nil, invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", name)
		}
	}
	q.set("Last-Modified", o.modified.Format(http.TimeFormat))
	q.versionHeader(o)
	return q.document("GetObjectAttributesResponse", out)
}

type attributeChecksum struct {
	ChecksumType string
	checksumXML
}

type attributeParts struct {
	PartsCount int
}
