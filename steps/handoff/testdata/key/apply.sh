#!/usr/bin/env bash
# Lets the account 444455556666 ("the firm") into the bucket my.test.bucket.
#
#   bash apply.sh         show the change to the bucket's policy, ask, apply it
#   bash apply.sh undo    show the change that takes it out again, ask, apply it
#
# Sign in first as an administrator of the account that owns the bucket; AWS_PROFILE says
# as whom. Every other statement of the policy stays. The policy as it was is saved in
# this folder. Needed are the AWS CLI and jq.
set -euo pipefail
umask 077
export AWS_PAGER=''
bucket='my.test.bucket'
owner='111122223333' # the account that owns the bucket; empty: the one that is signed in
firm='444455556666'
ours=$(jq -cs . <<'STATEMENTS'
{"Sid":"CrossgrantFirm444455556666545350f8","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["s3:PutObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":["arn:aws:s3:::my.test.bucket/incoming/it's \"new\" %{x}/*"],"Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/test-writer"},"DateLessThan":{"aws:CurrentTime":"2032-01-01T00:00:00Z"}}}
STATEMENTS
)

fail() { printf 'apply.sh: %s\n' "$1" >&2 && exit 1; }

# live is the policy as it is now, nothing where there is none.
live() {
	aws s3api get-bucket-policy --bucket "$bucket" --expected-bucket-owner "$owner" --query Policy --output text 2>"$errors" && return
	grep -q NoSuchBucketPolicy "$errors" || fail "the bucket's policy could not be read: $(cat "$errors")"
}

# edited is the policy as it is to be, nothing where no statement is left. Ours take the
# place of older ones with their Sids. Undo takes out only what lets in the firm.
edited() {
	jq -cn --arg way "$1" --arg firm "$firm" --argjson ours "$ours" --argjson live "${before:-null}" '
		def listed: if type == "array" then . else [.] end;
		def our: .Sid as $sid | any($ours[]; .Sid == $sid) and .Effect == "Allow" and
			((.Principal.AWS? // "") | listed | map(split(":") | if length > 1 then .[4] else .[0] end) == [$firm]);
		if any($live | .. | numbers; . > 9007199254740991) then error("a number in the policy is too long for jq") else . end
		| $live // {Version: "2012-10-17", Statement: []} | .Statement |= listed
		| if $way == "undo" then .Statement |= map(select(our | not)) | select(.Statement != [])
		else reduce $ours[] as $new (.;
			(.Statement | map(.Sid == $new.Sid) | index(true) // length) as $at | .Statement[$at] = $new) end'
}

# standing are our statements in a policy, in one form however they are written.
standing() {
	jq -cS --argjson ours "$ours" '
		[$ours[].Sid as $sid | .Statement | if type == "array" then .[] else . end | select(.Sid == $sid)]
		| map(walk(if type == "array" then sort | if length == 1 then .[0] else . end else . end))' <<<"${1:-null}"
}

receipt() { # for a policy
	echo "Beside this the policy of the bucket's KMS key needs the statement in key-policy.json: see README.md."
	hash=$(standing "$1" | tr -d '\n' | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-64)
	printf 'Send this line to the firm:\ncrossgrant receipt v1 bucket=%s account=%s region=%s sha256=%s\n' "$bucket" "$owner" "$region" "$hash"
}

way=${1:-apply}
[ "$way" = apply ] || [ "$way" = undo ] || fail "use it as: bash apply.sh, or: bash apply.sh undo"
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
account=$(aws sts get-caller-identity --query Account --output text)
owner=${owner:-$account}
[ "$account" = "$owner" ] || fail "you are signed in to the account $account, and the bucket is in the account $owner. Nothing was changed."
region=$(aws s3api get-bucket-location --bucket "$bucket" --expected-bucket-owner "$owner" --output text \
	--query "LocationConstraint == 'EU' && 'eu-west-1' || LocationConstraint || 'us-east-1'")
before=$(live)
after=$(edited "$way")
if [ "$(standing "$before")" = "$(standing "$after")" ]; then
	echo "Nothing to do: the policy of $bucket is so already."
	[ "$way" = undo ] || receipt "$before"
	exit
fi
[ "$(printf %s "$after" | wc -c)" -le 20480 ] || fail "the policy would be longer than the 20 KB that AWS takes. Nothing was changed."

echo "The policy of $bucket would change so (- before, + after):"
diff -u <(jq . <<<"${before:-null}") <(jq . <<<"${after:-null}") | tail -n +3 || true
printf 'Type yes to apply this: '
read -r answer || answer=''
[ "$answer" = yes ] || fail "you did not say yes. Nothing was changed."
[ "$(live)" = "$before" ] || fail "somebody changed the policy meanwhile. Nothing was changed: run this again."
backup=$bucket-policy-before-$(date -u +%Y%m%dT%H%M%SZ)-$$.json
[ -z "$before" ] || { printf '%s\n' "$before" >"$backup" && echo "The policy as it was is saved: $backup"; }
if [ -n "$after" ]; then
	aws s3api put-bucket-policy --bucket "$bucket" --expected-bucket-owner "$owner" --policy "$after"
else
	aws s3api delete-bucket-policy --bucket "$bucket" --expected-bucket-owner "$owner"
fi
for _ in 1 2 3 4 5; do # AWS may take a moment to show it
	now=$(live)
	if [ "$(standing "$now")" = "$(standing "$after")" ]; then
		echo "Done."
		[ "$way" = undo ] || receipt "$now"
		exit
	fi
	sleep 2
done
fail "AWS took the policy, but does not show it as it was sent. Look at it before you go on."
