package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Equal tells whether two documents mean the same: the same statements, whatever
// their order, whatever the order of their elements and values, and whether one
// value stands alone or in a list. An account id and its :root ARN are the same
// principal. Versions must agree, since variables depend on them; a document
// without one is of 2008-10-17.
func Equal(a, b Document) bool { return a.meaning() == b.meaning() }

// Same is Equal for documents that may be absent: nil means that there is none.
func Same(a, b *Document) bool {
	if a == nil || b == nil {
		return a == b
	}
	return Equal(*a, *b)
}

// meaning is a text that two documents share when they mean the same.
func (d Document) meaning() string {
	var o object
	o.text("Version", d.version(), nil)
	o.text("Id", d.ID, nil)
	if d.Statements != nil {
		all := make([]string, len(d.Statements))
		for i, s := range d.Statements {
			all[i] = s.meaning()
		}
		slices.Sort(all)
		o.add("Statement", "["+strings.Join(all, ",")+"]")
	}
	o.rest(sorted(d.extra))
	return o.String()
}

func (d Document) version() string {
	if d.Version == "" {
		return "2008-10-17"
	}
	return d.Version
}

func (s Statement) meaning() string {
	s.blank, s.keyless = nil, nil
	s.Principal, s.NotPrincipal = s.Principal.normal(), s.NotPrincipal.normal()
	s.Action, s.NotAction = set(s.Action, strings.ToLower), set(s.NotAction, strings.ToLower)
	s.Resource, s.NotResource = set(s.Resource, nil), set(s.NotResource, nil)
	s.Condition = normalConditions(s.Condition)
	s.extra = sorted(s.extra)
	return s.Compact()
}

func (p *Principal) normal() *Principal {
	if p == nil {
		return nil
	}
	if p.Everyone {
		return &Principal{AWS: List{Values: []string{"*"}}}
	}
	q := *p
	q.AWS, q.Service = set(p.AWS, asAccount), set(p.Service, nil)
	q.Federated, q.CanonicalUser = set(p.Federated, nil), set(p.CanonicalUser, nil)
	q.extra = sorted(p.extra)
	return &q
}

// asAccount turns the :root ARN of an account into the account's id.
func asAccount(principal string) string {
	fields := strings.Split(principal, ":")
	if len(fields) == 6 && fields[0] == "arn" && fields[2] == "iam" && fields[3] == "" && fields[5] == "root" {
		return fields[4]
	}
	return principal
}

// normalConditions sorts conditions. Operators and keys are compared in any
// case; false and "false" are the same value.
func normalConditions(all []Condition) []Condition {
	if len(all) == 0 {
		return nil
	}
	normal := make([]Condition, len(all))
	for i, c := range all {
		normal[i] = Condition{Operator: strings.ToLower(c.Operator), Key: strings.ToLower(c.Key), Values: set(c.Values, nil)}
	}
	slices.SortFunc(normal, func(a, b Condition) int {
		if by := strings.Compare(a.Operator, b.Operator); by != 0 {
			return by
		}
		if by := strings.Compare(a.Key, b.Key); by != 0 {
			return by
		}
		return slices.Compare(a.Values.Values, b.Values.Values)
	})
	return normal
}

// set returns the values of a list once each, in order, after change.
func set(l List, change func(string) string) List {
	if l.Values == nil {
		return List{}
	}
	values := make([]string, len(l.Values))
	for i, v := range l.Values {
		if change != nil {
			v = change(v)
		}
		values[i] = v
	}
	slices.Sort(values)
	return List{Values: slices.Compact(values)}
}

// sorted puts members, and all within them, into the order of their names.
func sorted(extra []member) []member {
	if len(extra) == 0 {
		return nil
	}
	result := make([]member, len(extra))
	for i, m := range extra {
		result[i] = member{m.name, ordered(m.value)}
	}
	slices.SortFunc(result, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return result
}

func ordered(raw json.RawMessage) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return raw
	}
	text, err := json.Marshal(value) // sorts the members of objects
	if err != nil {
		return raw
	}
	return text
}
