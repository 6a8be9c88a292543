package plain_test

import (
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

// foreign is a policy of three statements that are not crossgrant's.
const foreign = `{"Version": "2012-10-17", "Id": "house-rules", "Statement": [
  {"Sid": "AuditorsRead", "Effect": "Allow", "Principal": {"AWS": "777788889999"}, "Action": ["s3:GetObject", "s3:ListBucket"],
   "Resource": ["arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/*"], "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
  {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::my.test.bucket"},
  {"Sid": "TLS", "Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketVersioning", "Resource": "arn:aws:s3:::my.test.bucket", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
]}`

func (w *world) count(operation string) int {
	n := 0
	for _, c := range w.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// watcher looks at the bucket's policy at each line that a run writes.
type watcher struct {
	t    *testing.T
	w    *world
	want policy.Document
	seen int // different policies
	last *policy.Document
	text strings.Builder
}

func (x *watcher) Write(line []byte) (int, error) {
	live, err := x.w.policy()
	if err != nil || live == nil {
		x.t.Fatalf("the policy is %v, %v, at %s", live, err, line)
	}
	if !policy.Same(live, x.last) {
		x.seen++
	}
	x.last = live
	rest := policy.Remove(live, policy.Own(live)...)
	if !policy.Same(rest, &x.want) {
		x.t.Fatalf("the foreign statements are %s at %s", rest.Compact(), line)
	}
	return x.text.Write(line)
}

func TestForeignStatementsStayAtEveryMoment(t *testing.T) {
	t.Parallel()
	for _, journey := range []string{"tour", "setup"} {
		t.Run(journey, func(t *testing.T) {
			if testing.Short() && journey == "setup" {
				t.Skip("-short: the policy is not looked at in a set-up, only in a tour")
			}
			w := newWorld(t, sandbox.Default())
			if err := w.putPolicy([]byte(foreign)); err != nil {
				t.Fatal(err)
			}
			before := w.Snapshot()
			want, err := w.policy()
			if err != nil {
				t.Fatal(err)
			}
			watch := &watcher{t: t, w: w, want: *want}
			o := w.options(journey, watch)
			if code := plain.Run(t.Context(), o); code != exitDone {
				t.Fatalf("the %s exits %d:\n%s", journey, code, &watch.text)
			}
			o.Answers.Journey, o.Run = "cleanup", runID.FindString(watch.text.String())
			if code := plain.Run(t.Context(), o); code != exitDone {
				t.Fatalf("cleanup exits %d:\n%s", code, &watch.text)
			}
			if least := map[string]int{"tour": 5, "setup": 3}[journey]; watch.seen < least {
				t.Errorf("the %s went through %d policies, want at least %d", journey, watch.seen, least)
			}
			w.same(t, before, "the "+journey)
		})
	}
}

// Somebody changes the policy after the plan was shown: it is planned and shown
// anew, and what they did stays.
func TestAPlanThatIsOutOfDateIsShownAnew(t *testing.T) {
	t.Parallel()
	for times, want := range map[int]int{1: exitDone, 9: exitFailed} {
		w := newWorld(t, sandbox.Default())
		changes := 0
		var out strings.Builder
		code := plain.Run(t.Context(), w.options("setup", writerFunc(func(line []byte) (int, error) {
			if strings.Contains(string(line), "plan  ") && strings.Contains(string(line), "policy of") && changes < times {
				changes++
				theirs := strings.Replace(foreign, "house-rules", strings.Repeat("x", changes), 1)
				if err := w.putPolicy([]byte(theirs)); err != nil {
					t.Error(err)
				}
			}
			return out.Write(line)
		})))
		if code != want {
			t.Errorf("after %d changes the exit code is %d, want %d", times, code, want)
		}
		live, err := w.policy()
		if err != nil || live == nil || len(policy.Remove(live, policy.Own(live)...).Statements) != 3 {
			t.Errorf("after %d changes the foreign statements are not there: %v", times, err)
		}
		if granted := len(policy.Own(live)) == 1; granted != (want == exitDone) {
			t.Errorf("after %d changes the grant stands: %v\n%s", times, granted, out.String())
		}
	}
}
