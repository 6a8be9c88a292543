package sandbox

import (
	"errors"
	"io"
	"net/http"

	"crossgrant/awsops/sandbox/api"
	"crossgrant/awsops/sandbox/iam"
	"crossgrant/awsops/sandbox/kms"
	"crossgrant/awsops/sandbox/s3"
	"crossgrant/awsops/sandbox/sigv4"
)

// fail answers a call with an error in the words of its service.
func fail(c *call, err error) {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		e = &api.Error{Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error. Please try again. (" + err.Error() + ")"}
	}
	c.code = e.Code
	if c.R.Header.Get("Expect") == "" {
		// A client that is still sending would see a broken pipe instead of the answer.
		io.Copy(io.Discard, io.LimitReader(c.R.Body, 2*sigv4.MaxBody))
	}
	c.W.Header().Del("Content-Length")
	if c.R.Method == http.MethodHead || e.NoBody {
		c.W.WriteHeader(e.Status)
		return
	}
	if c.inJSON() {
		kms.ErrorJSON(c.W, e)
		return
	}
	body := s3.ErrorXML(e, c.ID, c.W.Header().Get("x-amz-id-2"))
	c.W.Header().Set("Content-Type", "application/xml")
	if c.Service != "s3" {
		c.W.Header().Set("Content-Type", "text/xml")
		body = iam.ErrorXML(e, c.ID, c.Service)
	}
	c.W.WriteHeader(e.Status)
	c.W.Write(body)
}
