package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// authenticate sets the caller of a call and its body, or says why the signature
// is no good. Only S3 knows anonymous requests. The region of the scope may be any
// one: a bucket's is for S3 to demand, and clients that were given an endpoint
// sign for IAM with their own region, not with us-east-1.
func (s *Sandbox) authenticate(c *call) error {
	if c.signature == nil {
		if c.log.Service != "s3" {
			return &apiError{Status: 403, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
		}
		return c.openBody(nil)
	}
	fault := s3Faults
	if c.log.Service != "s3" {
		fault = queryFaults
	}
	sig := c.signature
	if sig.problem != "" {
		return fault.malformed(sig)
	}
	key, known := s.findKey(sig.keyID, c.now)
	if !known {
		return fault.unknownKey(sig)
	}
	if err := fault.wrongTime(sig, c.now); err != nil {
		return err
	}
	if sig.token != "" {
		return fault.badToken()
	}
	if missing := sig.unsignedHeaders(c.r); len(missing) > 0 {
		return fault.unsignedHeaders(missing)
	}
	payload, err := c.payloadHash()
	if err != nil {
		return err
	}
	canonical := sig.canonicalRequest(c.r, payload)
	text := sig.stringToSign(canonical)
	signingKey := sig.signingKey(key.secret)
	if !signs(sig.hex, signingKey, text) {
		return fault.mismatch(sig, text, canonical)
	}
	s.identify(c, key)
	if sig.presigned {
		takeHoisted(c.r)
	}
	return c.openBody(signingKey)
}

// takeHoisted puts back the headers that a presigned request carries in its query.
func takeHoisted(r *http.Request) {
	for name, values := range r.URL.Query() {
		name = http.CanonicalHeaderKey(name)
		switch name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature", "X-Amz-Signedheaders":
			continue
		}
		if strings.HasPrefix(name, "X-Amz-") && r.Header.Get(name) == "" {
			r.Header[name] = values
		}
	}
}

func (s *Sandbox) findKey(id string, now time.Time) (key *accessKey, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key = s.keys[id]
	return key, key != nil && key.works.seen(now)
}

func (s *Sandbox) identify(c *call, key *accessKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key.lastUsed = lastUse{c.now, c.signature.service, c.signature.region}
	c.user = key.user
	c.caller = policy.Caller{Account: key.user.account.id, ARN: key.user.arn(), UniqueID: key.user.id}
	c.identity = key.user.inEffect.seen(c.now)
	c.log.Account, c.log.ARN = c.caller.Account, c.caller.ARN
}

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// payloadHash is what the signature covers of the payload.
func (c *call) payloadHash() (string, error) {
	if c.log.Service != "s3" {
		text, err := io.ReadAll(c.body)
		return hexHash(text), err
	}
	sent := c.r.Header.Get("X-Amz-Content-Sha256")
	if c.signature.presigned && sent == "" {
		sent = c.r.URL.Query().Get("X-Amz-Content-Sha256")
		if sent == "" {
			return unsigned, nil
		}
	}
	switch {
	case sent == "":
		return "", &apiError{Status: 400, Code: "InvalidRequest", Message: "Missing required header for this request: x-amz-content-sha256"}
	case sent == unsigned, sent == streamingSigned, sent == streamingSignedTrailer, sent == streamingUnsignedTrailer, hexSHA256.MatchString(sent):
		return sent, nil
	}
	return "", &apiError{
		Status: 400, Code: "InvalidArgument",
		Message: fmt.Sprintf("x-amz-content-sha256 must be %s, %s, %s, %s or a valid sha256 value.", unsigned, streamingUnsignedTrailer, streamingSigned, streamingSignedTrailer),
		Fields:  map[string]string{"ArgumentName": "x-amz-content-sha256", "ArgumentValue": sent},
	}
}

// authFaults words what can be wrong with a signature.
type authFaults struct {
	malformed       func(*signature) *apiError
	unknownKey      func(*signature) *apiError
	wrongTime       func(*signature, time.Time) error
	badToken        func() *apiError
	unsignedHeaders func([]string) *apiError
	mismatch        func(sig *signature, text, canonical string) *apiError
}

var s3Faults = authFaults{
	malformed: func(sig *signature) *apiError {
		switch {
		case sig.problem == unsupported:
			return &apiError{Status: 400, Code: "InvalidRequest", Message: sig.problem}
		case strings.HasPrefix(sig.problem, "AWS authentication requires"):
			return &apiError{Status: 403, Code: "AccessDenied", Message: sig.problem}
		case strings.HasPrefix(sig.problem, "Only one auth mechanism"):
			return &apiError{Status: 400, Code: "InvalidArgument", Message: sig.problem}
		case sig.presigned:
			return &apiError{Status: 400, Code: "AuthorizationQueryParametersError", Message: sig.problem}
		}
		return &apiError{Status: 400, Code: "AuthorizationHeaderMalformed", Message: "The authorization header is malformed; " + sig.problem}
	},
	unknownKey: func(sig *signature) *apiError {
		return &apiError{
			Status: 403, Code: "InvalidAccessKeyId", Message: "The AWS Access Key Id you provided does not exist in our records.",
			Fields: map[string]string{"AWSAccessKeyId": sig.keyID},
		}
	},
	wrongTime: func(sig *signature, now time.Time) error {
		server := now.UTC().Format(time.RFC3339)
		switch {
		case sig.presigned && now.After(sig.at.Add(sig.expires)):
			return &apiError{Status: 403, Code: "AccessDenied", Message: "Request has expired", Fields: map[string]string{
				"X-Amz-Expires": fmt.Sprint(int(sig.expires.Seconds())), "Expires": sig.at.Add(sig.expires).Format(time.RFC3339), "ServerTime": server,
			}}
		case sig.presigned && sig.at.After(now.Add(maxSkew)):
			return &apiError{Status: 403, Code: "AccessDenied", Message: "Request is not valid yet", Fields: map[string]string{"ServerTime": server}}
		case !sig.presigned && now.Sub(sig.at).Abs() > maxSkew:
			return &apiError{Status: 403, Code: "RequestTimeTooSkewed", Message: "The difference between the request time and the current time is too large.", Fields: map[string]string{
				"RequestTime": sig.date, "ServerTime": server, "MaxAllowedSkewMilliseconds": fmt.Sprint(maxSkew.Milliseconds()),
			}}
		}
		return nil
	},
	badToken: func() *apiError {
		return &apiError{Status: 400, Code: "InvalidToken", Message: "The provided token is malformed or otherwise invalid."}
	},
	unsignedHeaders: func(names []string) *apiError {
		return &apiError{
			Status: 403, Code: "AccessDenied", Message: "There were headers present in the request which were not signed",
			Fields: map[string]string{"HeadersNotSigned": strings.Join(names, ", ")},
		}
	},
	mismatch: func(sig *signature, text, canonical string) *apiError {
		return &apiError{
			Status: 403, Code: "SignatureDoesNotMatch",
			Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
			Fields: map[string]string{
				"AWSAccessKeyId": sig.keyID, "StringToSign": text, "SignatureProvided": sig.hex, "CanonicalRequest": canonical,
			},
		}
	},
}

var queryFaults = authFaults{
	malformed: func(sig *signature) *apiError {
		return &apiError{Status: 400, Code: "IncompleteSignature", Message: sig.problem}
	},
	unknownKey: func(*signature) *apiError { return invalidClientToken() },
	wrongTime: func(sig *signature, now time.Time) error {
		now = now.UTC()
		edge, format := now.Add(-maxSkew), "Signature expired: %s is now earlier than %s (%s - 15 min.)"
		if sig.at.After(now) {
			edge, format = now.Add(maxSkew), "Signature not yet current: %s is still later than %s (%s + 15 min.)"
		}
		if now.Sub(sig.at).Abs() <= maxSkew {
			return nil
		}
		return &apiError{Status: 403, Code: "SignatureDoesNotMatch", Message: fmt.Sprintf(format, sig.date, edge.Format(dateFormat), now.Format(dateFormat))}
	},
	badToken: invalidClientToken,
	unsignedHeaders: func(names []string) *apiError {
		return &apiError{Status: 403, Code: "SignatureDoesNotMatch", Message: "'" + names[0] + "' must be a 'SignedHeader' in the AWS Authorization."}
	},
	mismatch: func(*signature, string, string) *apiError {
		return &apiError{Status: 403, Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	},
}

func invalidClientToken() *apiError {
	return &apiError{Status: 403, Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid."}
}
