package sandbox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// s3Call is one request to S3 while it is answered.
type s3Call struct {
	*call
	op    *s3Operation
	query url.Values
	b     *bucket // nil where the operation needs none
	data  []byte  // the body
}

// s3Answer is what is sent back, beside the headers that were set on the way.
type s3Answer struct {
	status int // 0 is 200
	body   []byte
}

const (
	maxDocument = 2 << 20 // bodies that are documents, not objects, are no larger
	maxDrained  = 8 << 20
)

// handleS3 decides and answers. State is only touched under the lock, and the
// lock is never held while a client sends or receives.
func (s *Sandbox) handleS3(c *call) error {
	op, err := c.operation()
	if err != nil {
		return err
	}
	if c.r.URL.Query().Has("X-Amz-Signature") {
		c.hoist()
	}
	q := &s3Call{call: c, op: op, query: c.r.URL.Query()}
	answer, err := s.serveS3(q)
	if err != nil {
		// A client that is still sending would not see the answer. One that waits
		// for leave to send is not given it.
		if q.header("Expect") == "" {
			io.CopyN(io.Discard, c.r.Body, maxDrained)
		}
		if e := (*apiError)(nil); errors.As(err, &e) && c.r.Method == http.MethodHead {
			e.NoBody = true
		}
		return err
	}
	status := answer.status
	if status == 0 {
		status = http.StatusOK
	}
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		_, err = c.w.Write(answer.body)
	}
	return err
}

func (s *Sandbox) serveS3(q *s3Call) (*s3Answer, error) {
	if err := s.locked(func() error { return s.admit(q) }); err != nil {
		return nil, err
	}
	if err := q.read(); err != nil {
		return nil, err
	}
	var answer *s3Answer
	err := s.locked(func() (err error) {
		if q.b != nil && s.buckets[q.bucket] != q.b {
			return noSuchBucket(q.bucket)
		}
		answer, err = q.op.handle(s, q)
		return err
	})
	return answer, err
}

func (s *Sandbox) locked(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return do()
}

// read takes the whole body in, up to what S3 takes, and verifies it.
func (q *s3Call) read() error {
	limit := int64(maxDocument)
	if q.op.name == "PutObject" || q.op.name == "UploadPart" {
		limit = 5 << 30
	}
	data, err := io.ReadAll(io.LimitReader(q.body, limit+1))
	if err != nil {
		return err
	}
	if int64(len(data)) > limit {
		if limit == maxDocument {
			return &apiError{Status: 400, Code: "MaxMessageLengthExceeded", Message: "Your request was too big."}
		}
		return &apiError{Status: 400, Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum allowed size"}
	}
	q.data = data
	return q.verifyMD5()
}

func (q *s3Call) header(name string) string { return q.r.Header.Get(name) }

func (q *s3Call) set(name, value string) {
	if value != "" {
		q.w.Header().Set(name, value)
	}
}

func (q *s3Call) arn() string { return q.b.arn() + "/" + q.key }

// now as S3 keeps times: whole seconds.
func (q *s3Call) at() time.Time { return q.now.UTC().Truncate(time.Second) }

// decode reads the XML body. S3 takes documents with and without its namespace.
func (q *s3Call) decode(into any) error {
	if len(bytes.TrimSpace(q.data)) == 0 {
		return &apiError{Status: 400, Code: "MissingRequestBodyError", Message: "Request Body is empty"}
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
	return &apiError{Status: 400, Code: "MalformedXML", Message: "The XML you provided was not well-formed or did not validate against our published schema"}
}

func invalidArgument(message, name, value string) error {
	return &apiError{Status: 400, Code: "InvalidArgument", Message: message, Fields: map[string]string{"ArgumentName": name, "ArgumentValue": value}}
}

func invalidRequest(message string) error {
	return &apiError{Status: 400, Code: "InvalidRequest", Message: message}
}

func noSuchBucket(name string) error {
	return &apiError{Status: 404, Code: "NoSuchBucket", Message: "The specified bucket does not exist", Fields: map[string]string{"BucketName": name}}
}

// document answers with XML under S3's namespace.
func (q *s3Call) document(name string, content any) (*s3Answer, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Local: name}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: "http://s3.amazonaws.com/doc/2006-03-01/"}}}
	if err := xml.NewEncoder(&out).EncodeElement(content, start); err != nil {
		return nil, err
	}
	q.set("Content-Type", "application/xml")
	return &s3Answer{body: out.Bytes()}, nil
}

func empty() (*s3Answer, error)     { return &s3Answer{}, nil }
func noContent() (*s3Answer, error) { return &s3Answer{status: http.StatusNoContent}, nil }

// constant answers the same document for every bucket.
func constant(document string) func(*Sandbox, *s3Call) (*s3Answer, error) {
	return func(_ *Sandbox, q *s3Call) (*s3Answer, error) {
		q.set("Content-Type", "application/xml")
		return &s3Answer{body: []byte(xml.Header + document)}, nil
	}
}

// absent answers that a bucket has no such configuration.
func absent(code, message string) func(*Sandbox, *s3Call) (*s3Answer, error) {
	return func(_ *Sandbox, q *s3Call) (*s3Answer, error) { return nil, q.missing(code, message) }
}

func (q *s3Call) missing(code, message string) error {
	return &apiError{Status: 404, Code: code, Message: message, Fields: map[string]string{"BucketName": q.bucket}}
}

func xmlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// urlEncoded escapes a key as encoding-type=url asks for; slashes stay.
func urlEncoded(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(key), "+", "%20"), "%2F", "/")
}
