package plain

import (
	"os"

	"github.com/charmbracelet/x/term"
)

// withoutEcho has a terminal not show what is typed, until show is called. What is
// no terminal shows nothing as it is.
//
// It turns off the echo alone, where term.ReadPassword would also do the reading: an
// interrupt could not end that, nor bring the echo back before it ends.
func withoutEcho(f *os.File) (show func()) {
	before, err := term.GetState(f.Fd())
	if err != nil {
		return func() {}
	}
	hidden := *before
	clearEcho(&hidden)
	_ = term.SetState(f.Fd(), &hidden)
	return func() { _ = term.SetState(f.Fd(), before) }
}
