package ui

// The router: the screens that were gone through, the last of which is shown, and
// what covers it. The wizard and the journey say what comes next; going back takes
// the last screen off. It knows no screen's type, and no screen knows of it.

import (
	"slices"

	"crossgrant/ui/screen"
)

// A router is where one is among the screens.
type router struct {
	stack []visited
	over  screen.Screen // help, a question for a code, or leaving: above the stack
}

// A visited screen is one that was come to. One that passes gives way to what comes
// next: it is not gone back to.
type visited struct {
	screen.Screen
	passes bool
}

// top is the screen that was come to last.
func (r *router) top() screen.Screen { return r.stack[len(r.stack)-1].Screen }

// shown is the screen that the keys are for.
func (r *router) shown() screen.Screen {
	if r.over != nil {
		return r.over
	}
	return r.top()
}

// passed tells that one went on from a screen.
func (r *router) passed(s screen.Screen) bool {
	return r.top() != s && slices.ContainsFunc(r.stack, func(v visited) bool { return v.Screen == s })
}

// push comes to a screen that is gone back to.
func (r *router) push(s screen.Screen) {
	r.settle()
	r.stack = append(r.stack, visited{Screen: s})
}

// replace comes to a screen that passes, in place of one that does.
func (r *router) replace(s screen.Screen) {
	r.settle()
	r.stack = append(r.stack, visited{s, true})
}

// ask comes to a screen that passes, above one that does.
func (r *router) ask(s screen.Screen) { r.stack = append(r.stack, visited{s, true}) }

// passing tells that the screen passes.
func (r *router) passing() bool { return r.stack[len(r.stack)-1].passes }

// settle goes back to the last screen that is gone back to.
func (r *router) settle() {
	for len(r.stack) > 0 && r.passing() {
		r.pop()
	}
}

// pop takes the last screen off.
func (r *router) pop() { r.stack = r.stack[:len(r.stack)-1] }
