package steps

import (
	"context"
	"crypto/md5"
	"fmt"
	"slices"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// Whether a thing is the run's is proved here, and asked before each delete and each change
// of a document: by what AWS gave for it, or by what it says, never by its name, its key,
// its tag or its Sid alone. The operation looks at the same once more right before it is
// sent. Where there is no record, signs.go says what has to fit.

// justThen is how far from its announcement something may have been made to be what was
// announced. It allows for a slow answer, and for clocks that differ.
const justThen = 5 * time.Minute

func soonAfter(made time.Time, announced journal.Entry) bool {
	return made.Sub(announced.Time).Abs() <= justThen
}

// ownsUser: a user or a role is the one that was made by the id that AWS gave it, or where the
// answer was lost by the run's tag and by when it was made. One that another run made, and that
// this one is the last to need, is proved to be that run's.
func (w *World) ownsUser(u *awsops.User, s standing) bool {
	made := deletion(s.inverse)
	switch {
	case s.entry.Seq == 0 && !w.Journal.Found && !w.madeByARun(*u):
		return false
	case made.ID != "":
		return u.ID == made.ID && (u.Run == made.Run || u.Run == "")
	}
	return u.Run == made.Run && u.Run != "" && soonAfter(u.Created, s.entry)
}

// madeByARun tells whether a user or a role is proved to be one that a run of crossgrant made: by the
// record of that run, or by every sign.
func (w *World) madeByARun(u awsops.User) bool {
	for _, r := range w.recorded() {
		for _, e := range r.entries {
			if made, makes := creation(e.Operation, e.Receipt); makes && e.State == journal.Done && made.ID == u.ID {
				return true
			}
		}
	}
	return u.Run != "" && missingSign(u) == ""
}

// ownsKeys: a key is the run's by its id. Of a lost answer it is one that was not there
// before, was made just when the run asked, and was never used, since nobody has the secret.
// Where that cannot be looked at, or there are more of that kind than answers were lost,
// nothing proves whose each is: they are unproved.
func (w *World) ownsKeys(ctx context.Context, user awsops.Target, all []awsops.AccessKey) (lost, unproved []string) {
	made := w.keysMade(user)
	if len(made.lost) == 0 {
		return nil, nil
	}
	known := append(w.recordedKeys(user), made.ids...)
	for _, k := range all {
		announced := func(e journal.Entry) bool {
			return !slices.Contains(e.Operation.(awsops.CreateAccessKey).Known, k.ID) && soonAfter(k.Created, e)
		}
		if slices.Contains(known, k.ID) || !slices.ContainsFunc(made.lost, announced) {
			continue
		}
		switch used, err := w.sessionOf(user.Account).KeyLastUsed(ctx, k.ID); {
		case err != nil:
			unproved = append(unproved, k.ID)
		case used.IsZero():
			lost = append(lost, k.ID)
		}
	}
	if len(lost)+len(unproved) > len(made.lost) {
		return nil, append(lost, unproved...)
	}
	return lost, unproved
}

// ownsStatement: a statement is one that the run wrote by its Sid and by whom it lets in.
// Once a user is deleted S3 shows its id in the place of its name: madeIDs are those of the
// run's users.
func (d document) ownsStatement(live policy.Statement, madeIDs []string) bool {
	return slices.ContainsFunc(d.wrote, func(s policy.Statement) bool {
		return s.Sid == live.Sid && s.Effect == live.Effect && (samePrincipal(s, live) || names(live, madeIDs))
	})
}

// names tells whether a statement is about one of these principals alone.
func names(s policy.Statement, principals []string) bool {
	return s.Principal != nil && len(s.Principal.AWS.Values) == 1 && slices.Contains(principals, s.Principal.AWS.Values[0])
}

func samePrincipal(a, b policy.Statement) bool {
	if a.Principal == nil || b.Principal == nil {
		return false
	}
	one, other := policy.New(policy.Statement{Principal: a.Principal}), policy.New(policy.Statement{Principal: b.Principal})
	return policy.Same(&one, &other)
}

// madeIDs are the ids that AWS gave to the users and roles that the run made.
func (w *World) madeIDs() (ids []string) {
	for _, e := range w.Journal.Entries() {
		if made, makes := creation(e.Operation, e.Receipt); makes && made.ID != "" {
			ids = append(ids, made.ID)
		}
	}
	return ids
}

// ownsPolicy: an inline policy is one that the run gave by what it says.
func (d document) ownsPolicy(live *policy.Document) bool {
	return slices.ContainsFunc(d.given, func(given *policy.Document) bool { return policy.Same(live, given) })
}

// ownsManaged: a managed policy is the run's by the id that AWS gave it, or where the answer
// was lost by the run's tag. What it says has to be the run's, too.
func ownsManaged(live *awsops.ManagedPolicy, op awsops.SetManagedPolicy) bool {
	return live.ID == op.ID || op.ID == "" && live.Run == op.Run
}

// ownsFile: a version of a file, whose write has no answer, is the run's by its text, which
// names the run. Where S3 encrypts with its own keys the ETag tells that without a look.
func (w *World) ownsFile(ctx context.Context, v awsops.Version, op awsops.DeleteObject) (bool, error) {
	switch v.ETag {
	case "": // a delete marker, which no run writes
		return false, nil
	case fmt.Sprintf(`"%x"`, md5.Sum([]byte(w.probeBody()))):
		return true, nil
	}
	return w.CustomerSession.Holds(ctx, op.Bucket, op.Owner, op.Key, op.VersionID, w.probeBody())
}

// ownsBucket: a bucket is the run's by the time at which S3 says that it was made: the one
// of the receipt, or where the answer was lost just then.
func ownsBucket(created time.Time, s standing) bool {
	if was := s.inverse.(awsops.DeleteBucket).Created; !was.IsZero() {
		return created.Equal(was)
	}
	return soonAfter(created, s.entry)
}
