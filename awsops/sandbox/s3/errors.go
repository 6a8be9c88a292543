package s3

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"

	"crossgrant/awsops/sandbox/api"
)

// ErrorXML writes an error as S3 does.
func ErrorXML(e *api.Error, request, host string) []byte {
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
