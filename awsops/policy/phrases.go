package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A phrase says what a condition on a key demands, %s standing for the values,
// when it must match and when it must not.
type phrase struct{ matches, matchesNot string }

var phrases = map[string]phrase{
	"aws:sourceip":         {"the request comes from the network address %s", "the request does not come from the network address %s"},
	"aws:sourcevpc":        {"the request comes through the private network %s", "the request does not come through the private network %s"},
	"aws:sourcevpce":       {"the request comes through the network endpoint %s", "the request does not come through the network endpoint %s"},
	"aws:principalorgid":   {"the caller's account belongs to the organisation %s", "the caller's account does not belong to the organisation %s"},
	"aws:principalaccount": {"the caller's account is %s", "the caller's account is not %s"},
	"aws:principalarn":     {"the caller is %s", "the caller is not %s"},
	"aws:userid":           {"the caller's unique id is %s", "the caller's unique id is not %s"},
	"aws:username":         {"the caller's user name is %s", "the caller's user name is not %s"},
	"aws:sourceaccount":    {"the request is made for the account %s", "the request is not made for the account %s"},
	"aws:sourcearn":        {"the request is made for %s", "the request is not made for %s"},
	"kms:viaservice":       {"the request comes through the AWS service %s", "the request does not come through the AWS service %s"},
	"s3:prefix":            {"the listing asks for names that begin with %s", "the listing does not ask for names that begin with %s"},
	"s3:x-amz-acl":         {"the upload sets the permissions %s", "the upload does not set the permissions %s"},
	"s3:x-amz-server-side-encryption": {
		"the upload asks for the encryption %s", "the upload does not ask for the encryption %s",
	},
	"s3:x-amz-server-side-encryption-aws-kms-key-id": {
		"the upload asks for encryption with the key %s", "the upload does not ask for encryption with the key %s",
	},
}

// switches are keys that are true or false: what each of them means.
var switches = map[string]phrase{
	"aws:securetransport":        {"the connection is encrypted (HTTPS)", "the connection is not encrypted (no HTTPS)"},
	"aws:multifactorauthpresent": {"the caller signed in with a second factor (MFA)", "the caller did not sign in with a second factor (MFA)"},
	"aws:principalisawsservice":  {"the caller is a service of AWS", "the caller is not a service of AWS"},
	"aws:viaawsservice":          {"a service of AWS makes the request for the caller", "the caller makes the request without a service of AWS between"},
}

var comparisons = map[string]string{
	"NumericEquals": "is", "NumericNotEquals": "is not",
	"NumericLessThan": "is below", "NumericLessThanEquals": "is at most",
	"NumericGreaterThan": "is above", "NumericGreaterThanEquals": "is at least",
	"DateEquals": "is", "DateNotEquals": "is not",
	"DateLessThan": "is before", "DateLessThanEquals": "is at the latest",
	"DateGreaterThan": "is after", "DateGreaterThanEquals": "is at the earliest",
}

var measures = map[string]string{
	"s3:tlsversion":          "the version of TLS",
	"aws:currenttime":        "the time",
	"aws:multifactorauthage": "the number of seconds since the caller signed in with a second factor (MFA)",
	"s3:max-keys":            "the number of names to be listed",
}

// tagged are the keys of tags, by what comes before the tag's name.
var tagged = map[string]phrase{
	"s3:existingobjecttag/": {"the file has the tag %s with the value %s", "the file has no tag %s with the value %s"},
	"s3:requestobjecttag/":  {"the upload gives the tag %s the value %s", "the upload does not give the tag %s the value %s"},
	"aws:principaltag/":     {"the caller has the tag %s with the value %s", "the caller has no tag %s with the value %s"},
}

const together = "all of this is so: "

// allOf says when all conditions of a statement hold.
func allOf(conditions []Condition) string {
	var all []string
	plain := true // so that an "and" cannot be read into one of them
	for _, c := range conditions {
		all = append(all, c.words())
		_, _, ifExists, _ := parseOperator(c.Operator)
		plain = plain && !ifExists && len(c.Values.Values) < 2
	}
	if plain || len(all) < 2 {
		return Join(all, "and")
	}
	return together + strings.Join(all, "; ")
}

// asked are values of s3:prefix: a pattern that ends in an asterisk is what names begin with.
func asked(values []string) string {
	all := slices.Clone(values)
	for i, v := range all {
		if begin, ok := strings.CutSuffix(v, "*"); ok && begin != "" && !strings.ContainsAny(begin, "*?$") {
			all[i] = begin
		}
	}
	return quoted(all, "or")
}

// presence is what it means that a request has the key, or has it not.
func (c Condition) presence() phrase {
	key := strings.ToLower(c.Key)
	switch header, isHeader := strings.CutPrefix(key, "s3:x-amz-"); {
	case isHeader && plainText(header):
		return phrase{"the request sends the header x-amz-" + header, "the request does not send the header x-amz-" + header}
	case strings.HasPrefix(key, "s3:existingobjecttag/"):
		tag := strconv.Quote(c.Key[len("s3:existingobjecttag/"):])
		return phrase{"the file has a tag " + tag, "the file has no tag " + tag}
	case strings.HasPrefix(key, "s3:requestobjecttag/"):
		tag := strconv.Quote(c.Key[len("s3:requestobjecttag/"):])
		return phrase{"the upload gives a tag " + tag, "the upload gives no tag " + tag}
	}
	return phrase{fmt.Sprintf("the request has a %q", c.Key), fmt.Sprintf("the request has no %q", c.Key)}
}

// words says when a condition holds.
func (c Condition) words() string {
	op, q, ifExists, known := parseOperator(c.Operator)
	key, values := strings.ToLower(c.Key), quoted(c.Values.Values, "or")
	unless := ""
	if ifExists {
		unless = ", or this is not known of the request"
	}
	if key == "s3:prefix" && op.compares == asPattern {
		values = asked(c.Values.Values)
	}
	if known && q == unquantified && len(c.Values.Values) > 0 {
		for prefix, p := range tagged {
			if tag, is := strings.CutPrefix(key, prefix); is && tag != "" && slices.Contains([]comparison{asText, asFoldedText, asPattern}, op.compares) {
				tag = strconv.Quote(c.Key[len(prefix):])
				if op.negated {
					return fmt.Sprintf(p.matchesNot, tag, values) + unless
				}
				return fmt.Sprintf(p.matches, tag, values) + unless
			}
		}
		if p, ok := phrases[key]; ok && slices.Contains([]comparison{asText, asFoldedText, asPattern, asARN, asAddress}, op.compares) {
			if op.negated {
				return fmt.Sprintf(p.matchesNot, values) + unless
			}
			return fmt.Sprintf(p.matches, values) + unless
		}
		if p, ok := switches[key]; ok && len(c.Values.Values) == 1 && slices.Contains([]comparison{asBool, asText, asFoldedText}, op.compares) {
			if value, ok := parseBool(c.Values.Values[0]); ok {
				if value == op.negated {
					return p.matchesNot + unless
				}
				return p.matches + unless
			}
		}
		name, measured := measures[key]
		if comparison, ok := comparisons[strings.TrimSuffix(c.Operator, "IfExists")]; ok {
			if !measured {
				name = fmt.Sprintf("%q", c.Key)
			}
			if plainText(strings.ReplaceAll(strings.Join(c.Values.Values, ""), ":", "")) {
				values = Join(c.Values.Values, "or") // a number or a date
			}
			return name + " " + comparison + " " + values + unless
		}
		if op.compares == asPresence && len(c.Values.Values) == 1 {
			if absent, ok := parseBool(c.Values.Values[0]); ok {
				p := c.presence()
				if absent {
					return p.matchesNot
				}
				return p.matches
			}
		}
	}
	return fmt.Sprintf("%q of %q holds for %s", c.Operator, c.Key, values)
}
