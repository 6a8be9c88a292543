package profile

// A profile as the SDK reads it.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// copied are the settings of a profile that count for this program, whatever it signs in
// by. Others, of which the SDK would refuse some that the AWS CLI takes (retry_mode =
// legacy), are for other tools.
var copied = []string{
	"region", "endpoint_url", "ca_bundle", "ignore_configured_endpoint_urls", "use_fips_endpoint", "use_dualstack_endpoint",
	"request_checksum_calculation", "response_checksum_validation", "auth_scheme_preference",
	"ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode", "ec2_metadata_v1_disabled",
}

// copiedOfKind are those that a kind of signing in needs.
var copiedOfKind = map[string][]string{
	"key":          keySettings,
	"role":         {"role_arn", "credential_source", "external_id", "mfa_serial", "role_session_name", "duration_seconds"},
	"web identity": {"role_arn", "web_identity_token_file", "role_session_name"},
	"sso":          {"sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "sso_region"},
	"login":        {"login_session"},
	"process":      {process},
}

// Copy is a config file with what of these files counts for a profile, in a form that the
// SDK reads as it is meant, and the profile's name in it. The SDK takes no quotes in a
// heading, another indentation, and of two ways to sign in another one than the AWS CLI.
// It holds the profile's secrets: it must come to no disk.
func (f *Files) Copy(name string) (text, inCopy string, err error) {
	chain, err := f.chain(name)
	if err != nil {
		return "", "", err
	}
	var out strings.Builder
	write := func(values map[string]string, keys []string) {
		for _, key := range keys {
			// Quoted, since the SDK takes one pair of quotation marks off.
			if value := strings.ReplaceAll(values[key], "\n", " "); value != "" {
				fmt.Fprintf(&out, "%s = \"%s\"\n", key, value)
			}
		}
	}
	number := func(name string) int {
		return slices.IndexFunc(chain, func(s settings) bool { return s.name == name })
	}
	for i, s := range chain {
		if i > number(s.name) {
			break // its own source
		}
		fmt.Fprintf(&out, "[profile %d]\n", i)
		write(s.values, copied)
		out.WriteString("services = of\n")
		kind := s.kind(i > 0)
		write(s.values, copiedOfKind[kind])
		if source := s.values["source_profile"]; kind == "role" && source != "" {
			fmt.Fprintf(&out, "source_profile = %d\n", number(source))
			if source == s.name {
				write(s.values, copiedOfKind["key"])
			}
		}
		if session := s.values["sso_session"]; kind == "sso" && session != "" {
			fmt.Fprintf(&out, "[sso-session %s]\n", session)
			whole := maps.Clone(s.values) // the SDK does not look for the rest in the profile
			maps.Copy(whole, f.sessions[session])
			write(whole, []string{"sso_start_url", "sso_region"})
		}
	}
	f.copyServices(&out, chain[0])
	return out.String(), "0", nil
}

// Original is the name of the profile that is called inCopy in the Copy for another.
func (f *Files) Original(name, inCopy string) string {
	chain, err := f.chain(name)
	if n, numErr := strconv.Atoi(inCopy); err == nil && numErr == nil && n < len(chain) {
		return chain[n].name
	}
	return name
}

// copyServices writes the endpoints of single services.
func (f *Files) copyServices(out *strings.Builder, s settings) {
	values := f.services[s.values["services"]]
	fmt.Fprintf(out, "[services of]\n")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if service, ok := strings.CutSuffix(key, ".endpoint_url"); ok {
			fmt.Fprintf(out, "%s =\n  endpoint_url = %s\n", service, values[key])
		}
	}
}
