package screen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

func largeStep(e Env) *Step {
	c, f := uitest.Changes()[0], uitest.Facts()
	before := uitest.LargePolicy()
	after := policy.Merge(&before, policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	c.Actions = []steps.Action{{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: &before, After: &after}}}
	return NewStep(e, c, draw.Operations(c.Actions), f)
}

// largePicture shows the whole of a policy of 20 KB.
func largePicture() *picture {
	p := coloured()["step-changes"]
	p.Screen = largeStep(envOf(p.Theme))
	p.drawn(120, 40)
	presses(p.Screen, "tab")
	presses(p.Screen, "tab")
	return p
}

func TestLargePolicyIsScrolledToItsEnd(t *testing.T) {
	p := largePicture()
	p.drawn(80, 40) // without the side bar
	shown := func(key string) string {
		presses(p.Screen, key)
		return uitest.Flat(uitest.Plain(p.drawn(80, 40)))
	}
	if end := shown("end"); !strings.Contains(end, `"arn:aws:s3:::my.test.bucket/*" ] } ] }`) || strings.Contains(end, "▾") {
		t.Errorf("its end is not on the screen:\n%s", end)
	}
	if start := shown("home"); !strings.Contains(start, "lines 1 to ") {
		t.Errorf("its start is not on the screen:\n%s", start)
	}
}

// A key's effect is to be drawn within 16 ms, at the 99th percentile.
func BenchmarkKey20KB(b *testing.B) {
	p := largePicture()
	var took []time.Duration
	b.ResetTimer()
	for i := range b.N {
		from := time.Now()
		if i%400 < 200 {
			presses(p.Screen, "down")
		} else {
			presses(p.Screen, "up")
		}
		p.drawn(120, 40)
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}

func BenchmarkTab20KB(b *testing.B) {
	p := largePicture()
	b.ResetTimer()
	for range b.N {
		presses(p.Screen, "tab")
		p.drawn(120, 40)
	}
}

func BenchmarkResize20KB(b *testing.B) {
	p := largePicture()
	b.ResetTimer()
	for i := range b.N {
		p.drawn(100+i%40, 40)
	}
}

// BenchmarkFleetOfAThousand is a key on the plan of a thousand buckets.
func BenchmarkFleetOfAThousand(b *testing.B) {
	s := fleetPlan(testEnv(), 1000)
	for b.Loop() {
		s.Update(uitest.Key("down"))
		s.View(78, 20)
	}
}
