package handoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// mostRead is more than any file of an offer has.
const mostRead = 256 << 10

var (
	partitionName = regexp.MustCompile(`^aws(-[a-z]{2,10}){0,3}$`)
	accountID     = regexp.MustCompile(`^\d{12}$`)
	granteeARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(user|role)/([\x21-\x7e]{1,512}/)?[\w+=,.@-]{1,64}$`)
)

// Given is the offer that a person gives as the text of its grant.json, or as the path of
// that file.
func Given(given string) (Offer, error) {
	if strings.HasPrefix(given, "{") {
		return taken("What was pasted", []byte(given))
	}
	return Read(given)
}

// Read reads the grant.json that one company sent the other, of which the folder may be
// named, and looks whether the files beside it are those that it names. Whatever is in it is
// anybody's, so that each part is looked at.
func Read(path string) (Offer, error) {
	if is, err := os.Stat(path); err == nil && is.IsDir() {
		path = filepath.Join(path, GrantFile)
	}
	text, err := readFile(path)
	if err != nil {
		return Offer{}, refuse(shell.Word(path), "The grant cannot be read", err.Error(), "Give the file grant.json as the other company sent it.")
	}
	o, err := taken(shell.Word(path), text)
	if err != nil {
		return Offer{}, err
	}
	for _, name := range names(o.SHA256) {
		beside := filepath.Join(filepath.Dir(path), name)
		text, err := readFile(beside)
		switch {
		case errors.Is(err, fs.ErrNotExist): // it is not needed
		case err != nil || sum(string(text)) != o.SHA256[name]:
			return Offer{}, refuse(shell.Word(beside), "A file of the grant was changed", "Its SHA-256 is not the one that "+GrantFile+" has for it", "Ask the other company for the files again, and look into them before anybody applies one.")
		}
	}
	return o, nil
}

// taken is the offer that a text is, which came from there.
func taken(from string, text []byte) (Offer, error) {
	o, err := parseOffer(text)
	var newer newerError
	switch {
	case errors.As(err, &newer):
		return Offer{}, refuse(from, "The grant was written by a newer crossgrant", err.Error(), "Use the newest crossgrant.")
	case err != nil:
		return Offer{}, refuse(from, "The file is not a grant, or was changed", err.Error(), "Ask the other company for the file again, and change nothing in it.")
	}
	return o, nil
}

func refuse(from, summary, why, fix string) error {
	return &problem.Error{Summary: summary, Detail: fmt.Sprintf("%s: %s. Nothing was changed.", from, problem.Clean(strings.TrimSuffix(why, "."))), Fixes: []string{fix}}
}

// isFile fails where a path is something else: to open a pipe waits for who writes into it.
func isFile(path string) error {
	is, err := os.Stat(path)
	if err == nil && !is.Mode().IsRegular() {
		err = errors.New("it is not a file")
	}
	return err
}

func readFile(path string) ([]byte, error) {
	if err := isFile(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, mostRead+1))
	if err == nil && len(text) > mostRead {
		err = errors.New("it is too long")
	}
	return text, err
}

// newerError is the error of a grant.json of a later version.
type newerError int

func (e newerError) Error() string {
	return fmt.Sprintf("it is of version %d, and this crossgrant reads version %d", int(e), Version)
}

// parseOffer reads a grant.json, and refuses what New would not have written.
func parseOffer(text []byte) (Offer, error) {
	var first struct {
		Version int `json:"version"`
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // as some editors write it
	if err := json.Unmarshal(text, &first); err != nil {
		return Offer{}, notJSON(err)
	}
	if first.Version > Version {
		return Offer{}, newerError(first.Version)
	}
	var o Offer
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Offer{}, notJSON(err)
	}
	if o.Version != Version {
		return Offer{}, fmt.Errorf("its version is %d", o.Version)
	}
	if err := check(o.Grant); err != nil {
		return Offer{}, err
	}
	if err := CheckContact(o.Contact); err != nil {
		return Offer{}, err
	}
	if o.SHA256[GrantFile] != o.own() {
		return Offer{}, errors.New("its own SHA-256 is another one")
	}
	bucketPolicy := o.policy().Indent() + "\n"
	if o.SHA256["bucket-policy.json"] != sum(bucketPolicy) {
		return Offer{}, errors.New("the statements that it has the SHA-256 of are not those of its grant")
	}
	files := New(o.Grant, o.Contact).Files()
	for _, name := range names(o.SHA256) {
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			return Offer{}, fmt.Errorf("it has the SHA-256 of a file %q", name)
		}
	}
	return o, nil
}

// notJSON says in JSON's own words what is of another kind.
func notJSON(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("its %q is of another kind: %s", kind.Field, kind.Value)
	}
	return err
}

// names are those of the files beside grant.json.
func names(hashes map[string]string) (all []string) {
	for name := range hashes {
		if name != GrantFile {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// check refuses a grant that cannot be one. Its owner may be unknown.
func check(g policy.Grant) error {
	switch {
	case g.Access != "" && !slices.Contains(policy.Accesses, g.Access):
		return fmt.Errorf("its access is %q", g.Access)
	case !partitionName.MatchString(g.Partition):
		return fmt.Errorf("its partition is %q", g.Partition)
	case g.Owner != "" && !accountID.MatchString(g.Owner), !accountID.MatchString(g.Firm), g.Owner == g.Firm:
		return fmt.Errorf("its accounts are %q and %q: they have 12 digits each, and are two", g.Owner, g.Firm)
	case !granteeARN.MatchString(g.Grantee), policy.AccountOf(g.Grantee) != g.Firm, policy.PartitionOf(g.Grantee) != g.Partition:
		return fmt.Errorf("its grantee is %q, and not a user or role of the account %s", g.Grantee, g.Firm)
	case g.Key != "" && (!policy.IsKeyARN(g.Key) || policy.PartitionOf(g.Key) != g.Partition):
		return fmt.Errorf("its key is %q, and not the ARN of a KMS key", g.Key)
	case g.Until.Year() > 9999:
		return fmt.Errorf("its last day is in the year %d", g.Until.Year())
	}
	if _, err := awsops.CleanBucketName(g.Bucket); err != nil {
		return fmt.Errorf("its bucket is %q", g.Bucket)
	}
	return policy.CheckPrefix(g.Prefix)
}

// CheckContact refuses what is not one line about who asks.
func CheckContact(text string) error {
	if len(text) > 200 || strings.ContainsFunc(text, policy.Unseen) {
		return errors.New("who asks is said on one line, in at most 200 bytes that are seen")
	}
	return nil
}
