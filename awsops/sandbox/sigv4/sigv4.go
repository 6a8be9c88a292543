// Package sigv4 checks how a request was signed, by AWS's Signature Version 4, and
// takes the aws-chunked framing off a body. It knows no keys: who has the secret
// asks it whether a signature is that secret's.
package sigv4

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Source: AWS Signature Version 4 for API requests (IAM User Guide), and
// Authenticating Requests (Amazon S3 API Reference).
const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	maxExpiry  = 7 * 24 * time.Hour
	emptyHash  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	unsigned   = "UNSIGNED-PAYLOAD"
)

const (
	DateFormat = "20060102T150405Z" // of X-Amz-Date
	MaxSkew    = 15 * time.Minute   // between the signer's clock and AWS's
)

// Signature is what a request says of how it was signed, in its Authorization
// header or, presigned, in its query.
type Signature struct {
	KeyID, Region, Service string
	Date                   string // as sent
	At                     time.Time
	Token                  string
	Presigned              bool
	Expires                time.Duration // of a presigned request
	Hex                    string        // the signature itself
	Problem                string        // what is wrong with its form; the rest is then incomplete

	day    string
	signed []string // names of the signed headers
}

func (sig *Signature) scope() string {
	return strings.Join([]string{sig.day, sig.Region, sig.Service, terminator}, "/")
}

// Read returns nil for an anonymous request.
func Read(r *http.Request) *Signature {
	query, header := r.URL.Query(), r.Header.Get("Authorization")
	switch {
	case query.Has("X-Amz-Algorithm") && header != "":
		return &Signature{Presigned: true, Problem: "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"}
	case query.Has("X-Amz-Algorithm"):
		return readPresigned(query)
	case query.Has("AWSAccessKeyId") && query.Has("Signature"):
		return &Signature{Problem: Unsupported}
	case header != "":
		return readHeader(r, header)
	}
	return nil
}

// Unsupported is the problem of a signature of another kind.
const Unsupported = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."

func readHeader(r *http.Request, header string) *Signature {
	sig := &Signature{Token: r.Header.Get("X-Amz-Security-Token")}
	kind, rest, _ := strings.Cut(header, " ")
	if kind != algorithm {
		sig.Problem = Unsupported
		return sig
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			sig.Problem = "Authorization header requires '" + name + "' parameter."
			return sig
		}
	}
	sig.signed, sig.Hex = strings.Split(parts["SignedHeaders"], ";"), parts["Signature"]
	sig.readCredential(parts["Credential"])
	sig.Date = r.Header.Get("X-Amz-Date")
	if sig.Date == "" {
		if at, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			sig.Date = at.UTC().Format(DateFormat)
		}
	}
	sig.readDate()
	return sig
}

func readPresigned(query url.Values) *Signature {
	sig := &Signature{
		Presigned: true, Token: query.Get("X-Amz-Security-Token"), Date: query.Get("X-Amz-Date"),
		signed: strings.Split(query.Get("X-Amz-SignedHeaders"), ";"), Hex: query.Get("X-Amz-Signature"),
	}
	sig.readCredential(query.Get("X-Amz-Credential"))
	for _, name := range []string{"X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders"} {
		if query.Get(name) == "" {
			sig.Problem = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
			return sig
		}
	}
	if query.Get("X-Amz-Algorithm") != algorithm {
		sig.Problem = "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\""
		return sig
	}
	sig.readDate()
	// STS's presigned requests may leave the expiry out: they last as long as a skew may be.
	sig.Expires = MaxSkew
	if text := query.Get("X-Amz-Expires"); text != "" || sig.Service == "s3" {
		seconds, err := strconv.Atoi(text)
		sig.Expires = time.Duration(seconds) * time.Second
		switch {
		case err != nil:
			sig.Problem = "X-Amz-Expires should be a number"
		case seconds < 0:
			sig.Problem = "X-Amz-Expires must be non-negative"
		case seconds > int(maxExpiry/time.Second):
			sig.Problem = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
		}
	}
	return sig
}

func (sig *Signature) readCredential(credential string) {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 || parts[4] != terminator || slices.Contains(parts, "") {
		sig.Problem = "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
		return
	}
	sig.KeyID, sig.day, sig.Region, sig.Service = parts[0], parts[1], parts[2], parts[3]
}

func (sig *Signature) readDate() {
	at, err := time.Parse(DateFormat, sig.Date)
	switch {
	case sig.Problem != "":
	case err != nil:
		sig.Problem = "AWS authentication requires a valid Date or x-amz-date header"
	case sig.day != sig.Date[:8]:
		sig.Problem = "Invalid credential date \"" + sig.day + "\". This date is not the same as X-Amz-Date: \"" + sig.Date[:8] + "\"."
	}
	sig.At = at
}

// UnsignedHeaders are those that must be signed and are not.
func (sig *Signature) UnsignedHeaders(r *http.Request) []string {
	var missing []string
	if !slices.Contains(sig.signed, "host") {
		missing = append(missing, "host")
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(sig.signed, name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// CanonicalRequest is the request as it was signed. payload is the payload's hash
// or what stands for it.
func (sig *Signature) CanonicalRequest(r *http.Request, payload string) string {
	// S3 signs the path as it is; the other services a tidied path encoded twice.
	uri := encodeURI(r.URL.Path, true)
	if sig.Service != "s3" {
		uri = encodeURI(path.Clean("/"+uri), true)
	}
	var headers strings.Builder
	for _, name := range sig.signed {
		headers.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	return strings.Join([]string{
		r.Method, cmp.Or(uri, "/"), sig.canonicalQuery(r.URL.RawQuery), headers.String(), strings.Join(sig.signed, ";"), payload,
	}, "\n")
}

// canonicalQuery leaves out nothing but the signature itself. Where that is in a
// header, a query key of its name is one as any other. Source: Create a signed AWS
// API request (IAM User Guide), canonical query string.
func (sig *Signature) canonicalQuery(raw string) string {
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if pair == "" || sig.Presigned && name == "X-Amz-Signature" {
			continue
		}
		// The separator sorts before all that names are encoded to.
		pairs = append(pairs, encodeURI(name, false)+"\x00"+encodeURI(value, false))
	}
	slices.Sort(pairs)
	return strings.ReplaceAll(strings.Join(pairs, "&"), "\x00", "=")
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// encodeURI is the UriEncode of AWS's documents.
func encodeURI(text string, keepSlash bool) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, keepSlash && c == '/':
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

// headerValue gives also those headers that Go's server takes out of the map.
func headerValue(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	values := slices.Clone(r.Header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(values, ",")
}

// StringToSign is what the signature covers of a canonical request.
func (sig *Signature) StringToSign(canonical string) string {
	return strings.Join([]string{algorithm, sig.Date, sig.scope(), Hash([]byte(canonical))}, "\n")
}

// SigningKey is the key that a secret gives for the signature's day and scope.
func (sig *Signature) SigningKey(secret string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{sig.day, sig.Region, sig.Service, terminator} {
		key = hmacSHA256(key, part)
	}
	return key
}

func hmacSHA256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// Hash is the SHA-256 of a payload, in hex.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Signs tells in constant time whether a signature is that of a text.
func Signs(signature string, key []byte, text string) bool {
	given, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(given, hmacSHA256(key, text))
}
