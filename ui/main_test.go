package ui

import (
	"flag"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox/leak"
)

// TestMain hides the AWS settings of whoever runs the tests, and has the stories told
// in a terminal of many colours.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	debug.SetGCPercent(400)            // little is kept for long, and much made
	_ = flag.Set("test.parallel", "8") // mostly they wait
	_ = os.Setenv("TERM", "xterm-256color")
	os.Exit(leak.Main(m))
}
