package s3

// Operation is how a request names one of S3's operations.
type Operation struct {
	Method, Sub string
	OnObject    bool
}

// Operations lists all that are served.
func Operations() (all []Operation) {
	for _, op := range operations {
		all = append(all, Operation{op.method, op.sub, op.level == onObject})
	}
	return all
}
