package uitest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"pgregory.net/rapid"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// Nasty draws texts of what a shell, JSON, a terminal or the aws command has a meaning
// for, and of what nobody sees.
func Nasty() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"x", " ", "  ", "'", `"`, `\`, `\u202e`, "$(touch owned)", "`touch owned`", "${HOME}", "$'x'", "!!", "%s%%", "-", "--x", " --profile y", " aws ", "=", "~", "*", ";", "&", "|", "#", "<a>",
		"\n", "\t", "\r", "\a", "\x1b[31m", "\x7f", "\u009b31m", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u2028", "\u202e", "\u2066", "\ufeff", "\U000e0041", "\u3164", "\ufe0f", "\U0010fffd",
		"é", "e\u0301", "日本", "🙂",
	})
	return rapid.Map(rapid.SliceOfN(pieces, 0, 6), func(all []string) string { return strings.Join(all, "") })
}

// NastyChange draws a change with one operation of each shape of command, and the facts
// that it is printed with.
func NastyChange(t *rapid.T) (steps.Change, steps.Facts) {
	text := func(name string) string { return Nasty().Draw(t, name) }
	user := rapid.SampledFrom([]string{"w", "-w", "--debug", "=ls", "a@b+c"}).Draw(t, "user")
	f := Facts()
	profile := func(name string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) { // no such profile is ever signed in with
				return -1
			}
			return r
		}, text(name))
	}
	f.CustomerProfile, f.FirmProfile = profile("customer's profile"), profile("firm's profile")
	document := func(name string) *policy.Document {
		n := text(name)
		all, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": n, "Statement": []any{map[string]any{
			"Sid": "S", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/" + n,
			"Condition": map[string]any{"StringEquals": map[string]string{"aws:PrincipalTag/" + n: n}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := policy.Parse(all)
		if err != nil {
			t.Fatalf("%v: %s", err, all)
		}
		return &d
	}
	before, after := document("before"), document("after")
	const owner, firm = "111122223333", "444455556666"
	return steps.Change{Step: steps.LetFirmIn{}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "b", Owner: owner, Before: before, After: after}},
		{As: steps.FirmAdmin, Op: awsops.SetUserPolicy{Account: firm, User: user, Name: user, After: after}},
		{As: steps.FirmAdmin, Op: awsops.CreateUser{Account: firm, Name: user, Run: "R"}},
		{As: steps.FirmAdmin, Op: awsops.CreateRole{Account: firm, Name: user, Run: "R", Trust: *after}},
		{As: steps.FirmAdmin, Op: awsops.SetRolePolicy{Account: firm, Role: user, Name: user, After: after}},
		{As: steps.Writer, Op: awsops.PutObject{Bucket: "b", Owner: owner, Key: text("key"), Body: text("body")}},
		{As: steps.CustomerAdmin, Op: awsops.DeleteObject{Bucket: "b", Owner: owner, Key: text("key"), VersionID: text("version")}},
		{As: steps.FirmAdmin, Op: awsops.RemoveKeyFile{Account: firm, User: user, KeyID: "AKIA", Path: "/" + text("path")}},
		{As: steps.FirmAdmin, Op: awsops.RemoveKeyFile{Account: firm, User: user, KeyID: "AKIA", Path: "/" + text("path of a profile"), Profile: text("profile of a key")}},
	}}, f
}

// Shells are those of this machine that a printed command is tried with.
func Shells() []string {
	return slices.DeleteFunc([]string{"sh", "bash", "dash"}, func(name string) bool {
		_, err := exec.LookPath(name)
		return err != nil
	})
}

// recorders are commands that only say how they were called.
const recorders = `
aws() { printf '%s\0' aws "$#" "$@" >> "$CALLS"; }
rm() { printf '%s\0' rm "$#" "$@" >> "$CALLS"; }
sed() { printf '%s\0' sed "$#" "$@" >> "$CALLS"; }
`

// Holds fails unless a script, run by a shell, calls aws, rm and sed as these operations
// say, with nothing in it that nobody sees.
func Holds(t *rapid.T, sh, script string, c steps.Change, f steps.Facts) {
	for line := range strings.SplitSeq(script, "\n") {
		if strings.ContainsFunc(line, policy.Unseen) && !strings.HasPrefix(line, "# ") {
			t.Fatalf("something unseen is in a command: %q", line)
		}
	}
	got, dir := calls(t, sh, script)
	defer os.RemoveAll(dir)
	for _, a := range c.Actions {
		d := a.Op.Describe()
		want := d.Command
		switch a.As {
		case steps.CustomerAdmin:
			want = slices.Concat([]string{"aws", "--profile", f.CustomerProfile}, want)
		case steps.FirmAdmin:
			want = slices.Concat([]string{"aws", "--profile", f.FirmProfile}, want)
		default:
			want = slices.Concat([]string{"aws"}, want)
		}
		if d.Local {
			want = d.Command
		}
		if len(got) == 0 {
			t.Fatalf("%s runs nothing for %q:\n%s", sh, want, script)
		}
		is := got[0]
		got = got[1:]
		document := func(arg string) bool { return arg == "--policy" || strings.HasSuffix(arg, "policy-document") }
		if at := slices.IndexFunc(want, document) + 1; at > 0 && at < len(is) {
			sent, err := policy.Parse([]byte(is[at]))
			if err != nil || sent.Compact() != d.After.Compact() || !policy.Equal(sent, *d.After) {
				t.Fatalf("%s sends the policy\n%s (%v)\nand not\n%s", sh, is[at], err, d.After.Compact())
			}
			is[at] = want[at] // it may be laid out
		}
		if !slices.Equal(is, want) {
			t.Fatalf("%s runs\n%q\nand not\n%q\nfor\n%s", sh, is, want, script)
		}
		if d.Body == "" {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(dir, awsops.BodyFile)); err != nil || string(text) != d.Body {
			t.Fatalf("%s writes %q, %v, and not %q", sh, text, err, d.Body)
		}
	}
	if len(got) > 0 {
		t.Fatalf("%s runs %q besides", sh, got)
	}
	if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
		t.Fatalf("%s runs what stands in a text:\n%s", sh, script)
	}
}

// calls runs a script in a new folder with aws and rm that only record, and returns how
// they were called.
func calls(t *rapid.T, sh, script string) (all [][]string, dir string) {
	dir, err := os.MkdirTemp("", "script")
	must(t, err)
	file := filepath.Join(dir, "calls")
	must(t, os.WriteFile(file, nil, 0o600))
	cmd := exec.Command(sh, "-c", recorders+script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CALLS="+file)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s: %v\n%s\n%s", sh, err, out, script)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	words := strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
	for len(words) > 1 {
		n := 0
		for _, digit := range words[1] {
			n = 10*n + int(digit-'0')
		}
		all = append(all, parsed(t, append(words[:1:1], words[2:2+n]...)))
		words = words[2+n:]
	}
	return all, dir
}

// parsed takes options and values apart as the aws command does.
func parsed(t *rapid.T, args []string) (all []string) {
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		switch {
		case !strings.HasPrefix(arg, "-"):
			all = append(all, arg)
		case joined:
			all = append(all, name, value)
		case i+1 == len(args) || strings.HasPrefix(args[i+1], "-"):
			t.Fatalf("aws finds no value for %s in %q", arg, args)
		default:
			all = append(all, arg)
		}
	}
	return all
}

func must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
