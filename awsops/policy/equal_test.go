package policy

import "testing"

func TestEqual(t *testing.T) {
	statement := func(body string) string { return `{"Version":"2012-10-17","Statement":[{` + body + `}]}` }
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"order of elements", `{"Version":"x","Statement":[{"Sid":"S","Effect":"Allow"}]}`, `{"Statement":[{"Effect":"Allow","Sid":"S"}],"Version":"x"}`, true},
		{"order of statements", `{"Statement":[{"Sid":"A"},{"Sid":"B"}]}`, `{"Statement":[{"Sid":"B"},{"Sid":"A"}]}`, true},
		{"a single statement", `{"Statement":{"Sid":"A"}}`, `{"Statement":[{"Sid":"A"}]}`, true},
		{"one more statement", `{"Statement":[{"Sid":"A"}]}`, `{"Statement":[{"Sid":"A"},{"Sid":"B"}]}`, false},
		{"version", `{"Version":"2012-10-17"}`, `{"Version":"2008-10-17"}`, false},
		{"the version that no version means", `{"Version":"2008-10-17"}`, `{}`, true},
		{"id", `{"Id":"a"}`, `{"Id":"b"}`, false},
		{"blank id", `{"Id":""}`, `{}`, true},
		{"sid", statement(`"Sid":"A"`), statement(`"Sid":"B"`), false},
		{"blank sid", statement(`"Sid":""`), statement(``), true},
		{"effect", statement(`"Effect":"Allow"`), statement(`"Effect":"Deny"`), false},
		{"everyone", statement(`"Principal":"*"`), statement(`"Principal":{"AWS":["*"]}`), true},
		{"account id and root", statement(`"Principal":{"AWS":["111122223333"]}`), statement(`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`), true},
		{"account and user", statement(`"Principal":{"AWS":["111122223333"]}`), statement(`"Principal":{"AWS":"arn:aws:iam::111122223333:user/root"}`), false},
		{"another account", statement(`"Principal":{"AWS":"111122223333"}`), statement(`"Principal":{"AWS":"444455556666"}`), false},
		{"kind of principal", statement(`"Principal":{"AWS":"x"}`), statement(`"Principal":{"Service":"x"}`), false},
		{"NotPrincipal", statement(`"Principal":"*"`), statement(`"NotPrincipal":"*"`), false},
		{"unknown kind", statement(`"Principal":{"X":"x"}`), statement(`"Principal":{"X":"y"}`), false},
		{"case of actions", statement(`"Action":["s3:GetObject","s3:PutObject"]`), statement(`"Action":["S3:putobject","s3:getobject","s3:GetObject"]`), true},
		{"case of resources", statement(`"Resource":"arn:aws:s3:::a"`), statement(`"Resource":"arn:aws:s3:::A"`), false},
		{"bare and list", statement(`"Resource":"a"`), statement(`"Resource":["a"]`), true},
		{"NotAction", statement(`"Action":"s3:*"`), statement(`"NotAction":"s3:*"`), false},
		{"NotResource", statement(`"Resource":"*"`), statement(`"NotResource":"*"`), false},
		{"no resource", statement(`"Resource":"*"`), statement(``), false},
		{"condition order and case", statement(`"Condition":{"Bool":{"aws:SecureTransport":false},"Null":{"B":"true","a":"x"}}`), statement(`"Condition":{"Null":{"A":["x"],"b":[true]},"Bool":{"aws:securetransport":"false"}}`), true},
		{"condition value", statement(`"Condition":{"Bool":{"k":false}}`), statement(`"Condition":{"Bool":{"k":true}}`), false},
		{"condition value order", statement(`"Condition":{"StringLike":{"k":["a","b"]}}`), statement(`"Condition":{"StringLike":{"k":["b","a"]}}`), true},
		{"condition operator", statement(`"Condition":{"StringLike":{"k":"a"}}`), statement(`"Condition":{"StringEquals":{"k":"a"}}`), false},
		{"empty condition", statement(`"Condition":{"StringLike":{}}`), statement(``), true},
		{"unknown element", statement(`"effect":{"a":1,"b":2}`), statement(`"effect":{"b":2,"a":1}`), true},
		{"unknown element's value", statement(`"X":1`), statement(`"X":2`), false},
		{"unknown element of the document", `{"X":1}`, `{}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := mustParse(t, c.a), mustParse(t, c.b)
			if Equal(a, b) != c.want || Equal(b, a) != c.want || Same(&a, &b) != c.want {
				t.Errorf("Equal is not %t:\n%s\n%s", c.want, a.meaning(), b.meaning())
			}
			if !Equal(a, a) || !Equal(b, b) {
				t.Error("a document differs from itself")
			}
		})
	}
}

func TestSameWithoutDocuments(t *testing.T) {
	d := New()
	if !Same(nil, nil) || Same(&d, nil) || Same(nil, &d) {
		t.Error("only no document is the same as no document")
	}
}
