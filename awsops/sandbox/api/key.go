package api

// KeyUse is what a service asks of KMS for a caller.
type KeyUse struct {
	*Call
	Action  string            // "kms:GenerateDataKey"
	Key     string            // as the caller or a bucket names it; "" is aws/s3
	Owner   string            // account whose aws/s3 it is
	Region  string            // of the service, which the key must be in
	On      string            // how the service names the key in a refusal that does not name it
	Context map[string]string // the encryption context
}
