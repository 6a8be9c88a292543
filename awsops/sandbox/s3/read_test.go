package s3

import (
	"strings"
	"testing"
)

func TestBucketNames(t *testing.T) {
	for name, good := range map[string]bool{
		"abc": true, "a.b-c.9": true, strings.Repeat("a", 63): true, "ab": false, strings.Repeat("a", 64): false, "Abc": false, "a_b": false,
		"-ab": false, "ab-": false, ".ab": false, "a..b": false, "192.168.5.4": false, "xn--a": false, "sthree-a": false, "amzn-s3-demo-x": false,
		"a-s3alias": false, "a--ol-s3": false, "a.mrap": false, "a--x-s3": false, "a--table-s3": false, "é-a": false,
	} {
		if validBucketName(name) != good {
			t.Errorf("validBucketName(%q) is %t", name, !good)
		}
	}
}

func TestHostNames(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1:9000": "", "localhost:9000": "", "[::1]:80": "", "s3.amazonaws.com": "", "s3.us-west-2.amazonaws.com": "", "s3.localhost": "",
		"b.localhost:80": "b", "my.test.bucket.localhost": "my.test.bucket", "b.s3.localhost:80": "b", "B.s3.amazonaws.com": "b",
		"my.test.bucket.s3.eu-west-1.amazonaws.com:443": "my.test.bucket", "b.s3-eu-west-1.amazonaws.com": "b",
	} {
		if got := hostBucket(host); got != want {
			t.Errorf("hostBucket(%q) is %q, want %q", host, got, want)
		}
	}
}

func TestChecksumsOfTheAlgorithmsDescriptions(t *testing.T) {
	for algorithm, value := range map[string]string{"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg=", "SHA1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "SHA256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="} {
		if got := sum(algorithm, []byte("123456789")); got.value != value {
			t.Errorf("%s is %s, want %s", algorithm, got.value, value)
		}
	}
	if Checksum("MD4") != nil {
		t.Error("there is a checksum that S3 does not know")
	}
}

func FuzzS3Range(f *testing.F) {
	f.Add("bytes=0-1", int64(3))
	f.Add("bytes=-1", int64(0))
	f.Add("bytes=9223372036854775807-", int64(1))
	f.Add("bytes=1-9223372036854775807", int64(5))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		piece, err := rangeOf(header, size)
		if piece != nil && (err != nil || piece.from < 0 || piece.from >= piece.to || piece.to > size) {
			t.Errorf("rangeOf(%q, %d) is %+v, %v", header, size, piece, err)
		}
	})
}
