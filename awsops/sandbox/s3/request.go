package s3

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// request is one request to S3 while it is answered.
type request struct {
	*api.Call
	directory   Directory
	keys        Keys
	bucket, key string // that it is for, "" for none
	op          *operation
	query       url.Values
	ifMatch     string     // If-Match; of DeleteObjects, the ETag of the key whose turn it is
	b           *bucket    // nil where the operation needs none
	charged     bool       // the requester pays
	asked       protection // of PutObjectRetention
	askedHold   string     // of PutObjectLegalHold
	location    string     // of CreateBucket
	data        []byte     // the body
}

// response is what is sent back, beside the headers that were set on the way.
type response struct {
	status int // 0 is 200
	body   []byte
}

const (
	maxDocument = 2 << 20 // bodies that are documents, not objects, are no larger
	maxDrained  = 8 << 20
)

// Handle decides and answers a call that Route knows. State is only touched under
// the lock, and the lock is never held while a client sends or receives.
func (s *Service) Handle(c *api.Call) error {
	q, err := newRequest(c)
	if err != nil {
		return err
	}
	q.directory, q.keys = s.directory, s.keys
	answer, err := s.answer(q)
	if err != nil {
		// A client that is still sending would not see the answer. One that waits
		// for leave to send is not given it.
		if q.header("Expect") == "" {
			io.CopyN(io.Discard, c.R.Body, maxDrained)
		}
		if e := (*api.Error)(nil); errors.As(err, &e) && c.R.Method == http.MethodHead {
			e.NoBody = true
		}
		return err
	}
	status := answer.status
	if status == 0 {
		status = http.StatusOK
	}
	if q.charged {
		q.set("X-Amz-Request-Charged", "requester")
	}
	c.W.WriteHeader(status)
	if c.R.Method != http.MethodHead {
		_, err = c.W.Write(answer.body)
	}
	return err
}

func (s *Service) answer(q *request) (*response, error) {
	if err := s.locked(func() error { return s.admit(q) }); err != nil {
		return nil, err
	}
	if err := q.read(); err != nil {
		return nil, err
	}
	var answer *response
	err := s.locked(func() (err error) {
		if q.b != nil && s.buckets[q.bucket] != q.b {
			return noSuchBucket(q.bucket)
		}
		answer, err = q.op.handle(s, q)
		return err
	})
	return answer, err
}

func (s *Service) locked(do func() error) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	return do()
}

// read takes the whole body in, up to what S3 takes, and verifies it.
func (q *request) read() error {
	limit := int64(maxDocument)
	if q.op.name == "PutObject" || q.op.name == "UploadPart" {
		limit = 5 << 30
	}
	data, err := io.ReadAll(io.LimitReader(q.Body, limit+1))
	if err != nil {
		return err
	}
	if int64(len(data)) > limit {
		if limit == maxDocument {
			return &api.Error{Status: 400, Code: "MaxMessageLengthExceeded", Message: "Your request was too big."}
		}
		return &api.Error{Status: 400, Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum allowed size"}
	}
	q.data = data
	return q.verifyMD5()
}

func (q *request) header(name string) string { return q.R.Header.Get(name) }

func (q *request) set(name, value string) {
	if value != "" {
		q.W.Header().Set(name, value)
	}
}

func (q *request) arn() string { return q.b.arn() + "/" + q.key }

// at is now as S3 keeps times: whole seconds.
func (q *request) at() time.Time { return q.Now.UTC().Truncate(time.Second) }

// decode reads the XML body. S3 takes documents with and without its namespace.
func (q *request) decode(into any) error {
	if len(bytes.TrimSpace(q.data)) == 0 {
		return &api.Error{Status: 400, Code: "MissingRequestBodyError", Message: "Request Body is empty"}
	}
	d := xml.NewDecoder(bytes.NewReader(q.data))
	if err := d.Decode(into); err != nil {
		return malformedXML()
	}
	if _, err := d.Token(); err != io.EOF {
		return malformedXML()
	}
	return nil
}

func malformedXML() error {
	return &api.Error{Status: 400, Code: "MalformedXML", Message: "The XML you provided was not well-formed or did not validate against our published schema"}
}

func invalidArgument(message, name, value string) error {
	return &api.Error{Status: 400, Code: "InvalidArgument", Message: message, Fields: map[string]string{"ArgumentName": name, "ArgumentValue": value}}
}

func invalidRequest(message string) error {
	return &api.Error{Status: 400, Code: "InvalidRequest", Message: message}
}

func noSuchBucket(name string) error {
	return &api.Error{Status: 404, Code: "NoSuchBucket", Message: "The specified bucket does not exist", Fields: map[string]string{"BucketName": name}}
}

// document answers with XML under S3's namespace.
func (q *request) document(name string, content any) (*response, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Local: name}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: "http://s3.amazonaws.com/doc/2006-03-01/"}}}
	if err := xml.NewEncoder(&out).EncodeElement(content, start); err != nil {
		return nil, err
	}
	q.set("Content-Type", "application/xml")
	return &response{body: out.Bytes()}, nil
}

func empty() (*response, error)     { return &response{}, nil }
func noContent() (*response, error) { return &response{status: http.StatusNoContent}, nil }

// constant answers the same document for every bucket.
func constant(document string) func(*Service, *request) (*response, error) {
	return func(_ *Service, q *request) (*response, error) {
		q.set("Content-Type", "application/xml")
		return &response{body: []byte(xml.Header + document)}, nil
	}
}

// absent answers that a bucket has no such configuration.
func absent(code, message string) func(*Service, *request) (*response, error) {
	return func(_ *Service, q *request) (*response, error) { return nil, q.missing(code, message) }
}

func (q *request) missing(code, message string) error {
	return &api.Error{Status: 404, Code: code, Message: message, Fields: map[string]string{"BucketName": q.bucket}}
}

func xmlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// urlEncoded escapes a key as encoding-type=url asks for; slashes stay.
func urlEncoded(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(key), "+", "%20"), "%2F", "/")
}
