package sandbox

import (
	"bytes"
	"crypto/subtle"
	"io"
	"time"

	"crossgrant/awsops/sandbox/api"
	"crossgrant/awsops/sandbox/iam"
	"crossgrant/awsops/sandbox/s3"
	"crossgrant/awsops/sandbox/sigv4"
)

// authenticate sets the caller of a call and its body, or says why the signature
// is no good. Only S3 knows anonymous requests. The region of the scope may be any
// one: a bucket's is for S3 to demand, and clients that were given an endpoint
// sign for IAM with their own region, not with us-east-1.
func (s *Sandbox) authenticate(c *call) error {
	if c.signature == nil {
		if c.Service != "s3" {
			return &api.Error{Status: 403, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
		}
		return c.open(nil)
	}
	fault := s3Faults
	if c.Service != "s3" {
		fault = queryFaults
	}
	sig := c.signature
	if sig.Problem != "" {
		return fault.malformed(sig)
	}
	secret, known := s.secret(sig.KeyID, c.Now)
	if !known || sig.Token == "" && secret.Token != "" {
		return fault.unknownKey(sig)
	}
	if err := fault.wrongTime(sig, c.Now); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(sig.Token), []byte(secret.Token)) != 1 {
		return fault.badToken()
	}
	if secret.Expired {
		return fault.expiredToken()
	}
	if missing := sig.UnsignedHeaders(c.R); len(missing) > 0 {
		return fault.unsignedHeaders(missing)
	}
	payload, err := c.payloadHash()
	if err != nil {
		return err
	}
	canonical := sig.CanonicalRequest(c.R, payload)
	text := sig.StringToSign(canonical)
	signingKey := sig.SigningKey(secret.Key)
	if !sigv4.Signs(sig.Hex, signingKey, text) {
		return fault.mismatch(sig, text, canonical)
	}
	s.identify(c)
	if sig.Presigned {
		sigv4.TakeHoisted(c.R)
	}
	return c.open(signingKey)
}

func (s *Sandbox) secret(keyID string, now time.Time) (secret iam.Secret, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.iam.Secret(keyID, now)
}

func (s *Sandbox) identify(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sig := c.signature
	c.KeyID, c.Region, c.SignedAt, c.Presigned = sig.KeyID, sig.Region, sig.At, sig.Presigned
	s.iam.Identify(c.Call)
}

// payloadHash is what the signature covers of the payload.
func (c *call) payloadHash() (string, error) {
	if c.Service == "s3" {
		return c.signature.PayloadHash(c.R)
	}
	text, err := io.ReadAll(c.Body)
	c.Body = bytes.NewReader(text)
	return sigv4.Hash(text), err
}

// open sets the body of an S3 call. The others have theirs already.
func (c *call) open(signingKey []byte) (err error) {
	if c.Service == "s3" {
		c.Body, c.Trailer, err = sigv4.OpenBody(c.R, c.signature, signingKey, s3.Checksum)
	}
	return err
}
