package plain_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/shell"
	"crossgrant/ui/plain"
)

// What a problem advises can be pasted too.
func TestEveryCommandThatAProblemAdvisesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	both := shell.Command("--customer-profile", client, "--firm-profile", acme)
	for name, c := range map[string]struct {
		fails func(*printing) plain.Options
		has   []string
	}{
		"no such run": {
			func(p *printing) plain.Options {
				p.abandoned()
				o := p.asked("cleanup")
				o.Answers.CustomerProfile, o.Answers.FirmProfile, o.Run = client, acme, "20200101-000000-aaaaaa"
				return o
			}, []string{"crossgrant runs --state-dir '"},
		},
		"several runs": {
			func(p *printing) plain.Options {
				p.abandoned()
				o := p.asked("setup")
				o.Answers.FirmUser = "another"
				p.ending(p.t.Context(), o)
				return p.asked("cleanup")
			}, []string{"crossgrant cleanup 2", "crossgrant runs --state-dir '"},
		},
		"another journey": {
			func(p *printing) plain.Options {
				p.abandoned()
				o := p.asked("tour")
				o.Run, o.Resume = p.one(), true
				return o
			}, []string{"crossgrant setup --resume 2"},
		},
		"a run that is over": {
			func(p *printing) plain.Options {
				p.abandoned()
				o := p.asked("cleanup")
				o.Run = p.one()
				p.ending(p.t.Context(), o)
				o = p.asked("setup")
				o.Run, o.Resume = p.one(), true
				return o
			}, []string{"crossgrant setup " + both + " --bucket my.test.bucket --firm-user=-dash --state-dir '"},
		},
		"a user of an earlier run": {
			func(p *printing) plain.Options {
				p.ending(p.t.Context(), p.asked("setup"))
				return p.asked("setup")
			}, []string{"crossgrant cleanup 2"},
		},
		"a user of somebody else's": {
			func(p *printing) plain.Options {
				_, err := p.do("firm", awsops.CreateUser{Account: firm, Name: dashed})
				p.must(err)
				return p.asked("setup")
			}, []string{"crossgrant setup " + both + " --bucket my.test.bucket --firm-user=-dash --existing-user=true --state-dir '", "crossgrant cleanup 2"},
		},
		"two keys": {
			func(p *printing) plain.Options {
				_, err := p.do("firm", awsops.CreateUser{Account: firm, Name: dashed})
				p.must(err)
				for range 2 {
					_, err := p.do("firm", awsops.CreateAccessKey{Account: firm, User: dashed})
					p.must(err)
				}
				o := p.asked("setup")
				o.Answers.UseExisting = true
				return o
			}, []string{"aws --profile 'acme firm' iam get-access-key-last-used --access-key-id AKIA", "aws --profile 'acme firm' iam delete-access-key --user-name=-dash --access-key-id AKIA"},
		},
		"no such user": {
			func(p *printing) plain.Options {
				o := p.asked("setup")
				o.Answers.UseExisting = true
				return o
			}, []string{"aws --profile 'acme firm' iam list-users "},
		},
		"another tour": {
			func(p *printing) plain.Options {
				o := p.asked("tour")
				o.Answers.TestUser = "another"
				ctx, stop := context.WithCancel(p.t.Context())
				p.Inject(sandbox.Fault{Operation: "GetObject", Kind: sandbox.Hang, Struck: func(string) { stop() }})
				o.Hard = ctx
				p.ending(ctx, o)
				o.Answers.TestUser, o.Answers.FirmUser, o.Hard = "test-customer", "other", nil
				return o
			}, []string{"crossgrant cleanup --state-dir '", "crossgrant cleanup " + both + " --bucket my.test.bucket --state-dir '"},
		},
		"no such profile": {
			func(p *printing) plain.Options {
				o := p.asked("setup")
				o.Answers.CustomerProfile = "my clientt"
				return o
			}, []string{"aws configure --profile 'my clientt'"},
		},
		"a session that is over": {
			func(p *printing) plain.Options {
				p.Inject(sandbox.Fault{Operation: "GetCallerIdentity", Times: 9, Status: 400, Code: "ExpiredToken", Message: "expired"})
				return p.asked("setup")
			}, []string{"aws sso login --profile 'my client'", "aws login --profile 'my client'"},
		},
		"one account": {
			func(p *printing) plain.Options {
				o := p.asked("cleanup")
				o.Answers = p.asked("cleanup").Answers
				o.Answers.Bucket, o.Answers.CustomerProfile, o.Answers.FirmProfile = bucket, client, client
				return o
			}, []string{"crossgrant tour --demo"},
		},
	} {
		views := []string{"text", "json", "farewell"}
		for n, view := range views {
			t.Run(name+"/"+view, func(t *testing.T) {
				if testing.Short() && n != len(name)%len(views) {
					t.Skip("-short: one view of each")
				}
				t.Parallel()
				p := newPrinting(t, view, "")
				said := p.tell(t.Context(), c.fails(p))
				p.follow(said)
				p.reached()
				p.has(c.has...)
				if t.Failed() {
					t.Logf("said was:\n%s", said)
				}
			})
		}
	}
}

// Flags in a sentence are those of a shell too.
func TestAdvisedFlagsAreTakenAsTheyStand(t *testing.T) {
	t.Parallel()
	p := newPrinting(t, "text", "")
	o := p.asked("setup")
	o.Answers.CustomerProfile, o.Answers.FirmProfile = acme, client
	said := p.tell(t.Context(), o)
	contains(t, said, "Swap them: --customer-profile 'my client' --firm-profile 'acme firm'")
	_, flags, _ := strings.Cut(strings.Join(shell.Fields(said), " "), "Swap them: ")
	flags, _, _ = strings.Cut(flags, " AWS said")
	out, code := p.sh("crossgrant setup --bucket my.test.bucket --firm-user=-dash --state-dir " + shell.Word(filepath.Join(p.dir, oddDir)) + " " + flags)
	if code != exitDone {
		t.Errorf("with the flags it ends with %d:\n%s", code, out)
	}
}

// A path is in a sentence as a shell takes it, however wide the sentence is.
func TestPathsInSentencesAreThoseOfAShell(t *testing.T) {
	t.Parallel()
	file := "the  key\nof firm's"
	for _, view := range []string{"text", "json", "farewell", "report"} {
		p := newPrinting(t, view, "")
		o := p.asked("setup")
		o.Answers.KeyFile = filepath.Join(p.dir, file)
		said := p.tell(t.Context(), o)
		if view == "json" {
			said = strings.Join(p.texts(said), "\n")
		}
		for _, path := range []string{o.Answers.KeyFile, filepath.Join(o.StateDir, p.one()+".jsonl")} {
			if !strings.Contains(said, shell.Word(path)) && (view != "json" || !strings.Contains(said, path)) {
				t.Errorf("%s: %s is not in:\n%s", view, shell.Word(path), said)
			}
		}
	}
}
