package plain

import (
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// commands shows a change as a shell would do it, without secrets.
func (v *textView) commands(c steps.Change, f steps.Facts) {
	for _, a := range c.Actions {
		v.line("")
		v.wrap("# ", f.Name(a.As)+": "+a.Op.Describe().Summary)
		v.line(safe.Text(shell(a, f)))
	}
}

// shell writes an action for a shell.
func shell(a steps.Action, f steps.Facts) string {
	d := a.Op.Describe()
	words := []string{"aws"}
	switch a.As {
	case steps.CustomerAdmin:
		words = append(words, "--profile", safe.Word(f.CustomerProfile))
	case steps.FirmAdmin:
		words = append(words, "--profile", safe.Word(f.FirmProfile))
	case steps.TestUser:
		words = append(keyOf(f.Tester), words...)
	case steps.Writer:
		words = append(keyOf(f.Writer), words...)
	}
	for _, w := range d.Command {
		words = append(words, safe.Word(w))
	}
	line := strings.Join(words, " ")
	if d.Body != "" {
		line = fmt.Sprintf("printf '%%s' %s > %s\n", safe.Word(d.Body), awsops.BodyFile) + line
	}
	return line
}

func keyOf(p steps.Person) []string {
	return []string{"AWS_ACCESS_KEY_ID=" + p.Key.ID, `AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY"`}
}
