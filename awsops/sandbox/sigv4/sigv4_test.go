package sigv4

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox/api"
	"crossgrant/awsops/sandbox/s3"
)

// The examples of AWS's documentation: Authenticating Requests (Amazon S3 API
// Reference).
const (
	docKey    = "AKIAIOSFODNN7EXAMPLE"
	docSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	docScope  = "/20130524/us-east-1/s3/aws4_request"
)

func docRequest(method, target, signed, signature string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "examplebucket.s3.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20130524T000000Z")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+docKey+docScope+",SignedHeaders="+signed+",Signature="+signature)
	return r
}

func TestSignaturesOfAWSDocumentation(t *testing.T) {
	for name, c := range map[string]struct {
		r       *http.Request
		payload string
	}{
		"get object": {docRequest("GET", "/test.txt", "host;range;x-amz-content-sha256;x-amz-date",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
			"Range", "bytes=0-9", "X-Amz-Content-Sha256", emptyHash), emptyHash},
		"put object": {
			docRequest("PUT", "/test$file.text", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
				"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
				"Date", "Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class", "REDUCED_REDUNDANCY",
				"X-Amz-Content-Sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
			"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
		},
		"get lifecycle": {docRequest("GET", "/?lifecycle", "host;x-amz-content-sha256;x-amz-date",
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", "X-Amz-Content-Sha256", emptyHash), emptyHash},
		"list objects": {docRequest("GET", "/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date",
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", "X-Amz-Content-Sha256", emptyHash), emptyHash},
		"presigned": {func() *http.Request {
			r := httptest.NewRequest("GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", nil)
			r.Host = "examplebucket.s3.amazonaws.com"
			return r
		}(), unsigned},
	} {
		sig := Read(c.r)
		if sig.Problem != "" {
			t.Errorf("%s: %s", name, sig.Problem)
			continue
		}
		text := sig.StringToSign(sig.CanonicalRequest(c.r, c.payload))
		if !Signs(sig.Hex, sig.SigningKey(docSecret), text) {
			t.Errorf("%s: the documented signature is refused; signed was\n%s", name, sig.CanonicalRequest(c.r, c.payload))
		}
		if Signs(sig.Hex, sig.SigningKey(docSecret+"x"), text) {
			t.Errorf("%s: a wrong secret is taken", name)
		}
	}
}

// docChunks is the upload of AWS's documents: 65 KB of the letter a, in chunks of
// 64 KB, of 1 KB and the empty last one.
func docChunks(signatures [3]string, trailer string) string {
	var b strings.Builder
	for i, size := range []int{65536, 1024, 0} {
		fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n%s", size, signatures[i], strings.Repeat("a", size))
		if size > 0 {
			b.WriteString("\r\n")
		}
	}
	return b.String() + trailer + "\r\n"
}

const docTrailer = "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"

var (
	docSigned   = [3]string{"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"}
	docTrailing = [3]string{"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"}
)

// openChunked reads a body as S3's half of the sandbox does.
func openChunked(kind, seed, body, length, trailer string) (string, http.Header, error) {
	r := httptest.NewRequest("PUT", "/bucket/key", strings.NewReader(body))
	r.Header.Set("X-Amz-Content-Sha256", kind)
	r.Header.Set("X-Amz-Decoded-Content-Length", length)
	r.Header.Set("X-Amz-Trailer", trailer)
	sig := &Signature{day: "20130524", Region: "us-east-1", Service: "s3", Date: "20130524T000000Z", Hex: seed}
	payload, trailers, err := OpenBody(r, sig, sig.SigningKey(docSecret), s3.Checksum)
	if err != nil {
		return "", nil, err
	}
	text, err := io.ReadAll(payload)
	return string(text), trailers(), err
}

func TestChunksOfAWSDocumentation(t *testing.T) {
	const seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
	got, _, err := openChunked(streamingSigned, seed, docChunks(docSigned, ""), "66560", "")
	if err != nil || got != strings.Repeat("a", 66560) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for i := range docSigned {
		broken := docSigned
		broken[i] = strings.Repeat("0", 64)
		if got, _, err := openChunked(streamingSigned, seed, docChunks(broken, ""), "66560", ""); err != errChunkSig || len(got) != []int{0, 65536, 66560}[i] {
			t.Errorf("a wrong signature of chunk %d: %d bytes, %v", i, len(got), err)
		}
	}
	if _, _, err := openChunked(streamingSigned, strings.Repeat("0", 64), docChunks(docSigned, ""), "66560", ""); err != errChunkSig {
		t.Errorf("a wrong seed: %v", err)
	}
}

func TestSignedTrailerOfAWSDocumentation(t *testing.T) {
	const seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
	got, trailer, err := openChunked(streamingSignedTrailer, seed, docChunks(docTrailing, docTrailer), "66560", "x-amz-checksum-crc32c")
	if err != nil || len(got) != 66560 || trailer.Get("x-amz-checksum-crc32c") != "sOO8/Q==" {
		t.Errorf("%d bytes, trailer %v, %v", len(got), trailer, err)
	}
	broken := strings.Replace(docTrailer, "signature:d", "signature:e", 1)
	if _, _, err := openChunked(streamingSignedTrailer, seed, docChunks(docTrailing, broken), "66560", "x-amz-checksum-crc32c"); err != errChunkSig {
		t.Errorf("a wrong signature of the trailer: %v", err)
	}
	broken = strings.Replace(docTrailer, "sOO8", "sOO9", 1)
	if _, _, err := openChunked(streamingSignedTrailer, seed, docChunks(docTrailing, broken), "66560", "x-amz-checksum-crc32c"); err != errChunkSig {
		t.Errorf("a changed trailer: %v", err)
	}
}

func TestUnsignedChunks(t *testing.T) {
	const crc = "x-amz-checksum-crc32" // of "hello world": DUoRhQ==
	for name, c := range map[string]struct {
		body, length, trailer string
		code                  string
	}{
		"one chunk":            {"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", "11", crc, ""},
		"two chunks":           {"6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32: DUoRhQ==\r\n\r\n", "11", crc, ""},
		"no trailer promised":  {"b\r\nhello world\r\n0\r\n\r\n", "11", "", ""},
		"wrong checksum":       {"b\r\nhello World\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", "11", crc, "BadDigest"},
		"trailer skipped":      {"b\r\nhello world\r\n0\r\n\r\n", "11", crc, "MalformedTrailerError"},
		"another trailer":      {"b\r\nhello world\r\n0\r\nx-amz-checksum-sha1:AA==\r\n\r\n", "11", crc, "MalformedTrailerError"},
		"no trailer, no name":  {"b\r\nhello world\r\n0\r\nrubbish\r\n\r\n", "11", crc, "MalformedTrailerError"},
		"unknown checksum":     {"b\r\nhello world\r\n0\r\n\r\n", "11", "x-amz-checksum-md4", "InvalidRequest"},
		"fewer bytes":          {"b\r\nhello world\r\n0\r\n\r\n", "12", "", "IncompleteBody"},
		"more bytes":           {"b\r\nhello world\r\n0\r\n\r\n", "10", "", "IncompleteBody"},
		"no length":            {"b\r\nhello world\r\n0\r\n\r\n", "", "", "MissingContentLength"},
		"huge":                 {"", "99999999999", "", "EntityTooLarge"},
		"not a size":           {"x\r\nhello world\r\n0\r\n\r\n", "11", "", "IncompleteBody"},
		"more than fits":       {"b\r\nhello world\r\n7fffffffffffffff\r\n", "11", "", "IncompleteBody"},
		"negative":             {"-b\r\nhello world\r\n0\r\n\r\n", "11", "", "IncompleteBody"},
		"chunk ends too late":  {"5\r\nhello world\r\n0\r\n\r\n", "11", "", "IncompleteBody"},
		"ends within a chunk":  {"b\r\nhello", "11", "", "IncompleteBody"},
		"ends before the last": {"b\r\nhello world\r\n", "11", "", "IncompleteBody"},
	} {
		got, _, err := openChunked(streamingUnsignedTrailer, "", c.body, c.length, c.trailer)
		code := ""
		if e, ok := err.(*api.Error); ok {
			code = e.Code
		} else if err != nil {
			code = err.Error()
		}
		if code != c.code || code == "" && got != "hello world" {
			t.Errorf("%s: got %q, code %q, want code %q", name, got, code, c.code)
		}
	}
}

// Whatever is sent, what comes out is what was promised, or an error of AWS's.
func FuzzChunkedBody(f *testing.F) {
	f.Add("b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", "11")
	f.Add("6\r\nhello \r\n5;x=y\r\nworld\r\n0\r\n\r\n", "11")
	f.Add("ffffffffffffffff\r\n", "18446744073709551615")
	f.Fuzz(func(t *testing.T, body, length string) {
		got, _, err := openChunked(streamingUnsignedTrailer, "", body, length, "x-amz-checksum-crc32")
		if err == nil && fmt.Sprint(len(got)) != strings.TrimLeft(strings.TrimLeft(length, "+"), "0") && len(got) > 0 {
			t.Errorf("%d bytes came out of %q, and %s were promised", len(got), body, length)
		}
		if _, ok := err.(*api.Error); err != nil && !ok {
			t.Errorf("the error is none of AWS's: %v", err)
		}
	})
}

func TestPayloadHashIsChecked(t *testing.T) {
	for want, code := range map[string]string{Hash([]byte("hello")): "", Hash([]byte("other")): "XAmzContentSHA256Mismatch", unsigned: ""} {
		r := httptest.NewRequest("PUT", "/bucket/key", bytes.NewReader([]byte("hello")))
		r.Header.Set("X-Amz-Content-Sha256", want)
		payload, _, err := OpenBody(r, nil, nil, s3.Checksum)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(payload)
		if e, ok := err.(*api.Error); ok != (code != "") || ok && e.Code != code {
			t.Errorf("%s: got %v, want %q", want, err, code)
		}
	}
}

func TestEncodeURI(t *testing.T) {
	if got := encodeURI("a/b c+d~ü%", true); got != "a/b%20c%2Bd~%C3%BC%25" {
		t.Errorf("with slashes kept: %s", got)
	}
	if got := encodeURI("a/b", false); got != "a%2Fb" {
		t.Errorf("with slashes encoded: %s", got)
	}
	if got := (&Signature{Presigned: true}).canonicalQuery("b=2&a=x%20y&a=&c&X-Amz-Signature=0&a-b=1"); got != "a=&a=x%20y&a-b=1&b=2&c=" {
		t.Errorf("the query: %s", got)
	}
	if got := (&Signature{}).canonicalQuery("b=2&X-Amz-Signature=0"); got != "X-Amz-Signature=0&b=2" {
		t.Errorf("the query of a request that is signed in its header: %s", got)
	}
}
