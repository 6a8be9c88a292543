package uitest

import (
	"bufio"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

//go:embed aws.py
var server string

// StartCLI returns the path of an aws command, "" where there is none. Where the AWS CLI is a Python script,
// as version 1 is, it is started once for all commands of the test; a CLI of another
// make is the one on PATH.
func StartCLI(t testing.TB) string {
	t.Helper()
	aws, err := exec.LookPath("aws")
	if err != nil {
		return ""
	}
	python := interpreter(aws)
	dir, err := os.MkdirTemp("", "aws") // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket, command, script := filepath.Join(dir, "socket"), filepath.Join(dir, "aws"), filepath.Join(dir, "aws.py")
	if err := os.WriteFile(script, []byte(server), 0o600); err != nil {
		t.Fatal(err)
	}
	if python == nil || !serveCLI(t, append(python[1:], script, "serve", socket), python[0]) {
		t.Log("this aws cannot be started once for many commands, so each takes its time")
		return aws
	}
	text := fmt.Sprintf("#!/bin/sh\nexec %s -IS '%s' '%s' \"$@\"\n", strings.Join(python, " "), script, socket)
	if err := os.WriteFile(command, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return command
}

// interpreter is the command that runs the aws script, or nil where it is none of
// Python's. Behind pyenv's shim stands the script.
func interpreter(aws string) []string {
	scripts := []string{aws}
	if behind, err := exec.Command("pyenv", "which", "aws").Output(); err == nil {
		scripts = append(scripts, strings.TrimSpace(string(behind)))
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		first, _, _ := strings.Cut(string(text), "\n")
		if command, ok := strings.CutPrefix(first, "#!"); err == nil && ok && strings.Contains(command, "python") {
			return strings.Fields(command)
		}
	}
	return nil
}

// serveCLI tells whether the server could be started. It ends with the test.
func serveCLI(t testing.TB, arguments []string, python string) bool {
	t.Helper()
	cmd := exec.Command(python, arguments...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+os.DevNull, "HOME="+t.TempDir()) // where it keeps the sessions of roles
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if cmd.Start() != nil {
		return false
	}
	t.Cleanup(func() {
		stop.Close()
		cmd.Wait()
	})
	line, _ := bufio.NewReader(out).ReadString('\n')
	return line == "ready\n"
}
