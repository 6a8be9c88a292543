package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		otherwise Row
		want      []Row
	}{
		"all columns": {
			text: "customer_profile,customer_account,bucket,prefix,access,until\nacme,1111-2222-3333,acme.in,in/,deliver,2090-12-31\n",
			want: []Row{{2, "acme", "111122223333", "acme.in", "in/", "deliver", "2090-12-31"}},
		},
		"in any order, and written as people do": {
			text: "\ufeffBucket, Customer_Account \r\n\r\n\"one.bucket\",111122223333\r\n,\r\n two.bucket ,\"1111 2222 3334\"\r\n",
			want: []Row{{Line: 3, Bucket: "one.bucket", Account: "111122223333"}, {Line: 5, Bucket: "two.bucket", Account: "111122223334"}},
		},
		"what a row does not say": {
			text:      "bucket,access\none.bucket,\ntwo.bucket,read\n",
			otherwise: Row{Profile: "acme", Access: "deliver"},
			want:      []Row{{Line: 2, Profile: "acme", Bucket: "one.bucket", Access: "deliver"}, {Line: 3, Profile: "acme", Bucket: "two.bucket", Access: "read"}},
		},
		"whose a bucket is, where only the account is said": {
			text:      "bucket,customer_account\none.bucket,111122223333\ntwo.bucket,\n",
			otherwise: Row{Profile: "acme"},
			want:      []Row{{Line: 2, Bucket: "one.bucket", Account: "111122223333"}, {Line: 3, Bucket: "two.bucket", Profile: "acme"}},
		},
		"two grants on one bucket": {
			text: "bucket,prefix\none.bucket,\none.bucket,in/\n",
			want: []Row{{Line: 2, Bucket: "one.bucket"}, {Line: 3, Bucket: "one.bucket", Prefix: "in/"}},
		},
		"a quoted field, and a prefix with a space": {
			text: "bucket,prefix\none.bucket,\"a, \"\"b\"\" \"\n",
			want: []Row{{Line: 2, Bucket: "one.bucket", Prefix: `a, "b" `}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(strings.NewReader(c.text), c.otherwise)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "It is empty.",
		"\n\n":                                "It is empty.",
		"bucket\n":                            "No bucket is in it.",
		"\xff\xfeb\x00":                       "not text in UTF-8",
		"bucket,region\n":                     `Line 1: there is no column "region".`,
		"bucket;prefix\n":                     "Line 1: the columns are not separated by commas.",
		"bucket|prefix\n":                     "Line 1: the columns are not separated by commas.",
		"bucket,prefix\ra.bucket,in/\r":       "Line 1: it does not end as a line of CSV does.",
		"[{\"bucket\": 1}]":                   `Line 1: a value has a " in it and does not begin with one.`,
		"bucket,\x1b[31mprefix\n":             `Line 1: there is no column "<U+001B>[31mprefix".`,
		"bucket,prefix\na.bucket,=1+1\n":      `Line 2: "=1+1" begins as a formula of a spreadsheet does.`,
		"bucket,customer_profile\na.b,@SUM\n": `Line 2: "@SUM" begins as a formula`,
		"prefix\nin/\n":                       "Line 1: the column bucket is missing.",
		"bucket,bucket\n":                     "Line 1: the column bucket is there twice.",
		"bucket\none.bucket\nOne\n":           "Line 3: ",
		"bucket,prefix\none.bucket\n":         "Line 2: it has more or fewer columns than the first line.",
		"bucket\n\"one.bucket\nb\n":           `Line 2: a " opens a value, and none closes it.`,
		"bucket,until\na.bucket,soon":         "Line 2: \"soon\" is not a day.",
		"bucket,until\na.bucket,2001-01-01\n": "Line 2: The access would have ended",
		"bucket,access\na.bucket,all\n":       `Line 2: "all" is none of`,
		"bucket,prefix\na.bucket,in/*\n":      "Line 2: A prefix holds no *",
		"bucket,customer_account\na.bucket,11122223333\n":                                     "leading zeros",
		"bucket,customer_profile\na.bucket,a\u202eb\n":                                        "<U+202E>",
		"bucket\na.bucket\na.bucket\n":                                                        "Line 3: The bucket a.bucket is in line 2 already, with the same terms.",
		"bucket,access\na.bucket,\na.bucket,article\n":                                        "Line 3: The bucket a.bucket is in line 2 already",
		"bucket,prefix,customer_account\na.bucket,,111122223333\na.bucket,in/,111122223334\n": "Line 3: The bucket a.bucket is of another account in line 2.",
		"bucket" + strings.Repeat("\nX", 8):                                                   "3 more lines are wrong.",
		"bucket\n" + strings.Repeat("a", mostRead):                                            "more than 4 MB",
	} {
		rows, err := Read(strings.NewReader(text), Row{})
		var usage *steps.UsageError
		if rows != nil || !errors.As(err, &usage) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Nothing was changed.") {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

// What cannot be read at all is said as what is wrong with a list is.
func TestReadWhatIsNoFile(t *testing.T) {
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	var usage *steps.UsageError
	if _, err := Read(dir, Row{}); !errors.As(err, &usage) || !strings.Contains(err.Error(), "It cannot be read: ") {
		t.Error(err)
	}
}

// FuzzRead: of any file either no row is taken, and why is said in characters that are seen;
// or each row can be written again and is read as the same.
func FuzzRead(f *testing.F) {
	f.Add("bucket,prefix,access,until,customer_account,customer_profile\na.bucket,in/,read,2090-01-01,111122223333,p\n")
	f.Add("\ufeffbucket\r\n\"a.b\"\r\n\r\nc.d\r\n")
	f.Add("bucket\n\x1b[2J\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := Read(strings.NewReader(text), Row{})
		if err != nil {
			if said := err.Error(); strings.ContainsFunc(said, policy.Unseen) {
				t.Errorf("the error holds what is not seen: %q", said)
			}
			return
		}
		var again bytes.Buffer
		w := csv.NewWriter(&again)
		_ = w.Write(columns)
		for _, r := range rows {
			if _, err := time.Parse(time.DateOnly, r.Until); r.Until != "" && err != nil {
				t.Errorf("the last day is %q", r.Until)
			}
			_ = w.Write([]string{r.Profile, r.Account, r.Bucket, r.Prefix, r.Access, r.Until})
		}
		w.Flush()
		same, err := Read(&again, Row{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range same {
			same[i].Line = rows[i].Line
		}
		if d := cmp.Diff(rows, same); d != "" {
			t.Error(d)
		}
	})
}
