import boto3
from botocore.exceptions import ClientError
iam = boto3.Session(profile_name="my_awesome_customer").client("iam")
user = iam.create_user(UserName="u", Path="/p/")["User"]
assert user["Arn"] == "arn:aws:iam::111122223333:user/p/u", user
assert iam.get_user(UserName="u")["User"]["CreateDate"] == user["CreateDate"]
key = iam.create_access_key(UserName="u")["AccessKey"]
session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
assert session.client("sts").get_caller_identity()["UserId"] == user["UserId"]
iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}')
mine = session.client("iam")
assert [u["UserName"] for p in mine.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1}) for u in p["Users"]] == ["admin", "u"]
assert iam.get_user_policy(UserName="u", PolicyName="p")["PolicyDocument"]["Statement"][0]["Action"] == "iam:ListUsers"
try:
    mine.delete_user(UserName="u")
    raise AssertionError("it was not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "AccessDenied" and "iam:DeleteUser" in e.response["Error"]["Message"], e
iam.delete_access_key(UserName="u", AccessKeyId=key["AccessKeyId"])
iam.delete_user_policy(UserName="u", PolicyName="p")
iam.delete_user(UserName="u")
try:
    iam.get_user(UserName="u")
    raise AssertionError("it is still there")
except iam.exceptions.NoSuchEntityException:
    pass
