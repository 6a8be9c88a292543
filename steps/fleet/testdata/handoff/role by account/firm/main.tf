# The firm's half for all customers of customers.csv: the role nightly may use their
# buckets, as far as they let it in. Run it in the firm's account 4444-5555-6666.
# A customer more is a line more in customers.csv, and a plan that shows it.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  customers = csvdecode(file("${path.module}/customers.csv"))
  rules     = jsondecode(file("${path.module}/rules.json")) # what each access needs

  # A managed policy has room for 6,144 characters, which are the customers of one part, and
  # a role for ten policies. Where AWS says that one is too long, make the parts smaller.
  parts = chunklist(local.customers, 16)

  # What differs in the bucket and its owner alone is one statement. The policies name the
  # customers' accounts and not their buckets: there are too many, or it was asked for.
  policies = { for i, part in local.parts : format("%02d", i + 1) => jsonencode({
    Version = "2012-10-17"
    Statement = flatten([for rule in local.rules : [
      for prefix, of in { for c in part : (rule.files ? "" : c.prefix) => c... if contains(rule.access, c.access) } : {
        Effect = "Allow"
        Action = rule.actions
        Resource = distinct([
          for c in of : join("", ["arn:aws:s3:::", "*", rule.files ? "/${c.prefix}*" : ""])
        ])
        Condition = merge(
          { StringEquals = { "s3:ResourceAccount" = distinct(of[*].customer_account) } },
          rule.conditions,
          { for p in [prefix] : "StringLike" => { "s3:prefix" = "${p}*" } if p != "" },
        )
      }
    ]])
  }) }
}

resource "aws_iam_role" "writer" {
  name               = "nightly"
  assume_role_policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:role/ci\"},\"Action\":\"sts:AssumeRole\"}]}"
}

resource "aws_iam_policy" "crossgrant" {
  for_each = local.policies

  name   = "crossgrant-nightly-${each.key}"
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "crossgrant" {
  for_each = local.policies

  role       = aws_iam_role.writer.name
  policy_arn = aws_iam_policy.crossgrant[each.key].arn
}
