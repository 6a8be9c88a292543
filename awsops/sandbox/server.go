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

// serve is the front door: it finds out which service and operation a request is
// for, lets a fault have its way with it, checks who sends it, and hands it on.
func (s *Sandbox) serve(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	a := &answer{ResponseWriter: w, sandbox: s, log: &Call{Start: now}, slot: s.enter()}
	c := &call{w: a, r: r, id: requestID(), now: now, log: a.log}
	defer func() {
		v := recover()
		switch {
		case v == http.ErrAbortHandler:
			a.record(a.status)
			panic(v)
		case v != nil && a.status == 0:
			s.fail(c, &apiError{Status: 500, Code: "InternalError", Message: fmt.Sprintf("We encountered an internal error. Please try again. (%v)", v)})
		case v != nil:
			a.record(a.status)
			panic(http.ErrAbortHandler) // half an answer is out: do not pretend that it is whole
		case a.status == 0:
			a.WriteHeader(http.StatusOK)
		}
		a.record(a.status)
	}()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	wait(r.Context(), s.config.Latency)

	c.signature = readSignature(r)
	form, err := c.chooseService()
	c.stamp()
	if err == nil {
		err = s.route(c, form)
	}
	if f := s.takeFault(c.log.Operation); f != nil {
		switch f.Kind {
		case Answer:
			s.fail(c, f.answer())
			return
		case Hang:
			hang(w, r)
			panic(http.ErrAbortHandler)
		case ResetBefore:
			reset(w)
			panic(http.ErrAbortHandler)
		case ResetAfter:
			a.ResponseWriter = unheard{http.Header{}}
			defer func() {
				a.record(a.status)
				reset(w)
				panic(http.ErrAbortHandler)
			}()
		}
	}
	if err == nil {
		err = s.authenticate(c)
	}
	if err == nil {
		err = s.handle(c, form)
	}
	if err != nil && a.status == 0 {
		s.fail(c, err)
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
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
		a.record(status)
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

func (a *answer) record(status int) {
	a.log.Status, a.log.End = status, a.sandbox.now()
	entry := *a.log
	a.sandbox.mu.Lock()
	defer a.sandbox.mu.Unlock()
	a.sandbox.calls[a.slot] = &entry
}
