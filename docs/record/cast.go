package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/hinshun/vt10x"
)

const (
	columns, lines = 100, 30
	title          = "crossgrant tour --demo"
)

// A cast is a recording, and its events are output ("o") and markers ("m"), each
// the name of a picture, as https://docs.asciinema.org/manual/asciicast/v2/ has it.
type cast []event

type event struct {
	at         float64 // seconds
	kind, text string
}

func newScreen() vt10x.Terminal { return vt10x.New(vt10x.WithSize(columns, lines)) }

// secret is what a secret access key looks like. Nothing else is so long.
var secret = regexp.MustCompile(`[A-Za-z0-9/+]{40}`)

// check refuses a recording that shows a secret or sends it to the terminal.
func (c cast) check() error {
	screen, sent := newScreen(), ""
	for _, e := range c {
		_, _ = screen.Write([]byte(e.text))
		sent += e.text
		if secret.MatchString(screen.String()) {
			return fmt.Errorf("at %.1f s there is what may be a secret on the screen:\n%s", e.at, screen)
		}
	}
	if secret.MatchString(sent) {
		return errors.New("there is what may be a secret in what was sent to the terminal")
	}
	return nil
}

// write makes the files of a recording in a folder.
func (c cast) write(dir string, in scheme) error {
	if err := c.check(); err != nil {
		return err
	}
	files := map[string]string{in.file("demo", ".cast"): c.String()}
	for name, svg := range c.pictures(in) {
		files[in.file(name, ".svg")] = svg
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (c cast) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"version": 2, "width": %d, "height": %d, "title": %q}`+"\n", columns, lines, title)
	for _, e := range c {
		text, _ := json.Marshal(e.text) // of a string there is no error
		fmt.Fprintf(&b, "[%.3f, %q, %s]\n", e.at, e.kind, text)
	}
	return b.String()
}
