package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

// Every part but the last has at least this size. Source: Multipart upload limits.
const minPart = 5 << 20

func (q *request) upload() (*upload, error) {
	if u := q.b.uploads[q.query.Get("uploadId")]; u != nil && u.draft.key == q.key {
		return u, nil
	}
	return nil, &api.Error{Status: 404, Code: "NoSuchUpload", Message: "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", Fields: map[string]string{"UploadId": q.query.Get("uploadId")}}
}

func (s *Service) createUpload(q *request) (*response, error) {
	o, err := s.draft(q)
	if err != nil {
		return nil, err
	}
	algorithm, kind := q.header("X-Amz-Checksum-Algorithm"), q.header("X-Amz-Checksum-Type")
	if algorithm != "" && algorithms[algorithm] == nil {
		return nil, unsupportedAlgorithm()
	}
	o.checksum.algorithm = algorithm
	o.checksum.composite = kind == "COMPOSITE" || kind == "" && algorithm != "" && algorithm != defaultAlgorithm
	// Source: Checking object integrity, which types each algorithm has.
	if kind == "COMPOSITE" && algorithm == defaultAlgorithm || kind == "FULL_OBJECT" && algorithm != "" && !strings.HasPrefix(algorithm, "CRC") {
		return nil, invalidRequest(fmt.Sprintf("The %s checksum type cannot be used with the %s checksum algorithm.", kind, strings.ToLower(algorithm)))
	}
	u := &upload{id: newID(), began: q.at(), by: q.Caller.ARN, draft: o, parts: map[int]part{}}
	if err := s.room(u.size()); err != nil {
		return nil, err
	}
	q.b.uploads[u.id] = u
	q.encryptionHeaders(&u.draft)
	if algorithm != "" {
		q.set("X-Amz-Checksum-Algorithm", algorithm)
		q.set("X-Amz-Checksum-Type", o.checksum.kind())
	}
	return q.document("InitiateMultipartUploadResult", struct{ Bucket, Key, UploadId string }{q.bucket, q.key, u.id})
}

func (q *request) partNumber() (int, error) {
	n, err := q.number("partNumber", 0, 1, 10000)
	if err != nil || n == 0 {
		return 0, invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", q.query.Get("partNumber"))
	}
	return n, nil
}

func (s *Service) uploadPart(q *request) (*response, error) {
	u, err := q.upload()
	if err != nil {
		return nil, err
	}
	n, err := q.partNumber()
	if err != nil {
		return nil, err
	}
	sent, err := q.sentChecksum()
	if err != nil {
		return nil, err
	}
	want := u.draft.checksum.algorithm
	if want != "" && sent.algorithm != "" && sent.algorithm != want {
		return nil, invalidRequest(fmt.Sprintf("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", strings.ToLower(want), strings.ToLower(sent.algorithm)))
	}
	if err := q.proven(u.draft.protection); err != nil {
		return nil, err
	}
	p, err := s.newPart(q, u, n)
	if err != nil {
		return nil, err
	}
	q.set("ETag", p.etag)
	q.set(p.checksum.header(), p.checksum.value)
	q.encryptionHeaders(&u.draft)
	return empty()
}

// newPart keeps the request's data as a part of an upload. With a key of KMS that takes
// the permission to decrypt. Source: Uploading and copying objects using multipart upload,
// Multipart upload API and permissions.
func (s *Service) newPart(q *request, u *upload, n int) (p part, err error) {
	if err := q.mayDecrypt(q.b, &u.draft); err != nil {
		return p, err
	}
	algorithm := u.draft.checksum.algorithm
	if algorithm == "" {
		algorithm = defaultAlgorithm
	}
	if p.checksum, err = q.verifiedChecksum(algorithm); err != nil {
		return p, err
	}
	p.number, p.body, p.etag, p.modified = n, q.data, etagOf(q.data), q.at()
	if err := s.room(p.size()); err != nil {
		return p, err
	}
	u.parts[n] = p
	return p, nil
}

func (s *Service) uploadPartCopy(q *request) (*response, error) {
	u, err := q.upload()
	if err != nil {
		return nil, err
	}
	n, err := q.partNumber()
	if err != nil {
		return nil, err
	}
	_, src, err := s.source(q)
	if err != nil {
		return nil, err
	}
	q.data = src.body
	if asked := q.header("X-Amz-Copy-Source-Range"); asked != "" {
		piece, err := rangeOf(asked, int64(len(src.body)))
		if piece == nil || err != nil {
			return nil, invalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", asked)
		}
		q.data = bytes.Clone(src.body[piece.from:piece.to]) // or it would hold all of the source
	}
	p, err := s.newPart(q, u, n)
	if err != nil {
		return nil, err
	}
	return q.document("CopyPartResult", copyXML{ETag: p.etag, LastModified: xmlTime(p.modified), checksumXML: p.checksum.xml()})
}

type completedPart struct {
	PartNumber int
	ETag       string
	checksumXML
}

func (s *Service) completeUpload(q *request) (*response, error) {
	u, err := q.upload()
	if err != nil {
		return nil, err
	}
	var in struct {
		XMLName xml.Name `xml:"CompleteMultipartUpload"`
		Part    []completedPart
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	o := u.draft
	if o.parts, err = u.chosen(in.Part); err != nil {
		return nil, err
	}
	if err := q.mayDecrypt(q.b, &o); err != nil {
		return nil, err
	}
	if err := q.mayWrite(); err != nil {
		return nil, err
	}
	if err := o.join(); err != nil {
		return nil, err
	}
	if size := q.header("X-Amz-Mp-Object-Size"); size != "" && size != fmt.Sprint(len(o.body)) {
		return nil, invalidRequest(fmt.Sprintf("The provided 'x-amz-mp-object-size' header value %s does not match what was computed: %d", size, len(o.body)))
	}
	if sent, err := q.sentChecksum(); err != nil {
		return nil, err
	} else if sent.algorithm == o.checksum.algorithm && sent.value != o.checksum.value {
		return nil, &api.Error{Status: 400, Code: "BadDigest", Message: "The " + sent.algorithm + " you specified did not match the calculated checksum."}
	}
	o.modified = q.at()
	delete(q.b.uploads, u.id) // its parts make room for the whole
	if err := s.store(q, &o); err != nil {
		return nil, err
	}
	return q.document("CompleteMultipartUploadResult", struct {
		Location, Bucket, Key, ETag, ChecksumType string
		checksumXML
	}{"http://" + q.R.Host + q.R.URL.EscapedPath(), q.bucket, q.key, o.etag, o.checksum.kind(), o.checksum.xml()})
}

// chosen finds the parts that the caller wants, in rising order, as S3 has them.
func (u *upload) chosen(named []completedPart) ([]part, error) {
	if len(named) == 0 {
		return nil, malformedXML()
	}
	var parts []part
	for i, name := range named {
		if i > 0 && name.PartNumber <= named[i-1].PartNumber {
			return nil, &api.Error{Status: 400, Code: "InvalidPartOrder", Message: "The list of parts was not in ascending order. Parts must be ordered by part number.", Fields: map[string]string{"UploadId": u.id}}
		}
		p, found := u.parts[name.PartNumber]
		if value := name.value(); !found || !matches(name.ETag, p.etag) || value != "" && value != p.checksum.value {
			return nil, &api.Error{
				Status: 400, Code: "InvalidPart", Message: "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
				Fields: map[string]string{"UploadId": u.id, "PartNumber": fmt.Sprint(name.PartNumber), "ETag": strings.Trim(name.ETag, `"`)},
			}
		}
		parts = append(parts, p)
	}
	for _, p := range parts[:len(parts)-1] {
		if len(p.body) < minPart {
			return nil, &api.Error{
				Status: 400, Code: "EntityTooSmall", Message: "Your proposed upload is smaller than the minimum allowed size",
				Fields: map[string]string{"ProposedSize": fmt.Sprint(len(p.body)), "MinSizeAllowed": fmt.Sprint(minPart), "PartNumber": fmt.Sprint(p.number), "ETag": strings.Trim(p.etag, `"`)},
			}
		}
	}
	return parts, nil
}

// join makes the object of its parts. Its ETag is that of the parts' digests, and
// so is its checksum when it is a composite one.
func (o *object) join() error {
	var digests, sums []byte
	size := 0
	for _, p := range o.parts {
		size += len(p.body)
	}
	o.body = make([]byte, 0, size)
	for i, p := range o.parts {
		from := len(o.body)
		o.body = append(o.body, p.body...)
		o.parts[i].body = o.body[from:] // the part's own bytes are needed no more
		digest, err := hex.DecodeString(strings.Trim(p.etag, `"`))
		if err != nil {
			return err
		}
		value, err := base64.StdEncoding.DecodeString(p.checksum.value)
		if err != nil {
			return err
		}
		digests, sums = append(digests, digest...), append(sums, value...)
	}
	o.etag = fmt.Sprintf(`"%x-%d"`, md5.Sum(digests), len(o.parts))
	algorithm := o.checksum.algorithm
	if algorithm == "" {
		algorithm = defaultAlgorithm
	}
	if !o.checksum.composite {
		o.checksum = sum(algorithm, o.body)
		return nil
	}
	o.checksum = sum(algorithm, sums)
	o.checksum.value += fmt.Sprintf("-%d", len(o.parts))
	o.checksum.composite = true
	return nil
}

func (s *Service) abortUpload(q *request) (*response, error) {
	u, err := q.upload()
	if err != nil {
		return nil, err
	}
	delete(q.b.uploads, u.id)
	return noContent()
}
