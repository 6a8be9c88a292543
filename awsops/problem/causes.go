package problem

// The table of what goes wrong.

// noKeyboard is for a command that asks: two at one keyboard would take each other's keys.
const noKeyboard = "If it asks for something, such as an MFA code, run it in a shell first, or use a profile whose command does not ask: it has no keyboard here."

// causes are what AWS and the SDK say, and what it means, the narrower before
// the wider. Codes come first and texts are loose, since AWS promises neither.
// Sources: Amazon S3 error responses; IAM common errors; Troubleshoot access
// denied (403 Forbidden) errors in Amazon S3.
var causes = []cause{
	// What the SDK was told. It comes first: its text may quote anything.
	{
		text: "parse failed of process output", summary: "The profile's own command gave no credentials", id: "credentials", quotes: true,
		detail: "What the command in credential_process printed is not the JSON that AWS tools ask for. It is not shown here, since it may hold a secret.",
		fixes:  []string{"Run the command of credential_process by itself: it must print one JSON object with Version, AccessKeyId and SecretAccessKey, and nothing else."},
	},
	{
		text: "in process output", summary: "The profile's own command gave no credentials", id: "credentials",
		detail: "The JSON that the command in credential_process printed lacks a part.",
		fixes:  []string{"Run the command of credential_process by itself: it must print one JSON object with Version 1, AccessKeyId and SecretAccessKey."},
	},
	{
		text: "invalid input region", summary: "The region is not valid", id: "region", quotes: true,
		detail: "What is set as the region is not the code of a region.",
		fixes:  []string{"Set a code such as us-east-1: aws configure set region us-east-1 --profile {profile}", "Check AWS_REGION, if you set it."},
	},
	{
		text: "failed to parse uri", summary: "The endpoint is not an address", side: "here", quotes: true,
		detail: "What is set as the endpoint is not an address that begins with https:// or http://.",
		fixes:  []string{"Correct endpoint_url in the profile {profile}, or AWS_ENDPOINT_URL."},
	},
	{
		text: "failed to parse endpoint", summary: "The endpoint is not an address", side: "here", quotes: true,
		detail: "What is set as the endpoint is not an address that begins with https:// or http://.",
		fixes:  []string{"Correct endpoint_url in the profile {profile}, or AWS_ENDPOINT_URL."},
	},
	{
		text: "failed to get shared config profile", summary: "There is no such profile", id: "credentials",
		detail: "The profile {profile} is in neither AWS file.",
		fixes:  []string{"Create the profile: aws configure --profile {profile}"},
	},
	{
		text: "failed to load custom ca bundle", summary: "The file with certificates cannot be used", side: "here",
		detail: "The file that AWS_CA_BUNDLE or ca_bundle names holds no certificate in PEM form.",
		fixes:  []string{"Ask your network team for the file, which has lines with BEGIN CERTIFICATE.", "Or take AWS_CA_BUNDLE and ca_bundle out, if no proxy opens encrypted connections."},
	},
	{
		text: "shared config", summary: "A setting of the profile is not valid", side: "here",
		fixes: []string{"Correct the setting, or take its line out of the file."},
	},
	// Credentials.
	{
		text: "sso session has expired", summary: "The sign-in has expired", id: "credentials",
		detail: "The SSO session of the profile is over.",
		fixes:  []string{"Sign in again and go on: aws sso login --profile {profile}"},
	},
	{
		text: "sso token", summary: "The sign-in has expired", id: "credentials",
		detail: "The profile signs in by SSO, and no valid sign-in is stored on this computer.",
		fixes:  []string{"Sign in and go on: aws sso login --profile {profile}"},
	},
	{
		text: "login session", summary: "The sign-in has expired", id: "credentials",
		detail: "The profile signs in by aws login, and that session is over.",
		fixes:  []string{"Sign in again and go on: aws login --profile {profile}"},
	},
	{
		codes: []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}, summary: "The credentials have expired", id: "credentials",
		detail: "The profile holds temporary credentials, and their time is over.",
		fixes:  []string{"If the profile signs in by SSO, sign in again and go on: aws sso login --profile {profile}", "If it signs in as to the console, do that again: aws login --profile {profile}", "If you copied the credentials into the profile, copy fresh ones."},
	},
	{
		codes: []string{"InvalidClientTokenId", "UnrecognizedClientException"}, summary: "AWS does not know the access key", id: "credentials",
		detail: "The key was deleted or switched off, is of another partition, was created seconds ago, or has a session token that is not its own.",
		fixes:  []string{"Enter a valid key: aws configure --profile {profile}", "Take aws_session_token out of the profile if its key is a lasting one (it begins with AKIA)."},
	},
	{
		codes: []string{"InvalidAccessKeyId"}, summary: "AWS does not know the access key", id: "credentials",
		detail: "The key was deleted or mistyped, or was created seconds ago.",
		fixes:  []string{"Enter a valid key: aws configure --profile {profile}", "If the key is new, wait a minute and try again."},
	},
	{
		codes: []string{"SignatureDoesNotMatch"}, text: "signature expired", summary: "The clock of this computer is wrong", id: "clock",
		detail: "AWS takes requests only within a few minutes of its own time.",
		fixes:  []string{"Set the clock right and try again. After sleep, WSL and virtual machines are often behind: restart them."},
	},
	{
		codes: []string{"SignatureDoesNotMatch"}, text: "signature not yet current", summary: "The clock of this computer is wrong", id: "clock",
		detail: "AWS takes requests only within a few minutes of its own time.",
		fixes:  []string{"Set the clock right and try again."},
	},
	{
		codes: []string{"RequestTimeTooSkewed", "RequestInTheFuture"}, summary: "The clock of this computer is wrong", id: "clock",
		detail: "AWS takes requests only within a few minutes of its own time.",
		fixes:  []string{"Set the clock right and try again."},
	},
	{
		codes: []string{"SignatureDoesNotMatch", "IncompleteSignature"}, summary: "The secret of the access key is wrong", id: "credentials",
		detail: "AWS knows the key, but its secret is another: often a letter was lost when it was copied.",
		fixes:  []string{"Enter the key and its secret again: aws configure --profile {profile}", "If the secret is lost, create a new key."},
	},
	{
		codes: []string{"InvalidToken"}, summary: "The session token is not valid here", id: "credentials",
		detail: "The token is damaged, belongs to another key, or the region is one that the account has not switched on.",
		fixes:  []string{"Sign in again: aws sso login --profile {profile}", "Switch the region on in both accounts (Account, AWS Regions)."},
	},
	{
		codes: []string{"OptInRequired", "AuthFailure"}, summary: "The account is not ready for this service or region",
		detail: "The account has not been activated, or not for this region.",
		fixes:  []string{"Switch the region on in the account {account}, or finish signing the account up."},
	},
	{
		text: "credential_process: no answer within", summary: "The profile's own command did not answer", id: "credentials",
		detail: "The command in credential_process ran on without an answer, and was ended with all that it had started.",
		fixes:  []string{noKeyboard, "Run the command of credential_process by itself and see what it waits for."},
	},
	{
		text: "credential_process", summary: "The profile's own command gave no credentials", id: "credentials",
		detail: "The profile gets its credentials from the command in credential_process, and that did not work.",
		fixes:  []string{"Run the command of credential_process by itself and fix it.", noKeyboard},
	},
	{
		codes: []string{"MultiFactorAuthentication"}, summary: "The MFA code was not accepted", id: "credentials",
		detail: "The code is wrong, or was used before.",
		fixes:  []string{"Wait for the next code of the device and enter that."},
	},
	{
		text: "multifactorauthentication failed", summary: "The MFA code was not accepted", id: "credentials",
		detail: "The code is wrong, or was used before.",
		fixes:  []string{"Wait for the next code of the device and enter that."},
	},
	{
		text: "get credentials", summary: "The profile gives no credentials", id: "credentials",
		detail: "The profile {profile} could not be signed in with.",
		fixes:  []string{"Try it alone: aws sts get-caller-identity --profile {profile}{endpoint}", "Sign in again if it is an SSO profile: aws sso login --profile {profile}"},
	},

	// Documents.
	{
		codes: []string{"MalformedPolicy"}, text: "invalid principal", summary: "The policy names someone whom AWS does not know", id: "wrong-principal",
		detail: "A principal is mistyped, was deleted (it then shows as AIDA... or AROA...), or is so new that S3 does not know it yet. An entry that stood there before can be the one.",
		fixes:  []string{"Check the 12 digits of the account and the name of the user.", "Take out entries whose principal begins with AIDA or AROA: their users are deleted."},
	},
	{
		codes: []string{"MalformedPolicyDocument"}, text: "invalid principal", summary: "The policy names someone whom AWS does not know", id: "wrong-principal",
		detail: "A principal is mistyped or deleted, or so new that AWS does not know it yet.",
		fixes:  []string{"Check the 12 digits of the account and the name of the user."},
	},
	{
		codes: []string{"MalformedPolicy"}, text: "invalid resource", summary: "The policy is about another bucket", id: "wrong-bucket",
		detail: "Every Resource of a bucket's policy must be that bucket or what is in it.",
		fixes:  []string{"Correct the name of the bucket in each Resource: arn:aws:s3:::BUCKET and arn:aws:s3:::BUCKET/*"},
	},
	{
		codes: []string{"MalformedPolicy"}, text: "does not apply to any resource", summary: "An action of the policy does not fit its resource", side: "customer",
		detail: "Listing applies to the bucket, reading and writing to the objects in it: both lines are needed.",
		fixes:  []string{"Name both arn:aws:s3:::BUCKET and arn:aws:s3:::BUCKET/* in the statement."},
	},
	{
		codes: []string{"MalformedPolicy"}, text: "conditions do not apply", summary: "A condition of the policy does not fit its action", side: "customer",
		detail: "Some condition keys are known of some actions alone: s3:prefix, s3:delimiter and s3:max-keys only of a listing.",
		fixes:  []string{"Give s3:ListBucket a statement of its own with that condition, and the other actions one without it."},
	},
	{
		codes: []string{"MalformedPolicy"}, text: "invalid condition", summary: "A condition of the policy is not valid", side: "customer",
		detail: "A condition key is mistyped, or its value is not what the operator compares, such as a network address.",
		fixes:  []string{"Correct the condition: the Service Authorization Reference lists the condition keys of Amazon S3."},
	},
	{
		codes: []string{"MalformedPolicy"}, text: "missing required field principal", summary: "The policy does not say whom it is for", side: "customer",
		detail: "Each statement of a bucket's policy names a Principal. The policy of a user or role has none: this may be one.",
		fixes:  []string{"Add the Principal, or put the document where it belongs: on the user or role."},
	},
	{
		codes: []string{"MalformedPolicy", "MalformedPolicyDocument"}, text: "json", summary: "The policy is not JSON",
		detail: "A policy begins with a brace and is plain JSON: curly quotation marks, a byte order mark or one comma too many are enough for AWS not to take it.",
		fixes:  []string{"Save the document as plain text in UTF-8 without a byte order mark, and see where it breaks off: python3 -m json.tool FILE"},
	},
	{
		codes: []string{"MalformedPolicy", "MalformedPolicyDocument"}, text: "must be unique", summary: "Two statements of the policy have the same Sid",
		detail: "A Sid names one statement of a policy.",
		fixes:  []string{"Give one of the two statements another Sid."},
	},
	{
		codes: []string{"MalformedPolicyDocument"}, text: "must be prefaced by a vendor", summary: "An action or a condition of the policy has no service before it",
		detail: "Each action and condition key begins with a service and a colon, as s3:GetObject and aws:SourceIp do.",
		fixes:  []string{"Write the service before the action or the key."},
	},
	{
		codes: []string{"MalformedPolicy", "MalformedPolicyDocument"}, text: "invalid action", summary: "The policy names an action that does not exist",
		detail: "S3 or IAM does not know one of the actions.",
		fixes:  []string{"Correct the action: the Service Authorization Reference lists those of Amazon S3."},
	},
	{
		codes: []string{"MalformedPolicyDocument"}, text: "partition", summary: "The policy is written for another partition of AWS",
		detail: "China, GovCloud and the European Sovereign Cloud have ARNs of their own (aws-cn, aws-us-gov, aws-eusc).",
		fixes:  []string{"Use profiles of one and the same partition."},
	},
	{
		codes: []string{"PolicyTooLarge", "EntityTooLarge"}, summary: "The bucket's policy is full", side: "customer",
		detail: "The policy of a bucket can have 20 KB at most.",
		fixes:  []string{"Shorten or combine statements of the policy that are no longer needed, then try again."},
	},
	{
		codes: []string{"LimitExceeded"}, text: "accesskeysperuser", summary: "The user has two access keys already",
		detail: "A user can have two access keys, and ones that are switched off count.",
		fixes:  []string{"Delete a key of the user that is no longer used (IAM shows when each was used last), or choose another user."},
	},
	{
		codes: []string{"LimitExceeded"}, text: "policy size", summary: "The inline policies are full",
		detail: "All inline policies of one user together can have 2,048 characters, those of one role 10,240.",
		fixes:  []string{"Take out what is no longer needed, or use a managed policy (6,144 characters) for the rest."},
	},
	{
		codes: []string{"LimitExceeded"}, text: "policysize", summary: "The policy is too long",
		detail: "A managed policy can have 6,144 characters.",
		fixes:  []string{"Split the policy or combine its statements."},
	},
	{
		codes: []string{"LimitExceeded", "QuotaExceeded", "TooManyBuckets"}, summary: "A limit of the account is reached",
		detail: "AWS's own words below name the limit.",
		fixes:  []string{"Delete what is no longer needed, or ask AWS for a higher limit (Service Quotas)."},
	},
	{
		codes: []string{"MalformedPolicy", "MalformedPolicyDocument"}, summary: "AWS does not take the policy",
		detail: "The document breaks a rule; AWS's own words below name it.",
		fixes:  []string{"Correct the policy as AWS's words say."},
	},

	// Buckets and regions.
	{
		codes: []string{"MethodNotAllowed"}, summary: "The bucket's owner must do this", id: "not-the-customers-bucket",
		detail: "You are signed in to another account than the one that the bucket is in.",
		fixes:  []string{"Use a profile of the bucket's account. Check that the two profiles are not swapped."},
	},
	{
		codes: []string{"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "MovedPermanently", "TemporaryRedirect"}, summary: "The bucket is in another region", id: "region",
		detail: "The request went to the wrong region; the right one is {region}.",
		fixes:  []string{"Set the profile's region to {region}: aws configure set region {region} --profile {profile}"},
	},
	{
		codes: []string{"NoSuchBucket"}, summary: "There is no such bucket", id: "no-such-bucket",
		detail: "AWS knows no bucket of this name.",
		fixes:  []string{"Check the name in the S3 console."},
	},
	{
		codes: []string{"InvalidBucketName"}, summary: "This is not the name of a bucket", id: "no-such-bucket",
		detail: "Names of buckets have 3 to 63 lower-case letters, digits, dots and hyphens.",
		fixes:  []string{"Enter the name alone, without s3:// and without a folder."},
	},
	{
		codes: []string{"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}, summary: "A bucket of this name is there already",
		detail: "Names of buckets are shared by everyone.", fixes: []string{"Choose another name for the bucket."},
	},
	{
		codes: []string{"BucketNotEmpty"}, summary: "The bucket is not empty",
		detail: "It holds objects, old versions or delete markers. Nothing was deleted.",
		fixes:  []string{"Look at what it holds with versions shown, and delete it if it is not needed."},
	},
	{
		codes: []string{"OperationAborted", "ConditionalRequestConflict", "ConcurrentModification", "EntityTemporarilyUnmodifiable"}, summary: "Another change is being made at the same time",
		detail: "AWS makes one change at a time, and the other one did not end in time.",
		fixes:  []string{"Wait a minute and try again."},
	},
	{
		codes: []string{"PreconditionFailed"}, summary: "An object of this name is there already",
		detail: "It is left as it is.", fixes: []string{"Use another key."},
	},
	{
		codes: []string{"NoSuchKey", "NoSuchVersion"}, summary: "There is no such object",
		detail: "It was not written, or has been deleted since.", fixes: []string{"Write the test file again."},
	},
	{
		codes: []string{"AccessControlListNotSupported"}, summary: "The bucket takes no ACLs", id: "acl-not-taken",
		detail: "The bucket's owner has switched ACLs off, which is AWS's own advice.", fixes: []string{"Send the object without an ACL."},
	},
	{
		codes: []string{"InvalidRequest"}, text: "object lock", summary: "The bucket locks its objects", id: "object-lock",
		detail: "Object Lock is on, and asks for a checksum with each object.", fixes: []string{"Use a bucket without Object Lock, or send a checksum."},
	},

	{
		codes: []string{"InvalidArgument"}, text: "requires http header x-amz-server-side-encryption", summary: "The upload names a key, and does not ask for KMS", id: "header-required",
		detail: "The header with the key's ARN counts only beside one that asks for encryption by KMS.",
		fixes:  []string{"Send the header x-amz-server-side-encryption: aws:kms too: --sse aws:kms --sse-kms-key-id KEY"},
	},

	// Users.
	{
		codes: []string{"EntityAlreadyExists"}, summary: "The name is taken",
		detail: "The account has one of this name already. It is left as it is.", fixes: []string{"Choose another name."},
	},
	{
		codes: []string{"NoSuchEntity"}, summary: "There is no such user, role, key or policy",
		detail: "It was deleted, or is so new that IAM does not know it everywhere yet.", fixes: []string{"If it is new, wait a minute and try again.", "Check the name."},
	},
	{
		codes: []string{"DeleteConflict"}, summary: "The user or role still has something",
		detail: "IAM deletes a user only when keys, policies, groups, password and devices are gone, and a role when its policies and instance profiles are; AWS's words below name what is left.",
		fixes:  []string{"Look at what it has in the account {account}. What crossgrant did not create was added by someone: decide with them, then clean up again."},
	},
	{
		codes: []string{"NotImplemented"}, summary: "The endpoint does not offer this", side: "here",
		detail: "What answers there is not AWS, or an older copy of it.", fixes: []string{"Check AWS_ENDPOINT_URL and endpoint_url in the profile."},
	},

	// Keys for encryption.
	{
		text: "kms.disabledexception", summary: "The bucket's encryption key is switched off", id: "kms-key-unusable",
		detail: "The KMS key that the bucket encrypts with is disabled.", fixes: []string{"The key's owner must enable it, or the bucket's owner choose another."},
	},
	{
		text: "kms.", summary: "The bucket's encryption key cannot be used", id: "kms-key-unusable",
		detail: "The KMS key that the bucket encrypts with is missing, disabled, waiting for deletion, or in another region.",
		fixes:  []string{"The bucket's owner must choose a key that works, in the bucket's region, by its full ARN."},
	},
}
