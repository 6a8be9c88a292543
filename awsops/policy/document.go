// Package policy knows IAM policy documents and nothing else: it parses and
// writes them without losing an element, builds the ones crossgrant grants
// access with, merges and takes them apart by Sid, compares them, puts them in
// words, finds what AWS would refuse, and decides requests as AWS decides them.
//
// It never contacts AWS, never reads a file or the clock, and imports nothing
// of the project.
package policy

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Document is one policy, of a bucket or of an identity. The zero value is the
// empty document. Elements that the IAM grammar does not name are kept, so that
// parsing and writing a document loses nothing.
type Document struct {
	Version    string // "2012-10-17", "2008-10-17" or "" when the document has none
	ID         string
	Statements []Statement

	extra []member // elements outside the grammar, in the order they came
	blank []string // elements that stood there as empty strings
	bare  bool     // Statement was one object, not a list
}

// Statement is one statement. Exactly one of Action and NotAction, Resource and
// NotResource, and in a bucket policy Principal and NotPrincipal, is set in a
// statement that AWS accepts; Lint tells when it is not so.
type Statement struct {
	Sid          string
	Effect       string // "Allow" or "Deny" in a statement that AWS accepts
	Principal    *Principal
	NotPrincipal *Principal
	Action       List
	NotAction    List
	Resource     List
	NotResource  List
	Condition    []Condition

	extra   []member
	blank   []string
	keyless []string // condition operators without a key, which demand nothing
}

// List is a string or a list of strings, as the grammar allows in most places.
// It remembers which of the two it was. nil Values: the element is absent.
type List struct {
	Values []string
	bare   bool
}

// Principal is the Principal or NotPrincipal element: everyone ("*" or
// {"AWS": "*"}), or values by kind.
type Principal struct {
	Everyone      bool // the bare string "*"
	AWS           List // ARNs, account ids, "*", or the unique ids of deleted users
	Service       List
	Federated     List
	CanonicalUser List

	extra []member
	word  *string // a bare string other than "*", which AWS refuses
}

// Condition is one operator with one key of a Condition block. A block with
// several operators or keys is several Conditions, all of which must hold.
type Condition struct {
	Operator string // with its ForAllValues:, ForAnyValue: and IfExists, as written
	Key      string
	Values   List // numbers and booleans as their JSON text

	raw json.RawMessage // the value as it came, so that false does not become "false"
}

type member struct {
	name  string
	value json.RawMessage
}

// Parse reads a policy document. Its errors name the line and column, or the
// element, at fault. It refuses what AWS would refuse to read at all (not an
// object, a doubled element, a number for a Sid); what can be read but would be
// refused is Lint's to tell.
func Parse(text []byte) (Document, error) {
	root, err := readTree(text)
	var d Document
	if err == nil {
		d, err = readDocument(root)
	}
	var f *fault
	if errors.As(err, &f) {
		line, column := place(text, f.offset)
		return Document{}, fmt.Errorf("policy document, line %d, column %d: %s", line, column, f.text)
	}
	return d, err
}

// UnmarshalJSON is Parse, so that a Document can stand in a larger JSON value.
func (d *Document) UnmarshalJSON(text []byte) error {
	parsed, err := Parse(text)
	if err == nil {
		*d = parsed
	}
	return err
}

func readDocument(n node) (d Document, err error) {
	if n.kind != '{' {
		return d, faultf(n.offset, "a policy document is an object in braces { }, not %s", n.what())
	}
	for _, m := range n.members {
		switch m.name {
		case "Version":
			d.Version, err = readString(m, &d.blank)
		case "Id":
			d.ID, err = readString(m, &d.blank)
		case "Statement":
			d.Statements, d.bare, err = readStatements(m.value)
		default:
			d.extra = append(d.extra, keep(m))
		}
		if err != nil {
			return d, err
		}
	}
	return d, nil
}

func readStatements(n node) (all []Statement, bare bool, err error) {
	items := n.items
	if n.kind == '{' {
		items, bare = []node{n}, true
	} else if n.kind != '[' {
		return nil, false, faultf(n.offset, "Statement must be a list of statements, not %s", n.what())
	}
	all = make([]Statement, len(items))
	for i, item := range items {
		if all[i], err = readStatement(item); err != nil {
			return nil, false, err
		}
	}
	return all, bare, nil
}

func readStatement(n node) (s Statement, err error) {
	if n.kind != '{' {
		return s, faultf(n.offset, "a statement is an object in braces { }, not %s", n.what())
	}
	for _, m := range n.members {
		switch m.name {
		case "Sid":
			s.Sid, err = readString(m, &s.blank)
		case "Effect":
			s.Effect, err = readString(m, &s.blank)
		case "Principal":
			s.Principal, err = readPrincipal(m)
		case "NotPrincipal":
			s.NotPrincipal, err = readPrincipal(m)
		case "Action":
			s.Action, err = readList(m)
		case "NotAction":
			s.NotAction, err = readList(m)
		case "Resource":
			s.Resource, err = readList(m)
		case "NotResource":
			s.NotResource, err = readList(m)
		case "Condition":
			s.Condition, s.keyless, err = readConditions(m)
		default:
			s.extra = append(s.extra, keep(m))
		}
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func readPrincipal(m field) (*Principal, error) {
	n, p := m.value, &Principal{}
	if n.kind == '"' {
		if p.Everyone = n.text == "*"; !p.Everyone {
			p.word = &n.text
		}
		return p, nil
	}
	if n.kind != '{' {
		return nil, faultf(n.offset, `%s must be "*" or an object such as {"AWS": "111122223333"}, not %s`, m.name, n.what())
	}
	for _, kind := range n.members {
		var err error
		switch kind.name {
		case "AWS":
			p.AWS, err = readList(kind)
		case "Service":
			p.Service, err = readList(kind)
		case "Federated":
			p.Federated, err = readList(kind)
		case "CanonicalUser":
			p.CanonicalUser, err = readList(kind)
		default:
			p.extra = append(p.extra, keep(kind))
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func readConditions(m field) (all []Condition, keyless []string, err error) {
	if m.value.kind != '{' {
		return nil, nil, faultf(m.value.offset, "%s must be an object in braces { }, not %s", m.name, m.value.what())
	}
	all = []Condition{}
	for _, operator := range m.value.members {
		if operator.value.kind != '{' {
			return nil, nil, faultf(operator.value.offset, `%s must be an object such as {"aws:SourceIp": "192.0.2.0/24"}, not %s`, operator.name, operator.value.what())
		}
		if len(operator.value.members) == 0 {
			keyless = append(keyless, operator.name)
		}
		for _, key := range operator.value.members {
			c := Condition{Operator: operator.name, Key: key.name}
			if c.Values, c.raw, err = readValues(key); err != nil {
				return nil, nil, err
			}
			all = append(all, c)
		}
	}
	return all, keyless, nil
}

// readValues reads a condition's values. raw is nil where all of them are
// strings, which the list alone can hold.
func readValues(m field) (l List, raw json.RawMessage, err error) {
	items := m.value.items
	if m.value.kind != '[' {
		items, l.bare = []node{m.value}, true
	}
	l.Values = make([]string, len(items))
	for i, item := range items {
		switch item.kind {
		case '"':
			l.Values[i] = item.text
		case 't', 'f', '0':
			l.Values[i] = string(item.raw)
			raw = keep(m).value
		default:
			return l, nil, faultf(item.offset, "a value of %s must be a string, a number or true or false, not %s", m.name, item.what())
		}
	}
	return l, raw, nil
}

func readList(m field) (l List, err error) {
	items := m.value.items
	if m.value.kind != '[' {
		items, l.bare = []node{m.value}, true
	}
	l.Values = make([]string, len(items))
	for i, item := range items {
		if item.kind != '"' {
			return l, faultf(item.offset, "%s must be a string or a list of strings, not %s", m.name, item.what())
		}
		l.Values[i] = item.text
	}
	return l, nil
}

func readString(m field, blank *[]string) (string, error) {
	if m.value.kind != '"' {
		return "", faultf(m.value.offset, "%s must be a string, not %s", m.name, m.value.what())
	}
	if m.value.text == "" {
		*blank = append(*blank, m.name)
	}
	return m.value.text, nil
}

// keep holds on to an element as it came, without its white space.
func keep(m field) member { return member{m.name, json.RawMessage(m.value.compact())} }

func (n node) what() string {
	switch n.kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number; put it in quotation marks if it is an account id"
}
