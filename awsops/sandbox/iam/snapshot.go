package iam

import "fmt"

// Snapshot describes accounts and users, one line a thing, without secrets, ids and
// times.
func (d *Directory) Snapshot() []string {
	var lines []string
	for id, a := range d.accounts {
		lines = append(lines, fmt.Sprintf("account %s alias %q", id, a.alias))
		for _, k := range a.root.keys {
			lines = append(lines, fmt.Sprintf("%s key %s", a.root.arn(), k.status()))
		}
		for _, u := range a.users {
			if u.exists.latest() {
				lines = append(lines, u.snapshot()...)
			}
		}
	}
	return lines
}

func (u *user) snapshot() []string {
	lines := []string{"user " + u.arn()}
	for _, t := range u.tags {
		lines = append(lines, fmt.Sprintf("user %s tag %q = %q", u.arn(), t.Key, t.Value))
	}
	for _, k := range u.keys {
		lines = append(lines, fmt.Sprintf("user %s key %s", u.arn(), k.status()))
	}
	for _, p := range u.inline {
		lines = append(lines, fmt.Sprintf("user %s policy %s %s", u.arn(), p.name, p.document.Compact()))
	}
	for _, arn := range u.attached {
		lines = append(lines, fmt.Sprintf("user %s attached %s", u.arn(), arn))
	}
	return lines
}
