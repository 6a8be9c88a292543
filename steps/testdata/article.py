"""The article's procedure with boto3 and nothing else: no look before a call, no
check after it, no record, no wait. It is what crossgrant is measured against.

The profiles, endpoint and region come from the files that AWS_CONFIG_FILE and
AWS_SHARED_CREDENTIALS_FILE name, the rest from the article's own variables. It
prints the seconds from before the first call to after the last; imports and the
making of clients are not counted.

The calls, in the article's order:

    customer    1  PutBucketPolicy     the firm's account is let in
                2  CreateUser          the test user
                3  CreateAccessKey
                4  PutBucketPolicy     the test user is let in
    test user   5  PutObject
                6  GetObject
    customer    7  PutBucketPolicy     back to the firm's account alone
    firm        8  CreateUser          the firm's user
                9  CreateAccessKey
               10  PutUserPolicy
    its user   11  PutObject
               12  GetObject
    customer   13  DeleteAccessKey
               14  DeleteUser
    firm       15  DeleteUserPolicy
               16  DeleteAccessKey
               17  DeleteUser

Like the article it leaves the bucket's last policy and the object.
"""

import json
import os
import time

import boto3

BUCKET = os.environ["BUCKET"]
CUSTOMER_USER = os.environ["CUSTOMER_USER"]
FIRM_IAM_USER = os.environ["FIRM_IAM_USER"]
BOTH = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(actions, resources, **more):
    return {"Effect": "Allow", "Action": ["s3:" + a for a in actions], "Resource": resources, **more}


firm_root = {"AWS": f"arn:aws:iam::{os.environ['FIRM_ACCT']}:root"}
test_user = {"AWS": f"arn:aws:iam::{os.environ['CUSTOMER_AWS_ACCT']}:user/{CUSTOMER_USER}"}
FOR_THE_FIRM = policy(
    allow(["GetObject", "ListBucket", "GetLifecycleConfiguration", "PutObject", "PutObjectAcl"], BOTH, Principal=firm_root)
)
FOR_THE_TEST_USER = policy(
    allow(["GetBucketLocation", "ListBucket"], BOTH[:1], Principal=test_user),
    allow(["GetObject", "PutObject", "PutObjectAcl"], BOTH[1:], Principal=test_user),
)
OF_THE_FIRMS_USER = policy(allow(["ListBucket", "GetObject", "PutObject", "PutObjectAcl"], BOTH))


class User:
    """A client made before its key is: signing reads the key at each call."""

    def __init__(self):
        session = boto3.Session("not", "yet")
        self.credentials = session.get_credentials()
        self.s3 = session.client("s3")

    def use(self, key):
        self.credentials.access_key = key["AccessKeyId"]
        self.credentials.secret_key = key["SecretAccessKey"]

    def write_and_read(self):
        self.s3.put_object(Bucket=BUCKET, Key="example-file.txt", Body=b"Example file\n")
        self.s3.get_object(Bucket=BUCKET, Key="example-file.txt")["Body"].read()


customer = boto3.Session(profile_name=os.environ["CUSTOMER_PROFILE"])
customer_s3, customer_iam = customer.client("s3"), customer.client("iam")
firm_iam = boto3.Session(profile_name=os.environ["FIRM_PROFILE"]).client("iam")
tester, writer = User(), User()

start = time.perf_counter()

customer_s3.put_bucket_policy(Bucket=BUCKET, Policy=FOR_THE_FIRM)
customer_iam.create_user(UserName=CUSTOMER_USER)
customer_key = customer_iam.create_access_key(UserName=CUSTOMER_USER)["AccessKey"]
customer_s3.put_bucket_policy(Bucket=BUCKET, Policy=FOR_THE_TEST_USER)
tester.use(customer_key)
tester.write_and_read()
customer_s3.put_bucket_policy(Bucket=BUCKET, Policy=FOR_THE_FIRM)

firm_iam.create_user(UserName=FIRM_IAM_USER)
firm_key = firm_iam.create_access_key(UserName=FIRM_IAM_USER)["AccessKey"]
firm_iam.put_user_policy(UserName=FIRM_IAM_USER, PolicyName="writer-policy", PolicyDocument=OF_THE_FIRMS_USER)
writer.use(firm_key)
writer.write_and_read()

customer_iam.delete_access_key(UserName=CUSTOMER_USER, AccessKeyId=customer_key["AccessKeyId"])
customer_iam.delete_user(UserName=CUSTOMER_USER)
firm_iam.delete_user_policy(UserName=FIRM_IAM_USER, PolicyName="writer-policy")
firm_iam.delete_access_key(UserName=FIRM_IAM_USER, AccessKeyId=firm_key["AccessKeyId"])
firm_iam.delete_user(UserName=FIRM_IAM_USER)

print(time.perf_counter() - start)
