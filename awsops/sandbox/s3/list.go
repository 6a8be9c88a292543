package s3

import (
	"math"
	"strings"
)

// keyPage is one answer to a listing: keys, and the names that keys fold into.
type keyPage struct {
	keys      []string
	prefixes  []string
	last      string // the last key or prefix, in listing order
	truncated bool
}

// pageOf lists what comes after a name. Keys that share what stands between the
// prefix and the delimiter fold into one name, which counts once and is passed
// over as a whole. Source: Organizing objects using prefixes.
func pageOf(sorted []string, prefix, delimiter, after string, most int) keyPage {
	var p keyPage
	if most == 0 {
		return p
	}
	for _, key := range sorted {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		name, folded := key, false
		if delimiter != "" {
			if i := strings.Index(key[len(prefix):], delimiter); i >= 0 {
				name, folded = key[:len(prefix)+i+len(delimiter)], true
			}
		}
		if after != "" && name <= after || folded && name == p.last {
			continue
		}
		if len(p.keys)+len(p.prefixes) == most {
			p.truncated = true
			break
		}
		p.last = name
		if folded {
			p.prefixes = append(p.prefixes, name)
		} else {
			p.keys = append(p.keys, key)
		}
	}
	return p
}

// listing is what the three listings have in common.
type listing struct {
	prefix, delimiter, encoding string
	most                        int
}

func (q *request) listing() (l listing, err error) {
	l = listing{prefix: q.query.Get("prefix"), delimiter: q.query.Get("delimiter"), encoding: q.query.Get("encoding-type")}
	if l.encoding != "" && l.encoding != "url" {
		return l, invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", l.encoding)
	}
	l.most, err = q.number("max-keys", 1000, 0, math.MaxInt32)
	l.most = min(l.most, 1000)
	return l, err
}

func (l listing) name(name string) string {
	if l.encoding == "url" {
		return urlEncoded(name)
	}
	return name
}

func (l listing) prefixes(names []string) (out []prefixXML) {
	for _, name := range names {
		out = append(out, prefixXML{l.name(name)})
	}
	return out
}

type prefixXML struct{ Prefix string }

type contentXML struct {
	Key               string
	LastModified      string
	ETag              string
	ChecksumAlgorithm string
	ChecksumType      string
	Size              int
	StorageClass      string
	Owner             *ownerXML
}

func (b *bucket) liveKeys() []string {
	var keys []string
	for _, key := range b.sortedKeys() {
		if b.live(key) != nil {
			keys = append(keys, key)
		}
	}
	return keys
}

func (q *request) contents(l listing, keys []string, owner bool) (out []contentXML) {
	for _, key := range keys {
		o := q.b.live(key)
		c := contentXML{
			Key: l.name(key), LastModified: xmlTime(o.modified), ETag: o.etag, Size: len(o.body), StorageClass: o.class(),
			ChecksumAlgorithm: o.checksum.algorithm, ChecksumType: o.checksum.kind(),
		}
		if owner {
			by := q.owner(q.b.ownerOf(o))
			c.Owner = &by
		}
		out = append(out, c)
	}
	return out
}

func (o *object) class() string {
	if o.storage == "" {
		return "STANDARD"
	}
	return o.storage
}

func (s *Service) listObjects(q *request) (*response, error) {
	l, err := q.listing()
	if err != nil {
		return nil, err
	}
	marker := q.query.Get("marker")
	p := pageOf(q.b.liveKeys(), l.prefix, l.delimiter, marker, l.most)
	out := struct {
		Name, Prefix, Marker string
		NextMarker           string `xml:",omitempty"`
		MaxKeys              int
		Delimiter            string `xml:",omitempty"`
		EncodingType         string `xml:",omitempty"`
		IsTruncated          bool
		Contents             []contentXML
		CommonPrefixes       []prefixXML
	}{
		Name: q.bucket, Prefix: l.name(l.prefix), Marker: l.name(marker), MaxKeys: l.most, Delimiter: l.name(l.delimiter), EncodingType: l.encoding,
		IsTruncated: p.truncated, Contents: q.contents(l, p.keys, true), CommonPrefixes: l.prefixes(p.prefixes),
	}
	// Without a delimiter the last key is the next marker, and S3 does not say so.
	if p.truncated && l.delimiter != "" {
		out.NextMarker = l.name(p.last)
	}
	return q.document("ListBucketResult", out)
}

func (s *Service) listObjectsV2(q *request) (*response, error) {
	l, err := q.listing()
	if err != nil {
		return nil, err
	}
	if q.query.Get("list-type") != "2" {
		return nil, invalidArgument("Invalid List Type specified in Request", "list-type", q.query.Get("list-type"))
	}
	if q.query.Has("continuation-token") && q.query.Get("continuation-token") == "" {
		return nil, invalidArgument("The continuation token provided is incorrect", "continuation-token", "")
	}
	after, err := fromToken(q.query.Get("continuation-token"))
	if err != nil {
		return nil, err
	}
	start := q.query.Get("start-after")
	if after == "" {
		after = start
	}
	p := pageOf(q.b.liveKeys(), l.prefix, l.delimiter, after, l.most)
	out := struct {
		Name, Prefix          string
		ContinuationToken     string `xml:",omitempty"`
		NextContinuationToken string `xml:",omitempty"`
		StartAfter            string `xml:",omitempty"`
		KeyCount, MaxKeys     int
		Delimiter             string `xml:",omitempty"`
		EncodingType          string `xml:",omitempty"`
		IsTruncated           bool
		Contents              []contentXML
		CommonPrefixes        []prefixXML
	}{
		Name: q.bucket, Prefix: l.name(l.prefix), ContinuationToken: q.query.Get("continuation-token"), StartAfter: l.name(start),
		KeyCount: len(p.keys) + len(p.prefixes), MaxKeys: l.most, Delimiter: l.name(l.delimiter), EncodingType: l.encoding, IsTruncated: p.truncated,
		Contents: q.contents(l, p.keys, q.query.Get("fetch-owner") == "true"), CommonPrefixes: l.prefixes(p.prefixes),
	}
	if p.truncated {
		out.NextContinuationToken = toToken(p.last)
	}
	return q.document("ListBucketResult", out)
}
