package draw

import (
	"testing"

	"crossgrant/awsops"
)

func TestWordsOfBucketFacts(t *testing.T) {
	for setting, want := range map[string]string{"BucketOwnerPreferred": "files may belong to the firm (BucketOwnerPreferred)", "": "not set"} {
		if got := ownership(setting); got != want {
			t.Errorf("%q: %q", setting, got)
		}
	}
	if got := encryption(awsops.BucketFacts{Encryption: "aws:kms", KMSKey: "K"}); got != "with the key K" {
		t.Error(got)
	}
}
