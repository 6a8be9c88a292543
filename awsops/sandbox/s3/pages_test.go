package s3

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// naive lists all at once: every key with the prefix, or the name it folds into.
func naive(keys []string, prefix, delimiter string) (out []string) {
	for _, key := range keys {
		rest, found := strings.CutPrefix(key, prefix)
		if !found {
			continue
		}
		if head, _, folds := strings.Cut(rest, delimiter); folds && delimiter != "" {
			key = prefix + head + delimiter
		}
		out = append(out, key)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var (
	anyKey    = rapid.StringMatching(`[ab/é]{1,5}`)
	anyPrefix = rapid.StringMatching(`[ab/]{0,3}`)
	anyCut    = rapid.SampledFrom([]string{"", "/", "a", "//"})
	someTime  = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

// However small the pages, together they are the naive listing; and what comes
// after a name is what the naive listing has after it.
func TestS3PagesAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfDistinct(anyKey, rapid.ID[string]).Draw(t, "keys")
		slices.Sort(keys)
		prefix, delimiter, start := anyPrefix.Draw(t, "prefix"), anyCut.Draw(t, "delimiter"), anyPrefix.Draw(t, "start")
		most := rapid.IntRange(1, 4).Draw(t, "most")
		var got []string
		for after := start; ; {
			p := pageOf(keys, prefix, delimiter, after, most)
			names := slices.Concat(p.keys, p.prefixes)
			if len(names) > most || p.truncated && len(names) < most {
				t.Fatalf("a page of %d for %d at most, truncated %t", len(names), most, p.truncated)
			}
			got = append(got, names...)
			if !p.truncated {
				break
			}
			after = p.last
		}
		want := naive(keys, prefix, delimiter)
		if start != "" {
			want = slices.DeleteFunc(want, func(name string) bool { return name <= start })
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// The same for versions, through the markers that a page ends with.
func TestS3PagesOfVersionsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBucket("b", "111122223333", "us-east-1", someTime)
		b.versioning = "Enabled"
		for i, key := range rapid.SliceOf(anyKey).Draw(t, "writes") {
			b.add(&object{key: key, marker: i%3 == 2})
		}
		prefix, delimiter := anyPrefix.Draw(t, "prefix"), anyCut.Draw(t, "delimiter")
		most := rapid.IntRange(1, 4).Draw(t, "most")
		all := b.versionItems(prefix, delimiter)
		var names []string
		for _, item := range all {
			names = append(names, item.name)
		}
		if want := naive(b.sortedKeys(), prefix, delimiter); !slices.Equal(slices.Compact(slices.Clone(names)), want) {
			t.Fatalf("names %q, want %q", names, want)
		}
		var got []versionItem
		for rest := all; len(rest) > 0; {
			page := rest[:min(most, len(rest))]
			got = append(got, page...)
			last := page[len(page)-1]
			version := ""
			if last.o != nil {
				version = last.o.version
			}
			rest = skip(all, last.name, version)
		}
		if !slices.Equal(got, all) {
			t.Fatalf("pages give %v, want %v", got, all)
		}
	})
}
