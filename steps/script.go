package steps

import (
	"fmt"
	"path/filepath"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// Script is what a recorded run has done so far, as a script that does the same again. No
// secret is in it: those of the keys that it makes stay in its variables.
func Script(dir, run string) (string, error) {
	a := Answers{StateDir: dir}
	if !journal.Exists(dir, run) {
		return "", &UsageError{&problem.Error{
			Summary: "There is no run " + problem.Clean(run), Detail: "No run of that name is recorded in " + shell.Word(dir) + ".",
			Fixes: []string{"See all of them: " + a.Crossgrant("runs")},
		}}
	}
	j, err := journal.Read(filepath.Join(dir, run+".jsonl"))
	if err != nil {
		return "", err
	}
	said, err := answersOf(j)
	if err != nil {
		return "", err
	}
	return scriptOf(Facts{
		Answers: said, Run: j.Run, Region: j.Region, Customer: awsops.Identity{Account: j.Customer}, Firm: awsops.Identity{Account: j.Firm, Partition: "aws"},
	}, j), nil
}

// Script is the same of a run that is open.
func (w *World) Script() string { return scriptOf(w.Facts, w.Journal) }

func scriptOf(f Facts, j *journal.Journal) string {
	s := script{facts: f, names: map[string]string{}}
	fmt.Fprintf(&s.text, scriptHead, problem.Clean(j.Run))
	for _, e := range j.Entries() {
		s.add(e)
	}
	return s.text.String()
}

const scriptHead = `#!/usr/bin/env bash
# What the run %s of crossgrant has changed and tried so far, in its order. On accounts
# as they were before, it does the same again: it replaces a policy as a whole, also one
# that somebody has changed since. The secrets of new keys stay in its variables.
set -euo pipefail
export AWS_PAGER=''
unset AWS_PROFILE AWS_SESSION_TOKEN
cd "$(mktemp -d)"

# again tries for a minute, since AWS takes a moment to spread a change.
again() {
	for _ in $(seq 30); do
		"$@" && return
		sleep 2
	done
	return 1
}
`

// script is a script that is being written.
type script struct {
	facts Facts
	text  strings.Builder
	names map[string]string // variables, by what AWS gave in the run and gives anew
	keys  int
}

// add writes an entry of the record.
func (s *script) add(e journal.Entry) {
	d := e.Operation.Describe()
	as := Actor(e.As)
	fmt.Fprintf(&s.text, "\n# %d. %s\n", e.Seq, problem.Clean(d.Summary))
	switch {
	case e.State == journal.Failed:
		s.text.WriteString("# AWS refused it: nothing was done.\n")
		return
	case e.State != journal.Done:
		s.text.WriteString("# AWS's answer was lost: it may have been done.\n")
		return
	case d.Local:
		s.text.WriteString("# It was done on the computer of the run.\n")
		return
	}
	if d.Body != "" {
		fmt.Fprintf(&s.text, "printf '%%s' %s > %s\n", shell.Lines(d.Body), awsops.BodyFile)
	}
	command := s.command(as, d.Command)
	switch op := e.Operation.(type) {
	case awsops.CreateAccessKey:
		s.keys++
		key, secret := fmt.Sprintf("KEY_%d", s.keys), fmt.Sprintf("SECRET_%d", s.keys)
		s.names[e.Receipt.KeyID] = key
		fmt.Fprintf(&s.text, "read -r %s %s < <(%s --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)\n", key, secret, command)
		who := Writer
		if op.Target().Principal() == s.facts.principal(TestUser) {
			who = TestUser
		}
		fmt.Fprintf(&s.text, "%s() { %s AWS_ACCESS_KEY_ID=$%s AWS_SECRET_ACCESS_KEY=$%s aws \"$@\"; }\n", function(who), s.where(who), key, secret)
	case awsops.PutObject:
		if v := e.Receipt.VersionID; v != "" && v != "null" && op.Expect != awsops.Refused {
			s.names[v] = fmt.Sprintf("VERSION_%d", e.Seq)
			fmt.Fprintf(&s.text, "VERSION_%d=$(again %s --query VersionId --output text)\n", e.Seq, command)
			return
		}
		s.try(op.Expect, command)
	case awsops.DeleteObject:
		s.try(op.Expect, command)
	case awsops.SetBucketPolicy: // a user that it names may not be known yet
		s.text.WriteString("again " + command + "\n")
	default:
		s.text.WriteString(command + "\n")
	}
}

func (s *script) try(expect awsops.Expect, command string) {
	if expect != awsops.Refused {
		s.text.WriteString("again " + command + "\n")
		return
	}
	fmt.Fprintf(&s.text, "if %s; then\n\techo 'This should have been refused.'\nfi\n", command)
}

// command is a command as its actor sends it, with variables for what AWS gives anew.
func (s *script) command(as Actor, args []string) string {
	words := []string{function(as)}
	if as.isAdmin() {
		words, args = nil, s.facts.Arguments(as, args...)
	} else if as == Writer && s.facts.Grantee().Kind == awsops.KindRole && s.names[string(Writer)] == "" {
		s.names[string(Writer)] = "defined"
		fmt.Fprintf(&s.text, "%s() {\n\t%s |\n\t\t(read -r %s && export %[3]s && %s aws \"$@\")\n}\n", function(as), s.command(FirmAdmin, []string{
			"sts", "assume-role", "--role-arn", s.facts.Grant().Grantee, "--role-session-name", awsops.RoleSession,
			"--query", "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]", "--output", "text",
		}), sessionVariables, s.where(as))
	}
	for _, arg := range shell.Arguments(args) {
		if name := s.names[arg]; name != "" {
			words = append(words, `"$`+name+`"`)
		} else {
			words = append(words, shell.Word(arg))
		}
	}
	return strings.Join(words, " ")
}

// where has a user or a role reach AWS as the administrator of its side does, whose profile may
// name a Region and an endpoint. A key that is given goes before the profile's own.
func (s *script) where(as Actor) string {
	if as.Side() == Firm {
		return "AWS_PROFILE=" + shell.Word(s.facts.FirmProfile)
	}
	return "AWS_PROFILE=" + shell.Word(s.facts.CustomerProfile)
}

// function is the function of a script that acts as a user or a role.
func function(as Actor) string { return "as_" + strings.ReplaceAll(string(as), "-", "_") }
