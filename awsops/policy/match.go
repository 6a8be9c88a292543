package policy

import (
	"strings"
	"unicode/utf8"
)

// action tells whether a statement is about the request's action. Actions are
// compared without regard to case. Source: IAM JSON policy elements: Action.
func (e *evaluation) action(s *Statement) bool {
	if len(s.NotAction.Values) > 0 {
		return !anyAction(s.NotAction.Values, e.request.Action)
	}
	return anyAction(s.Action.Values, e.request.Action)
}

func anyAction(patterns []string, action string) bool {
	for _, p := range patterns {
		if glob(p, action, foldCase) {
			return true
		}
	}
	return false
}

// resource tells whether a statement is about the request's resource. An entry
// with a variable that has no value matches no resource, so in NotResource it
// makes no exception. Source: Variables and tags, Policy variables with no value.
func (e *evaluation) resource(s *Statement) bool {
	if len(s.NotResource.Values) > 0 {
		return !e.anyResource(s.NotResource.Values)
	}
	return e.anyResource(s.Resource.Values)
}

// A wildcard runs over slashes, and at the end of an ARN's segment over colons
// too, so the ARN is matched as one text: within the segments of S3's and IAM's
// ARNs there is nothing else that it could wrongly run over.
// Source: IAM JSON policy elements: Resource.
func (e *evaluation) anyResource(patterns []string) bool {
	for _, p := range patterns {
		if e.like(p, e.request.Resource) {
			return true
		}
	}
	return false
}

// Whom a Principal element means by the caller.
type naming int

const (
	nobody     naming = iota
	itsAccount        // the caller's account, so a grant that the account must pass on
	itsRole           // the role whose session the caller is
	itself            // the caller by ARN or unique id
	everyone
)

// principal tells in what way the statement of a bucket policy is about the
// caller. Without a Principal it is about nobody: S3 refuses such a policy.
func (e *evaluation) principal(s *Statement) naming {
	switch {
	case s.Principal != nil:
		self, role, account, all := e.named(s.Principal)
		switch {
		case all:
			return everyone
		case self:
			return itself
		case role:
			return itsRole
		case account:
			return itsAccount
		}
		return nobody
	case s.NotPrincipal != nil:
		if e.excepted(s.NotPrincipal, s.Effect) {
			return nobody
		}
		return everyone
	}
	return nobody
}

// excepted tells whether NotPrincipal leaves the caller out. AWS checks the
// account first and then the user, so a Deny spares a user only when both are
// listed; the account alone does not spare its users, or the example that spares
// one user would spare them all. AWS does not support NotPrincipal with Allow;
// there the caller or its account is exception enough, which is the safe side.
// Source: IAM JSON policy elements: NotPrincipal.
func (e *evaluation) excepted(p *Principal, effect string) bool {
	self, role, account, all := e.named(p)
	self = self || role
	if effect == "Deny" {
		return all || self && account
	}
	return all || self || account
}

// named looks for the caller among the AWS principals, the only kind that a user,
// a session or a root user can be. ARNs are compared whole: a principal has no partial
// wildcards. The account and its root user are the same principal.
// Source: IAM JSON policy elements: Principal.
func (e *evaluation) named(p *Principal) (self, role, account, all bool) {
	all = p.Everyone
	caller := &e.request.Caller
	for _, v := range p.AWS.Values {
		switch {
		case v == "*":
			all = true
		case caller.Account == "":
		case v == caller.Account, e.isRoot(v):
			account = true
		case v == caller.ARN, v == caller.UniqueID && v != "":
			self = true
		case caller.isRole(v):
			role = true
		}
	}
	if account && caller.root() {
		self = true
	}
	return self, role, account, all
}

// isRoot tells whether the ARN is that of the root user of the caller's account.
func (e *evaluation) isRoot(arn string) bool {
	return len(arn) == len(e.home)+len("root") && e.home != "" &&
		strings.HasPrefix(arn, e.home) && strings.HasSuffix(arn, "root")
}

// role returns the name of the role whose session the caller is, or "".
func (c *Caller) role() string {
	_, name := splitARN(c.ARN)
	role, session := strings.CutPrefix(name, "assumed-role/")
	if !session {
		return ""
	}
	role, _, _ = strings.Cut(role, "/")
	return role
}

// isRole tells whether a principal is the role whose session the caller is. A role's name
// is the only one of its account, whatever its path, which the session's ARN leaves out.
// Source: IAM identifiers; IAM JSON policy elements: Principal, Role session principals.
func (c *Caller) isRole(principal string) bool {
	role := c.role()
	if role == "" {
		return false
	}
	prefix, name := splitARN(principal)
	return prefix == homeOf(c.ARN) && strings.HasPrefix(name, "role/") && strings.HasSuffix(name, "/"+role) ||
		strings.HasPrefix(c.UniqueID, principal+":")
}

// homeOf is the beginning of the ARNs of an account's users and roles, that of a session
// of it too.
func homeOf(arn string) string {
	prefix, _ := splitARN(arn)
	return strings.Replace(prefix, ":sts:", ":iam:", 1)
}

func (c *Caller) root() bool {
	_, name := splitARN(c.ARN)
	return name == "root"
}

// user returns the name of an IAM user, without its path, or "".
func (c *Caller) user() string {
	_, name := splitARN(c.ARN)
	if !strings.HasPrefix(name, "user/") {
		return ""
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

// splitARN cuts an ARN before its resource part, which may hold colons. Both are
// empty for what is no ARN.
func splitARN(arn string) (prefix, resource string) {
	at := 0
	for range 5 {
		n := strings.IndexByte(arn[at:], ':')
		if n < 0 {
			return "", ""
		}
		at += n + 1
	}
	return arn[:at], arn[at:]
}

// likeARN matches each of the six parts of an ARN by itself, so that a wildcard
// does not run from one part into the next. The pattern is in glob's escaped
// form. A lone "*" is any ARN. Source: IAM JSON policy elements: Condition
// operators, ARN condition operators.
func likeARN(pattern, arn string) bool {
	if pattern == "*" {
		return strings.Count(arn, ":") >= 5
	}
	for range 5 {
		p, morePattern, ok := strings.Cut(pattern, ":")
		a, moreARN, also := strings.Cut(arn, ":")
		if !ok || !also || !glob(p, a, escaped) {
			return false
		}
		pattern, arn = morePattern, moreARN
	}
	return glob(pattern, arn, escaped)
}

// How glob reads its pattern.
type reading int

const (
	plain    reading = iota
	foldCase         // ASCII letters match in either case
	escaped          // after escape stands one literal byte
)

// escape marks what a variable's value, or ${*}, put into a pattern: there a "*"
// is a star and not a wildcard.
const escape = 0

// glob tells whether the whole text matches a pattern in which "*" stands for any
// characters or none and "?" for exactly one. On a mismatch it goes back to the
// last star only, so the time is bounded by the product of the lengths.
func glob(pattern, text string, how reading) bool {
	if how == plain {
		// Most patterns are plain text and one star at the end, or none.
		head := pattern
		at := strings.IndexByte(pattern, '*')
		if at >= 0 {
			head = pattern[:at]
		}
		if strings.IndexByte(head, '?') < 0 {
			switch {
			case at < 0:
				return pattern == text
			case !strings.HasPrefix(text, head):
				return false
			}
			pattern, text = pattern[at:], text[at:]
		}
	}
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		if p < len(pattern) {
			switch c := pattern[p]; {
			case c == '*':
				p++
				if p == len(pattern) {
					return true
				}
				star, resume = p, t
				continue
			case c == '?':
				p++
				t += width(text, t)
				continue
			case c == escape && how == escaped:
				if p+1 < len(pattern) && pattern[p+1] == text[t] {
					p += 2
					t++
					continue
				}
			case c == text[t], how == foldCase && lower(c) == lower(text[t]):
				p++
				t++
				continue
			}
		}
		if star < 0 {
			return false
		}
		resume += width(text, resume)
		p, t = star, resume
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// width returns the bytes of the character at an index.
func width(s string, at int) int {
	if s[at] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s[at:])
	return n
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
