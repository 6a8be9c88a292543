package screen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/steps"
	"crossgrant/ui/uitest"
)

func newTerms(change ...func(*steps.Facts)) *Terms {
	f := uitest.Facts()
	f.Journey, f.Writer = "setup", steps.Person{}
	for _, c := range change {
		c(&f)
	}
	return NewTerms(testEnv(), f)
}

func TestTerms(t *testing.T) {
	none := newTerms().facts.Answers
	given := func(change func(*steps.Answers)) GiveTerms {
		a := none
		change(&a)
		return GiveTerms{a}
	}
	typed := func(keys []string, text string) []string { return append(keys, letters(text)...) }
	for name, c := range map[string]struct {
		keys []string
		want Action
	}{
		"passed":                      {[]string{"enter"}, given(func(*steps.Answers) {})},
		"another access":              {[]string{"down", "down", "enter"}, given(func(a *steps.Answers) { a.Access = "add" })},
		"there and back":              {[]string{"up", "down", "up", "enter"}, given(func(a *steps.Answers) { a.Access = "article" })},
		"past the last access":        {append(typed([]string{"down", "down", "down", "down", "down"}, "in/"), "enter"), given(func(a *steps.Answers) { a.Access, a.Prefix = "read-write", "in/" })},
		"letters are text in a field": {append(typed([]string{"tab"}, "qb"), "enter"), given(func(a *steps.Answers) { a.Prefix = "qb" })},
		"a last day":                  {append(typed([]string{"tab", "tab"}, "2999-12-31"), "enter"), given(func(a *steps.Answers) { a.Until = "2999-12-31" })},
		"one user":                    {[]string{"shift+tab", "space", "enter"}, given(func(a *steps.Answers) { a.OnlyThisUser = true })},
		"one user, and not":           {[]string{"shift+tab", "left", "right", "enter"}, given(func(*steps.Answers) {})},
		"back from a choice":          {[]string{"b"}, Back{}},
		"back from a field":           {[]string{"tab", "esc"}, Back{}},
		"leaving":                     {[]string{"q"}, Leave{}},
		"space changes no access":     {[]string{"space", "enter"}, given(func(*steps.Answers) {})},
		"a fault is not passed":       {append(typed([]string{"tab"}, "/in"), "enter"), nil},
		"nor from another question":   {append(typed([]string{"tab"}, "/in"), "tab", "tab", "enter"), nil},
		"nor a day of the past":       {append(typed([]string{"tab", "tab"}, "2020-01-01"), "enter"), nil},
		"nor half a day":              {append(typed([]string{"tab", "tab"}, "2999-1"), "enter"), nil},
	} {
		t.Run(name, func(t *testing.T) { asAction(t, presses(newTerms(), c.keys...), c.want) })
	}
}

func TestTermsGoToTheFirstFault(t *testing.T) {
	s := newTerms(func(f *steps.Facts) { f.Prefix, f.Until = "/in", "yesterday" })
	sees(t, s, "Prefix /in ! A prefix does not begin with a slash: in.", `Last day yesterday ! "yesterday" is not a day.`, "is said here once that is right")
	asAction(t, presses(s, "enter"), nil)
	sees(t, s, "┃ Prefix")
	presses(s, "tab") // a fault that is left stays in sight
	sees(t, s, "A prefix does not begin with a slash", "┃ Last day")
	presses(s, "shift+tab", "backspace", "backspace", "backspace")
	asAction(t, presses(s, "enter"), nil)
	sees(t, s, "┃ Last day")
	unknown := newTerms(func(f *steps.Facts) { f.Answers.Access = "all" }) // --access
	presses(unknown, "tab")
	asAction(t, presses(unknown, "enter"), nil)
	sees(t, unknown, "┃ (○) article", `! "all" is none of article, deliver, add, read and read-write.`)
	presses(unknown, "down")
	sees(t, unknown, "┃ (●) article")
	outside := newTerms(func(f *steps.Facts) { f.ProbeKey, f.Prefix = "out/a", "in/" }) // --key
	asAction(t, presses(outside, "enter"), nil)
	sees(t, outside, "┃ Prefix", "The key out/a does not begin with the prefix in/.")
}

// What is given and what is not follows each choice, in the grant's own words.
func TestTermsSayWhatTheyGive(t *testing.T) {
	s := newTerms()
	says := func(texts ...string) {
		t.Helper()
		f := s.facts
		f.Answers = s.Given()
		g := f.Grant()
		sees(t, s, append(texts, g.Gives(), g.Withholds(), g.Beyond())...)
	}
	says("may list and read files, write them, and set their permissions")
	if strings.Contains(s.View(78, 20), "article's grant") {
		t.Error("the article's is compared with itself")
	}
	presses(s, "down")
	says("may write files in the bucket", "nor read a file, not even one just written", "The article's grant would also allow listing the files; reading files;")
	presses(s, "tab")
	presses(s, letters("in/")...)
	says("where their names begin with in/", "elsewhere in the bucket")
	presses(s, "down", "down", "space")
	says("Only the user test-writer of the account 4444-5555-6666", "to other users and roles")
	f := s.facts
	f.Answers.Bucket, f.FirmUser = "other.bucket", "uploader"
	s.For(f)
	says("other.bucket", "the user uploader")
}

// On a small screen all can be seen, and the question at hand is.
func TestTermsOnASmallScreen(t *testing.T) {
	for _, size := range [][2]int{{58, 16}, {78, 20}} {
		width, height := size[0], size[1]
		s := newTerms(func(f *steps.Facts) {
			f.Bucket, f.Answers.Access = strings.Repeat("b", 63), "add"
			f.Prefix, f.Until, f.OnlyThisUser = strings.Repeat("incoming/", 20), "2999-12-31", true
		})
		whole, _ := s.page(width, 0)
		for range terms {
			shown := s.View(width, height)
			checkFits(t, shown, width, height)
			if !strings.Contains(shown, "┃") {
				t.Errorf("the question at hand is not seen:\n%s", shown)
			}
			presses(s, "tab")
		}
		var seen []string
		for range whole {
			seen = append(seen, strings.Split(s.View(width, height), "\n")...)
			presses(s, "pgdown")
		}
		for _, l := range whole {
			if !strings.Contains(strings.Join(seen, "\n"), l) {
				t.Errorf("%q is never seen at %dx%d", ansi.Strip(l), width, height)
			}
		}
		presses(s, "tab")
		if !strings.Contains(s.View(width, height), "┃ Prefix") {
			t.Error("the question at hand is not gone back to")
		}
	}
	plain := newTerms() // passed with Enter it is seen as a whole
	if shown := plain.View(58, 16); strings.Contains(shown, "more below") || !containsFlat(uitest.Flat(shown), "nor change a setting of the bucket.") {
		t.Errorf("it is not whole:\n%s", shown)
	}
}
