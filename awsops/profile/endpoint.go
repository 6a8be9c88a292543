package profile

// Where calls go. A line that was meant to send them elsewhere and that nobody reads
// would send them to the real AWS: it is refused.

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"crossgrant/awsops/problem"
)

// endpointServices are the services that are called, by the names that settings have
// for them.
var endpointServices = []string{"s3", "iam", "sts", "kms"}

// endpoint is where calls of a service go that are made with a profile; "" is AWS.
// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
func (f *Files) endpoint(name, service string) (string, error) {
	if f.endpointsIgnored(name) {
		return "", nil
	}
	s, _ := f.find(name)
	if url := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+strings.ToUpper(service)), os.Getenv("AWS_ENDPOINT_URL")); url != "" {
		return url, nil
	}
	if services := s.values["services"]; services != "" {
		values := f.services[services]
		if len(values) == 0 {
			return "", &problem.Error{
				Summary: "The profile's services are not there",
				Detail:  fmt.Sprintf("The profile %s has services = %s, and there is no section [services %s] with settings in %s. Where its calls are to go is not known, and nothing was sent.", problem.Clean(name), problem.Clean(services), problem.Clean(services), problem.Clean(f.Config)),
				Fixes:   []string{fmt.Sprintf("Write the section [services %s], or take the line services out of the profile.", problem.Clean(services))},
			}
		}
		if url := values[service+".endpoint_url"]; url != "" {
			return url, nil
		}
	}
	return s.values["endpoint_url"], nil
}

func (f *Files) endpointsIgnored(name string) bool {
	value, _ := f.set(name, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
	return strings.EqualFold(value, "true")
}

// Endpoints are where the calls of each service go that are made with a profile; "" is
// AWS. It is an error where that is not what the files mean.
func (f *Files) Endpoints(name string) (map[string]string, error) {
	if err := f.endpointRead(name); err != nil {
		return nil, err
	}
	if err := f.clash(name); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, service := range endpointServices {
		url, err := f.endpoint(name, service)
		if err != nil {
			return nil, err
		}
		all[service] = url
	}
	return all, nil
}

// endpointRead is nil where each line about an endpoint counts that the profile has.
// What all calls are sent by makes up for lines that do not.
func (f *Files) endpointRead(name string) error {
	chain, err := f.chain(name)
	if err != nil {
		return err
	}
	toAWS := false
	for _, service := range endpointServices {
		url, err := f.endpoint(name, service)
		if err != nil {
			return err
		}
		toAWS = toAWS || url == ""
	}
	s := chain[0]
	if !toAWS || f.endpointsIgnored(name) {
		return nil
	}
	if meant, ok := f.misnamed[name]; ok && (meant.values["endpoint_url"] != "" || meant.values["services"] != "") {
		return unread(name, "a section with an endpoint that AWS tools pass over, because of its heading", meant.fix)
	}
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if endpointLike(key) && key != "endpoint_url" && s.values[key] != "" {
			return unread(name, fmt.Sprintf("the line %s in %s, which AWS tools pass over", problem.Clean(key), problem.Clean(s.files[key])),
				"Write endpoint_url = ... into the profile, or for one service a section [services NAME], and services = NAME into the profile.")
		}
	}
	services := s.values["services"]
	for _, key := range slices.Sorted(maps.Keys(f.services[services])) {
		if endpointLike(key) && !strings.HasSuffix(key, ".endpoint_url") {
			return unread(name, fmt.Sprintf("the line %s in [services %s] of %s, which AWS tools pass over", problem.Clean(key), problem.Clean(services), problem.Clean(f.Config)),
				"Write the name of the service and \"=\" on a line of its own, such as s3 =, and below it, further in, endpoint_url = ...")
		}
	}
	for _, source := range chain[1:] {
		if source.name != name && f.elsewhere(source.name) {
			return unread(name, fmt.Sprintf("an endpoint in the profile %s, by which it signs in. That counts for %s alone", problem.Clean(source.name), problem.Clean(source.name)),
				fmt.Sprintf("Write endpoint_url into the profile %s too, or take it out of %s.", problem.Clean(name), problem.Clean(source.name)))
		}
	}
	return nil
}

// elsewhere: some calls with the profile go to what is not AWS.
func (f *Files) elsewhere(name string) bool {
	return slices.ContainsFunc(endpointServices, func(service string) bool {
		url, err := f.endpoint(name, service)
		return err != nil || !IsAWS(url)
	})
}

// IsAWS: an endpoint that is AWS's. So is none of one's own.
func IsAWS(endpoint string) bool {
	if endpoint == "" {
		return true
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	return slices.ContainsFunc([]string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"}, func(domain string) bool {
		return strings.HasSuffix(u.Hostname(), domain)
	})
}

// endpointLike: somebody meant an endpoint.
func endpointLike(key string) bool {
	last := key[strings.LastIndex(key, ".")+1:]
	return slices.Contains([]string{"endpoint", "endpointurl", "endpointuri"}, strings.NewReplacer("_", "", "-", "").Replace(last))
}

func unread(name, what, fix string) error {
	return &problem.Error{
		Summary: "An endpoint is set where nobody reads it",
		Detail:  fmt.Sprintf("For the profile %s there is %s. Its calls would go to AWS itself. Nothing was sent.", problem.Clean(name), what),
		Fixes:   []string{fix, "If AWS itself is meant, take the endpoint out."},
	}
}

// clash is nil unless calls are to go to an endpoint of the person's own and to one of
// AWS's kinds at once, which the SDK refuses.
func (f *Files) clash(name string) error {
	for _, kind := range []struct{ variable, key string }{
		{"AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"}, {"AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"},
	} {
		value, where := f.set(name, kind.variable, kind.key)
		if !strings.EqualFold(value, "true") {
			continue
		}
		for _, service := range endpointServices {
			url, err := f.endpoint(name, service)
			if err != nil {
				return err
			}
			if url != "" {
				return &problem.Error{
					Summary: "Two settings of the endpoint clash",
					Detail:  fmt.Sprintf("%s asks for an endpoint of AWS's own, and %s names another for %s. Nothing was sent.", where, f.endpointSetBy(name, service), strings.ToUpper(service)),
					Fixes:   []string{"Take one of the two out."},
				}
			}
		}
	}
	return nil
}

// set is what a variable says, else the profile, and which of the two that is.
func (f *Files) set(name, variable, key string) (value, where string) {
	if value := os.Getenv(variable); value != "" {
		return value, variable + " of the environment"
	}
	s, _ := f.find(name)
	return s.values[key], fmt.Sprintf("%s of the profile %s in %s", key, problem.Clean(name), problem.Clean(s.files[key]))
}

// endpointSetBy names the setting that Endpoint goes by.
func (f *Files) endpointSetBy(name, service string) string {
	for _, variable := range []string{"AWS_ENDPOINT_URL_" + strings.ToUpper(service), "AWS_ENDPOINT_URL"} {
		if os.Getenv(variable) != "" {
			return variable + " of the environment"
		}
	}
	s, _ := f.find(name)
	if services := s.values["services"]; f.services[services][service+".endpoint_url"] != "" {
		return fmt.Sprintf("%s.endpoint_url of [services %s] in %s", service, problem.Clean(services), problem.Clean(f.Config))
	}
	return fmt.Sprintf("endpoint_url of the profile %s in %s", problem.Clean(name), problem.Clean(s.files["endpoint_url"]))
}
