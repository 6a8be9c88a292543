package policy

import (
	"strings"
	"testing"
)

// absent is the context of a request that does not carry the key.
var absent []string

func TestConditionOperators(t *testing.T) {
	for _, c := range []struct {
		operator string
		policy   string   // JSON of the value
		request  []string // of the key
		holds    bool
	}{
		{"StringEquals", `"in/"`, []string{"in/"}, true},
		{"StringEquals", `"in/"`, []string{"IN/"}, false},
		{"StringEquals", `"*"`, []string{"in/"}, false},
		{"StringEquals", `["a", "b"]`, []string{"b"}, true},
		{"StringEquals", `["a", "b"]`, []string{"c"}, false},
		{"StringEquals", `""`, []string{""}, true},
		{"StringEquals", `""`, absent, false},
		{"StringEquals", `[]`, []string{"a"}, false},
		{"StringNotEquals", `"a"`, []string{"b"}, true},
		{"StringNotEquals", `"a"`, []string{"a"}, false},
		{"StringNotEquals", `["a", "b"]`, []string{"a"}, false},
		{"StringNotEquals", `["a", "b"]`, []string{"b"}, false},
		{"StringNotEquals", `["a", "b"]`, []string{"c"}, true},
		{"StringNotEquals", `"a"`, absent, true},
		{"StringEqualsIgnoreCase", `"Admin"`, []string{"aDMIN"}, true},
		{"StringEqualsIgnoreCase", `"Admin"`, []string{"admins"}, false},
		{"StringNotEqualsIgnoreCase", `"Admin"`, []string{"aDMIN"}, false},
		{"StringNotEqualsIgnoreCase", `"Admin"`, []string{"user"}, true},
		{"StringLike", `"in/*"`, []string{"in/a/b"}, true},
		{"StringLike", `"in/?"`, []string{"in/a"}, true},
		{"StringLike", `"in/?"`, []string{"in/ab"}, false},
		{"StringLike", `"in/*"`, []string{"IN/a"}, false},
		{"StringLike", `"in"`, []string{"in/a"}, false},
		{"StringLike", `["", "in/*"]`, []string{""}, true},
		{"StringLike", `"*"`, absent, false},
		{"StringNotLike", `"in/*"`, []string{"out/a"}, true},
		{"StringNotLike", `["in/*", "out/*"]`, []string{"out/a"}, false},
		{"StringNotLike", `"*"`, absent, true},

		{"NumericEquals", `10`, []string{"10"}, true},
		{"NumericEquals", `"10"`, []string{"10.0"}, true},
		{"NumericEquals", `10`, []string{"11"}, false},
		{"NumericEquals", `"9007199254740993"`, []string{"9007199254740992"}, false},
		{"NumericEquals", `"ten"`, []string{"ten"}, false},
		{"NumericEquals", `"NaN"`, []string{"NaN"}, false},
		{"NumericEquals", `"0x10"`, []string{"16"}, false},
		{"NumericEquals", `"1e400"`, []string{"1e400"}, false},
		{"NumericEquals", `"+"`, []string{"+"}, false},
		{"NumericEquals", `""`, []string{""}, false},
		{"NumericNotEquals", `10`, []string{"11"}, true},
		{"NumericNotEquals", `10`, []string{"10"}, false},
		{"NumericNotEquals", `[10, 11]`, []string{"11"}, false},
		{"NumericNotEquals", `10`, absent, true},
		{"NumericLessThan", `"1.2"`, []string{"1.1"}, true},
		{"NumericLessThan", `"1.2"`, []string{"1.2"}, false},
		{"NumericLessThan", `10`, []string{"9"}, true},
		{"NumericLessThan", `-1`, []string{"-2"}, true},
		{"NumericLessThan", `10`, absent, false},
		{"NumericLessThanEquals", `10`, []string{"10"}, true},
		{"NumericLessThanEquals", `10`, []string{"11"}, false},
		{"NumericGreaterThan", `10`, []string{"11"}, true},
		{"NumericGreaterThan", `10`, []string{"10"}, false},
		{"NumericGreaterThanEquals", `10`, []string{"10"}, true},
		{"NumericGreaterThanEquals", `10`, []string{"9"}, false},

		{"DateEquals", `"2026-03-04T05:06:07Z"`, []string{"2026-03-04T06:06:07+01:00"}, true},
		{"DateEquals", `"2026-03-04T05:06:07Z"`, []string{"1772600767"}, true},
		{"DateEquals", `1772600767`, []string{"2026-03-04T05:06:07Z"}, true},
		{"DateEquals", `"2026-03-04"`, []string{"2026-03-04T00:00:00Z"}, true},
		{"DateEquals", `"2026-03"`, []string{"2026-03-01T00:00Z"}, true},
		{"DateEquals", `"2026"`, []string{"2026-01-01"}, true},
		{"DateEquals", `"2026-03-04T05:06Z"`, []string{"2026-03-04T05:06:00.000Z"}, true},
		{"DateEquals", `"2026-03-04T05:06:07.25Z"`, []string{"1772600767.25"}, true},
		{"DateEquals", `"2026-03-04T05:06:07"`, []string{"2026-03-04T05:06:07Z"}, false},
		{"DateEquals", `"yesterday"`, []string{"yesterday"}, false},
		{"DateEquals", `"99999999999999999999"`, []string{"99999999999999999999"}, false},
		{"DateEquals", `"+.+"`, []string{"+.+"}, false},
		{"DateEquals", `""`, []string{""}, false},
		{"DateNotEquals", `"2026-03-04"`, []string{"2026-03-05"}, true},
		{"DateNotEquals", `"2026-03-04"`, []string{"2026-03-04"}, false},
		{"DateNotEquals", `"2026-03-04"`, absent, true},
		{"DateLessThan", `"2026-03-04"`, []string{"2026-03-03T23:59:59Z"}, true},
		{"DateLessThan", `"2026-03-04"`, []string{"2026-03-04T00:00:00Z"}, false},
		{"DateLessThanEquals", `"2026-03-04"`, []string{"2026-03-04T00:00:00Z"}, true},
		{"DateLessThanEquals", `"2026-03-04"`, []string{"2026-03-04T00:00:01Z"}, false},
		{"DateGreaterThan", `"2026-03-04"`, []string{"2026-03-04T00:00:01Z"}, true},
		{"DateGreaterThan", `"2026-03-04"`, []string{"2026-03-04"}, false},
		{"DateGreaterThanEquals", `"2026-03-04"`, []string{"2026-03-04"}, true},
		{"DateGreaterThanEquals", `"2026-03-04"`, []string{"2025-12-31"}, false},
		{"DateGreaterThanEquals", `"2026-03-04"`, absent, false},

		{"Bool", `true`, []string{"true"}, true},
		{"Bool", `"true"`, []string{"True"}, true},
		{"Bool", `false`, []string{"false"}, true},
		{"Bool", `false`, []string{"true"}, false},
		{"Bool", `"yes"`, []string{"yes"}, false},
		{"Bool", `false`, absent, false},
		{"Bool", `["true", "false"]`, []string{"false"}, true},

		{"BinaryEquals", `"QmluYXJ5VmFsdWVJbkJhc2U2NA=="`, []string{"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, true},
		{"BinaryEquals", `"QmluYXJ5VmFsdWVJbkJhc2U2NA=="`, []string{"BinaryValueInBase64"}, true},
		{"BinaryEquals", `"QmluYXJ5VmFsdWVJbkJhc2U2NA=="`, []string{"qmluYXJ5VmFsdWVJbkJhc2U2NA=="}, false},
		{"BinaryEquals", `"not base64!"`, []string{"other"}, false},
		{"BinaryEquals", `"QQ=="`, absent, false},

		{"IpAddress", `"203.0.113.0/24"`, []string{"203.0.113.255"}, true},
		{"IpAddress", `"203.0.113.0/24"`, []string{"203.0.114.0"}, false},
		{"IpAddress", `"203.0.113.77/24"`, []string{"203.0.113.1"}, true},
		{"IpAddress", `"203.0.113.7"`, []string{"203.0.113.7"}, true},
		{"IpAddress", `"203.0.113.7"`, []string{"203.0.113.8"}, false},
		{"IpAddress", `"203.0.113.0/24"`, []string{"::ffff:203.0.113.9"}, true},
		{"IpAddress", `["203.0.113.0/24", "2001:DB8:1234:5678::/64"]`, []string{"2001:db8:1234:5678::1"}, true},
		{"IpAddress", `"2001:db8::/32"`, []string{"203.0.113.9"}, false},
		{"IpAddress", `"2001:db8::1"`, []string{"2001:0db8:0:0::1"}, true},
		{"IpAddress", `"0.0.0.0/0"`, []string{"198.51.100.1"}, true},
		{"IpAddress", `"0.0.0.0/0"`, []string{"2001:db8::1"}, false},
		{"IpAddress", `"203.0.113.0/33"`, []string{"203.0.113.0"}, false},
		{"IpAddress", `"somewhere"`, []string{"203.0.113.0"}, false},
		{"IpAddress", `"203.0.113.0/24"`, []string{"somewhere"}, false},
		{"IpAddress", `"0.0.0.0/0"`, absent, false},
		{"NotIpAddress", `"203.0.113.0/24"`, []string{"198.51.100.1"}, true},
		{"NotIpAddress", `"203.0.113.0/24"`, []string{"203.0.113.1"}, false},
		{"NotIpAddress", `["203.0.113.0/24", "198.51.100.0/24"]`, []string{"198.51.100.1"}, false},
		{"NotIpAddress", `"203.0.113.0/24"`, absent, true},

		{"ArnEquals", `"arn:aws:iam::444455556666:user/x"`, []string{"arn:aws:iam::444455556666:user/x"}, true},
		{"ArnEquals", `"arn:aws:iam::444455556666:user/*"`, []string{"arn:aws:iam::444455556666:user/a/b"}, true},
		{"ArnLike", `"arn:aws:iam::*:user/x"`, []string{"arn:aws:iam::444455556666:user/x"}, true},
		{"ArnLike", `"arn:aws:iam::44445555666?:user/x"`, []string{"arn:aws:iam::444455556666:user/x"}, true},
		{"ArnLike", `"arn:aws:iam::444455556666:user/X"`, []string{"arn:aws:iam::444455556666:user/x"}, false},
		{"ArnLike", `"arn:aws:*:user/x"`, []string{"arn:aws:iam::444455556666:user/x"}, false},
		{"ArnLike", `"arn:aws:s*"`, []string{"arn:aws:s3:::b"}, false},
		{"ArnLike", `"arn:aws:sns:*:*:t:*"`, []string{"arn:aws:sns:eu-west-1:444455556666:t:s"}, true},
		{"ArnLike", `"*"`, []string{"arn:aws:s3:::b"}, true},
		{"ArnLike", `"*"`, []string{"b"}, false},
		{"ArnLike", `"arn:aws:s3:::*"`, []string{"arn:aws:s3"}, false},
		{"ArnLike", `"arn:aws:s3:::*"`, absent, false},
		{"ArnNotEquals", `"arn:aws:s3:::b"`, []string{"arn:aws:s3:::c"}, true},
		{"ArnNotEquals", `"arn:aws:s3:::*"`, []string{"arn:aws:s3:::c"}, false},
		{"ArnNotLike", `["arn:aws:s3:::b", "arn:aws:s3:::c"]`, []string{"arn:aws:s3:::c"}, false},
		{"ArnNotLike", `"arn:aws:s3:::b"`, absent, true},

		{"Null", `true`, absent, true},
		{"Null", `"true"`, []string{}, true},
		{"Null", `true`, []string{"x"}, false},
		{"Null", `false`, []string{"x"}, true},
		{"Null", `"false"`, []string{""}, true},
		{"Null", `false`, absent, false},
		{"Null", `["true", "false"]`, absent, true},
		{"Null", `"maybe"`, absent, false},

		{"StringEqualsIfExists", `"a"`, absent, true},
		{"StringEqualsIfExists", `"a"`, []string{"a"}, true},
		{"StringEqualsIfExists", `"a"`, []string{"b"}, false},
		{"StringNotEqualsIfExists", `"a"`, absent, true},
		{"StringNotEqualsIfExists", `"a"`, []string{"a"}, false},
		{"NumericLessThanIfExists", `5`, absent, true},
		{"NumericLessThanIfExists", `5`, []string{"6"}, false},
		{"DateLessThanIfExists", `"2026"`, absent, true},
		{"BoolIfExists", `false`, absent, true},
		{"BoolIfExists", `false`, []string{"true"}, false},
		{"BinaryEqualsIfExists", `"QQ=="`, absent, true},
		{"IpAddressIfExists", `"203.0.113.0/24"`, absent, true},
		{"IpAddressIfExists", `"203.0.113.0/24"`, []string{"198.51.100.1"}, false},
		{"ArnLikeIfExists", `"arn:aws:s3:::b"`, absent, true},

		{"ForAnyValue:StringEquals", `["a", "b"]`, []string{"c", "b"}, true},
		{"ForAnyValue:StringEquals", `["a", "b"]`, []string{"c", "d"}, false},
		{"ForAnyValue:StringEquals", `"a"`, absent, false},
		{"ForAnyValue:StringEquals", `""`, []string{""}, false},
		{"ForAnyValue:StringNotEquals", `["a", "b"]`, []string{"a", "c"}, true},
		{"ForAnyValue:StringNotEquals", `["a", "b"]`, []string{"a", "b"}, false},
		{"ForAnyValue:StringNotEquals", `"a"`, absent, false},
		{"ForAnyValue:StringLike", `"a*"`, []string{"b", "ab"}, true},
		{"ForAnyValue:StringEqualsIfExists", `"a"`, absent, false},
		{"ForAnyValue:StringNotEqualsIfExists", `"a"`, absent, false},
		{"ForAnyValue:StringEqualsIfExists", `"a"`, []string{"b"}, false},
		{"ForAllValues:StringEquals", `["a", "b"]`, []string{"a", "b", "a"}, true},
		{"ForAllValues:StringEquals", `["a", "b"]`, []string{"a", "c"}, false},
		{"ForAllValues:StringEquals", `"a"`, absent, true},
		{"ForAllValues:StringEquals", `"a"`, []string{""}, true},
		{"ForAllValues:StringEquals", `"a"`, []string{"", "b"}, false},
		{"ForAllValues:StringNotEquals", `["a", "b"]`, []string{"c", "d"}, true},
		{"ForAllValues:StringNotEquals", `["a", "b"]`, []string{"c", "a"}, false},
		{"ForAllValues:StringLike", `"a*"`, []string{"ab", "ac"}, true},
		{"ForAllValues:ArnLike", `"arn:aws:s3:::b*"`, []string{"arn:aws:s3:::b1", "arn:aws:s3:::c"}, false},
		{"ForAllValues:StringLikeIfExists", `"a*"`, absent, true},

		// Several values without a quantifier: any matches, or none may.
		{"StringEquals", `"b"`, []string{"a", "b"}, true},
		{"StringEquals", `"c"`, []string{"a", "b"}, false},
		{"StringNotEquals", `"b"`, []string{"a", "b"}, false},
		{"StringNotEquals", `"c"`, []string{"a", "b"}, true},
	} {
		name := c.operator + " " + c.policy + " of " + strings.Join(c.request, ",")
		t.Run(name, func(t *testing.T) {
			condition := `{"` + c.operator + `": {"x:Key": ` + c.policy + `}}`
			r := Request{Caller: asTester, Action: "s3:PutObject", Resource: report, Owner: customer}
			if c.request != nil {
				r.Context = map[string][]string{"X:kEY": c.request}
			}
			d := Decide(r, both{own: []string{allow("", "*", "*", condition)}}.policies(t))
			if d.Allowed != c.holds {
				t.Errorf("holds = %v, want %v: %s", d.Allowed, c.holds, d.Why)
			}
			d = Decide(r, both{own: []string{allow("", "*", "*"), deny("", "*", "*", condition)}}.policies(t))
			if d.Allowed == c.holds {
				t.Errorf("in a Deny holds = %v, want %v: %s", !d.Allowed, c.holds, d.Why)
			}
		})
	}
}

func TestUnknownOperators(t *testing.T) {
	for _, name := range []string{
		"", "StringMatches", "stringequals", "StringEqualsifexists", "NullIfExists", "ForAnyValue:Null",
		"ForAllValues:", "ForSomeValues:StringEquals", "StringEqualsIfExistsIfExists", "ForAnyValue:ForAllValues:StringEquals",
		"BoolNotEquals", "ForAnyValue: StringEquals",
	} {
		if _, _, _, known := parseOperator(name); known {
			t.Errorf("%q is known", name)
		}
	}
}

func TestVariables(t *testing.T) {
	context := map[string][]string{
		"aws:PrincipalTag/team": {"blue"}, "aws:PrincipalTag/star": {"b*?"}, "aws:PrincipalTag/nul": {"b\x00"},
		"aws:TagKeys": {"a", "b"}, "s3:prefix": {"home/test-customer/"}, "aws:SourceArn": {acmeData},
	}
	for _, c := range []struct {
		operator, key, policy string
		request               string
		holds                 bool
	}{
		{"StringEquals", "x:k", "${aws:PrincipalTag/team}", "blue", true},
		{"StringEquals", "x:k", "a-${ aws:principaltag/TEAM }-z", "a-blue-z", true},
		{"StringEquals", "x:k", "${aws:username}/${aws:PrincipalAccount}", "test-customer/111122223333", true},
		{"StringEqualsIgnoreCase", "x:k", "${aws:PrincipalTag/team}", "BLUE", true},
		{"StringLike", "s3:prefix", "home/${aws:username}/*", "", true},
		{"StringLike", "x:k", "home/${aws:username}/*", "home/other/", false},
		{"ArnEquals", "x:k", "arn:aws:s3:::${aws:PrincipalTag/team}-*", "arn:aws:s3:::blue-1", true},
		{"ArnEquals", "x:k", "${aws:SourceArn}", acmeData, true},
		{"ArnEquals", "x:k", "arn:aws:s3:::\x00", "arn:aws:s3:::\x00", true},
		{"Bool", "aws:SecureTransport", "${aws:PrincipalTag/secure, 'true'}", "true", true},

		// No value: nothing is equal to it, so what is negated holds.
		{"StringEquals", "x:k", "${aws:PrincipalTag/none}", "", false},
		{"StringLike", "x:k", "*${aws:PrincipalTag/none}*", "x", false},
		{"ArnLike", "x:k", "arn:aws:s3:::${aws:PrincipalTag/none}*", acmeData, false},
		{"StringNotEquals", "x:k", "${aws:PrincipalTag/none}", "x", true},
		{"StringNotLike", "x:k", "${aws:PrincipalTag/none}", "x", true},
		{"StringEquals", "x:k", "${aws:TagKeys}", "a", false},

		// Defaults.
		{"StringEquals", "x:k", "${aws:PrincipalTag/none, 'company-wide'}", "company-wide", true},
		{"StringEquals", "x:k", "${aws:PrincipalTag/none,'a}b'}c", "a}bc", true},
		{"StringEquals", "x:k", "${aws:PrincipalTag/team, 'company-wide'}", "blue", true},
		{"StringEquals", "x:k", "${aws:PrincipalTag/none, ''}", "", true},
		{"StringLike", "x:k", "${aws:PrincipalTag/none, '*'}", "x", false},
		{"StringLike", "x:k", "${aws:PrincipalTag/none, '*'}", "*", true},

		// A value's wildcards are characters.
		{"StringLike", "x:k", "${aws:PrincipalTag/star}", "b*?", true},
		{"StringLike", "x:k", "${aws:PrincipalTag/star}", "bxx", false},
		{"StringLike", "x:k", "*${aws:PrincipalTag/star}*", "ab*?c", true},
		{"StringLike", "x:k", "${aws:PrincipalTag/nul}\x00*", "b\x00\x00c", true},
		{"StringLike", "x:k", "${*}${?}${$}", "*?$", true},
		{"StringLike", "x:k", "${*}", "x", false},
		{"StringLike", "x:k", "${$}{aws:username}", "${aws:username}", true},
		{"StringEquals", "x:k", "${*}", "*", true},
		{"StringEquals", "x:k", "$5 {a} $", "$5 {a} $", true},

		// Malformed: no value.
		{"StringLike", "x:k", "a${aws:username", "a${aws:username", false},
		{"StringLike", "x:k", "${aws:username, test}", "test-customer", false},
		{"StringLike", "x:k", "${aws:username, 'test}", "test-customer", false},
		{"StringLike", "x:k", "${aws:username, 'test' x}", "test-customer", false},
		{"StringLike", "x:k", "${}", "", false},

		// Not in numbers, dates and addresses.
		{"NumericEquals", "x:k", "${aws:PrincipalAccount}", "111122223333", false},
		{"IpAddress", "x:k", "${aws:SourceIp, '203.0.113.1'}", "203.0.113.1", false},
	} {
		t.Run(c.operator+" "+c.policy, func(t *testing.T) {
			r := Request{Caller: asTester, Action: "s3:PutObject", Resource: report, Owner: customer, Context: map[string][]string{}}
			for k, v := range context {
				r.Context[k] = v
			}
			if _, there := context[c.key]; !there {
				r.Context[c.key] = []string{c.request}
			}
			d := parsed(t, allow("", "*", "*"))
			d.Statements[0].Condition = []Condition{{Operator: c.operator, Key: c.key, Values: List{Values: []string{c.policy}}}}
			if got := Decide(r, Policies{Identity: []Named{{"p", *d}}}); got.Allowed != c.holds {
				t.Errorf("holds = %v, want %v: %s", got.Allowed, c.holds, got.Why)
			}
		})
	}
}

// In other versions of the language the text of a variable is just text.
func TestNoVariablesInOldVersions(t *testing.T) {
	e := evaluation{keys: []entry{{"aws:username", []string{"x"}}}}
	for _, operator := range []string{"StringEquals", "StringLike"} {
		c := Condition{Operator: operator, Key: "aws:username", Values: List{Values: []string{"${aws:username}"}}}
		if holds, _ := e.holds(&c); holds {
			t.Errorf("%s put in the variable's value", operator)
		}
		e.variables = true
		if holds, _ := e.holds(&c); !holds {
			t.Errorf("%s did not put in the variable's value", operator)
		}
		e.variables = false
	}
	arns := evaluation{keys: []entry{{"aws:SourceArn", []string{"arn:aws:s3:::${*}\x00"}}}}
	c := Condition{Operator: "ArnEquals", Key: "aws:SourceArn", Values: List{Values: []string{"arn:aws:s3:::${*}\x00"}}}
	if holds, _ := arns.holds(&c); !holds {
		t.Error("ArnEquals took ${*} for a variable")
	}
}
