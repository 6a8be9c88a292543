package iam

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"crossgrant/awsops/sandbox/api"
)

var (
	nameText  = regexp.MustCompile(`^[\w+=,.@-]+$`)
	pathText  = regexp.MustCompile(`^/([!-~]+/)?$`)
	keyIDText = regexp.MustCompile(`^\w{16,128}$`)
	aliasText = regexp.MustCompile(`^[a-z0-9]([a-z0-9]|-[a-z0-9])*$`)
)

const allowedInNames = "It must contain only alphanumeric characters and/or the following: +=,.@_-"

func member(parameter string) string { return strings.ToLower(parameter[:1]) + parameter[1:] }

// required reads a parameter that must be there, of 1 to longest characters.
func (q *query) required(parameter string, longest int) string {
	if !q.form.Has(parameter) {
		q.refuse("Value null at '%s' failed to satisfy constraint: Member must not be null", member(parameter))
		return ""
	}
	return q.sized(parameter, q.form.Get(parameter), 1, longest)
}

func (q *query) sized(parameter, value string, shortest, longest int) string {
	switch n := utf8.RuneCountInString(value); {
	case n < shortest:
		q.refuse("Value '%s' at '%s' failed to satisfy constraint: Member must have length greater than or equal to %d", value, member(parameter), shortest)
	case n > longest:
		q.refuse("Value '%s' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", value, member(parameter), longest)
	}
	return value
}

func (q *query) refuse(format string, args ...any) {
	q.invalid = append(q.invalid, fmt.Sprintf(format, args...))
}

// name reads a required parameter that is a name. Users are made with names of 64
// characters at most, and asked for with up to 128.
func (q *query) name(parameter string, longest int) (string, error) {
	value := q.required(parameter, longest)
	if err := q.validation(); err != nil {
		return "", err
	}
	if !nameText.MatchString(value) {
		return "", &api.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf("The specified value for %s is invalid. %s", member(parameter), allowedInNames)}
	}
	return value, nil
}

// path reads a path, or the beginning of one.
func (q *query) path(parameter string) (string, error) {
	path := cmp.Or(q.form.Get(parameter), "/")
	if q.sized(parameter, path, 1, 512); !pathText.MatchString(path) && !(parameter == "PathPrefix" && path[0] == '/') {
		return "", &api.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf("The specified value for %s is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.", member(parameter))}
	}
	return path, q.validation()
}

// validation is the error of all that was refused so far, or nil.
func (q *query) validation() error {
	if len(q.invalid) == 0 {
		return nil
	}
	return validation(q.invalid...)
}

func validation(problems ...string) error {
	plural := "s"
	if len(problems) == 1 {
		plural = ""
	}
	return &api.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf("%d validation error%s detected: %s", len(problems), plural, strings.Join(problems, "; "))}
}

func noSuchEntity(format string, args ...any) error {
	return &api.Error{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: fmt.Sprintf(format, args...)}
}

func limitExceeded(format string, args ...any) error {
	return &api.Error{Status: http.StatusConflict, Code: "LimitExceeded", Message: fmt.Sprintf(format, args...)}
}

// target is the user that a call names, once the caller may do this to it; tags
// are those that the call brings.
func (q *query) target(tags ...tag) (*user, error) {
	name, err := q.name("UserName", 128)
	if err != nil {
		return nil, err
	}
	u := q.account.named(name)
	if u == nil {
		u = &user{account: q.account, path: "/", name: name}
	}
	if err := q.authorizeUser(u, tags); err != nil {
		return nil, err
	}
	if u.id == "" {
		return nil, noSuchEntity("The user with name %s cannot be found.", name)
	}
	return u, nil
}

// targetOrCaller is target where the name may be left out.
func (q *query) targetOrCaller() (*user, error) {
	if q.form.Has("UserName") {
		return q.target()
	}
	return q.user, q.authorizeUser(q.user, nil)
}

// authorizeUser decides a call on a user, by its tags too.
func (q *query) authorizeUser(u *user, tags []tag) error {
	context := map[string][]string{}
	for _, t := range u.tags {
		context["aws:ResourceTag/"+t.Key] = []string{t.Value}
		context["iam:ResourceTag/"+t.Key] = []string{t.Value}
	}
	for _, t := range tags {
		context["aws:RequestTag/"+t.Key] = []string{t.Value}
		context["aws:TagKeys"] = append(context["aws:TagKeys"], t.Key)
	}
	if arn := q.form.Get("PolicyArn"); arn != "" {
		context["iam:PolicyARN"] = []string{arn}
	}
	if err := q.authorize(u.arn(), context); err != nil || len(tags) == 0 || q.Operation == "TagUser" {
		return err
	}
	// Source: Tag IAM users, Permissions required for tagging IAM users: to make a user
	// with tags takes the permission to tag it.
	return q.authorizeFor("iam:TagUser", u.arn(), context)
}

// tags reads Tags.member.N.
func (q *query) tags() ([]tag, error) {
	var tags []tag
	for n := 1; ; n++ {
		prefix := fmt.Sprintf("Tags.member.%d.", n)
		if !q.form.Has(prefix + "Key") {
			break
		}
		t := tag{q.form.Get(prefix + "Key"), q.form.Get(prefix + "Value")}
		q.sized(fmt.Sprintf("tags.%d.member.key", n), t.Key, 1, 128)
		q.sized(fmt.Sprintf("tags.%d.member.value", n), t.Value, 0, 256)
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, invalidInput("Tag keys that start with aws: are reserved for AWS. Choose another key than " + t.Key + ".")
		}
		if slices.ContainsFunc(tags, t.sameKey) {
			return nil, invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		tags = append(tags, t)
	}
	if len(tags) > maxTags {
		q.refuse("Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", maxTags)
	}
	return tags, q.validation()
}

const maxTags = 50

func (t tag) sameKey(other tag) bool { return strings.EqualFold(t.Key, other.Key) }

func invalidInput(message string) error {
	return &api.Error{Status: 400, Code: "InvalidInput", Message: message}
}

// iso is a time as IAM writes it.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
