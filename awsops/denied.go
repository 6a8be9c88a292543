package awsops

import "errors"

// Denied tells whether err is AWS's plain refusal: the caller is known, and may
// not.
func Denied(err error) bool {
	var p *Problem
	return errors.As(err, &p) && (p.Code == "AccessDenied" || p.Code == "Forbidden")
}
