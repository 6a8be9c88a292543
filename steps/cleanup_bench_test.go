package steps

import (
	"errors"
	"fmt"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
)

// BenchmarkCleanup takes a set-up back in a bucket with 10,000 objects of others
// and an account with 1,000 users. It goes by the journal, so the objects are not listed.
// Of the users it reads which may use the bucket, 1,000 to a page.
func BenchmarkCleanup(b *testing.B) {
	for _, world := range []struct{ objects, users int }{{0, 0}, {10_000, 1_000}} {
		b.Run(fmt.Sprintf("%d objects and %d users", world.objects, world.users), func(b *testing.B) {
			s := newStage(b)
			customer, firm := s.session("my_awesome_customer"), s.session("my_firm")
			for i := range world.objects {
				mustPerform(b, customer, awsops.PutObject{Bucket: "my.test.bucket", Owner: "111122223333", Key: fmt.Sprintf("theirs/%05d", i), Body: "x"})
			}
			for i := range world.users {
				mustPerform(b, firm, awsops.CreateUser{Account: "444455556666", Name: fmt.Sprintf("user-%04d", i), Run: "another"})
			}
			var calls []sandbox.Call
			for b.Loop() {
				b.StopTimer()
				w := s.prepare(answers("setup"))
				if err := walk(b.Context(), NewEngine(w, Setup(Answers{}), ignore), -1); err != nil {
					b.Fatal(err)
				}
				n := len(s.box.Calls())
				b.StartTimer()
				if left, notes := NewEngine(w, Cleanup(), ignore).Undo(b.Context()); len(left)+len(notes) > 0 {
					b.Fatalf("left %q, and it says %q", left, notes)
				}
				calls = s.box.Calls()[n:]
				// A run whose record does not say that it ended needs what it shares.
				if err := errors.Join(w.Journal.End("undone"), w.Journal.Close()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(calls)), "calls/op")
			b.ReportMetric(float64(lists(calls)), "pages/op")
		})
	}
}

// lists counts the pages that were read of anything that grows with the world.
func lists(calls []sandbox.Call) int {
	n := 0
	for _, c := range calls {
		switch c.Operation {
		case "ListUsers", "GetAccountAuthorizationDetails", "ListObjects", "ListObjectsV2", "ListObjectVersions":
			n++
		}
	}
	return n
}

func mustPerform(b *testing.B, s *awsops.Session, op awsops.Operation) {
	b.Helper()
	if _, err := s.Perform(b.Context(), op); err != nil {
		b.Fatal(err)
	}
}
