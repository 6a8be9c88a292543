package steps

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// mostGrant is more than any grant has.
const mostGrant = 64 << 10

var (
	partitionName = regexp.MustCompile(`^aws(-[a-z]{2,10}){0,3}$`)
	granteeARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(user|role)/([\x21-\x7e]{1,512}/)?[\w+=,.@-]{1,64}$`)
)

// ReadGrant reads a grant from a file that one company sent the other. What is in it is
// anybody's, so that each part is looked at.
func ReadGrant(path string) (policy.Grant, error) {
	wrong := func(format string, args ...any) (policy.Grant, error) {
		return policy.Grant{}, &UsageError{&problem.Error{
			Summary: "The file is not a grant", Detail: fmt.Sprintf("%s: %s.", shell.Word(path), problem.Clean(fmt.Sprintf(format, args...))),
			Fixes: []string{"Give the file grant.json as the other company sent it."},
		}}
	}
	f, err := os.Open(path)
	if err != nil {
		return policy.Grant{}, &UsageError{problem.Diagnose(err, "read the grant "+shell.Word(path))}
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, mostGrant+1))
	if err != nil || len(text) > mostGrant {
		return wrong("it is too long, or cannot be read")
	}
	var g policy.Grant
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&g); err != nil {
		return wrong("%v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return wrong("there is more in it than one grant")
	}
	switch {
	case g.Access != "" && !slices.Contains(policy.Accesses, g.Access):
		return wrong("its access is %q", g.Access)
	case !partitionName.MatchString(g.Partition):
		return wrong("its partition is %q", g.Partition)
	case !isAccountID(g.Owner), !isAccountID(g.Firm):
		return wrong("its accounts are %q and %q, and each has 12 digits", g.Owner, g.Firm)
	case !granteeARN.MatchString(g.Grantee), policy.AccountOf(g.Grantee) != g.Firm, policy.PartitionOf(g.Grantee) != g.Partition:
		return wrong("its grantee is %q, and not a user or role of the account %s", g.Grantee, g.Firm)
	}
	if _, err := awsops.CleanBucketName(g.Bucket); err != nil {
		return wrong("its bucket is %q", g.Bucket)
	}
	if err := policy.CheckPrefix(g.Prefix); err != nil {
		return wrong("%v", err)
	}
	return g, nil
}
