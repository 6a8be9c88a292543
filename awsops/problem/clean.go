package problem

import (
	"strings"

	"crossgrant/awsops/policy"
)

// Clean makes what came from AWS or from a file safe to name in a sentence: on one line,
// with each of its characters seen.
func Clean(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(policy.Seen(text))
}
