package iam

import (
	"cmp"
	"encoding/xml"

	"crossgrant/awsops/sandbox/api"
)

// ErrorXML writes an error as IAM and STS do.
func ErrorXML(e *api.Error, request, service string) []byte {
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
