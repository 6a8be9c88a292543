package awsops

// The names that people type, checked before AWS sees them.

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

var (
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	iamName    = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	trusted    = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:(root|(user|role)/[!-)+->@-~]*[\w+=,.@-])$`)
	regionName = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]{2,12}){1,2}-\d{1,2}$`)
	bucketARN  = regexp.MustCompile(`^arn:[a-z-]*:s3:::([^/]*)`)
	s3Host     = regexp.MustCompile(`^(?:(.+)\.)?s3[.-][a-z0-9.-]*amazonaws\.(?:com|com\.cn|eu)(?::\d+)?$`)
	notTyped   = regexp.MustCompile(`^(fileb?|https?)://`)
	console    = regexp.MustCompile(`^[a-z0-9.-]*console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$`)
)

// CleanBucketName returns the name when S3 would take it as one. For what people
// paste instead (an address, an ARN, capitals) its error names what to enter.
// Source: General purpose bucket naming rules.
func CleanBucketName(input string) (string, error) {
	if bucketName.MatchString(input) && whyNotBucket(input) == "" {
		return input, nil
	}
	p := &problem.Error{Summary: "This is not the name of a bucket"}
	name, shape := bareName(input)
	why := whyNotBucket(name)
	if why != "" && len(input) <= 63 && whyNotBucket(input) != "" {
		why = whyNotBucket(input) // of the whole, which somebody meant as a name
	}
	switch {
	case why != "":
		p.Detail = fmt.Sprintf("%q is not a name that S3 takes: %s.", problem.Clean(input), why)
		p.Fixes = []string{"Enter the name alone, as the S3 console lists it: 3 to 63 lower-case letters, digits, dots and hyphens."}
	default:
		p.Detail = fmt.Sprintf("%q is %s.", problem.Clean(input), shape)
		p.Fixes = []string{"Enter the name alone: " + name}
	}
	return "", p
}

// bareName takes the bucket's name out of what was pasted, and says what that was.
func bareName(input string) (name, shape string) {
	text := strings.TrimFunc(input, func(r rune) bool { return r == ' ' || policy.Unseen(r) })
	shape = "a name with spaces around it"
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		shape = "an address"
		host, path, _ := strings.Cut(rest, "/")
		text = host
		switch m := s3Host.FindStringSubmatch(host); {
		case strings.EqualFold(scheme, "s3"):
		case m != nil && m[1] != "":
			text = m[1]
		case m != nil || console.MatchString(host):
			path = strings.TrimPrefix(strings.TrimPrefix(path, "s3/buckets/"), "buckets/")
			text, _, _ = strings.Cut(path, "/")
		}
		text, _, _ = strings.Cut(text, "?")
	} else if m := bucketARN.FindStringSubmatch(text); m != nil {
		shape, text = "an ARN", m[1]
	} else if before, _, ok := strings.Cut(text, "/"); ok {
		shape, text = "a name with a folder or a slash behind it", before
	}
	if lower := strings.ToLower(text); lower != text {
		text = lower
		if shape == "a name with spaces around it" {
			shape = "written with capitals, which the name of a bucket cannot have"
		}
	}
	return text, shape
}

func whyNotBucket(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case strings.ContainsAny(name, " \t"):
		return "it has a space in it"
	case strings.ContainsAny(name, "$*{}<>"):
		return "it has a placeholder in it that was not filled in"
	case strings.Contains(name, "_"):
		return "it has an underscore in it"
	case len(name) < 3 || len(name) > 63:
		return fmt.Sprintf("it has %d characters", len(name))
	case strings.Contains(name, ".."):
		return "it has two dots in a row"
	case net.ParseIP(name) != nil:
		return "it is an IP address"
	case !bucketName.MatchString(name):
		return "it has a character that names of buckets cannot have, or begins or ends with a dot or hyphen"
	}
	return ""
}

// CheckUserName tells whether IAM would take the name of a user, and CheckRoleName that of
// a role. Source: IAM and STS quotas, "IAM name requirements".
func CheckUserName(name string) error { return checkName(KindUser, name) }
func CheckRoleName(name string) error { return checkName(KindRole, name) }

func checkName(kind Kind, name string) error {
	if iamName.MatchString(name) {
		return nil
	}
	p := &problem.Error{Summary: fmt.Sprintf("This is not the name of a %s", kind)}
	switch {
	case name == "":
		p.Detail = fmt.Sprintf("The name of the %s is empty.", kind)
	case strings.HasPrefix(name, "arn:"):
		p.Detail = fmt.Sprintf("%q is an ARN.", problem.Clean(name))
		p.Fixes = []string{"Enter the name alone: " + nameIn(name)}
		return p
	case strings.Contains(name, "/") && iamName.MatchString(nameIn(name)):
		p.Detail = fmt.Sprintf("%q has a path before the name. AWS finds the user by its name alone.", problem.Clean(name))
		p.Fixes = []string{"Enter the name alone: " + nameIn(name)}
		return p
	case len(name) > 64:
		p.Detail = fmt.Sprintf("The name of the %s has %d characters, and IAM takes 64 at most.", kind, len(name))
	default:
		p.Detail = fmt.Sprintf("%q holds a character that IAM does not take in the name of a %s.", problem.Clean(name), kind)
	}
	p.Fixes = []string{"Use 1 to 64 letters, digits and the signs _ + = , . @ -, without spaces."}
	return p
}

// CheckTrusts tells whether a role can trust this principal: the ARN of one account, user
// or role. Source: AWS JSON policy elements: Principal.
func CheckTrusts(arn string) error {
	if trusted.MatchString(arn) {
		return nil
	}
	p := &problem.Error{
		Summary: "This cannot be trusted with a role",
		Detail:  fmt.Sprintf("%q is not the ARN of one account, user or role.", problem.Clean(arn)),
		Fixes: []string{
			"Give the ARN of a user or a role, such as arn:aws:iam::444455556666:user/NAME.",
			"Or that of an account, whose administrator then decides who in it: arn:aws:iam::444455556666:root",
		},
	}
	if strings.ContainsAny(arn, "*?") {
		p.Detail = fmt.Sprintf("%q has a wildcard in it, and a trust policy cannot name a part of an ARN; a lone * would let everybody assume the role.", problem.Clean(arn))
	}
	return p
}

// CheckKey tells whether a command could name an object by this key: the aws command
// takes some for the place of a file that has the key in it.
// Source: AWS CLI, "Loading a parameter from a file".
func CheckKey(key string) error {
	if !notTyped.MatchString(key) {
		return nil
	}
	return &problem.Error{
		Summary: "This cannot be the key of the test file",
		Detail:  fmt.Sprintf("The aws command would read %q as a file, so the commands that crossgrant shows would not do what it does.", problem.Clean(key)),
		Fixes:   []string{"Name a key that does not begin with file:// or http://."},
	}
}

// CheckRegion tells whether a text can be the code of a region. Which there are,
// only AWS knows.
func CheckRegion(region string) error {
	if regionName.MatchString(region) {
		return nil
	}
	return &problem.Error{
		Summary: "This is not the code of a region",
		Detail:  fmt.Sprintf("%q is not the code of a region of AWS.", problem.Clean(region)),
		Fixes:   []string{"Enter a code such as us-east-1 or eu-west-1."},
	}
}
