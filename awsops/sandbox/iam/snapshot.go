package iam

import (
	"fmt"
	"slices"
)

// Snapshot describes accounts, users, roles and groups, one line a thing, without secrets, ids
// and times. Sessions, which end by themselves, are left out.
func (d *Directory) Snapshot() []string {
	var lines []string
	for id, a := range d.accounts {
		lines = append(lines, fmt.Sprintf("account %s alias %q", id, a.alias))
		for _, p := range slices.Concat(a.organization.scp, a.organization.rcp) {
			lines = append(lines, fmt.Sprintf("account %s under %s %s", id, p.Name, p.Document.Compact()))
		}
		for _, p := range a.policies {
			for _, v := range p.versions {
				lines = append(lines, fmt.Sprintf("policy %s %s %s", p.arn(), v.id(), v.document.Compact()))
			}
			lines = append(lines, fmt.Sprintf("policy %s in effect %s", p.arn(), p.inEffect().id()))
		}
		for _, k := range a.root.keys {
			lines = append(lines, fmt.Sprintf("%s key %s", a.root.arn(), k.status()))
		}
		for _, u := range slices.Concat(a.users, a.roles, a.groups) {
			if u.exists.latest() {
				lines = append(lines, d.snapshot(u)...)
			}
		}
	}
	return lines
}

func (d *Directory) snapshot(u *entity) []string {
	line := func(format string, args ...any) string { return u.word + " " + u.arn() + fmt.Sprintf(format, args...) }
	lines := []string{line("")}
	for _, t := range u.tags {
		lines = append(lines, line(" tag %q = %q", t.Key, t.Value))
	}
	for _, k := range u.keys {
		lines = append(lines, line(" key %s", k.status()))
	}
	for _, p := range u.inline {
		lines = append(lines, line(" policy %s %s", p.name, p.document.Compact()))
	}
	for _, arn := range u.attached {
		lines = append(lines, line(" attached %s", arn))
	}
	if u.kind == aRole {
		lines = append(lines, line(" trust %s", d.shownTrust(u)), line(" description %q sessions of %s", u.description, u.longest))
	}
	for _, member := range u.members {
		lines = append(lines, line(" member %s", member.name))
	}
	if u.boundary != "" {
		lines = append(lines, line(" boundary %s", u.boundary))
	}
	return lines
}
