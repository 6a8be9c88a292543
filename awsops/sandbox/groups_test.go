package sandbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

var group = aws.String("writers")

// newGroup makes the firm's group teams/writers with the user u in it, and u's key.
func (w *world) newGroup() aws.Credentials {
	w.t.Helper()
	ask(w, (*iam.Client).CreateGroup, iam.CreateGroupInput{GroupName: group, Path: aws.String("/teams/")})
	w.newUser(firm, "u")
	ask(w, (*iam.Client).AddUserToGroup, iam.AddUserToGroupInput{GroupName: group, UserName: aws.String("u")})
	return w.newKey(firm, "u")
}

// What a group may do its users may do, as long as they are in it.
func TestAUserMayWhatItsGroupMay(t *testing.T) {
	w := newWorld(t)
	w.must(w.setPolicy(grantTo(firmAccount)))
	key := w.newGroup()
	w.refused(w.put(key), "AccessDenied", "")
	inline := func(effect string) {
		ask(w, (*iam.Client).PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow(effect, "s3:*", "*"))})
	}
	inline("Allow")
	w.must(w.put(key))
	ask(w, (*iam.Client).AttachGroupPolicy, iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: fullS3})
	inline("Deny")
	w.refused(w.put(key), "AccessDenied", "")
	ask(w, (*iam.Client).DeleteGroupPolicy, iam.DeleteGroupPolicyInput{GroupName: group, PolicyName: aws.String("p")})
	w.must(w.put(key))
	ask(w, (*iam.Client).RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: group, UserName: aws.String("u")})
	w.refused(w.put(key), "AccessDenied", "")
}

// A version of a managed policy that comes into effect does so for a group's users too.
func TestAGroupsManagedPolicyIsTheOneInEffect(t *testing.T) {
	w := newWorld(t, delayed(time.Minute))
	w.must(w.setPolicy(grantTo(firmAccount)))
	key := w.newGroup()
	w.newPolicy(allow("Allow", "s3:PutObject", "*"))
	ask(w, (*iam.Client).AttachGroupPolicy, iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: own})
	w.clock.advance(time.Minute)
	w.must(w.put(key))
	ask(w, (*iam.Client).CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Deny", "s3:*", "*")), SetAsDefault: true})
	w.must(w.put(key)) // until it has spread
	w.clock.advance(time.Minute)
	w.refused(w.put(key), "AccessDenied", "")
	used := ask(w, (*iam.Client).ListEntitiesForPolicy, iam.ListEntitiesForPolicyInput{PolicyArn: own}).PolicyGroups
	if len(used) != 1 || *used[0].GroupName != "writers" {
		t.Errorf("the policy is used by %v", used)
	}
}

func TestWhoIsInWhichGroup(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	w.newGroup()
	const arn = "arn:aws:iam::444455556666:group/teams/writers"
	got := ask(w, (*iam.Client).GetGroup, iam.GetGroupInput{GroupName: group})
	if *got.Group.Arn != arn || len(got.Users) != 1 || *got.Users[0].UserName != "u" {
		t.Errorf("the group is %+v with %v", got.Group, got.Users)
	}
	ofUser := ask(w, (*iam.Client).ListGroupsForUser, iam.ListGroupsForUserInput{UserName: aws.String("u")}).Groups
	all := ask(w, (*iam.Client).ListGroups, iam.ListGroupsInput{PathPrefix: aws.String("/te")}).Groups
	if len(ofUser) != 1 || *ofUser[0].Arn != arn || len(all) != 1 || *all[0].Arn != arn {
		t.Errorf("the user is in %v, and there are %v", ofUser, all)
	}
	ask(w, (*iam.Client).PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Allow", "s3:*", "*"))})
	details := ask(w, (*iam.Client).GetAccountAuthorizationDetails, iam.GetAccountAuthorizationDetailsInput{})
	i := slices.IndexFunc(details.UserDetailList, func(u types.UserDetail) bool { return *u.UserName == "u" })
	if g := details.GroupDetailList; len(g) != 1 || *g[0].Arn != arn || len(g[0].GroupPolicyList) != 1 || !slices.Equal(details.UserDetailList[i].GroupList, []string{"writers"}) {
		t.Errorf("the details tell of %+v and of a user in %v", g, details.UserDetailList[i].GroupList)
	}

	_, err := c.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("WRITERS")})
	w.refused(err, "EntityAlreadyExists", "Group with name WRITERS already exists.")
	_, err = c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: aws.String("nobody")})
	w.refused(err, "NoSuchEntity", "The user with name nobody cannot be found.")
	_, err = c.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("none")})
	w.refused(err, "NoSuchEntity", "The group with name none cannot be found.")
	_, err = c.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	w.refused(err, "DeleteConflict", "must delete policies first")
	ask(w, (*iam.Client).DeleteGroupPolicy, iam.DeleteGroupPolicyInput{GroupName: group, PolicyName: aws.String("p")})
	_, err = c.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	w.refused(err, "DeleteConflict", "must remove users from group first")
	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: aws.String("u"), AccessKeyId: w.keyOf("u")})
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("u")})
	w.refused(err, "DeleteConflict", "must remove users from group first")
	ask(w, (*iam.Client).RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: group, UserName: aws.String("u")})
	ask(w, (*iam.Client).DeleteGroup, iam.DeleteGroupInput{GroupName: group})
	if all := ask(w, (*iam.Client).ListGroups, iam.ListGroupsInput{}).Groups; len(all) != 0 {
		t.Errorf("there are still %v", all)
	}
}

// A call on a group is decided by the group's ARN, also where a user is named as well.
func TestCallsOnAGroupAreDecidedByItsARN(t *testing.T) {
	w := newWorld(t)
	key := w.newGroup()
	as := iam.NewFromConfig(w.config(key))
	add := func() error {
		_, err := as.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: group, UserName: aws.String("admin")})
		return err
	}
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "iam:*", "arn:aws:iam::444455556666:user/*")))
	w.refused(add(), "AccessDenied", "iam:AddUserToGroup on resource: arn:aws:iam::444455556666:group/teams/writers because no identity-based policy allows")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "iam:AddUserToGroup", "arn:aws:iam::444455556666:group/teams/*")))
	w.must(add())
}

func TestAUserIsInTenGroupsAtMost(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	join := func(name string) error {
		ask(w, (*iam.Client).CreateGroup, iam.CreateGroupInput{GroupName: &name})
		_, err := w.iam(firm).AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: &name, UserName: aws.String("u")})
		return err
	}
	for i := range 10 {
		w.must(join(fmt.Sprint("g", i)))
	}
	w.refused(join("more"), "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
	long := allow("Allow", "s3:*", "arn:aws:s3:::"+fmt.Sprintf("%05100d", 0))
	_, err := w.iam(firm).PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: aws.String("g0"), PolicyName: aws.String("p"), PolicyDocument: &long})
	w.refused(err, "LimitExceeded", "Maximum policy size of 5120 bytes exceeded for group g0")
}
