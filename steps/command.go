package steps

import (
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/shell"
)

// Shell writes an action as a shell would run it, on one line for each command. The
// secret of a key that the run made is a placeholder.
func (f Facts) Shell(a Action) string { return f.Command(a.As, a.Op.Describe()) }

// Command is Shell for an operation that is described already.
func (f Facts) Command(as Actor, d awsops.Description) string {
	if d.Local {
		return shell.Command(d.Command...)
	}
	command := f.aws(as, d.Command)
	if d.Body != "" {
		command = fmt.Sprintf("printf '%%s' %s > %s\n", shell.Word(d.Body), awsops.BodyFile) + command
	}
	return command
}

// aws is an aws command of an actor.
func (f Facts) aws(as Actor, args []string) string {
	switch as {
	case CustomerAdmin:
		return shell.Command(slices.Concat([]string{"aws", "--profile", f.CustomerProfile}, args)...)
	case FirmAdmin:
		return shell.Command(slices.Concat([]string{"aws", "--profile", f.FirmProfile}, args)...)
	}
	person := f.Tester
	if as == Writer {
		person = f.Writer
	}
	return fmt.Sprintf(`AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" `, shell.Word(person.Key.ID)) +
		shell.Command(append([]string{"aws"}, args...)...)
}
