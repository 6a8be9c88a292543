package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	maxBody      = 64 << 20
	maxQueryBody = 1 << 20
)

// serve is the front door.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	a := &answer{ResponseWriter: w, sandbox: s, log: &Call{Start: now}, slot: s.enter()}
	c := &call{w: a, r: r, id: requestID(), now: now, log: a.log}
	defer func() { s.finish(c, a, recover()) }()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	wait(r.Context(), s.config.Latency)
	if err := s.perform(c, a); err != nil && a.status == 0 {
		s.fail(c, err)
	}
}

// perform finds out which service and operation a call is for, lets a fault have
// its way with it, checks who sends it, and hands it on.
func (s *Sandbox) perform(c *call, a *answer) error {
	c.signature = readSignature(c.r)
	form, err := c.chooseService()
	c.stamp()
	if err == nil {
		err = s.route(c, form)
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
		s.fail(c, fmt.Errorf("%v", panicked))
	case a.status == 0:
		a.WriteHeader(http.StatusOK)
	}
	a.record()
	if a.cut != nil {
		if a.struck != nil {
			a.struck()
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
// the one whose API the action of a form is of, else S3. It returns the form of
// IAM and STS.
func (c *call) chooseService() (url.Values, error) {
	c.log.Service = "s3"
	if c.signature != nil && c.signature.service != "" {
		c.log.Service = c.signature.service
	} else if query := c.r.URL.Query(); query.Has("Action") || isForm(c.r) {
		c.log.Service = "iam"
		if c.r.URL.Path != "/" {
			c.log.Service = "s3"
		}
	}
	if c.log.Service == "s3" {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(c.r.Body, maxQueryBody+1))
	if err != nil {
		return nil, &apiError{Status: 400, Code: "MalformedInput", Message: "The request body could not be read."}
	}
	if len(text) > maxQueryBody {
		return nil, &apiError{Status: 413, Code: "RequestEntityTooLarge", Message: "The request body is too large."}
	}
	c.body = bytes.NewReader(text)
	form := c.r.URL.Query()
	if isForm(c.r) {
		posted, err := url.ParseQuery(string(text))
		if err != nil {
			return nil, &apiError{Status: 400, Code: "MalformedQueryString", Message: "The query string contains a syntax error"}
		}
		for name, values := range posted {
			form[name] = append(form[name], values...)
		}
	}
	if c.signature == nil && (form.Get("Version") == stsVersion || form.Get("Action") == "GetCallerIdentity") {
		c.log.Service = "sts"
	}
	return form, nil
}

func isForm(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// stamp puts the request's id where the service puts it.
func (c *call) stamp() {
	if c.log.Service == "s3" {
		c.w.Header().Set("x-amz-request-id", c.id)
		c.w.Header().Set("x-amz-id-2", hostID())
		return
	}
	c.id = queryRequestID()
	c.w.Header().Set("x-amzn-RequestId", c.id)
}

// route finds out which operation a call is for.
func (s *Sandbox) route(c *call, form url.Values) error {
	switch c.log.Service {
	case "s3":
		return s.routeS3(c)
	case "iam", "sts":
		return routeQuery(c, form)
	}
	return &apiError{Status: 501, Code: "NotImplemented", Message: "The sandbox serves S3, IAM and STS; it has no service " + c.log.Service + "."}
}

func (s *Sandbox) handle(c *call, form url.Values) error {
	if c.log.Service == "s3" {
		return s.handleS3(c)
	}
	return s.handleQuery(c, form)
}

// enter takes the next place in the log.
func (s *Sandbox) enter() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, nil)
	return len(s.calls) - 1
}

// answer writes a response and records it in the log before the client can see
// it, so that whoever has an answer finds the call in the log.
type answer struct {
	http.ResponseWriter
	sandbox *Sandbox
	log     *Call
	slot    int
	status  int
	cut     http.ResponseWriter // the connection to cut at the end
	struck  func()              // to call before that
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
	a.log.Status, a.log.End = a.status, a.sandbox.now()
	entry := *a.log
	a.sandbox.mu.Lock()
	defer a.sandbox.mu.Unlock()
	a.sandbox.calls[a.slot] = &entry
}
