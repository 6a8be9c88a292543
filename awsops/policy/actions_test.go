package policy

import "testing"

func TestActionLevel(t *testing.T) {
	for _, c := range []struct {
		action string
		level  Level
		known  bool
	}{
		{"s3:ListBucket", OnBucket, true},
		{"S3:listbucket", OnBucket, true},
		{"s3:GetBucketLocation", OnBucket, true},
		{"s3:GetLifecycleConfiguration", OnBucket, true},
		{"s3:GetObject", OnObject, true},
		{"s3:PutObjectAcl", OnObject, true},
		{"s3:AbortMultipartUpload", OnObject, true},
		{"s3:ListMultipartUploadParts", OnObject, true},
		{"s3:ListAllMyBuckets", OnOther, true},
		{"s3:TagResource", OnBucket | OnOther, true},
		{"s3:*", OnBucket | OnObject | OnOther, true},
		{"*", OnBucket | OnObject | OnOther, true},
		{"s3:GetObject*", OnObject, true},
		{"s3:*Acl", OnBucket | OnObject, true},
		{"s3:ListBucket?ersions", OnBucket, true},
		{"s3:HeadObject", 0, false},
		{"s3:ListObjects", 0, false},
		{"s3:Nothing*", 0, false},
		{"s3:", 0, false},
		{"GetObject", 0, false},
		{"iam:GetUser", 0, false},
	} {
		if level, known := ActionLevel(c.action); level != c.level || known != c.known {
			t.Errorf("ActionLevel(%q) = %d, %t; want %d, %t", c.action, level, known, c.level, c.known)
		}
	}
}

func TestNearestAction(t *testing.T) {
	for action, want := range map[string]string{
		"s3:PutObjects":     "s3:PutObject",
		"s3:GetObjct":       "s3:GetObject",
		"s3:putobjectACLs":  "s3:PutObjectAcl",
		"s3:HeadObject":     "s3:GetObject",
		"s3:ListObjectsV2":  "s3:ListBucket",
		"s3:HeadBucket":     "s3:ListBucket",
		"s3:SomethingQuite": "",
	} {
		if got := nearestAction(action); got != want {
			t.Errorf("nearestAction(%q) = %q, want %q", action, got, want)
		}
	}
}

func TestEveryOtherNameLeadsToAnAction(t *testing.T) {
	for name, meant := range otherwise {
		if _, known := ActionLevel("s3:" + meant); !known {
			t.Errorf("%s leads to %s, which is no action", name, meant)
		}
		if _, known := ActionLevel("s3:" + name); known {
			t.Errorf("%s is an action itself", name)
		}
	}
}

func TestActionOf(t *testing.T) {
	for operation, want := range map[string]string{
		"PutObject": "s3:PutObject", "ListObjectsV2": "s3:ListBucket", "HeadObject": "s3:GetObject", "UploadPart": "s3:PutObject",
		"PutBucketPolicy": "s3:PutBucketPolicy", "GetBucketEncryption": "s3:GetEncryptionConfiguration", "DescribeInstances": "", "": "",
	} {
		if got := ActionOf(operation); got != want {
			t.Errorf("%s is governed by %q, not by %q", operation, got, want)
		}
	}
}
