package policy

// Sids of the statements that crossgrant puts into a bucket policy. A firm's
// statement carries the firm's account id, so that grants to several firms
// stand beside each other.
const (
	SidFirm            = "CrossgrantFirm" // + the firm's 12-digit account id
	SidTestUserBucket  = "CrossgrantTestUserBucket"
	SidTestUserObjects = "CrossgrantTestUserObjects"
	SidWriter          = "allowwriteruseriamaccess" // in the firm user's inline policy
)

// FirmGrant is the customer's half: the statement that lets the firm's account
// into the bucket. Granting the account lets the firm's administrators pass the
// access on; it is not a grant to the root user.
func FirmGrant(partition, firmAccount, bucket string) Statement {
	return Statement{
		Sid:       SidFirm + firmAccount,
		Effect:    "Allow",
		Principal: &Principal{AWS: one(AccountARN(partition, firmAccount))},
		Action: list(
			"s3:GetObject",
			"s3:ListBucket",
			"s3:GetLifecycleConfiguration",
			"s3:PutObject",
			"s3:PutObjectAcl",
		),
		Resource: list(bucketARN(partition, bucket), bucketARN(partition, bucket)+"/*"),
	}
}

// TestUserGrant lets one user of the customer's own account read and write. In
// one account the bucket policy alone is enough.
func TestUserGrant(userARN, bucket string) []Statement {
	arn := bucketARN(PartitionOf(userARN), bucket)
	return []Statement{
		{
			Sid:       SidTestUserBucket,
			Effect:    "Allow",
			Principal: &Principal{AWS: one(userARN)},
			Action:    list("s3:GetBucketLocation", "s3:ListBucket"),
			Resource:  list(arn),
		},
		{
			Sid:       SidTestUserObjects,
			Effect:    "Allow",
			Principal: &Principal{AWS: one(userARN)},
			Action:    list("s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"),
			Resource:  list(arn + "/*"),
		},
	}
}

// WriterPolicy is the firm's half: the inline policy by which the firm's
// administrator passes the access on to one of its users.
func WriterPolicy(partition, bucket string) Document {
	return New(Statement{
		Sid:      SidWriter,
		Effect:   "Allow",
		Action:   list("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"),
		Resource: list(bucketARN(partition, bucket), bucketARN(partition, bucket)+"/*"),
	})
}

// AccountARN is an account as a principal: its administrators decide who in it.
func AccountARN(partition, account string) string {
	return "arn:" + partition + ":iam::" + account + ":root"
}

// Trust is the trust policy of a role: whom it lets assume the role, each by the ARN of an
// account, a user, a role or a session.
func Trust(principals ...string) Document {
	who := list(principals...)
	who.bare = len(principals) == 1
	return New(Statement{Effect: "Allow", Principal: &Principal{AWS: who}, Action: one("sts:AssumeRole")})
}

// IsTrust tells whether a trust policy is one that crossgrant writes.
func IsTrust(d *Document) bool {
	if d == nil || len(d.Statements) != 1 || d.Statements[0].Principal == nil {
		return false
	}
	return Equal(*d, Trust(d.Statements[0].Principal.AWS.Values...))
}

// New returns a document of today's version (2012-10-17) with these statements.
func New(statements ...Statement) Document {
	if statements == nil {
		statements = []Statement{}
	}
	return Document{Version: "2012-10-17", Statements: statements}
}

func bucketARN(partition, bucket string) string { return "arn:" + partition + ":s3:::" + bucket }

func one(value string) List { return List{Values: []string{value}, bare: true} }

func list(values ...string) List { return List{Values: values} }
