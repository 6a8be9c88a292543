package awsops

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

// Profile is one profile of the shared files.
type Profile struct {
	Name   string
	Kind   string // "key", "sso", "role", "process", "login", "web identity" or "none"
	File   string // where it stands
	Region string // "" when it has none
	Detail string // such as the role's ARN or the SSO start page
}

// files are the paths of the two shared files.
func (s Source) files() (credentials, config string, err error) {
	credentials = cmp.Or(s.CredentialsFile, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"))
	config = cmp.Or(s.ConfigFile, os.Getenv("AWS_CONFIG_FILE"))
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

// A shared is what both files say.
type shared struct {
	credentials, config string // paths
	profiles            []entry
	sessions            map[string]map[string]string // sso-session sections
	misnamed            map[string]string            // a section that AWS tools pass over -> what to do about it
}

// An entry is a profile with its values, those of the credentials file first.
type entry struct {
	name, file string
	values     map[string]string
}

// Profiles lists the profiles of both files, each once, in the files' order.
func (s Source) Profiles() ([]Profile, error) {
	all, err := s.shared()
	if err != nil {
		return nil, err
	}
	profiles := make([]Profile, 0, len(all.profiles))
	for _, e := range all.profiles {
		profiles = append(profiles, all.profile(e))
	}
	return profiles, nil
}

func (s Source) shared() (*shared, error) {
	credentials, config, err := s.files()
	if err != nil {
		return nil, err
	}
	all := &shared{
		credentials: credentials, config: config,
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
func (a *shared) add(name, file string, values map[string]string) {
	i := slices.IndexFunc(a.profiles, func(e entry) bool { return e.name == name })
	if i < 0 {
		a.profiles = append(a.profiles, entry{name: name, file: file, values: maps.Clone(values)})
		return
	}
	e := a.profiles[i]
	for key, value := range values {
		if _, there := e.values[key]; !there || e.file == file {
			e.values[key] = value
		}
	}
}

func (a *shared) find(name string) (entry, bool) {
	i := slices.IndexFunc(a.profiles, func(e entry) bool { return e.name == name })
	if i < 0 {
		return entry{}, false
	}
	return a.profiles[i], true
}

func (a *shared) names() []string {
	names := make([]string, len(a.profiles))
	for i, e := range a.profiles {
		names[i] = e.name
	}
	return names
}

// profile tells a profile's kind in the order in which the SDK looks.
func (a *shared) profile(e entry) Profile {
	v := e.values
	p := Profile{Name: problem.Clean(e.name), File: e.file, Region: problem.Clean(v["region"])}
	switch {
	case v["role_arn"] != "" && v["web_identity_token_file"] != "":
		p.Kind, p.Detail = "web identity", v["role_arn"]
	case v["role_arn"] != "":
		p.Kind, p.Detail = "role", v["role_arn"]
	case v["aws_access_key_id"] != "":
		p.Kind, p.Detail = "key", v["aws_access_key_id"]
	case v["sso_session"] != "":
		p.Kind, p.Detail = "sso", cmp.Or(a.sessions[v["sso_session"]]["sso_start_url"], v["sso_session"])
	case v["sso_start_url"] != "" || v["sso_account_id"] != "":
		p.Kind, p.Detail = "sso", v["sso_start_url"]
	case v["login_session"] != "":
		p.Kind, p.Detail = "login", v["login_session"]
	case v["credential_process"] != "":
		p.Kind, p.Detail = "process", "an outside command"
	default:
		p.Kind = "none"
	}
	p.Detail = problem.Clean(p.Detail)
	return p
}

// unknown is the error of a profile that is not there.
func (a *shared) unknown(name string) error {
	if len(a.profiles) == 0 && len(a.misnamed) == 0 {
		return &problem.Error{
			Summary: "There are no AWS profiles on this computer",
			Detail:  fmt.Sprintf("Neither %s nor %s holds a profile.", problem.Clean(a.credentials), problem.Clean(a.config)),
			Fixes:   []string{"Make the profile: aws configure --profile " + problem.Clean(name), "If the files are elsewhere, set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE."},
		}
	}
	p := &problem.Error{
		Summary: "There is no such profile",
		Detail:  fmt.Sprintf("No profile %q stands in %s or %s.", problem.Clean(name), problem.Clean(a.credentials), problem.Clean(a.config)),
	}
	if fix, ok := a.misnamed[name]; ok {
		p.Fixes = append(p.Fixes, fix)
	}
	if close := problem.Near(name, a.names()); close != "" {
		p.Fixes = append(p.Fixes, "Did you mean "+close+"?")
	} else if len(a.profiles) > 0 {
		p.Fixes = append(p.Fixes, "Choose one of "+some(a.names())+".")
	}
	p.Fixes = append(p.Fixes, "Make the profile: aws configure --profile "+problem.Clean(name))
	return p
}

// some lists names, eight at most.
func some(names []string) string {
	const most = 8
	var out []string
	for i, name := range names {
		if i == most {
			out = append(out, fmt.Sprintf("%d more", len(names)-most))
			break
		}
		out = append(out, problem.Clean(name))
	}
	return strings.Join(out, ", ")
}
