package iam

var stsOperations = map[string]operation{"GetCallerIdentity": getCallerIdentity}

// getCallerIdentity needs no permission, and none can be denied. Source: STS,
// GetCallerIdentity.
func getCallerIdentity(q *query) (any, error) {
	return struct {
		Arn, UserId, Account string
	}{q.Caller.ARN, q.Caller.UniqueID, q.Caller.Account}, nil
}
