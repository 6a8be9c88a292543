// Package handoff writes the customer's half of a grant as files: for a customer who reads
// them, applies them without crossgrant, and sends one line back. The files are the same to
// the byte for the same grant, and no secret is in them.
//
// It is pure: it does not reach AWS, and files alone by Read and Write.
package handoff

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
)

// Version is the version of grant.json. One of a later version is refused.
const Version = 1

// GrantFile is the name of the file that crossgrant reads; the others are for people.
const GrantFile = "grant.json"

// KeyFile is the file with the statement for the policy of the bucket's KMS key, for a person
// to add: nothing that crossgrant writes changes a key's policy.
const KeyFile = "key-policy.json"

// Offer is what the firm asks the customer for, as grant.json has it.
type Offer struct {
	Version int               `json:"version"`
	Grant   policy.Grant      `json:"grant"`
	Contact string            `json:"contact"` // who asks, and how to reach them
	Gives   string            `json:"gives"`
	Until   string            `json:"until"` // the last day, or "no end"
	Not     string            `json:"not_asked"`
	Actions []Action          `json:"actions"`
	End     []string          `json:"how_to_end_it"`
	SHA256  map[string]string `json:"sha256"` // of each file; of this one without its own line
}

// Action is one action that is asked for, and why.
type Action struct {
	Action string `json:"action"`
	Why    string `json:"why"`
}

// File is one of the files of an offer.
type File struct {
	Name       string
	Text       string
	Executable bool
}

// SHA256 is the hash of the file as sha256sum prints it.
func (f File) SHA256() string { return sum(f.Text) }

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// reasons say why an action is asked for.
var reasons = map[string]string{
	"s3:ListBucket":                "see which files are there",
	"s3:GetObject":                 "read files",
	"s3:PutObject":                 "write files: the delivery itself",
	"s3:PutObjectAcl":              "set the permissions of a file that is written; where the bucket has no ACLs, this does nothing",
	"s3:GetLifecycleConfiguration": "see after how long the bucket deletes files; AWS's own walkthrough has it, and the firm's user or role does not get it",
	"s3:AbortMultipartUpload":      "give up a large file that is sent in parts",
	"s3:ListMultipartUploadParts":  "go on with a large file that is sent in parts",
	"kms:GenerateDataKey":          "have S3 encrypt a file that is written with the bucket's KMS key",
	"kms:Decrypt":                  "have S3 decrypt a file that is read, and the parts of a large one while it is written",
}

// New is the offer of a grant. Its owner may be unknown.
func New(g policy.Grant, contact string) Offer {
	o := Offer{
		Version: Version, Grant: g, Contact: contact, Gives: g.Gives(), Until: "no end", Not: g.Withholds(),
		End: []string{
			"bash apply.sh undo",
			"crossgrant cleanup, with the run that setup named",
			"or by hand: take out of the bucket's policy the statements " + policy.Join(g.Sids(), "and"),
		},
	}
	if g.Key != "" {
		o.End = append(o.End, fmt.Sprintf("beside that, by hand: take out of the policy of the KMS key the statement %s, where no other bucket with this key needs it", g.KeySid()))
	}
	if !g.Until.IsZero() {
		o.Until = g.Until.UTC().Format(time.DateOnly)
	}
	for _, s := range o.statements() {
		for _, a := range s.Action.Values {
			if !slices.ContainsFunc(o.Actions, func(known Action) bool { return known.Action == a }) {
				o.Actions = append(o.Actions, Action{a, reasons[a]})
			}
		}
	}
	return o
}

// statements are all that the customer adds, that of the key's policy too.
func (o Offer) statements() []policy.Statement {
	if o.Grant.Key == "" {
		return o.Grant.ForBucket()
	}
	return append(o.Grant.ForBucket(), o.Grant.ForKey())
}

// Files are all files of the offer, grant.json first.
func (o Offer) Files() []File {
	files := []File{
		{Name: "README.md", Text: o.render(readme)},
		{Name: "bucket-policy.json", Text: o.policy().Indent() + "\n"},
		{Name: "apply.sh", Text: o.render(apply), Executable: true},
		{Name: "cloudformation.yaml", Text: o.render(cloudformation)},
		{Name: "main.tf", Text: o.render(terraform)},
	}
	if o.Grant.Key != "" {
		files = append(files, File{Name: KeyFile, Text: indented(o.Grant.ForKey())})
	}
	o.SHA256 = map[string]string{}
	for _, f := range files {
		o.SHA256[f.Name] = f.SHA256()
	}
	o.SHA256[GrantFile] = o.own()
	return slices.Insert(files, 0, File{Name: GrantFile, Text: o.text()})
}

// own is the hash of grant.json without the line that holds it.
func (o Offer) own() string {
	rest := map[string]string{}
	for name, hash := range o.SHA256 {
		if name != GrantFile {
			rest[name] = hash
		}
	}
	o.SHA256 = rest
	return sum(o.text())
}

func (o Offer) text() string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		panic(err) // the only value that may not be JSON is the day, which was checked
	}
	return b.String()
}

func indented(s policy.Statement) string {
	var b bytes.Buffer
	_ = json.Indent(&b, []byte(s.Compact()), "", "  ") // a statement is written as JSON
	return b.String() + "\n"
}

// policy are the customer's statements as a document of their own.
func (o Offer) policy() policy.Document { return policy.New(o.Grant.ForBucket()...) }

//go:embed README.md.tmpl
var readmeText string

//go:embed apply.sh.tmpl
var applyText string

//go:embed cloudformation.yaml.tmpl
var cloudformationText string

//go:embed main.tf.tmpl
var terraformText string

var (
	readme         = parse(readmeText)
	apply          = parse(applyText)
	cloudformation = parse(cloudformationText)
	terraform      = parse(terraformText)
)

func parse(text string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"dashed": policy.Dashed, "join": policy.Join, "hcl": hcl, "hclList": hclList, "json": quoted,
		"indent": func(by int, text string) string { return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by)) },
		"line":   func(s policy.Statement) string { return s.Compact() },
	}).Parse(text))
}

func (o Offer) render(t *template.Template) string {
	var b strings.Builder
	get, put := awsops.KeyPolicyCommands(o.Grant.Key, aws)
	err := t.Execute(&b, struct {
		Offer
		Statements []policy.Statement
		Policy     policy.Document
		Sids       []string
		Get, Put   string // the commands for the key's policy
	}{o, o.Grant.ForBucket(), o.policy(), o.Grant.Sids(), get, put})
	if err != nil {
		panic(err) // the templates are this package's own
	}
	return b.String()
}

// aws is a command of whoever is signed in.
func aws(args ...string) string { return shell.Command(append([]string{"aws"}, args...)...) }

// quoted is a text as JSON and YAML quote it.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string is JSON
	return strings.TrimSuffix(b.String(), "\n")
}

// hcl is a text as Terraform quotes it: $ and % before a brace begin a template.
func hcl(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(quoted(text))
}

func hclList(values []string) string {
	var all []string
	for _, v := range values {
		all = append(all, hcl(v))
	}
	return fmt.Sprintf("[%s]", strings.Join(all, ", "))
}
