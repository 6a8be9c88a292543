package kms

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// page is the part of a list that a call asks for.
type page struct {
	KeyId, Marker string
	Limit         int
}

// more is the end of a list that may go on.
type more struct {
	NextMarker string `json:",omitempty"`
	Truncated  bool
}

func (q *query) page() (p page, err error) {
	if err := q.decode(&p); err != nil {
		return p, err
	}
	if p.Limit < 0 || p.Limit > 1000 {
		return p, refused("ValidationException", "1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000", p.Limit)
	}
	return p, q.authorize("*")
}

// of are those ARNs that are on the page; a marker is the last one given.
func (p page) of(arns []string) ([]string, more) {
	arns = slices.DeleteFunc(arns, func(arn string) bool { return arn <= p.Marker })
	size := cmp.Or(p.Limit, 100)
	if len(arns) <= size {
		return arns, more{}
	}
	return arns[:size], more{arns[size-1], true}
}

func listKeys(q *query) (any, error) {
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	q.bury(q.Now)
	arns := slices.Sorted(maps.Keys(q.keys))
	arns, rest := p.of(slices.DeleteFunc(arns, func(arn string) bool { return !strings.HasPrefix(arn, place(q.Region, q.Caller.Account)) }))
	type entry struct{ KeyId, KeyArn string }
	keys := []entry{}
	for _, arn := range arns {
		keys = append(keys, entry{q.keys[arn].id, arn})
	}
	return struct {
		Keys []entry
		more
	}{keys, rest}, nil
}

func listAliases(q *query) (any, error) {
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	only := ""
	if p.KeyId != "" {
		k, arn, err := q.resolve(p.KeyId, q.Region, q.Caller.Account, q.Now)
		if err != nil || k.account != q.Caller.Account {
			return nil, notFound("Key '%s' does not exist", arn)
		}
		only = arn
	}
	q.bury(q.Now)
	at := place(q.Region, q.Caller.Account)
	names := slices.Sorted(maps.Keys(q.aliases))
	names, rest := p.of(slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasPrefix(name, at) || only != "" && q.aliases[name] != only
	}))
	type entry struct{ AliasName, AliasArn, TargetKeyId string }
	aliases := []entry{}
	for _, name := range names {
		arn := q.aliases[name]
		aliases = append(aliases, entry{strings.TrimPrefix(name, at), name, arn[strings.LastIndexByte(arn, '/')+1:]})
	}
	return struct {
		Aliases []entry
		more
	}{aliases, rest}, nil
}
