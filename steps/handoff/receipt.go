package handoff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Receipt is what the customer sends back: one line that says what was applied, where.
type Receipt struct {
	Bucket, Account, Region string
	Hash                    string // of the statements, see Hash
}

// NewReceipt is the receipt for a grant's statements as they stand in the bucket's policy.
func NewReceipt(g policy.Grant, region string, standing []policy.Statement) Receipt {
	return Receipt{Bucket: g.Bucket, Account: g.Owner, Region: region, Hash: Hash(standing)}
}

func (r Receipt) String() string {
	return fmt.Sprintf("crossgrant receipt v1 bucket=%s account=%s region=%s sha256=%s", r.Bucket, r.Account, r.Region, r.Hash)
}

// The line without its spaces.
var (
	receiptLine = regexp.MustCompile(`^crossgrantreceiptv1bucket=([a-z0-9.-]{3,63})account=(\d{12})region=([a-z0-9-]{3,32})sha256=([0-9a-f]{64})$`)
	receiptOf   = regexp.MustCompile(`^crossgrantreceiptv(\d+)`)
)

// unbroken is a line without its spaces, and without what mails, shells and crossgrant's own
// screen put where they broke it, which may be in the midst of the hash.
func unbroken(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(`\>|┃`, r) {
			return -1
		}
		return r
	}, line)
}

// ParseReceipt reads the line that the customer sent back, also where a mail or a terminal
// broke it.
func ParseReceipt(line string) (Receipt, error) {
	const again = "Ask the customer for the whole line that begins with: crossgrant receipt v1"
	whole := unbroken(line)
	if of := receiptOf.FindStringSubmatch(whole); of != nil && of[1] != "1" {
		return Receipt{}, refusedReceipt("The receipt is of another version", "This crossgrant reads receipts of version 1.", "Use the newest crossgrant, or leave --receipt out.")
	}
	part := receiptLine.FindStringSubmatch(whole)
	if part == nil || awsops.CheckRegion(part[3]) != nil {
		return Receipt{}, refusedReceipt("This is not a receipt", fmt.Sprintf("%q is not a line that crossgrant or apply.sh prints, or not all of it.", problem.Clean(short(strings.Join(strings.Fields(line), " ")))), again)
	}
	return Receipt{Bucket: part[1], Account: part[2], Region: part[3], Hash: part[4]}, nil
}

// Check compares a receipt with the grant that it is to be of.
func (r Receipt) Check(g policy.Grant) error {
	const together = "Use the grant and the receipt that belong together."
	switch {
	case r.Bucket != g.Bucket:
		return refusedReceipt("The receipt is for another bucket", fmt.Sprintf("It is for %s, and the grant is for %s.", r.Bucket, g.Bucket), together)
	case g.Owner != "" && r.Account != g.Owner:
		return refusedReceipt("The receipt is of another account", fmt.Sprintf("It is of the account %s, and the grant names %s as the customer's.", policy.Dashed(r.Account), policy.Dashed(g.Owner)), together)
	case r.Hash != Hash(g.ForBucket()):
		return refusedReceipt("The receipt is for other statements", "What the customer applied is not what this grant says: they changed it, or it was of another grant.", "Send the customer the files of this grant, and ask for the receipt again.")
	}
	return nil
}

func refusedReceipt(summary, detail, fix string) error {
	return &problem.Error{Summary: summary, Detail: detail + " Nothing was changed.", Fixes: []string{fix}}
}

func short(text string) string {
	if len(text) > 80 {
		return text[:80] + "..."
	}
	return text
}

// Hash is the SHA-256 of statements in one form, however they are written: keys and lists
// in order, and one value without its list. apply.sh has the same.
func Hash(statements []policy.Statement) string {
	forms := make([]any, len(statements))
	for i, s := range statements {
		var form any
		if err := json.Unmarshal([]byte(s.Compact()), &form); err != nil {
			panic(err) // a statement is written as JSON
		}
		forms[i] = plainForm(form)
	}
	return sum(encoded(forms))
}

func plainForm(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = plainForm(value)
		}
	case []any:
		for i, value := range v {
			v[i] = plainForm(value)
		}
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(encoded(a), encoded(b)) })
		if len(v) == 1 {
			return v[0]
		}
	}
	return v
}

func encoded(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // what was JSON is JSON
	return strings.TrimSuffix(b.String(), "\n")
}
