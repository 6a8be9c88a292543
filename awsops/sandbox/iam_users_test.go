package sandbox_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestUserIsReadBackAsItWasMade(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	tags := []types.Tag{{Key: aws.String("created-by"), Value: aws.String("crossgrant")}, {Key: aws.String("empty"), Value: aws.String("")}}
	made, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("test-writer"), Path: aws.String("/firm/"), Tags: tags})
	w.must(err)
	got, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("TEST-writer")})
	w.must(err)
	u := got.User
	if *u.Arn != "arn:aws:iam::444455556666:user/firm/test-writer" || *u.UserName != "test-writer" || *u.Path != "/firm/" {
		t.Errorf("the user is %s, named %s, in %s", *u.Arn, *u.UserName, *u.Path)
	}
	if !regexp.MustCompile(`^AIDA[A-Z2-7]{17}$`).MatchString(*u.UserId) || *u.UserId != *made.User.UserId {
		t.Errorf("the unique id is %s, and was %s when it was made", *u.UserId, *made.User.UserId)
	}
	if want := w.clock.Now().UTC().Truncate(time.Second); !u.CreateDate.Equal(want) {
		t.Errorf("made at %s, want %s", u.CreateDate, want)
	}
	if len(u.Tags) != 2 || *u.Tags[0].Key != "created-by" || *u.Tags[0].Value != "crossgrant" || *u.Tags[1].Value != "" {
		t.Errorf("the tags are %v", u.Tags)
	}
}

func TestCallerIsTheUserOfACallWithoutAName(t *testing.T) {
	w := newWorld(t)
	got, err := w.iam(firm).GetUser(t.Context(), nil)
	w.must(err)
	if *got.User.UserName != "admin" {
		t.Errorf("the administrator is %s", *got.User.UserName)
	}
	root, err := w.iam(firmRoot).GetUser(t.Context(), nil)
	w.must(err)
	if *root.User.Arn != "arn:aws:iam::444455556666:root" || *root.User.UserId != firmAccount || root.User.UserName != nil {
		t.Errorf("the root user is %v", root.User)
	}
	keys, err := w.iam(firmRoot).ListAccessKeys(t.Context(), nil)
	w.must(err)
	if len(keys.AccessKeyMetadata) != 1 || *keys.AccessKeyMetadata[0].AccessKeyId != w.keys(firmRoot).AccessKeyID {
		t.Errorf("the root user's keys are %v", keys.AccessKeyMetadata)
	}
}

func TestUserNamesAndPathsThatIAMRefuses(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "taken")
	for _, c := range []struct {
		name, path string
		code, text string
	}{
		{"taken", "/", "EntityAlreadyExists", "User with name taken already exists."},
		{"TAKEN", "/", "EntityAlreadyExists", "User with name TAKEN already exists."},
		{"a b", "/", "ValidationError", "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"a/b", "/", "ValidationError", "The specified value for userName is invalid."},
		{"ü", "/", "ValidationError", "The specified value for userName is invalid."},
		{"", "/", "ValidationError", "1 validation error detected: Value '' at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{strings.Repeat("x", 65), "/", "ValidationError", "at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"ok", "no-slash", "ValidationError", "The specified value for path is invalid. It must begin and end with /"},
		{"ok", "/half", "ValidationError", "The specified value for path is invalid."},
	} {
		_, err := w.iam(firm).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &c.name, Path: &c.path})
		w.refused(err, c.code, c.text)
	}
	w.newUser(firm, strings.Repeat("x", 64))
	w.newUser(customer, "taken") // names are of an account
}

func TestListUsersInPages(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	for i := range 5 {
		_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(fmt.Sprintf("u%d", i)), Path: aws.String("/team/a/")})
		w.must(err)
	}
	names := func(in iam.ListUsersInput) (names []string, pages int) {
		p := iam.NewListUsersPaginator(c, &in)
		for p.HasMorePages() {
			out, err := p.NextPage(ctx)
			w.must(err)
			pages++
			for _, u := range out.Users {
				names = append(names, *u.UserName)
			}
		}
		return names, pages
	}
	got, pages := names(iam.ListUsersInput{MaxItems: aws.Int32(2)})
	if want := []string{"admin", "u0", "u1", "u2", "u3", "u4"}; !slices.Equal(got, want) || pages != 3 {
		t.Errorf("got %v in %d pages, want %v in 3", got, pages, want)
	}
	if got, _ := names(iam.ListUsersInput{PathPrefix: aws.String("/team/")}); len(got) != 5 {
		t.Errorf("below /team/ there are %v, want the five", got)
	}
	if got, _ := names(iam.ListUsersInput{PathPrefix: aws.String("/other/")}); len(got) != 0 {
		t.Errorf("below /other/ there are %v, want none", got)
	}
	_, err := c.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(0)})
	w.refused(err, "ValidationError", "'maxItems'")
	_, err = c.ListUsers(ctx, &iam.ListUsersInput{Marker: aws.String("?")})
	w.refused(err, "ValidationError", "Invalid Marker")
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	tag := func(pairs ...string) error {
		var tags []types.Tag
		for i := 0; i < len(pairs); i += 2 {
			tags = append(tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := c.TagUser(ctx, &iam.TagUserInput{UserName: user, Tags: tags})
		return err
	}
	w.must(tag("team", "a", "run", "1"))
	w.must(tag("Team", "b")) // keys are the same whatever their case
	w.refused(tag("x", "1", "X", "2"), "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	w.refused(tag("aws:x", "1"), "InvalidInput", "reserved")
	w.refused(tag(strings.Repeat("k", 129), "1"), "ValidationError", "less than or equal to 128")
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprint(i), "")
	}
	w.refused(tag(many...), "LimitExceeded", "Cannot exceed quota for TagsPerUser: 50")
	w.refused(tag(append(many, "one more", "")...), "ValidationError", "'tags'")

	_, err := c.UntagUser(ctx, &iam.UntagUserInput{UserName: user, TagKeys: []string{"RUN", "absent"}})
	w.must(err)
	got, err := c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: user})
	w.must(err)
	if len(got.Tags) != 1 || *got.Tags[0].Key != "Team" || *got.Tags[0].Value != "b" {
		t.Errorf("the tags are %v, want Team = b", got.Tags)
	}
}

func TestUpdateUserKeepsTheUniqueID(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	w.newUser(firm, "before")
	before, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("before")})
	w.must(err)
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("before"), NewUserName: aws.String("after"), NewPath: aws.String("/p/")})
	w.must(err)
	after, err := c.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("after")})
	w.must(err)
	if *after.User.UserId != *before.User.UserId || *after.User.Arn != "arn:aws:iam::444455556666:user/p/after" {
		t.Errorf("got %s %s", *after.User.UserId, *after.User.Arn)
	}
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("after"), NewUserName: aws.String("Admin")})
	w.refused(err, "EntityAlreadyExists", "User with name Admin already exists.")
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("after"), NewUserName: aws.String("AFTER")})
	w.must(err)
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("after"), NewPath: aws.String("p")})
	w.refused(err, "ValidationError", "newPath")
	_, err = c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("after"), NewUserName: aws.String("a b")})
	w.refused(err, "ValidationError", "newUserName")
}

// Everything of the user's must go first, and IAM names one thing at a time.
func TestDeleteUserRefusesWhileAnythingIsLeft(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	key := w.newKey(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "s3:*", "*")))
	managed := aws.String("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
	_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: managed})
	w.must(err)
	remove := func() error {
		_, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
		return err
	}
	w.refused(remove(), "DeleteConflict", "Cannot delete entity, must delete access keys first.")
	_, err = c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &key.AccessKeyID})
	w.must(err)
	w.refused(remove(), "DeleteConflict", "Cannot delete entity, must delete policies first.")
	_, err = c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: aws.String("p")})
	w.must(err)
	err = remove()
	w.refused(err, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	if statusOf(err) != 409 {
		t.Errorf("DeleteConflict came with status %d", statusOf(err))
	}
	_, err = c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: managed})
	w.must(err)
	w.must(remove())
	err = remove()
	w.refused(err, "NoSuchEntity", "The user with name u cannot be found.")
	if statusOf(err) != 404 {
		t.Errorf("NoSuchEntity came with status %d", statusOf(err))
	}
}

func TestUserMadeAnewIsAnotherUser(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	first, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: user})
	w.must(err)
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
	w.must(err)
	second, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: user})
	w.must(err)
	if *first.User.Arn != *second.User.Arn || *first.User.UserId == *second.User.UserId {
		t.Errorf("first %s %s, then %s %s", *first.User.Arn, *first.User.UserId, *second.User.Arn, *second.User.UserId)
	}
}

func TestListsThatAreAlwaysEmpty(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	groups, err := c.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: user})
	w.must(err)
	devices, err := c.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: user})
	w.must(err)
	certificates, err := c.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: user})
	w.must(err)
	ssh, err := c.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: user})
	w.must(err)
	git, err := c.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: user})
	w.must(err)
	if groups.Groups == nil || devices.MFADevices == nil || certificates.Certificates == nil || ssh.SSHPublicKeys == nil || git.ServiceSpecificCredentials == nil {
		t.Error("an empty list is missing from its answer")
	}
	_, err = c.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: user})
	w.refused(err, "NoSuchEntity", "Login Profile for User u cannot be found.")
	_, err = c.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: aws.String("nobody")})
	w.refused(err, "NoSuchEntity", "The user with name nobody cannot be found.")
}

func TestAccountAlias(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	alias := func() string {
		out, err := c.ListAccountAliases(ctx, nil)
		w.must(err)
		return strings.Join(out.AccountAliases, " ")
	}
	create := func(name string) error {
		_, err := c.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: &name})
		return err
	}
	if alias() != "my-firm" {
		t.Errorf("the alias is %q", alias())
	}
	w.must(create("our-firm"))
	w.refused(create("acme-data"), "EntityAlreadyExists", "The account alias acme-data already exists.")
	for _, bad := range []string{"ab", "Capital", "-x-", "a--b", strings.Repeat("a", 64)} {
		w.refused(create(bad), "ValidationError", "'accountAlias'")
	}
	if alias() != "our-firm" {
		t.Errorf("the alias is %q, want the new one alone", alias())
	}
	_, err := c.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("my-firm")})
	w.refused(err, "NoSuchEntity", "my-firm")
	_, err = c.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("our-firm")})
	w.must(err)
	if alias() != "" {
		t.Errorf("the alias is still %q", alias())
	}
}
