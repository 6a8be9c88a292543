package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
)

// requestID is of S3's kind, and queryRequestID of IAM's and STS's, a UUID.
func requestID() string { return rand.Text()[:16] }

func queryRequestID() string {
	b := random(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func hostID() string { return base64.StdEncoding.EncodeToString(random(42)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}
