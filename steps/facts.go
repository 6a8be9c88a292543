package steps

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// Answers are what the person chose. They are journaled, so that a run can go on.
type Answers struct {
	Journey         string `json:"journey"`
	CustomerProfile string `json:"customer_profile"`
	FirmProfile     string `json:"firm_profile"`
	Bucket          string `json:"bucket"`
	MakeBucket      string `json:"make_bucket,omitempty"` // region to make the bucket in; "": it is there already
	TestUser        string `json:"test_user,omitempty"`
	FirmUser        string `json:"firm_user"`
	UseExisting     bool   `json:"use_existing,omitempty"`      // the firm's user is there already
	FirmRole        string `json:"firm_role,omitempty"`         // in the place of a user; "": a user
	UseExistingRole bool   `json:"use_existing_role,omitempty"` // the firm's role is there already
	Trusts          string `json:"trusts,omitempty"`            // ARN of who may assume the new role; "": the firm's account
	Access          string `json:"access,omitempty"`            // policy.Access; "": the article's
	Prefix          string `json:"prefix,omitempty"`            // of the files' keys
	Until           string `json:"until,omitempty"`             // the last day, as 2026-12-31; "": no end
	OnlyThisUser    bool   `json:"only_this_user,omitempty"`
	KMSKey          string `json:"kms_key,omitempty"`     // ARN of the key with which the bucket encrypts; "": none, or it is to be found
	ProbeKey        string `json:"probe_key,omitempty"`   // "": keys of the run's own
	KeyFile         string `json:"key_file,omitempty"`    // where setup saves the firm user's key; "": the key is deleted after the test
	KeyProfile      string `json:"key_profile,omitempty"` // the profile in KeyFile, which is then the shared credentials file; "": the file is the key's own
	Only            Side   `json:"only,omitempty"`        // the half that this run is; "": both
	OtherAccount    string `json:"other_account,omitempty"`
	Receipt         string `json:"receipt,omitempty"`     // what the customer sent back to a firm that does its half
	GranteeARN      string `json:"grantee_arn,omitempty"` // of the firm's user or role as a grant names it, which may have a path
	Mends           bool   `json:"mends,omitempty"`       // no set-up, but what a check found missing in one
	Part            bool   `json:"part,omitempty"`        // the same, of a grant whose rest somebody else wrote
	Fleet           string `json:"fleet,omitempty"`       // the fleet that the run is a part of: a bucket's, or without one the firm's side of all
	ByAccount       bool   `json:"by_account,omitempty"`  // the firm's side of a fleet names the customers' accounts and not their buckets
	AllowHTTP       bool   `json:"allow_http,omitempty"`  // endpoints that are not encrypted were allowed
	StateDir        string `json:"-"`                     // where the records of runs stand; "": in the usual folder
}

// policyName is the name of the inline policy of the firm's user or role, the article's. One
// that has another policy of that name gets one with the bucket's name added.
const policyName = "writer-policy"

// terms tell the grants of one firm on one bucket apart, as policy.Grant does.
func (a Answers) terms() string {
	only := ""
	if t := a.Grantee(); a.OnlyThisUser {
		only = string(t.Kind) + "/" + t.Name
	}
	terms := []string{cmp.Or(a.Access, string(policy.Article)), a.Prefix, only}
	if a.Part {
		terms = append(terms, "part")
	}
	return strings.Join(terms, "\n")
}

func termsOf(g policy.Grant) string {
	a := Answers{Access: string(g.Access), Prefix: g.Prefix, OnlyThisUser: g.Only, Part: g.Part}
	if name := g.Grantee[strings.LastIndexByte(g.Grantee, '/')+1:]; strings.Contains(g.Grantee, ":role/") {
		a.FirmRole = name
	} else {
		a.FirmUser = name
	}
	return a.terms()
}

// Grant is what the run gives.
func (f Facts) Grant() policy.Grant {
	g := policy.Grant{
		Partition: f.Customer.Partition, Bucket: f.Bucket, Owner: f.Customer.Account, Firm: f.Firm.Account,
		Grantee: f.Writer.ARN, Access: policy.Access(f.Answers.Access), Prefix: f.Prefix, Only: f.OnlyThisUser, Key: f.KMSKey, Part: f.Part,
	}
	if g.Grantee == "" {
		g.Grantee = arnOf(f.Grantee(), f.Firm.Partition)
	}
	g.Until, _ = time.Parse(time.DateOnly, f.Until) // which CheckAnswers has seen
	return g
}

// Terms says what the run gives and what not, "" for what the article gives.
func (f Facts) Terms() string {
	g := f.Grant()
	if f.Journey != "setup" || g.Sid() == policy.SidFirm+f.Firm.Account && g.Until.IsZero() {
		return ""
	}
	return g.Gives() + " " + g.Withholds()
}

// Facts are the answers and what was learned from AWS and from receipts.
type Facts struct {
	Answers
	Run      string
	Customer awsops.Identity
	Firm     awsops.Identity
	Region   string // the bucket's

	CustomerEndpoints, FirmEndpoints awsops.Endpoints

	Tester Person // the test user, of the customer's account
	Writer Person // the firm's user, or its role

	// The documents as they were last read or written, for deciding who can do what.
	BucketPolicy   *policy.Document
	PolicyRead     bool           // false: not looked at yet
	WriterPolicies []policy.Named // the inline policies of the firm's user or role, and the managed ones that the run gave
	WriterRead     bool

	Refusals []Refusal        // what should have been refused, and whether it was
	Wrote    awsops.PutObject // the firm's test file, whose headers its deliveries need
	Unread   string           // why the customer's administrator could not read a probe, "" where it could
}

// Person is an IAM user of one of the two accounts, or the firm's role, which has no key.
type Person struct {
	Name, ARN, ID string
	Key           Key
	Tested        bool // it wrote and read a probe in this run
}

// Key is an access key of this run's making. Its secret is never journaled: after
// going on from a journal it is empty.
type Key struct {
	ID     string
	Secret awsops.Secret
}

// Refusal is a call that should have been refused.
type Refusal struct {
	As        Actor
	Action    string
	Code      string // AWS's, "" when the call was not refused
	RequestID string
}

// Learn takes over what a receipt teaches.
func (f Facts) Learn(a Action, r awsops.Receipt) Facts {
	p := f.person(a.Op.Target())
	switch op := a.Op.(type) {
	case awsops.SetBucketPolicy, awsops.SetUserPolicy, awsops.SetRolePolicy:
		f = f.withDocument(op.Target(), op.Describe().After)
	case awsops.SetManagedPolicy:
		f = f.withPolicy(op.ARN, op.After)
	case awsops.CreateBucket:
		f.BucketPolicy, f.PolicyRead = nil, true
	case awsops.CreateUser, awsops.CreateRole:
		p.Name, p.ARN, p.ID = op.Target().Name, r.UserARN, r.UserID
		if p == &f.Writer {
			f.WriterPolicies, f.WriterRead = nil, true
		}
	case awsops.DeleteUser, awsops.DeleteRole:
		*p = Person{Name: p.Name, Tested: p.Tested}
	case awsops.CreateAccessKey:
		p.Key = Key{ID: r.KeyID, Secret: r.Secret}
	case awsops.DeleteAccessKey:
		if p.Key.ID == op.KeyID {
			p.Key = Key{}
		}
	case awsops.PutObject:
		f.noteRefusal(a.As, "s3:PutObject", op.Expect, r)
		if a.As == Writer && op.Expect == awsops.Granted {
			f.Wrote = op
		}
	case awsops.DeleteObject:
		f.noteRefusal(a.As, "s3:DeleteObject", op.Expect, r)
	case awsops.GetObject:
		f.noteRefusal(a.As, "s3:GetObject", op.Expect, r)
		switch a.As {
		case TestUser:
			f.Tester.Tested = true
		case Writer:
			f.Writer.Tested = true
		}
	}
	return f
}

// After are the facts as they would be once a change is done.
func (f Facts) After(c Change) Facts {
	for _, a := range c.Actions {
		f = f.Learn(a, receiptFor(a.Op, f.Customer.Partition))
	}
	return f
}

// withDocument takes over a policy as it stands.
func (f Facts) withDocument(t awsops.Target, d *policy.Document) Facts {
	switch {
	case t.Kind == awsops.KindBucketPolicy && t.Account == f.Customer.Account && t.Name == f.Bucket:
		f.BucketPolicy, f.PolicyRead = d, true
	case isInline(t) && t.Principal() == f.Grantee():
		f = f.withPolicy(t.ID, d)
		f.WriterRead = true
	}
	return f
}

// withPolicy takes over a policy of the firm's user or role: an inline one by its name, a
// managed one by its ARN.
func (f Facts) withPolicy(name string, d *policy.Document) Facts {
	f.WriterPolicies = slices.DeleteFunc(slices.Clone(f.WriterPolicies), func(n policy.Named) bool { return n.Name == name })
	if d != nil {
		f.WriterPolicies = append(f.WriterPolicies, policy.Named{Name: name, Document: *d})
	}
	return f
}

// person is the one of the two that a thing belongs to, or is. It points into
// Learn's own copy of the facts.
func (f *Facts) person(t awsops.Target) *Person {
	if t.Principal() == f.principal(TestUser) {
		return &f.Tester
	}
	return &f.Writer
}

func (f *Facts) noteRefusal(as Actor, action string, expect awsops.Expect, r awsops.Receipt) {
	if expect == awsops.Refused || expect == awsops.Shut {
		f.Refusals = append(slices.Clip(f.Refusals), Refusal{As: as, Action: action, Code: r.Refused, RequestID: r.RequestID})
	}
}

// refusal returns what became of the last try of an action that should have been
// refused.
func (f Facts) refusal(as Actor, action string) (Refusal, bool) {
	for _, r := range slices.Backward(f.Refusals) {
		if r.As == as && r.Action == action {
			return r, true
		}
	}
	return Refusal{}, false
}

// Name is what the person calls an actor.
func (f Facts) Name(a Actor) string {
	switch a {
	case TestUser:
		return f.Tester.Name
	case Writer:
		return f.Writer.Name
	case CustomerAdmin:
		return "the customer's administrator"
	}
	return "the firm's administrator"
}
