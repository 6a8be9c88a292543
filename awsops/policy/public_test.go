package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPublic(t *testing.T) {
	condition := func(c string) string { return in(`"Principal":"*","Condition":{` + c + `}`) }
	for _, c := range []struct {
		name, text string
		public     bool
	}{
		{"everyone", in(`"Principal":"*"`), true},
		{"any AWS account", in(`"Principal":{"AWS":["444455556666","*"]}`), true},
		{"everyone denied", in(`"Principal":"*","Effect":"Deny"`), false},
		{"an account", in(`"Principal":{"AWS":"arn:aws:iam::444455556666:root"}`), false},
		{"a service", in(`"Principal":{"Service":"logging.s3.amazonaws.com"}`), false},
		{"any service", in(`"Principal":{"Service":"*"}`), true},
		{"all but one", in(`"Principal":null,"NotPrincipal":{"AWS":"444455556666"}`), true},
		{"nobody", inUser(``), false},
		{"no document", `{}`, false},

		{"organisation", condition(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`), false},
		{"organisation in any case", condition(`"StringEqualsIgnoreCase":{"AWS:principalorgid":"o-1"}`), false},
		{"organisation by a wildcard", condition(`"StringLike":{"aws:PrincipalOrgID":"o-*"}`), true},
		{"organisation by a pattern without a wildcard", condition(`"StringLike":{"aws:PrincipalOrgID":["o-1","o-2"]}`), false},
		{"one of two is wild", condition(`"StringLike":{"aws:PrincipalOrgID":["o-1","o-?"]}`), true},
		{"a variable", condition(`"StringEquals":{"aws:SourceVpc":"${aws:x}"}`), true},
		{"other organisations", condition(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), true},
		{"only if known", condition(`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}`), true},
		{"all of none", condition(`"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-1"}`), true},
		{"any value", condition(`"ForAnyValue:StringEquals":{"aws:SourceVpce":"vpce-1"}`), false},
		{"a key that does not count", condition(`"StringEquals":{"aws:UserAgent":"x"}`), true},
		{"one that counts beside it", condition(`"StringEquals":{"aws:UserAgent":"x","aws:SourceVpce":"vpce-1"}`), false},
		{"unknown operator", condition(`"StringIs":{"aws:SourceVpce":"vpce-1"}`), true},
		{"presence", condition(`"Null":{"aws:SourceVpce":"false"}`), true},
		{"source ARN", condition(`"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:topic"}`), false},
		{"source ARN with a wildcard", condition(`"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:*"}`), true},
		{"a user id", condition(`"StringEquals":{"aws:userid":"AIDAEXAMPLE"}`), false},
		{"any session of a role", condition(`"StringLike":{"aws:userid":"AROAEXAMPLE:*"}`), true},
		{"access points of an account", condition(`"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:111122223333:accesspoint/*"}`), false},
		{"access points of any account", condition(`"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:*:accesspoint/x"}`), true},

		{"network", condition(`"IpAddress":{"aws:SourceIp":["192.0.2.0/24","198.51.100.7"]}`), false},
		{"/8", condition(`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`), false},
		{"wider than /8", condition(`"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}`), true},
		{"one of two is wide", condition(`"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}`), true},
		{"IPv6 /32", condition(`"IpAddress":{"aws:SourceIp":"2001:db8::/32"}`), false},
		{"IPv6 wider", condition(`"IpAddress":{"aws:SourceIp":"2001:db8::/31"}`), true},
		{"no network", condition(`"IpAddress":{"aws:SourceIp":"x"}`), true},
		{"all but a network", condition(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), true},
		{"network as text", condition(`"StringEquals":{"aws:SourceIp":"192.0.2.1"}`), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := Public(mustParse(t, c.text)); got != c.public {
				t.Errorf("public is %t: %s", got, c.text)
			}
		})
	}
}

func TestPublicNamesTheStatements(t *testing.T) {
	d := mustParse(t, in(`"Principal":"*"`))
	d.Statements = append(d.Statements, ours()...)
	d.Statements = append(d.Statements, d.Statements[0])
	public, which := Public(d)
	if diff := cmp.Diff([]int{0, 4}, which); !public || diff != "" {
		t.Error(diff)
	}
	if public, which := Public(New(ours()...)); public || which != nil {
		t.Errorf("crossgrant's own statements are public: %v", which)
	}
}
