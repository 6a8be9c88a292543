package kms

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// KMS speaks AWS's JSON protocol, version 1.1: the header X-Amz-Target names the operation.

const (
	contentType  = "application/x-amz-json-1.1"
	targetPrefix = "TrentService."
)

// Speaks tells whether a request is in the JSON protocol, and whether it is KMS's.
func Speaks(r *http.Request) (protocol, service bool) {
	target := r.Header.Get("X-Amz-Target")
	return target != "", strings.HasPrefix(target, targetPrefix)
}

// Route says what a call asks for. It runs before anything is decided.
func Route(c *api.Call) error {
	c.Operation = strings.TrimPrefix(c.R.Header.Get("X-Amz-Target"), targetPrefix)
	c.Action = "kms:" + c.Operation
	if operations[c.Operation] == nil {
		return &api.Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: "The sandbox does not implement " + c.Action + "."}
	}
	c.Mutates = !strings.HasPrefix(c.Operation, "Get") && !strings.HasPrefix(c.Operation, "List") && !strings.HasPrefix(c.Operation, "Describe")
	return nil
}

// query is one call of KMS. Its operations hold the service's lock.
type query struct {
	*api.Call
	*Service
	text []byte
}

// operation does what a query asks for and gives the answer, nil where AWS has none.
type operation func(*query) (any, error)

// Handle decides and answers a call that Route knows.
func (s *Service) Handle(c *api.Call) error {
	text, err := io.ReadAll(c.Body)
	if err != nil {
		return err
	}
	answer, err := s.run(&query{c, s, text})
	if err != nil {
		return err
	}
	c.W.Header().Set("Content-Type", contentType)
	if answer == nil {
		return nil
	}
	return json.NewEncoder(c.W).Encode(answer)
}

func (s *Service) run(q *query) (any, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return operations[q.Operation](q)
}

// decode reads the parameters. One that the sandbox does not know it refuses: to drop it
// silently would be a wrong success.
func (q *query) decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(q.text))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return nil
	case strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return &api.Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: fmt.Sprintf("The sandbox does not implement %s with %s.", q.Action, strings.Trim(name, `"`))}
	}
	return refused("SerializationException", "The request is not valid JSON, or a parameter in it is of another type.")
}

// codes are what the JSON protocol calls the errors of a signature that IAM and STS word
// in theirs. Source: Common errors (AWS KMS API Reference).
var codes = map[string]string{
	"AccessDenied": "AccessDeniedException", "ExpiredToken": "ExpiredTokenException", "IncompleteSignature": "IncompleteSignature",
	"InternalError": "KMSInternalException", "InvalidClientTokenId": "UnrecognizedClientException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException", "SignatureDoesNotMatch": "InvalidSignatureException",
}

// ErrorJSON answers with an error as a service of the JSON protocol does.
func ErrorJSON(w http.ResponseWriter, e *api.Error) {
	status, code := e.Status, e.Code
	if of, ok := codes[code]; ok {
		code = of
	}
	if status == http.StatusForbidden {
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{code, e.Message})
}

// seconds is a time as the protocol writes it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
