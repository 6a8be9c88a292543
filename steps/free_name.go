package steps

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"crossgrant/awsops"
)

var withNumber = regexp.MustCompile(`^(.+)-([1-9]\d?)$`)

// NextName is the name to try after one that is taken: with the next number behind it. "":
// it would be too long.
func NextName(taken string) string {
	base, n := taken, 1
	if m := withNumber.FindStringSubmatch(taken); m != nil {
		base = m[1]
		n, _ = strconv.Atoi(m[2])
	}
	next := fmt.Sprintf("%s-%d", base, n+1)
	if awsops.CheckUserName(next) != nil {
		return ""
	}
	return next
}

// FreeName is the next name after that of a user or role that is there, "" where none that
// is free is found.
func FreeName(ctx context.Context, s *awsops.Session, taken awsops.Target) string {
	for range 10 {
		if taken.Name = NextName(taken.Name); taken.Name == "" {
			break
		}
		u, err := s.Principal(ctx, taken)
		if err != nil {
			break
		}
		if u == nil {
			return taken.Name
		}
	}
	return ""
}

// Administers tells that a user looks like an administrator's, or is whom a profile signs
// in as: crossgrant never proposes it for delivering files.
func Administers(u awsops.User, own string) bool {
	name := strings.ToLower(u.Name)
	return own != "" && u.ARN == own || strings.Contains(name, "admin") || strings.Contains(name, "root")
}
