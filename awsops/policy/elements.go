package policy

import (
	"net/netip"
	"slices"
	"strings"
)

// The checks of a statement's elements, one after the other.

func (l *linter) principals(s Statement) {
	if l.Kind != BucketPolicy && l.Kind != TrustPolicy && l.Kind != KeyPolicy {
		if s.Principal != nil || s.NotPrincipal != nil {
			l.refuse(RuleIdentity, "The policy of a user, a role or a group names no Principal: it is about the one that it is put on. Take the element out.")
		}
		return
	}
	switch {
	case s.Principal == nil && s.NotPrincipal == nil && l.Kind == TrustPolicy:
		l.refuse(RuleNoPrincipal, "A trust policy must say in Principal who may assume the role.")
	case s.Principal == nil && s.NotPrincipal == nil && l.Kind == KeyPolicy:
		l.refuse(RuleNoPrincipal, "A key policy must say in Principal whom the statement is about.")
	case s.Principal == nil && s.NotPrincipal == nil:
		l.refuse(RuleNoPrincipal, "A bucket policy must say in Principal whom the statement is about. This may be the policy of a user, which belongs on the user.")
	case s.Principal != nil && s.NotPrincipal != nil:
		l.refuse(RulePrincipal, "Principal and NotPrincipal cannot stand in one statement. Take one out.")
	case s.NotPrincipal != nil && s.Effect == "Allow":
		l.add(RuleNotPrincipal, Warning, "An Allow with NotPrincipal lets in everyone but those it names. Name those who are meant in Principal.")
	}
	l.principal(s.Principal)
	l.principal(s.NotPrincipal)
	if l.Kind == BucketPolicy && s.Effect == "Allow" && s.Principal != nil && l.Account != "" && slices.ContainsFunc(s.Principal.AWS.Values, func(v string) bool { return asAccount(v) == l.Account }) {
		l.add(RuleOwnAccount, Note, "The statement lets in the bucket's own account, which its administrators already decide about.")
	}
}

func (l *linter) principal(p *Principal) {
	if p == nil || p.Everyone {
		return
	}
	if p.word != nil {
		l.refuse(RulePrincipal, `The principal %q must stand under its kind, as {"AWS": %q}.`, *p.word, *p.word)
		return
	}
	if len(p.AWS.Values)+len(p.Service.Values)+len(p.Federated.Values)+len(p.CanonicalUser.Values)+len(p.extra) == 0 {
		l.refuse(RulePrincipal, "The principal names nobody. Name an account, a user or a role.")
	}
	for _, m := range p.extra {
		l.refuse(RulePrincipal, "AWS knows no kind of principal %q. The kinds are AWS, Service, Federated and CanonicalUser.", m.name)
	}
	for _, v := range p.AWS.Values {
		if fault := l.principalFault(v); fault != "" {
			l.refuse(RulePrincipal, "The principal %q %s", v, fault)
		}
	}
	for _, v := range p.Service.Values {
		if !strings.Contains(v, ".") || strings.ContainsAny(v, " */:") {
			l.refuse(RulePrincipal, "The service %q is not written as AWS names services, such as logging.s3.amazonaws.com.", v)
		}
	}
	for _, v := range p.CanonicalUser.Values {
		if len(v) < 64 || strings.Trim(v, "0123456789abcdef") != "" {
			l.refuse(RulePrincipal, "The canonical user id %q is not the 64 hexadecimal digits that S3 gives to an account.", v)
		}
	}
}

// principalFault returns what is wrong with a value under "AWS", "" for nothing.
// Source: IAM JSON policy elements: Principal.
func (l *linter) principalFault(v string) string {
	if v == "*" || isAccount(v) {
		return ""
	}
	if isUniqueID(v) {
		return "is what AWS shows for a user or role that was deleted. Nobody can use the entry any more, but AWS refuses the document because of it. Take it out."
	}
	bare := strings.NewReplacer("-", "", " ", "").Replace(v)
	if isAccount(bare) {
		return "is an account id with dashes or spaces in it. Write " + bare + "."
	}
	prefix, name := splitARN(v)
	fields := strings.Split(prefix, ":") // arn P service region account ""
	if name == "" || len(fields) != 6 || fields[0] != "arn" {
		return "is neither an account id of 12 digits nor the ARN of a user or role, such as arn:aws:iam::111122223333:user/name."
	}
	partition, service, region, account := fields[1], fields[2], fields[3], fields[4]
	switch {
	case !l.partitionFits(partition):
		return "is in the partition " + partition + "; the bucket is in another. Access never goes across partitions" + l.partitionHint() + "."
	case strings.ContainsAny(v, "*?"):
		return "has a wildcard. Name one exact user or role, or the whole account, or everyone with \"*\"."
	case service == "iam" && strings.HasPrefix(name, "group/"):
		return "is a group, which cannot be let in. Name the users, or their account."
	case service == "iam" && account == "cloudfront" && strings.HasPrefix(name, "user/"):
		return ""
	case region != "" || !isAccount(account):
		return "does not hold an account id of 12 digits in its fifth part."
	}
	kind, rest, _ := strings.Cut(name, "/")
	switch service + " " + kind {
	case "iam root":
		if name == "root" {
			return ""
		}
	case "iam user", "iam role", "sts federated-user":
		if rest != "" && !strings.HasSuffix(rest, "/") {
			return ""
		}
	case "sts assumed-role":
		if role, session, ok := strings.Cut(rest, "/"); ok && role != "" && session != "" {
			return ""
		}
	}
	return "is not the ARN of an account's root, a user, a role or a session."
}

// isUniqueID tells the ids of users (AIDA...) and roles (AROA...) by which AWS
// shows principals that are no more. Source: IAM identifiers, Unique identifiers.
func isUniqueID(v string) bool {
	return len(v) >= 16 && v[0] == 'A' && !strings.ContainsFunc(v, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	})
}

var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}

func (l *linter) partitionFits(partition string) bool {
	if l.Partition != "" {
		return partition == l.Partition
	}
	return slices.Contains(partitions, partition)
}

func (l *linter) partitionHint() string {
	if l.Partition == "" {
		return ""
	}
	return "; here ARNs begin with arn:" + l.Partition + ":"
}

func (l *linter) actions(s Statement) {
	switch {
	case s.Action.Values != nil && s.NotAction.Values != nil:
		l.refuse(RuleAction, "Action and NotAction cannot stand in one statement. Take one out.")
	case len(s.Action.Values)+len(s.NotAction.Values) == 0:
		l.refuse(RuleNoAction, "The statement names no Action. Say what it is about, such as s3:GetObject.")
	}
	for _, v := range slices.Concat(s.Action.Values, s.NotAction.Values) {
		l.action(v)
	}
}

func (l *linter) action(v string) {
	if v == "*" {
		return
	}
	service, name, colon := strings.Cut(v, ":")
	if !colon || service == "" || name == "" || strings.Contains(name, ":") || strings.ContainsFunc(service, func(r rune) bool { return notAlphanumeric(r) && r != '-' }) {
		l.refuse(RuleAction, "The action %q must be a service and an action with one colon between them, such as s3:GetObject.", v)
		return
	}
	if l.Kind == TrustPolicy {
		if !strings.EqualFold(service, "sts") {
			l.refuse(RuleAction, "The action %q is not one of STS, and a trust policy can name no other.", v)
		}
		return
	}
	if !strings.EqualFold(service, "s3") {
		if l.Kind == BucketPolicy {
			l.refuse(RuleAction, "The action %q is not one of S3, and a bucket policy can name no other.", v)
		}
		return
	}
	if _, known := ActionLevel(v); known {
		return
	}
	hint := ""
	if meant := nearestAction(v); meant != "" {
		hint = " Perhaps it is meant to be " + meant + "."
	}
	if l.Kind == BucketPolicy {
		l.refuse(RuleAction, "S3 has no action %q.%s", v, hint)
	} else {
		l.add(RuleUnknownAction, Warning, "S3 has no action %q, so it allows nothing.%s", v, hint)
	}
}

func (l *linter) resources(s Statement) {
	switch {
	case l.Kind == TrustPolicy:
		if s.Resource.Values != nil || s.NotResource.Values != nil {
			l.refuse(RuleResource, "A trust policy names no Resource: it is about the role that it is put on. Take the element out.")
		}
		return
	case s.Resource.Values != nil && s.NotResource.Values != nil:
		l.refuse(RuleResource, "Resource and NotResource cannot stand in one statement. Take one out.")
	case len(s.Resource.Values)+len(s.NotResource.Values) == 0:
		l.refuse(RuleNoResource, "The statement names no Resource. Say which bucket or files it is about.")
	}
	for _, v := range slices.Concat(s.Resource.Values, s.NotResource.Values) {
		if l.Kind == BucketPolicy {
			l.bucketResource(v)
		} else {
			l.identityResource(v)
		}
	}
}

// bucketResource: S3 takes the bucket that the policy is on and what is in it.
func (l *linter) bucketResource(v string) {
	prefix, path := splitARN(v)
	fields := strings.Split(prefix, ":")
	bucket, _, _ := strings.Cut(path, "/")
	switch {
	case path == "" || len(fields) != 6 || fields[0] != "arn" || fields[2] != "s3":
		l.refuse(RuleResource, "The resource %q must be the ARN of this bucket, %s, or of files in it.", v, l.wanted())
	case !l.partitionFits(fields[1]):
		l.refuse(RuleResource, "The resource %q is in the partition %s; the bucket is in another%s.", v, fields[1], l.partitionHint())
	case fields[3] != "" || fields[4] != "":
		l.refuse(RuleResource, "The resource %q names a region or account; the ARN of a bucket has none: %s.", v, l.wanted())
	case l.Bucket == "" || bucket == l.Bucket:
	case strings.HasPrefix(bucket, l.Bucket) && strings.ContainsAny(bucket[len(l.Bucket):][:1], "*?"):
		l.add(RuleResource, Warning, "The resource %q has a wildcard in the bucket's name. Write %s and %s/*.", v, l.wanted(), l.wanted())
	default:
		l.refuse(RuleResource, "The resource %q is not in the bucket that the policy is on. Write %s, or %s/* for the files in it.", v, l.wanted(), l.wanted())
	}
}

func (l *linter) wanted() string {
	partition, bucket := l.Partition, l.Bucket
	if partition == "" {
		partition = "aws"
	}
	if bucket == "" {
		bucket = "BUCKET"
	}
	return bucketARN(partition, bucket)
}

// identityResource: IAM takes "*" and whole ARNs of its own partition.
func (l *linter) identityResource(v string) {
	if v == "*" {
		return
	}
	prefix, path := splitARN(v)
	fields := strings.Split(prefix, ":")
	switch {
	case path == "" || len(fields) != 6 || fields[0] != "arn":
		l.refuse(RuleResource, `The resource %q must be an ARN, such as arn:aws:s3:::bucket/*, or "*".`, v)
	case fields[1] != "*" && !l.partitionFits(fields[1]):
		l.refuse(RulePartition, "The resource %q is in the partition %s, which is not the user's%s.", v, fields[1], l.partitionHint())
	case strings.ContainsAny(fields[2], "*?"):
		l.refuse(RuleResource, "The resource %q must name its service without a wildcard.", v)
	case fields[2] == "s3" && fields[3] != "" && !strings.Contains(path, ":") && !startsWithAny(path, "accesspoint/", "async-request/", "job/", "storage-lens/", "storage-lens-group/", "access-grants/"):
		l.refuse(RuleResource, "The resource %q names a region; the ARN of a bucket has none.", v)
	}
}

func startsWithAny(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// actionsAgainstResources: S3 refuses an action that can be done to none of the
// statement's resources; IAM takes it, and it allows nothing.
func (l *linter) actionsAgainstResources(s Statement) {
	var present Level
	for _, v := range s.Resource.Values {
		_, path := splitARN(v)
		switch bucket, _, object := strings.Cut(path, "/"); {
		case object:
			present |= OnObject
		case path == "":
			return // "*", or reported already
		case strings.HasSuffix(bucket, "*"):
			present |= OnBucket | OnObject
		default:
			present |= OnBucket
		}
		if l.Kind != BucketPolicy && !strings.HasPrefix(v, "arn:") || !strings.Contains(v, ":s3:::") {
			return // of another service, or an access point's
		}
	}
	if present == 0 {
		return
	}
	for _, v := range s.Action.Values {
		level, known := ActionLevel(v)
		if !known || level&present != 0 {
			continue
		}
		text := "The action " + v + " is done to no bucket and to no file, so no resource here fits it. Take it out."
		switch {
		case level&OnBucket != 0:
			text = "The action " + v + " is done to the bucket itself, and the statement names only files in it. Add the bucket's own ARN, without /*, to Resource."
		case level&OnObject != 0:
			text = "The action " + v + " is done to files, and the statement names only the bucket. Add the bucket's ARN with /* behind it to Resource."
		}
		severity := Refused
		if l.Kind != BucketPolicy {
			severity = Warning
		}
		l.add(RuleActionResource, severity, "%s", text)
	}
}

// listingKeys are condition keys that only a listing of the bucket has. S3
// refuses them beside any other action. Source: Condition keys for Amazon S3.
var listingKeys = []string{"s3:prefix", "s3:delimiter", "s3:max-keys"}

func (l *linter) conditions(s Statement) {
	for _, c := range s.Condition {
		op, _, _, known := parseOperator(c.Operator)
		if !known {
			l.refuse(RuleCondition, "AWS knows no condition operator %q.", c.Operator)
			continue
		}
		vendor, name, colon := strings.Cut(c.Key, ":")
		if !colon || vendor == "" || name == "" {
			l.refuse(RuleCondition, "The condition key %q must begin with a service and a colon, as aws:SourceIp does.", c.Key)
			continue
		}
		if meant := nearestKey(c.Key); l.Kind == BucketPolicy && meant != "" {
			l.refuse(RuleCondition, "S3 has no condition key %q. Perhaps it is meant to be %s.", c.Key, meant)
		}
		if l.Kind == BucketPolicy && slices.Contains(listingKeys, strings.ToLower(c.Key)) {
			l.listingOnly(s, c.Key)
		}
		for _, v := range c.Values.Values {
			switch {
			case valueFits(op, v):
			case l.Kind == BucketPolicy && op.compares == asAddress:
				l.refuse(RuleCondition, "%q is no network address, such as 192.0.2.0/24, for %s on %s to compare with.", v, c.Operator, c.Key)
			default:
				l.add(RuleUnknownCondition, Warning, "%s cannot compare with %q, so the condition on %s never holds as it is meant to.", c.Operator, v, c.Key)
			}
		}
		if len(c.Values.Values) == 0 {
			l.add(RuleUnknownCondition, Warning, "The condition %s on %s has no value.", c.Operator, c.Key)
		}
	}
}

// Source: Actions, resources, and condition keys for Amazon S3, and for the keys that the
// reference has of late the pages that tell of them.
var keysOfS3 = strings.Fields(`
	s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:AccessPointTag s3:authType s3:BucketTag
	s3:DataAccessPointAccount s3:DataAccessPointArn s3:DataAccessPointTag s3:delimiter s3:destinationRegion
	s3:ExistingJobOperation s3:ExistingJobPriority s3:ExistingObjectTag s3:if-match s3:if-none-match
	s3:InventoryAccessibleOptionalFields s3:isReplicationPauseRequest s3:JobSuspendedCause s3:locationconstraint
	s3:max-keys s3:MetadataTableNamespace s3:object-lock-legal-hold s3:object-lock-mode
	s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date s3:ObjectCreationOperation s3:prefix
	s3:RequestJobOperation s3:RequestJobPriority s3:RequestObjectTag s3:RequestObjectTagKeys s3:ResourceAccount
	s3:signatureAge s3:signatureversion s3:TlsVersion s3:VersionId s3:x-amz-acl s3:x-amz-content-sha256
	s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp
	s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive s3:x-amz-object-ownership
	s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
	s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class s3:x-amz-website-redirect-location`)

// nearestKey returns the key of S3 that a misspelt one was likely meant to be, or "". A key
// that is like none of these may be newer than they are.
func nearestKey(key string) string {
	name, _, _ := strings.Cut(strings.ToLower(key), "/")
	best, least := "", 3
	for _, known := range keysOfS3 {
		d := distance(name, strings.ToLower(known), least)
		if rest, of := strings.CutPrefix(name, "s3:"); of && strings.EqualFold(known, "s3:x-amz-"+strings.TrimPrefix(rest, "x-")) {
			d = min(d, 1)
		}
		if d < least {
			best, least = known, d
		}
	}
	if least == 0 {
		return ""
	}
	return best
}

func (l *linter) listingOnly(s Statement, key string) {
	for _, v := range s.Action.Values {
		if strings.ContainsAny(v, "*?") || strings.EqualFold(v, "s3:ListBucket") || strings.EqualFold(v, "s3:ListBucketVersions") {
			continue
		}
		l.refuse(RuleConditionAction, "The condition key %s is known only of a listing, and %s is none. Give s3:ListBucket a statement of its own.", key, v)
	}
}

// valueFits tells whether a value can be read as what the operator compares.
func valueFits(op operator, v string) bool {
	if strings.Contains(v, "${") {
		return true
	}
	switch op.compares {
	case asNumber:
		return numeric(v)
	case asBool, asPresence:
		_, ok := parseBool(v)
		return ok
	case asDate:
		_, ok := parseDate(v)
		return ok
	case asAddress:
		_, network := netip.ParsePrefix(v)
		_, address := netip.ParseAddr(v)
		return network == nil || address == nil
	}
	return true
}
