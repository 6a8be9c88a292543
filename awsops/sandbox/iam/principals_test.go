package iam

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// filled is a directory of two accounts with an administrator each.
func filled(t *testing.T) *Directory {
	t.Helper()
	d := New(&sync.Mutex{}, 0)
	for _, account := range []string{"111122223333", "444455556666"} {
		if err := d.AddAccount(account, "", time.Now()); err != nil {
			t.Fatal(err)
		}
		d.AddAdministrator(account, time.Now())
	}
	return d
}

func TestCanonicalIDs(t *testing.T) {
	d := filled(t)
	id := d.Canonical("111122223333")
	if account, ok := d.AccountOf(strings.ToUpper(id)); len(id) != 64 || account != "111122223333" || !ok {
		t.Errorf("%s is of %q", id, account)
	}
	if account, ok := d.AccountOf(d.Canonical("000000000000")); ok {
		t.Errorf("an account that is not there is %s", account)
	}
}

func TestPrincipals(t *testing.T) {
	d := filled(t)
	admin := d.accounts["111122223333"].named(aUser, "admin")
	for value, want := range map[string]string{
		"111122223333":                         "111122223333",
		"000000000000":                         "000000000000", // any account may exist
		"arn:aws:iam::000000000000:root":       "arn:aws:iam::000000000000:root",
		"arn:aws:iam::111122223333:user/admin": admin.id,
		"arn:aws:iam::111122223333:user/Admin": "",
		"arn:aws:iam::111122223333:user/other": "",
		"arn:aws:iam::000000000000:user/admin": "",
		"arn:aws:iam::111122223333:group/g":    "",
		"1111-2222-3333":                       "",
		"11112222333":                          "",
		admin.id:                               "",
	} {
		if id, ok := d.Principal(value, time.Now()); id != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", value, id, ok, want)
		}
	}
	if got := d.Shown(admin.id); got != "arn:aws:iam::111122223333:user/admin" {
		t.Errorf("the administrator reads as %s", got)
	}
	if got := d.Shown("111122223333"); got != "arn:aws:iam::111122223333:root" {
		t.Errorf("an account reads as %s", got)
	}
	if got := d.Shown("AIDAGONE"); got != "AIDAGONE" {
		t.Errorf("a user that is gone reads as %s", got)
	}
}
