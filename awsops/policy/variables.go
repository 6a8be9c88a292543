package policy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// entry is one condition key of the request with its values.
type entry struct {
	name   string
	values []string
}

// ownKeys is how many condition keys follow from a request.
const ownKeys = 11

// contextKeys lists the request's condition keys: those that follow from the
// caller, the resource and the time first, so that the request cannot claim to be
// another, then the request's own in a fixed order. The values of the former are put
// into own. Sources: Variables and tags, Principal key values; AWS global condition
// context keys; Actions, resources, and condition keys for Amazon S3.
func contextKeys(r *Request, own *[ownKeys]string, keys []entry) []entry {
	n := 0
	add := func(name, value string) {
		own[n] = value
		keys = append(keys, entry{name, own[n : n+1]})
		n++
	}
	c := &r.Caller
	switch {
	case c.Account == "":
		add("aws:PrincipalType", "Anonymous")
		add("aws:userid", "anonymous")
	case c.root():
		add("aws:PrincipalType", "Account")
		add("aws:userid", c.Account)
	case c.role() != "":
		add("aws:PrincipalType", "AssumedRole")
		add("aws:userid", c.UniqueID)
	default:
		add("aws:PrincipalType", "User")
		add("aws:userid", c.UniqueID)
		if name := c.user(); name != "" {
			add("aws:username", name)
		}
	}
	if c.Account != "" {
		arn := c.ARN
		if role := c.role(); role != "" {
			arn = cmp.Or(c.RoleARN, homeOf(c.ARN)+"role/"+role)
		}
		add("aws:PrincipalArn", arn)
		add("aws:PrincipalAccount", c.Account)
		add("aws:PrincipalIsAWSService", "false")
	}
	add("aws:ViaAWSService", strconv.FormatBool(r.Via))
	if r.Owner != "" {
		add("aws:ResourceAccount", r.Owner)
		if ofS3(r.Action) {
			add("s3:ResourceAccount", r.Owner)
		}
	}
	if !r.Time.IsZero() {
		add("aws:CurrentTime", r.Time.UTC().Format(time.RFC3339))
		add("aws:EpochTime", strconv.FormatInt(r.Time.Unix(), 10))
	}
	first := len(keys)
	for name, values := range r.Context {
		keys = append(keys, entry{name, values})
	}
	slices.SortFunc(keys[first:], func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return keys
}

// values returns the request's values of a condition key, whose name has no
// case, or nothing when it is absent.
func (e *evaluation) values(key string) []string {
	for i := range e.keys {
		if k := &e.keys[i]; len(k.name) == len(key) && strings.EqualFold(k.name, key) {
			return k.values
		}
	}
	return nil
}

// like is glob with the policy's variables put in.
func (e *evaluation) like(pattern, text string) bool {
	if !e.hasVariable(pattern) {
		return glob(pattern, text, plain)
	}
	p, ok := e.expand(pattern, true)
	return ok && glob(p, text, escaped)
}

// hasVariable tells whether there may be something to put in. Only the policy
// language of 2012-10-17 has variables; elsewhere "${" is plain text.
func (e *evaluation) hasVariable(text string) bool {
	return e.variables && strings.IndexByte(text, '$') >= 0
}

// expand puts the values of variables into a text, marked with escape when that
// is asked for. It is false when a variable is malformed or has no single value
// and no default. Source: Variables and tags.
func (e *evaluation) expand(text string, mark bool) (string, bool) {
	var b strings.Builder
	for {
		before, after, found := text, "", false
		if e.variables {
			before, after, found = strings.Cut(text, "${")
		}
		if !mark {
			b.WriteString(before)
		} else {
			for i := range len(before) {
				if before[i] == escape {
					b.WriteByte(escape)
				}
				b.WriteByte(before[i])
			}
		}
		if !found {
			return b.String(), true
		}
		value, rest, ok := e.variable(after)
		if !ok {
			return "", false
		}
		for i := range len(value) {
			if c := value[i]; mark && (c == '*' || c == '?' || c == escape) {
				b.WriteByte(escape)
			}
			b.WriteByte(value[i])
		}
		text = rest
	}
}

// variable reads a variable from behind its "${" and returns its value and what
// follows its "}".
func (e *evaluation) variable(text string) (value, rest string, ok bool) {
	if len(text) > 1 && strings.IndexByte("*?$", text[0]) >= 0 && text[1] == '}' {
		return text[:1], text[2:], true
	}
	end := strings.IndexAny(text, ",}")
	if end < 0 {
		return "", "", false
	}
	key, hasDefault := strings.TrimSpace(text[:end]), text[end] == ','
	rest = text[end+1:]
	if hasDefault {
		var opened, closed bool
		_, rest, opened = strings.Cut(rest, "'")
		value, rest, closed = strings.Cut(rest, "'")
		rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " "), "}")
		if !opened || !closed || !ok {
			return "", "", false
		}
	}
	if v := e.values(key); len(v) == 1 {
		return v[0], rest, true
	}
	return value, rest, hasDefault
}
