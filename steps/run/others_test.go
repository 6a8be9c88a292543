package run_test

import (
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What the others do beside a run: under its names, its tags, its Sids and its keys.

// actAt has the others act when a call of the run's fails: about what the call is about.
// The operations of a clean-up go side by side, and of another one they might meet the moment
// between its last look and its call: AWS has no compare-and-swap for policies and users.
func (w *world) actAt(operation string) {
	hows := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9} // a look at everything, or the run's beginning
	switch {
	case strings.HasSuffix(operation, "BucketPolicy"):
		hows = []int{5, 6}
	case strings.HasSuffix(operation, "Object"), strings.HasSuffix(operation, "Versions"):
		hows = []int{7, 8}
	case strings.HasSuffix(operation, "UserPolicy"), strings.HasSuffix(operation, "RolePolicy"):
		hows = []int{3}
	case strings.HasSuffix(operation, "AccessKey"):
		hows = []int{2}
	case strings.HasSuffix(operation, "User"), strings.HasSuffix(operation, "Role"):
		hows = []int{0, 1}
	}
	w.act(hows...)
}

// act has the others do something. What cannot be done, since it is there or not, is not.
func (w *world) act(hows ...int) {
	w.mu.Lock()
	how, id := w.IntN(10), w.Int64()
	if len(hows) > 0 {
		how = hows[how%len(hows)]
	}
	pick := func(from ...string) string { return from[w.IntN(len(from))] }
	user, account, role := w.answers.FirmUser, firm, w.answers.FirmRole
	name, tag := pick("payroll-bot", w.answers.FirmUser, "test-customer"), pick("", "zzz", "20250102-030405-abcdef")
	sid := pick("TheirOwn", policy.SidFirm+firm, policy.SidTestUserBucket, policy.SidTestUserObjects)
	effect, inline := pick("Allow", "Deny"), pick("their-policy", "writer-policy", "writer-policy-"+first)
	key := pick("crossgrant-probe/"+w.name+"-writer.txt", "crossgrant-probe/"+w.name+"-test-user.txt", "incoming/data.csv", "crossgrant-probe/new.txt")
	status := types.BucketVersioningStatus(pick("Enabled", "Suspended"))
	w.mu.Unlock()
	ctx, admin := w.t.Context(), w.iam(firm)
	mark := fmt.Sprint(id)
	if role != "" && w.actOnRole(how, role, mark, tag, inline) {
		return
	}
	switch how {
	case 0: // a user, perhaps with our tags
		if name == "test-customer" {
			account, admin = customer, w.iam(customer)
		}
		tags := []iamtypes.Tag{{Key: aws.String("owner"), Value: &mark}}
		if tag != "" {
			tags = append(tags, iamtypes.Tag{Key: aws.String("created-by"), Value: aws.String("crossgrant")}, iamtypes.Tag{Key: aws.String("crossgrant-run"), Value: &tag})
		}
		if _, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, Tags: tags}); err == nil {
			w.add(userThing(account, name, "owner", mark))
		}
	case 1: // the run's user, made anew with its tags
		if w.answers.UseExisting || w.noUser || !w.anew(admin, user, mark) {
			return
		}
	case 2: // a key, which is used: one that nobody uses cannot be told from a lost one of the run's
		made, err := admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user})
		if err != nil {
			return
		}
		id := aws.ToString(made.AccessKey.AccessKeyId)
		s := w.session(firm).WithKey(id, awsops.Secret(aws.ToString(made.AccessKey.SecretAccessKey)))
		for range 2 { // one may meet the fault that waits
			_, _ = s.User(ctx, user)
		}
		w.add(thing{"the access key " + id, func(s *stage, _ []string) bool {
			keys, err := s.session(firm).AccessKeys(ctx, user)
			return err == nil && slices.ContainsFunc(keys, func(k awsops.AccessKey) bool { return k.ID == id })
		}})
	case 3: // an inline policy
		text := `{"Version":"2012-10-17","Statement":[{"Sid":"S` + mark + `","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`
		if _, err := admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &user, PolicyName: &inline, PolicyDocument: &text}); err == nil {
			w.replaced("the inline policy " + inline)
			w.add(lineThing("the inline policy "+inline, "user/"+user+" policy "+inline+" ", "S"+mark))
		}
	case 4: // a managed policy
		arn := "arn:aws:iam::aws:policy/ReadOnlyAccess"
		if _, err := admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: &arn}); err == nil {
			w.add(lineThing("a managed policy", "user/"+user+" attached "+arn))
		}
	case 5, 6: // a statement, in the place of ours of the same Sid
		s := policy.Statement{
			Sid: sid, Effect: effect, Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::777788889999:root"}}},
			Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::" + first + "/" + mark + "/*"}},
		}
		live, err := w.session(customer).BucketPolicy(ctx, first, customer)
		if err != nil {
			return
		}
		merged := policy.Merge(live, s)
		if _, err := w.session(customer).Perform(ctx, awsops.SetBucketPolicy{Bucket: first, Owner: customer, Before: live, After: &merged}); err == nil {
			t := statementThing(first, s)
			w.replaced(t.what)
			w.add(t)
		}
	case 7, 8: // a file, over ours perhaps
		out, err := w.s3(customer).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(first), Key: &key, Body: strings.NewReader(mark)})
		if err == nil {
			w.replaced("the file " + key)
			w.add(lineThing("the file "+key, fmt.Sprintf("object %q ", key), "etag "+aws.ToString(out.ETag)))
		}
	case 9:
		w.version(first, status)
		w.note("versions are %s", status)
	}
}

// actOnRole is act for what is about the firm's role, in the place of its user.
func (w *world) actOnRole(how int, role, mark, tag, inline string) bool {
	ctx, admin := w.t.Context(), w.iam(firm)
	who := awsops.RoleIn(firm, role)
	create := func(run string) {
		trust := policy.Trust(policy.AccountARN("aws", firm)).Compact()
		_, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &role, AssumeRolePolicyDocument: &trust, Tags: []iamtypes.Tag{
			{Key: aws.String("created-by"), Value: aws.String("crossgrant")}, {Key: aws.String("crossgrant-run"), Value: &run}, {Key: aws.String("owner"), Value: &mark},
		}})
		if err == nil {
			w.add(taggedThing(who, "owner", mark))
		}
	}
	managed := aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	switch how {
	case 0:
		create(tag)
	case 1: // the run's role, made anew with its tags
		was, err := w.session(firm).Principal(ctx, who)
		if err != nil || was == nil || w.noUser || len(was.Tags) > 0 {
			return true
		}
		has, err := w.session(firm).Subordinates(ctx, who, nil)
		if err != nil {
			return true
		}
		for _, name := range has.Inline {
			_, _ = admin.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: &name})
			w.replaced("the inline policy " + name)
		}
		_, _ = admin.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: managed})
		w.replaced("a managed policy")
		if _, err := admin.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &role}); err == nil {
			create(was.Run)
		}
	case 3:
		text := `{"Version":"2012-10-17","Statement":[{"Sid":"S` + mark + `","Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`
		if _, err := admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &inline, PolicyDocument: &text}); err == nil {
			w.replaced("the inline policy " + inline)
			w.add(lineThing("the inline policy "+inline, "role/"+role+" policy "+inline+" ", "S"+mark))
		}
	case 4:
		if _, err := admin.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: managed}); err == nil {
			w.add(lineThing("a managed policy", "role/"+role+" attached "+*managed))
		}
	default:
		return false
	}
	return true
}

// anew deletes a user with all that it has and makes it anew with the same tags.
func (w *world) anew(admin *iam.Client, name, mark string) bool {
	ctx := w.t.Context()
	tags, err := admin.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: &name})
	if err != nil {
		return false
	}
	if keys, err := admin.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &name}); err == nil {
		for _, k := range keys.AccessKeyMetadata {
			_, _ = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: k.AccessKeyId})
			w.replaced("the access key " + aws.ToString(k.AccessKeyId))
		}
	}
	if inline, err := admin.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: &name}); err == nil {
		for _, p := range inline.PolicyNames {
			_, _ = admin.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &p})
			w.replaced("the inline policy " + p)
		}
	}
	_, _ = admin.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &name, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	w.replaced("a managed policy")
	if _, err := admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name}); err != nil {
		return false
	}
	for _, t := range tags.Tags {
		if aws.ToString(t.Key) == "owner" {
			w.replaced("the user " + name + " with the tag " + aws.ToString(t.Value))
		}
	}
	kept := slices.DeleteFunc(tags.Tags, func(t iamtypes.Tag) bool { return aws.ToString(t.Key) == "owner" })
	if _, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: &name, Tags: append(kept, iamtypes.Tag{Key: aws.String("owner"), Value: &mark})}); err != nil {
		return false
	}
	w.add(userThing(firm, name, "owner", mark))
	return true
}
