package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What S3 asks of the principals that policies and ACLs name.

var (
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
	principalARN = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):(root|user/.+|role/.+)$`)
	sessionARN   = regexp.MustCompile(`^arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/([^/]+)$`)
)

// Principals of AWS's own, which customers' policies name and no account here holds.
// Sources: Restrict access to an Amazon S3 origin (CloudFront's origin access identities);
// Database audit logging (Amazon Redshift's account of each region, whose user is "logs");
// Standard logging, legacy (CloudFront's canonical user awslogsdelivery, which S3 gives
// back as the root of its account).
var (
	originAccess = regexp.MustCompile(`^arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E[0-9A-Z]+$`)
	redshiftLogs = strings.Fields(`193672423079 391106570357 262260360010 902366379725 365689465814 313564881002
		865932855811 090321488786 760740231472 361669875840 762762565011 404641285394 907379612154 053454850223
		210876761215 307160386991 945612479654 915173422425 729911121831 013126148197 075028567923`)
)

const (
	logDelivery        = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
	logDeliveryAccount = "162777425019"
)

// Principal says whether an AWS principal of a bucket policy exists for other
// services by now, and the unique id that is stored for it: a user's AIDA id, a
// role's AROA id, and with it the name of a session; an
// account id or its :root ARN as it is, and AWS's own. Every well-formed account id counts
// as an account that exists: only AWS knows which ones do. A user or a role must exist here.
func (d *Directory) Principal(value string, now time.Time) (uniqueID string, ok bool) {
	if accountID.MatchString(value) {
		return value, true
	}
	if originAccess.MatchString(value) {
		return value, true
	}
	if m := sessionARN.FindStringSubmatch(value); m != nil && d.accounts[m[1]] != nil {
		for _, r := range d.accounts[m[1]].roles {
			if r.name == m[2] && r.exists.seen(now) {
				return r.id + ":" + m[3], true
			}
		}
	}
	m := principalARN.FindStringSubmatch(value)
	if m == nil {
		return "", false
	}
	if m[2] == "root" || m[2] == "user/logs" && slices.Contains(redshiftLogs, m[1]) {
		return value, true
	}
	if a := d.accounts[m[1]]; a != nil {
		for _, u := range slices.Concat(a.users, a.roles) {
			if u.arn() == value && u.exists.seen(now) {
				return u.id, true
			}
		}
	}
	return "", false
}

// Shown is what a stored principal reads as: an account's id as the ARN of its root, a
// user's or a role's unique id as its ARN while that very one exists, anything else as it is.
func (d *Directory) Shown(stored string) string {
	if accountID.MatchString(stored) {
		return "arn:aws:iam::" + stored + ":root"
	}
	id, session, isSession := strings.Cut(stored, ":")
	for _, a := range d.accounts {
		for _, u := range slices.Concat(a.users, a.roles) {
			switch {
			case u.id != id || !u.exists.latest():
			case isSession:
				return sessionOf(u, session)
			default:
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
	if strings.EqualFold(canonical, logDelivery) {
		return logDeliveryAccount, true
	}
	for id := range d.accounts {
		if strings.EqualFold(d.Canonical(id), canonical) {
			return id, true
		}
	}
	return "", false
}
