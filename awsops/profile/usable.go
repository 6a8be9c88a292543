package profile

// What is wrong with a profile, and what its user can do about it.

import (
	"fmt"
	"strings"
	"unicode"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// Usable is nil for a profile that can be signed in with, as far as its files tell. Its
// error says what is wrong in words, before the SDK does.
func (f *Files) Usable(name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return controlled(name)
	}
	chain, err := f.chain(name)
	if err != nil {
		return err
	}
	for i, s := range chain {
		if err := f.complete(s, i > 0); err != nil {
			return err
		}
	}
	for _, setting := range f.lines(name) {
		if err := wrong(setting, name); err != nil {
			return err
		}
	}
	return nil
}

// configure is the command that asks for a profile's key.
func configure(name string) string { return shell.Command("aws", "configure", "--profile", name) }

// controlled is the error of a name with control characters: no terminal shows it as it
// is, so nobody can tell which profile they agree to.
func controlled(name string) error {
	return &problem.Error{
		Summary: "The name of the profile has a control character",
		Detail:  fmt.Sprintf("The name is %q, with what a terminal would obey and not show.", name),
		Fixes:   []string{"Give the profile another name, in every AWS file that has it."},
	}
}

// unknown is the error of a profile that is not there.
func (f *Files) unknown(name string) error {
	if len(f.profiles) == 0 && len(f.misnamed) == 0 {
		return &problem.Error{
			Summary: "There are no AWS profiles on this computer",
			Detail:  fmt.Sprintf("Neither %s nor %s holds a profile.", problem.Clean(f.Credentials), problem.Clean(f.Config)),
			Fixes:   []string{"Create the profile: " + configure(name), "If the files are elsewhere, set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE."},
		}
	}
	p := &problem.Error{
		Summary: "There is no such profile",
		Detail:  fmt.Sprintf("No profile %q is in %s or %s.", problem.Clean(name), problem.Clean(f.Credentials), problem.Clean(f.Config)),
	}
	if meant, ok := f.misnamed[name]; ok {
		p.Fixes = append(p.Fixes, meant.fix)
	}
	if close := problem.Near(name, f.names()); close != "" {
		p.Fixes = append(p.Fixes, "Did you mean "+close+"?")
	} else if len(f.profiles) > 0 {
		p.Fixes = append(p.Fixes, "Choose one of "+some(f.names())+".")
	}
	p.Fixes = append(p.Fixes, "Create the profile: "+configure(name))
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
