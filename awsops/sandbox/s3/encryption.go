package s3

import (
	"encoding/xml"
	"fmt"

	"crossgrant/awsops/sandbox/api"
)

// Keys is KMS. It is asked under the lock.
type Keys interface {
	// Use decides whether a key may be used for a caller, and gives its ARN.
	Use(api.KeyUse) (arn string, err error)
}

// encryption is the bucket's default.
type encryption struct {
	Algorithm string `xml:"ApplyServerSideEncryptionByDefault>SSEAlgorithm"`
	Key       string `xml:"ApplyServerSideEncryptionByDefault>KMSMasterKeyID,omitempty"`
	BucketKey bool   `xml:"BucketKeyEnabled"`
}

type encryptionXML struct{ Rule []encryption }

const (
	sseS3  = "AES256"
	sseKMS = "aws:kms"
)

func defaultEncryption() encryption { return encryption{Algorithm: sseS3} }

func (e encryption) String() string {
	return fmt.Sprintf("%s key %q bucket key %t", e.Algorithm, e.Key, e.BucketKey)
}

func (s *Service) getEncryption(q *request) (*response, error) {
	return q.document("ServerSideEncryptionConfiguration", encryptionXML{[]encryption{q.b.encryption}})
}

// putEncryption looks at no key: S3 takes the name of any, and fails when it is used.
// Source: PutBucketEncryption.
func (s *Service) putEncryption(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"ServerSideEncryptionConfiguration"`
		encryptionXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if len(in.Rule) != 1 {
		return nil, malformedXML()
	}
	switch e := in.Rule[0]; {
	case e.Key != "" && e.Algorithm == sseS3:
		return nil, invalidArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse", "KMSMasterKeyID", e.Key)
	case e.Algorithm == "aws:kms:dsse":
		return nil, notImplemented()
	case e.Algorithm != sseS3 && e.Algorithm != sseKMS:
		return nil, malformedXML()
	}
	q.b.encryption = in.Rule[0]
	return empty()
}

func (s *Service) deleteEncryption(q *request) (*response, error) {
	q.b.encryption = defaultEncryption()
	return noContent()
}

// locking is how an object is encrypted.
type locking struct {
	key       string // ARN of the key of KMS, "" for S3's own
	bucketKey bool   // KMS is asked about the bucket, not about each object
}

// encrypt finds out how an object is to be encrypted, and asks KMS for it. Sources: Using
// server-side encryption with AWS KMS keys; PutObject; Configuring default encryption.
func (q *request) encrypt(key string) (locking, error) {
	want, named := q.header("X-Amz-Server-Side-Encryption"), q.header("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")
	by := encryption{want, named, q.b.encryption.BucketKey}
	switch enabled := q.header("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled"); {
	case want == "" && named == "":
		by = q.b.encryption
	case enabled != "":
		by.BucketKey = enabled == "true"
	}
	switch {
	case want == "aws:kms:dsse":
		return locking{}, notImplemented()
	case want != "" && want != sseS3 && want != sseKMS:
		return locking{}, &api.Error{Status: 400, Code: "InvalidEncryptionAlgorithmError", Message: "The encryption request you specified is not valid. The valid value is AES256."}
	case named != "" && want != sseKMS:
		return locking{}, invalidArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", "x-amz-server-side-encryption", want)
	case by.Algorithm != sseKMS:
		return locking{}, nil
	}
	l := locking{by.Key, by.BucketKey}
	arn, err := q.use("kms:GenerateDataKey", "on this resource", q.b, key, l)
	l.key = arn
	return l, err
}

// use asks KMS whether the caller may use a key of an object. Who signs nothing may not ask.
func (q *request) use(action, on string, b *bucket, key string, l locking) (arn string, err error) {
	if q.Caller.Account == "" {
		return "", invalidArgument("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.", "Authorization", "null")
	}
	about := b.arn() + "/" + key
	if l.bucketKey {
		about = b.arn()
	}
	return q.keys.Use(api.KeyUse{Call: q.Call, Action: action, Key: l.key, Owner: b.account, Region: b.region, On: on, Context: map[string]string{"aws:s3:arn": about}})
}

// mayDecrypt asks KMS about reading an object, or a part of one that is being uploaded.
func (q *request) mayDecrypt(b *bucket, o *object) error {
	if o.locked.key == "" {
		return nil
	}
	_, err := q.use("kms:Decrypt", "on the resource associated with this ciphertext", b, o.key, o.locked)
	return err
}

func (q *request) encryptionHeaders(o *object) {
	if o.locked.key == "" {
		q.set("X-Amz-Server-Side-Encryption", sseS3)
		return
	}
	q.set("X-Amz-Server-Side-Encryption", sseKMS)
	q.set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", o.locked.key)
	if o.locked.bucketKey {
		q.set("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "true")
	}
}
