package steps

// May the two administrators make the calls of the run: IAM's policy simulator is asked once
// for each, beside the other reads, and judged by the plan.

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// simulation is what the simulator said of one administrator.
type simulation struct {
	says   map[awsops.Permission]awsops.Simulated
	unread string // why it said nothing
}

// simulate asks about all that an administrator might do in a run.
func (w *World) simulate(ctx context.Context, as Actor) simulation {
	session := w.admin(as.Side())
	if why := session.CanSimulate(w.identity(as)); why != "" {
		return simulation{unread: why}
	}
	var asked []awsops.Permission
	for _, action := range awsops.AllNeeds() {
		if on := w.resource(as, action); on != "" {
			asked = append(asked, awsops.Permission{Action: action, Resource: on})
		}
	}
	says, err := session.Simulate(ctx, asked, map[string]string{
		"aws:SecureTransport": strconv.FormatBool(session.Encrypted()), "aws:RequestedRegion": w.requestedRegion(as),
	})
	switch {
	case problem.Denied(err):
		return simulation{unread: "AWS does not let it ask (iam:SimulatePrincipalPolicy)"}
	case err != nil:
		return simulation{unread: "it gave no answer"}
	}
	return simulation{says: says}
}

// resource is what an administrator would do an action to in this run, "" for nothing.
func (w *World) resource(as Actor, action string) string {
	forRole := strings.Contains(action, "Role")
	switch {
	case strings.HasPrefix(action, "s3:") && as == CustomerAdmin:
		bucket := "arn:" + w.Customer.Partition + ":s3:::" + w.Bucket
		if key := w.simulatedKey(action); key != "" {
			return bucket + "/" + key
		}
		return bucket
	case strings.HasPrefix(action, "s3:"), ofManagedPolicy[action]: // of which the plan decides the name
	case as == FirmAdmin && forRole == (w.Grantee().Kind == awsops.KindRole):
		return w.Grant().Grantee
	case as == CustomerAdmin && !forRole && w.Answers.Journey == "tour":
		return arnOf(w.principal(TestUser), w.Customer.Partition)
	}
	return ""
}

var ofManagedPolicy = map[string]bool{"iam:GetPolicy": true, "iam:CreatePolicy": true, "iam:TagPolicy": true, "iam:ListPolicyVersions": true, "iam:DeletePolicy": true}

// simulatedKey is the key of the file that an action is asked about, "" where it is about
// the bucket.
func (w *World) simulatedKey(action string) string {
	if level, _ := policy.ActionLevel(action); level&policy.OnObject != 0 {
		return w.probeKey(string(Writer))
	}
	return ""
}

// requestedRegion is where an administrator's calls go: the firm's are all to IAM, which is
// in one region of each partition. Source: AWS global condition context keys,
// aws:RequestedRegion.
func (w *World) requestedRegion(as Actor) string {
	if as == CustomerAdmin {
		return w.Region
	}
	switch w.Firm.Partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// A need is an action that an administrator must be allowed.
type need struct {
	as     Actor
	action string
	later  bool // it takes back what the run made: the run gets that far without it
}

// needed are the needs of some changes, and of what takes them back within the run.
func (w *World) needed(changes []Change) []need {
	var all []need
	add := func(as Actor, op awsops.Operation, later bool) {
		for _, action := range awsops.Needs(op) {
			n := need{as, action, later}
			if as.isAdmin() && w.signedIn(as.Side()) && !slices.Contains(all, n) && !slices.Contains(all, need{as, action, false}) {
				all = append(all, n)
			}
		}
	}
	for _, later := range []bool{false, true} {
		for _, c := range changes {
			for _, a := range c.Actions {
				r := receiptFor(a.Op, w.Customer.Partition)
				if w.versioned() {
					r.VersionID = awsops.ToCome
				}
				switch back, is := a.Op.Inverse(r); {
				case !later:
					add(a.As, a.Op, false)
				case is && r.Refused == "" && (w.Answers.Journey == "tour" || w.onlyForTest(back.Target())):
					add(w.undoer(back.Target()), back, true)
				}
			}
		}
	}
	return all
}

// permitted judges what the simulator said of an administrator by what the plan needs.
func (w *World) permitted(as Actor, s simulation, changes []Change) []Finding {
	needs := slices.DeleteFunc(w.needed(changes), func(n need) bool { return n.as != as })
	refused := w.refusals(s, as, needs)
	switch {
	case len(needs) == 0, !w.signedIn(as.Side()): // the other company's half is not this run's
		return nil
	case s.unread != "":
		return []Finding{found(Note, permissions(as), fmt.Sprintf("Whether %s may make these changes was not looked at. That takes IAM's policy simulator, and %s.", w.administrator(as), s.unread))}
	case refused == nil:
		return []Finding{found(OK, permissions(as), fmt.Sprintf("IAM's policy simulator lets %s make these changes. It knows the service control policies, and no resource control policy.", w.administrator(as)))}
	}
	return refused
}

func permissions(as Actor) string {
	return fmt.Sprintf("the %s's permissions", as.Side())
}

// identity is who an administrator signed in as.
func (w *World) identity(as Actor) awsops.Identity {
	if as == FirmAdmin {
		return w.Firm
	}
	return w.Customer
}

// administrator names who acts in full.
func (w *World) administrator(as Actor) string {
	return fmt.Sprintf("the %s's administrator %s", as.Side(), w.identity(as).ARN)
}

// A ruling is why the simulator does not let an administrator do something.
type ruling struct {
	level Level
	why   string
	who   string // can change it
}

// refusals are the findings about what the simulator does not let one administrator do,
// with the actions of one reason together.
func (w *World) refusals(s simulation, as Actor, needs []need) (all []Finding) {
	var order []ruling
	actions := map[ruling][]string{}
	for _, n := range needs {
		is, known := s.says[awsops.Permission{Action: strings.ToLower(n.action), Resource: w.resource(as, n.action)}]
		if known && is.Allowed {
			continue
		}
		r := ruling{level: Note}
		if known {
			r = w.ruling(n, is)
		}
		if actions[r] == nil {
			order = append(order, r)
		}
		actions[r] = append(actions[r], n.action)
	}
	for _, r := range order {
		which := policy.Join(actions[r], "and")
		said := fmt.Sprintf("By IAM's policy simulator %s may not do %s: %s.", w.administrator(as), which, r.why)
		switch r.level {
		case Note:
			all = append(all, found(Note, permissions(as), fmt.Sprintf("Whether %s may do %s was not looked at.", w.administrator(as), which)))
			continue
		case Warning:
			all = append(all, found(Warning, permissions(as), said+fmt.Sprintf(" Trying shows it. Only %s can change that.", r.who)))
			continue
		}
		p := &problem.Error{
			Summary: fmt.Sprintf("The %s's administrator may not do what this run does", as.Side()), Detail: said,
			Fixes: []string{
				fmt.Sprintf("Ask %s to allow %s to %s, then try again.", r.who, which, w.identity(as).ARN),
				fmt.Sprintf("Or name another profile of that account, with --%s-profile.", as.Side()),
			},
		}
		if as == FirmAdmin && w.Answers.Journey == "setup" && slices.Contains(actions[r], "iam:CreateAccessKey") {
			p.Fixes = append(p.Fixes, "Or let a role write the files, which needs no access key: --firm-role.")
		}
		all = append(all, stops(permissions(as), p))
	}
	return all
}

// ruling is why a need is not met, and how certain that is. The simulator knows no policy
// of the bucket, which can be enough in one account, and not all that conditions are about.
func (w *World) ruling(n need, is awsops.Simulated) ruling {
	r := ruling{Stop, "no policy of its own allows it", "an administrator of the account " + policy.Dashed(w.identity(n.as).Account)}
	switch {
	case is.Organisation:
		r.why, r.who = "a service control policy of the organisation does not allow it", fmt.Sprintf("the cloud team of the %s's company", n.as.Side())
	case is.Boundary:
		r.why = "its permissions boundary does not allow it"
	case is.Denied:
		r.why = "a policy of its own forbids it"
	}
	elsewhere := strings.HasPrefix(n.action, "iam:") && w.requestedRegion(n.as) != w.requestedRegion(FirmAdmin)
	switch {
	case n.later:
		r.level, r.why = Warning, r.why+", so what the run created would stay"
	case len(is.Missing) > 0:
		slices.Sort(is.Missing)
		r.level, r.why = Warning, r.why+", as far as can be told without knowing "+policy.Join(slices.Compact(is.Missing), "and")
	case is.Organisation && elsewhere: // it was asked about the bucket's region
		r.level = Warning
	case !is.Denied && !is.Organisation && w.bucketMayAllow(n):
		r.level, r.why = Warning, r.why+", and the bucket's policy may"
	}
	return r
}

func (w *World) bucketMayAllow(n need) bool {
	if !strings.HasPrefix(n.action, "s3:") {
		return false
	}
	o := w.prospect(call{as: n.as, action: n.action, key: w.simulatedKey(n.action)}).Opening(nil, w.BucketPolicy)
	return o.Open || o.Unsure
}
