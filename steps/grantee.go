package steps

import "crossgrant/awsops"

// Grantee is the firm's user or role that is to use the access, in no account yet.
func (a Answers) Grantee() awsops.Target {
	if a.FirmRole != "" {
		return awsops.RoleIn("", a.FirmRole)
	}
	return awsops.UserIn("", a.FirmUser)
}

// existing tells that the firm's user or role is there already.
func (a Answers) existing() bool { return a.UseExisting || a.UseExistingRole }

// Grantee is the firm's user or role in its account.
func (f Facts) Grantee() awsops.Target {
	t := f.Answers.Grantee()
	t.Account = f.Firm.Account
	return t
}

// principal is the user or role that an actor is, for the two that a run makes.
func (f Facts) principal(a Actor) awsops.Target {
	if a == TestUser {
		return awsops.UserIn(f.Customer.Account, f.Answers.TestUser)
	}
	return f.Grantee()
}

func arnOf(principal awsops.Target, partition string) string {
	return "arn:" + partition + ":iam::" + principal.Account + ":" + string(principal.Kind) + "/" + principal.Name
}

// creation is the user or role that an operation makes; false: it makes none.
func creation(op awsops.Operation, r awsops.Receipt) (awsops.User, bool) {
	t := op.Target()
	made := awsops.User{Kind: t.Kind, Name: t.Name, ARN: r.UserARN, ID: r.UserID}
	switch op := op.(type) {
	case awsops.CreateUser:
		made.Run = op.Run
	case awsops.CreateRole:
		made.Run, made.Trust = op.Run, &op.Trust
	default:
		return awsops.User{}, false
	}
	return made, true
}

// deletion is the deletion of a user or a role, whose fields are the same; of anything else
// it has none.
func deletion(op awsops.Operation) awsops.DeleteUser {
	switch op := op.(type) {
	case awsops.DeleteUser:
		return op
	case awsops.DeleteRole:
		return awsops.DeleteUser(op)
	}
	return awsops.DeleteUser{}
}
