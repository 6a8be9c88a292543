package policy

import (
	"encoding/json"
	"strings"
	"testing"
)

// A document is shown, printed and sent as one text, in which everything is seen and
// which means what was read.
func TestADocumentHasNothingUnseen(t *testing.T) {
	const odd = "p\u202eq\u009b\x7f\U000e0041🙂\u200b\ufeff"
	text := func(s string) string { return `"` + s + `"` }
	read := `{"Version":"2012-10-17","Id":` + text(odd) + `,"Statement":[{"Sid":` + text(odd) + `,"Effect":"Deny","Principal":{"AWS":` + text(odd) + `,` + text(odd) + `:[` + text(odd) +
		`]},"Action":` + text(odd) + `,"Resource":[` + text(odd) + `],"Condition":{` + text(odd) + `:{` + text(odd) + `:[` + text(odd) + `,1]}},` + text(odd) + `:{` + text(odd) + `:` + text(odd) + `}}]}`
	d, err := Parse([]byte(read))
	if err != nil {
		t.Fatal(err)
	}
	var was any
	if err := json.Unmarshal([]byte(read), &was); err != nil {
		t.Fatal(err)
	}
	for _, wrote := range []string{d.Compact(), d.Indent()} {
		if strings.ContainsFunc(strings.ReplaceAll(wrote, "\n", ""), Unseen) || !strings.Contains(wrote, `p\u202eq\u009b\u007f\udb40\udc41🙂\u200b\ufeff`) {
			t.Errorf("something unseen is in %q", wrote)
		}
		var is any
		if err := json.Unmarshal([]byte(wrote), &is); err != nil || !same(was, is) {
			t.Errorf("%q reads otherwise than %q", wrote, read)
		}
		if again, err := Parse([]byte(wrote)); err != nil || !Equal(d, again) {
			t.Errorf("%q is another document than %q, %v", wrote, read, err)
		}
	}
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
