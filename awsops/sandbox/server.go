package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops/sandbox/api"
	"crossgrant/awsops/sandbox/iam"
	"crossgrant/awsops/sandbox/kms"
	"crossgrant/awsops/sandbox/s3"
	"crossgrant/awsops/sandbox/sigv4"
)

const maxQueryBody = 1 << 20

// call is one request on its way through the front door.
type call struct {
	*api.Call
	signature *sigv4.Signature // nil: anonymous
	code      string           // of the error that it was answered with, "" for none
}

// serve is the front door.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	c := &call{Call: &api.Call{R: r, ID: requestID(), Now: now}}
	a := &answer{ResponseWriter: w, sandbox: s, call: c, entry: s.enter()}
	c.W = a
	defer func() { s.finish(c, a, recover()) }()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	wait(r.Context(), s.config.Latency)
	if err := s.perform(c, a); err != nil && a.status == 0 {
		fail(c, err)
	}
}

// perform finds out which service and operation a call is for, lets a fault have
// its way with it, checks who sends it, and hands it on.
func (s *Sandbox) perform(c *call, a *answer) error {
	c.signature = sigv4.Read(c.R)
	form, err := c.chooseService()
	c.stamp()
	if err == nil {
		err = route(c, form)
	}
	if fault := s.suffer(c, a); fault != nil {
		return fault
	}
	if err == nil {
		err = s.authenticate(c)
	}
	if err == nil {
		err = s.handle(c, form)
	}
	return err
}

// finish ends a call: an answer nobody wrote is an empty one, and a panic is an
// internal error instead of the end of the process.
func (s *Sandbox) finish(c *call, a *answer, panicked any) {
	abort := a.cut != nil
	switch {
	case panicked == http.ErrAbortHandler:
		abort = true
	case panicked != nil && a.status != 0:
		abort = true // half an answer is out: do not pretend that it is whole
	case panicked != nil:
		fail(c, fmt.Errorf("%v", panicked))
	case a.status == 0:
		a.WriteHeader(http.StatusOK)
	}
	a.record()
	if a.cut != nil {
		if a.struck != nil {
			a.struck(a.call.Operation)
		}
		reset(a.cut)
	}
	if abort {
		panic(http.ErrAbortHandler)
	}
}

// wait is for added latency; a client that leaves is not waited for.
func wait(ctx context.Context, latency time.Duration) {
	if latency <= 0 {
		return
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// chooseService sets the call's service: the one in the signature's scope, else
// the one whose API it speaks, else S3. It returns the form of IAM and STS.
func (c *call) chooseService() (url.Values, error) {
	c.Service = "s3"
	if c.signature != nil && c.signature.Service != "" {
		c.Service = c.signature.Service
	} else if _, isKMS := kms.Speaks(c.R); isKMS {
		c.Service = "kms"
	} else if query := c.R.URL.Query(); query.Has("Action") || isForm(c.R) {
		c.Service = "iam"
		if c.R.URL.Path != "/" {
			c.Service = "s3"
		}
	}
	if c.Service == "s3" {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(c.R.Body, maxQueryBody+1))
	if err != nil {
		return nil, &api.Error{Status: 400, Code: "MalformedInput", Message: "The request body could not be read."}
	}
	if len(text) > maxQueryBody {
		return nil, &api.Error{Status: 413, Code: "RequestEntityTooLarge", Message: "The request body is too large."}
	}
	c.Body = bytes.NewReader(text)
	if c.inJSON() {
		return nil, nil
	}
	form := c.R.URL.Query()
	if isForm(c.R) {
		posted, err := url.ParseQuery(string(text))
		if err != nil {
			return nil, &api.Error{Status: 400, Code: "MalformedQueryString", Message: "The query string contains a syntax error"}
		}
		for name, values := range posted {
			form[name] = append(form[name], values...)
		}
	}
	for _, values := range form {
		for i := range values {
			values[i] = strings.Clone(values[i]) // a name that is kept must not hold all of the body
		}
	}
	if c.signature == nil && c.Service == "iam" {
		c.Service = iam.ServiceOf(form)
	}
	return form, nil
}

// inJSON tells that the call is of a service that speaks AWS's JSON protocol.
func (c *call) inJSON() bool {
	speaks, _ := kms.Speaks(c.R)
	return speaks && !slices.Contains([]string{"s3", "iam", "sts"}, c.Service)
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// stamp puts the request's id where the service puts it.
func (c *call) stamp() {
	if c.Service == "s3" {
		c.W.Header().Set("x-amz-request-id", c.ID)
		c.W.Header().Set("x-amz-id-2", hostID())
		return
	}
	c.ID = queryRequestID()
	c.W.Header().Set("x-amzn-RequestId", c.ID)
}

// route finds out which operation a call is for.
func route(c *call, form url.Values) error {
	switch c.Service {
	case "s3":
		return s3.Route(c.Call)
	case "iam", "sts":
		return iam.Route(c.Call, form)
	case "kms":
		return kms.Route(c.Call)
	}
	return &api.Error{Status: 501, Code: "NotImplemented", Message: "The sandbox serves S3, IAM, STS and KMS; it has no service " + c.Service + "."}
}

func (s *Sandbox) handle(c *call, form url.Values) error {
	switch c.Service {
	case "s3":
		return s.s3.Handle(c.Call)
	case "kms":
		return s.kms.Handle(c.Call)
	}
	return s.iam.Handle(c.Call, form)
}

// enter makes an entry for the next call, in the log where one is kept.
func (s *Sandbox) enter() *Call {
	entry := &Call{}
	if s.config.KeepCalls {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls = append(s.calls, entry)
	}
	return entry
}

// answer writes a response and records it in the log before the client can see
// it, so that whoever has an answer finds the call in the log.
type answer struct {
	http.ResponseWriter
	sandbox *Sandbox
	call    *call
	entry   *Call
	status  int
	cut     http.ResponseWriter // the connection to cut at the end
	struck  func(string)        // to call before that
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
		a.record()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	return a.ResponseWriter.Write(b)
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) record() {
	c := a.call
	end := a.sandbox.now()
	a.sandbox.mu.Lock()
	defer a.sandbox.mu.Unlock()
	*a.entry = Call{
		Service: c.Service, Action: c.Action, Operation: c.Operation, Account: c.Caller.Account, ARN: c.Caller.ARN,
		Mutates: c.Mutates, Resource: c.Resource, Status: a.status, Code: c.code, Start: c.Now, End: end,
	}
}
