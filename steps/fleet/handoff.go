package fleet

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"text/template"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
)

// Handoff is what a firm sends its customers and keeps for itself: a folder for each
// customer, and the firm's own half as Terraform and as CloudFormation.
type Handoff struct {
	Grants    []policy.Grant // of one user or role
	Contact   string
	Exists    bool   // the user or role is there already
	Trusts    string // who may assume a new role; "": the firm's account
	ByAccount bool   // the firm's policies name the customers' accounts, and not their buckets
}

// mostPolicies is how many managed policies a user or role can have unless AWS gives it
// more. Source: IAM and AWS STS quotas.
const mostPolicies = 10

// mostTemplate is what CloudFormation takes as it is; a longer one it reads from S3. Source:
// CloudFormation quotas.
const mostTemplate = 51200

// Offered are the grants of a list, as the first of them is: it was offered already.
func Offered(rows []Row, first policy.Grant) ([]policy.Grant, error) {
	var bad []string
	var all []policy.Grant
	for _, r := range rows {
		switch r.Account {
		case "":
			bad = append(bad, fmt.Sprintf("Line %d: the customer's account is missing, and the firm's policies name it.", r.Line))
		case first.Firm:
			bad = append(bad, fmt.Sprintf("Line %d: the customer's account is the firm's own.", r.Line))
		}
		g := first
		g.Bucket, g.Owner, g.Prefix, g.Access = r.Bucket, r.Account, r.Prefix, policy.Access(r.Access)
		if g.Access == policy.Article { // which is the same as none said
			g.Access = ""
		}
		g.Until, _ = time.Parse(time.DateOnly, r.Until) // which Read has seen
		all = append(all, g)
	}
	if len(bad) > mostSaid {
		bad = append(bad[:mostSaid:mostSaid], fmt.Sprintf("%d more lines are wrong.", len(bad)-mostSaid))
	}
	if bad != nil {
		return nil, refuse(bad...)
	}
	return all, nil
}

// Files are all files, in folders: the same to the byte for the same grants.
func (h Handoff) Files() ([]handoff.File, error) {
	f, err := h.firm()
	if err != nil {
		return nil, err
	}
	files := []handoff.File{
		{Name: "README.md", Text: rendered(readme, f)},
		{Name: "firm/main.tf", Text: rendered(terraform, f)},
		{Name: "firm/customers.csv", Text: h.csv()},
		{Name: "firm/rules.json", Text: rules()},
		{Name: "firm/cloudformation.yaml", Text: rendered(cloudformation, f)},
	}
	for i, folder := range h.folders() {
		for _, file := range handoff.New(h.Grants[i], h.Contact).Files() {
			file.Name = "customers/" + folder + "/" + file.Name
			files = append(files, file)
		}
	}
	return files, nil
}

// folders are the customers' names for theirs: the bucket's, and where it is there more than
// once a number behind what no bucket's name holds.
func (h Handoff) folders() (names []string) {
	seen := map[string]int{}
	for _, g := range h.Grants {
		name := g.Bucket
		if seen[name]++; seen[name] > 1 {
			name += fmt.Sprintf("_%d", seen[name])
		}
		names = append(names, name)
	}
	return names
}

// firm is what the files of the firm's side say.
type firm struct {
	Handoff
	Name      string // of the user or role
	Role      bool
	Partition string
	Size      int // customers in one policy
	Policies  []policy.Document
	Trust     string
}

// Long tells that the template is one that CloudFormation reads from S3.
func (f firm) Long() bool {
	all := 0
	for _, d := range f.Policies {
		all += len(d.Compact())
	}
	return all > mostTemplate*9/10
}

// firm puts as many customers into each policy as have room in all of them.
func (h Handoff) firm() (firm, error) {
	first := h.Grants[0]
	name := first.Grantee[strings.LastIndexByte(first.Grantee, '/')+1:]
	f := firm{Handoff: h, Name: name, Role: strings.Contains(first.Grantee, ":role/"), Partition: first.Partition}
	if trusted := h.Trusts; trusted != "" {
		f.Trust = policy.Trust(trusted).Compact()
	} else {
		f.Trust = policy.Trust(policy.AccountARN(first.Partition, first.Firm)).Compact()
	}
	for _, f.ByAccount = range []bool{h.ByAccount, true} {
		// A customer has an account of 12 digits in quotes at least.
		f.Size = 1 + sort.Search(min(len(h.Grants), policy.MaxManagedChars/15)-1, func(n int) bool {
			f.Size = n + 2
			return slices.ContainsFunc(f.policies(), func(d policy.Document) bool { return written(d) > policy.MaxManagedChars })
		})
		f.Policies = f.policies()
		if len(f.Policies) == 1 { // room for those to come, as long as the names are
			f.Size = max(f.Size, f.Size*(policy.MaxManagedChars-500)/written(f.Policies[0]))
		}
		if len(f.Policies) <= mostPolicies {
			return f, nil
		}
	}
	return f, &steps.UsageError{Err: &problem.Error{
		Summary: "These are too many customers for one user or role",
		Detail:  fmt.Sprintf("Their accounts alone fill %d managed policies, and a user or role can have %d. Nothing was written.", len(f.Policies), mostPolicies),
		Fixes:   []string{"Divide the list, and give each part a user or role of its own, with --firm-user or --firm-role."},
	}}
}

// policies are the firm's, which main.tf makes of the list in the same way.
func (f firm) policies() (all []policy.Document) {
	for part := range slices.Chunk(f.Grants, f.Size) {
		part = slices.Clone(part)
		for i, g := range part {
			g.Only = true // in which form each statement names the owner
			if f.ByAccount {
				g = g.InAccount()
			}
			part[i] = g
		}
		d := policy.Combined(part...)
		for i := range d.Statements {
			d.Statements[i].Sid = ""
		}
		all = append(all, d)
	}
	return all
}

// written is how long a policy is at most as Terraform's jsonencode writes it: with single
// values in lists, and &, < and > by their numbers.
func written(d policy.Document) int {
	text := d.Compact()
	return policy.Chars(d) + 4*len(d.Statements) + 5*(strings.Count(text, "&")+strings.Count(text, "<")+strings.Count(text, ">"))
}

// csv is the list as main.tf reads it: each row says all.
func (h Handoff) csv() string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"bucket", "customer_account", "prefix", "access", "until"}}
	for _, g := range h.Grants {
		until := ""
		if !g.Until.IsZero() {
			until = g.Until.UTC().Format(time.DateOnly)
		}
		rows = append(rows, []string{g.Bucket, g.Owner, g.Prefix, string(cmp.Or(g.Access, policy.Article)), until})
	}
	_ = w.WriteAll(rows) // into memory
	return b.String()
}

// rule is a statement of the firm's policies without its customers.
type rule struct {
	Access     []policy.Access              `json:"access"` // for which it is there
	Actions    []string                     `json:"actions"`
	Files      bool                         `json:"files"` // else it is about the bucket
	Conditions map[string]map[string]string `json:"conditions"`
}

// rules are those of every access, as main.tf reads them.
func rules() string {
	var all []rule
	for _, a := range policy.Accesses {
		g := policy.Grant{Partition: "aws", Bucket: "b", Access: a, Only: true}
		for _, s := range g.ForGrantee().Statements {
			r := rule{Access: []policy.Access{a}, Actions: s.Action.Values, Conditions: map[string]map[string]string{}}
			r.Files = strings.Contains(s.Resource.Values[0], "/")
			for _, c := range s.Condition {
				if c.Key != "s3:ResourceAccount" {
					r.Conditions[c.Operator] = map[string]string{c.Key: c.Values.Values[0]}
				}
			}
			same := func(o rule) bool {
				return slices.Equal(o.Actions, r.Actions) && o.Files == r.Files && fmt.Sprint(o.Conditions) == fmt.Sprint(r.Conditions)
			}
			if i := slices.IndexFunc(all, same); i >= 0 {
				all[i].Access = append(all[i].Access, a)
			} else {
				all = append(all, r)
			}
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // it is texts alone
	}
	return string(text) + "\n"
}

//go:embed README.md.tmpl
var readmeText string

//go:embed main.tf.tmpl
var terraformText string

//go:embed cloudformation.yaml.tmpl
var cloudformationText string

var (
	readme         = parse(readmeText)
	terraform      = parse(terraformText)
	cloudformation = parse(cloudformationText)
)

func parse(text string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"dashed": policy.Dashed,
		"number": func(i int) string { return fmt.Sprintf("%02d", i+1) },
	}).Parse(text))
}

func rendered(t *template.Template, f firm) string {
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		panic(err) // the templates are this package's own
	}
	return b.String()
}
