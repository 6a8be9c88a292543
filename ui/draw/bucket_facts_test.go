package draw

import (
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
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

func TestWhatACleanUpSaysOfThePolicy(t *testing.T) {
	ours := policy.FirmGrant("aws", "444455556666", "b")
	theirs := policy.Statement{Sid: "Theirs"}
	for want, d := range map[string]policy.Document{
		"there is one with 1 statement, which has a name that crossgrant gives":                         policy.New(ours),
		"there is one with 1 statement, none with a name that crossgrant gives":                         policy.New(theirs),
		"there is one with 3 statements, 1 of them with a name that crossgrant gives":                   policy.New(theirs, ours, theirs),
		"there is one with 1 statement, which has a name that crossgrant gives; it is open to everyone": policy.New(ours),
	} {
		f := awsops.BucketFacts{Policy: &d, Public: strings.HasSuffix(want, "everyone")}
		if got := existing(f, true); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := existing(awsops.BucketFacts{}, true); got != "there is none" {
		t.Error(got)
	}
}
