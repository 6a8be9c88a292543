import boto3, io, os, botocore
s3 = boto3.client("s3")
b = "my.test.bucket"
data = os.urandom(11 << 20)
s3.upload_fileobj(io.BytesIO(data), b, "dir/big")
out = io.BytesIO(); s3.download_fileobj(b, "dir/big", out); assert out.getvalue() == data
s3.put_object(Bucket=b, Key="a b/ü+%/..//x", Body=b"odd", Metadata={"who": "me"}, Tagging="k=v", ContentType="text/plain")
h = s3.get_object(Bucket=b, Key="a b/ü+%/..//x")
assert h["Body"].read() == b"odd" and h["Metadata"] == {"who": "me"} and h["TagCount"] == 1 and h["ContentType"] == "text/plain", h
assert s3.get_object_tagging(Bucket=b, Key="a b/ü+%/..//x")["TagSet"] == [{"Key": "k", "Value": "v"}]
for algorithm in ["CRC32", "SHA1", "SHA256"]:
    s3.put_object(Bucket=b, Key="sum", Body=b"x", ChecksumAlgorithm=algorithm)
    assert "Checksum" + algorithm in s3.head_object(Bucket=b, Key="sum", ChecksumMode="ENABLED")
names = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=b, PaginationConfig={"PageSize": 1}) for o in page["Contents"]]
assert names == ["a b/ü+%/..//x", "dir/big", "sum"], names
names = [o["Key"] for page in s3.get_paginator("list_objects").paginate(Bucket=b, PaginationConfig={"PageSize": 1}) for o in page["Contents"]]
assert names == ["a b/ü+%/..//x", "dir/big", "sum"], names
try:
    s3.upload_part(Bucket=b, Key="k", UploadId="none", PartNumber=1, Body=b"")
    raise SystemExit("an upload that is not there took a part")
except botocore.exceptions.ClientError as e:
    assert e.response["Error"]["Code"] == "NoSuchUpload", e
deleted = s3.delete_objects(Bucket=b, Delete={"Objects": [{"Key": n} for n in names] + [{"Key": "none"}]})["Deleted"]
assert len(deleted) == 4, deleted
assert "Contents" not in s3.list_objects_v2(Bucket=b)
