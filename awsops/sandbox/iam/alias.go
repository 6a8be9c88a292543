package iam

import (
	"fmt"
	"net/http"

	"crossgrant/awsops/sandbox/api"
)

func listAccountAliases(q *query) (any, error) {
	if err := q.authorize("*", nil); err != nil {
		return nil, err
	}
	var aliases []string
	if q.account.alias != "" {
		aliases = []string{q.account.alias}
	}
	return struct {
		AccountAliases members[string]
		more
	}{AccountAliases: members[string]{aliases}}, nil
}

// createAccountAlias replaces the alias that there is: an account has one.
func createAccountAlias(q *query) (any, error) {
	alias, err := q.alias()
	if err != nil {
		return nil, err
	}
	for _, a := range q.directory.accounts {
		if a.alias == alias && a != q.account {
			return nil, &api.Error{Status: http.StatusConflict, Code: "EntityAlreadyExists", Message: fmt.Sprintf("The account alias %s already exists.", alias)}
		}
	}
	q.account.alias = alias
	return nil, nil
}

func deleteAccountAlias(q *query) (any, error) {
	alias, err := q.alias()
	if err != nil {
		return nil, err
	}
	if q.account.alias != alias {
		return nil, noSuchEntity("The Account Alias %s cannot be found.", alias)
	}
	q.account.alias = ""
	return nil, nil
}

func (q *query) alias() (string, error) {
	alias := q.required("AccountAlias", 63)
	if alias != "" && len(alias) < 3 {
		q.sized("AccountAlias", alias, 3, 63)
	}
	if err := q.validation(); err != nil {
		return "", err
	}
	if !aliasText.MatchString(alias) {
		return "", validation("Value '" + alias + "' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$")
	}
	return alias, q.authorize("*", nil)
}
