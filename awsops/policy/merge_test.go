package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func ours() []Statement {
	return append([]Statement{FirmGrant("aws", "444455556666", "b")}, TestUserGrant("arn:aws:iam::111122223333:user/t", "b")...)
}

func sidsOf(d *Document) []string {
	var sids []string
	if d != nil {
		for _, s := range d.Statements {
			sids = append(sids, s.Sid)
		}
	}
	return sids
}

func TestMerge(t *testing.T) {
	firm := SidFirm + "444455556666"
	for _, c := range []struct {
		name, live string
		want       []string
	}{
		{"no statements", `{"Version":"2012-10-17"}`, []string{firm, SidTestUserBucket, SidTestUserObjects}},
		{"foreign first", `{"Statement":[{"Sid":"A"},{}]}`, []string{"A", "", firm, SidTestUserBucket, SidTestUserObjects}},
		{"takes its old place", `{"Statement":[{"Sid":"` + firm + `"},{"Sid":"A"}]}`, []string{firm, "A", SidTestUserBucket, SidTestUserObjects}},
		{"an old doubled one goes", `{"Statement":[{"Sid":"A"},{"Sid":"` + firm + `"},{"Sid":"B"},{"Sid":"` + firm + `"},{"Sid":"C"}]}`, []string{"A", firm, "B", "C", SidTestUserBucket, SidTestUserObjects}},
		{"another firm stays", `{"Statement":[{"Sid":"CrossgrantFirm777788889999"}]}`, []string{"CrossgrantFirm777788889999", firm, SidTestUserBucket, SidTestUserObjects}},
	} {
		t.Run(c.name, func(t *testing.T) {
			live := mustParse(t, c.live)
			before := live.Compact()
			merged := Merge(&live, ours()...)
			if diff := cmp.Diff(c.want, sidsOf(&merged)); diff != "" {
				t.Error(diff)
			}
			if live.Compact() != before {
				t.Errorf("Merge changed the live document to %s", live.Compact())
			}
		})
	}
}

func TestMergeWithoutADocument(t *testing.T) {
	merged := Merge(nil, ours()...)
	if !Equal(merged, New(ours()...)) {
		t.Errorf("got %s", merged.Compact())
	}
	if Remove(&merged, Own(&merged)...) != nil {
		t.Error("a document of ours alone should leave none behind")
	}
	if Remove(nil, "A") != nil {
		t.Error("removing from nothing is nothing")
	}
}

func TestMergeIntoASingleObject(t *testing.T) {
	live := mustParse(t, `{"Version":"2008-10-17","Id":"I","Statement":{"Effect":"Deny","X":1}}`)
	merged := Merge(&live, FirmGrant("aws", "444455556666", "b"))
	if got := mustParse(t, merged.Compact()); got.Version != "2008-10-17" || got.ID != "I" || len(got.Statements) != 2 {
		t.Errorf("got %s", merged.Compact())
	}
	if rest := Remove(&merged, Own(&merged)...); rest == nil || !Equal(*rest, live) {
		t.Errorf("got %v", rest)
	}
}

func TestMergeMakesAListOfASingleObject(t *testing.T) {
	live := mustParse(t, `{"Statement":{"Sid":"CrossgrantFirm444455556666","Effect":"Deny"}}`)
	merged := Merge(&live, FirmGrant("aws", "444455556666", "b"))
	if got := merged.Compact(); !strings.HasPrefix(got, `{"Statement":[{"Sid":`) {
		t.Errorf("got %s", got)
	}
}

func TestStatementsWithoutASidAreNeverOurs(t *testing.T) {
	live := mustParse(t, `{"Statement":[{"Effect":"Deny"}]}`)
	merged := Merge(&live, Statement{Effect: "Allow"})
	if len(merged.Statements) != 2 {
		t.Errorf("a statement without a Sid replaced another: %s", merged.Compact())
	}
	if rest := Remove(&live, ""); rest == nil {
		t.Error("Remove took a statement without a Sid")
	}
}

func TestOwn(t *testing.T) {
	d := New()
	for _, sid := range []string{
		"CrossgrantTestUserObjects", "", "Other", "CrossgrantFirm", "CrossgrantFirm44445555666", "CrossgrantFirm444455556666",
		"CrossgrantFirm4444555566667", "CrossgrantFirm44445555666x", "crossgrantfirm444455556666", "CrossgrantTestUserBucket",
		"CrossgrantTestUserBucket2", SidWriter,
	} {
		d.Statements = append(d.Statements, Statement{Sid: sid})
	}
	want := []string{"CrossgrantTestUserObjects", "CrossgrantFirm444455556666", "CrossgrantTestUserBucket"}
	if diff := cmp.Diff(want, Own(&d)); diff != "" {
		t.Error(diff)
	}
	if Own(nil) != nil {
		t.Error("nothing is ours where there is no document")
	}
}

// foreign draws documents as other people write them.
func foreign(t *rapid.T) Document {
	name := rapid.StringMatching(`[A-Za-z<>&é"\\ ]{0,6}`)
	values := rapid.Custom(func(t *rapid.T) List {
		l := List{Values: rapid.SliceOfN(name, 0, 3).Draw(t, "values"), bare: rapid.Bool().Draw(t, "bare")}
		if rapid.Bool().Draw(t, "absent") {
			l.Values = nil
		}
		return l
	})
	principal := rapid.Custom(func(t *rapid.T) *Principal {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return &Principal{Everyone: rapid.Bool().Draw(t, "everyone"), AWS: values.Draw(t, "aws"), Service: values.Draw(t, "service")}
	})
	condition := rapid.Custom(func(t *rapid.T) Condition {
		return Condition{
			Operator: rapid.SampledFrom([]string{"StringLike", "Bool", "Null"}).Draw(t, "operator"),
			Key:      rapid.StringMatching(`k[a-z]{6}`).Draw(t, "key"),
			Values:   list(rapid.SliceOfN(name, 0, 3).Draw(t, "values")...),
		}
	})
	statement := rapid.Custom(func(t *rapid.T) Statement {
		return Statement{
			Sid: name.Draw(t, "sid"), Effect: rapid.SampledFrom([]string{"Allow", "Deny", ""}).Draw(t, "effect"),
			Principal: principal.Draw(t, "principal"), NotPrincipal: principal.Draw(t, "not principal"),
			Action: values.Draw(t, "action"), NotAction: values.Draw(t, "not action"),
			Resource: values.Draw(t, "resource"), NotResource: values.Draw(t, "not resource"),
			Condition: rapid.SliceOfNDistinct(condition, 0, 3, func(c Condition) string { return c.Key }).Draw(t, "conditions"),
			extra:     []member{{"X" + rapid.StringMatching(`[a-z]{2}`).Draw(t, "extra"), []byte(`{"b":[1.50,null],"a":"<"}`)}},
		}
	})
	return Document{
		Version:    rapid.SampledFrom([]string{"", "2008-10-17", "2012-10-17"}).Draw(t, "version"),
		ID:         name.Draw(t, "id"),
		Statements: rapid.SliceOfN(statement, 1, 5).Draw(t, "statements"),
	}
}

func TestMergeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live := foreign(t)
		drawn, err := Parse([]byte(live.Compact()))
		if err != nil {
			t.Fatal(err)
		}
		if !Equal(live, drawn) {
			t.Fatalf("%s reads back as %s", live.Compact(), drawn.Compact())
		}

		merged := Merge(&live, ours()...)
		if again := Merge(&merged, ours()...); again.Compact() != merged.Compact() {
			t.Fatalf("merging twice differs:\n%s\n%s", merged.Compact(), again.Compact())
		}
		for i, s := range live.Statements {
			if s.Compact() != merged.Statements[i].Compact() {
				t.Fatalf("statement %d was %s and is %s", i, s.Compact(), merged.Statements[i].Compact())
			}
		}
		if rest := Remove(&merged, Own(&merged)...); !Same(rest, &live) || rest.Compact() != live.Compact() {
			t.Fatalf("removing ours leaves\n%s\nof\n%s", rest.Compact(), live.Compact())
		}
		if sent, err := Parse([]byte(merged.Compact())); err != nil || !Equal(sent, merged) {
			t.Fatalf("%s does not survive being sent: %v", merged.Compact(), err)
		}
	})
}

func FuzzMergeRemove(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(`{"Statement":{"Sid":"CrossgrantTestUserBucket"}}`))
	f.Add([]byte(`{"Statement":[{"Sid":"A"},{"Sid":"A"}],"Id":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		live, err := Parse(text)
		if err != nil {
			return
		}
		base := Remove(&live, Own(&live)...)
		merged := Merge(base, ours()...)
		if own := Own(&merged); len(own) != len(ours()) {
			t.Fatalf("%s holds %v", merged.Compact(), own)
		}
		rest := Remove(&merged, Own(&merged)...)
		if !Same(rest, base) {
			t.Fatalf("%v became %v", base, rest)
		}
		if base != nil && !slices.Equal(sidsOf(rest), sidsOf(base)) {
			t.Fatalf("the order changed: %v, %v", sidsOf(base), sidsOf(rest))
		}
	})
}
