//go:build !race

// Python takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"os/exec"
	"testing"
)

func TestBoto3(t *testing.T) {
	outside(t)
	python, err := exec.LookPath("python3")
	if err != nil || exec.CommandContext(t.Context(), python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on PATH, so it is not tried against the sandbox")
	}
	for script, profile := range map[string]string{"testdata/boto_iam.py": "", "testdata/boto_role.py": "", "testdata/boto_kms.py": "", "testdata/boto_s3.py": customer} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cmd := exec.CommandContext(t.Context(), python, script)
			cmd.Env = w.environment()
			if profile != "" {
				cmd.Env = append(cmd.Env, "AWS_PROFILE="+profile)
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
