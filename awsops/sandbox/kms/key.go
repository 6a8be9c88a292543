package kms

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// key is one key for symmetric encryption.
type key struct {
	place       string // its ARN up to the account, with the colon
	account, id string
	description string
	manager     string
	created     time.Time
	state       string
	ends        time.Time // of one that is pending deletion
	policy      policy.Document
}

const (
	enabled  = "Enabled"
	disabled = "Disabled"
	pending  = "PendingDeletion"

	ofAWS      = "AWS"
	ofCustomer = "CUSTOMER"

	// managedAlias is the alias of the key that AWS makes for S3 in each account and
	// region. Source: AWS managed keys.
	managedAlias = "alias/aws/s3"
)

// maxKeys is how many keys there may be, in the sandbox alone: it keeps everything in
// memory, and a region may have any name.
const maxKeys = 1000

func place(region, account string) string { return "arn:aws:kms:" + region + ":" + account + ":" }

func (k *key) arn() string { return k.place + "key/" + k.id }

// add makes a key. Its id looks like AWS's, and follows from how many keys there were: two
// worlds in which the same was done are alike.
func (s *Service) add(region, account string, now time.Time) *key {
	at := place(region, account)
	s.made[at]++
	sum := sha256.Sum256([]byte(fmt.Sprint(at, s.made[at])))
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	k := &key{place: at, account: account, id: id, manager: ofCustomer, created: now, state: enabled}
	s.keys[k.arn()] = k
	return k
}

// managed is the key aws/s3 of an account. Its policy lets everybody of the account use it
// by way of S3, and nobody else: nobody can change it. Source: AWS managed keys; Using
// SSE-KMS encryption for cross-account operations.
func (s *Service) managed(region, account string, now time.Time) *key {
	at := place(region, account)
	if arn, ok := s.aliases[at+managedAlias]; ok {
		return s.keys[arn]
	}
	k := s.add(region, account, now)
	k.manager, k.description = ofAWS, "Default key that protects my S3 objects when no other key is defined"
	k.policy = parsed(managedPolicy, account, region)
	s.aliases[at+managedAlias] = k.arn()
	return k
}

const managedPolicy = `{"Version": "2012-10-17", "Id": "auto-s3-2", "Statement": [
	{"Sid": "Allow access through S3 for all principals in the account that are authorized to use S3", "Effect": "Allow", "Principal": {"AWS": "*"},
	 "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"], "Resource": "*",
	 "Condition": {"StringEquals": {"kms:CallerAccount": "ACCOUNT", "kms:ViaService": "s3.REGION.amazonaws.com"}}},
	{"Sid": "Allow direct access to key metadata to the account", "Effect": "Allow", "Principal": {"AWS": "ACCOUNT"},
	 "Action": ["kms:Describe*", "kms:Get*", "kms:List*"], "Resource": "*"}]}`

// defaultPolicy is that of a key made without one. Source: Default key policy.
const defaultPolicy = `{"Version": "2012-10-17", "Id": "key-default-1", "Statement": [
	{"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}, "Action": "kms:*", "Resource": "*"}]}`

// parsed reads one of these; it panics for no other reason than a mistake in them.
func parsed(text, account, region string) policy.Document {
	doc, err := policy.Parse([]byte(strings.NewReplacer("ACCOUNT", account, "REGION", region).Replace(text)))
	if err != nil {
		panic(err)
	}
	return doc
}

// bury takes away the keys whose time is over, and their aliases.
func (s *Service) bury(now time.Time) {
	for arn, k := range s.keys {
		if k.state == pending && !now.Before(k.ends) {
			delete(s.keys, arn)
			for alias, of := range s.aliases {
				if of == arn {
					delete(s.aliases, alias)
				}
			}
		}
	}
}

var (
	arnText   = regexp.MustCompile(`^(arn:aws:kms:([a-z0-9-]+):([0-9]{12}):)(key|alias)/(.+)$`)
	keyIDText = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// resolve finds the key that is meant in a region by an id, a name or the ARN of either;
// an id and a name alone are of the account. Of another account's key that is not there it
// gives the ARN too. Source: Key identifiers (KeyId).
func (s *Service) resolve(named, region, account string, now time.Time) (k *key, arn string, err error) {
	s.bury(now)
	arn = place(region, account) + "key/" + named
	m := arnText.FindStringSubmatch(named)
	switch {
	case m != nil && m[2] != region:
		return nil, named, notFound("Invalid arn %s", m[2])
	case m != nil:
		arn = named
	case strings.HasPrefix(named, "alias/"):
		arn = place(region, account) + named
	case !keyIDText.MatchString(named):
		return nil, named, notFound("Invalid keyId '%s'", named)
	}
	if strings.Contains(arn, ":alias/") {
		if arn == place(region, account)+managedAlias && len(s.keys) < maxKeys {
			s.managed(region, account, now)
		}
		of, ok := s.aliases[arn]
		if !ok {
			return nil, arn, notFound("Alias %s is not found.", arn)
		}
		arn = of
	}
	if k = s.keys[arn]; k == nil {
		return nil, arn, notFound("Key '%s' does not exist", arn)
	}
	return k, arn, nil
}

// aliasesOf are the names of a key, sorted.
func (s *Service) aliasesOf(k *key) (names []string) {
	for alias, arn := range s.aliases {
		if arn == k.arn() {
			names = append(names, strings.TrimPrefix(alias, k.place))
		}
	}
	slices.Sort(names)
	return names
}

// usable refuses what only an enabled key is good for. Source: Key states of AWS KMS keys.
func (k *key) usable() error {
	switch k.state {
	case disabled:
		return refused("DisabledException", "%s is disabled.", k.arn())
	case pending:
		return k.isPending()
	}
	return nil
}

func (k *key) isPending() error {
	return refused("KMSInvalidStateException", "%s is pending deletion.", k.arn())
}

func refused(code, format string, args ...any) *api.Error {
	return &api.Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *api.Error {
	return refused("NotFoundException", format, args...)
}
