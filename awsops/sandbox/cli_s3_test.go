//go:build !race

// The AWS CLI takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What someone at a demo tries next with the AWS CLI.
func TestS3WithTheCLI(t *testing.T) {
	t.Parallel()
	w := newCLIWorld(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), 9<<16) // 9 MiB: above 8 the CLI uploads in parts
	w.must(os.WriteFile(filepath.Join(w.dir, "big.bin"), big, 0o600))
	w.must(os.MkdirAll(filepath.Join(w.dir, "tree/sub dir"), 0o700))
	for _, name := range []string{"tree/a.txt", "tree/sub dir/b+ü.txt"} {
		w.must(os.WriteFile(filepath.Join(w.dir, name), []byte(name), 0o600))
	}
	const my = "AWS_PROFILE=" + customer
	for _, c := range []struct {
		command string
		want    []string // in what it writes
		fails   bool
	}{
		{"aws s3 mb s3://cli-bucket", []string{"make_bucket: cli-bucket"}, false},
		{"aws s3 ls", []string{"cli-bucket", "my.test.bucket"}, false},
		{"aws s3 cp big.bin s3://cli-bucket/", []string{"upload: ./big.bin to s3://cli-bucket/big.bin"}, false},
		{"aws s3 cp s3://cli-bucket/big.bin back.bin && cmp big.bin back.bin", nil, false},
		{"aws s3api head-object --bucket cli-bucket --key big.bin", []string{`-2\""`, `"ContentLength": 9437184`}, false},
		{"aws s3 cp s3://cli-bucket/big.bin s3://cli-bucket/copy.bin", []string{"copy: "}, false},
		{"aws s3 sync tree s3://cli-bucket/tree", []string{"upload: tree/a.txt"}, false},
		{"test -z \"$(aws s3 sync tree s3://cli-bucket/tree)\"", nil, false}, // nothing is left to do
		{"aws s3 sync s3://cli-bucket/tree again && cmp 'tree/sub dir/b+ü.txt' 'again/sub dir/b+ü.txt'", nil, false},
		{"aws s3 ls s3://cli-bucket/", []string{"PRE tree/", "9437184 big.bin"}, false},
		{"aws s3 ls --recursive s3://cli-bucket/", []string{"tree/sub dir/b+ü.txt"}, false},
		{"aws s3 mv s3://cli-bucket/copy.bin s3://cli-bucket/moved.bin && aws s3 ls s3://cli-bucket/", []string{"moved.bin"}, false},
		{"echo piped | aws s3 cp - s3://cli-bucket/piped && aws s3 cp s3://cli-bucket/piped -", []string{"piped"}, false},
		// By itself the CLI signs URLs of us-east-1 by version 2, which S3 takes for no bucket made since 2020.
		{`aws configure set s3.signature_version s3v4; python3 -c "import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1]).read().decode())" "$(aws s3 presign s3://cli-bucket/piped)"`, []string{"piped"}, false},
		{"aws s3 rb s3://cli-bucket", []string{"BucketNotEmpty"}, true},
		{"aws s3 rm s3://cli-bucket/tree --recursive", []string{"delete: s3://cli-bucket/tree/a.txt"}, false},
		{"aws s3 rb --force s3://cli-bucket", []string{"remove_bucket: cli-bucket"}, false},
		{"aws s3 ls s3://cli-bucket/", []string{"NoSuchBucket"}, true},
		{"aws s3 mb s3://in-the-west --region us-west-2 && echo x | aws s3 cp - s3://in-the-west/k && aws s3 ls s3://in-the-west", []string{" k\n"}, false}, // it finds the region by itself
		{"aws s3api get-bucket-policy --bucket my.test.bucket", []string{"(NoSuchBucketPolicy)", "The bucket policy does not exist"}, true},
		{"aws --profile stranger s3 ls s3://my.test.bucket", []string{"(AccessDenied)", "Access Denied"}, true},
		{"aws s3api put-object --bucket my.test.bucket --key k --body tree/a.txt --if-none-match '*'", []string{"ETag"}, false},
		{"aws s3api put-object --bucket my.test.bucket --key k --body tree/a.txt --if-none-match '*'", []string{"(PreconditionFailed)"}, true},
		{"aws s3api get-object --bucket my.test.bucket --key k --range bytes=1-3 part && cat part", []string{`"ContentRange": "bytes 1-3/10"`, "ree"}, false},
		{"aws s3api list-object-versions --bucket my.test.bucket", []string{`"VersionId": "null"`}, false},
		{"aws s3api get-bucket-ownership-controls --bucket my.test.bucket", []string{"BucketOwnerEnforced"}, false},
		{"aws s3api get-public-access-block --bucket my.test.bucket", []string{`"RestrictPublicBuckets": true`}, false},
		{"aws s3api get-bucket-encryption --bucket my.test.bucket", []string{"AES256"}, false},
		{"aws s3api put-bucket-versioning --bucket my.test.bucket --versioning-configuration Status=Enabled && aws s3api get-bucket-versioning --bucket my.test.bucket", []string{`"Status": "Enabled"`}, false},
		{`aws s3api put-bucket-lifecycle-configuration --bucket my.test.bucket --lifecycle-configuration '{"Rules":[{"ID":"old","Status":"Enabled","Filter":{"Prefix":"x"},"Expiration":{"Days":3}}]}' && aws s3api get-bucket-lifecycle-configuration --bucket my.test.bucket`, []string{`"Days": 3`, `"ID": "old"`}, false},
		{"aws s3api put-object --bucket my.test.bucket --key e --body tree/a.txt --server-side-encryption aws:kms", []string{`"SSEKMSKeyId": "arn:aws:kms:us-east-1:111122223333:key/`}, false},
		{"aws s3api put-bucket-request-payment --bucket my.test.bucket --request-payment-configuration Payer=Requester && aws s3api get-bucket-request-payment --bucket my.test.bucket", []string{`"Payer": "Requester"`}, false},
		{"aws s3api create-bucket --bucket locked.bucket --object-lock-enabled-for-bucket && aws s3api put-object --bucket locked.bucket --key k --body tree/a.txt --object-lock-legal-hold-status ON", []string{"VersionId"}, false},
		{"aws s3api delete-object --bucket locked.bucket --key k --version-id $(aws s3api list-object-versions --bucket locked.bucket --query Versions[0].VersionId --output text)", []string{"(AccessDenied)", "Access Denied because object protected by object lock."}, true},
		{"aws s3api get-object-acl --bucket my.test.bucket --key k", []string{"FULL_CONTROL"}, false},
		{"aws s3api put-object --bucket my.test.bucket --key k --acl public-read", []string{"(AccessControlListNotSupported)", "The bucket does not allow ACLs"}, true},
	} {
		out, err := w.sh(c.command, my)
		if (err != nil) != c.fails {
			t.Errorf("%s: %v\n%s", c.command, err, out)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %s in\n%s", c.command, want, out)
			}
		}
	}
}
