package problem

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pasted is one of testdata/explained.txt.
type pasted struct{ cause, side, says, text string }

func allPasted(t testing.TB) (all []pasted) {
	t.Helper()
	file, err := os.ReadFile("testdata/explained.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(file), "\n>> ")[1:] {
		head, text, _ := strings.Cut(part, "\n")
		head, says, _ := strings.Cut(head, " | ")
		words := strings.Fields(head) // the rows of the catalogue come first
		all = append(all, pasted{words[len(words)-2], words[len(words)-1], says, strings.TrimSpace(text)})
	}
	if len(all) < 80 {
		t.Fatalf("only %d texts were read", len(all))
	}
	return all
}

func TestExplain(t *testing.T) {
	for _, p := range allPasted(t) {
		t.Run(p.cause+" "+p.text[:min(40, len(p.text))], func(t *testing.T) {
			e := Explain(p.text)
			said := strings.ToLower(e.Summary + ". " + e.Detail + " " + strings.Join(e.Fixes, " "))
			if string(e.Cause) != p.cause || e.Side != p.side || !strings.Contains(said, strings.ToLower(p.says)) {
				t.Errorf("%s %s, want %s %s that says %q\n%s\n%+v", e.Cause, e.Side, p.cause, p.side, p.says, p.text, e)
			}
			if strings.ContainsAny(said, "{}") || len(e.Fixes) == 0 || e.Summary == "" {
				t.Errorf("%+v", e)
			}
			// It does not matter how the terminal broke it, nor what quotes it.
			broken := regexp.MustCompile(` `).ReplaceAllString(p.text, "\r\n  ")
			quoted, err := json.Marshal(p.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{broken, string(quoted)} {
				if again := Explain(text); again.Cause != e.Cause || again.Side != e.Side || again.Summary != e.Summary {
					t.Errorf("%s %s %q of %s", again.Cause, again.Side, again.Summary, text)
				}
			}
		})
	}
}

func TestExplainNamesWhatAWSNamed(t *testing.T) {
	e := Explain(`<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::444455556666:user/w is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::b/k&quot; with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1.</Message><RequestId>5C5FA23D42071248</RequestId></Error>`)
	if e.Statement != "arn:aws:organizations::1:policy/o-1/service_control_policy/p-1" || e.Code != "AccessDenied" || e.RequestID != "5C5FA23D42071248" {
		t.Errorf("%+v", e)
	}
	said := e.Detail + strings.Join(e.Fixes, " ")
	for _, part := range []string{"s3:PutObject on arn:aws:s3:::b/k by arn:aws:iam::444455556666:user/w", "request 5C5FA23D42071248", "account 4444-5555-6666"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
}

// Nothing of a text that may be a secret is said again, wherever it stands.
func TestExplainRepeatsNoSecret(t *testing.T) {
	secrets := []string{"AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", strings.Repeat("IQoJb3JpZ2luX2VjE", 20)}
	for _, form := range []string{
		"An error occurred (%) when calling the PutObject operation: Access Denied",
		"An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:iam::444455556666:user/% is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::b/%\" with an explicit deny in a service control policy: arn:%, request id: %",
		"aws api error AccessDenied: User: arn:%:x is not authorized to perform: s3:% on resource: arn:aws:s3:::%/k, Request ID: % ",
		"aws AccessDenied: User: x is not authorized to perform: s3:% because no identity-based policy allows the action",
		"aws AuthorizationHeaderMalformed expecting '%'",
		"Invalid header value b'AWS4-HMAC-SHA256 Credential=%/20260101' aws_secret_access_key = % aws_session_token=%",
		"<Code>%</Code> aws <RequestId>%</RequestId>",
	} {
		for _, secret := range secrets {
			said, err := json.Marshal(Explain(strings.ReplaceAll(form, "%", secret)))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range append(strings.Split(secret, "/"), secret) {
				if strings.Contains(string(said), part) {
					t.Errorf("%s of %s is in %s", part, form, said)
				}
			}
		}
	}
}

// knownCauses are those of check.
var knownCauses = strings.Fields(`none bucket-policy-missing firm-policy-missing both-missing bucket-policy-deny firm-policy-deny
	wrong-bucket objects-not-named bucket-not-named wrong-prefix wrong-account wrong-principal principal-deleted action-missing
	condition-not-met condition-unknown header-required tls-required expired not-yet boundary block-public-access requester-pays
	kms-key-policy kms-firm-policy kms-not-shareable kms-key-unusable acl-required acl-not-taken object-lock wider-than-granted
	credentials clock region no-such-bucket not-the-customers-bucket organisation-or-network unknown`)

func TestCausesAreNamedAsCheckDoes(t *testing.T) {
	for _, c := range slices.Concat(clients, causes, denials, connections) {
		if c.id != "" && (!slices.Contains(knownCauses, string(c.id)) || sides[c.id] == "") {
			t.Errorf("%q of %q", c.id, c.summary)
		}
	}
}

// Any text has an explanation, and one that says nothing of AWS has none but that.
func FuzzExplain(f *testing.F) {
	for _, p := range allPasted(f) {
		f.Add(p.text)
	}
	f.Add("\x1b[31mAn error occurred (\x00AccessDenied\u202e) AKIAIOSFODNN7EXAMPLE")
	f.Fuzz(func(t *testing.T, text string) {
		e := Explain(text)
		if !slices.Contains(knownCauses, string(e.Cause)) || e.Cause == "none" || e.Side == "" || e.Summary == "" || e.Detail == "" || len(e.Fixes) == 0 {
			t.Errorf("%+v", e)
		}
		said := e.Summary + e.Detail + strings.Join(e.Fixes, "") + e.Statement + e.Code + e.RequestID
		if said != Clean(said) {
			t.Errorf("not clean: %q", said)
		}
		if keyID.MatchString(said) {
			t.Errorf("a key's id is said again: %q", said)
		}
		if e.Cause != "unknown" && e.Code == "" && !ofAWS.MatchString(text) {
			t.Errorf("it is certain of %q: %+v", text, e)
		}
	})
}
