package iam

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// do makes a call as the owner of a key, and returns the code of its error.
func do(t *testing.T, d *Directory, key Key, form string) (code string) {
	t.Helper()
	values, err := url.ParseQuery(form + "&Version=" + iamVersion)
	if err != nil {
		t.Fatal(err)
	}
	c := &api.Call{W: httptest.NewRecorder(), R: httptest.NewRequest("POST", "/", nil), Now: time.Now(), Service: "iam", KeyID: key.ID}
	if err := Route(c, values); err != nil {
		t.Fatal(err)
	}
	d.Identify(c)
	err = d.Handle(c, values)
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.Code + ": " + e.Message
	}
	if err != nil {
		t.Fatal(err)
	}
	return ""
}

// administered is a directory of one account, and the key of its administrator.
func administered(t *testing.T) (*Directory, Key) {
	t.Helper()
	d := New(&sync.Mutex{}, 0)
	if err := d.AddAccount("111122223333", "", time.Now()); err != nil {
		t.Fatal(err)
	}
	return d, d.AddAdministrator("111122223333", time.Now())
}

func TestUserQuota(t *testing.T) {
	d, key := administered(t)
	for i := range 4998 { // the administrator is a user too
		d.accounts["111122223333"].add(aUser, fmt.Sprint("u", i), "/", nil, time.Now(), time.Time{})
	}
	if code := do(t, d, key, "Action=CreateUser&UserName=last"); code != "" {
		t.Errorf("the user number 5000: %s", code)
	}
	if code := do(t, d, key, "Action=CreateUser&UserName=more"); code != "LimitExceeded: Cannot exceed quota for UsersPerAccount: 5000" {
		t.Errorf("one user more: %q", code)
	}
	for _, form := range []string{"Action=DeleteUser&UserName=u7", "Action=CreateUser&UserName=more"} {
		if code := do(t, d, key, form); code != "" {
			t.Errorf("%s: %s", form, code)
		}
	}
}

// Deleted keys are remembered, so that there must be an end to making them.
func TestKeysHaveAnEnd(t *testing.T) {
	d, key := administered(t)
	for i := len(d.keys); i < maxKnown-1; i++ {
		d.keys[fmt.Sprint("AKIA", i)] = &accessKey{}
	}
	for i, want := range []string{"", "LimitExceeded: The sandbox has made 50000 access keys, and makes no more: start it anew."} {
		if i > 0 { // a key less of the user's, and not one less that was made
			do(t, d, key, "Action=DeleteAccessKey&AccessKeyId="+d.accounts["111122223333"].users[0].keys[1].id)
		}
		if code := do(t, d, key, "Action=CreateAccessKey"); code != want {
			t.Errorf("key %d: %q, want %q", i, code, want)
		}
	}
}

// With a deleted key its user is remembered, and not what was written on the user.
func TestDeletedUsersAreRememberedWithoutTheirTags(t *testing.T) {
	d, key := administered(t)
	do(t, d, key, "Action=CreateUser&UserName=u&Tags.member.1.Key=k&Tags.member.1.Value=v")
	do(t, d, key, "Action=CreateAccessKey&UserName=u")
	u := d.accounts["111122223333"].named(aUser, "u")
	id := u.keys[0].id
	if len(u.tags) != 1 {
		t.Fatalf("the user has the tags %v", u.tags)
	}
	do(t, d, key, "Action=DeleteAccessKey&UserName=u&AccessKeyId="+id)
	if code := do(t, d, key, "Action=DeleteUser&UserName=u"); code != "" {
		t.Fatal(code)
	}
	if left := d.keys[id].user; left != u || left.tags != nil {
		t.Errorf("of the user is left %+v", left)
	}
}
