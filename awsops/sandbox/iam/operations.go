package iam

import "time"

// Source: IAM API Reference. What is written is read back at once; requests are
// decided by it only after the configured delay (spread).
var iamOperations = map[string]operation{
	"CreateUser": createUser, "GetUser": getUser, "UpdateUser": updateUser, "ListUsers": listUsers, "DeleteUser": deleteEntity,
	"TagUser": tagEntity, "UntagUser": untagEntity, "ListUserTags": listEntityTags,

	"CreateAccessKey": createAccessKey, "ListAccessKeys": listAccessKeys, "UpdateAccessKey": updateAccessKey,
	"DeleteAccessKey": deleteAccessKey, "GetAccessKeyLastUsed": getAccessKeyLastUsed,

	"PutUserPolicy": putPolicy, "GetUserPolicy": getPolicy, "ListUserPolicies": listPolicies, "DeleteUserPolicy": deletePolicy,
	"AttachUserPolicy": attachPolicy, "DetachUserPolicy": detachPolicy, "ListAttachedUserPolicies": listAttachedPolicies,
	"PutUserPermissionsBoundary": putBoundary, "DeleteUserPermissionsBoundary": deleteBoundary,

	"CreateRole": role(createRole), "GetRole": role(getRole), "ListRoles": role(listRoles), "DeleteRole": role(deleteEntity),
	"UpdateRole": role(updateRole), "UpdateAssumeRolePolicy": role(updateTrust), "ListInstanceProfilesForRole": role(listNone("InstanceProfiles")),
	"TagRole": role(tagEntity), "UntagRole": role(untagEntity), "ListRoleTags": role(listEntityTags),
	"PutRolePolicy": role(putPolicy), "GetRolePolicy": role(getPolicy), "ListRolePolicies": role(listPolicies), "DeleteRolePolicy": role(deletePolicy),
	"AttachRolePolicy": role(attachPolicy), "DetachRolePolicy": role(detachPolicy), "ListAttachedRolePolicies": role(listAttachedPolicies),
	"PutRolePermissionsBoundary": role(putBoundary), "DeleteRolePermissionsBoundary": role(deleteBoundary),

	"CreateGroup": group(createGroup), "GetGroup": group(getGroup), "ListGroups": group(listGroups), "DeleteGroup": group(deleteEntity),
	"AddUserToGroup": group(addUserToGroup), "RemoveUserFromGroup": group(removeUserFromGroup), "ListGroupsForUser": listGroupsForUser,
	"PutGroupPolicy": group(putPolicy), "GetGroupPolicy": group(getPolicy), "ListGroupPolicies": group(listPolicies), "DeleteGroupPolicy": group(deletePolicy),
	"AttachGroupPolicy": group(attachPolicy), "DetachGroupPolicy": group(detachPolicy), "ListAttachedGroupPolicies": group(listAttachedPolicies),

	"CreatePolicy": createPolicy, "GetPolicy": getManaged, "ListPolicies": listManaged, "DeletePolicy": deleteManaged, "ListEntitiesForPolicy": listEntities,
	"CreatePolicyVersion": createVersion, "GetPolicyVersion": getVersion, "ListPolicyVersions": listVersions,
	"SetDefaultPolicyVersion": setDefaultVersion, "DeletePolicyVersion": deleteVersion,

	// The sandbox's users have none of these, but who deletes a user asks for them.
	"ListMFADevices": listNone("MFADevices"), "ListSigningCertificates": listNone("Certificates"),
	"ListSSHPublicKeys": listNone("SSHPublicKeys"), "ListServiceSpecificCredentials": listNone("ServiceSpecificCredentials"),
	"GetLoginProfile": noLoginProfile, "DeleteLoginProfile": noLoginProfile,

	"ListAccountAliases": listAccountAliases, "CreateAccountAlias": createAccountAlias, "DeleteAccountAlias": deleteAccountAlias,
	"GetAccountAuthorizationDetails": getAccountAuthorizationDetails,

	"SimulatePrincipalPolicy": simulatePrincipal, "SimulateCustomPolicy": simulateCustom,
}

// role makes of what can be done to users and to roles that which is done to a role.
func role(run operation) operation {
	return func(q *query) (any, error) {
		q.kind = aRole
		return run(q)
	}
}

// group does the same for a group.
func group(run operation) operation {
	return func(q *query) (any, error) {
		q.kind = aGroup
		return run(q)
	}
}

// effective is when a change made by this call takes effect.
func (q *query) effective() time.Time { return q.Now.Add(q.directory.delay) }
