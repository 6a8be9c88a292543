package policy

// A Cause is why a request is refused, or why a grant is not what it should be. Words may
// change, a Cause does not: programs go by it.
type Cause string

const (
	NoCause               Cause = "none"
	BucketPolicyMissing   Cause = "bucket-policy-missing"
	FirmPolicyMissing     Cause = "firm-policy-missing"
	BothMissing           Cause = "both-missing"
	BucketPolicyDeny      Cause = "bucket-policy-deny"
	FirmPolicyDeny        Cause = "firm-policy-deny"
	WrongBucket           Cause = "wrong-bucket"
	ObjectsNotNamed       Cause = "objects-not-named"
	BucketNotNamed        Cause = "bucket-not-named"
	WrongPrefix           Cause = "wrong-prefix"
	WrongAccount          Cause = "wrong-account"
	WrongPrincipal        Cause = "wrong-principal"
	PrincipalDeleted      Cause = "principal-deleted"
	ActionMissing         Cause = "action-missing"
	ConditionNotMet       Cause = "condition-not-met"
	ConditionUnknown      Cause = "condition-unknown"
	HeaderRequired        Cause = "header-required"
	TLSRequired           Cause = "tls-required"
	Expired               Cause = "expired"
	NotYet                Cause = "not-yet"
	OverBoundary          Cause = "boundary"
	BlockPublicAccess     Cause = "block-public-access"
	RequesterPays         Cause = "requester-pays"
	KMSKeyPolicy          Cause = "kms-key-policy"
	KMSFirmPolicy         Cause = "kms-firm-policy"
	KMSNotShareable       Cause = "kms-not-shareable"
	KMSKeyUnusable        Cause = "kms-key-unusable"
	ACLRequired           Cause = "acl-required"
	ACLNotTaken           Cause = "acl-not-taken"
	ObjectLock            Cause = "object-lock"
	WiderThanGranted      Cause = "wider-than-granted"
	BadCredentials        Cause = "credentials"
	WrongClock            Cause = "clock"
	WrongRegion           Cause = "region"
	NoSuchBucket          Cause = "no-such-bucket"
	NotTheirBucket        Cause = "not-the-customers-bucket"
	OrganisationOrNetwork Cause = "organisation-or-network" // all else is excluded
	UnknownCause          Cause = "unknown"
)
