package steps

import (
	"strings"
	"testing"

	"crossgrant/awsops"
)

func TestNextName(t *testing.T) {
	for taken, want := range map[string]string{
		"writer": "writer-2", "writer-2": "writer-3", "writer-9": "writer-10", "writer-99": "writer-100", "a-b": "a-b-2",
		"writer-0": "writer-0-2", "writer-20261125": "writer-20261125-2", "-2": "-2-2", strings.Repeat("a", 62): strings.Repeat("a", 62) + "-2",
		strings.Repeat("a", 63): "", "not a name": "",
	} {
		if got := NextName(taken); got != want {
			t.Errorf("after %q comes %q, not %q", taken, got, want)
		}
	}
}

func TestAdministers(t *testing.T) {
	const own = "arn:aws:iam::444455556666:user/deployer"
	for name, want := range map[string]bool{"admin": true, "DBAdmin": true, "root": true, "deployer": true, "uploader": false, "test-writer": false} {
		if got := Administers(awsops.User{Name: name, ARN: "arn:aws:iam::444455556666:user/" + name}, own); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if Administers(awsops.User{Name: "uploader"}, "") {
		t.Error("what is not known is nobody's")
	}
}
