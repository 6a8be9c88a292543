//go:build unix

package plain

import (
	"syscall"

	"github.com/charmbracelet/x/term"
)

func clearEcho(s *term.State) { s.Lflag &^= syscall.ECHO }
