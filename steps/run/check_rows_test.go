package run_test

import (
	"bufio"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"crossgrant/awsops/policy"
	"crossgrant/steps/run"
)

func allStates() []state {
	return slices.Concat(states(), settingStates(), personStates(), keyStates())
}

// some are all of them, or with -short one for each cause and side.
func some(all []state) []state {
	if !testing.Short() {
		return all
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(s state) bool {
		key := s.cause + " " + s.side
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// Each state has its cause, side and statement. What the verdict says to do is done, by calls
// of AWS or by how the files are sent, and then it holds.
func TestCheckFindsTheCause(t *testing.T) {
	base := newCheckStage(t)
	all := some(allStates())
	var fixed atomic.Int32
	t.Run("states", func(t *testing.T) {
		for _, s := range all {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				c := base.fork(t)
				if c.findsTheCause(s) {
					fixed.Add(1)
				}
			})
		}
	})
	t.Logf("%d states, %d fixes applied and working", len(all), fixed.Load())
}

// findsTheCause checks a state, and then what puts it right, if anything does.
func (c *checkStage) findsTheCause(s state) (fixed bool) {
	t := c.t
	t.Helper()
	if s.bucket != "" {
		c.bucketPolicy(s.bucket)
	}
	c.userPolicy(s.own)
	if s.set != nil {
		s.set(c)
	}
	q := everybody()
	if s.ask != nil {
		s.ask(&q)
	}
	e, tests := c.check(q)
	v := e.Verdict
	if v == nil || v.Holds || string(v.Cause) != s.cause || v.Side != s.side || e.Code != run.TestFailed {
		t.Fatalf("%+v, code %d, %v, want %s %s\n%+v", v, e.Code, e.Problem, s.cause, s.side, tests)
	}
	said := v.Summary + ". " + v.Detail + " " + strings.Join(v.Fixes, " ")
	if !strings.Contains(said, s.says) || len(v.Fixes) == 0 || v.Summary == "" || s.statement != "" && v.Statement != s.statement {
		t.Errorf("it says %q, of the statement %q, want %q of %q", said, v.Statement, s.says, s.statement)
	}
	if v.Cause == policy.UnknownCause && len(v.Unread) == 0 {
		t.Errorf("nothing is said to be unread: %+v", v)
	}
	seesGates(t.(*testing.T), e)
	if asks := len(e.Letters) > 0; asks != (v.Cause == policy.OrganisationOrNetwork) {
		t.Errorf("%d letters about %s", len(e.Letters), v.Cause)
	}
	if headers := sentBy(v.Fixes); len(headers) > 0 && (v.Side == "firm" || s.letsBucket != "") {
		if err := c.writes(nil); err == nil {
			t.Error("without the header it is not refused")
		}
		if s.letsBucket != "" {
			if err := c.writes(headers); err == nil {
				t.Errorf("with %v alone it is let through", headers)
			}
			c.bucketPolicy(s.letsBucket)
			c.userPolicy(s.letsOwn)
		}
		if err := c.writes(headers); err != nil {
			t.Errorf("sent with %v as it says it is refused: %v\n%s", headers, err, said)
		}
		fixed = true
	}
	if s.fixBucket == "" && s.fixOwn == "" && s.fix == nil && s.asks == nil {
		return fixed
	}
	if s.fixBucket != "" {
		c.bucketPolicy(s.fixBucket)
	}
	c.userPolicy(s.fixOwn)
	if s.fix != nil {
		s.fix(c, *v)
	}
	if s.asks != nil {
		s.asks(&q)
	}
	e, tests = c.check(q)
	if e.Verdict == nil || !e.Verdict.Holds || e.Code != run.Done {
		if s.cause != "unknown" || q.WriterProfile != "" {
			t.Errorf("put right it does not hold: %+v, %v\n%+v", e.Verdict, e.Problem, tests)
		}
		return fixed
	}
	return true
}

var (
	saysHeader = regexp.MustCompile(`[sS]ends? the header ([\w-]+)(?:: ([^\s,]+))?`)
	saysTag    = regexp.MustCompile(`sends the tag ([^\s,]+), in the header x-amz-tagging`)
	anyValue   = map[string]string{"x-amz-server-side-encryption": "AES256", "referer": "https://example.com/a"}
)

// sentBy are the headers that fixes say to send.
func sentBy(fixes []string) map[string]string {
	headers := map[string]string{}
	for _, fix := range fixes {
		for _, m := range saysHeader.FindAllStringSubmatch(fix, -1) {
			headers[m[1]] = m[2]
			if m[2] == "" {
				headers[m[1]] = anyValue[m[1]]
			}
		}
		if m := saysTag.FindStringSubmatch(fix); m != nil {
			headers["x-amz-tagging"] = m[1]
			if !strings.Contains(m[1], "=") {
				headers["x-amz-tagging"] += "=a"
			}
		}
		if strings.Contains(fix, "--request-payer requester") {
			headers["x-amz-request-payer"] = "requester"
		}
	}
	return headers
}

// writes has the writer write a file with these headers beside.
func (c *checkStage) writes(headers map[string]string) error {
	c.t.Helper()
	key := aws.String("sent-by-hand")
	files, _ := c.by(c.writer.KeyID, c.writer.Secret.Reveal())
	var with []func(*s3.Options)
	for name, value := range headers {
		with = append(with, s3.WithAPIOptions(smithyhttp.SetHeaderValue(name, value)))
	}
	_, err := files.PutObject(c.t.Context(), &s3.PutObjectInput{Bucket: aws.String(first), Key: key, Body: strings.NewReader("x")}, with...)
	if err == nil {
		buckets, _ := c.raw(customer)
		_, err := buckets.DeleteObject(c.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(first), Key: key})
		must(c.t, err)
	}
	return err
}

var rowID = regexp.MustCompile(`^(?:\d\d|[BCDGIKLOPRU]\d+)[a-z]?$`)

// rows are the situations and the rows of the catalogue that a name begins with.
func rows(name string) (ids []string) {
	for _, word := range strings.Fields(name) {
		if !rowID.MatchString(word) {
			break
		}
		ids = append(ids, strings.TrimRight(word, "abcdefghij"))
	}
	return ids
}

// Every situation and row of the catalogue is held by a state that check names and by what
// mends it, by a healthy one, or by a text that explain knows; and none is held that is not in
// the catalogue.
func TestEveryRowIsHeld(t *testing.T) {
	held, fixes, healthy := map[string]bool{}, 0, 0
	hold := func(names ...string) {
		for _, name := range names {
			for _, id := range rows(name) {
				held[id] = true
			}
		}
	}
	for _, s := range allStates() {
		hold(s.name)
		if s.fixBucket+s.fixOwn+s.mend != "" || s.fix != nil || s.asks != nil {
			fixes++
		}
	}
	for _, h := range healthyStates() {
		hold(h.name)
		healthy++
	}
	for _, l := range ruleStates() {
		hold(l.name)
		fixes++
	}
	texts, err := os.ReadFile("../../awsops/problem/testdata/explained.txt")
	must(t, err)
	explained := 0
	for _, part := range strings.Split(string(texts), "\n>> ")[1:] {
		hold(part)
		explained++
	}
	file, err := os.Open("testdata/catalogue.txt")
	must(t, err)
	defer func() { _ = file.Close() }()
	var situations, pitfalls int
	for lines := bufio.NewScanner(file); lines.Scan(); {
		id, what, _ := strings.Cut(lines.Text(), " ")
		if !rowID.MatchString(id) {
			continue
		}
		if !held[id] || what == "" {
			t.Errorf("nothing holds %s %s", id, what)
		}
		if strings.ContainsAny(id, "BCDGIKLOPRU") {
			pitfalls++
		} else {
			situations++
		}
		delete(held, id)
	}
	for id := range held {
		t.Errorf("%s is not in the catalogue", id)
	}
	if situations != 48 || pitfalls < 60 || fixes < 108 || healthy < 30 {
		t.Errorf("too few are left")
	}
	t.Logf("%d situations and %d rows of the catalogue, %d fixes to apply, %d healthy set-ups without alarm, %d texts explained", situations, pitfalls, fixes, healthy, explained)
}
