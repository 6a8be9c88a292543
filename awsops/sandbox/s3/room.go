package s3

import (
	"fmt"

	"crossgrant/awsops/sandbox/api"
)

// All that S3 keeps is in memory, so there is an end to it. The real one's ends are
// elsewhere, or nowhere.

// DefaultCapacity is how many bytes everything together may count for.
const DefaultCapacity = 512 << 20

// overhead is what an object, an upload and each of its parts count for besides their
// content: about what a key, headers, tags and grants can take.
const overhead = 16 << 10

func (o *object) size() int { return overhead + len(o.body) }

func (p part) size() int { return overhead + len(p.body) }

func (u *upload) size() int {
	total := overhead
	for _, p := range u.parts {
		total += p.size()
	}
	return total
}

func (b *bucket) size() int {
	total := b.held + len(b.lifecycle)
	for _, u := range b.uploads {
		total += u.size()
	}
	return total
}

// room refuses what would not fit in any more, with a code that S3 has on Outposts and
// a status at which the SDKs do not try again: waiting makes no room. Source: Error
// responses (Amazon S3 API Reference).
func (s *Service) room(more int) error {
	held := more
	for _, b := range s.buckets {
		held += b.size()
	}
	if held <= s.capacity {
		return nil
	}
	return &api.Error{
		Status: 507, Code: "InsufficientCapacity",
		Message: fmt.Sprintf("The sandbox is full: it keeps everything in memory, %d MB at most. Delete objects, versions or uploads, or start it anew.", s.capacity>>20),
	}
}

// maxBuckets is each account's quota. Source: General purpose bucket quotas,
// limitations, and restrictions.
const maxBuckets = 10000

// mayOwnMore refuses a bucket to an account that has as many as it may.
func (s *Service) mayOwnMore(account string) error {
	owned := 0
	for _, b := range s.buckets {
		if b.account == account {
			owned++
		}
	}
	if owned < maxBuckets {
		return nil
	}
	return &api.Error{Status: 400, Code: "TooManyBuckets", Message: "You have attempted to create more buckets than allowed"}
}

// fitsKey refuses a key that is too long. Source: Naming Amazon S3 objects.
func fitsKey(key string) error {
	if len(key) <= 1024 {
		return nil
	}
	return &api.Error{Status: 400, Code: "KeyTooLongError", Message: "Your key is too long", Fields: map[string]string{"Size": fmt.Sprint(len(key)), "MaxSizeAllowed": "1024"}}
}

// maxGrants is how many an ACL may have. Source: Access control list (ACL) overview.
const maxGrants = 100

// maxHead is the largest head of a request. Source: Working with object metadata: the
// request header of a PUT is limited to 8 KB.
const maxHead = 8 << 10

// fitsHead refuses a request whose headers and query take too much.
func (q *request) fitsHead() error {
	size := len(q.R.URL.RawQuery)
	for name, values := range q.R.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size <= maxHead {
		return nil
	}
	return &api.Error{
		Status: 400, Code: "RequestHeaderSectionTooLarge", Message: "Your request header section exceeds the maximum allowed size.",
		Fields: map[string]string{"MaxSizeAllowed": fmt.Sprint(maxHead)},
	}
}
