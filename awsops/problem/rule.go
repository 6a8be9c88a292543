package problem

import "strings"

// Kinds of rules that stand above both accounts, or on the way, as AWS names them.
const (
	ServiceControl  = "service control policy"
	ResourceControl = "resource control policy"
	VPCEndpoint     = "VPC endpoint policy"
)

// RuleOf is the kind of rule that AWS says a refusal comes from, and whether one denies, or
// else none allows it. "": it names none of these.
func RuleOf(err error) (kind string, denies bool) {
	if err == nil {
		return "", false
	}
	text := strings.ToLower(err.Error())
	for _, kind := range []string{ServiceControl, ResourceControl, VPCEndpoint} {
		if strings.Contains(text, strings.ToLower(kind)) {
			return kind, strings.Contains(text, "explicit deny")
		}
	}
	return "", false
}
