package s3

import (
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"crossgrant/awsops/sandbox/api"
)

type taggingXML struct {
	Tag []tag `xml:"TagSet>Tag"`
}

func (q *request) readTags(most int) ([]tag, error) {
	var in struct {
		XMLName xml.Name `xml:"Tagging"`
		taggingXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	return in.Tag, checkTags(in.Tag, most)
}

// checkTags holds tags to S3's limits. Source: Categorizing your storage using tags.
func checkTags(tags []tag, most int) error {
	if len(tags) > most {
		if most == 10 {
			return &api.Error{Status: 400, Code: "BadRequest", Message: "Object tags cannot be greater than 10"}
		}
		return &api.Error{Status: 400, Code: "BadRequest", Message: "Bucket tag count cannot be greater than 50"}
	}
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || utf8.RuneCountInString(t.Key) > 128 || strings.HasPrefix(t.Key, "aws:"):
			return &api.Error{Status: 400, Code: "InvalidTag", Message: "The TagKey you have provided is invalid", Fields: map[string]string{"TagKey": t.Key}}
		case utf8.RuneCountInString(t.Value) > 256:
			return &api.Error{Status: 400, Code: "InvalidTag", Message: "The TagValue you have provided is invalid", Fields: map[string]string{"TagKey": t.Key, "TagValue": t.Value}}
		case seen[t.Key]:
			return &api.Error{Status: 400, Code: "InvalidTag", Message: "Cannot provide multiple Tags with the same key", Fields: map[string]string{"TagKey": t.Key}}
		}
		seen[t.Key] = true
	}
	return nil
}

// parseTagHeader reads x-amz-tagging, which is written like a URL's query.
func parseTagHeader(header string) ([]tag, error) {
	var tags []tag
	for pair := range strings.SplitSeq(header, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		k, err1 := url.QueryUnescape(key)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, invalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header)
		}
		tags = append(tags, tag{k, v})
	}
	return tags, checkTags(tags, 10)
}

func writeTags(q *request, tags []tag) (*response, error) {
	sorted := slices.Clone(tags)
	slices.SortFunc(sorted, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
	return q.document("Tagging", struct {
		TagSet taggingSet
	}{taggingSet{sorted}})
}

type taggingSet struct{ Tag []tag }

func (s *Service) getBucketTags(q *request) (*response, error) {
	if len(q.b.tags) == 0 {
		return nil, q.missing("NoSuchTagSet", "The TagSet does not exist")
	}
	return writeTags(q, q.b.tags)
}

func (s *Service) putBucketTags(q *request) (*response, error) {
	tags, err := q.readTags(50)
	if err != nil {
		return nil, err
	}
	q.b.tags = tags
	return noContent()
}

func (s *Service) deleteBucketTags(q *request) (*response, error) {
	q.b.tags = nil
	return noContent()
}

func (s *Service) getObjectTags(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	q.versionHeader(o)
	return writeTags(q, o.tags)
}

func (s *Service) putObjectTags(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	tags, err := q.readTags(10)
	if err != nil {
		return nil, err
	}
	o.tags = tags
	q.versionHeader(o)
	return empty()
}

func (s *Service) deleteObjectTags(q *request) (*response, error) {
	o, err := q.object()
	if err != nil {
		return nil, err
	}
	o.tags = nil
	q.versionHeader(o)
	return noContent()
}
