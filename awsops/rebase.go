package awsops

import "crossgrant/awsops/policy"

// Rebase returns the operation that changes the document which op changes from
// before to after; nil means that there is none. op is returned as it is when it
// changes no document.
func Rebase(op Operation, before, after *policy.Document) Operation {
	switch op := op.(type) {
	case PutBucketPolicy:
		return setBucketPolicy(op.Bucket, op.Owner, before, after)
	case DeleteBucketPolicy:
		return setBucketPolicy(op.Bucket, op.Owner, before, after)
	case PutUserPolicy:
		return setUserPolicy(op.Account, op.User, op.Name, before, after)
	case DeleteUserPolicy:
		return setUserPolicy(op.Account, op.User, op.Name, before, after)
	}
	return op
}

func setBucketPolicy(bucket, owner string, before, after *policy.Document) Operation {
	switch {
	case after != nil:
		return PutBucketPolicy{Bucket: bucket, Owner: owner, Before: before, After: *after}
	case before != nil:
		return DeleteBucketPolicy{Bucket: bucket, Owner: owner, Before: *before}
	}
	return DeleteBucketPolicy{Bucket: bucket, Owner: owner}
}

func setUserPolicy(account, user, name string, before, after *policy.Document) Operation {
	switch {
	case after != nil:
		return PutUserPolicy{Account: account, User: user, Name: name, Before: before, After: *after}
	case before != nil:
		return DeleteUserPolicy{Account: account, User: user, Name: name, Before: *before}
	}
	return DeleteUserPolicy{Account: account, User: user, Name: name}
}
