package plain

import "github.com/charmbracelet/x/term"

func clearEcho(s *term.State) {
	const enableEchoInput = 0x4 // of the modes of a console
	s.Mode &^= enableEchoInput
}
