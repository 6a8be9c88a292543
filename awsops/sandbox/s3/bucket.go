package s3

import (
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

// Source: AWS Regions and endpoints; EU is S3's old name for eu-west-1.
var regions = strings.Fields("af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 " +
	"ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 " +
	"eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 EU il-central-1 me-central-1 me-south-1 " +
	"mx-central-1 sa-east-1 us-east-2 us-west-1 us-west-2")

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// validBucketName is S3's rule for new buckets. Source: General purpose bucket
// naming rules.
func validBucketName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil || !bucketName.MatchString(name) || strings.Contains(name, "..") {
		return false
	}
	for _, prefix := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	for _, suffix := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an"} {
		if strings.HasSuffix(name, suffix) {
			return false
		}
	}
	return true
}

func (s *Service) createBucket(q *request) (*response, error) {
	region, tags, err := q.bucketConfiguration()
	if err != nil {
		return nil, err
	}
	if err := s.admitToService(q); err != nil {
		return nil, err
	}
	if !validBucketName(q.bucket) {
		return nil, &api.Error{Status: 400, Code: "InvalidBucketName", Message: "The specified bucket is not valid.", Fields: map[string]string{"BucketName": q.bucket}}
	}
	b := newBucket(q.bucket, q.Caller.Account, region, q.Now)
	b.tags = tags
	if q.header("X-Amz-Bucket-Object-Lock-Enabled") == "true" {
		b.locks, b.versioning = true, "Enabled"
	}
	switch ownership := q.header("X-Amz-Object-Ownership"); ownership {
	case "", enforced, preferred, objectWriter:
		b.ownership = cmp.Or(ownership, enforced)
	default:
		return nil, invalidArgument("Invalid x-amz-object-ownership header: "+ownership, "x-amz-object-ownership", ownership)
	}
	if b.acl, err = s.requestedACL(q, b.account, b.account); err != nil {
		return nil, err
	}
	if b.ownership == enforced && !slices.Equal(b.acl, private(b.account)) {
		return nil, &api.Error{Status: 400, Code: "InvalidBucketAclWithObjectOwnership", Message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"}
	}
	if b.acl.public() {
		return nil, q.refused("CreateBucket", b.arn(), "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.")
	}
	there := s.buckets[q.bucket]
	switch {
	case there == nil:
		if err := s.mayOwnMore(b.account); err != nil {
			return nil, err
		}
		s.buckets[q.bucket] = b
	case there.account != q.Caller.Account:
		return nil, &api.Error{Status: 409, Code: "BucketAlreadyExists", Message: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", Fields: map[string]string{"BucketName": q.bucket}}
	case there.region != DefaultRegion || region != DefaultRegion:
		return nil, &api.Error{Status: 409, Code: "BucketAlreadyOwnedByYou", Message: "Your previous request to create the named bucket succeeded and you already own it.", Fields: map[string]string{"BucketName": q.bucket}}
	default:
		there.acl = private(there.account) // Source: CreateBucket, errors: in us-east-1 this resets the ACLs
	}
	q.set("Location", "/"+q.bucket)
	return empty()
}

// bucketConfiguration reads where the bucket is to be. The region that the
// request is signed for is the endpoint's.
func (q *request) bucketConfiguration() (string, []tag, error) {
	var in struct {
		XMLName            xml.Name `xml:"CreateBucketConfiguration"`
		LocationConstraint string
		Location, Bucket   *struct{}
		Tags               []tag `xml:"Tags>Tag"`
	}
	if len(q.data) > 0 {
		if err := q.decode(&in); err != nil {
			return "", nil, err
		}
	}
	if in.Location != nil || in.Bucket != nil {
		return "", nil, notImplemented() // directory buckets
	}
	q.location = in.LocationConstraint
	endpoint, want := cmp.Or(q.Region, DefaultRegion), in.LocationConstraint
	switch {
	case want == "" && endpoint == DefaultRegion:
		return DefaultRegion, in.Tags, nil
	case want != "" && !slices.Contains(regions, want):
		return "", nil, &api.Error{Status: 400, Code: "InvalidLocationConstraint", Message: "The specified location-constraint is not valid", Fields: map[string]string{"LocationConstraint": want}}
	case want == "" || endpoint != DefaultRegion && endpoint != want:
		return "", nil, &api.Error{
			Status: 400, Code: "IllegalLocationConstraintException",
			Message: fmt.Sprintf("The %s location constraint is incompatible for the region specific endpoint this request was sent to.", cmp.Or(want, "unspecified")),
		}
	case want == "EU":
		want = "eu-west-1"
	}
	return want, in.Tags, checkTags(in.Tags, 50)
}

func (s *Service) deleteBucket(q *request) (*response, error) {
	if len(q.b.keys) > 0 {
		message := "The bucket you tried to delete is not empty"
		if q.b.versioning != "" {
			message += ". You must delete all versions in the bucket."
		}
		return nil, &api.Error{Status: 409, Code: "BucketNotEmpty", Message: message, Fields: map[string]string{"BucketName": q.bucket}}
	}
	delete(s.buckets, q.bucket)
	return noContent()
}

func (s *Service) headBucket(q *request) (*response, error) {
	q.set("X-Amz-Access-Point-Alias", "false")
	q.set("Content-Type", "application/xml")
	return empty()
}

func (s *Service) getLocation(q *request) (*response, error) {
	region := q.b.region
	if region == DefaultRegion {
		region = ""
	}
	return q.document("LocationConstraint", region)
}

type bucketXML struct {
	Name         string
	CreationDate string
	BucketRegion string `xml:",omitempty"`
}

func (s *Service) listBuckets(q *request) (*response, error) {
	most, err := q.number("max-buckets", 10000, 1, 10000)
	if err != nil {
		return nil, err
	}
	after, err := fromToken(q.query.Get("continuation-token"))
	if err != nil {
		return nil, err
	}
	var out struct {
		Owner             ownerXML
		Bucket            []bucketXML `xml:"Buckets>Bucket"`
		Prefix            string      `xml:",omitempty"`
		ContinuationToken string      `xml:",omitempty"`
	}
	out.Owner = q.owner(q.Caller.Account)
	out.Prefix = q.query.Get("prefix")
	region := q.query.Get("bucket-region")
	// Source: ListBuckets. The region comes only with a parameter in the request.
	asked := slices.ContainsFunc(strings.Fields(q.op.params), q.query.Has)
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		b := s.buckets[name]
		if b.account != q.Caller.Account || name <= after || !strings.HasPrefix(name, out.Prefix) || region != "" && region != b.region {
			continue
		}
		if len(out.Bucket) == most {
			out.ContinuationToken = toToken(out.Bucket[most-1].Name)
			break
		}
		entry := bucketXML{Name: name, CreationDate: xmlTime(b.created)}
		if asked {
			entry.BucketRegion = b.region
		}
		out.Bucket = append(out.Bucket, entry)
	}
	return q.document("ListAllMyBucketsResult", out)
}

// A token is opaque to clients: the name of the last thing that was listed.
func toToken(name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("after:" + name))
}

func fromToken(token string) (string, error) {
	if token == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	name, ours := strings.CutPrefix(string(text), "after:")
	if err != nil || !ours {
		return "", invalidArgument("The continuation token provided is incorrect", "continuation-token", token)
	}
	return name, nil
}
