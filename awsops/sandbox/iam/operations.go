package iam

import "time"

// Source: IAM API Reference. What is written is read back at once; requests are
// decided by it only after the configured delay (spread).
var iamOperations = map[string]operation{
	"CreateUser": createUser, "GetUser": getUser, "UpdateUser": updateUser, "ListUsers": listUsers, "DeleteUser": deleteUser,
	"TagUser": tagUser, "UntagUser": untagUser, "ListUserTags": listUserTags,

	"CreateAccessKey": createAccessKey, "ListAccessKeys": listAccessKeys, "UpdateAccessKey": updateAccessKey,
	"DeleteAccessKey": deleteAccessKey, "GetAccessKeyLastUsed": getAccessKeyLastUsed,

	"PutUserPolicy": putUserPolicy, "GetUserPolicy": getUserPolicy, "ListUserPolicies": listUserPolicies, "DeleteUserPolicy": deleteUserPolicy,
	"AttachUserPolicy": attachUserPolicy, "DetachUserPolicy": detachUserPolicy, "ListAttachedUserPolicies": listAttachedUserPolicies,

	// The sandbox's users have none of these, but who deletes a user asks for them.
	"ListGroupsForUser": listNone("Groups"), "ListMFADevices": listNone("MFADevices"), "ListSigningCertificates": listNone("Certificates"),
	"ListSSHPublicKeys": listNone("SSHPublicKeys"), "ListServiceSpecificCredentials": listNone("ServiceSpecificCredentials"),
	"GetLoginProfile": noLoginProfile, "DeleteLoginProfile": noLoginProfile,

	"ListAccountAliases": listAccountAliases, "CreateAccountAlias": createAccountAlias, "DeleteAccountAlias": deleteAccountAlias,
	"GetAccountAuthorizationDetails": getAccountAuthorizationDetails,
}

// effective is when a change made by this call takes effect.
func (q *query) effective() time.Time { return q.Now.Add(q.directory.delay) }
