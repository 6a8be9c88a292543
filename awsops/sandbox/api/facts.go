package api

import (
	"maps"
	"net"
	"strconv"
)

// Facts are the condition keys that requests to every service have, beside those that
// follow from the caller, the resource and the time. A key that does not apply is left
// out. IAM's one endpoint is in us-east-1, whatever region a client signs for. Source: AWS
// global condition context keys.
func (c *Call) Facts() map[string][]string {
	facts := map[string][]string{"aws:SecureTransport": {strconv.FormatBool(c.R.TLS != nil)}}
	maps.Copy(facts, c.CallerKeys)
	put := func(key, value string) {
		if value != "" {
			facts[key] = []string{value}
		}
	}
	put("aws:UserAgent", c.R.Header.Get("User-Agent"))
	put("aws:Referer", c.R.Header.Get("Referer"))
	if host, _, err := net.SplitHostPort(c.R.RemoteAddr); err == nil {
		put("aws:SourceIp", host)
	}
	put("aws:RequestedRegion", c.Region)
	if c.Service == "iam" {
		put("aws:RequestedRegion", "us-east-1")
	}
	return facts
}
