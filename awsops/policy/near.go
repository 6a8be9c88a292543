package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// An Opening is what the Allows of one side are worth to a request, the Denys left aside.
type Opening struct {
	Open      bool   // one of them lets it through
	Unsure    bool   // one may, and nobody can tell from here
	Statement int    // index of the one that does, may, or nearly does; -1 for none
	Policy    string // the caller's that it is in, "" for the bucket's
	Sid       string
	Cause     Cause       // what keeps it from it; "" where none is near
	Text      string      // the same in a sentence, with what to do
	Way       string      // how a request is let through that is made otherwise; "" for none
	Otherwise []Condition // what such a request is to meet
}

// Opening looks for the Allow that lets a request through: in the caller's own policies,
// or in the bucket's. Where none does, it names the one that only one thing keeps from it.
func (p Prospect) Opening(own []Named, bucket *Document) Opening {
	f := foresight{evaluation{request: &p.Request, home: homeOf(p.Caller.ARN), keys: contextKeys(&p.Request, new([ownKeys]string), nil)}, &p}
	best := miss{}
	for i := range own {
		best = f.nearest(best, own[i].Name, &own[i].Document, false)
	}
	if bucket != nil {
		best = f.nearest(best, "", bucket, true)
	}
	if best.rank == far {
		return Opening{Statement: -1}
	}
	o := Opening{Open: best.rank == opens, Unsure: best.rank == mayOpen, Statement: best.index, Policy: best.policy, Sid: best.sid, Cause: best.cause, Way: best.way, Otherwise: best.otherwise}
	o.Text = Capital(statement(o.Policy, o.Statement, o.Sid, f.resourcePolicy())) + " " + best.says
	return o
}

// rank is how near a statement comes to letting a request through.
type rank int

const (
	far         rank = iota
	another          // it lets others in, or into another bucket
	lacksAction      // it is about the caller and the resource
	otherUser        // it is about another user of the caller's account
	otherBucket      // it is about a bucket of nearly the same name
	misspelt         // a name in it is nearly the right one, or the right one of something else
	heldBack         // only its conditions keep it
	mayOpen
	opens
)

type miss struct {
	rank        rank
	index       int
	policy, sid string
	cause       Cause
	says, way   string
	otherwise   []Condition
}

func (f *foresight) nearest(best miss, name string, d *Document, bucket bool) miss {
	f.variables = d.Version == "2012-10-17"
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect != "Allow" {
			continue
		}
		if m := f.miss(s, bucket); m.rank > best.rank {
			m.index, m.policy, m.sid = i, name, s.Sid
			best = m
		}
	}
	return best
}

// miss says what keeps an Allow from letting the request through, where that is one thing.
func (f *foresight) miss(s *Statement, bucket bool) miss {
	action, about := f.action(s), f.about(s)
	if bucket && f.trust() {
		about = yes // a trust policy has no Resource
	}
	meant := !bucket || f.principal(s) != nobody
	missing := 0
	for _, fits := range []bool{action, about != no, meant} {
		if !fits {
			missing++
		}
	}
	holds, c := f.allHold(s)
	switch {
	case missing == 0 && holds == yes && about == yes:
		return miss{rank: opens, says: "allows it."}
	case missing == 0 && holds == no:
		return f.unmetBy(c)
	case missing == 0:
		return miss{rank: mayOpen, cause: ConditionUnknown, says: f.unknown(c)}
	case missing > 1 || holds == no:
		return miss{}
	case !action && f.similar(s.Action.Values):
		return miss{rank: lacksAction, cause: ActionMissing, says: fmt.Sprintf("is about the same, but allows only %s, not %s.", quoted(s.Action.Values, "and"), f.request.Action)}
	case about == no && s.NotResource.Values == nil:
		return f.otherResource(s.Resource.Values)
	case !meant && s.Principal != nil:
		return f.otherPrincipal(s.Principal.AWS.Values)
	}
	return miss{}
}

// similar tells that some of the actions are done to what the request's is done to.
func (f *foresight) similar(actions []string) bool {
	wanted, _ := ActionLevel(f.request.Action)
	return slices.ContainsFunc(actions, func(a string) bool { level, _ := ActionLevel(a); return level&wanted != 0 })
}

// allHold tells whether all conditions hold, and which keeps that from being certain.
func (f *foresight) allHold(s *Statement) (truth, *Condition) {
	holds := yes
	var which *Condition
	for i := range s.Condition {
		if is := f.condition(&s.Condition[i]); is < holds {
			holds, which = is, &s.Condition[i]
		}
	}
	return holds, which
}

func (f *foresight) unknown(c *Condition) string {
	if c == nil {
		return "allows it for some of the files."
	}
	return "allows it only if " + c.words() + ". Whether that is so cannot be seen from here."
}

// unmetBy is an Allow that a condition keeps from holding.
func (f *foresight) unmetBy(c *Condition) miss {
	m := miss{rank: heldBack, cause: c.unlike(true), says: "would allow it, but only if " + c.words() + ".", way: c.way(true)}
	if m.way != "" {
		m.says += " " + m.way
		m.otherwise = []Condition{*c}
	}
	return m
}

// unlike is why a request is not one for which a condition holds, or does not hold.
func (c *Condition) unlike(hold bool) Cause {
	op, _, _, _ := parseOperator(c.Operator)
	switch key := strings.ToLower(c.Key); {
	case op.compares == asDate && (op.accepts&isLess != 0) == hold:
		return Expired
	case op.compares == asDate:
		return NotYet
	case key == "aws:securetransport" || key == "s3:tlsversion":
		return TLSRequired
	case key == "s3:x-amz-acl" || strings.HasPrefix(key, "s3:x-amz-grant-"):
		return ACLRequired
	case key == "s3:prefix":
		return WrongPrefix
	case slices.Contains(carried, key), slices.ContainsFunc(carriedAll, func(p string) bool { return strings.HasPrefix(key, p) }):
		return HeaderRequired
	}
	return ConditionNotMet
}

// otherResource finds what is wrong with the resources of a statement that is about the
// caller and the action.
func (f *foresight) otherResource(resources []string) miss {
	best := miss{}
	wanted := f.request.Resource
	bucketARN, key, file := strings.Cut(wanted, "/")
	for _, v := range resources {
		arn, names, files := strings.Cut(v, "/")
		m := miss{rank: misspelt}
		switch {
		case !strings.Contains(v, ":s3:::"):
			continue
		case arn == bucketARN && file && !files:
			m.cause = ObjectsNotNamed
			m.says = fmt.Sprintf("names the bucket alone, and not the files in it: add %s/* to its Resource.", arn)
		case arn == bucketARN && !file:
			m.cause = BucketNotNamed
			m.says = fmt.Sprintf("names files in the bucket, and not the bucket itself: add %s, without /*, to its Resource.", arn)
		case arn == bucketARN:
			m.cause = WrongPrefix
			m.says = fmt.Sprintf("is about the files %q of the bucket alone, and this is %q.", names, key)
			if glob(names, key, foldCase) {
				m.says += " Capital letters count."
			}
		case files != file && !strings.Contains(arn, "*"):
			continue
		case nearly(arn, bucketARN):
			m.rank, m.cause = otherBucket, WrongBucket
			m.says = fmt.Sprintf("names the bucket %q, and this is %q. One of the two may be misspelt.", bucketOf(v), bucketOf(wanted))
		default:
			m.rank, m.says = another, fmt.Sprintf("allows it for %q, and not for %q.", v, wanted)
		}
		if m.rank > best.rank {
			best = m
		}
	}
	return best
}

// otherPrincipal finds what is wrong with the principals of a statement that is about the
// action and the resource.
func (f *foresight) otherPrincipal(principals []string) miss {
	caller := &f.request.Caller
	best := miss{}
	for _, v := range principals {
		m := miss{rank: misspelt}
		account := asAccount(v)
		if prefix, _ := splitARN(v); !isAccount(account) && prefix != "" {
			account = AccountOf(v)
		}
		switch {
		case isUniqueID(v):
			m.cause = PrincipalDeleted
			m.says = fmt.Sprintf("lets in %q, which is what AWS shows of a user or role that was deleted. One that was created again under the same name is another to AWS: save the policy again with its ARN.", v)
		case account == caller.Account && strings.EqualFold(v, caller.ARN):
			m.cause = WrongPrincipal
			m.says = fmt.Sprintf("names %q, and this is %q. Capital letters count.", v, caller.ARN)
		case account == caller.Account:
			m.rank, m.cause = otherUser, WrongPrincipal
			m.says = fmt.Sprintf("lets in %s alone, and this is %q.", principalWords(v), caller.ARN)
		case isAccount(account) && distance(account, caller.Account, 2) <= 2:
			m.cause = WrongAccount
			m.says = fmt.Sprintf("lets in the account %s, and this one is %s. Check the digits.", Dashed(account), Dashed(caller.Account))
		default:
			m.rank, m.says = another, fmt.Sprintf("allows it to %s, and not to this caller.", principalWords(v))
		}
		if m.rank > best.rank {
			best = m
		}
	}
	return best
}

// nearly tells texts apart that somebody may have mistaken for each other.
func nearly(a, b string) bool {
	return strings.EqualFold(a, b) || distance(a, b, 2) <= 2 || strings.HasPrefix(a, b+"-") || strings.HasPrefix(b, a+"-")
}

// way says what a request must be like for a condition to hold, or not to hold, where the
// request can be made so; "" where it cannot.
func (c *Condition) way(hold bool) string {
	op, q, _, known := parseOperator(c.Operator)
	if !known || q != unquantified {
		return ""
	}
	key, value := strings.ToLower(c.Key), ""
	if len(c.Values.Values) > 0 {
		value = c.Values.Values[0]
	}
	sent := op.negated != hold // the request needs the value, or something else
	if op.compares == asPresence {
		absent, _ := parseBool(value)
		sent, value = absent != hold, ""
	}
	if !plainText(strings.ReplaceAll(value, ":", "")) {
		value = "" // a pattern, or what nobody would type
	}
	if _, name, _ := strings.Cut(c.Key, ":"); !plainText(name) {
		return ""
	}
	request := "A request"
	switch {
	case strings.HasPrefix(key, "s3:existingobjecttag/"):
		tag := c.Key[len("s3:existingobjecttag/"):]
		if !sent {
			return fmt.Sprintf("The file has the tag %q now: read it when whoever sets the tag has taken it off.", tag)
		}
		return fmt.Sprintf("A new file does not have the tag %q: read it after whoever sets the tag, such as a scan, is done with it.", tag)
	case strings.HasPrefix(key, "s3:requestobjecttag/") && sent:
		tag := c.Key[len("s3:requestobjecttag/"):]
		if value != "" {
			tag += "=" + value
		}
		return "An upload that sends the tag " + tag + ", in the header x-amz-tagging, is let through."
	case strings.HasPrefix(key, "s3:x-amz-"), key == "s3:if-none-match", key == "s3:if-match", key == "aws:referer":
		request += " that sends the header " + key[strings.IndexByte(key, ':')+1:]
		switch {
		case !sent && value != "":
			request = strings.Replace(request, "sends", "does not send", 1) + " with " + strconv.Quote(value)
		case !sent:
			request = strings.Replace(request, "sends", "does not send", 1)
		case value != "":
			request += ": " + value
		}
	case key == "aws:securetransport":
		if is, ok := parseBool(value); !ok || is != hold {
			return ""
		}
		request += " over HTTPS"
	case key == "s3:tlsversion" && (op.accepts&isLess != 0) != hold:
		request += " by a newer version of TLS"
	case key == "s3:prefix" && sent && value != "":
		request = fmt.Sprintf("A listing of the names that begin with %q", value)
	default:
		return ""
	}
	return request + " is let through."
}
