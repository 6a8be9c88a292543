package policy

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Combined is one document that passes many grants on: statements that differ in the bucket
// and in whose it is are one, so that as many as can be find room in it.
func Combined(grants ...Grant) Document {
	var all []Statement
	place := map[string]int{} // of the statement that says the same of other buckets
	for _, g := range grants {
		for _, s := range g.ForGrantee().Statements {
			same := s.ofNoBucket()
			i, known := place[same]
			if !known {
				i = len(all)
				place[same], all = i, append(all, s.widened(Statement{}))
			}
			all[i] = all[i].widened(s)
		}
	}
	named := map[string]int{}
	for i, s := range all { // a Sid stands once in a document
		if named[s.Sid]++; named[s.Sid] > 1 {
			all[i].Sid += fmt.Sprint(named[s.Sid])
		}
	}
	return New(all...)
}

// Fitting is how many of the grants, from the first on, one document of so many characters
// can pass on.
func Fitting(grants []Grant, chars int) int {
	return sort.Search(len(grants), func(n int) bool { return Chars(Combined(grants[:n+1]...)) > chars })
}

// InAccount is a grant on every bucket of the same customer: a document that passes such
// grants on grows with the customers and not with their buckets.
func (g Grant) InAccount() Grant {
	g.Bucket = anyBucket
	return g
}

const anyBucket = "*"

func (s Statement) ofNoBucket() string {
	s.Resource = List{}
	s.Condition = slices.Clone(s.Condition)
	for i, c := range s.Condition {
		if c.namesOwner() {
			s.Condition[i].Values = List{}
		}
	}
	return s.Compact()
}

// widened is a statement for the buckets of another one too.
func (s Statement) widened(by Statement) Statement {
	s.Resource = union(s.Resource, by.Resource)
	s.Condition = slices.Clone(s.Condition)
	for i, c := range s.Condition {
		if !c.namesOwner() {
			continue
		}
		for _, other := range by.Condition {
			if other.namesOwner() {
				s.Condition[i].Values = union(c.Values, other.Values)
			}
		}
	}
	return s
}

func (c Condition) namesOwner() bool { return strings.EqualFold(c.Key, "s3:ResourceAccount") }

func union(a, b List) List {
	values := slices.Clone(a.Values)
	for _, v := range b.Values {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return List{Values: values, bare: len(values) == 1}
}
