# The article's command blocks, in its order. The test runs one after the other.
### setup-aws-writer-policy-overview
cat > /tmp/writer-policy.json<<EOF
{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
	        "AWS": "arn:aws:iam::${FIRM_ACCT}:root"
            },
            "Action": [
                "s3:GetObject",
                "s3:ListBucket",
		"s3:GetLifecycleConfiguration",
                "s3:PutObject",
                "s3:PutObjectAcl"
            ],
            "Resource": [
                "arn:aws:s3:::${BUCKET}",
                "arn:aws:s3:::${BUCKET}/*"
            ]
        }
    ]
}
EOF
### apply-aws-writer-bucket-policy-overview
aws s3api put-bucket-policy \
  --bucket ${BUCKET} --policy file:///tmp/writer-policy.json
### setup-aws-policy-for-iam-user
cat > /tmp/writer-policy-iam.json<<EOF
{
   "Version": "2012-10-17",
   "Statement": [
      {
         "Sid": "allowwriteruseriamaccess",
         "Effect": "Allow",
         "Action": [
            "s3:ListBucket",
            "s3:GetObject",
            "s3:PutObject",
            "s3:PutObjectAcl"
         ],
         "Resource": [
            "arn:aws:s3:::${BUCKET}",
            "arn:aws:s3:::${BUCKET}/*"
         ]
      }
   ]
}
EOF
### apply-aws-policy-for-iam-writer-user
aws iam put-user-policy --user-name $FIRM_IAM_USER \
  --policy-name writer-policy \
  --policy-document file:///tmp/writer-policy-iam.json
### setup-vars
export CUSTOMER_PROFILE=my_awesome_customer
export CUSTOMER_USER=test-customer
export CUSTOMER_AWS_ACCT=111122223333
export BUCKET=my.test.bucket
export FIRM_ACCT=444455556666
export FIRM_PROFILE=my_firm
export FIRM_IAM_USER=test-writer
### setup-aws-writer-policy
cat > /tmp/policy-for-firm-root.json<<EOF
{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
	        "AWS": "arn:aws:iam::${FIRM_ACCT}:root"
            },
            "Action": [
                "s3:GetObject",
                "s3:ListBucket",
		"s3:GetLifecycleConfiguration",
                "s3:PutObject",
                "s3:PutObjectAcl"
            ],
            "Resource": [
                "arn:aws:s3:::${BUCKET}",
                "arn:aws:s3:::${BUCKET}/*"
            ]
        }
    ]
}
EOF
### apply-aws-writer-bucket-policy
aws --profile ${CUSTOMER_PROFILE} s3api put-bucket-policy \
  --bucket $BUCKET --policy file:///tmp/policy-for-firm-root.json
### setup-customer-user
aws --profile $CUSTOMER_PROFILE iam create-user \
  --user-name ${CUSTOMER_USER} | tee /tmp/customer-user.json
### create-access-key-customer-user
aws --profile ${CUSTOMER_PROFILE} iam create-access-key \
  --user-name ${CUSTOMER_USER} | tee /tmp/creds_customer_user.json
### setup-aws-policy-for-customer
cat > /tmp/policy.json<<EOF
{
   "Version": "2012-10-17",
   "Statement": [
      {
         "Sid": "statement1",
         "Effect": "Allow",
         "Principal": {
            "AWS": "arn:aws:iam::${CUSTOMER_AWS_ACCT}:user/${CUSTOMER_USER}"
         },
         "Action": [
            "s3:GetBucketLocation",
            "s3:ListBucket"
         ],
         "Resource": [
            "arn:aws:s3:::${BUCKET}"
         ]
      },
      {
         "Sid": "statement2",
         "Effect": "Allow",
         "Principal": {
            "AWS": "arn:aws:iam::${CUSTOMER_AWS_ACCT}:user/${CUSTOMER_USER}"
         },
         "Action": [
             "s3:GetObject",
             "s3:PutObject",
             "s3:PutObjectAcl"
         ],
         "Resource": [
            "arn:aws:s3:::${BUCKET}/*"
         ]
      }
   ]
}
EOF
### apply-aws-customer-bucket-policy
aws --profile ${CUSTOMER_PROFILE} s3api put-bucket-policy \
  --bucket $BUCKET --policy file:///tmp/policy.json
### test-customer-write-bucket
echo "Example file with date `date`" > /tmp/example-file.txt
AWS_ACCESS_KEY_ID=`jq -r .AccessKey.AccessKeyId /tmp/creds_customer_user.json` \
  AWS_SECRET_ACCESS_KEY=`jq -r .AccessKey.SecretAccessKey /tmp/creds_customer_user.json` \
  aws s3api put-object --bucket $BUCKET --key example-file.txt \
  --body /tmp/example-file.txt
AWS_ACCESS_KEY_ID=`jq -r .AccessKey.AccessKeyId /tmp/creds_customer_user.json` \
  AWS_SECRET_ACCESS_KEY=`jq -r .AccessKey.SecretAccessKey /tmp/creds_customer_user.json` \
  aws s3api get-object --bucket $BUCKET --key example-file.txt /tmp/out.txt
cat /tmp/out.txt
### apply-aws-writer-bucket-policy
aws --profile ${CUSTOMER_PROFILE} s3api put-bucket-policy \
  --bucket $BUCKET --policy file:///tmp/policy-for-firm-root.json
### aws-make-writer-user
aws --profile ${FIRM_PROFILE} iam create-user \
  --user-name $FIRM_IAM_USER | tee /tmp/writer-user.json
### create-access-key-for-writer
aws --profile ${FIRM_PROFILE} iam create-access-key \
  --user-name $FIRM_IAM_USER | tee /tmp/writer-creds.json
### setup-aws-policy-for-iam-user
cat > /tmp/writer-policy-iam.json<<EOF
{
   "Version": "2012-10-17",
   "Statement": [
      {
         "Sid": "allowwriteruseriamaccess",
         "Effect": "Allow",
         "Action": [
            "s3:ListBucket",
            "s3:GetObject",
            "s3:PutObject",
            "s3:PutObjectAcl"
         ],
         "Resource": [
            "arn:aws:s3:::${BUCKET}",
            "arn:aws:s3:::${BUCKET}/*"
         ]
      }
   ]
}
EOF
### apply-aws-policy-for-iam-writer-user
aws --profile ${FIRM_PROFILE} \
  iam put-user-policy --user-name $FIRM_IAM_USER --policy-name writer-policy \
  --policy-document file:///tmp/writer-policy-iam.json
### test-write-bucket-from-writer
rm -f /tmp/out.txt
echo "Example file with date `date`" > /tmp/example-file.txt
AWS_ACCESS_KEY_ID=`jq -r .AccessKey.AccessKeyId /tmp/writer-creds.json` \
  AWS_SECRET_ACCESS_KEY=`jq -r .AccessKey.SecretAccessKey /tmp/writer-creds.json` \
  aws s3api put-object --bucket $BUCKET --key example-file.txt \
  --body /tmp/example-file.txt
AWS_ACCESS_KEY_ID=`jq -r .AccessKey.AccessKeyId /tmp/writer-creds.json` \
  AWS_SECRET_ACCESS_KEY=`jq -r .AccessKey.SecretAccessKey /tmp/writer-creds.json` \
  aws s3api get-object --bucket $BUCKET --key example-file.txt /tmp/out.txt
cat /tmp/out.txt
### cleanup-customer-side
aws --profile ${CUSTOMER_PROFILE} iam delete-access-key \
   --user-name ${CUSTOMER_USER} --access-key-id \
     `jq -r .AccessKey.AccessKeyId /tmp/creds_customer_user.json`
aws --profile ${CUSTOMER_PROFILE} iam delete-user \
  --user-name $CUSTOMER_USER
### cleanup-firm-side
aws --profile ${FIRM_PROFILE} iam delete-user-policy \
  --user-name $FIRM_IAM_USER --policy-name writer-policy 
aws --profile ${FIRM_PROFILE} iam delete-access-key \
  --access-key-id `jq -r .AccessKey.AccessKeyId /tmp/writer-creds.json` \
  --user-name $FIRM_IAM_USER
aws --profile ${FIRM_PROFILE} iam delete-user \
  --user-name $FIRM_IAM_USER
