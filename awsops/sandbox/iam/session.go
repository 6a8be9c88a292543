package iam

import (
	"slices"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// session is what AssumeRole gives: a role under a name of the caller's choice.
type session struct {
	secret, token   string
	role            *entity
	name            string
	issued, expires time.Time
	policies        []policy.Named // that it is limited to
	tags            []tag
	transitive      []string // keys of the tags that a session which this one asks for has too
}

func (s *session) arn() string { return sessionOf(s.role, s.name) }

func sessionOf(role *entity, name string) string {
	return "arn:aws:sts::" + role.account.id + ":assumed-role/" + role.name + "/" + name
}

func (s *session) id() string { return s.role.id + ":" + s.name }

// role is the role of an ARN that exists by now for other services.
func (d *Directory) role(arn string, now time.Time) *entity {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil || d.accounts[m[1]] == nil {
		return nil
	}
	for _, r := range d.accounts[m[1]].roles {
		if r.arn() == arn && r.exists.seen(now) {
			return r
		}
	}
	return nil
}

// addSession makes the keys of a session. Those of sessions that are over are
// remembered while there is room.
func (d *Directory) addSession(s *session) (keyID string, err error) {
	if len(d.sessions) >= maxKnown {
		for id, old := range d.sessions {
			if old.expires.Before(s.issued) {
				delete(d.sessions, id)
			}
		}
	}
	if len(d.sessions) >= maxKnown {
		return "", limitExceeded("The sandbox has %d sessions, and makes no more: start it anew.", maxKnown)
	}
	s.secret, s.token = random(30), random(300)
	keyID = uniqueID("ASIA", 16)
	d.sessions[keyID] = s
	return keyID, nil
}

// identify sets who makes a call that is signed with the session's keys.
func (s *session) identify(c *api.Call) {
	r := s.role
	r.lastUsed = lastUse{c.Now, c.Service, c.Region}
	c.Caller = policy.Caller{Account: r.account.id, ARN: s.arn(), UniqueID: s.id(), RoleARN: r.arn()}
	c.Own = r.inEffect.seen(c.Now)
	c.Own.Session = s.policies
	c.CallerKeys = principalTags(slices.Concat(r.tags, s.tags))
	c.CallerKeys["aws:TokenIssueTime"] = []string{s.issued.UTC().Format(time.RFC3339)}
	c.CallerKeys["aws:MultiFactorAuthPresent"] = []string{"false"}
	r.account.organization.under(c)
}

// principalTags are the condition keys of a caller's tags. A session's own come last:
// they count where its role has the same key. Source: Pass session tags in AWS STS.
func principalTags(tags []tag) map[string][]string {
	keys := map[string][]string{}
	for i, t := range tags {
		if !slices.ContainsFunc(tags[i+1:], t.sameKey) {
			keys["aws:PrincipalTag/"+t.Key] = []string{t.Value}
		}
	}
	return keys
}
