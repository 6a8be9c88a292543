package policy

import (
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operator is what a condition operator's name says, without its ForAllValues:,
// ForAnyValue: and IfExists.
type operator struct {
	compares comparison
	accepts  order // of numbers and dates: the request's value against the policy's
	negated  bool
}

type comparison int

const (
	asText comparison = iota
	asFoldedText
	asPattern
	asNumber
	asDate
	asBool
	asBinary
	asAddress
	asARN
	asPresence
)

type order int

const (
	isLess order = 1 << iota
	isSame
	isMore
)

// The names are compared with their case, as AWS writes them; AWS documents no
// other way. Source: IAM JSON policy elements: Condition operators.
var operators = map[string]operator{
	"StringEquals":              {compares: asText},
	"StringNotEquals":           {compares: asText, negated: true},
	"StringEqualsIgnoreCase":    {compares: asFoldedText},
	"StringNotEqualsIgnoreCase": {compares: asFoldedText, negated: true},
	"StringLike":                {compares: asPattern},
	"StringNotLike":             {compares: asPattern, negated: true},
	"NumericEquals":             {compares: asNumber, accepts: isSame},
	"NumericNotEquals":          {compares: asNumber, accepts: isSame, negated: true},
	"NumericLessThan":           {compares: asNumber, accepts: isLess},
	"NumericLessThanEquals":     {compares: asNumber, accepts: isLess | isSame},
	"NumericGreaterThan":        {compares: asNumber, accepts: isMore},
	"NumericGreaterThanEquals":  {compares: asNumber, accepts: isMore | isSame},
	"DateEquals":                {compares: asDate, accepts: isSame},
	"DateNotEquals":             {compares: asDate, accepts: isSame, negated: true},
	"DateLessThan":              {compares: asDate, accepts: isLess},
	"DateLessThanEquals":        {compares: asDate, accepts: isLess | isSame},
	"DateGreaterThan":           {compares: asDate, accepts: isMore},
	"DateGreaterThanEquals":     {compares: asDate, accepts: isMore | isSame},
	"Bool":                      {compares: asBool},
	"BinaryEquals":              {compares: asBinary},
	"IpAddress":                 {compares: asAddress},
	"NotIpAddress":              {compares: asAddress, negated: true},
	"ArnEquals":                 {compares: asARN},
	"ArnLike":                   {compares: asARN},
	"ArnNotEquals":              {compares: asARN, negated: true},
	"ArnNotLike":                {compares: asARN, negated: true},
	"Null":                      {compares: asPresence},
}

// A quantifier says how many values of the request must satisfy the operator.
type quantifier int

const (
	unquantified quantifier = iota
	anyValue
	allValues
)

// parseOperator takes an operator's name apart; known is false for a name that
// AWS does not have, such as NullIfExists.
func parseOperator(name string) (op operator, q quantifier, ifExists, known bool) {
	if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		name, q = rest, anyValue
	} else if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		name, q = rest, allValues
	}
	name, ifExists = strings.CutSuffix(name, "IfExists")
	op, known = operators[name]
	if op.compares == asPresence && (ifExists || q != unquantified) {
		known = false
	}
	return op, q, ifExists, known
}

// conditions returns the first condition of the statement that does not hold and
// the first whose operator nobody knows, or -1.
func (e *evaluation) conditions(s *Statement) (failed, unknown int) {
	unknown = -1
	for i := range s.Condition {
		holds, known := e.holds(&s.Condition[i])
		if !known {
			if unknown < 0 {
				unknown = i
			}
		} else if !holds {
			return i, unknown
		}
	}
	return -1, unknown
}

// holds decides one condition.
//
// A key that is absent matches nothing: a plain operator is false, a negated one
// true, ...IfExists true, ForAllValues true and ForAnyValue false, with ...IfExists
// too. Several values
// in the policy are alternatives; for a negated operator none of them may match.
// A request with several values for a key calls for a quantifier; without one,
// any value may match, and for a negated operator none may.
// Sources: Condition operators; Conditions with multiple context keys or values;
// Single-valued vs. multivalued context keys.
func (e *evaluation) holds(c *Condition) (holds, known bool) {
	op, q, ifExists, known := parseOperator(c.Operator)
	if !known {
		return false, false
	}
	have := e.values(c.Key)
	if op.compares == asPresence {
		return isPresence(c.Values.Values, len(have) == 0), true
	}
	if len(have) == 0 && ifExists && q != anyValue {
		return true, true
	}
	if len(have) == 0 || q != unquantified && allEmpty(have) {
		return q == allValues || q == unquantified && op.negated, true
	}
	needsAll := q == allValues || q == unquantified && op.negated
	for _, v := range have {
		if satisfied := e.anyMatches(op, c.Values.Values, v) != op.negated; satisfied != needsAll {
			return satisfied, true
		}
	}
	return needsAll, true
}

func isPresence(wanted []string, absent bool) bool {
	for _, w := range wanted {
		if null, ok := parseBool(w); ok && null == absent {
			return true
		}
	}
	return false
}

// allEmpty tells whether a set holds nothing, which for a quantifier is what an
// empty text is.
func allEmpty(values []string) bool {
	for _, v := range values {
		if v != "" {
			return false
		}
	}
	return true
}

func (e *evaluation) anyMatches(op operator, wanted []string, have string) bool {
	for _, w := range wanted {
		if e.matches(op, w, have) {
			return true
		}
	}
	return false
}

// matches compares one value of the policy with one of the request. What cannot
// be read as what the operator compares matches nothing. Variables stand in the
// values of the string, ARN and Bool operators only.
func (e *evaluation) matches(op operator, want, have string) bool {
	switch op.compares {
	case asText, asFoldedText, asBool:
		if e.hasVariable(want) {
			var ok bool
			if want, ok = e.expand(want, false); !ok {
				return false
			}
		}
	case asPattern:
		return e.like(want, have)
	case asARN:
		want, ok := e.expandARN(want)
		return ok && likeARN(want, have)
	}
	switch op.compares {
	case asText:
		return want == have
	case asFoldedText:
		return strings.EqualFold(want, have)
	case asBool:
		w, ok := parseBool(want)
		h, also := parseBool(have)
		return ok && also && w == h
	case asNumber:
		return compareNumbers(have, want)&op.accepts != 0
	case asDate:
		w, ok := parseDate(want)
		h, also := parseDate(have)
		return ok && also && orderOf(h.Compare(w))&op.accepts != 0
	case asBinary:
		return equalBinary(want, have)
	case asAddress:
		return within(have, want)
	}
	return false
}

// expandARN returns the pattern in glob's escaped form.
func (e *evaluation) expandARN(pattern string) (string, bool) {
	if !e.hasVariable(pattern) && strings.IndexByte(pattern, escape) < 0 {
		return pattern, true
	}
	return e.expand(pattern, true)
}

func parseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

func orderOf(compared int) order { return isLess << (compared + 1) }

// compareNumbers compares whole numbers as such, since a float64 cannot hold the
// large ones. It is 0 when one of the texts is no number.
func compareNumbers(a, b string) order {
	if !numeric(a) || !numeric(b) {
		return 0
	}
	if !strings.ContainsAny(a, ".eE") && !strings.ContainsAny(b, ".eE") {
		x, err := strconv.ParseInt(a, 10, 64)
		y, err2 := strconv.ParseInt(b, 10, 64)
		if err == nil && err2 == nil {
			return orderOf(cmp.Compare(x, y))
		}
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err != nil || err2 != nil {
		return 0
	}
	return orderOf(cmp.Compare(x, y))
}

// numeric keeps out what ParseFloat takes beyond decimals: inf, nan and hexadecimals.
func numeric(s string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && strings.IndexByte("+-.eE", s[i]) < 0 {
			return false
		}
	}
	return s != ""
}

// parseDate reads the W3C's profile of ISO 8601, or seconds since 1970. Four
// digits are a year. Source: https://www.w3.org/TR/NOTE-datetime.
func parseDate(s string) (time.Time, bool) {
	layout := time.RFC3339 // takes fractions of a second too
	switch n := len(s); {
	case n != 4 && numeric(s) && !strings.Contains(s[1:], "-"):
		seconds, err := strconv.ParseFloat(s, 64)
		if err != nil || seconds < -1e12 || seconds > 1e12 {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(seconds * 1000)), true
	case n == 4, n == 7, n == 10:
		layout = "2006-01-02"[:n]
	case n > 16 && s[16] != ':':
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// equalBinary compares bytes. The policy holds them in base64; the request's
// value may come in base64 as well, or as it is.
func equalBinary(want, have string) bool {
	if want == have {
		return true
	}
	decoded, err := base64.StdEncoding.DecodeString(want)
	return err == nil && string(decoded) == have
}

// within tells whether an address lies in a range, or is the one address that
// the policy names. Source: Condition operators, IP address condition operators.
func within(have, want string) bool {
	a, err := netip.ParseAddr(have)
	if err != nil {
		return false
	}
	if !strings.Contains(want, "/") {
		w, err := netip.ParseAddr(want)
		return err == nil && w.Unmap() == a.Unmap()
	}
	p, err := netip.ParsePrefix(want)
	return err == nil && p.Contains(a.Unmap())
}
