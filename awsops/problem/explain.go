package problem

// From the text of an error that somebody pastes, of whatever program, to what it means.

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"crossgrant/awsops/policy"
)

// An Explanation is what a pasted error means. Nothing of the text is in it but names: who
// was refused what, by which policy, and the request's id.
type Explanation struct {
	Cause     policy.Cause `json:"cause"`
	Side      string       `json:"side"` // who must act
	Summary   string       `json:"summary"`
	Detail    string       `json:"detail"`
	Fixes     []string     `json:"fixes"`
	Statement string       `json:"statement,omitempty"` // the ARN of the policy that denies
	Code      string       `json:"code,omitempty"`      // AWS's
	RequestID string       `json:"request_id,omitempty"`
}

// sides are who must act, where it follows from the cause.
var sides = map[policy.Cause]string{
	policy.NoCause: "none", policy.BothMissing: "both",
	policy.BadCredentials: "here", policy.WrongClock: "here", policy.WrongRegion: "here", policy.NoSuchBucket: "here", policy.NotTheirBucket: "here", policy.TLSRequired: "here",
	policy.FirmPolicyMissing: "firm", policy.FirmPolicyDeny: "firm", policy.OverBoundary: "firm", policy.KMSFirmPolicy: "firm",
	policy.ACLNotTaken: "firm", policy.ACLRequired: "firm", policy.HeaderRequired: "firm", policy.RequesterPays: "firm", // who sends the files
	policy.BucketPolicyMissing: "customer", policy.BucketPolicyDeny: "customer", policy.BlockPublicAccess: "customer", policy.KMSKeyPolicy: "customer", policy.KMSNotShareable: "customer",
	policy.KMSKeyUnusable: "customer", policy.ObjectLock: "customer", policy.WrongBucket: "customer", policy.WrongPrincipal: "customer", policy.WrongAccount: "customer", policy.PrincipalDeleted: "customer",
	policy.OrganisationOrNetwork: "organisation",
}

// SideOf is who must act about a cause, "unknown" where that does not follow from it.
func SideOf(c policy.Cause) string { return cmp.Or(sides[c], "unknown") }

// Explain says what the text of an error means: one of the AWS CLI, of an SDK, of Terraform,
// of S3's XML, of JSON or of the console. It asks nobody. What it does not know it says so.
func Explain(text string) Explanation {
	s := read(text)
	c, found := s.cause()
	p := &Error{Code: s.code, Message: withoutSecrets(s.text)}
	p.fill(c, Actor{Account: policy.AccountOf(s.caller)})
	out := Explanation{
		Cause: cmp.Or(c.id, policy.UnknownCause), Side: cmp.Or(c.side, SideOf(c.id)),
		Summary: p.Summary, Detail: p.Detail, Fixes: p.Fixes, Statement: s.policy, Code: s.code, RequestID: s.requestID,
	}
	if !found {
		return out
	}
	if c.codes != nil && c.summary == refusedWithoutReason && delivers(s.action) && !s.foreign {
		out.Detail = "AWS does not say which rule refused it. Between accounts of different companies S3 never does."
		out.Fixes = withoutReason
	}
	out.Detail = strings.ReplaceAll(out.Detail, "own words below", "own words")
	if !delivers(s.action) { // it is about an administrator, not about the firm's user
		switch {
		case out.Cause == policy.FirmPolicyMissing:
			out.Cause, out.Side = policy.ActionMissing, administrator(s.action)
		case out.Cause == policy.FirmPolicyDeny:
			out.Cause, out.Side = policy.UnknownCause, administrator(s.action)
		case out.Side == "firm", c.summary == refusedWithoutReason:
			out.Side = administrator(s.action)
		}
	}
	if about := s.about(); about != "" {
		out.Detail += " It is about " + about + "."
	}
	if s.policy != "" {
		out.Fixes = append([]string{"Ask for the policy that AWS names, " + s.policy + ": whoever has it can see and change the rule."}, out.Fixes...)
	}
	if out.Cause == policy.OrganisationOrNetwork && s.about() != "" {
		out.Fixes = append(out.Fixes, fmt.Sprintf("Give whoever you ask this: %s, request %s.", s.about(), cmp.Or(s.requestID, "id unknown")))
	}
	return out
}

// refusedWithoutReason is the summary of a refusal that names no rule.
var refusedWithoutReason = denials[len(denials)-1].summary

// withoutReason is what to look at then, the likeliest first.
var withoutReason = []string{
	"If the key, the user or a policy was changed in the last minutes, wait a minute and try again.",
	"Ask the administrator of the account that the request comes from whether a policy of the user or role allows the action, for files on arn:aws:s3:::BUCKET/* and for listing on arn:aws:s3:::BUCKET. If both accounts are the same, this can be enough.",
	"Ask the bucket's owner whether the bucket's policy lets that account or user in, for the same action and the same files. Across accounts both must.",
	"Ask the bucket's owner whether the bucket's policy has a Deny or a statement that is open to everyone, whether the bucket encrypts with a KMS key, and whether Requester Pays is on: each can refuse what both policies allow.",
	"If none of these is it, ask the administrators of both organisations in AWS.",
}

// delivers tells whether an action is of those that a firm delivers files with. Where the
// text names none it may be.
func delivers(action string) bool {
	level, known := policy.ActionLevel(action)
	return action == "" || strings.HasPrefix(action, "kms:") || known && (level&policy.OnObject != 0 || strings.HasPrefix(action, "s3:ListBucket"))
}

// administrator is whose an action is that only administrators take.
func administrator(action string) string {
	if level, known := policy.ActionLevel(action); known && level&policy.OnBucket != 0 {
		return "customer"
	}
	return "unknown"
}

// answer is what could be read of a text.
type answer struct {
	text                             string // one line, bounded, with AWS's marks taken off
	code                             string
	action, caller, resource, policy string
	requestID                        string
	foreign                          bool // what was called is not of S3
}

func (s *answer) about() string {
	if s.action == "" {
		return ""
	}
	about := s.action
	if s.resource != "" {
		about += " on " + s.resource
	}
	if s.caller != "" {
		about += " by " + s.caller
	}
	return about
}

// most is how much of a text is looked at, around its first code: the texts of AWS are
// shorter, and what is farther away belongs to another error.
const most = 4000

// codePlaces are where programs put AWS's code.
var codePlaces = []*regexp.Regexp{
	regexp.MustCompile(`(?i)<code>\s*([A-Za-z0-9.]{1,64})\s*</code>`),                                                // S3 and IAM themselves
	regexp.MustCompile(`(?i)an error occurred \(([A-Za-z0-9.]{1,64})\)`),                                             // the AWS CLI, boto3
	regexp.MustCompile(`(?i)error code:? "?([A-Za-z0-9.]{1,64})(?: forbidden| moved permanently)?"?(?:;| and http)`), // Java, .NET
	regexp.MustCompile(`api error ([A-Za-z0-9.]{1,64}):`),                                                            // Go, Terraform
	regexp.MustCompile(`\b([A-Z][a-z]+[A-Z][A-Za-z0-9.]{1,64}): .{0,900}?status code: \d+, request id`),              // older Go and Terraform
	regexp.MustCompile(`(?i)\b(?:error_?)?code["']?\s*[:=]\s*["']([A-Za-z0-9.]{1,64})["']`),                          // JSON, JavaScript, CloudTrail
	regexp.MustCompile(`"__type"\s*:\s*"(?:[A-Za-z0-9._-]*#)?([A-Za-z0-9.]{1,64})"`),                                 // JSON of other services
	regexp.MustCompile(`(?i)Aws::[A-Za-z0-9]+::Errors::([A-Za-z0-9]{1,64})`),                                         // Ruby
	regexp.MustCompile(`\b([A-Z][A-Za-z0-9.]{1,64}) \((?:client|server)\):`),                                         // PHP
}

var (
	word       = regexp.MustCompile(`\b(?:KMS\.)?[A-Z][a-z]+(?:[A-Z][a-z0-9]*)+\b`)              // that may be a code
	httpStatus = regexp.MustCompile(`(?i)(?:status ?code["']?: ?|http )([345]\d\d)(?:[^0-9]|$)`) // of an answer whose code is not there
)

// phrases are AWS's texts of codes that a program or a person left out.
var phrases = []struct{ text, code string }{
	{"is not authorized to perform", "AccessDenied"},
	{"does not exist in our records", "InvalidAccessKeyId"},
	{"request signature we calculated does not match", "SignatureDoesNotMatch"},
	{"signature expired:", "SignatureDoesNotMatch"},
	{"signature not yet current:", "SignatureDoesNotMatch"},
	{"difference between the request time and the current time", "RequestTimeTooSkewed"},
	{"provided token has expired", "ExpiredToken"},
	{"security token included in the request is expired", "ExpiredToken"},
	{"security token included in the request is invalid", "InvalidClientTokenId"},
	{"provided token is malformed", "InvalidToken"},
	{"the bucket does not allow acls", "AccessControlListNotSupported"},
	{"the specified bucket does not exist", "NoSuchBucket"},
	{"the specified bucket is not valid", "InvalidBucketName"},
	{"the specified key does not exist", "NoSuchKey"},
	{"the bucket policy does not exist", "NoSuchBucketPolicy"},
	{"must be addressed using the specified endpoint", "PermanentRedirect"},
	{"the authorization header is malformed; the region", "AuthorizationHeaderMalformed"},
	{"location constraint is incompatible", "IllegalLocationConstraintException"},
	{"invalid principal in policy", "MalformedPolicy"},
	{"policy has invalid resource", "MalformedPolicy"},
	{"policy has invalid action", "MalformedPolicy"},
	{"does not apply to any resource(s) in statement", "MalformedPolicy"},
	{"conditions do not apply to combination of actions", "MalformedPolicy"},
	{"the specified method is not allowed against this resource", "MethodNotAllowed"},
	{"a conflicting conditional operation is currently in progress", "OperationAborted"},
	{"all access to this object has been disabled", "AllAccessDisabled"},
	{"access denied", "AccessDenied"},
}

// numbers stand in place of a code where an answer has no body, as one to HEAD.
var numbers = map[string]string{"301": "PermanentRedirect", "400": "BadRequest", "403": "Forbidden", "404": "NotFound", "405": "MethodNotAllowed", "412": "PreconditionFailed", "503": "ServiceUnavailable"}

var (
	callerARN  = regexp.MustCompile(`\b[Uu]ser: ?(arn:[^\s"'<>]+)`)
	onResource = regexp.MustCompile(`on resource: ?["']?(arn:[^\s"'<>]+)`)
	denyingARN = regexp.MustCompile(`explicit deny in an? [a-zA-Z -]{1,40}: ?["']?(arn:[^\s"'<>]+)`)
	operation  = regexp.MustCompile(`(?:when calling the |operation error S3: |executing ")([A-Z][A-Za-z]{1,60})\b`)
	requestIs  = regexp.MustCompile(`(?i)request[- _]?id["']?\s*[:=>]\s*["']?([A-Z0-9-]{8,40})(?:[^A-Z0-9/+=-]|$)`)
	keyID      = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,124}\b`)
	ofAWS      = regexp.MustCompile(`(?i)\b(?:aws\w*|amazon\w*|s3\w*|boto\w*|iam|sts|sso|bucket|terraform|config profile|endpoint url|shared config|credential_process|an error occurred \(\w+\) when calling)\b`)
)

var unescaped = strings.NewReplacer(`\"`, `"`, `\n`, " ", `\t`, " ", `\u003c`, "<", `\u003e`, ">", `\u0026`, "&",
	"&quot;", `"`, "&#34;", `"`, "&apos;", "'", "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")

// frame is what Terraform draws around an error.
var frame = strings.NewReplacer("│", " ", "╷", " ", "╵", " ")

// read finds in a text what AWS said.
func read(text string) *answer {
	text = unescaped.Replace(frame.Replace(strings.ToValidUTF8(text, " ")))
	text = strings.Join(strings.Fields(text), " ")
	s := &answer{text: text}
	at := s.findCode()
	begin, end := max(0, at-most/2), min(len(text), at+most)
	s.text = strings.ToValidUTF8(text[begin:end], "")
	named := func(re *regexp.Regexp) string {
		name := strings.TrimRight(firstMatch(re, s.text), ".,;:)]}")
		if len(name) > 300 {
			return ""
		}
		return withoutSecrets(name)
	}
	s.action, s.caller, s.resource, s.policy, s.requestID = named(deniedAction), named(callerARN), named(onResource), named(denyingARN), named(requestIs)
	if called := firstMatch(operation, s.text); called != "" && s.action == "" {
		s.action = policy.ActionOf(called)
		s.foreign = s.action == ""
	}
	return s
}

func withoutSecrets(name string) string {
	shown, _ := Actor{}.quote(name, true)
	shown = keyLike.ReplaceAllStringFunc(shown, func(run string) string {
		if strings.ContainsFunc(run, unicode.IsUpper) && strings.ContainsFunc(run, unicode.IsLower) && strings.ContainsFunc(run, unicode.IsDigit) {
			return "(not shown)" // a secret may be a part of it
		}
		return run
	})
	return keyID.ReplaceAllString(shown, "(not shown)")
}

// findCode finds the first code that stands where a program puts one, else the first that
// is known, and where in the text it is.
func (s *answer) findCode() (at int) {
	of := ofAWS.MatchString(s.text)
	take := func(code string, where int) bool {
		code = cmp.Or(numbers[code], code)
		if !hasCause(code) && !of || s.code != "" && where >= at {
			return false
		}
		s.code, at = withoutSecrets(code), where
		return true
	}
	for _, place := range codePlaces {
		for _, m := range place.FindAllStringSubmatchIndex(s.text, 20) {
			if take(s.text[m[2]:m[3]], m[2]) {
				break
			}
		}
	}
	if s.code != "" || !of {
		return at
	}
	for _, m := range word.FindAllStringIndex(s.text, 1000) {
		if code := s.text[m[0]:m[1]]; hasCause(code) && take(code, m[0]) {
			return at
		}
	}
	lower := strings.ToLower(s.text)
	for _, p := range phrases {
		if i := strings.Index(lower, p.text); i >= 0 && take(p.code, min(i, len(s.text))) {
			return at
		}
	}
	if m := httpStatus.FindStringSubmatchIndex(s.text); m != nil && numbers[s.text[m[2]:m[3]]] != "" {
		take(s.text[m[2]:m[3]], m[2])
	}
	return at
}

func hasCause(code string) bool {
	return strings.HasPrefix(code, "KMS.") || slices.ContainsFunc(slices.Concat(clients, causes, denials), func(c cause) bool { return slices.Contains(c.codes, code) })
}

// cause looks a text up in what AWS, its programs and the network are known to say. A text
// alone tells nothing where a code was found, and nothing in a text that is not about AWS.
func (s *answer) cause() (c cause, found bool) {
	text := strings.ToLower(s.code + ": " + s.text)
	byText := s.code == "" && ofAWS.MatchString(s.text)
	for _, c := range slices.Concat(clients, causes, denials, connections) {
		fits := slices.Contains(c.codes, s.code)
		if len(c.codes) == 0 {
			fits = byText || strings.HasPrefix(c.text, "kms.") && strings.HasPrefix(s.code, "KMS.")
		}
		if fits && strings.Contains(text, c.text) && strings.Contains(text, c.also) {
			if slices.ContainsFunc(connections, func(n cause) bool { return n.summary == c.summary }) {
				c.side = "network"
			}
			return c, true
		}
	}
	if s.code != "" {
		return cause{
			summary: "AWS refused the request", detail: "AWS's code is " + s.code + ", of which crossgrant knows no more.",
			fixes: []string{"Search for AWS's code and text, or show them with the request id to AWS support."},
		}, true
	}
	return cause{
		summary: "crossgrant does not know this error",
		detail:  "There is nothing in the text that AWS or its programs are known to say.",
		fixes:   []string{"Paste all of the error, with AWS's code (such as AccessDenied) and the words after it."},
	}, false
}
