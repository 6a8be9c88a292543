package sandbox

import (
	"fmt"
	"strings"
	"time"

	"crossgrant/awsops/sandbox/api"
	"crossgrant/awsops/sandbox/sigv4"
)

// authFaults words what can be wrong with a signature.
type authFaults struct {
	malformed       func(*sigv4.Signature) *api.Error
	unknownKey      func(*sigv4.Signature) *api.Error
	wrongTime       func(*sigv4.Signature, time.Time) error
	badToken        func() *api.Error
	expiredToken    func() *api.Error
	unsignedHeaders func([]string) *api.Error
	mismatch        func(sig *sigv4.Signature, text, canonical string) *api.Error
}

var s3Faults = authFaults{
	malformed: func(sig *sigv4.Signature) *api.Error {
		switch {
		case sig.Problem == sigv4.Unsupported:
			return &api.Error{Status: 400, Code: "InvalidRequest", Message: sig.Problem}
		case strings.HasPrefix(sig.Problem, "AWS authentication requires"):
			return &api.Error{Status: 403, Code: "AccessDenied", Message: sig.Problem}
		case strings.HasPrefix(sig.Problem, "Only one auth mechanism"):
			return &api.Error{Status: 400, Code: "InvalidArgument", Message: sig.Problem}
		case sig.Presigned:
			return &api.Error{Status: 400, Code: "AuthorizationQueryParametersError", Message: sig.Problem}
		}
		return &api.Error{Status: 400, Code: "AuthorizationHeaderMalformed", Message: "The authorization header is malformed; " + sig.Problem}
	},
	unknownKey: func(sig *sigv4.Signature) *api.Error {
		return &api.Error{
			Status: 403, Code: "InvalidAccessKeyId", Message: "The AWS Access Key Id you provided does not exist in our records.",
			Fields: map[string]string{"AWSAccessKeyId": sig.KeyID},
		}
	},
	wrongTime: func(sig *sigv4.Signature, now time.Time) error {
		server := now.UTC().Format(time.RFC3339)
		switch {
		case sig.Presigned && now.After(sig.At.Add(sig.Expires)):
			return &api.Error{Status: 403, Code: "AccessDenied", Message: "Request has expired", Fields: map[string]string{
				"X-Amz-Expires": fmt.Sprint(int(sig.Expires.Seconds())), "Expires": sig.At.Add(sig.Expires).Format(time.RFC3339), "ServerTime": server,
			}}
		case sig.Presigned && sig.At.After(now.Add(sigv4.MaxSkew)):
			return &api.Error{Status: 403, Code: "AccessDenied", Message: "Request is not valid yet", Fields: map[string]string{"ServerTime": server}}
		case !sig.Presigned && now.Sub(sig.At).Abs() > sigv4.MaxSkew:
			return &api.Error{Status: 403, Code: "RequestTimeTooSkewed", Message: "The difference between the request time and the current time is too large.", Fields: map[string]string{
				"RequestTime": sig.Date, "ServerTime": server, "MaxAllowedSkewMilliseconds": fmt.Sprint(sigv4.MaxSkew.Milliseconds()),
			}}
		}
		return nil
	},
	badToken: func() *api.Error {
		return &api.Error{Status: 400, Code: "InvalidToken", Message: "The provided token is malformed or otherwise invalid."}
	},
	expiredToken: func() *api.Error {
		return &api.Error{Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."}
	},
	unsignedHeaders: func(names []string) *api.Error {
		return &api.Error{
			Status: 403, Code: "AccessDenied", Message: "There were headers present in the request which were not signed",
			Fields: map[string]string{"HeadersNotSigned": strings.Join(names, ", ")},
		}
	},
	mismatch: func(sig *sigv4.Signature, text, canonical string) *api.Error {
		return &api.Error{
			Status: 403, Code: "SignatureDoesNotMatch",
			Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
			Fields: map[string]string{
				"AWSAccessKeyId": sig.KeyID, "StringToSign": text, "SignatureProvided": sig.Hex, "CanonicalRequest": canonical,
			},
		}
	},
}

var queryFaults = authFaults{
	malformed: func(sig *sigv4.Signature) *api.Error {
		return &api.Error{Status: 400, Code: "IncompleteSignature", Message: sig.Problem}
	},
	unknownKey: func(*sigv4.Signature) *api.Error { return invalidClientToken() },
	wrongTime: func(sig *sigv4.Signature, now time.Time) error {
		now = now.UTC()
		edge, format := now.Add(-sigv4.MaxSkew), "Signature expired: %s is now earlier than %s (%s - 15 min.)"
		if sig.At.After(now) {
			edge, format = now.Add(sigv4.MaxSkew), "Signature not yet current: %s is still later than %s (%s + 15 min.)"
		}
		if now.Sub(sig.At).Abs() <= sigv4.MaxSkew {
			return nil
		}
		return &api.Error{Status: 403, Code: "SignatureDoesNotMatch", Message: fmt.Sprintf(format, sig.Date, edge.Format(sigv4.DateFormat), now.Format(sigv4.DateFormat))}
	},
	badToken: invalidClientToken,
	expiredToken: func() *api.Error {
		return &api.Error{Status: 403, Code: "ExpiredToken", Message: "The security token included in the request is expired"}
	},
	unsignedHeaders: func(names []string) *api.Error {
		return &api.Error{Status: 403, Code: "SignatureDoesNotMatch", Message: "'" + names[0] + "' must be a 'SignedHeader' in the AWS Authorization."}
	},
	mismatch: func(*sigv4.Signature, string, string) *api.Error {
		return &api.Error{Status: 403, Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	},
}

func invalidClientToken() *api.Error {
	return &api.Error{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
}
