// Package fleet is one firm with many customers: the list of the buckets that its user or
// role is to be let into.
package fleet

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
)

// Row is one line of a fleet's file: a bucket, whose it is, and the terms.
type Row struct {
	Line    int    // of the file
	Profile string // of the customer's account; "": the firm has none
	Account string // the customer's, 12 digits; "": as the profile says
	Bucket  string
	Prefix  string
	Access  string // policy.Access; "": the article's
	Until   string // as 2026-12-31; "": no end
}

// columns are those that a file may have, in any order.
var columns = []string{"customer_profile", "customer_account", "bucket", "prefix", "access", "until"}

const (
	mostRead = 4 << 20 // more than any list of buckets that one user can serve
	mostSaid = 5       // of the wrong lines
)

// Read reads the list of a fleet: CSV with a header line. What a row does not say is as
// otherwise says. Whatever is in the file is anybody's, so that each part is looked at, and
// one wrong line refuses them all.
func Read(r io.Reader, otherwise Row) ([]Row, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostRead+1))
	switch {
	case err != nil:
		var of *fs.PathError
		if errors.As(err, &of) { // the path is not repeated
			err = of.Err
		}
		return nil, refuse("It cannot be read: " + problem.Clean(err.Error()) + ".")
	case len(text) > mostRead:
		return nil, refuse(fmt.Sprintf("It has more than %d MB.", mostRead>>20))
	case !utf8.Valid(text):
		return nil, refuse("It is not text in UTF-8. In a spreadsheet, save it as CSV UTF-8.")
	}
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	header, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, refuse("It is empty.")
	}
	if err == nil {
		err = checkHeader(header)
	}
	var torn *csv.ParseError
	switch {
	case errors.As(err, &torn):
		return nil, refuse(fmt.Sprintf("Line %d: %s.", torn.StartLine, inWords(torn.Err)))
	case err != nil:
		return nil, refuse("Line 1: " + err.Error() + ".")
	}
	var (
		rows []Row
		bad  []string
		of   = map[string][]Row{} // a bucket
	)
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.As(err, &torn) {
			bad = append(bad, fmt.Sprintf("Line %d: %s.", torn.StartLine, inWords(torn.Err)))
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			break // where the next line begins nobody knows
		}
		if strings.Join(fields, "") == "" { // as spreadsheets leave them
			continue
		}
		at, _ := lines.FieldPos(0)
		row := rowOf(at, header, fields, otherwise)
		if err := row.check(of[row.Bucket]); err != nil {
			bad = append(bad, fmt.Sprintf("Line %d: %s", at, said(err)))
		}
		rows, of[row.Bucket] = append(rows, row), append(of[row.Bucket], row)
	}
	switch {
	case len(bad) > mostSaid:
		return nil, refuse(append(bad[:mostSaid:mostSaid], fmt.Sprintf("%d more lines are wrong.", len(bad)-mostSaid))...)
	case len(bad) > 0:
		return nil, refuse(bad...)
	case len(rows) == 0:
		return nil, refuse("No bucket is in it.")
	}
	return rows, nil
}

func refuse(why ...string) error {
	return &steps.UsageError{Err: &problem.Error{
		Summary: "The list of buckets cannot be used",
		Detail:  strings.Join(why, " ") + " Nothing was changed.",
		Fixes:   []string{"Correct the file: CSV whose first line names the columns, which may be " + policy.Join(columns, "and") + ". Only bucket is needed."},
	}}
}

// inWords is what is wrong with a line of CSV.
func inWords(err error) string {
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return "it has more or fewer columns than the first line"
	case errors.Is(err, csv.ErrBareQuote):
		return `a value has a " in it and does not begin with one`
	}
	return `a " opens a value, and none closes it`
}

// said is an error as a sentence about one line.
func said(err error) string {
	var p *problem.Error
	if errors.As(err, &p) {
		return p.Detail
	}
	return err.Error()
}

// wrong is what is wrong with one line, as a sentence.
func wrong(format string, values ...any) error {
	return &problem.Error{Detail: fmt.Sprintf(format, values...)}
}

func checkHeader(header []string) error {
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		switch {
		case strings.ContainsAny(header[i], ";\t|"):
			return errors.New("the columns are not separated by commas")
		case strings.Contains(header[i], "\r"):
			return errors.New("it does not end as a line of CSV does")
		case !slices.Contains(columns, header[i]):
			return fmt.Errorf(`there is no column "%s"`, problem.Clean(name))
		case slices.Contains(header[:i], header[i]):
			return fmt.Errorf("the column %s is there twice", header[i])
		}
	}
	if !slices.Contains(header, "bucket") {
		return errors.New("the column bucket is missing")
	}
	return nil
}

func rowOf(line int, header, fields []string, otherwise Row) Row {
	row := otherwise
	row.Line, row.Profile, row.Account = line, "", ""
	for i, name := range header {
		value := fields[i]
		if name != "prefix" { // which may begin or end with a space
			value = strings.TrimSpace(value)
		}
		if value == "" {
			continue
		}
		*map[string]*string{
			"customer_profile": &row.Profile, "customer_account": &row.Account,
			"bucket": &row.Bucket, "prefix": &row.Prefix, "access": &row.Access, "until": &row.Until,
		}[name] = value
	}
	if row.Profile == "" && row.Account == "" { // else the line says whose it is
		row.Profile, row.Account = otherwise.Profile, otherwise.Account
	}
	return row
}

// check looks at a row and whether it fits those before it of the same bucket.
func (r *Row) check(before []Row) (err error) {
	if _, err := awsops.CleanBucketName(r.Bucket); err != nil {
		return err
	}
	if err := steps.CheckTerms(steps.Answers{Access: r.Access, Prefix: r.Prefix, Until: r.Until}); err != nil {
		return err
	}
	if strings.ContainsFunc(r.Profile, policy.Unseen) {
		return wrong("The name of the profile %q holds a character that is not seen.", problem.Clean(r.Profile))
	}
	for _, value := range []string{r.Profile, r.Prefix} {
		if strings.TrimLeft(value, "=+-@") != value { // which a list that we write would pass on
			return wrong("%q begins as a formula of a spreadsheet does.", value)
		}
	}
	if r.Account, err = steps.Account("customer_account", r.Account); err != nil {
		return wrong("%s A spreadsheet takes leading zeros away: make the column text.", said(err))
	}
	for _, other := range before {
		switch {
		case other.Account != r.Account && other.Account != "" && r.Account != "":
			return wrong("The bucket %s is of another account in line %d.", r.Bucket, other.Line)
		case other.Prefix == r.Prefix && cmp.Or(other.Access, string(policy.Article)) == cmp.Or(r.Access, string(policy.Article)):
			return wrong("The bucket %s is in line %d already, with the same terms.", r.Bucket, other.Line)
		}
	}
	return nil
}
