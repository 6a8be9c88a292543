package awsops

// A text that shows nowhere.

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that must not be seen. It shows as a mask wherever it is
// printed, logged or marshalled; Reveal is the one way to the text.
type Secret string

const mask = "********"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string               { return mask }
func (s Secret) GoString() string             { return mask }
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + mask + `"`), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(mask) }

// Format masks what %x, %q and the like would spell out.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }
