package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// MarshalJSON writes the document with every element that it was read with, in
// the grammar's order, on one line.
func (d Document) MarshalJSON() ([]byte, error) { return []byte(d.Compact()), nil }

// Compact returns the document as it is sent: no white space, no HTML escapes.
func (d Document) Compact() string {
	var o object
	o.text("Version", d.Version, d.blank)
	o.text("Id", d.ID, d.blank)
	switch {
	case d.bare && len(d.Statements) == 1:
		o.add("Statement", d.Statements[0].Compact())
	case d.Statements != nil:
		all := make([]string, len(d.Statements))
		for i, s := range d.Statements {
			all[i] = s.Compact()
		}
		o.add("Statement", "["+strings.Join(all, ",")+"]")
	}
	o.rest(d.extra)
	return o.String()
}

// Indent returns the document as people read it: two spaces an indent, one
// element a line, no HTML escapes.
func (d Document) Indent() string { return indent(d.Compact(), "") }

func indent(compact, prefix string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(compact), prefix, "  "); err != nil {
		panic(err) // what this file writes is JSON
	}
	return b.String()
}

// Compact returns the statement as it is sent, without its document.
func (s Statement) Compact() string {
	var o object
	o.text("Sid", s.Sid, s.blank)
	o.text("Effect", s.Effect, s.blank)
	o.principal("Principal", s.Principal)
	o.principal("NotPrincipal", s.NotPrincipal)
	o.list("Action", s.Action)
	o.list("NotAction", s.NotAction)
	o.list("Resource", s.Resource)
	o.list("NotResource", s.NotResource)
	if s.Condition != nil {
		o.add("Condition", compactConditions(s.Condition, s.keyless))
	}
	o.rest(s.extra)
	return o.String()
}

func (p Principal) compact() string {
	if p.Everyone {
		return `"*"`
	}
	if p.word != nil {
		return quote(*p.word)
	}
	var o object
	o.list("AWS", p.AWS)
	o.list("Service", p.Service)
	o.list("Federated", p.Federated)
	o.list("CanonicalUser", p.CanonicalUser)
	o.rest(p.extra)
	return o.String()
}

// compactConditions puts the keys of one operator together, wherever they stand.
func compactConditions(all []Condition, keyless []string) string {
	var block object
	var operators []string
	for _, c := range all {
		if !slices.Contains(operators, c.Operator) {
			operators = append(operators, c.Operator)
		}
	}
	for _, operator := range operators {
		var keys object
		for _, c := range all {
			if c.Operator != operator {
				continue
			}
			if c.raw != nil {
				keys.add(c.Key, string(c.raw))
			} else {
				keys.add(c.Key, c.Values.compact())
			}
		}
		block.add(operator, keys.String())
	}
	for _, operator := range keyless {
		block.add(operator, "{}")
	}
	return block.String()
}

func (l List) compact() string {
	if l.bare && len(l.Values) == 1 {
		return quote(l.Values[0])
	}
	all := make([]string, len(l.Values))
	for i, v := range l.Values {
		all[i] = quote(v)
	}
	return "[" + strings.Join(all, ",") + "]"
}

// Alone is the document with each list of one value as that value alone, and the numbers
// and booleans of conditions as texts: so S3 gives a policy back.
func (d Document) Alone() Document {
	alone := func(l List) List { return List{l.Values, len(l.Values) == 1} }
	named := func(p *Principal) *Principal {
		if p == nil {
			return nil
		}
		q := *p
		q.AWS, q.Service, q.Federated, q.CanonicalUser = alone(p.AWS), alone(p.Service), alone(p.Federated), alone(p.CanonicalUser)
		return &q
	}
	d.Statements = slices.Clone(d.Statements)
	for i := range d.Statements {
		s := &d.Statements[i]
		s.Principal, s.NotPrincipal = named(s.Principal), named(s.NotPrincipal)
		s.Action, s.NotAction, s.Resource, s.NotResource = alone(s.Action), alone(s.NotAction), alone(s.Resource), alone(s.NotResource)
		s.Condition = slices.Clone(s.Condition)
		for i, c := range s.Condition {
			s.Condition[i] = Condition{Operator: c.Operator, Key: c.Key, Values: alone(c.Values)}
		}
	}
	return d
}

// MapPrincipals copies a document with other names for its AWS principals. A canonical
// user id becomes one of them, as S3 shows it.
func (d Document) MapPrincipals(name func(string) string) Document {
	rename := func(p *Principal) *Principal {
		if p == nil || p.Everyone {
			return p
		}
		out := *p
		out.AWS.Values = slices.Concat(p.AWS.Values, p.CanonicalUser.Values)
		out.CanonicalUser = List{}
		for i, value := range out.AWS.Values {
			if value != "*" {
				out.AWS.Values[i] = name(value)
			}
		}
		return &out
	}
	d.Statements = slices.Clone(d.Statements)
	for i := range d.Statements {
		d.Statements[i].Principal = rename(d.Statements[i].Principal)
		d.Statements[i].NotPrincipal = rename(d.Statements[i].NotPrincipal)
	}
	return d
}

// compact writes a value as it was read. Strings are written anew, so that one
// and the same text is always escaped in the same way; numbers stay as typed.
func (n node) compact() string {
	switch n.kind {
	case '{':
		var o object
		for _, m := range n.members {
			o.add(m.name, m.value.compact())
		}
		return o.String()
	case '[':
		all := make([]string, len(n.items))
		for i, item := range n.items {
			all[i] = item.compact()
		}
		return "[" + strings.Join(all, ",") + "]"
	case '"':
		return quote(n.text)
	}
	return string(n.raw)
}

// object is a JSON object being written.
type object struct{ body strings.Builder }

func (o *object) String() string { return "{" + o.body.String() + "}" }

func (o *object) add(name, value string) {
	if o.body.Len() > 0 {
		o.body.WriteByte(',')
	}
	o.body.WriteString(quote(name))
	o.body.WriteByte(':')
	o.body.WriteString(value)
}

func (o *object) text(name, value string, blank []string) {
	if value != "" || slices.Contains(blank, name) {
		o.add(name, quote(value))
	}
}

func (o *object) list(name string, l List) {
	if l.Values != nil {
		o.add(name, l.compact())
	}
}

func (o *object) principal(name string, p *Principal) {
	if p != nil {
		o.add(name, p.compact())
	}
}

func (o *object) rest(extra []member) {
	for _, m := range extra {
		o.add(m.name, string(m.value))
	}
}

// quote writes a JSON string as people type it: json.Marshal would turn the <,
// > and & of a policy into escapes. What nobody would see is an escape, so that the
// document that is shown, printed in a command and sent is one text.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return EscapeUnseen(strings.TrimSuffix(b.String(), "\n"))
}

// EscapeUnseen writes the characters of a JSON text that nobody would see as \u escapes,
// which mean the same: such characters stand in strings alone. Line breaks, which stand
// between the lines of a text, stay.
func EscapeUnseen(text string) string {
	unseen := func(r rune) bool { return r != '\n' && Unseen(r) }
	if strings.IndexFunc(text, unseen) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !unseen(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
