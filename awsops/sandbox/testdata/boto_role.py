import boto3
from botocore.exceptions import ClientError
from urllib.request import urlopen

firm = boto3.Session(profile_name="my_firm")
customer = boto3.Session(profile_name="my_awesome_customer").client("s3")
iam, sts = firm.client("iam"), firm.client("sts")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return
    raise AssertionError("it was not refused")


trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}'
role = iam.create_role(RoleName="writer", Path="/in/", AssumeRolePolicyDocument=trust, Description="d", Tags=[{"Key": "run", "Value": "1"}], MaxSessionDuration=7200)["Role"]
assert role["Arn"] == "arn:aws:iam::444455556666:role/in/writer" and role["RoleId"].startswith("AROA"), role
iam.get_waiter("role_exists").wait(RoleName="writer")
got = iam.get_role(RoleName="writer")["Role"]
assert got["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}, got
assert (got["MaxSessionDuration"], got["Description"], got["Tags"], got["RoleLastUsed"]) == (7200, "d", [{"Key": "run", "Value": "1"}], {}), got
assert [r["RoleName"] for p in iam.get_paginator("list_roles").paginate(PathPrefix="/in/") for r in p["Roles"]] == ["writer"]
assert iam.list_role_tags(RoleName="writer")["Tags"] == [{"Key": "run", "Value": "1"}]

iam.put_role_policy(RoleName="writer", PolicyName="p", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::my.test.bucket/*"}]}')
assert iam.get_role_policy(RoleName="writer", PolicyName="p")["PolicyDocument"]["Statement"][0]["Action"] == "s3:*"
answer = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="night", DurationSeconds=900)
keys = answer["Credentials"]
assert answer["AssumedRoleUser"] == {"AssumedRoleId": role["RoleId"] + ":night", "Arn": "arn:aws:sts::444455556666:assumed-role/writer/night"}, answer
session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
assert session.client("sts").get_caller_identity()["UserId"] == role["RoleId"] + ":night"

s3 = session.client("s3")
refused("AccessDenied", s3.put_object, Bucket="my.test.bucket", Key="k", Body=b"x")
customer.put_bucket_policy(Bucket="my.test.bucket", Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::my.test.bucket/*"}]}' % role["Arn"])
s3.put_object(Bucket="my.test.bucket", Key="k", Body=b"x")
assert urlopen(s3.generate_presigned_url("get_object", Params={"Bucket": "my.test.bucket", "Key": "k"})).read() == b"x"
refused("InvalidToken", boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], "x").client("s3").put_object, Bucket="my.test.bucket", Key="k")

refused("DeleteConflict", iam.delete_role, RoleName="writer")
iam.delete_role_policy(RoleName="writer", PolicyName="p")
iam.delete_role(RoleName="writer")
refused("NoSuchEntity", iam.get_role, RoleName="writer")
assert role["RoleId"] in customer.get_bucket_policy(Bucket="my.test.bucket")["Policy"]
