// Package policy knows IAM policy documents and nothing else: it parses and
// writes them without losing an element, builds the ones crossgrant grants
// access with, merges and takes them apart by Sid, compares them, puts them in
// words, finds what AWS would refuse, and decides requests as AWS decides them.
//
// It never contacts AWS, never reads a file or the clock, and imports nothing
// of the project.
package policy

import "encoding/json"

// Document is one policy, of a bucket or of an identity. The zero value is the
// empty document. Elements that the IAM grammar does not name are kept, so that
// parsing and writing a document loses nothing.
type Document struct {
	Version    string // "2012-10-17", "2008-10-17" or "" when the document has none
	ID         string
	Statements []Statement

	extra []member // elements outside the grammar, in the order they came
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

	extra []member
}

// List is a string or a list of strings, as the grammar allows in most places.
// It remembers which of the two it was.
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
func Parse(text []byte) (Document, error) { panic("policy: Parse") }

// MarshalJSON writes the document with every element that it was read with, in
// the grammar's order, on one line.
func (d Document) MarshalJSON() ([]byte, error) { panic("policy: MarshalJSON") }

// UnmarshalJSON is Parse, so that a Document can stand in a larger JSON value.
func (d *Document) UnmarshalJSON(text []byte) error { panic("policy: UnmarshalJSON") }

// Indent returns the document as people read it: two spaces an indent, one
// element a line, no HTML escapes.
func (d Document) Indent() string { panic("policy: Indent") }

// Compact returns the document as it is sent: no white space, no HTML escapes.
func (d Document) Compact() string { panic("policy: Compact") }

// Equal tells whether two documents mean the same: the same statements, whatever
// their order, whatever the order of their elements and values, and whether one
// value stands alone or in a list. An account id and its :root ARN are the same
// principal. Versions must agree, since variables depend on them.
func Equal(a, b Document) bool { panic("policy: Equal") }

// Same is Equal for documents that may be absent: nil means that there is none.
func Same(a, b *Document) bool { panic("policy: Same") }
