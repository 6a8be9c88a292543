package policy

import (
	"net/netip"
	"slices"
	"strings"
)

// Public tells whether S3 would call the document public, and by which
// statements. S3 takes a statement for public until it finds a fixed value in
// whom it names or in one of a few conditions; what a Deny takes away again does
// not count. Source: Blocking public access to your Amazon S3 storage, The
// meaning of "public".
func Public(d Document) (bool, []int) {
	var open []int
	for i, s := range d.Statements {
		if s.Effect == "Allow" && letsAnyoneIn(s) && !slices.ContainsFunc(s.Condition, Condition.closes) {
			open = append(open, i)
		}
	}
	return len(open) > 0, open
}

func letsAnyoneIn(s Statement) bool {
	if s.NotPrincipal != nil {
		return true
	}
	p := s.Principal
	if p == nil {
		return false
	}
	named := slices.Concat(p.AWS.Values, p.Service.Values, p.Federated.Values, p.CanonicalUser.Values)
	return p.Everyone || slices.ContainsFunc(named, func(v string) bool { return strings.Contains(v, "*") })
}

// closing are the condition keys by which S3 calls a statement not public.
var closing = []string{
	"aws:principalorgid", "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner",
	"aws:sourceaccount", "aws:userid", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
	"s3:x-amz-server-side-encryption-aws-kms-key-id",
}

// closes tells whether a condition lets in fixed values only. One that also holds
// when the key is absent, or for all values but some, does not.
func (c Condition) closes() bool {
	op, q, ifExists, known := parseOperator(c.Operator)
	key := strings.ToLower(c.Key)
	if !known || op.negated || ifExists || q == allValues || !slices.Contains(closing, key) {
		return false
	}
	narrow := fixed
	switch {
	case key == "aws:sourceip":
		if op.compares != asAddress {
			return false
		}
		narrow = narrowRange
	case !slices.Contains([]comparison{asText, asFoldedText, asPattern, asARN}, op.compares):
		return false
	case key == "s3:dataaccesspointarn":
		narrow = fixedAccount
	}
	return !slices.ContainsFunc(c.Values.Values, func(v string) bool { return !narrow(v) })
}

func fixed(v string) bool { return !strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") }

// fixedAccount: the name of an access point may have a wildcard as long as the
// account is a fixed one.
func fixedAccount(arn string) bool {
	prefix, name := splitARN(arn)
	return name != "" && fixed(prefix)
}

// narrowRange: wider than /8, or /32 in IPv6, is public.
func narrowRange(v string) bool {
	if _, err := netip.ParseAddr(v); err == nil {
		return true
	}
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return false
	}
	if p.Addr().Is4() {
		return p.Bits() >= 8
	}
	return p.Bits() >= 32
}
