package s3

import (
	"maps"
	"math"
	"slices"
	"strings"
)

type partXML struct {
	PartNumber         int
	LastModified, ETag string
	Size               int
	checksumXML
}

func (s *Service) listParts(q *request) (*response, error) {
	u, err := q.upload()
	if err != nil {
		return nil, err
	}
	most, err := q.number("max-parts", 1000, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	after, err := q.number("part-number-marker", 0, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	out := struct {
		Bucket, Key, UploadId string
		Initiator             initiatorXML
		Owner                 ownerXML
		StorageClass          string
		PartNumberMarker      int
		NextPartNumberMarker  int `xml:",omitempty"`
		MaxParts              int
		IsTruncated           bool
		Part                  []partXML
	}{
		Bucket: q.bucket, Key: q.key, UploadId: u.id, Initiator: initiatorXML{u.by}, Owner: q.owner(u.draft.owner),
		StorageClass: u.draft.class(), PartNumberMarker: after, MaxParts: min(most, 1000),
	}
	for _, n := range slices.Sorted(maps.Keys(u.parts)) {
		if n <= after {
			continue
		}
		if len(out.Part) == out.MaxParts {
			out.IsTruncated = true
			break
		}
		p := u.parts[n]
		out.Part = append(out.Part, partXML{n, xmlTime(p.modified), p.etag, len(p.body), p.checksum.xml()})
		out.NextPartNumberMarker = n
	}
	return q.document("ListPartsResult", out)
}

type initiatorXML struct{ ID string }

type uploadXML struct {
	Key, UploadId string
	Initiator     initiatorXML
	Owner         ownerXML
	StorageClass  string
	Initiated     string
}

func (s *Service) listUploads(q *request) (*response, error) {
	most, err := q.number("max-uploads", 1000, 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	l := listing{prefix: q.query.Get("prefix"), delimiter: q.query.Get("delimiter"), encoding: q.query.Get("encoding-type"), most: min(most, 1000)}
	byKey := map[string][]*upload{}
	for _, u := range q.b.uploads {
		byKey[u.draft.key] = append(byKey[u.draft.key], u)
	}
	key, id := q.query.Get("key-marker"), q.query.Get("upload-id-marker")
	p := pageOf(slices.Sorted(maps.Keys(byKey)), l.prefix, l.delimiter, "", math.MaxInt)
	out := struct {
		Bucket, KeyMarker, UploadIdMarker string
		NextKeyMarker                     string `xml:",omitempty"`
		NextUploadIdMarker                string `xml:",omitempty"`
		Prefix                            string `xml:",omitempty"`
		Delimiter                         string `xml:",omitempty"`
		EncodingType                      string `xml:",omitempty"`
		MaxUploads                        int
		IsTruncated                       bool
		Upload                            []uploadXML
		CommonPrefixes                    []prefixXML
	}{Bucket: q.bucket, KeyMarker: l.name(key), UploadIdMarker: id, Prefix: l.name(l.prefix), Delimiter: l.name(l.delimiter), EncodingType: l.encoding, MaxUploads: l.most}
	out.CommonPrefixes = l.prefixes(p.prefixes)
	for _, name := range p.keys {
		uploads := byKey[name]
		slices.SortFunc(uploads, func(x, y *upload) int { return strings.Compare(x.id, y.id) })
		for _, u := range uploads {
			if name < key || name == key && (id == "" || u.id <= id) {
				continue
			}
			if len(out.Upload) == l.most {
				out.IsTruncated = true
				last := out.Upload[l.most-1]
				out.NextKeyMarker, out.NextUploadIdMarker = last.Key, last.UploadId
				return q.document("ListMultipartUploadsResult", out)
			}
			out.Upload = append(out.Upload, uploadXML{l.name(name), u.id, initiatorXML{u.by}, q.owner(u.draft.owner), u.draft.class(), xmlTime(u.began)})
		}
	}
	return q.document("ListMultipartUploadsResult", out)
}
