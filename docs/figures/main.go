// Figures runs the benchmarks and writes what they say into docs/figures.md: ratios and
// counts alone, which say the same on any machine.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// A figure is one line of the page: over divided by under, or over alone.
type figure struct {
	words, over, under string
}

var figures = []figure{
	{"the whole tour, from its start to its end, in the time of the article's bare calls with boto3", "TourAgainstBoto3 ratio/program", ""},
	{"the same without what both need to start", "TourAgainstBoto3 ratio/calls", ""},
	{"calls that a tour makes", "Tour calls/op", ""},
	{"round trips of them that follow one another, of all", "Tour roundtrips/op", "Tour calls/op"},
	{"a clean-up beside 10,000 files and 1,000 users of others, in the time of one beside none", "Cleanup/10000_objects_and_1000_users ns/op", "Cleanup/0_objects_and_0_users ns/op"},
	{"the calls of the two", "Cleanup/10000_objects_and_1000_users calls/op", "Cleanup/0_objects_and_0_users calls/op"},
	{"deciding a request by a policy of 20 KB with a condition in each statement, in the time of one as they grow", "Decide20KB/worst ns/op", "Decide20KB/mixed ns/op"},
	{"a key's effect on a policy of 20 KB, in the 16 ms of a frame", "Key20KB ns/op", "16e6"},
	{"another size of the window with it, in the time of a key", "Resize20KB ns/op", "Key20KB ns/op"},
}

// The benchmarks of each package, and how long each takes.
var benchmarks = [][]string{
	{"./awsops/policy", "Decide20KB", "1s"},
	{"./ui/screen", "Key20KB|Resize20KB", "2s"},
	{"./steps", "Tour$|Cleanup", "2s"},
	{"./steps", "TourAgainstBoto3", "5x"},
}

const begin, end = "<!-- written by go run ./docs/figures -->\n", "<!-- until here -->\n"

func main() {
	if err := write("docs/figures.md"); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func write(page string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("%w; run this from the project's root", err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s has no place for the figures", page)
	}
	measured := map[string]float64{}
	for _, b := range benchmarks {
		cmd := exec.Command("go", "test", b[0], "-run", "NONE", "-bench", b[1], "-benchtime", b[2])
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
		}
		read(out, measured)
	}
	table, err := rows(measured)
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(before+begin+table+end+after), 0o644)
}

var line = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\t(.+)$`)

// read takes the measures out of what go test says: by the benchmark and the unit.
func read(out []byte, into map[string]float64) {
	for _, m := range line.FindAllSubmatch(bytes.ReplaceAll(out, []byte("\r"), nil), -1) {
		fields := strings.Fields(string(m[2]))
		for i := 0; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				into[string(m[1])+" "+fields[i+1]] = value
			}
		}
	}
}

func rows(measured map[string]float64) (string, error) {
	var b strings.Builder
	b.WriteString("| what | is |\n| --- | --- |\n")
	for _, f := range figures {
		value, known := measured[f.over]
		if !known {
			return "", fmt.Errorf("no benchmark said %s", f.over)
		}
		if f.under != "" {
			under, err := strconv.ParseFloat(f.under, 64)
			if err != nil {
				under = measured[f.under]
			}
			value /= under
		}
		fmt.Fprintf(&b, "| %s | %.3g |\n", f.words, value)
	}
	return b.String(), nil
}
