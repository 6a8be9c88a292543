package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep a document may nest. The grammar needs five levels;
// the rest is room for elements that it does not name.
const maxDepth = 64

// node is a JSON value that knows where it stood, so that an error can say so.
type node struct {
	kind    byte // its first character; '0' for every number
	offset  int
	raw     []byte
	text    string  // of a string
	members []field // of an object, in the order they came
	items   []node  // of a list
}

type field struct {
	name   string
	offset int
	value  node
}

// fault is an error with the offset that it is about.
type fault struct {
	offset int
	text   string
}

func (f *fault) Error() string { return f.text }

func faultf(offset int, format string, args ...any) error {
	return &fault{offset, fmt.Sprintf(format, args...)}
}

// readTree reads one JSON text. encoding/json alone would take the last of two
// members of one name, and would put replacement characters for broken text.
func readTree(text []byte) (node, error) {
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		return node{}, faultf(0, "the text begins with a byte order mark; save it as UTF-8 without one")
	}
	if !utf8.Valid(text) {
		return node{}, faultf(invalidUTF8(text), "the text is not UTF-8; save it as UTF-8")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return node{}, faultf(0, "the text is empty; a policy document begins with {")
	}
	// Unmarshal checks the whole text before it does anything else.
	var all json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return node{}, explain(text, err)
	}
	w := walker{text: text}
	return w.value(0)
}

func invalidUTF8(text []byte) int {
	offset := 0
	for {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size <= 1 {
			return offset
		}
		offset += size
	}
}

// explain says what the usual slips of the hand look like to a JSON reader.
func explain(text []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return faultf(0, "the text cannot be read as JSON: %v", err)
	}
	if strings.HasPrefix(syntax.Error(), "unexpected end") {
		return faultf(len(text), "the text ends too early; a bracket or a quotation mark is not closed")
	}
	at := max(int(syntax.Offset)-1, 0)
	r, _ := utf8.DecodeRune(text[at:])
	before := bytes.TrimSpace(text[:at])
	switch {
	case strings.ContainsRune("“”„‘’", r):
		return faultf(at, "the quotation mark %c is not one that JSON knows; use straight ones (\")", r)
	case r == '\'':
		return faultf(at, "JSON strings stand in double quotation marks (\"), not in single ones")
	case strings.HasSuffix(syntax.Error(), "after top-level value"):
		return faultf(at, "there is more text after the end of the document; remove it")
	case (r == '}' || r == ']') && bytes.HasSuffix(before, []byte(",")):
		return faultf(at, "there is a comma before %c; remove it", r)
	case strings.Contains(syntax.Error(), "in string literal"):
		return faultf(at, "a line break or control character stands inside a string")
	case strings.Contains(syntax.Error(), "after object key:value pair"), strings.Contains(syntax.Error(), "after array element"):
		return faultf(at, "a comma or a closing bracket is missing before %q", r)
	case strings.Contains(syntax.Error(), "max depth"):
		return faultf(at, "the document is nested too deeply")
	}
	return faultf(at, "%q cannot stand here in JSON", r)
}

// walker goes through a text that is known to be valid JSON.
type walker struct {
	text []byte
	at   int
}

func (w *walker) value(depth int) (node, error) {
	w.space()
	n := node{kind: w.text[w.at], offset: w.at}
	if depth > maxDepth {
		return n, faultf(w.at, "the document is nested too deeply (more than %d levels)", maxDepth)
	}
	var err error
	switch n.kind {
	case '{':
		n.members, err = w.object(depth)
	case '[':
		n.items, err = w.list(depth)
	case '"':
		n.text, err = w.quoted()
	default:
		for w.at < len(w.text) && !bytes.ContainsRune([]byte(" \t\r\n,]}"), rune(w.text[w.at])) {
			w.at++
		}
		if n.kind != 't' && n.kind != 'f' && n.kind != 'n' {
			n.kind = '0'
		}
	}
	n.raw = w.text[n.offset:w.at]
	return n, err
}

func (w *walker) object(depth int) ([]field, error) {
	var members []field
	seen := map[string]bool{}
	for w.more('}') {
		f := field{offset: w.at}
		var err error
		if f.name, err = w.quoted(); err != nil {
			return nil, err
		}
		if seen[f.name] {
			return nil, faultf(f.offset, "the element %q stands twice in one object; remove one of the two", f.name)
		}
		seen[f.name] = true
		w.space()
		w.at++ // the colon
		if f.value, err = w.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, f)
	}
	return members, nil
}

func (w *walker) list(depth int) ([]node, error) {
	var items []node
	for w.more(']') {
		item, err := w.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// more goes past an opening bracket or a comma to the next entry, or past the
// closing bracket.
func (w *walker) more(closing byte) bool {
	w.space()
	if w.text[w.at] != closing {
		w.at++
		w.space()
	}
	if w.text[w.at] == closing {
		w.at++
		return false
	}
	return true
}

func (w *walker) space() {
	for w.at < len(w.text) && strings.IndexByte(" \t\r\n", w.text[w.at]) >= 0 {
		w.at++
	}
}

func (w *walker) quoted() (string, error) {
	start, escaped := w.at, false
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	raw := w.text[start:w.at]
	if !escaped {
		return string(raw[1 : len(raw)-1]), nil
	}
	if halfPair(raw) {
		return "", faultf(start, "a \\u escape in the string %s is half of a pair and stands for no character", raw)
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return text, err
}

// halfPair tells whether a \u escape is a surrogate without its other half,
// which encoding/json would silently replace.
func halfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		switch unit := hex(raw[i+1:]); {
		case unit >= 0xDC00 && unit < 0xE000:
			return true
		case unit >= 0xD800 && unit < 0xDC00:
			rest := raw[i+5:]
			if !bytes.HasPrefix(rest, []byte(`\u`)) {
				return true
			}
			if low := hex(rest[2:]); low < 0xDC00 || low >= 0xE000 {
				return true
			}
			i += 6
		}
		i += 4
	}
	return false
}

func hex(digits []byte) uint64 {
	n, _ := strconv.ParseUint(string(digits[:4]), 16, 32) // valid JSON has four digits here
	return n
}

// place returns the line and column of an offset, both from 1, in characters.
func place(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	line = bytes.Count(before, []byte("\n")) + 1
	column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return line, column
}
