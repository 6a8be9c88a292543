import json
import boto3
from botocore.exceptions import ClientError
customer, firm = boto3.Session(profile_name="my_awesome_customer"), boto3.Session(profile_name="my_firm")
kms, s3 = customer.client("kms"), customer.client("s3")
key = kms.create_key(Description="files")["KeyMetadata"]
assert key["KeyState"] == "Enabled" and key["KeyManager"] == "CUSTOMER" and key["CreationDate"].year > 2000, key
kms.create_alias(AliasName="alias/files", TargetKeyId=key["KeyId"])
assert [a["AliasName"] for p in kms.get_paginator("list_aliases").paginate() for a in p["Aliases"]] == ["alias/files"]
bucket = "my.test.bucket"
s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}]})
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
firms = firm.client("s3")
try:
    firms.put_object(Bucket=bucket, Key="k", Body=b"v")
    raise AssertionError("it was not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "AccessDenied" and "kms:GenerateDataKey" in e.response["Error"]["Message"], e
policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
policy["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*"})
kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy))
assert firms.put_object(Bucket=bucket, Key="k", Body=b"v")["SSEKMSKeyId"] == key["Arn"]
assert firms.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
kms.disable_key(KeyId=key["KeyId"])
try:
    firms.get_object(Bucket=bucket, Key="k")
    raise AssertionError("it was not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "KMS.DisabledException", e
try:
    kms.describe_key(KeyId="alias/none")
    raise AssertionError("it is there")
except kms.exceptions.NotFoundException:
    pass
assert kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
