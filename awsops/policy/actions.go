package policy

import "strings"

// A Level is what an action of S3 is done to. An action may have several.
type Level int

const (
	OnBucket Level = 1 << iota // arn:aws:s3:::BUCKET
	OnObject                   // arn:aws:s3:::BUCKET/KEY
	OnOther                    // an account, an access point, a job: nothing that a bucket policy can name
)

// ActionLevel returns what an action of S3 can be done to. Wildcards count for
// every action that they match; known is false when there is none.
func ActionLevel(action string) (level Level, known bool) {
	if l, exact := levels[strings.ToLower(action)]; exact {
		return l, true
	}
	if !strings.ContainsAny(action, "*?") {
		return 0, false
	}
	for name, l := range levels {
		if glob(action, name, foldCase) {
			level |= l
		}
	}
	return level, level != 0
}

// levels and canonical (the spelling of AWS) are by action in lower case.
var levels, canonical = func() (map[string]Level, map[string]string) {
	levels, names := map[string]Level{}, map[string]string{}
	for level, all := range map[Level]string{OnBucket: bucketActions, OnObject: objectActions, OnOther: otherActions} {
		for _, name := range strings.Fields(all) {
			levels["s3:"+strings.ToLower(name)] |= level
			names["s3:"+strings.ToLower(name)] = "s3:" + name
		}
	}
	return levels, names
}()

// Source: Service Authorization Reference, Actions defined by Amazon S3.
const (
	bucketActions = `
		AllowVendedLogDeliveryForResource CreateBucket CreateBucketMetadataTableConfiguration
		DeleteBucket DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite
		GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS
		GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
		GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
		GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
		GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
		GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
		GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
		ListTagsForResource PauseReplication PutAccelerateConfiguration PutAnalyticsConfiguration
		PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
		PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
		PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning
		PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
		PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
		PutReplicationConfiguration TagResource UntagResource
		UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
		UpdateBucketMetadataJournalTableConfiguration`

	objectActions = `
		AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation
		DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionAnnotation DeleteObjectVersionTagging
		GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold
		GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
		GetObjectVersionAnnotation GetObjectVersionAnnotationForReplication GetObjectVersionAttributes
		GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
		InitiateReplication ListMultipartUploadParts ListObjectAnnotations ListObjectVersionAnnotations
		ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectAnnotation PutObjectLegalHold
		PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionAnnotation
		PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags
		RestoreObject UpdateObjectEncryption`

	otherActions = `
		AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessGrantsInstance
		CreateAccessGrantsLocation CreateAccessPoint CreateAccessPointForObjectLambda CreateJob
		CreateMultiRegionAccessPoint CreateStorageLensGroup DeleteAccessGrant DeleteAccessGrantsInstance
		DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPoint
		DeleteAccessPointForObjectLambda DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda
		DeleteJobTagging DeleteMultiRegionAccessPoint DeleteStorageLensConfiguration
		DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DescribeJob
		DescribeMultiRegionAccessPointOperation DissociateAccessGrantsIdentityCenter GetAccessGrant
		GetAccessGrantsInstance GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy
		GetAccessGrantsLocation GetAccessPoint GetAccessPointConfigurationForObjectLambda
		GetAccessPointForObjectLambda GetAccessPointPolicy GetAccessPointPolicyForObjectLambda
		GetAccessPointPolicyStatus GetAccessPointPolicyStatusForObjectLambda GetAccountPublicAccessBlock
		GetDataAccess GetJobTagging GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy
		GetMultiRegionAccessPointPolicyStatus GetMultiRegionAccessPointRoutes GetStorageLensConfiguration
		GetStorageLensConfigurationTagging GetStorageLensDashboard GetStorageLensGroup ListAccessGrants
		ListAccessGrantsInstances ListAccessGrantsLocations ListAccessPoints
		ListAccessPointsForObjectLambda ListAllMyBuckets ListCallerAccessGrants ListJobs
		ListMultiRegionAccessPoints ListStorageLensConfigurations ListStorageLensGroups
		ListTagsForResource PutAccessGrantsInstanceResourcePolicy
		PutAccessPointConfigurationForObjectLambda PutAccessPointPolicy
		PutAccessPointPolicyForObjectLambda PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock
		PutJobTagging PutMultiRegionAccessPointPolicy PutStorageLensConfiguration
		PutStorageLensConfigurationTagging SubmitMultiRegionAccessPointRoutes TagResource UntagResource
		UpdateAccessGrantsLocation UpdateJobPriority UpdateJobStatus UpdateStorageLensGroup`
)

// nearestAction returns the action that a misspelt one was likely meant to be,
// or "". It takes the API's names for what IAM calls otherwise.
func nearestAction(action string) string {
	action = strings.ToLower(action)
	if name, ok := strings.CutPrefix(action, "s3:"); ok {
		if meant, ok := otherwise[name]; ok {
			return "s3:" + meant
		}
	}
	best, least := "", 4
	for name, spelling := range canonical {
		if d := distance(action, name, least); d < least || d == least && spelling < best {
			best, least = spelling, d
		}
	}
	return best
}

// ActionOf returns the action that governs an operation of S3's API, "" for one that is
// not known.
func ActionOf(operation string) string {
	name := strings.ToLower(operation)
	if governs, ok := otherwise[name]; ok {
		name = strings.ToLower(governs)
	}
	return canonical["s3:"+name]
}

// otherwise holds names of API operations that are governed by an action of
// another name. Source: Required permissions for Amazon S3 API operations.
var otherwise = map[string]string{
	"copyobject":                      "PutObject",
	"createmultipartupload":           "PutObject",
	"completemultipartupload":         "PutObject",
	"uploadpart":                      "PutObject",
	"deleteobjects":                   "DeleteObject",
	"headbucket":                      "ListBucket",
	"headobject":                      "GetObject",
	"listbuckets":                     "ListAllMyBuckets",
	"listmultipartuploads":            "ListBucketMultipartUploads",
	"listobjects":                     "ListBucket",
	"listobjectsv2":                   "ListBucket",
	"listobjectversions":              "ListBucketVersions",
	"listparts":                       "ListMultipartUploadParts",
	"getbucketencryption":             "GetEncryptionConfiguration",
	"putbucketencryption":             "PutEncryptionConfiguration",
	"getbucketlifecycle":              "GetLifecycleConfiguration",
	"getbucketlifecycleconfiguration": "GetLifecycleConfiguration",
	"putbucketlifecycleconfiguration": "PutLifecycleConfiguration",
	"getbucketreplication":            "GetReplicationConfiguration",
	"getpublicaccessblock":            "GetBucketPublicAccessBlock",
	"putpublicaccessblock":            "PutBucketPublicAccessBlock",
	"getobjectlockconfiguration":      "GetBucketObjectLockConfiguration",
}

// distance counts the letters to add, drop or change between two texts, up to
// limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
