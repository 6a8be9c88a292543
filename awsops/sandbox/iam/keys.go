package iam

import (
	"slices"
)

const (
	maxKeys = 2 // of a user. Source: IAM and AWS STS quotas
	// maxKnown bounds the keys that are remembered, deleted ones too. AWS has no such limit.
	maxKnown = 50000
)

type keyXML struct {
	UserName        string `xml:",omitempty"`
	AccessKeyId     string
	Status          string
	SecretAccessKey string `xml:",omitempty"` // only when it is made
	CreateDate      string
}

func (k *accessKey) xml() keyXML {
	return keyXML{UserName: k.user.name, AccessKeyId: k.id, Status: k.status(), CreateDate: iso(k.created)}
}

func (k *accessKey) status() string {
	if k.active {
		return "Active"
	}
	return "Inactive"
}

func createAccessKey(q *query) (any, error) {
	u, err := q.targetOrCaller()
	if err != nil {
		return nil, err
	}
	if len(u.keys) >= maxKeys {
		return nil, limitExceeded("Cannot exceed quota for AccessKeysPerUser: %d", maxKeys)
	}
	if len(q.directory.keys) >= maxKnown {
		return nil, limitExceeded("The sandbox has made %d access keys, and makes no more: start it anew.", maxKnown)
	}
	key := q.directory.newKey(u, q.Now, q.effective())
	x := key.xml()
	x.SecretAccessKey = key.secret
	return struct{ AccessKey keyXML }{x}, nil
}

func listAccessKeys(q *query) (any, error) {
	u, err := q.targetOrCaller()
	if err != nil {
		return nil, err
	}
	var keys []keyXML
	for _, k := range u.keys {
		keys = append(keys, k.xml())
	}
	keys, page, err := cut(q, keys, func(k keyXML) string { return k.AccessKeyId })
	return struct {
		AccessKeyMetadata members[keyXML]
		more
	}{members[keyXML]{keys}, page}, err
}

// targetKey is the key that a call names, of the user that it names.
func (q *query) targetKey() (*accessKey, error) {
	id := q.required("AccessKeyId", 128)
	if err := q.validation(); err != nil {
		return nil, err
	}
	if !keyIDText.MatchString(id) {
		return nil, validation("Value '" + id + "' at 'accessKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+ and have length greater than or equal to 16")
	}
	u, err := q.targetOrCaller()
	if err != nil {
		return nil, err
	}
	for _, k := range u.keys {
		if k.id == id {
			return k, nil
		}
	}
	return nil, noSuchEntity("The Access Key with id %s cannot be found.", id)
}

func updateAccessKey(q *query) (any, error) {
	status := q.required("Status", 16)
	if err := q.validation(); err != nil {
		return nil, err
	}
	if status != "Active" && status != "Inactive" {
		return nil, validation("Value '" + status + "' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")
	}
	k, err := q.targetKey()
	if err != nil {
		return nil, err
	}
	k.active = status == "Active"
	k.works.set(k.active, q.Now, q.effective())
	return nil, nil
}

func deleteAccessKey(q *query) (any, error) {
	k, err := q.targetKey()
	if err != nil {
		return nil, err
	}
	k.user.keys = slices.DeleteFunc(k.user.keys, func(other *accessKey) bool { return other == k })
	k.works.set(false, q.Now, q.effective())
	return nil, nil
}

func getAccessKeyLastUsed(q *query) (any, error) {
	id := q.required("AccessKeyId", 128)
	if err := q.validation(); err != nil {
		return nil, err
	}
	k := q.directory.keys[id]
	if k == nil || k.user.account != q.account || !slices.Contains(k.user.keys, k) {
		if err := q.authorize("*", nil); err != nil {
			return nil, err
		}
		return nil, noSuchEntity("The Access Key with id %s cannot be found.", id)
	}
	if err := q.authorizeOn(k.user, nil); err != nil {
		return nil, err
	}
	type lastUsedXML struct {
		LastUsedDate        string `xml:",omitempty"`
		ServiceName, Region string
	}
	last := lastUsedXML{ServiceName: "N/A", Region: "N/A"}
	if !k.lastUsed.at.IsZero() {
		last = lastUsedXML{iso(k.lastUsed.at), k.lastUsed.service, k.lastUsed.region}
	}
	return struct {
		UserName          string `xml:",omitempty"`
		AccessKeyLastUsed lastUsedXML
	}{k.user.name, last}, nil
}
