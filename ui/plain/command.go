package plain

import "crossgrant/steps"

// commands shows a change as a shell would do it, without secrets.
func (v *textView) commands(c steps.Change, f steps.Facts) {
	for _, a := range c.Actions {
		v.line("")
		v.wrap("# ", f.Name(a.As)+": "+a.Op.Describe().Summary)
		v.line(f.Shell(a))
	}
}
