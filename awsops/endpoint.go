package awsops

// Where the requests of a session go, for the aws commands that are shown: whoever pastes
// one into another shell is to reach the same place.

import (
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Endpoints are the addresses that a session's requests go to where they are not AWS's,
// by service as the aws command names it.
type Endpoints map[string]Endpoint

// An Endpoint is one of them.
type Endpoint struct {
	URL       string
	OfProfile bool // an aws command with the profile finds it by itself
}

// Endpoints are those of a session with a profile.
func (s *Session) Endpoints() Endpoints { return s.ends }

// endpointsOf are those of a session that this source opened.
func (s Source) endpointsOf(of *Session) Endpoints {
	all := Endpoints{}
	for service, base := range map[string]*string{
		"s3": of.s3.Options().BaseEndpoint, "iam": of.iam.Options().BaseEndpoint, "sts": of.sts.Options().BaseEndpoint,
		"kms": of.kms.Options().BaseEndpoint,
	} {
		u, err := url.Parse(aws.ToString(base))
		if base == nil || err != nil || u.User != nil { // a password is shown to nobody: the aws command finds it where it stands
			continue
		}
		// Both the SDK and the aws command ask the environment before the profile.
		named := s.Endpoint != "" || os.Getenv("AWS_ENDPOINT_URL") != "" || os.Getenv("AWS_ENDPOINT_URL_"+strings.ToUpper(service)) != ""
		all[service] = Endpoint{URL: *base, OfProfile: !named}
	}
	return all
}

// Flag is the flag that an aws command with these arguments needs. A command without a
// profile finds no endpoint of the profile's.
func (e Endpoints) Flag(args []string, profile bool) []string {
	if len(args) == 0 {
		return nil
	}
	if url := e.of(strings.TrimSuffix(args[0], "api"), profile); url != "" {
		return []string{"--endpoint-url", url}
	}
	return nil
}

// of is the address that an aws command of a service has to be told, "" for none.
func (e Endpoints) of(service string, profile bool) string {
	if at := e[service]; !profile || !at.OfProfile {
		return at.URL
	}
	return ""
}
