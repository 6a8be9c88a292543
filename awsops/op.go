// Package awsops is every contact that crossgrant has with AWS. An operation is
// a value: what the screen shows, the journal records and AWS is sent are the
// same one. Readers read and change nothing; waits say what they wait for;
// every error is a problem.Error, which a person can act on.
//
// It knows nothing of steps or screens and prints nothing. Outside this folder
// nothing of the project imports the AWS SDK.
package awsops

import (
	"context"
	"time"

	"crossgrant/awsops/policy"
)

// Operation is one call that changes something in AWS, or tries to. The
// interface is sealed: its implementations are the types of this package.
type Operation interface {
	// Kind is the operation's name in a journal, such as "set-bucket-policy".
	Kind() string
	// Target is what the operation is about.
	Target() Target
	// Describe says what the operation does, for people.
	Describe() Description
	// Inverse returns the operation that takes this one back, given the receipt
	// of what it did. False: there is nothing to take back.
	Inverse(Receipt) (Operation, bool)

	perform(context.Context, *Session) (Receipt, error)
}

// Description is an operation in words, documents and an aws command.
type Description struct {
	Summary  string // "Add 1 statement to the policy of the bucket b": no full stop
	Target   Target // what it is about
	Resource string // the same, for people
	Changes  bool   // false for a test read
	Local    bool   // it is done on this computer, not in AWS: the Command is a shell's
	// Before and After are the documents that the operation replaces and sends.
	Before, After *policy.Document
	Command       []string // arguments of the equivalent aws command, without "aws" and a profile
	Body          string   // for a command that reads a file: what the file BodyFile holds
}

// A Target is what an operation is about, comparable: operations with one target
// act on one thing. An operation and its inverse have the same target, except that
// only the inverse knows the id which AWS gave.
type Target struct {
	Account string // 12-digit id of the account that holds it
	Kind    Kind
	Name    string // of the bucket, the user, the role, or the object with its bucket before it
	ID      string // of a key, an object's version; the name of an inline policy
}

// UserIn and RoleIn are a user and a role of an account.
func UserIn(account, name string) Target { return Target{Account: account, Kind: KindUser, Name: name} }

func RoleIn(account, name string) Target { return Target{Account: account, Kind: KindRole, Name: name} }

// Principal is the user or the role that a thing is or belongs to; the zero Target for
// what is of neither.
func (t Target) Principal() Target {
	switch t.Kind {
	case KindUser, KindUserPolicy, KindUserAttachment, KindAccessKey:
		return UserIn(t.Account, t.Name)
	case KindRole, KindRolePolicy, KindRoleAttachment, KindRoleTrust:
		return RoleIn(t.Account, t.Name)
	}
	return Target{}
}

// InlinePolicy is one of the inline policies of a user or a role.
func (t Target) InlinePolicy(name string) Target {
	kind := KindUserPolicy
	if t.Kind == KindRole {
		kind = KindRolePolicy
	}
	return Target{Account: t.Account, Kind: kind, Name: t.Name, ID: name}
}

// Kind is the kind of a thing in AWS, in words.
type Kind string

const (
	KindBucket       Kind = "bucket"
	KindBucketPolicy Kind = "bucket policy"
	KindUser         Kind = "user"
	KindUserPolicy   Kind = "inline policy"
	KindRole         Kind = "role"
	KindRolePolicy   Kind = "role policy" // inline, too
	KindRoleTrust    Kind = "trust policy"

	KindManagedPolicy  Kind = "managed policy"
	KindUserAttachment Kind = "attached policy" // its ID is the ARN of the managed policy
	KindRoleAttachment Kind = "attached role policy"

	KindAccessKey  Kind = "access key"
	KindObject     Kind = "object"
	KindKeyFile    Kind = "key file"
	KindKeyProfile Kind = "key profile"
	KindStatement  Kind = "statement" // of a bucket's policy; its ID is the Sid
)

// BodyFile is the name by which a Command refers to its Body.
const BodyFile = "probe.txt"

// Receipt is what AWS said an operation did. It never holds a secret when it is
// written as JSON.
type Receipt struct {
	Time      time.Time `json:"time"`
	RequestID string    `json:"request_id,omitempty"`
	UserID    string    `json:"user_id,omitempty"` // AIDA..., of a role AROA...
	UserARN   string    `json:"user_arn,omitempty"`
	PolicyID  string    `json:"policy_id,omitempty"` // ANPA..., of a managed policy
	KeyID     string    `json:"key_id,omitempty"`    // AKIA...
	Secret    Secret    `json:"-"`
	VersionID string    `json:"version_id,omitempty"` // of the object, "" when not versioned
	ETag      string    `json:"etag,omitempty"`       // of the object that was written
	Created   time.Time `json:"created,omitzero"`     // of the bucket, as S3 lists it
	Refused   string    `json:"refused,omitempty"`    // the code of a refusal that was expected
	Already   bool      `json:"already,omitempty"`    // it was so before: nothing was done
}

// Operations. Owner and Account are 12-digit account ids: a call that finds
// itself in another account fails and changes nothing.
type (
	// SetBucketPolicy replaces Before, which the live policy must still equal in
	// meaning, by After; nil means none. It waits while S3 does not yet know a
	// principal that After names and Before does not.
	SetBucketPolicy struct {
		Bucket string           `json:"bucket"`
		Owner  string           `json:"owner"`
		Before *policy.Document `json:"before"`
		After  *policy.Document `json:"after"`
	}
	// SetUserPolicy does the same with an inline policy of a user.
	SetUserPolicy struct {
		Account string           `json:"account"`
		User    string           `json:"user"`
		Name    string           `json:"name"`
		Before  *policy.Document `json:"before"`
		After   *policy.Document `json:"after"`
	}
	// SetRolePolicy does the same with an inline policy of a role.
	SetRolePolicy struct {
		Account string           `json:"account"`
		Role    string           `json:"role"`
		Name    string           `json:"name"`
		Before  *policy.Document `json:"before"`
		After   *policy.Document `json:"after"`
	}
	// CreateUser makes a user with tags that name crossgrant and the run. It fails
	// when the name is taken, unless by this run's own user.
	CreateUser struct {
		Account string `json:"account"`
		Name    string `json:"name"`
		Run     string `json:"run"`
	}
	// DeleteUser deletes the user with this unique id, unless it bears the tag of
	// another run, and no other of the same name.
	DeleteUser struct {
		Account string `json:"account"`
		Name    string `json:"name"`
		ID      string `json:"id"`
		Run     string `json:"run"`
	}
	// CreateRole makes a role with the same tags, which those may assume whom Trust names.
	CreateRole struct {
		Account string          `json:"account"`
		Name    string          `json:"name"`
		Run     string          `json:"run"`
		Trust   policy.Document `json:"trust"`
	}
	// SetRoleTrust replaces the trust policy of a role, which must still be Before. It is
	// for taking away: what it took goes with the role, and is not given back.
	SetRoleTrust struct {
		Account string          `json:"account"`
		Role    string          `json:"role"`
		Before  policy.Document `json:"before"`
		After   policy.Document `json:"after"`
	}
	// DeleteRole deletes a role as DeleteUser does a user.
	DeleteRole struct {
		Account string `json:"account"`
		Name    string `json:"name"`
		ID      string `json:"id"`
		Run     string `json:"run"`
	}
	// CreateAccessKey makes a key. The secret is in the receipt alone. It is not sent
	// again after a lost answer, which may have made a key of which nobody has the
	// secret. Known are the user's keys right before: that one is not among them.
	CreateAccessKey struct {
		Account string   `json:"account"`
		User    string   `json:"user"`
		Known   []string `json:"known,omitempty"`
	}
	// DeleteAccessKey deletes one key by its id.
	DeleteAccessKey struct {
		Account string `json:"account"`
		User    string `json:"user"`
		KeyID   string `json:"key_id"`
	}
	// PutObject writes a probe, only where no object of that key is
	// (If-None-Match: *).
	PutObject struct {
		Bucket string `json:"bucket"`
		Owner  string `json:"owner"`
		Key    string `json:"key"`
		Body   string `json:"body"`
		Expect Expect `json:"expect"`
		// Headers that the bucket's policy demands, "" for none.
		ACL        string `json:"acl,omitempty"`
		Encryption string `json:"encryption,omitempty"`
		KMSKey     string `json:"kms_key,omitempty"`
	}
	// GetObject reads a probe and compares it with Body.
	GetObject struct {
		Bucket string `json:"bucket"`
		Owner  string `json:"owner"`
		Key    string `json:"key"`
		Body   string `json:"body"`
		Expect Expect `json:"expect"`
	}
	// DeleteObject deletes one version of a probe, or the probe where versions are
	// not kept: then only while the object still has the ETag of the probe. With Expect
	// Refused it is the try that should fail.
	DeleteObject struct {
		Bucket    string `json:"bucket"`
		Owner     string `json:"owner"`
		Key       string `json:"key"`
		VersionID string `json:"version_id,omitempty"`
		ETag      string `json:"etag,omitempty"` // "": not compared
		Expect    Expect `json:"expect"`
	}
	// RemoveKeyFile removes what a set-up saved a key in on this computer, once the key is
	// deleted: a file of its own, or a profile in a credentials file.
	RemoveKeyFile struct {
		Account string `json:"account"` // the key's
		User    string `json:"user"`
		KeyID   string `json:"key_id"`
		Path    string `json:"path"`
		Profile string `json:"profile,omitempty"` // "": the file is the key's own
	}
	// CreateBucket makes a bucket without ACLs. S3 itself makes new ones with Block
	// Public Access on (Blocking public access to your Amazon S3 storage).
	CreateBucket struct {
		Bucket string `json:"bucket"`
		Owner  string `json:"owner"`
		Region string `json:"region"`
	}
	// DeleteBucket deletes a bucket that this run made, when it is empty and still the one
	// that was Created then.
	DeleteBucket struct {
		Bucket  string    `json:"bucket"`
		Owner   string    `json:"owner"`
		Created time.Time `json:"created,omitzero"`
	}
)

// Expect is what a test call should meet. Left empty, no refusal is expected and
// none is waited out.
type Expect string

const (
	// Granted: the call should work; a refusal that IAM's delay explains is waited
	// out, within the session's Pace.
	Granted Expect = "granted"
	// Refused: S3 should answer AccessDenied, which is then the receipt's Refused.
	// A call that works instead is no error: its receipt has Refused empty.
	Refused Expect = "refused"
	// Shut: the same once a change that was made a moment ago has spread: until then a
	// read that works is tried again.
	Shut Expect = "shut"
)
