package problem

import (
	"errors"
	"strings"
	"testing"
)

// What a text may show, by what is known to be set and by its shape.
func TestWhatIsQuoted(t *testing.T) {
	t.Parallel()
	const token = "FwoGZXIvYXdzEBYaDKd3E/x+y9Zq0Q1v2SLIAbc4kQz8Wn1Tq7m5Rr0uYt2Vx6Jp9Hs3Lg8Df4Ka1Zc7Mb5Nq2Xw6Ev0Ru9Ti3Yo8Pl4Kj1Hg=="
	who := Actor{Profile: "p", Hidden: []Setting{
		{"endpoint_url", "p", "http://a:b@h"},
		{"ca_bundle", "p", "ab"},
		{"token", "p", "one\ntwo"},
		{"back", "p", `a\b"c`},
		{"empty", "p", ""},
	}}
	for text, want := range map[string]string{
		// By value: whole, each line of it, as Go quotes it, and a short one as a word alone.
		"Failed to parse: http://a:b@h":   "Failed to parse: (the value of endpoint_url)",
		"about ab, cab and abs, not (ab)": "about (the value of ca_bundle), cab and abs, not ((the value of ca_bundle))",
		"first one, then two":             "first (the value of token), then (the value of token)",
		`got a\\b\"c`:                     "got (the value of back)",
		"nothing of it":                   "nothing of it",
		// By shape: addresses with a password, tokens, secrets, what is named as one.
		"proxy http://me:pa/ss@proxy:1 failed":        "proxy http://(not shown)@proxy:1 failed",
		"got " + token + ".":                          "got (not shown)",
		"x-amz-security-token:FwoG/x=\nhost:h":        "x-amz-security-token:(not shown) host:h",
		`{"SecretAccessKey": "s3cr/t","Version":1`:    `{"SecretAccessKey": "(not shown)","Version":1`,
		"is wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLE99": "is (not shown)",
		// These look like one and are none.
		"user arn:aws:iam::111122223333:user/a/b":         "user arn:aws:iam::111122223333:user/a/b",
		"hash 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12":   "hash 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
		"You are not authorized to perform: s3:PutObject": "You are not authorized to perform: s3:PutObject",
	} {
		for _, byAWS := range []bool{true, false} {
			if got, _ := who.quote(text, byAWS); got != want && (byAWS || !strings.Contains(text, `"`)) {
				t.Errorf("%q is quoted as %q, want %q", text, got, want)
			}
		}
	}
	// The SDK puts between quotation marks what it could not read; AWS's marks are its own.
	const text = `parsing time "hunter2" as "x\"y": Get "https://s3.amazonaws.com/b": proxy "http://a:p@h"`
	if got, _ := who.quote(text, false); got != `parsing time "(not shown)" as "(not shown)": Get "https://s3.amazonaws.com/b": proxy "(not shown)"` {
		t.Errorf("of the SDK's: %s", got)
	}
	if got, _ := who.quote(`on resource: "b"`, true); got != `on resource: "b"` {
		t.Errorf("of AWS's: %s", got)
	}
	if got, _ := (Actor{}).quote(`open "x": a disk is full`, false); got != `open "x": a disk is full` {
		t.Errorf("of crossgrant's own: %s", got)
	}
}

// What is hidden is named: by its value where the text quotes it, else by its name.
func TestWhatIsHiddenIsNamed(t *testing.T) {
	t.Parallel()
	who := Actor{Profile: "p", Hidden: []Setting{{"max_attempts", "the profile p in FILE", "many"}, {"region", "the profile p in FILE", "many regions"}}}
	for text, want := range map[string]string{
		"failed to load max_attempts from shared config": "It is about max_attempts of the profile p in FILE.",
		"not this: many regions":                         "It is about region of the profile p in FILE.",
		"not this: many":                                 "It is about max_attempts of the profile p in FILE.",
	} {
		if p := DiagnoseAs(errors.New(text), "try", who); !strings.Contains(p.Detail, want) || strings.Contains(p.Error(), "many") {
			t.Errorf("%q: %v", text, p)
		}
	}
	if p := DiagnoseAs(errors.New("the region is busy"), "try", who); strings.Contains(p.Detail, "It is about") {
		t.Errorf("a word is taken for a setting: %v", p)
	}
}
