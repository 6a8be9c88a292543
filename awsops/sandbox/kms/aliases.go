package kms

import (
	"regexp"
	"strings"
)

var aliasText = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)

// alias reads a call on an alias, which takes the permission on it and on its key; and it
// finds the key that is named.
func (q *query) alias() (arn string, k *key, err error) {
	var in struct{ AliasName, TargetKeyId string }
	if err := q.decode(&in); err != nil {
		return "", nil, err
	}
	switch {
	case !strings.HasPrefix(in.AliasName, "alias/"):
		return "", nil, refused("ValidationException", "Invalid identifier")
	case strings.HasPrefix(in.AliasName, "alias/aws/"):
		return "", nil, refused("NotAuthorizedException", "")
	case !aliasText.MatchString(in.AliasName):
		return "", nil, refused("InvalidAliasNameException", "Alias name %s is not valid", in.AliasName)
	}
	arn = place(q.Region, q.Caller.Account) + in.AliasName
	if err := q.authorize(arn); err != nil {
		return "", nil, err
	}
	named := in.TargetKeyId
	if q.Operation == "DeleteAlias" {
		if named = q.aliases[arn]; named == "" {
			return "", nil, notFound("Alias %s is not found.", arn)
		}
	}
	k, err = q.target(named)
	q.Resource = in.AliasName
	return arn, k, err
}

func createAlias(q *query) (any, error) {
	arn, k, err := q.alias()
	switch {
	case err != nil:
		return nil, err
	case q.aliases[arn] != "":
		return nil, refused("AlreadyExistsException", "An alias with the name %s already exists", arn)
	case k.state == pending:
		return nil, k.isPending()
	case len(q.aliasesOf(k)) >= 50:
		return nil, refused("LimitExceededException", "There are 50 aliases for %s, and no more are allowed.", k.arn())
	}
	q.aliases[arn] = k.arn()
	return nil, nil
}

func updateAlias(q *query) (any, error) {
	arn, k, err := q.alias()
	switch {
	case err != nil:
		return nil, err
	case q.aliases[arn] == "":
		return nil, notFound("Alias %s is not found.", arn)
	case k.state == pending:
		return nil, k.isPending()
	}
	q.aliases[arn] = k.arn()
	return nil, nil
}

func deleteAlias(q *query) (any, error) {
	arn, _, err := q.alias()
	if err == nil {
		delete(q.aliases, arn)
	}
	return nil, err
}
