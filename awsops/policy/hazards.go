package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Hazard is a Deny of an existing policy that may catch the firm's user.
type Hazard struct {
	Statement int
	Blocks    bool   // it will refuse the firm; false: it may, depending on Text
	Text      string // what it demands, and who can change it
}

// Hazards classifies the Deny statements of a bucket policy for a principal of
// another account that makes plain HTTPS requests with an access key and no
// special headers. A Deny that is harmless to it is left out. What it does not
// understand it says it cannot tell.
func Hazards(d Document, principalARN, bucket string) []Hazard {
	firm := firmRequest(d, principalARN)
	var all []Hazard
	for i, s := range d.Statements {
		if s.Effect != "Deny" || firm.principal(&s) == nobody {
			continue
		}
		refused, partly := firm.refused(&s, bucketARN(PartitionOf(principalARN), bucket))
		if len(refused) == 0 {
			continue
		}
		reach := catches
		var when, advice []string
		for _, c := range s.Condition {
			r, more := firm.reach(c)
			reach = min(reach, r)
			when = append(when, c.words())
			if more != "" && !slices.Contains(advice, more) {
				advice = append(advice, more)
			}
		}
		if reach == spares {
			continue
		}
		h := Hazard{Statement: i, Blocks: reach == catches && !partly}
		h.Text = Capital(statement("", i, s.Sid)) + " forbids the firm to " + Join(refused, "and")
		if partly {
			h.Text += " some of the files in the bucket"
		} else {
			h.Text += " the bucket's files"
		}
		if when != nil {
			h.Text += " when " + Join(when, "and")
		}
		h.Text += "."
		if s.NotPrincipal != nil {
			advice = append(advice, "It spares only those that it names, and a user only if its account is named too.")
		}
		if reach == unsure {
			advice = append(advice, "Whether that is so of the firm's requests, crossgrant cannot tell.")
		}
		advice = append(advice, fmt.Sprintf("Only the customer can change it, by an exception for %s.", principalARN))
		h.Text += " " + strings.Join(advice, " ")
		all = append(all, h)
	}
	return all
}

// firmRequest is what is known of a request of the firm before it makes one.
func firmRequest(d Document, principalARN string) *evaluation {
	prefix, _ := splitARN(principalARN)
	account := strings.TrimSuffix(prefix, ":")
	account = account[strings.LastIndexByte(account, ':')+1:]
	r := &Request{
		Caller: Caller{Account: account, ARN: principalARN},
		Context: map[string][]string{
			"aws:SecureTransport":       {"true"},
			"aws:PrincipalIsAWSService": {"false"},
			"aws:ViaAWSService":         {"false"},
			"s3:TlsVersion":             {"1.3"},
			"s3:authType":               {"REST-HEADER"},
			"s3:signatureversion":       {"AWS4-HMAC-SHA256"},
		},
	}
	return &evaluation{request: r, keys: contextKeys(r, new([7]string), nil), variables: d.Version == "2012-10-17"}
}

// refused returns, in words, which of the firm's requests the statement is
// about. partly: only with some names of files, or with none that is known yet.
func (e *evaluation) refused(s *Statement, bucket string) (words []string, partly bool) {
	whole := false
	for _, a := range []struct{ action, word, resource string }{
		{"s3:ListBucket", "list", bucket},
		{"s3:GetObject", "read", bucket + "/"},
		{"s3:PutObject", "write", bucket + "/"},
		{"s3:PutObjectAcl", "set the permissions of", bucket + "/"},
	} {
		e.request.Action, e.request.Resource = a.action, a.resource
		if !e.action(s) {
			continue
		}
		if strings.HasSuffix(a.resource, "/") {
			e.request.Resource += "crossgrant-probe/x"
		}
		switch {
		case e.resource(s):
			whole = true
		case a.action != "s3:ListBucket" && slices.ContainsFunc(s.Resource.Values, func(v string) bool { return strings.HasPrefix(v, a.resource) }):
		default:
			continue
		}
		words = append(words, a.word)
	}
	return words, !whole
}

// reach is how a condition of a Deny applies to the firm.
type reach int

const (
	spares  reach = iota // it does not hold of the firm's requests
	unsure               // nobody can tell from here
	header               // it holds unless the request carries a header
	catches              // it holds
)

// neverSent are keys that a plain request with an access key does not have.
// Source: AWS global condition context keys; Condition keys for Amazon S3.
var neverSent = []string{
	"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:federatedprovider", "aws:multifactorauthage",
	"aws:multifactorauthpresent", "aws:principalservicename", "aws:principalservicenameslist", "aws:referer",
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceidentity", "aws:sourceorgid", "aws:sourceorgpaths",
	"aws:sourceowner", "aws:tokenissuetime", "ec2:sourceinstancearn", "s3:accesspointnetworkorigin",
	"s3:dataaccesspointaccount", "s3:dataaccesspointarn", "sts:externalid",
}

// elsewhere are keys by which a customer keeps to its own networks and its own
// company, which the firm is not in unless it is made an exception.
var elsewhere = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce",
	"aws:vpcsourceip", "aws:userid",
}

// reach classifies one condition of a Deny, with a sentence of advice where
// there is one to give.
func (e *evaluation) reach(c Condition) (reach, string) {
	op, q, _, known := parseOperator(c.Operator)
	key := strings.ToLower(c.Key)
	holds, _ := e.holds(&c)
	switch {
	case !known:
		return unsure, ""
	case slices.Contains(elsewhere, key):
		switch {
		case op.negated && q == unquantified:
			return catches, "It is meant to keep out those who are not of the customer's own company or network."
		case strings.HasPrefix(key, "aws:sourcevpc") && op.compares != asPresence:
			// Only a network of the customer's has one of its own ids.
			if !holds {
				return spares, ""
			}
			return catches, ""
		}
		return unsure, ""
	case strings.HasPrefix(key, "s3:x-amz-"):
		if !holds {
			return spares, ""
		}
		return header, fmt.Sprintf("A request that sends the header %s as demanded is let through.", strings.TrimPrefix(key, "s3:"))
	case !slices.Contains(neverSent, key) && e.values(key) == nil:
		return unsure, ""
	case !holds:
		return spares, ""
	case strings.HasPrefix(key, "aws:multifactor"):
		return catches, "Requests with an access key alone carry no second factor."
	}
	return catches, ""
}
