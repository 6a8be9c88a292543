package steps

import (
	"strings"
	"testing"

	"crossgrant/awsops"
)

// What a KMS key means is said, and not that anybody looked.
func TestAKeyOfTheCustomersIsSaidAtTheEnd(t *testing.T) {
	w := &World{Facts: Facts{Answers: Answers{Access: "read"}}}
	if said := w.MustSend(); len(said) > 0 {
		t.Errorf("without one it says %q", said)
	}
	w.settings = awsops.BucketFacts{Encryption: "aws:kms", KMSKey: "arn:aws:kms:us-east-1:111122223333:key/k"}
	said := strings.Join(w.MustSend(), "\n")
	for _, want := range []string{"key/k", "kms:GenerateDataKey", "kms:Decrypt", "the key's policy and a policy of its own", "has not looked"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}
