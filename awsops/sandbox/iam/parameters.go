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
// characters at most, and asked for with up to 128; roles always with up to 64.
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

// target is the user or the role that a call names, once the caller may do this to it;
// tags are those that the call brings.
func (q *query) target(tags ...tag) (*entity, error) {
	name, err := q.name(q.kind.title+"Name", q.kind.longestName)
	if err != nil {
		return nil, err
	}
	u := q.account.named(q.kind, name)
	if u == nil {
		u = &entity{kind: q.kind, account: q.account, path: "/", name: name}
	}
	if err := q.authorizeOn(u, tags); err != nil {
		return nil, err
	}
	if u.id == "" {
		return nil, noSuchEntity("The %s with name %s cannot be found.", u.word, name)
	}
	return u, nil
}

// targetOrCaller is target where the name of a user may be left out.
func (q *query) targetOrCaller() (*entity, error) {
	if q.kind == aRole || q.form.Has("UserName") {
		return q.target()
	}
	if q.user == nil {
		return nil, &api.Error{Status: 400, Code: "ValidationError", Message: "Must specify userName when calling with non-User credentials"}
	}
	return q.user, q.authorizeOn(q.user, nil)
}

// authorizeOn decides a call on a user or a role, by its tags too.
func (q *query) authorizeOn(u *entity, tags []tag) error {
	context := map[string][]string{}
	tagged(context, u.tags, tags)
	if arn := q.form.Get("PolicyArn"); arn != "" {
		context["iam:PolicyARN"] = []string{arn}
	}
	if boundary := cmp.Or(q.form.Get("PermissionsBoundary"), u.boundary); boundary != "" {
		context["iam:PermissionsBoundary"] = []string{boundary}
	}
	if err := q.authorize(u.arn(), context); err != nil || len(tags) == 0 || strings.HasPrefix(q.Operation, "Tag") {
		return err
	}
	// Source: Tag IAM users, Permissions required for tagging IAM users: to make a user
	// with tags takes the permission to tag it, and so with a role.
	return q.authorizeFor("iam:Tag"+u.title, u.arn(), context)
}

// tagged adds the condition keys of the tags that a user or a role has, and of those
// that a call brings.
func tagged(context map[string][]string, has, brought []tag) {
	for _, t := range has {
		context["aws:ResourceTag/"+t.Key] = []string{t.Value}
		context["iam:ResourceTag/"+t.Key] = []string{t.Value}
	}
	for _, t := range brought {
		context["aws:RequestTag/"+t.Key] = []string{t.Value}
		context["aws:TagKeys"] = append(context["aws:TagKeys"], t.Key)
	}
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
