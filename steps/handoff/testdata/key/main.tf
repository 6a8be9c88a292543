# Terraform replaces the policy of a bucket as a whole, also one that is there and that it
# does not manage. So give what is there now as existing_policy, or, where your
# configuration has the policy already, add the statements below to it. terraform plan
# shows the difference. Taking this out again deletes the policy of the bucket: where
# there was one, put yours back in the same change.
# The bucket's KMS key has a policy of its own, which this does not change. It needs the
# statement in key-policy.json: see README.md.
variable "existing_policy" {
  description = "The policy of the bucket as it is now, as JSON. Leave it out only where the bucket has none."
  type        = string
  default     = null
}

data "aws_iam_policy_document" "crossgrant" {
  source_policy_documents = var.existing_policy == null ? [] : [var.existing_policy]

  statement {
    sid       = "CrossgrantFirm444455556666545350f8"
    effect    = "Allow"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["arn:aws:s3:::my.test.bucket/incoming/it's \"new\" %%{x}/*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::444455556666:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:aws:iam::444455556666:user/test-writer"]
    }

    condition {
      test     = "DateLessThan"
      variable = "aws:CurrentTime"
      values   = ["2032-01-01T00:00:00Z"]
    }
  }
}

resource "aws_s3_bucket_policy" "crossgrant" {
  bucket = "my.test.bucket"
  policy = data.aws_iam_policy_document.crossgrant.json
}
