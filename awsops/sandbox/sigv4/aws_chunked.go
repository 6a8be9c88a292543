package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

// Source: Signature Calculations: Transferring Payload in Multiple Chunks, and
// the same with trailing headers (Amazon S3 API Reference).
const (
	streamingSigned          = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingSignedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

// MaxBody is the largest payload that the sandbox takes.
const MaxBody = 64 << 20

var (
	errTooLarge = &api.Error{Status: 400, Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum allowed size", Fields: map[string]string{"MaxSizeAllowed": strconv.Itoa(MaxBody)}}
	errCutOff   = &api.Error{Status: 400, Code: "IncompleteBody", Message: "The request body terminated unexpectedly"}
	errLength   = &api.Error{Status: 400, Code: "IncompleteBody", Message: "You did not provide the number of bytes specified by the Content-Length HTTP header"}
	errTrailer  = &api.Error{Status: 400, Code: "MalformedTrailerError", Message: "The request contained trailing data that was not well-formed or did not conform to our published schema."}
	errChunkSig = &api.Error{Status: 403, Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method."}
)

// OpenBody gives the payload and the trailing headers of an S3 request by what its
// x-amz-content-sha256 says of it. sig and key are nil for an anonymous one;
// checksum starts one of S3's checksums, and returns nil for an unknown name.
func OpenBody(r *http.Request, sig *Signature, key []byte, checksum func(string) hash.Hash) (io.Reader, func() http.Header, error) {
	kind := r.Header.Get("X-Amz-Content-Sha256")
	if !strings.HasPrefix(kind, "STREAMING-") {
		if r.ContentLength > MaxBody {
			return nil, nil, errTooLarge
		}
		body := &plainBody{src: r.Body, hash: sha256.New()}
		if hexSHA256.MatchString(kind) {
			body.want = kind
		}
		return body, func() http.Header { return http.Header{} }, nil
	}
	if key == nil && kind != streamingUnsignedTrailer {
		return nil, nil, errChunkSig
	}
	length, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
	if err != nil || length < 0 {
		return nil, nil, &api.Error{Status: 411, Code: "MissingContentLength", Message: "You must provide the Content-Length HTTP header."}
	}
	if length > MaxBody {
		return nil, nil, errTooLarge
	}
	body := &chunkedBody{src: bufio.NewReader(r.Body), length: length, trailer: http.Header{}, sums: map[string]hash.Hash{}}
	if kind != streamingUnsignedTrailer {
		body.signer = &chunkSigner{key: key, sig: sig, previous: sig.Hex}
	}
	if kind != streamingSigned {
		for name := range strings.SplitSeq(r.Header.Get("X-Amz-Trailer"), ",") {
			name = strings.ToLower(strings.TrimSpace(name))
			if name == "" {
				continue // none announced
			}
			sum := checksum(strings.ToUpper(strings.TrimPrefix(name, "x-amz-checksum-")))
			if sum == nil {
				return nil, nil, &api.Error{Status: 400, Code: "InvalidRequest", Message: "The value specified in the x-amz-trailer header is not supported"}
			}
			body.sums[name] = sum
		}
	}
	return body, func() http.Header { return body.trailer }, nil
}

// plainBody checks the payload's hash, where one is promised, at its end.
type plainBody struct {
	src  io.Reader
	hash hash.Hash
	want string
	read int
}

func (b *plainBody) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	b.hash.Write(p[:n])
	if b.read += n; b.read > MaxBody {
		return 0, errTooLarge
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return n, errCutOff
	}
	if got := hex.EncodeToString(b.hash.Sum(nil)); err == io.EOF && b.want != "" && got != b.want {
		return 0, &api.Error{
			Status: 400, Code: "XAmzContentSHA256Mismatch", Message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
			Fields: map[string]string{"ClientComputedContentSHA256": b.want, "S3ComputedContentSHA256": got},
		}
	}
	return n, err
}

// chunkedBody takes the aws-chunked framing off. A chunk is given out only when
// its signature has been checked.
type chunkedBody struct {
	src     *bufio.Reader
	signer  *chunkSigner // nil: chunks are not signed
	length  int64        // promised
	read    int64
	pending []byte
	sums    map[string]hash.Hash // by the names of the trailing headers that were announced
	trailer http.Header
	err     error
}

func (b *chunkedBody) Read(p []byte) (int, error) {
	for len(b.pending) == 0 && b.err == nil {
		b.err = b.next()
	}
	if len(b.pending) == 0 {
		return 0, b.err
	}
	n := copy(p, b.pending)
	b.pending = b.pending[n:]
	return n, nil
}

func (b *chunkedBody) next() error {
	head, err := b.line()
	if err != nil {
		return err
	}
	digits, extension, _ := strings.Cut(head, ";")
	size, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 64)
	if err != nil || size < 0 {
		return errCutOff
	}
	if size > b.length-b.read {
		return errLength
	}
	b.read += size
	chunk := make([]byte, size)
	if _, err = io.ReadFull(b.src, chunk); err != nil {
		return errCutOff
	}
	if b.signer != nil && !b.signer.chunk(strings.TrimPrefix(extension, "chunk-signature="), chunk) {
		return errChunkSig
	}
	if size == 0 {
		return b.finish()
	}
	if end, err := b.line(); err != nil || end != "" {
		return errCutOff
	}
	for _, sum := range b.sums {
		sum.Write(chunk)
	}
	b.pending = chunk
	return nil
}

// finish reads what follows the last, empty chunk.
func (b *chunkedBody) finish() error {
	if b.read != b.length {
		return errLength
	}
	var signed bytes.Buffer
	trailerSignature := ""
	for {
		line, err := b.line()
		if line == "" {
			if err != nil && len(b.sums) > 0 && len(b.trailer) == 0 {
				return errTrailer
			}
			break
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case name == "x-amz-trailer-signature":
			trailerSignature = value
		case !ok || b.sums[name] == nil:
			return errTrailer
		default:
			signed.WriteString(name + ":" + value + "\n")
			b.trailer.Set(name, value)
		}
	}
	if b.signer != nil && len(b.sums) > 0 && !b.signer.trailer(trailerSignature, signed.Bytes()) {
		return errChunkSig
	}
	for name, sum := range b.sums {
		given := b.trailer.Get(name)
		if given == "" {
			return errTrailer
		}
		want := base64.StdEncoding.EncodeToString(sum.Sum(nil))
		if subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 0 {
			return badDigest(strings.TrimPrefix(name, "x-amz-checksum-"))
		}
	}
	return io.EOF
}

func badDigest(algorithm string) *api.Error {
	return &api.Error{Status: 400, Code: "BadDigest", Message: "The " + strings.ToUpper(algorithm) + " you specified did not match the calculated checksum."}
}

func (b *chunkedBody) line() (string, error) {
	line, err := b.src.ReadSlice('\n')
	if err != nil {
		return "", errCutOff
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// chunkSigner holds the chain of signatures: each covers the one before.
type chunkSigner struct {
	key      []byte
	sig      *Signature
	previous string
}

func (c *chunkSigner) chunk(signature string, data []byte) bool {
	return c.check(signature, "AWS4-HMAC-SHA256-PAYLOAD", emptyHash, Hash(data))
}

func (c *chunkSigner) trailer(signature string, headers []byte) bool {
	return c.check(signature, "AWS4-HMAC-SHA256-TRAILER", Hash(headers))
}

func (c *chunkSigner) check(signature, kind string, hashes ...string) bool {
	text := strings.Join(slices.Concat([]string{kind, c.sig.Date, c.sig.scope(), c.previous}, hashes), "\n")
	c.previous = signature
	return Signs(signature, c.key, text)
}
