package sandbox

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// fail answers a call with an error in the words of its service.
func (s *Sandbox) fail(c *call, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error. Please try again. (" + err.Error() + ")"}
	}
	c.log.Code = e.Code
	if c.r.Header.Get("Expect") == "" {
		// A client that is still sending would see a broken pipe instead of the answer.
		io.Copy(io.Discard, io.LimitReader(c.r.Body, 2*maxBody))
	}
	c.w.Header().Del("Content-Length")
	if c.r.Method == http.MethodHead || e.NoBody {
		c.w.WriteHeader(e.Status)
		return
	}
	body := e.s3XML(c.id, c.w.Header().Get("x-amz-id-2"))
	c.w.Header().Set("Content-Type", "application/xml")
	if c.log.Service != "s3" {
		c.w.Header().Set("Content-Type", "text/xml")
		body = e.queryXML(c.id, c.log.Service)
	}
	c.w.WriteHeader(e.Status)
	c.w.Write(body)
}

func (e *apiError) s3XML(request, host string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + "<Error>")
	element := func(name, text string) {
		fmt.Fprintf(&b, "<%s>", name)
		xml.EscapeText(&b, []byte(text))
		fmt.Fprintf(&b, "</%s>", name)
	}
	element("Code", e.Code)
	element("Message", e.Message)
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		element(name, e.Fields[name])
	}
	element("RequestId", request)
	element("HostId", host)
	b.WriteString("</Error>")
	return b.Bytes()
}

func (e *apiError) queryXML(request, service string) []byte {
	type detail struct{ Type, Code, Message string }
	answer := struct {
		XMLName   xml.Name
		Error     detail
		RequestID string `xml:"RequestId"`
	}{
		XMLName:   xml.Name{Space: cmp.Or(namespaces[service], namespaces["iam"]), Local: "ErrorResponse"},
		Error:     detail{"Sender", e.Code, e.Message},
		RequestID: request,
	}
	if e.Status >= 500 {
		answer.Error.Type = "Receiver"
	}
	return mustXML(answer)
}

// mustXML panics only for a value that no answer is made of.
func mustXML(v any) []byte {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}
