package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"crossgrant/awsops/sandbox"
)

// kmsAs calls an operation of KMS with parameters in JSON, "" for none, and gives the answer.
func (w *world) kmsAs(keys aws.Credentials, operation, parameters string, of ...string) (answer map[string]any, err error) {
	w.t.Helper()
	r := request{method: "POST", target: "/", service: "kms", keys: keys, body: parameters, header: http.Header{"X-Amz-Target": {"TrentService." + operation}}}
	if of != nil {
		r.region = of[0]
	}
	status, body, _ := w.send(r)
	if body != "" {
		w.must(json.Unmarshal([]byte(body), &answer))
	}
	if status != 200 {
		return nil, &smithy.GenericAPIError{Code: answer["__type"].(string), Message: answer["message"].(string)}
	}
	return answer, nil
}

func (w *world) kms(profile, operation, parameters string, of ...string) (map[string]any, error) {
	w.t.Helper()
	return w.kmsAs(w.keys(profile), operation, parameters, of...)
}

func (w *world) mustKMS(profile, operation, parameters string) map[string]any {
	w.t.Helper()
	answer, err := w.kms(profile, operation, parameters)
	w.must(err)
	return answer
}

// newKMSKey makes a key of the customer's, and gives its ARN.
func (w *world) newKMSKey() string {
	w.t.Helper()
	return w.mustKMS(customer, "CreateKey", `{"Description":"files"}`)["KeyMetadata"].(map[string]any)["Arn"].(string)
}

// keyStatement is one of a key policy.
func keyStatement(effect, principal, actions, condition string) string {
	return `{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":["` + strings.ReplaceAll(actions, " ", `","`) + `"],"Resource":"*"` + condition + `}`
}

// ownersKey is the statement by which a key's account decides about it.
var ownersKey = keyStatement("Allow", customerAccount, "kms:*", "")

func keyPolicy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func (w *world) putKeyPolicy(key, document string) error {
	w.t.Helper()
	in, err := json.Marshal(map[string]string{"KeyId": key, "Policy": document})
	w.must(err)
	_, err = w.kms(customer, "PutKeyPolicy", string(in))
	return err
}

func TestTheLifeOfAKey(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	_, id, _ := strings.Cut(arn, "key/")
	if !strings.HasPrefix(arn, "arn:aws:kms:us-east-1:111122223333:key/") || len(id) != 36 {
		t.Errorf("the key is %s", arn)
	}
	state := func() string {
		return w.mustKMS(customer, "DescribeKey", `{"KeyId":"`+id+`"}`)["KeyMetadata"].(map[string]any)["KeyState"].(string)
	}
	for _, step := range []struct{ operation, parameters, state string }{
		{"DisableKey", "", "Disabled"},
		{"EnableKey", "", "Enabled"},
		{"ScheduleKeyDeletion", `,"PendingWindowInDays":7`, "PendingDeletion"},
		{"CancelKeyDeletion", "", "Disabled"},
		{"ScheduleKeyDeletion", `,"PendingWindowInDays":7`, "PendingDeletion"},
	} {
		w.mustKMS(customer, step.operation, `{"KeyId":"`+arn+`"`+step.parameters+`}`)
		if got := state(); got != step.state {
			t.Errorf("after %s it is %s, want %s", step.operation, got, step.state)
		}
	}
	_, err := w.kms(customer, "EnableKey", `{"KeyId":"`+arn+`"}`)
	w.refused(err, "KMSInvalidStateException", arn+" is pending deletion.")
	w.clock.advance(8 * 24 * time.Hour)
	_, err = w.kms(customer, "DescribeKey", `{"KeyId":"`+arn+`"}`)
	w.refused(err, "NotFoundException", "Key '"+arn+"' does not exist")
}

func TestNamesOfAKey(t *testing.T) {
	w := newWorld(t)
	arn, other := w.newKMSKey(), w.newKMSKey()
	_, id, _ := strings.Cut(arn, "key/")
	w.mustKMS(customer, "CreateAlias", `{"AliasName":"alias/files","TargetKeyId":"`+id+`"}`)
	const alias = "arn:aws:kms:us-east-1:111122223333:alias/files"
	for _, named := range []string{arn, id, "alias/files", alias} {
		if got := w.mustKMS(customer, "DescribeKey", `{"KeyId":"`+named+`"}`)["KeyMetadata"].(map[string]any)["Arn"]; got != arn {
			t.Errorf("%s is %s", named, got)
		}
	}
	for named, text := range map[string]string{
		"alias/none": "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.",
		"files":      "Invalid keyId 'files'",
		strings.Replace(arn, "us-east-1", "eu-west-1", 1): "Invalid arn eu-west-1",
	} {
		_, err := w.kms(customer, "DescribeKey", `{"KeyId":"`+named+`"}`)
		w.refused(err, "NotFoundException", text)
	}
	_, err := w.kms(customer, "CreateAlias", `{"AliasName":"alias/files","TargetKeyId":"`+other+`"}`)
	w.refused(err, "AlreadyExistsException", alias)
	w.mustKMS(customer, "UpdateAlias", `{"AliasName":"alias/files","TargetKeyId":"`+other+`"}`)
	if names := w.mustKMS(customer, "ListAliases", `{"KeyId":"`+other+`"}`)["Aliases"].([]any); len(names) != 1 || names[0].(map[string]any)["AliasArn"] != alias {
		t.Errorf("the key's names are %v", names)
	}
	if names := w.mustKMS(customer, "ListAliases", `{"KeyId":"`+arn+`"}`)["Aliases"].([]any); len(names) != 0 {
		t.Errorf("the key that had the name has %v", names)
	}
	w.mustKMS(customer, "DeleteAlias", `{"AliasName":"alias/files"}`)
	_, err = w.kms(customer, "DeleteAlias", `{"AliasName":"alias/files"}`)
	w.refused(err, "NotFoundException", alias)
	page := w.mustKMS(customer, "ListKeys", `{"Limit":1}`)
	if page["Truncated"] != true || len(page["Keys"].([]any)) != 1 {
		t.Errorf("the first page is %v", page)
	}
	page = w.mustKMS(customer, "ListKeys", `{"Marker":"`+page["NextMarker"].(string)+`"}`)
	if page["Truncated"] != false || len(page["Keys"].([]any)) != 1 {
		t.Errorf("the second page is %v", page)
	}
}

// A key's policy decides who may do what with it, and AWS keeps a person from shutting
// themselves out.
func TestAKeyPolicyDecides(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.newUser(customer, "u")
	u := w.newKey(customer, "u")
	describe := func() error {
		_, err := w.kmsAs(u, "DescribeKey", `{"KeyId":"`+arn+`"}`)
		return err
	}
	lacks := "User: arn:aws:iam::111122223333:user/u is not authorized to perform: kms:DescribeKey on resource: " + arn + " because no "
	w.refused(describe(), "AccessDeniedException", lacks+"identity-based policy allows the kms:DescribeKey action")
	w.must(w.putPolicy(customer, "u", "p", allow("Allow", "kms:*", "*")))
	w.must(describe())
	w.must(w.putKeyPolicy(arn, keyPolicy(keyStatement("Allow", "arn:aws:iam::111122223333:user/admin", "kms:*", ""))))
	w.refused(describe(), "AccessDeniedException", lacks+"resource-based policy allows the kms:DescribeKey action")
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Deny", "arn:aws:iam::111122223333:user/u", "kms:Describe*", ""))))
	w.refused(describe(), "AccessDeniedException", "with an explicit deny in a resource-based policy")
	if text := w.mustKMS(customer, "GetKeyPolicy", `{"KeyId":"`+arn+`"}`)["Policy"].(string); !strings.Contains(text, `"arn:aws:iam::111122223333:user/u"`) {
		t.Errorf("the policy reads as %s", text)
	}

	for document, text := range map[string]string{
		keyPolicy(keyStatement("Allow", "arn:aws:iam::111122223333:user/u", "kms:*", "")):               "The new key policy will not allow you to update the key policy in the future.",
		keyPolicy(ownersKey, keyStatement("Allow", "arn:aws:iam::444455556666:user/none", "kms:*", "")): "Policy contains a statement with one or more invalid principals.",
		"{": "This policy contains invalid Json",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}`: "must say in Principal",
	} {
		w.refused(w.putKeyPolicy(arn, document), "MalformedPolicyDocumentException", text)
	}
	_, err := w.kms(firm, "GetKeyPolicy", `{"KeyId":"`+arn+`"}`)
	w.refused(err, "AccessDeniedException", "because the resource does not exist in this Region")
	_, err = w.kms(firm, "DescribeKey", `{"KeyId":"`+arn+`"}`)
	w.refused(err, "AccessDeniedException", "because the resource does not exist in this Region")
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", firmAccount, "kms:DescribeKey", ""))))
	w.mustKMS(firm, "DescribeKey", `{"KeyId":"`+arn+`"}`)
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", firmAccount, "kms:*", ""))))
	_, err = w.kms(firm, "DisableKey", `{"KeyId":"`+arn+`"}`) // which nothing lets another account do
	w.refused(err, "AccessDeniedException", "because the resource does not exist in this Region")
}

func TestWhatKMSRefuses(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	for _, c := range []struct{ operation, parameters, code, text string }{
		{"Decrypt", "{}", "NotImplemented", "kms:Decrypt"},
		{"CreateKey", `{"Tags":[]}`, "NotImplemented", "kms:CreateKey with Tags"},
		{"CreateKey", `{"KeySpec":"RSA_2048"}`, "NotImplemented", ""},
		{"CreateKey", `{"Policy":7}`, "SerializationException", ""},
		{"CreateKey", `not JSON`, "SerializationException", ""},
		{"DescribeKey", "", "ValidationException", "keyId"},
		{"ScheduleKeyDeletion", `{"KeyId":"` + arn + `","PendingWindowInDays":3}`, "ValidationException", ""},
		{"CancelKeyDeletion", `{"KeyId":"` + arn + `"}`, "KMSInvalidStateException", "not pending deletion"},
		{"CreateAlias", `{"AliasName":"files","TargetKeyId":"` + arn + `"}`, "ValidationException", ""},
		{"CreateAlias", `{"AliasName":"alias/a b","TargetKeyId":"` + arn + `"}`, "InvalidAliasNameException", ""},
		{"CreateAlias", `{"AliasName":"alias/aws/s3","TargetKeyId":"` + arn + `"}`, "NotAuthorizedException", ""},
	} {
		_, err := w.kms(customer, c.operation, c.parameters)
		w.refused(err, c.code, c.text)
	}
	wrong := w.keys(customer)
	wrong.SecretAccessKey = strings.Repeat("x", 40)
	_, err := w.kmsAs(wrong, "ListKeys", "{}")
	w.refused(err, "InvalidSignatureException", "")
	_, err = w.kmsAs(aws.Credentials{AccessKeyID: "AKIANOTTHERE", SecretAccessKey: "x"}, "ListKeys", "{}")
	w.refused(err, "UnrecognizedClientException", "")
	_, err = w.kmsAs(aws.Credentials{}, "ListKeys", "{}")
	w.refused(err, "MissingAuthenticationTokenException", "")

	// What is of another service is refused in the form that its clients read.
	status, body, _ := w.send(request{method: "POST", target: "/", service: "organizations", keys: w.keys(customer), body: "{}", header: http.Header{"X-Amz-Target": {"AWSOrganizationsV20161128.DescribeOrganization"}}})
	if status != 501 || !strings.Contains(body, `"__type":"NotImplemented"`) {
		t.Errorf("organizations answers %d %s", status, body)
	}
}

func TestTheLogOfCallsTellsOfKeys(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.mustKMS(customer, "DisableKey", `{"KeyId":"`+arn+`"}`)
	calls := w.Calls()
	if c := calls[len(calls)-1]; c.Service != "kms" || c.Action != "kms:DisableKey" || c.Resource != arn || !c.Mutates || c.Account != customerAccount {
		t.Errorf("the log says %+v", c)
	}
	if again := newWorld(t, func(*sandbox.Config) {}).newKMSKey(); again != arn {
		t.Errorf("in two worlds that are alike the keys are %s and %s", arn, again)
	}
}

// There is an end to what the sandbox keeps, whatever regions are made up.
func TestThereIsAnEndToKeys(t *testing.T) {
	w := newWorld(t)
	made := 0
	for _, region := range []string{"us-east-1", "eu-west-1", "made-up-1"} {
		for range 400 {
			_, err := w.kms(customer, "CreateKey", "", region)
			if err == nil {
				made++
				continue
			}
			w.refused(err, "LimitExceededException", "start it anew")
		}
		_, err := w.kms(customer, "DescribeKey", `{"KeyId":"alias/aws/s3"}`, region)
		if made+2 < 1000 {
			w.must(err)
		}
	}
	if made != 998 { // and aws/s3 in two regions
		t.Errorf("%d keys were made", made)
	}
}
