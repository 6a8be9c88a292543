package s3

import (
	"encoding/xml"
	"math"
	"slices"
	"strings"
)

type versionXML struct {
	XMLName      xml.Name // Version or DeleteMarker, in one order
	Key          string
	VersionId    string
	IsLatest     bool
	LastModified string
	ETag         string `xml:",omitempty"`
	Size         *int
	StorageClass string `xml:",omitempty"`
	Owner        ownerXML
}

// versionItem is one line of a listing of versions: a version of a key, or a
// name that keys fold into, which has no object.
type versionItem struct {
	name string
	o    *object
}

// versionItems lists versions by key, and those of one key from the newest.
func (b *bucket) versionItems(prefix, delimiter string) (items []versionItem) {
	p := pageOf(b.sortedKeys(), prefix, delimiter, "", math.MaxInt)
	for _, name := range p.prefixes {
		items = append(items, versionItem{name: name})
	}
	for _, key := range p.keys {
		for _, o := range b.keys[key] {
			items = append(items, versionItem{key, o})
		}
	}
	slices.SortStableFunc(items, func(x, y versionItem) int { return strings.Compare(x.name, y.name) })
	return items
}

// skip leaves out what a listing has shown already: all up to a key, or up to
// one version of it.
func skip(items []versionItem, key, version string) []versionItem {
	if key == "" {
		return items
	}
	if version != "" {
		for i, item := range items {
			if item.name == key && item.o != nil && item.o.version == version {
				return items[i+1:]
			}
		}
	}
	i, _ := slices.BinarySearchFunc(items, key+"\x00", func(item versionItem, key string) int { return strings.Compare(item.name, key) })
	return items[i:]
}

func (q *request) entry(l listing, o *object) versionXML {
	v := versionXML{
		XMLName: xml.Name{Local: "Version"}, Key: l.name(o.key), VersionId: o.version, IsLatest: o == q.b.find(o.key, ""),
		LastModified: xmlTime(o.modified), Owner: q.owner(q.b.ownerOf(o)),
	}
	if o.marker {
		v.XMLName.Local = "DeleteMarker"
		return v
	}
	size := len(o.body)
	v.ETag, v.Size, v.StorageClass = o.etag, &size, o.class()
	return v
}

func (s *Service) listVersions(q *request) (*response, error) {
	l, err := q.listing()
	if err != nil {
		return nil, err
	}
	key, version := q.query.Get("key-marker"), q.query.Get("version-id-marker")
	if version != "" && key == "" {
		return nil, invalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker", version)
	}
	out := struct {
		Name, Prefix, KeyMarker, VersionIdMarker string
		NextKeyMarker                            string `xml:",omitempty"`
		NextVersionIdMarker                      string `xml:",omitempty"`
		MaxKeys                                  int
		Delimiter                                string `xml:",omitempty"`
		EncodingType                             string `xml:",omitempty"`
		IsTruncated                              bool
		Entries                                  []versionXML
		CommonPrefixes                           []prefixXML
	}{Name: q.bucket, Prefix: l.name(l.prefix), KeyMarker: l.name(key), VersionIdMarker: version, MaxKeys: l.most, Delimiter: l.name(l.delimiter), EncodingType: l.encoding}
	items := skip(q.b.versionItems(l.prefix, l.delimiter), key, version)
	out.IsTruncated = l.most > 0 && len(items) > l.most
	items = items[:min(l.most, len(items))]
	for _, item := range items {
		if item.o == nil {
			out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{l.name(item.name)})
		} else {
			out.Entries = append(out.Entries, q.entry(l, item.o))
		}
	}
	if out.IsTruncated {
		last := items[len(items)-1]
		out.NextKeyMarker = l.name(last.name)
		if last.o != nil {
			out.NextVersionIdMarker = last.o.version
		}
	}
	return q.document("ListVersionsResult", out)
}
