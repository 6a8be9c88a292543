// Package profile reads the two files of AWS profiles that the AWS tools share: which
// profiles there are, of which kind, and why one cannot be signed in with.
//
// It never writes them, never contacts AWS, and never quotes a value that may be a
// secret.
package profile

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crossgrant/awsops/problem"
)

// Entry is one profile of the shared files.
type Entry struct {
	Name   string // as it stands in the file: to be cleaned where it is shown
	Kind   string // "key", "sso", "role", "process", "login", "web identity" or "none"
	File   string // where it stands
	Region string // "" when it has none
	Detail string // such as the role's ARN or the SSO start page
}

// Files is what the two shared files say.
type Files struct {
	Credentials, Config string // their paths

	profiles []settings
	sessions map[string]map[string]string // sso-session sections
	misnamed map[string]string            // a section that AWS tools pass over -> what to do about it
}

// settings are a profile's values, those of the credentials file first.
type settings struct {
	name, file string
	values     map[string]string
}

// paths are the given ones, else the environment's, else those in the home folder.
func paths(credentials, config string) (string, string, error) {
	credentials = cmp.Or(credentials, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"))
	config = cmp.Or(config, os.Getenv("AWS_CONFIG_FILE"))
	if credentials != "" && config != "" {
		return credentials, config, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", "", &problem.Error{
			Summary: "Your home folder is not known",
			Detail:  "AWS profiles stand in the folder .aws of your home folder, and " + problem.Clean(err.Error()) + ".",
			Fixes:   []string{"Set HOME, or AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE."},
			Err:     err,
		}
	}
	return cmp.Or(credentials, filepath.Join(home, ".aws", "credentials")), cmp.Or(config, filepath.Join(home, ".aws", "config")), nil
}

// Read reads both files at these paths; "" is where the AWS tools look.
func Read(credentials, config string) (*Files, error) {
	credentials, config, err := paths(credentials, config)
	if err != nil {
		return nil, err
	}
	all := &Files{
		Credentials: credentials, Config: config,
		sessions: map[string]map[string]string{}, misnamed: map[string]string{},
	}
	inCredentials, err := readShared(credentials)
	if err != nil {
		return nil, err
	}
	for _, sec := range inCredentials {
		if name, ok := strings.CutPrefix(sec.name, "profile "); ok {
			all.misnamed[name] = fmt.Sprintf("In %s write [%s] instead of [%s].", problem.Clean(credentials), problem.Clean(name), problem.Clean(sec.name))
			continue
		}
		all.add(sec.name, credentials, sec.values)
	}
	inConfig, err := readShared(config)
	if err != nil {
		return nil, err
	}
	for _, sec := range inConfig {
		kind, name, ok := strings.Cut(sec.name, " ")
		switch {
		case ok && kind == "profile":
			all.add(name, config, sec.values)
		case strings.EqualFold(sec.name, "default"):
			all.add("default", config, sec.values)
		case ok && kind == "sso-session":
			all.sessions[name] = sec.values
		case ok && kind == "services":
		default:
			all.misnamed[sec.name] = fmt.Sprintf("In %s write [profile %s] instead of [%s].", problem.Clean(config), problem.Clean(sec.name), problem.Clean(sec.name))
		}
	}
	return all, nil
}

// add merges a section: what the credentials file says goes before the config
// file, and within a file the later line.
func (f *Files) add(name, file string, values map[string]string) {
	i := slices.IndexFunc(f.profiles, func(p settings) bool { return p.name == name })
	if i < 0 {
		f.profiles = append(f.profiles, settings{name: name, file: file, values: maps.Clone(values)})
		return
	}
	p := f.profiles[i]
	for key, value := range values {
		if _, there := p.values[key]; !there || p.file == file {
			p.values[key] = value
		}
	}
}

func (f *Files) find(name string) (settings, bool) {
	i := slices.IndexFunc(f.profiles, func(p settings) bool { return p.name == name })
	if i < 0 {
		return settings{}, false
	}
	return f.profiles[i], true
}

func (f *Files) names() []string {
	names := make([]string, len(f.profiles))
	for i, p := range f.profiles {
		names[i] = p.name
	}
	return names
}

// Entries lists the profiles of both files, each once, in the files' order.
func (f *Files) Entries() []Entry {
	all := make([]Entry, 0, len(f.profiles))
	for _, p := range f.profiles {
		all = append(all, f.entry(p))
	}
	return all
}

// Value is what a profile says under a key, "" when it says nothing. The key of a
// nested value is "outer.inner".
func (f *Files) Value(name, key string) string {
	p, _ := f.find(name)
	return p.values[key]
}

// entry tells a profile's kind in the order in which the SDK looks.
func (f *Files) entry(p settings) Entry {
	v := p.values
	e := Entry{Name: p.name, File: p.file, Region: problem.Clean(v["region"])}
	switch {
	case v["role_arn"] != "" && v["web_identity_token_file"] != "":
		e.Kind, e.Detail = "web identity", v["role_arn"]
	case v["role_arn"] != "":
		e.Kind, e.Detail = "role", v["role_arn"]
	case v["aws_access_key_id"] != "":
		e.Kind, e.Detail = "key", v["aws_access_key_id"]
	case v["sso_session"] != "":
		e.Kind, e.Detail = "sso", cmp.Or(f.sessions[v["sso_session"]]["sso_start_url"], v["sso_session"])
	case v["sso_start_url"] != "" || v["sso_account_id"] != "":
		e.Kind, e.Detail = "sso", v["sso_start_url"]
	case v["login_session"] != "":
		e.Kind, e.Detail = "login", v["login_session"]
	case v["credential_process"] != "":
		e.Kind, e.Detail = "process", "an outside command"
	default:
		e.Kind = "none"
	}
	e.Detail = problem.Clean(e.Detail)
	return e
}
