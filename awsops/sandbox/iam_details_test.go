package sandbox_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// usersInDetail reads all pages, and counts them.
func (w *world) usersInDetail(in iam.GetAccountAuthorizationDetailsInput) (users []types.UserDetail, pages int) {
	w.t.Helper()
	p := iam.NewGetAccountAuthorizationDetailsPaginator(w.iam(firm), &in)
	for p.HasMorePages() {
		out, err := p.NextPage(w.t.Context())
		w.must(err)
		pages++
		users = append(users, out.UserDetailList...)
		if len(out.GroupDetailList)+len(out.RoleDetailList)+len(out.Policies) > 0 {
			w.t.Errorf("there are groups, roles or policies: %v %v %v", out.GroupDetailList, out.RoleDetailList, out.Policies)
		}
	}
	return users, pages
}

func TestAuthorizationDetailsTellAllOfAUser(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	made, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: user, Path: aws.String("/team/"), Tags: []types.Tag{{Key: aws.String("run"), Value: aws.String("1")}}})
	w.must(err)
	document := "{ \"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::b/a+b c%20ü\"}}"
	w.must(w.putPolicy(firm, "u", "second", document))
	w.must(w.putPolicy(firm, "u", "first", allow("Allow", "s3:*", "*")))
	for _, name := range []string{"ReadOnlyAccess", "AmazonS3FullAccess"} {
		_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: aws.String("arn:aws:iam::aws:policy/" + name)})
		w.must(err)
	}
	w.newUser(firm, "a-bare-one")
	w.newUser(firm, "gone")
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("gone")})
	w.must(err)
	w.newUser(customer, "anothers")

	users, _ := w.usersInDetail(iam.GetAccountAuthorizationDetailsInput{})
	var names []string
	for _, u := range users {
		names = append(names, *u.UserName)
	}
	if want := []string{"a-bare-one", "admin", "u"}; !slices.Equal(names, want) {
		t.Fatalf("the users are %v, want %v", names, want)
	}
	bare, u := users[0], users[2]
	if bare.Tags == nil || bare.GroupList == nil || bare.UserPolicyList == nil || bare.AttachedManagedPolicies == nil {
		t.Errorf("an empty list is missing from %+v", bare)
	}
	if *u.Arn != *made.User.Arn || *u.UserId != *made.User.UserId || *u.Path != "/team/" || !u.CreateDate.Equal(*made.User.CreateDate) {
		t.Errorf("made was %+v, and told is %+v", made.User, u)
	}
	if len(u.Tags) != 1 || *u.Tags[0].Key != "run" || *u.Tags[0].Value != "1" {
		t.Errorf("the tags are %v", u.Tags)
	}
	if len(u.GroupList) != 0 || u.PermissionsBoundary != nil {
		t.Errorf("the sandbox has neither groups nor boundaries, and told are %v and %v", u.GroupList, u.PermissionsBoundary)
	}
	if len(u.UserPolicyList) != 2 || *u.UserPolicyList[0].PolicyName != "first" || *u.UserPolicyList[1].PolicyName != "second" {
		t.Fatalf("the inline policies are %v", u.UserPolicyList)
	}
	encoded := *u.UserPolicyList[1].PolicyDocument
	if plain, err := url.PathUnescape(encoded); err != nil || plain != document || strings.ContainsAny(encoded, "+ {") {
		t.Errorf("got %s, want %s percent-encoded", encoded, document)
	}
	if a := u.AttachedManagedPolicies; len(a) != 2 || *a[0].PolicyName != "AmazonS3FullAccess" || *a[1].PolicyArn != "arn:aws:iam::aws:policy/ReadOnlyAccess" {
		t.Errorf("the managed policies are %v", a)
	}
}

func TestAuthorizationDetailsAreFiltered(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		filter []types.EntityType
		users  int
	}{
		{nil, 1},
		{[]types.EntityType{types.EntityTypeUser}, 1},
		{[]types.EntityType{types.EntityTypeRole, types.EntityTypeUser}, 1},
		{[]types.EntityType{types.EntityTypeRole, types.EntityTypeGroup, types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy}, 0},
	} {
		if users, _ := w.usersInDetail(iam.GetAccountAuthorizationDetailsInput{Filter: c.filter}); len(users) != c.users {
			t.Errorf("of %v there are %d users, want %d", c.filter, len(users), c.users)
		}
	}
	_, err := w.iam(firm).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{"User", "Host"}})
	w.refused(err, "ValidationError", "1 validation error detected: Value '[Host]' at 'filter' failed to satisfy constraint")
}

func TestAuthorizationDetailsInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 4 {
		w.newUser(firm, fmt.Sprintf("u%d", 3-i))
	}
	users, pages := w.usersInDetail(iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(2)})
	var names []string
	for _, u := range users {
		names = append(names, *u.UserName)
	}
	if want := []string{"admin", "u0", "u1", "u2", "u3"}; !slices.Equal(names, want) || pages != 3 {
		t.Errorf("got %v in %d pages, want %v in 3", names, pages, want)
	}
	_, err := w.iam(firm).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(0)})
	w.refused(err, "ValidationError", "'maxItems'")
	_, err = w.iam(firm).GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{Marker: aws.String("?")})
	w.refused(err, "ValidationError", "Invalid Marker")
}

// Only who may ask for the whole account is told of it.
func TestAuthorizationDetailsAreNotForOneUser(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.newUser(firm, "u")
	c := iam.NewFromConfig(w.config(w.newKey(firm, "u")))
	details := func(resource string) error {
		w.must(w.putPolicy(firm, "u", "p", allow("Allow", "iam:GetAccountAuthorizationDetails", resource)))
		_, err := c.GetAccountAuthorizationDetails(ctx, nil)
		return err
	}
	w.refused(details("arn:aws:iam::444455556666:user/*"), "AccessDenied", "iam:GetAccountAuthorizationDetails on resource: * because no identity-based policy allows")
	w.must(details("*"))
}

// Source: Tag IAM users, Permissions required for tagging IAM users.
func TestAUserWithTagsWantsThePermissionToTag(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	c := iam.NewFromConfig(w.config(w.newKey(firm, "u")))
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "iam:CreateUser", "*")))
	_, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("plain")})
	w.must(err)
	tagged := &iam.CreateUserInput{UserName: aws.String("tagged"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}
	_, err = c.CreateUser(t.Context(), tagged)
	w.refused(err, "AccessDenied", "iam:TagUser on resource: arn:aws:iam::444455556666:user/tagged")
	_, err = w.iam(firm).GetUser(t.Context(), &iam.GetUserInput{UserName: tagged.UserName})
	w.refused(err, "NoSuchEntity", "tagged")
	w.must(w.putPolicy(firm, "u", "tags", allow("Allow", "iam:TagUser", "arn:aws:iam::444455556666:user/tagged")))
	_, err = c.CreateUser(t.Context(), tagged)
	w.must(err)
}

// Source: Tag customer managed policies, Permissions required.
func TestAPolicyWithTagsWantsThePermissionToTag(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	c := iam.NewFromConfig(w.config(w.newKey(firm, "u")))
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "iam:CreatePolicy", "*")))
	tagged := &iam.CreatePolicyInput{
		PolicyName: aws.String("tagged"), PolicyDocument: aws.String(allow("Allow", "s3:GetObject", "*")),
		Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	}
	_, err := c.CreatePolicy(t.Context(), tagged)
	w.refused(err, "AccessDenied", "iam:TagPolicy on resource: arn:aws:iam::444455556666:policy/tagged")
	w.must(w.putPolicy(firm, "u", "tags", allow("Allow", "iam:TagPolicy", "arn:aws:iam::444455556666:policy/tagged")))
	_, err = c.CreatePolicy(t.Context(), tagged)
	w.must(err)
}
