package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// What S3 asks of the principals that policies and ACLs name.

var (
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
	principalARN = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):(root|user/.+)$`)
)

// Principal says whether an AWS principal of a bucket policy exists for other
// services by now, and the unique id that S3 stores for it: a user's AIDA id; an
// account id or its :root ARN as it is. Every well-formed account id counts as an
// account that exists: only AWS knows which ones do. A user must exist here.
func (d *Directory) Principal(value string, now time.Time) (uniqueID string, ok bool) {
	if accountID.MatchString(value) {
		return value, true
	}
	m := principalARN.FindStringSubmatch(value)
	if m == nil {
		return "", false
	}
	if m[2] == "root" {
		return value, true
	}
	if a := d.accounts[m[1]]; a != nil {
		for _, u := range a.users {
			if u.arn() == value && u.exists.seen(now) {
				return u.id, true
			}
		}
	}
	return "", false
}

// Shown is what a stored unique id reads as: the user's ARN while that
// very user exists, else the id itself.
func (d *Directory) Shown(stored string) string {
	for _, a := range d.accounts {
		for _, u := range a.users {
			if u.id == stored && u.exists.latest() {
				return u.arn()
			}
		}
	}
	return stored
}

// Canonical is an account's canonical user id, 64 hex digits.
func (*Directory) Canonical(account string) string {
	sum := sha256.Sum256([]byte("canonical user of " + account))
	return hex.EncodeToString(sum[:])
}

// AccountOf gives the account that a canonical user id belongs to.
func (d *Directory) AccountOf(canonical string) (account string, ok bool) {
	for id := range d.accounts {
		if strings.EqualFold(d.Canonical(id), canonical) {
			return id, true
		}
	}
	return "", false
}
