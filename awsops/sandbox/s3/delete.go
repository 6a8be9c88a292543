package s3

import (
	"encoding/xml"
	"errors"
	"slices"

	"crossgrant/awsops/sandbox/api"
)

func (s *Service) deleteObject(q *request) (*response, error) {
	if err := q.matched(q.key); err != nil {
		return nil, err
	}
	o, err := s.delete(q, q.key, q.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	if o.marker {
		q.set("X-Amz-Delete-Marker", "true")
	}
	if q.b.versioning != "" && (o.marker || q.query.Has("versionId")) {
		q.set("X-Amz-Version-Id", o.version)
	}
	return noContent()
}

// delete takes a version away for good, or marks the key as deleted where the
// bucket has versions. It returns what was taken away or the marker that was
// made. What is not there counts as deleted. Source: DeleteObject.
func (s *Service) delete(q *request, key, version string) (*object, error) {
	switch {
	case version != "" && version != nullVersion && len(version) != 32:
		return nil, invalidArgument("Invalid version id specified", "versionId", version)
	case version != "":
		if o := q.b.find(key, version); o != nil {
			if err := q.mayDestroy(o); err != nil {
				return nil, err
			}
			return q.b.remove(key, version), nil
		}
		return &object{key: key, version: version}, nil
	case q.b.versioning == "":
		if o := q.b.remove(key, nullVersion); o != nil {
			return o, nil
		}
		return &object{key: key}, nil
	}
	marker := &object{key: key, marker: true, owner: q.b.account, modified: q.at()}
	if err := s.room(marker.size()); err != nil {
		return nil, err
	}
	q.b.add(marker)
	return marker, nil
}

type deletedXML struct {
	Key                   string
	VersionId             string `xml:",omitempty"`
	DeleteMarker          bool   `xml:",omitempty"`
	DeleteMarkerVersionId string `xml:",omitempty"`
}

type deleteErrorXML struct {
	Key           string
	VersionId     string `xml:",omitempty"`
	Code, Message string
}

// deletion is what DeleteObjects is asked to do with one key.
type deletion struct{ Key, VersionId, ETag, LastModifiedTime, Size string }

// deleteObjects decides and deletes key by key, and tells each one's fate.
func (s *Service) deleteObjects(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"Delete"`
		Quiet   bool
		Object  []deletion
	}
	if sent, err := q.sentChecksum(); err != nil || sent.algorithm == "" && q.header("Content-Md5") == "" {
		if err == nil {
			err = invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
		}
		return nil, err
	}
	if _, err := q.verifiedChecksum(defaultAlgorithm); err != nil {
		return nil, err
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Object) == 0 || len(in.Object) > 1000 || slices.ContainsFunc(in.Object, func(o deletion) bool { return o.Key == "" }) {
		return nil, malformedXML()
	}
	var out struct {
		Deleted []deletedXML
		Error   []deleteErrorXML
	}
	for _, o := range in.Object {
		gone, err := s.deleteOne(q, o)
		if err != nil {
			e := (*api.Error)(nil)
			if !errors.As(err, &e) {
				return nil, err
			}
			out.Error = append(out.Error, deleteErrorXML{o.Key, o.VersionId, e.Code, e.Message})
			continue
		}
		if in.Quiet {
			continue
		}
		line := deletedXML{Key: o.Key, VersionId: o.VersionId, DeleteMarker: gone.marker}
		if gone.marker {
			line.DeleteMarkerVersionId = gone.version
		}
		out.Deleted = append(out.Deleted, line)
	}
	return q.document("DeleteResult", out)
}

func (s *Service) deleteOne(q *request, o deletion) (*object, error) {
	if o.LastModifiedTime != "" || o.Size != "" {
		return nil, notImplemented() // of directory buckets
	}
	if err := fitsKey(o.Key); err != nil {
		return nil, err
	}
	q.ifMatch = o.ETag
	for _, n := range q.toDelete(o.Key, o.VersionId) {
		if err := q.allow(o.Key, n); err != nil {
			return nil, err
		}
	}
	if err := q.matched(o.Key); err != nil {
		return nil, err
	}
	return s.delete(q, o.Key, o.VersionId)
}
