// Package profile reads the two files of AWS profiles that the AWS tools share: which
// profiles there are, of which kind, and why one cannot be signed in with.
//
// It writes a profile of crossgrant's own and nothing else (write.go), never contacts AWS,
// and never quotes a value that may be a secret.
package profile

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/user"
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
	services map[string]map[string]string // services sections
	misnamed map[string]misnamed          // sections that AWS tools pass over, by the name that was meant
}

type misnamed struct {
	fix    string // what to do about it
	values map[string]string
}

// settings are a profile's values, those of the credentials file first.
type settings struct {
	name, file string
	config     string // where the config file is
	values     map[string]string
	files      map[string]string // where each value stands
}

// paths are the given ones, else the environment's, else those in the home folder.
func paths(credentials, config string) (string, string, error) {
	credentials = cmp.Or(credentials, expanded(os.Getenv("AWS_SHARED_CREDENTIALS_FILE")))
	config = cmp.Or(config, expanded(os.Getenv("AWS_CONFIG_FILE")))
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

// expanded is a path as the AWS CLI takes one from the environment: with ~, ~user and
// $VARIABLE, which no shell has replaced where the variable was set in quotes. What is
// not known stays as it is.
func expanded(path string) string {
	path = os.Expand(path, func(name string) string {
		if value, ok := os.LookupEnv(name); ok {
			return value
		}
		return "$" + name
	})
	if !strings.HasPrefix(path, "~") {
		return path
	}
	whose, rest, _ := strings.Cut(path[1:], "/")
	if home, err := os.UserHomeDir(); whose == "" && err == nil {
		return filepath.Join(home, rest)
	}
	if other, err := user.Lookup(whose); err == nil {
		return filepath.Join(other.HomeDir, rest)
	}
	return path
}

// Read reads both files at these paths; "" is where the AWS tools look.
func Read(credentials, config string) (*Files, error) {
	credentials, config, err := paths(credentials, config)
	if err != nil {
		return nil, err
	}
	all := &Files{
		Credentials: credentials, Config: config,
		sessions: map[string]map[string]string{}, services: map[string]map[string]string{}, misnamed: map[string]misnamed{},
	}
	sections, err := readShared(credentials)
	if err != nil {
		return nil, err
	}
	for _, sec := range sections {
		all.addCredentials(sec)
	}
	if sections, err = readShared(config); err != nil {
		return nil, err
	}
	for _, sec := range sections {
		all.addConfig(sec)
	}
	return all, nil
}

// addCredentials adds a section of the credentials file, which has the bare name of a
// profile, even in quotes.
func (f *Files) addCredentials(sec section) {
	if kind, name, ok := named(sec.name); ok && kind == "profile" {
		f.passOver(sec, name, f.Credentials, name)
		return
	}
	if bare := strings.Trim(sec.name, `"'`); bare != sec.name {
		f.passOver(sec, bare, f.Credentials, bare)
	}
	f.add(sec.name, f.Credentials, sec.values)
}

// addConfig adds a section of the config file, which says of what kind it is.
func (f *Files) addConfig(sec section) {
	kind, name, ok := named(sec.name)
	bare := strings.Trim(name, `"'`)
	switch {
	case sec.name == "default":
		f.add("default", f.Config, sec.values)
	case !ok || bare == "":
		name = sec.name
		if strings.EqualFold(name, "default") {
			name = "default"
		}
		f.passOver(sec, name, f.Config, "profile "+name)
	case strings.HasPrefix(kind, "profile"): // no more than that is looked at by the AWS CLI
		f.add(name, f.Config, sec.values)
		if bare != name { // a quotation mark that is not closed
			f.passOver(sec, bare, f.Config, "profile '"+bare+"'")
		}
	case kind == "sso-session":
		f.sessions[name] = sec.values
	case kind == "services":
		f.services[name] = sec.values
	case strings.EqualFold(kind, "profile"):
		f.passOver(sec, name, f.Config, "profile "+name)
	default:
		f.passOver(sec, sec.name, f.Config, "profile "+sec.name)
	}
}

// passOver keeps a section that AWS tools do without, under the name that was meant.
func (f *Files) passOver(sec section, meant, file, heading string) {
	f.misnamed[meant] = misnamed{
		fix:    fmt.Sprintf("In %s write [%s] instead of [%s].", problem.Clean(file), problem.Clean(heading), problem.Clean(sec.name)),
		values: sec.values,
	}
}

// add merges a section: what the credentials file says goes before the config
// file, and within a file the later line.
func (f *Files) add(name, file string, values map[string]string) {
	i := slices.IndexFunc(f.profiles, func(p settings) bool { return p.name == name })
	if i < 0 {
		i = len(f.profiles)
		f.profiles = append(f.profiles, settings{name: name, file: file, config: f.Config, values: map[string]string{}, files: map[string]string{}})
	}
	p := f.profiles[i]
	switch values = maps.Clone(values); {
	case p.file == file:
		for key := range values {
			delete(p.values, key)
		}
	case p.values[keySettings[0]] != "":
		withoutKey(values)
	case values[keySettings[0]] != "":
		withoutKey(p.values)
	}
	for _, key := range fill(p.values, values) {
		p.files[key] = file
	}
}

// keySettings are what belongs to one key: all three come from one file.
var keySettings = []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}

func withoutKey(values map[string]string) {
	for _, key := range keySettings {
		delete(values, key)
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

func (f *Files) entry(p settings) Entry {
	v := p.values
	e := Entry{Name: p.name, File: p.file, Kind: p.kind(false)}
	if regionLike.MatchString(v["region"]) {
		e.Region = v["region"]
	}
	switch e.Kind {
	case "web identity", "role":
		e.Detail = v["role_arn"]
	case "key":
		e.Detail = v["aws_access_key_id"]
	case "sso":
		e.Detail = cmp.Or(f.sessions[v["sso_session"]]["sso_start_url"], v["sso_session"], v["sso_start_url"])
	case "login":
		e.Detail = v["login_session"]
	case "process":
		e.Detail = "an outside command"
	}
	if e.Kind != "process" && !harmless("", e.Detail) {
		e.Detail = "" // a secret may stand on the wrong line
	}
	e.Detail = problem.Clean(e.Detail)
	return e
}
