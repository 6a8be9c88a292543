package problem

// clients are what the AWS CLI, the other SDKs, Terraform and the console say for
// themselves, and AWS's codes that crossgrant's own calls do not get as far as a person.
var clients = []cause{
	// Signing in.
	{
		text: "unable to locate credentials", summary: "No credentials were found", id: "credentials",
		detail: "The AWS CLI or boto3 found no profile, no variable and no role to sign in with.",
		fixes:  []string{"Name the profile: --profile {profile}, or AWS_PROFILE. Which there are: aws configure list-profiles", "Sign in, if it is an SSO profile: aws sso login --profile {profile}"},
	},
	noCredentials("unable to load credentials from any"), noCredentials("unable to load aws credentials"), noCredentials("could not load credentials from any"),
	noCredentials("no valid credential sources"), noCredentials("nocredentialproviders"), noCredentials("no ec2 imds role found"),
	noCredentials("failed to refresh cached credentials"), noCredentials("missing credentials in config"),
	{
		text: "partial credentials found", summary: "Half of the credentials is missing", id: "credentials",
		detail: "Of the key and its secret only one is set.", fixes: []string{"Enter both: aws configure --profile {profile}", "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, if you set them: both or neither."},
	},
	{
		text: "config profile", also: "could not be found", summary: "There is no such profile", id: "credentials",
		detail: "The profile is in neither of the AWS files.", fixes: []string{"See which there are: aws configure list-profiles", "Check AWS_PROFILE, if you set it."},
	},
	{
		text: "token has expired and refresh failed", summary: "The sign-in has expired", id: "credentials",
		detail: "The SSO session of the profile is over.", fixes: []string{"Sign in again: aws sso login --profile {profile}"},
	},
	{
		text: "sso session", also: "expired", summary: "The sign-in has expired", id: "credentials",
		detail: "The SSO session of the profile is over.", fixes: []string{"Sign in again: aws sso login --profile {profile}"},
	},
	{
		text: "error loading sso token", summary: "The sign-in has expired", id: "credentials",
		detail: "The profile signs in by SSO, and no valid sign-in is stored on this computer.", fixes: []string{"Sign in: aws sso login --profile {profile}"},
	},
	{
		codes: []string{"ForbiddenException", "UnauthorizedException"}, text: "getrolecredentials", summary: "The sign-in does not give this role", id: "credentials",
		detail: "The SSO user is not assigned to the account and role that the profile names, or the session is over.",
		fixes:  []string{"Check sso_account_id and sso_role_name in the profile.", "Sign in again: aws sso login --profile {profile}"},
	},
	{
		text: "invalid header value", summary: "A key or its secret has a line break in it", id: "credentials",
		detail: "A program put the key, the secret or the token into a header, and it has a character that cannot be there: often a line break at its end.",
		fixes:  []string{"Enter the key and its secret again, without a line break: aws configure --profile {profile}"},
	},
	{
		codes: []string{"MissingAuthenticationToken", "MissingSecurityHeader", "MissingAuthenticationTokenException"}, summary: "The request was not signed", id: "credentials",
		detail: "No credentials were sent with it.", fixes: []string{"Sign in, or name the profile: --profile {profile}"},
	},
	{
		text: "unable to parse config file", summary: "The AWS files cannot be read", side: "here",
		detail: "A line of ~/.aws/config or ~/.aws/credentials is not one that AWS tools read.", fixes: []string{"Correct the file that the message names: each line is [NAME] or NAME = VALUE."},
	},
	// Where to.
	{
		text: "you must specify a region", summary: "No region is set", id: "region",
		detail: "The AWS CLI or boto3 does not know which region to ask.", fixes: []string{"Set one: aws configure set region us-east-1 --profile {profile}"},
	},
	{
		text: "unable to find a region via", summary: "No region is set", id: "region",
		detail: "The SDK does not know which region to ask.", fixes: []string{"Set AWS_REGION, or the region of the profile."},
	},
	{
		text: "missing region in config", summary: "No region is set", id: "region",
		detail: "The SDK does not know which region to ask.", fixes: []string{"Set AWS_REGION, or the region of the profile."},
	},
	{
		codes: []string{"SignatureDoesNotMatch", "AuthorizationHeaderMalformed"}, text: "credential should be scoped to a valid region", summary: "The region is not the one of the endpoint", id: "region",
		detail: "The request was signed for another region than the one that it went to.", fixes: []string{"Set the region of the bucket: aws configure set region REGION --profile {profile}"},
	},
	{
		text: "bucket name must match the regex", summary: "This is not the name of a bucket", id: "no-such-bucket",
		detail: "Names of buckets have 3 to 63 lower-case letters, digits, dots and hyphens.", fixes: []string{"Enter the name alone, without s3:// and without a folder."},
	},
	unreached("could not connect to the endpoint url"), unreached("enotfound"), unreached("unknownhostexception"), unreached("name or service not known"),
	unreached("temporary failure in name resolution"), unreached("nameresolutionerror"),
	{
		text: "proxy", also: "failed to connect to proxy", summary: "The proxy cannot be reached", side: "network",
		detail: "No connection to the proxy that is set could be made.", fixes: []string{"Check HTTPS_PROXY, or unset it.", "Check the network and a VPN."},
	},
	{
		text: "connect timeout on endpoint", summary: "AWS did not answer in time", side: "network",
		detail: "No connection came about: often a firewall, or a VPC endpoint that is missing.", fixes: []string{"Try from another network, or ask the network team whether port 443 to AWS is open."},
	},
	{
		text: "read timeout on endpoint", summary: "AWS did not answer in time", side: "network",
		detail: "The request went out and no answer came.", fixes: []string{"Check the network and try again."},
	},
	untrusted("certificate_verify_failed"), untrusted("ssl validation failed"), untrusted("pkix path building failed"), untrusted("unable to get local issuer certificate"), untrusted("self-signed certificate"),
	{
		text: "does not match certificate's altnames", summary: "The certificate does not fit the address", side: "network",
		detail: "A name with dots makes an address that AWS's certificate does not cover, or a proxy answers in AWS's place.", fixes: []string{"Use path-style addressing, for a bucket with dots in its name.", "Ask your network team whether a proxy opens encrypted connections."},
	},
	// Answers.
	{
		codes: []string{"Forbidden"}, text: "calling the head", summary: "AWS refused access, and an answer to HEAD has no reason in it",
		detail: "Whether the file or the bucket is there was asked, and S3 answers that without a text: which rule refused it cannot be seen.",
		fixes:  []string{"Ask again by another call, whose answer has a text: aws s3api get-object, or aws s3api list-objects-v2", "Asking for a file needs s3:GetObject, and s3:ListBucket to be told that it is not there."},
	},
	{
		codes: []string{"Forbidden"}, summary: "AWS refused access",
		detail: "The text does not say which rule refused it: the caller's own policies, the bucket's policy, or a rule of one of the organisations.",
		fixes:  []string{"Paste all of the answer, if there is more.", "Check that the caller's own policies allow it, and that the bucket's policy lets its account in: across accounts both must."},
	},
	{
		codes: []string{"BadRequest"}, summary: "AWS did not take the request",
		detail: "The answer has no text. Most often the credentials have expired, or the region is not the bucket's.",
		fixes:  []string{"Sign in again, and check who you are: aws sts get-caller-identity --profile {profile}", "Set the region of the bucket: aws configure set region REGION --profile {profile}"},
	},
	{
		codes: []string{"NotFound", "404"}, summary: "There is no such file or bucket",
		detail: "AWS knows none of this name, in this bucket.", fixes: []string{"Check the name of the bucket and of the file: capital letters count."},
	},
	{
		codes: []string{"NoSuchBucketPolicy"}, summary: "The bucket has no policy", id: "bucket-policy-missing",
		detail: "As long as it has none, no other account is let in.", fixes: []string{"The bucket's owner must give it a policy that lets the firm's account in."},
	},
	{
		codes: []string{"InvalidBucketAclWithObjectOwnership"}, summary: "The bucket's ACL lets somebody in, and ACLs are to be switched off", side: "customer",
		detail: "ACLs can be switched off only when the bucket's own gives nobody else anything.", fixes: []string{"The bucket's owner must set the bucket's ACL to private first: aws s3api put-bucket-acl --acl private --bucket BUCKET"},
	},
	{
		codes: []string{"AccessPointNotOwnedByYou", "InvalidAccessPoint"}, summary: "The access point is another account's", side: "here",
		detail: "The name of an access point counts in its own account alone.", fixes: []string{"Use its ARN or its alias instead of its name."},
	},
	{
		codes:   []string{"Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "TooManyRequestsException", "TooManyRequests", "RequestThrottled", "SlowDown", "BandwidthLimitExceeded"},
		summary: "AWS asked to go slower", detail: "Too many requests were made in this account.", fixes: []string{"Wait a minute and try again."},
	},
	{
		codes: []string{"InternalError", "InternalFailure", "ServiceUnavailable", "ServiceFailure"}, summary: "AWS had an internal error",
		detail: "It is not what was asked.", fixes: []string{"Try again in a few minutes.", "Look at https://health.aws.amazon.com for a known disturbance."},
	},
	{
		codes: []string{"RequestTimeout", "RequestTimeoutException"}, summary: "AWS did not get the whole request in time", side: "network",
		detail: "The connection was too slow or broke off.", fixes: []string{"Check the network and try again."},
	},
	// The console.
	{
		text: "grants a level of public access that conflicts with your block public access settings", summary: "The bucket's policy cannot be saved", side: "customer",
		detail: "Either you may not change it, or Block Public Access refuses it because one of its statements is open to everyone: the console says the same of both.",
		fixes:  []string{"Name the account in each Principal, instead of \"*\".", "If none is open, you need s3:PutBucketPolicy. Block Public Access can stay on."},
	},
	{
		text: "insufficient permissions to list objects", summary: "The caller may not list the bucket",
		detail: "The console needs s3:ListBucket on the bucket itself.", fixes: []string{"Allow s3:ListBucket on arn:aws:s3:::BUCKET, without /*, in the caller's own policies, and where the bucket is another account's in its policy as well."},
	},
}

func noCredentials(text string) cause {
	return cause{
		text: text, summary: "No credentials were found", id: "credentials",
		detail: "The program found no profile, no variable and no role to sign in with.",
		fixes:  []string{"Set AWS_PROFILE to a profile, and try it alone: aws sts get-caller-identity --profile {profile}", "Sign in, if it is an SSO profile: aws sso login --profile {profile}"},
	}
}

func unreached(text string) cause {
	return cause{
		text: text, summary: "AWS cannot be reached", side: "network",
		detail: "The name of the host is not known, or nothing answers there: there is no network, or the region or the endpoint is mistyped.",
		fixes:  []string{"Check the network, a proxy (HTTPS_PROXY) and a VPN.", "Check the profile's region, AWS_ENDPOINT_URL and endpoint_url."},
	}
}

func untrusted(text string) cause {
	return cause{
		text: text, summary: "The certificate of the other side is not trusted", side: "network",
		detail: "A proxy of your network may answer in AWS's place, or the computer's clock or certificates are old.",
		fixes:  []string{"Ask your network team for their certificate and set AWS_CA_BUNDLE to its file.", "Check the clock of this computer."},
	}
}
