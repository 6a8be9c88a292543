package profile

// How a profile signs in: of which kind it is, by which others, and what is missing.

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// kind tells how a profile signs in, in the order in which the AWS CLI looks. As the
// source of another, one with a key and a role is the key.
func (s settings) kind(source bool) string {
	v := s.values
	hasKey := v["aws_access_key_id"] != ""
	switch {
	case v["web_identity_token_file"] != "":
		return "web identity"
	case v["role_arn"] != "" && !(source && (hasKey || v["aws_secret_access_key"] != "")):
		return "role"
	case v["sso_account_id"] != "" || v["sso_role_name"] != "":
		return "sso"
	case hasKey && !s.keyInConfig():
		return "key"
	case v["login_session"] != "":
		return "login"
	case v[process] != "":
		return "process"
	case hasKey:
		return "key"
	case v["sso_session"] != "" || v["sso_start_url"] != "": // a part of it
		return "sso"
	}
	return "none"
}

// keyInConfig: a key in the config file is looked for last.
func (s settings) keyInConfig() bool { return s.files["aws_access_key_id"] == s.config }

// chain is a profile and those by which it signs in, each the source_profile of the one
// before it. The last may be the one before it again, with a key of its own.
func (f *Files) chain(name string) ([]settings, error) {
	s, ok := f.find(name)
	if !ok {
		return nil, f.unknown(name)
	}
	all := []settings{s}
	for {
		source := s.values["source_profile"]
		if s.kind(len(all) > 1) != "role" || source == "" {
			return all, nil
		}
		next, ok := f.find(source)
		if !ok {
			return nil, f.noSource(s, source)
		}
		again := slices.ContainsFunc(all, func(p settings) bool { return p.name == source })
		all = append(all, next)
		switch {
		case again && source == s.name && next.kind(true) == "key":
			return all, nil
		case again && source == s.name:
			return nil, &problem.Error{
				Summary: "A profile builds on itself and has no key",
				Detail:  fmt.Sprintf("The profile %s in %s has source_profile = %s, which is its own name, and no access key of its own to take the role with.", problem.Clean(s.name), problem.Clean(s.file), problem.Clean(source)),
				Fixes:   []string{"Name another profile as its source_profile, one that has credentials.", "Or enter a key: " + configure(s.name)},
			}
		case again:
			return nil, loop(all, s)
		}
		s = next
	}
}

func loop(all []settings, last settings) error {
	var way []string
	for _, s := range all {
		way = append(way, problem.Clean(s.name))
	}
	return &problem.Error{
		Summary: "Profiles build on each other in a circle",
		Detail:  fmt.Sprintf("Each has the next as its source_profile: %s. None of them has credentials to begin with.", strings.Join(way, " -> ")),
		Fixes:   []string{fmt.Sprintf("Take one source_profile out, such as that of %s in %s, and give that profile credentials of its own.", problem.Clean(last.name), problem.Clean(last.file))},
	}
}

func (f *Files) noSource(s settings, source string) error {
	p := &problem.Error{
		Summary: "A profile builds on one that is not there",
		Detail:  fmt.Sprintf("The profile %s in %s has source_profile = %s, and there is no profile of that name.", problem.Clean(s.name), problem.Clean(s.file), problem.Clean(source)),
	}
	if meant, ok := f.misnamed[source]; ok {
		p.Fixes = append(p.Fixes, meant.fix)
	}
	if close := problem.Near(source, f.names()); close != "" {
		p.Fixes = append(p.Fixes, "Did you mean source_profile = "+close+"?")
	}
	p.Fixes = append(p.Fixes, "Create that profile: "+configure(source))
	return p
}

// complete is nil where a profile says all that its kind needs. It is the source of
// another, or is not.
func (f *Files) complete(s settings, source bool) error {
	v := s.values
	here := fmt.Sprintf("The profile %s in %s", problem.Clean(s.name), problem.Clean(s.file))
	kind := s.kind(source)
	if half := (v["aws_access_key_id"] == "") != (v["aws_secret_access_key"] == ""); half && (kind == "key" || kind == "none") {
		return &problem.Error{
			Summary: "The profile has half a key",
			Detail:  here + " needs both aws_access_key_id and aws_secret_access_key, and has one of them.",
			Fixes:   []string{"Enter both: " + configure(s.name)},
		}
	}
	switch kind {
	case "web identity":
		if v["role_arn"] == "" {
			return &problem.Error{
				Summary: "The profile names no role",
				Detail:  here + " has a web_identity_token_file and no role_arn.",
				Fixes:   []string{"Write the role's ARN into the profile as role_arn."},
			}
		}
	case "role":
		return roleComplete(v, here)
	case "sso":
		return f.ssoComplete(s, here)
	case "login":
		if source {
			return bridge(s.name)
		}
	case "none":
		if source {
			here = "Another profile has source_profile = " + problem.Clean(s.name) + ", to sign in by it. " + here
		}
		return &problem.Error{
			Summary: "The profile has no credentials",
			Detail:  here + " says nothing of how to sign in: no key, no SSO, no role. It has no credentials of its own.",
			Fixes:   []string{"Enter a key: " + configure(s.name), "Or sign in by SSO: " + shell.Command("aws", "configure", "sso", "--profile", s.name)},
		}
	}
	return nil
}

func roleComplete(v map[string]string, here string) error {
	p := &problem.Error{Summary: "The profile does not say whose credentials take the role"}
	switch from, by := v["credential_source"], v["source_profile"]; {
	case from != "" && by != "":
		p.Detail = here + " has both source_profile and credential_source. One of them takes the role."
		p.Fixes = []string{"Take one of the two out."}
	case from == "" && by == "":
		p.Detail = here + " has a role_arn, and neither source_profile nor credential_source."
		p.Fixes = []string{"Write the name of a profile with credentials as source_profile. That can be this profile, where it has a key."}
	case from != "" && !slices.Contains(credentialSources, from):
		p.Detail = here + " has a credential_source that is none of " + strings.Join(credentialSources, ", ") + ". Capitals count."
		p.Fixes = []string{"Correct credential_source, or name a profile with credentials as source_profile instead."}
	default:
		return nil
	}
	return p
}

var credentialSources = []string{"Ec2InstanceMetadata", "EcsContainer", "Environment"}

// ssoComplete is nil where all four parts of a sign-in by SSO are there: two in the
// profile, and two in its sso-session or in the profile too.
func (f *Files) ssoComplete(s settings, here string) error {
	v, name := s.values, s.values["sso_session"]
	where := "the profile " + s.name
	if name != "" {
		where = "[sso-session " + name + "]"
	}
	session, there := f.sessions[name]
	if name != "" && !there {
		return &problem.Error{
			Summary: "The SSO session of the profile is not there",
			Detail:  fmt.Sprintf("%s has sso_session = %s, and there is no section [sso-session %s] in %s.", here, problem.Clean(name), problem.Clean(name), problem.Clean(f.Config)),
			Fixes:   []string{"Make it: " + shell.Command("aws", "configure", "sso", "--profile", s.name)},
		}
	}
	for _, key := range slices.Sorted(maps.Keys(session)) {
		if value, both := v[key]; both && value != session[key] {
			return &problem.Error{
				Summary: "The profile and its SSO session disagree",
				Detail:  fmt.Sprintf("%s has another %s than %s.", here, problem.Clean(key), problem.Clean(where)),
				Fixes:   []string{"Take " + problem.Clean(key) + " out of the profile " + problem.Clean(s.name) + "."},
			}
		}
	}
	var missing []string
	for _, key := range []string{"sso_start_url", "sso_region"} {
		if session[key] == "" && v[key] == "" {
			missing = append(missing, key+" in "+problem.Clean(where))
		}
	}
	for _, key := range []string{"sso_account_id", "sso_role_name"} {
		if v[key] == "" {
			missing = append(missing, key+" in the profile "+problem.Clean(s.name))
		}
	}
	if missing == nil {
		return nil
	}
	return &problem.Error{
		Summary: "The profile lacks a part of its sign-in by SSO",
		Detail:  here + " signs in by SSO. Missing is " + strings.Join(missing, ", and ") + ".",
		Fixes:   []string{"Write what is missing, or enter all of it again: " + shell.Command("aws", "configure", "sso", "--profile", s.name)},
	}
}

// bridge is the error of a sign-in by aws login that another profile builds on: the SDK
// does not take it there, and takes what the AWS CLI makes of it.
func bridge(name string) error {
	command := shell.Command("aws", "configure", "export-credentials", "--profile", name, "--format", "process")
	return &problem.Error{
		Summary: "A role cannot be taken with a sign-in of aws login",
		Detail:  fmt.Sprintf("The profile %s signs in by aws login, and another has it as source_profile. That needs a bridge: a second profile that has the AWS CLI hand over its credentials.", problem.Clean(name)),
		Fixes: []string{
			"Create the second profile: " + shell.Command("aws", "configure", "set", "credential_process", command, "--profile", name+"-bridge"),
			"It is then " + process + " = " + command,
			"Name it as source_profile instead: " + problem.Clean(name+"-bridge"),
		},
	}
}
