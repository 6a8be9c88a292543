package steps

// The commands that are shown to people, to paste into a shell of theirs.

import (
	"fmt"
	"path/filepath"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// Shell writes an action as a shell would run it, on one line for each command. The
// secret of a key that the run made is a placeholder.
func (f Facts) Shell(a Action) string { return f.Command(a.As, a.Op.Describe()) }

// Command is Shell for an operation that is described already.
func (f Facts) Command(as Actor, d awsops.Description) string {
	if d.Local {
		return shell.Command(d.Command...)
	}
	command := f.AWS(as, d.Command...)
	if d.Body != "" {
		command = fmt.Sprintf("printf '%%s' %s > %s\n", shell.Word(d.Body), awsops.BodyFile) + command
	}
	return command
}

// AWS is an aws command of an actor. It reaches what the run reaches.
func (f Facts) AWS(as Actor, args ...string) string {
	command := shell.Command(f.Arguments(as, args...)...)
	if as.isAdmin() {
		return command
	}
	if as == Writer && f.Grantee().Kind == awsops.KindRole {
		return f.AWS(FirmAdmin, "sts", "assume-role", "--role-arn", f.Grant().Grantee, "--role-session-name", awsops.RoleSession,
			"--query", "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]", "--output", "text") +
			" | (read -r " + sessionVariables + " && export " + sessionVariables + " && " + command + ")"
	}
	person := f.Tester
	if as == Writer {
		person = f.Writer
	}
	return fmt.Sprintf(`AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" `, shell.Word(person.Key.ID)) + command
}

// sessionVariables are those that a session of a role is known by. What is read into them
// is shown nowhere.
const sessionVariables = "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"

// Arguments are those of AWS, each by itself, without the key of a user.
func (f Facts) Arguments(as Actor, args ...string) []string {
	ends := f.CustomerEndpoints
	if as.Side() == Firm {
		ends = f.FirmEndpoints
	}
	switch as {
	case CustomerAdmin:
		if !f.signedIn(Customer) { // for the customer to run, as whoever they are there
			return append([]string{"aws"}, args...)
		}
		return slices.Concat([]string{"aws", "--profile", f.CustomerProfile}, args, ends.Flag(args, true))
	case FirmAdmin:
		return slices.Concat([]string{"aws", "--profile", f.FirmProfile}, args, ends.Flag(args, true))
	}
	return slices.Concat([]string{"aws"}, args, ends.Flag(args, false))
}

// Crossgrant is a command of crossgrant's with what it needs to find what this one
// found, in whichever folder it is run.
func (a Answers) Crossgrant(args ...string) string {
	command := append([]string{"crossgrant"}, args...)
	if a.StateDir != "" && a.StateDir != journal.DefaultDir() {
		dir := a.StateDir
		if whole, err := filepath.Abs(dir); err == nil {
			dir = whole
		}
		command = append(command, "--state-dir", dir)
	}
	if a.AllowHTTP && len(args) > 0 && args[0] != "runs" { // which sends nothing
		command = append(command, "--allow-http")
	}
	return shell.Command(command...)
}

// Again is the command that begins a run with these answers.
func (a Answers) Again(more ...string) string {
	t := a.Grantee()
	return a.Crossgrant(slices.Concat([]string{a.Journey}, a.accountFlags(), []string{"--bucket", a.Bucket, fmt.Sprintf("--firm-%s", t.Kind), t.Name}, more)...)
}

// FirmsHalf is the command that does the firm's half of the grant in a file.
func (a Answers) FirmsHalf(grant string) string {
	command := []string{"setup", "--grant", grant, "--only", "firm", "--firm-profile", a.FirmProfile}
	switch {
	case a.UseExisting:
		command = append(command, "--existing-user")
	case a.UseExistingRole:
		command = append(command, "--existing-role")
	case a.Trusts != "":
		command = append(command, "--trusts", a.Trusts)
	}
	return a.Crossgrant(command...)
}

// Found is the command that looks in the two accounts for what runs made, run being "" for
// all of them.
func (a Answers) Found(run string) string {
	command := []string{"cleanup"}
	if run != "" {
		command = append(command, run)
	}
	return a.Crossgrant(slices.Concat(command, a.accountFlags(), []string{"--bucket", a.Bucket})...)
}

func (a Answers) accountFlags() []string {
	switch a.Only {
	case Customer:
		return []string{"--only", "customer", "--customer-profile", a.CustomerProfile, "--firm-account", a.OtherAccount}
	case Firm:
		return []string{"--only", "firm", "--firm-profile", a.FirmProfile, "--customer-account", a.OtherAccount}
	}
	return []string{"--customer-profile", a.CustomerProfile, "--firm-profile", a.FirmProfile}
}
