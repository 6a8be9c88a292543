package awsops

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/policy"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens anew")

const managedARN = "arn:aws:iam::444455556666:policy/writer-policy-1"

// examples has each kind of operation, and each wording of it.
func examples() []Operation {
	grant := firmGrant()
	writer := policy.WriterPolicy("aws", bucket)
	user := policy.TestUserGrant("arn:aws:iam::111122223333:user/test-customer", bucket)
	both := policy.Merge(&grant, user...)
	changed := user[1]
	changed.Effect = "Deny"
	return []Operation{
		SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant, After: &both},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &both, After: &grant},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &both, After: new(policy.New(both.Statements[0], changed))},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant, After: &grant},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant},
		CreateUser{Account: firm, Name: "test-writer", Run: "run-1"},
		DeleteUser{Account: firm, Name: "test-writer", ID: "AIDAEXAMPLE", Run: "run-1"},
		CreateAccessKey{Account: firm, User: "test-writer", Known: []string{"AKIAOLD"}},
		DeleteAccessKey{Account: firm, User: "test-writer", KeyID: "AKIAEXAMPLE"},
		SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", After: &writer},
		SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", Before: &writer},
		CreateRole{Account: firm, Name: "deliverer", Run: "run-1", Trust: policy.Trust(policy.AccountARN("aws", firm))},
		SetRoleTrust{Account: firm, Role: "deliverer", Before: policy.Trust(policy.AccountARN("aws", firm), "arn:aws:iam::444455556666:user/admin"), After: policy.Trust(policy.AccountARN("aws", firm))},
		DeleteRole{Account: firm, Name: "deliverer", ID: "AROAEXAMPLE", Run: "run-1"},
		SetRolePolicy{Account: firm, Role: "deliverer", Name: "writer-policy", After: &writer},
		SetRolePolicy{Account: firm, Role: "deliverer", Name: "writer-policy", Before: &writer},
		SetManagedPolicy{ARN: managedARN, Run: "run-1", After: &writer},
		SetManagedPolicy{ARN: managedARN, ID: "ANPAEXAMPLE", Run: "run-1", Before: &writer, After: new(policy.WriterPolicy("aws", "other"))},
		SetManagedPolicy{ARN: managedARN, ID: "ANPAEXAMPLE", Run: "run-1", Before: &writer},
		AttachPolicy{User: "test-writer", ARN: managedARN, Run: "run-1"},
		DetachPolicy{User: "test-writer", ARN: managedARN, ID: "ANPAEXAMPLE", Run: "run-1"},
		AttachPolicy{Role: "deliverer", ARN: managedARN, Run: "run-1"},
		PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello\n", Expect: Granted},
		PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello\n", Expect: Refused},
		PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello\n", Expect: Granted, ACL: "bucket-owner-full-control", Encryption: "AES256"},
		GetObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello\n", Expect: Granted},
		DeleteObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", VersionID: "v1"},
		DeleteObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Expect: Refused},
		CreateBucket{Bucket: bucket, Owner: customer, Region: "us-east-1"},
		CreateBucket{Bucket: bucket, Owner: customer, Region: "eu-west-1"},
		DeleteBucket{Bucket: bucket, Owner: customer},
		RemoveKeyFile{Account: firm, User: "test-writer", KeyID: "AKIAEXAMPLE", Path: "/home/me/writer key"},
		RemoveKeyFile{Account: firm, User: "test-writer", KeyID: "AKIAEXAMPLE", Path: "/home/me/.aws/credentials", Profile: "my acme"},
	}
}

func TestDescriptions(t *testing.T) {
	var b strings.Builder
	for _, op := range examples() {
		d := op.Describe()
		fmt.Fprintf(&b, "%s\n  %s\n  on %s, changes %v\n  aws %q\n", op.Kind(), d.Summary, d.Resource, d.Changes, d.Command)
		if d.Summary == "" || d.Resource == "" || strings.HasSuffix(d.Summary, ".") {
			t.Errorf("%s is described as %+v", op.Kind(), d)
		}
		for i, arg := range d.Command {
			if arg == BodyFile && d.Body == "" {
				t.Errorf("%s reads %s, and there is no body", op.Kind(), d.Command[i])
			}
		}
	}
	const golden = "testdata/descriptions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// What is shown is what is sent: the policy in the command is the document.
func TestCommandHoldsTheDocumentThatIsSent(t *testing.T) {
	for _, op := range examples() {
		d := op.Describe()
		if d.After == nil {
			continue
		}
		flag := slices.IndexFunc(d.Command, func(arg string) bool { return arg == "--policy" || strings.HasSuffix(arg, "policy-document") })
		sent, err := policy.Parse([]byte(d.Command[flag+1]))
		if err != nil || !policy.Equal(sent, *d.After) {
			t.Errorf("%s: the command holds %v, %v", op.Kind(), sent, err)
		}
	}
}

func TestCodec(t *testing.T) {
	kinds := map[string]bool{}
	for _, op := range examples() {
		kinds[op.Kind()] = true
		text, err := Encode(op)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(text)
		if err != nil {
			t.Fatalf("%s: %v", op.Kind(), err)
		}
		if reflect.TypeOf(back) != reflect.TypeOf(op) || !reflect.DeepEqual(back.Describe(), op.Describe()) {
			t.Errorf("%s came back as %+v", text, back)
		}
	}
	if len(kinds) != len(decoders) {
		t.Errorf("%d kinds are tried of %d", len(kinds), len(decoders))
	}
	for name, text := range map[string]string{
		"kind":       `{"kind":"drop-database","input":{}}`,
		"field":      `{"kind":"delete-bucket","input":{"bucket":"b","force":true}}`,
		"envelope":   `{"kind":"delete-bucket","input":{},"more":1}`,
		"text after": `{"kind":"delete-bucket","input":{}} {}`,
		"type":       `{"kind":"delete-bucket","input":[]}`,
		"nothing":    ``,
		"torn":       `{"kind":"delete-buc`,
	} {
		if op, err := Decode([]byte(text)); err == nil {
			t.Errorf("%s: decoded as %+v", name, op)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, op := range examples() {
		text, err := Encode(op)
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		op, err := Decode(text)
		if err != nil {
			return
		}
		again, err := Encode(op)
		if err != nil {
			t.Fatalf("decoded from %q and cannot be encoded: %v", text, err)
		}
		if _, err := Decode(again); err != nil {
			t.Errorf("%q: %v", again, err)
		}
	})
}

func TestSecretIsNotSeen(t *testing.T) {
	const text = "wJalrXUtnFEMI"
	r := Receipt{KeyID: "AKIA", Secret: Secret(text)}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "receipt", r.Secret)
	asJSON, err := json.Marshal(map[string]any{"r": r, "s": r.Secret})
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(asJSON) + fmt.Sprint(r, r.Secret, &r.Secret)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
		out += fmt.Sprintf(verb, r.Secret) + fmt.Sprintf(verb, r)
	}
	out += r.Secret.String() + r.Secret.GoString()
	for _, seen := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text), text[:3]} {
		if strings.Contains(out, seen) {
			t.Errorf("%q is seen in %s", seen, out)
		}
	}
	if !strings.Contains(out, mask) || r.Secret.Reveal() != text {
		t.Errorf("no mask, or no way to the text: %s", out)
	}
}

func TestInverse(t *testing.T) {
	grant := firmGrant()
	done := Receipt{UserID: "AIDA", KeyID: "AKIA", VersionID: "v"}
	for _, op := range examples() {
		inverse, ok := op.Inverse(done)
		if op, yes := op.(DeleteObject); yes && op.VersionID == "" { // it made a delete marker, v
			if marker, yes := inverse.(DeleteObject); !yes || marker.VersionID != "v" || marker.Key != op.Key {
				t.Errorf("a delete marker is taken back by %+v", inverse)
			}
			if _, ok := op.Inverse(Receipt{}); ok {
				t.Error("where no versions are kept a deletion has an inverse")
			}
			continue
		}
		switch op.(type) {
		case DeleteUser, DeleteRole, SetRoleTrust, DetachPolicy, DeleteAccessKey, DeleteObject, DeleteBucket, GetObject, RemoveKeyFile:
			if ok {
				t.Errorf("%s has the inverse %+v", op.Kind(), inverse)
			}
			continue
		}
		if !ok {
			t.Errorf("%s has no inverse", op.Kind())
			continue
		}
		if !strings.HasSuffix(inverse.Describe().Resource, op.Describe().Resource) && op.Kind() != "create-access-key" {
			t.Errorf("%s is of %s, its inverse of %s", op.Kind(), op.Describe().Resource, inverse.Describe().Resource)
		}
		if _, ok := op.Inverse(Receipt{Already: true, UserID: "AIDA", KeyID: "AKIA"}); ok {
			t.Errorf("%s did nothing and has an inverse", op.Kind())
		}
		if op.Kind() == "create-role" { // its document goes with the role
			continue
		}
		if !policy.Same(inverse.Describe().After, op.Describe().Before) || !policy.Same(inverse.Describe().Before, op.Describe().After) {
			t.Errorf("the inverse of %s does not swap its documents", op.Kind())
		}
	}
	back, _ := SetUserPolicy{Before: &grant, After: &grant}.Inverse(done)
	if back.Kind() != "set-user-policy" {
		t.Errorf("a policy that was replaced is taken back by %s", back.Kind())
	}
}

// Each kind of operation says what it needs, and is one that there is.
func TestEachKindHasItsNeeds(t *testing.T) {
	for kind := range decoders {
		if _, known := needs[kind]; !known {
			t.Errorf("what %s needs is not said", kind)
		}
	}
	for _, table := range []map[string][]string{needs, needsToRemove, needsOfRole} {
		for kind, actions := range table {
			if decoders[kind] == nil {
				t.Errorf("there is no operation %s", kind)
			}
			for _, a := range actions {
				if !strings.HasPrefix(a, "s3:") && !strings.HasPrefix(a, "iam:") {
					t.Errorf("%s needs %s", kind, a)
				}
			}
		}
	}
}
