package steps

// What the firm needs to know once the access is there: how a file is delivered, and
// what its software has to send.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
)

// Deliver is the command by which the saved key delivers a file that is called FILE.
func (f Facts) Deliver() string {
	command := f.DeliverAs(cmp.Or(f.KeyProfile, f.FirmUser))
	if f.KeyProfile != "" && f.KeyFile == usualCredentials() {
		return command
	}
	return "AWS_SHARED_CREDENTIALS_FILE=" + shell.Word(f.KeyFile) + " " + command
}

// DeliverAs is the command by which a profile delivers it. `aws s3 cp` has no option for
// If-None-Match in version 1 of the AWS CLI.
func (f Facts) DeliverAs(profile string) string {
	key := f.Prefix + "FILE"
	args, encryption, kmsKey := []string{"s3", "cp", "FILE", "s3://" + f.Bucket + "/" + key}, "--sse", "--sse-kms-key-id"
	if f.Grant().Access == policy.Add {
		encryption, kmsKey = "--server-side-encryption", "--ssekms-key-id"
		args = []string{"s3api", "put-object", "--bucket", f.Bucket, "--key", key, "--body", "FILE", "--if-none-match", "*"}
	}
	if f.Wrote.ACL != "" {
		args = append(args, "--acl", f.Wrote.ACL)
	}
	if f.Wrote.Encryption != "" {
		args = append(args, encryption, f.Wrote.Encryption)
	}
	if f.Wrote.KMSKey != "" {
		args = append(args, kmsKey, f.Wrote.KMSKey)
	}
	return shell.Command(slices.Concat([]string{"aws", "--profile", profile}, args, f.FirmEndpoints.Flag(args, false))...)
}

// needsKMS is what an encryption with a key of the customer's means for the firm. Sources:
// Protecting data using server-side encryption with AWS KMS keys; Allowing users in other
// accounts to use a KMS key.
const needsKMS = "Who writes the files needs kms:GenerateDataKey on it to write, and kms:Decrypt to read and to write large files, in parts: " +
	"the key's policy and a policy of its own must both allow them. crossgrant grants neither, and has not looked whether they are allowed."

// MustSend says what the firm's software has to send with a file, and what else a file
// needs, as far as the grant, the bucket's policy and its settings tell.
func (w *World) MustSend() (all []string) {
	grant := w.Grant()
	if grant.Writes() {
		if grant.Access == policy.Add {
			all = append(all, "Have the firm's software send the header If-None-Match: * with each file: without that S3 refuses it.")
		}
		all = append(all, w.demanded()...)
	}
	if w.KMSKey != "" {
		all = append(all, fmt.Sprintf("New files are encrypted with the customer's KMS key %s, whose policy has to let the firm's account in as long as the access lasts.", w.KMSKey))
	} else if w.settings.KMSKey != "" {
		all = append(all, fmt.Sprintf("New files are encrypted with the customer's KMS key %s. %s", w.settings.KMSKey, needsKMS))
	}
	return all
}

// lacksACL tells that a Deny demands an ACL, which the grant does not allow to set.
func (w *World) lacksACL(d policy.Denial) bool {
	return slices.ContainsFunc(d.Sends, func(h string) bool { return strings.HasPrefix(h, "x-amz-acl") }) &&
		!slices.Contains(w.Grant().Actions(), "s3:PutObjectAcl")
}

// demanded are the headers without which a Deny of the bucket's policy refuses files.
func (w *World) demanded() (all []string) {
	for _, d := range w.denials(call{as: Writer, action: "s3:PutObject", theirs: true, bare: true}) {
		if len(d.Sends) == 0 || d.Policy != "" {
			continue
		}
		which := "the files"
		if d.Partly {
			which = "the files that it is about"
		}
		said := fmt.Sprintf("%s refuses %s that come without the header %s: have the firm's software send it.", policy.Capital(d.Text), which, policy.Join(d.Sends, "or"))
		if w.lacksACL(d) {
			said += " Then the bucket's policy and the firm's own must also allow s3:PutObjectAcl, which this grant does not."
		}
		all = append(all, said)
	}
	return all
}
