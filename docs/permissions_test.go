package docs_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

// Two who may do no more than what a document of permissions/ says.
const ofCustomer, ofFirm = "customer-operator", "firm-operator"

// errand is what the two do from beginning to end, clean-up and all, and the documents
// that say what each of them may.
type errand struct {
	customer, firm string // "": nothing is done with that side's profile
	do             func(*world)
	noKey          bool // it gives nobody the key of a bucket
}

func setUp(a steps.Answers) func(*world) {
	return func(w *world) {
		a.Journey, a.Bucket = "setup", cmp.Or(a.Bucket, bucket)
		if run := w.run(run.Request{Answers: a}); w.code == 0 {
			w.run(cleanUp("", "", run))
		}
	}
}

func cleanUp(customer, firm, id string) run.Request {
	return run.Request{Answers: steps.Answers{Journey: "cleanup", CustomerProfile: customer, FirmProfile: firm}, Run: id}
}

// granted has the administrators set the access up, on another computer.
func granted(w *world, only steps.Side) string {
	a := steps.Answers{Journey: "setup", Bucket: bucket, CustomerProfile: admin(customer), FirmProfile: admin(firm), FirmUser: "test-writer", Only: only}
	if only == steps.Customer {
		a.FirmProfile, a.OtherAccount = "", firm
	}
	a.KeyFile = filepath.Join(w.dir, "key")
	return w.run(run.Request{Answers: a, StateDir: "theirs"})
}

var errands = map[string]errand{
	"tour": {customer: "tour-customer", firm: "tour-firm", noKey: true, do: func(w *world) {
		w.run(run.Request{Answers: steps.Answers{Journey: "tour", Bucket: bucket, CustomerProfile: ofCustomer, FirmProfile: ofFirm, TestUser: "test-customer", FirmUser: "test-writer"}})
	}},
	"setup": {customer: "setup-customer", firm: "setup-firm-user", do: setUp(steps.Answers{CustomerProfile: ofCustomer, FirmProfile: ofFirm, FirmUser: "test-writer"})},
	"setup with a role": {
		customer: "setup-customer", firm: "setup-firm-role",
		do: setUp(steps.Answers{CustomerProfile: ofCustomer, FirmProfile: ofFirm, FirmRole: "delivery"}),
	},
	"setup of a user who was there": { // whose inline policies have no room for one more
		customer: "setup-customer", firm: "setup-existing-user",
		do: func(w *world) {
			full, err := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/` + strings.Repeat("f", 1700) + `"}}`))
			w.must(err)
			w.do(firm, awsops.CreateUser{Account: firm, Name: "test-writer"})
			w.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "full", After: &full})
			setUp(steps.Answers{CustomerProfile: ofCustomer, FirmProfile: ofFirm, FirmUser: "test-writer", UseExisting: true})(w)
		},
	},
	"setup of a new bucket": {
		customer: "make-bucket-customer", noKey: true,
		do: setUp(steps.Answers{CustomerProfile: ofCustomer, FirmProfile: admin(firm), FirmUser: "test-writer", Bucket: "new.test.bucket", MakeBucket: "us-east-1"}),
	},
	"setup of many": {customer: "fleet-customer", firm: "fleet-firm", do: func(w *world) {
		q := run.FleetRequest{Firm: steps.Answers{FirmProfile: ofFirm, FirmUser: "test-writer"}}
		for i := range 4 { // for which it takes an inline policy and a managed one, and then that is widened
			q.Rows = append(q.Rows, fleet.Row{Line: i + 2, Profile: ofCustomer, Bucket: bucket, Prefix: fmt.Sprint(i, strings.Repeat("p", 400), "/")})
			if i > 1 {
				w.fleet(plain.FleetOptions{FleetRequest: q})
			}
		}
		if w.code == 0 {
			q.Rows, q.ID = nil, steps.FleetID(awsops.UserIn(firm, "test-writer"))
			w.fleet(plain.FleetOptions{FleetRequest: q})
		}
	}},
	"the customer's half": {
		customer: "only-customer",
		do:       setUp(steps.Answers{CustomerProfile: ofCustomer, FirmUser: "test-writer", Only: steps.Customer, OtherAccount: firm}),
	},
	"the firm's half": {firm: "only-firm", noKey: true, do: func(w *world) {
		granted(w, steps.Customer)
		w.forget()
		setUp(steps.Answers{FirmProfile: ofFirm, FirmUser: "test-writer", Only: steps.Firm, OtherAccount: customer})(w)
	}},
	"check": {customer: "check-customer", firm: "check-firm", do: func(w *world) {
		granted(w, "")
		w.signIn(firm, "test-writer")
		w.forget()
		q := steps.Question{Answers: steps.Answers{CustomerProfile: ofCustomer, FirmProfile: ofFirm, Bucket: bucket}, WriterProfile: "test-writer"}
		w.check(q)
		gone := w.code
		w.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", Before: w.inline("test-writer")})
		if w.check(q); strings.Contains(w.words(), "cause firm-policy-missing") {
			w.code = gone // that is what it should find
		}
	}},
	"check of a role": {firm: "check-firm-role", do: func(w *world) {
		role := steps.Answers{Journey: "setup", Bucket: bucket, CustomerProfile: admin(customer), FirmProfile: admin(firm), FirmRole: "delivery"}
		w.run(run.Request{Answers: role, StateDir: "theirs"})
		w.forget()
		role.FirmProfile = ofFirm
		w.check(steps.Question{Answers: role})
	}},
	"cleanup": {customer: "cleanup-customer", firm: "cleanup-firm", do: func(w *world) { // of a run that could not delete its test file
		w.Inject(sandbox.Fault{Operation: "DeleteObject", Times: 1000, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
		id := granted(w, "")
		w.Mend()
		w.forget()
		q := cleanUp(ofCustomer, ofFirm, id)
		q.StateDir = "theirs"
		w.run(q)
	}},
}

// buckets are what a customer's bucket may be like: each permission counts in one of them.
var buckets = []func(*world){func(*world) {}, (*world).others, (*world).versions, (*world).encrypts}

// buckets are those in which an errand is done.
func (e errand) buckets() []func(*world) {
	if e.noKey {
		return buckets[:len(buckets)-1]
	}
	return buckets
}

// perform has the two do an errand, who may do no more than the documents say.
func (e errand) perform(t *testing.T, like func(*world), customers, firms policy.Document) *world {
	w := newWorld(t)
	like(w)
	if e.customer != "" {
		w.hire(customer, ofCustomer, customers)
	}
	if e.firm != "" {
		w.hire(firm, ofFirm, firms)
	}
	e.do(w)
	return w
}

// With what permissions/ says each errand is done. With any one permission less it is not,
// or, for what is optional, something is said not to have been looked at; and what is said
// names the permission.
func TestPermissionsAreTheLeast(t *testing.T) {
	t.Parallel()
	tried := 0
	for name, e := range errands {
		if testing.Short() && name != "setup" {
			t.Run(name, func(t *testing.T) {
				t.Skip("-short: the permissions for this are not tried one by one, only those of a set-up")
			})
			continue
		}
		documents := map[string]policy.Document{e.customer: permissions(t, e.customer), e.firm: permissions(t, e.firm)}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, like := range e.buckets() {
				if w := e.perform(t, like, documents[e.customer], documents[e.firm]); w.code != 0 {
					t.Fatalf("exit code %d with all that is said to be needed:\n%s", w.code, w.said.String())
				}
			}
		})
		for file, d := range documents {
			for i, s := range d.Statements {
				for _, action := range s.Action.Values {
					t.Run(fmt.Sprintf("%s/%s without %s", name, file, action), func(t *testing.T) {
						if tried++; testing.Short() && tried%4 > 0 {
							t.Skip("-short: each fourth is left out")
						}
						t.Parallel()
						less := map[string]policy.Document{e.customer: documents[e.customer], e.firm: documents[e.firm]}
						less[file] = without(d, i, action)
						for _, like := range e.buckets() {
							w := e.perform(t, like, less[e.customer], less[e.firm])
							told := strings.Contains(w.words(), action)
							switch optional := strings.HasPrefix(s.Sid, "Optional"); {
							case optional && w.code != 0 && !strings.HasPrefix(name, "check"):
								t.Fatalf("exit code %d without what is optional:\n%s", w.code, w.said.String())
							case w.code != 0 && !told:
								t.Fatalf("exit code %d, and it is not named:\n%s", w.code, w.said.String())
							case told:
								return
							}
						}
						t.Error("nobody missed it in any bucket")
					})
				}
			}
		}
	}
}

// permissions is a document of permissions/.
func permissions(t *testing.T, name string) policy.Document {
	t.Helper()
	if name == "" {
		return policy.Document{}
	}
	text, err := os.ReadFile("permissions/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// without is a document less one action of its statement i.
func without(d policy.Document, i int, action string) policy.Document {
	d.Statements = slices.Clone(d.Statements)
	s := &d.Statements[i]
	s.Action.Values = slices.DeleteFunc(slices.Clone(s.Action.Values), func(a string) bool { return a == action })
	if len(s.Action.Values) == 0 {
		d.Statements = slices.Delete(d.Statements, i, i+1)
	}
	return d
}
