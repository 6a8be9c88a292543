package s3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

// checksum is the one that S3 keeps beside an object or a part.
type checksum struct {
	algorithm string // "CRC32", "CRC64NVME", ...
	value     string // base64, with -N for a composite one
	composite bool   // of the parts' checksums, not of the bytes
}

// NVMe's polynomial, in the reversed form that hash/crc64 takes.
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

const defaultAlgorithm = "CRC64NVME"

var algorithms = map[string]func() hash.Hash{
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"CRC64NVME": func() hash.Hash { return crc64.New(nvme) },
	"MD5":       md5.New,
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
	"SHA512":    sha512.New,
}

// Checksum starts one of S3's checksums, or returns nil for a name that is none.
func Checksum(algorithm string) hash.Hash {
	if start := algorithms[algorithm]; start != nil {
		return start()
	}
	return nil
}

func sum(algorithm string, data []byte) checksum {
	h := algorithms[algorithm]()
	h.Write(data)
	return checksum{algorithm: algorithm, value: base64.StdEncoding.EncodeToString(h.Sum(nil))}
}

func unsupportedAlgorithm() error {
	return invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
}

func (c checksum) header() string { return "X-Amz-Checksum-" + strings.ToLower(c.algorithm) }

func (c checksum) kind() string {
	if c.composite {
		return "COMPOSITE"
	}
	return "FULL_OBJECT"
}

// checksumXML names the value by its algorithm, as results do.
type checksumXML struct {
	ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumMD5, ChecksumSHA1, ChecksumSHA256, ChecksumSHA512 string `xml:",omitempty"`
}

func (c checksum) xml() (x checksumXML) {
	switch c.algorithm {
	case "CRC32":
		x.ChecksumCRC32 = c.value
	case "CRC32C":
		x.ChecksumCRC32C = c.value
	case "CRC64NVME":
		x.ChecksumCRC64NVME = c.value
	case "MD5":
		x.ChecksumMD5 = c.value
	case "SHA1":
		x.ChecksumSHA1 = c.value
	case "SHA256":
		x.ChecksumSHA256 = c.value
	case "SHA512":
		x.ChecksumSHA512 = c.value
	}
	return x
}

func (x checksumXML) value() string {
	return x.ChecksumCRC32 + x.ChecksumCRC32C + x.ChecksumCRC64NVME + x.ChecksumMD5 + x.ChecksumSHA1 + x.ChecksumSHA256 + x.ChecksumSHA512
}

// sentChecksum is the checksum that came with the request, in a header or after
// the body; none has no algorithm.
func (q *request) sentChecksum() (checksum, error) {
	var sent checksum
	for algorithm := range algorithms {
		c := checksum{algorithm: algorithm}
		for _, from := range []http.Header{q.R.Header, q.Trailer()} {
			if c.value = from.Get(c.header()); c.value != "" {
				break
			}
		}
		if c.value == "" {
			continue
		}
		if sent.algorithm != "" {
			return sent, invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		raw, err := base64.StdEncoding.DecodeString(c.value)
		if err != nil || len(raw) != algorithms[algorithm]().Size() {
			return sent, invalidRequest("Value for " + strings.ToLower(c.header()) + " header is invalid.")
		}
		sent = c
	}
	return sent, nil
}

// verifiedChecksum checks the body against the checksum that was sent, and
// otherwise makes one by the algorithm that S3 would take.
func (q *request) verifiedChecksum(otherwise string) (checksum, error) {
	sent, err := q.sentChecksum()
	if err != nil {
		return sent, err
	}
	if sent.algorithm == "" {
		return sum(otherwise, q.data), nil
	}
	made := sum(sent.algorithm, q.data)
	if made != sent {
		return sent, &api.Error{Status: 400, Code: "BadDigest", Message: "The " + sent.algorithm + " you specified did not match the calculated checksum."}
	}
	return made, nil
}

func (q *request) verifyMD5() error {
	sent := q.header("Content-Md5")
	if sent == "" {
		return nil
	}
	want, err := base64.StdEncoding.DecodeString(sent)
	if err != nil || len(want) != md5.Size {
		return &api.Error{Status: 400, Code: "InvalidDigest", Message: "The Content-MD5 you specified was invalid.", Fields: map[string]string{"Content-MD5": sent}}
	}
	if got := md5.Sum(q.data); string(got[:]) != string(want) {
		return &api.Error{
			Status: 400, Code: "BadDigest", Message: "The Content-MD5 you specified did not match what we received.",
			Fields: map[string]string{"ExpectedDigest": sent, "CalculatedDigest": base64.StdEncoding.EncodeToString(got[:])},
		}
	}
	return nil
}

func etagOf(data []byte) string {
	digest := md5.Sum(data)
	return `"` + hex.EncodeToString(digest[:]) + `"`
}
