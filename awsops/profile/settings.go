package profile

// What is set for a profile, and what of it may be shown. The SDK quotes a value that it
// does not take, and any line can hold a secret that was pasted into the wrong place.

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/problem"
)

var (
	regionLike = regexp.MustCompile(`^[A-Za-z0-9-]{1,30}$`) // any S3's, and no secret of a key
	keyIDLike  = regexp.MustCompile(`^A(KIA|SIA)[A-Z0-9]{16}$`)
	secretName = regexp.MustCompile(`(?i)secret|token|password|authorization|process`)
	plainWord  = regexp.MustCompile(`^[\w.@+-]{0,30}$`)
	variable   = regexp.MustCompile(`(?i)^(AWS_|(HTTPS?|ALL)_PROXY$)`)
)

// Settings are what counts when a profile is signed in with: its lines in the AWS files,
// those of what it builds on, and the variables of the environment.
func (f *Files) Settings(name string) []problem.Setting {
	set := map[string]string{}
	for _, v := range os.Environ() {
		if key, value, _ := strings.Cut(v, "="); variable.MatchString(key) {
			set[key] = value
		}
	}
	delete(set, "AWS_CONFIG_FILE") // where the files are is said
	delete(set, "AWS_SHARED_CREDENTIALS_FILE")
	return append(f.lines(name), settingsOf(set, func(string) string { return "the environment" })...)
}

// lines are the settings that stand in the files.
func (f *Files) lines(name string) []problem.Setting {
	var all []problem.Setting
	for seen := map[string]bool{}; !seen[name]; {
		seen[name] = true
		p, _ := f.find(name)
		all = append(all, settingsOf(p.values, func(key string) string { return "the profile " + name + " in " + p.files[key] })...)
		session, services := p.values["sso_session"], p.values["services"]
		all = append(all, settingsOf(f.sessions[session], func(string) string { return "the sso-session " + session + " in " + f.Config })...)
		all = append(all, settingsOf(f.services[services], func(string) string { return "the services " + services + " in " + f.Config })...)
		name = p.values["source_profile"]
	}
	return all
}

func settingsOf(values map[string]string, where func(key string) string) []problem.Setting {
	var all []problem.Setting
	for _, key := range slices.Sorted(maps.Keys(values)) {
		all = append(all, problem.Setting{Name: key, Where: where(key), Value: values[key]})
	}
	return all
}

// Secrets are the settings whose values no text may show.
func (f *Files) Secrets(name string) []problem.Setting {
	return slices.DeleteFunc(f.Settings(name), func(s problem.Setting) bool { return harmless(s.Name, s.Value) })
}

// harmless tells what may be shown of what is set: names, numbers, ARNs and addresses
// without a password. All else may be a secret.
func harmless(name, value string) bool {
	switch {
	case secretName.MatchString(name):
		return false
	case plainWord.MatchString(value):
		return true
	}
	u := address(value)
	return u != nil && u.User == nil && u.RawQuery == "" || strings.HasPrefix(value, "arn:") && !strings.ContainsAny(value, " \t\n")
}

// address is a value as the address of a service; nil: it is none.
func address(value string) *url.URL {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil
	}
	return u
}

// wrong is the error of a line that the SDK would stumble over, in words of its own.
func wrong(s problem.Setting, profile string) error {
	where := fmt.Sprintf("%s of %s", s.Name, problem.Clean(s.Where))
	fix := "Correct " + where + "."
	if !strings.HasPrefix(s.Where, "the profile "+profile+" in ") {
		where += ", on which the profile " + problem.Clean(profile) + " builds,"
	}
	switch key := s.Name[strings.LastIndex(s.Name, ".")+1:]; {
	case s.Value == "":
		return nil
	case (key == "region" || key == "sso_region") && !regionLike.MatchString(s.Value):
		return &problem.Error{
			Summary: "The region is not valid",
			Detail:  fmt.Sprintf("What is set as %s is not the code of a region, such as us-east-1. %s", where, notShown),
			Fixes:   []string{fix},
		}
	case key == "endpoint_url" && address(s.Value) == nil:
		return &problem.Error{
			Summary: "The endpoint is not an address",
			Detail:  fmt.Sprintf("What is set as %s is not an address that begins with https:// or http://. %s", where, notShown),
			Fixes:   []string{fix, "If there is a password in it, write each sign of it that is no letter and no digit as % and two hexadecimal digits."},
		}
	case key == "aws_secret_access_key" && keyIDLike.MatchString(s.Value):
		return &problem.Error{
			Summary: "The access key and its secret are the wrong way round",
			Detail:  fmt.Sprintf("What is set as %s is the id of a key, which begins with AKIA or ASIA.", where),
			Fixes:   []string{fix, "Or enter both again: " + configure(profile)},
		}
	}
	return nil
}

const notShown = "It is not shown here: a secret may have come there by mistake."
