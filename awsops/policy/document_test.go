package policy

import (
	"encoding/json"
	"strings"
	"testing"
)

func mustParse(t testing.TB, text string) Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return d
}

// everything uses each element of the grammar in its odder shapes.
const everything = `{"Version":"2012-10-17","Id":"Policy<1>&é","Statement":[` +
	`{"Sid":"","Effect":"Deny","NotPrincipal":{"AWS":["111122223333","AIDAIOSFODNN7EXAMPLE"],"Service":"s3.amazonaws.com","Federated":"x","CanonicalUser":[],"Martian":["m"]},"NotAction":"s3:*","NotResource":[],"Condition":{"Bool":{"aws:SecureTransport":false,"aws:X":["true",true]},"NumericLessThan":{"s3:TlsVersion":1.20},"Null":{}},"Note":{"b":[1.0,null],"a":"<>"}},` +
	`{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::b/é/*","Condition":{}},` +
	`{"Principal":"someone","effect":"Allow"}` +
	`],"Comment":true}`

func TestRoundTripKeepsEveryElement(t *testing.T) {
	for _, text := range []string{
		everything,
		`{}`,
		`{"Version":"","Id":"","Statement":[]}`,
		`{"Statement":{"Sid":"One","Effect":"Allow"}}`,
		`{"Version":"2008-10-17","Statement":[{"Sid":"One","Effect":"Allow","Principal":{"AWS":"*"}}]}`,
		`{"Statement":[{}]}`,
	} {
		d := mustParse(t, text)
		if got := d.Compact(); got != text {
			t.Errorf("Compact:\n got %s\nwant %s", got, text)
		}
		if again := mustParse(t, d.Indent()); again.Compact() != text || !Equal(d, again) {
			t.Errorf("Indent of %s reads back as %s", text, again.Compact())
		}
	}
}

func TestElementsComeOutInTheGrammarsOrder(t *testing.T) {
	d := mustParse(t, `{"Statement":[{"Resource":"r","Action":"a","Effect":"Allow","Sid":"S"}],"X":1,"Version":"2012-10-17"}`)
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Allow","Action":"a","Resource":"r"}],"X":1}`
	if got := d.Compact(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := New(Statement{Sid: "<&>", Effect: "Allow"}).Indent(); !strings.Contains(got, `"Sid": "<&>"`) {
		t.Errorf("Indent escapes for HTML: %s", got)
	}
}

func TestConditionsOfOneOperatorAreWrittenTogether(t *testing.T) {
	s := Statement{Condition: []Condition{
		{Operator: "StringEquals", Key: "a", Values: List{Values: []string{"1"}}},
		{Operator: "Bool", Key: "b", Values: List{Values: []string{"true"}}},
		{Operator: "StringEquals", Key: "c", Values: List{Values: []string{"2"}}},
	}}
	want := `{"Version":"2012-10-17","Statement":[{"Condition":{"StringEquals":{"a":["1"],"c":["2"]},"Bool":{"b":["true"]}}}]}`
	if got := New(s).Compact(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestDocumentInsideLargerJSON(t *testing.T) {
	type holder struct{ Before, After *Document }
	var h holder
	if err := json.Unmarshal([]byte(`{"Before":`+everything+`,"After":null}`), &h); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var again holder
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if again.After != nil || again.Before.Compact() != everything {
		t.Errorf("came back as %s", text)
	}
	if err := json.Unmarshal([]byte(`{"Before":[]}`), &h); err == nil {
		t.Error("a list was taken for a policy document")
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	for _, c := range []struct{ name, text, want string }{
		{"empty", " \n", "line 1, column 1: the text is empty"},
		{"byte order mark", "\uFEFF{}", "line 1, column 1: the text begins with a byte order mark"},
		{"not UTF-8", "{\n\"Id\": \"\xff\"}", "line 2, column 8: the text is not UTF-8"},
		{"smart quotes", "{\n  “Version”: 1}", "line 2, column 3: the quotation mark “"},
		{"single quotes", "{'Version': 1}", "line 1, column 2: JSON strings stand in double"},
		{"trailing data", "{} {}", "line 1, column 4: there is more text after"},
		{"trailing comma", "{\"Id\":\"é\",\n}", "line 2, column 1: there is a comma before }"},
		{"trailing comma in a list", "{\"Statement\":[{},]}", "line 1, column 18: there is a comma before ]"},
		{"cut off", `{"Id": "x"`, "line 1, column 11: the text ends too early"},
		{"missing comma", "{\"Id\":\"é\"\n\"Version\":\"\"}", "line 2, column 1: a comma or a closing bracket is missing"},
		{"line break in a string", "{\"Id\":\"a\nb\"}", "line 1, column 9: a line break"},
		{"bare word", "{\"Id\": yes}", "line 1, column 8: 'y' cannot stand here"},
		{"half a pair", `{"Id": "\ud800"}`, "line 1, column 8: a \\u escape"},
		{"half a pair, low", `{"Id": "\\\udc00"}`, "a \\u escape"},
		{"half a pair in a name", `{"\ud83d\u0041": 1}`, "a \\u escape"},
		{"too deep", deep, "column 326: the document is nested too deeply"},
		{"far too deep", strings.Repeat("[", 20000), "the document is nested too deeply"},
		{"doubled element", "{\"Id\":\"\",\n\"Id\":\"\"}", `line 2, column 1: the element "Id" stands twice`},
		{"doubled through an escape", `{"Id":"","\u0049d":""}`, `the element "Id" stands twice`},
		{"doubled inside the unknown", `{"X":[{"a":1,"a":2}]}`, `the element "a" stands twice`},
		{"doubled condition key", `{"Statement":{"Condition":{"Bool":{"k":"1","k":"2"}}}}`, `the element "k" stands twice`},
		{"list", `[]`, "a policy document is an object in braces { }, not a list"},
		{"string", `"{}"`, "not a string"},
		{"null", `null`, "not null"},
		{"Version", `{"Version": 2012}`, "line 1, column 13: Version must be a string, not a number"},
		{"Id", `{"Id": null}`, "Id must be a string, not null"},
		{"Statement", `{"Statement": "x"}`, "Statement must be a list of statements, not a string"},
		{"statement", `{"Statement": [[]]}`, "a statement is an object in braces { }, not a list"},
		{"Sid", `{"Statement": [{}, {"Sid": 1}]}`, "column 28: Sid must be a string, not a number"},
		{"Effect", `{"Statement": {"Effect": true}}`, "Effect must be a string, not true or false"},
		{"Principal", `{"Statement": {"Principal": ["*"]}}`, `Principal must be "*" or an object`},
		{"account number", `{"Statement": {"Principal": {"AWS": [111122223333]}}}`, "column 38: AWS must be a string or a list of strings, not a number; put it in quotation marks"},
		{"NotPrincipal", `{"Statement": {"NotPrincipal": {"Service": {}}}}`, "Service must be a string or a list of strings, not an object"},
		{"Federated", `{"Statement": {"Principal": {"Federated": 1}}}`, "Federated must be"},
		{"CanonicalUser", `{"Statement": {"Principal": {"CanonicalUser": 1}}}`, "CanonicalUser must be"},
		{"Action", `{"Statement": {"Action": null}}`, "Action must be a string or a list"},
		{"NotAction", `{"Statement": {"NotAction": {}}}`, "NotAction must be a string or a list"},
		{"Resource", `{"Statement": {"Resource": [["x"]]}}`, "Resource must be a string or a list"},
		{"NotResource", `{"Statement": {"NotResource": 1}}`, "NotResource must be a string or a list"},
		{"Condition", `{"Statement": {"Condition": []}}`, "Condition must be an object"},
		{"operator", `{"Statement": {"Condition": {"Bool": "x"}}}`, "Bool must be an object such as"},
		{"condition value", `{"Statement": {"Condition": {"Bool": {"k": {}}}}}`, "a value of k must be a string, a number or true or false, not an object"},
		{"condition values", `{"Statement": {"Condition": {"Bool": {"k": [null]}}}}`, "a value of k must be"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant ... %s", err, c.want)
			}
		})
	}
}

func TestPairedEscapesAreRead(t *testing.T) {
	d := mustParse(t, `{"Id":"\ud83d\ude00 \u00e9 \\ud800 \ufffd"}`)
	if want := "😀 é \\ud800 \uFFFD"; d.ID != want {
		t.Errorf("got %q, want %q", d.ID, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{everything, `{}`, `{"Statement":{}}`, `{"Statement":[{"Principal":"*"}]}`, "{\"a\":[1,2.5e3,\"\\u00e9\\n\"]}", `[`, `{"Id":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "policy document, line ") {
				t.Fatalf("an error without its place: %v", err)
			}
			return
		}
		compact := d.Compact()
		again, err := Parse([]byte(compact))
		if err != nil {
			t.Fatalf("%s does not read back: %v", compact, err)
		}
		if again.Compact() != compact || !Equal(d, again) {
			t.Fatalf("%s\nreads back as\n%s", compact, again.Compact())
		}
		if indented, err := Parse([]byte(d.Indent())); err != nil || indented.Compact() != compact {
			t.Fatalf("Indent of %s: %v", compact, err)
		}
		for _, s := range d.Statements {
			_ = s.Words()
		}
		Lint(d, Against{Bucket: "bucket", Partition: "aws"})
		Public(d)
		Prospect{Request: Request{Caller: Caller{ARN: "arn:aws:iam::444455556666:user/writer"}, Resource: "arn:aws:s3:::bucket/"}, AnyKey: true}.Denials(Policies{Bucket: &d})
		Diff(nil, &d)
	})
}

// fullPolicy is as large as a bucket policy may be.
func fullPolicy() string {
	var all []string
	for size := 0; size < MaxBucketBytes-400; {
		s := `{"Sid":"S` + strings.Repeat("x", len(all)%7) + `","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/someone"},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket/some/prefix/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}}`
		size += len(s) + 1
		all = append(all, s)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(all, ",") + `]}`
}

func BenchmarkParse(b *testing.B) {
	text := []byte(fullPolicy())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
