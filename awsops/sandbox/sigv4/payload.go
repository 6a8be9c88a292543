package sigv4

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

var hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// PayloadHash is what the signature of an S3 request covers of its payload.
func (sig *Signature) PayloadHash(r *http.Request) (string, error) {
	sent := r.Header.Get("X-Amz-Content-Sha256")
	if sig.Presigned && sent == "" {
		sent = r.URL.Query().Get("X-Amz-Content-Sha256")
		if sent == "" {
			return unsigned, nil
		}
	}
	switch {
	case sent == "":
		return "", &api.Error{Status: 400, Code: "InvalidRequest", Message: "Missing required header for this request: x-amz-content-sha256"}
	case sent == unsigned, sent == streamingSigned, sent == streamingSignedTrailer, sent == streamingUnsignedTrailer, hexSHA256.MatchString(sent):
		return sent, nil
	}
	return "", &api.Error{
		Status: 400, Code: "InvalidArgument",
		Message: fmt.Sprintf("x-amz-content-sha256 must be %s, %s, %s, %s or a valid sha256 value.", unsigned, streamingUnsignedTrailer, streamingSigned, streamingSignedTrailer),
		Fields:  map[string]string{"ArgumentName": "x-amz-content-sha256", "ArgumentValue": sent},
	}
}

// TakeHoisted puts back the headers that a presigned request carries in its query.
func TakeHoisted(r *http.Request) {
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
