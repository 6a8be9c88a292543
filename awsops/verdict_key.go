package awsops

// The causes that lie with the bucket's KMS key: S3 uses it for who writes or reads a file,
// so that both its policy and the writer's own must allow that.

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

func ofKey(c policy.Cause) bool { return strings.HasPrefix(string(c), "kms-") }

// keyName is what names the key that the request needs, "" for none, and for aws/s3.
func (e *Evidence) keyName() string {
	switch {
	case e.Action != "s3:PutObject" && e.Action != "s3:GetObject":
		return ""
	case e.bucket == nil:
		return e.KMSKey
	}
	return e.bucket.KMSKey
}

// KeyFault is why the bucket's KMS key is of no use to another account, whatever its policy
// says; command writes an aws command of its owner's. S3 looks an alias and a bare id up in the account of who makes the request. Sources:
// Using server-side encryption with AWS KMS keys (Amazon S3 User Guide); Key states of AWS
// KMS keys.
func (f BucketFacts) KeyFault(command func(args ...string) string) (Verdict, bool) {
	if !strings.HasPrefix(f.Encryption, "aws:kms") {
		return Verdict{}, false
	}
	v := Verdict{Cause: policy.KMSKeyUnusable, Side: "customer", Fixes: []string{"The bucket's owner must set the default encryption to SSE-S3, or to a customer managed key, by its full ARN, that lets the firm's account in."}}
	key := problem.Clean(f.KMSKey)
	does := func(operation string) string {
		return command("kms", operation, "--key-id", f.KMSKey, "--region", policy.RegionOfKey(f.KMSKey))
	}
	switch {
	case f.KMSKey == "" || strings.HasSuffix(f.KMSKey, "alias/aws/s3"), f.Key.OfAWS:
		v.Cause, v.Summary = policy.KMSNotShareable, "The bucket encrypts with a key that cannot be shared"
		v.Detail = "The bucket's default encryption is the AWS managed key aws/s3, which no other account can ever use."
	case strings.Contains(f.KMSKey, "alias/"):
		v.Summary = "The bucket names its encryption key by an alias"
		v.Detail = fmt.Sprintf("The bucket encrypts with %s, which AWS looks up in the firm's account and not in the bucket's.", key)
	case !strings.HasPrefix(f.KMSKey, "arn:"):
		v.Summary = "The bucket names its encryption key by its id alone"
		v.Detail = fmt.Sprintf("The bucket encrypts with %s, which AWS looks up in the firm's account and not in the bucket's.", key)
	case f.Region != "" && policy.IsKeyARN(f.KMSKey) && policy.RegionOfKey(f.KMSKey) != f.Region:
		v.Summary = "The bucket's encryption key is in another region"
		v.Detail = fmt.Sprintf("The bucket is in %s and encrypts with %s, and S3 uses keys of the bucket's region alone.", f.Region, key)
	case f.Key.Gone:
		v.Summary = "The bucket's encryption key is not there"
		v.Detail = fmt.Sprintf("The bucket encrypts with %s, and KMS has no such key.", key)
	case f.Key.State == "Disabled":
		v.Summary, v.Detail = "The bucket's encryption key is switched off", fmt.Sprintf("The KMS key %s is disabled.", key)
		v.Fixes = slices.Insert(v.Fixes, 0, "The key's owner must enable it: "+does("enable-key"))
	case f.Key.State == "PendingDeletion":
		v.Summary, v.Detail = "The bucket's encryption key is about to be deleted", fmt.Sprintf("The KMS key %s waits for its deletion, and cannot be used.", key)
		v.Fixes = slices.Insert(v.Fixes, 0, "The key's owner must take that back: "+does("cancel-key-deletion")+" && "+does("enable-key"))
	case f.Key.State != "" && f.Key.State != "Enabled" && f.Key.State != "Updating":
		v.Summary, v.Detail = "The bucket's encryption key cannot be used", fmt.Sprintf("The state of the KMS key %s is %s.", key, problem.Clean(f.Key.State))
	default:
		return Verdict{}, false
	}
	return v, true
}

// keyUnusable: the key cannot be used, or not by this account.
func (e *Evidence) keyUnusable() (Verdict, bool) {
	if e.bucket == nil || e.Action != "s3:PutObject" && e.Action != "s3:GetObject" {
		return Verdict{}, false
	}
	v, found := e.bucket.KeyFault(e.command)
	shared := e.bucket.Key.State != "" && e.bucket.Key.State != "Enabled" || e.bucket.Key.Gone // for all
	return v, found && (shared || !e.within())
}

// A keyside is what one side says of using the key.
type keyside struct {
	known bool // its policies were read
	open  bool // certainly
	shut  bool // certainly
	why   string
	deny  bool
}

// keySides decides the use of the key by each side's policies.
func (e *Evidence) keySides() (own, customer keyside) {
	p := e.keyProspect()
	side := func(own []policy.Named, key *policy.Document) keyside {
		o, denials := p.Opening(own, key), p.Denials(policy.Policies{Identity: own, Bucket: key})
		s := keyside{known: true, open: o.Open && len(denials) == 0, shut: !o.Open && !o.Unsure}
		if o.Cause != "" { // else the nearest is about others, as that of the key's owner
			s.why = problem.Clean(o.Text)
		}
		if len(denials) > 0 && denials[0].Certain {
			s.shut, s.deny, s.why = true, true, problem.Clean(policy.Capital(denials[0].Text)+" forbids it.")
		}
		return s
	}
	switch {
	case policy.IsRoot(e.User.ARN):
		own = keyside{known: true, open: true}
	case e.user != nil && !e.partly:
		own = side(e.own, nil)
	}
	if e.bucket != nil && e.bucket.Key.Policy != nil {
		customer = side(nil, e.bucket.Key.Policy)
	}
	return own, customer
}

// KeyKeepsOut tells that the policy of the bucket's KMS key, as the bucket's owner reads it
// now, certainly keeps a request out.
func KeyKeepsOut(ctx context.Context, r Refusal, owner *Session) bool {
	e := Gather(ctx, r, nil, owner)
	_, customer := e.keySides()
	return e.keyName() != "" && customer.shut
}

// keyProspect is what S3 asks of KMS for the request. It does not come from the caller's
// network. Sources: kms:ViaService, kms:EncryptionContext (AWS KMS Developer Guide); Using
// server-side encryption with AWS KMS keys, Encryption context.
func (e *Evidence) keyProspect() policy.Prospect {
	p, key := e.prospect(), e.keyName()
	p.Action, p.Resource, p.Owner, p.Via = "kms:GenerateDataKey", key, policy.AccountOf(key), true
	if e.Action == "s3:GetObject" {
		p.Action = "kms:Decrypt"
	}
	p.Context = map[string][]string{"kms:CallerAccount": {p.Caller.Account}}
	if partition := policy.PartitionOf(key); partition == "aws" || partition == "aws-us-gov" {
		p.Context["kms:ViaService"] = []string{"s3." + policy.RegionOfKey(key) + ".amazonaws.com"}
	}
	bucket, _, _ := strings.Cut(e.resource(), "/")
	p.Either = map[string][]string{"kms:encryptioncontext:aws:s3:arn": {bucket, e.resource()}}
	return p
}

// keyOpen tells that the request needs no KMS key, or certainly may use it.
func (e *Evidence) keyOpen() bool {
	if e.keyName() == "" {
		return true
	}
	own, customer := e.keySides()
	return own.open && customer.open
}

// keyShut: of the two policies that must let the request use the key, one certainly does not.
func (e *Evidence) keyShut() (Verdict, bool) {
	if e.keyName() == "" || e.within() {
		return Verdict{}, false
	}
	own, customer := e.keySides()
	key, action := problem.Clean(e.keyName()), e.keyProspect().Action
	ofCustomer, ofFirm := e.keyFixes()
	why := func(s keyside, otherwise string) string {
		if s.why == "" {
			return otherwise
		}
		return s.why
	}
	whyOwn := why(own, e.says("No policy of the %s's own allows ")+action+" on it.")
	whyKey := why(customer, fmt.Sprintf("Its policy does not allow %s to the account %s.", action, e.userAccount()))
	if customer.deny {
		ofCustomer = []string{"The key's owner must take that Deny out of the key's policy, or except " + problem.Clean(e.User.ARN) + "."}
	}
	if own.deny {
		ofFirm = []string{fmt.Sprintf("An administrator of the account %s must take that Deny out, or except the key.", e.userAccount())}
	}
	v := Verdict{Detail: fmt.Sprintf("The bucket encrypts with the KMS key %s. ", key)}
	if e.user != nil && e.bucket != nil {
		v.Detail = "Both accounts' S3 policies allow it. " + v.Detail
	}
	switch {
	case own.shut && customer.shut:
		v.Cause, v.Side, v.Summary = policy.KMSKeyPolicy, "both", e.says("Neither side lets the %s use the bucket's encryption key")
		v.Detail += whyKey + " " + whyOwn
		v.Fixes = slices.Concat(ofCustomer, ofFirm)
	case customer.shut:
		v.Cause, v.Side, v.Summary = policy.KMSKeyPolicy, "customer", e.says("The bucket's encryption key does not let the %s in")
		v.Detail += whyKey
		v.Fixes = ofCustomer
		if !own.open {
			v.Fixes = append(v.Fixes, ofFirm...)
		}
	case own.shut:
		v.Cause, v.Side, v.Summary = policy.KMSFirmPolicy, "firm", e.says("The %s was not given the bucket's encryption key")
		v.Detail += whyOwn
		v.Fixes = ofFirm
		if !customer.open {
			v.Detail += " The key's own policy must allow it too"
			if !customer.known {
				v.Detail += ", and was not read"
			}
			v.Detail += "."
			v.Fixes = append(v.Fixes, ofCustomer...)
		}
	default:
		return Verdict{}, false
	}
	return v, true
}

// namingTheKey adds to a verdict by which uploads must ask for aws:kms that they must name a
// key then. Source: PutObject (Amazon S3 API Reference), x-amz-server-side-encryption.
func (e *Evidence) namingTheKey(v Verdict) Verdict {
	const why = "with aws:kms alone S3 takes the key aws/s3 of the bucket's account, which no other account can use."
	key := e.keyName()
	if !policy.IsKeyARN(key) {
		return v.and(Verdict{Side: "customer", Fixes: []string{
			"Ask the bucket's owner for the full ARN of a customer managed key that lets the firm's account in, and send it in x-amz-server-side-encryption-aws-kms-key-id: " + why,
		}}, "Such an upload must name a key too.")
	}
	if shut, is := e.keyShut(); is {
		v = v.and(shut, shut.Detail)
	}
	v.Fixes = slices.Insert(slices.Clone(v.Fixes), 1, "Send the header x-amz-server-side-encryption-aws-kms-key-id: "+problem.Clean(key)+" too: "+why)
	return v
}

// keyMayBeShut: nothing else refuses the request, and whether it may use the key is not known.
func (e *Evidence) keyMayBeShut() (Verdict, bool) {
	if e.keyName() == "" {
		return Verdict{}, false
	}
	own, customer := e.keySides()
	if own.open && customer.open {
		return Verdict{}, false
	}
	ofCustomer, ofFirm := e.keyFixes()
	v := Verdict{
		Cause: policy.KMSKeyPolicy, Side: "customer", Summary: e.says("The bucket's encryption key may be closed to the %s"),
		Detail: "Both accounts' S3 policies allow it. The bucket encrypts with the KMS key " + problem.Clean(e.keyName()) + ", whose own policy was not read.",
		Fixes:  slices.Concat(ofCustomer, ofFirm),
	}
	switch {
	case !customer.known:
	case !customer.open:
		v.Detail = strings.TrimSuffix(v.Detail, ", whose own policy was not read.") + ". " + customer.why
	default:
		v.Cause, v.Side, v.Fixes = policy.KMSFirmPolicy, "firm", ofFirm
		v.Detail = strings.TrimSuffix(v.Detail, ", whose own policy was not read.") + ". " + own.why
	}
	return v, true
}

// KeyPolicyCommands are those by which a person gets a key's policy into a file, and puts it
// back; command writes an aws command of the key's owner's.
func KeyPolicyCommands(key string, command func(args ...string) string) (get, put string) {
	args := func(does string, more ...string) []string {
		return append([]string{"kms", does, "--key-id", key, "--policy-name", "default", "--region", policy.RegionOfKey(key)}, more...)
	}
	return command(args("get-key-policy", "--query", "Policy", "--output", "text")...) + " > live-key-policy.json",
		command(args("put-key-policy", "--policy", "file://live-key-policy.json")...)
}

// HowToChangeKeyPolicy is the same in words, a command at the end of each.
func HowToChangeKeyPolicy(key string, command func(args ...string) string) []string {
	get, put := KeyPolicyCommands(key, command)
	return []string{"Get the key's policy: " + get, "Change its list Statement in live-key-policy.json, and put it back: " + put}
}

// command writes an aws command for the bucket's owner.
func (e *Evidence) command(args ...string) string {
	if e.owner == nil {
		return shell.Command(append([]string{"aws"}, args...)...)
	}
	return shell.Command(slices.Concat([]string{"aws", "--profile", e.owner.profile}, args, e.owner.ends.Flag(args, true))...)
}

// keyFixes are what each side does so that the key is open: with its statement.
func (e *Evidence) keyFixes() (customer, firm []string) {
	g := policy.Grant{
		Partition: policy.PartitionOf(e.User.ARN), Bucket: e.Bucket, Owner: e.account, Firm: policy.AccountOf(e.User.ARN),
		Grantee: e.User.ARN, Access: policy.Deliver, Key: e.keyName(),
	}
	if e.Action == "s3:GetObject" && !strings.Contains(e.Wanted, "s3:PutObject") {
		g.Access = policy.Read
	}
	return append([]string{"The key's owner adds this statement to the policy of the key: " + problem.Clean(g.ForKey().Compact())}, HowToChangeKeyPolicy(g.Key, e.command)...),
		[]string{fmt.Sprintf("An administrator of the account %s gives the %s this, in a policy of its own: %s", e.userAccount(), e.User.Kind, problem.Clean(g.KeyForGrantee().Compact()))}
}
