package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
)

// Messages of look-ups, which nobody waits for.
type (
	profilesMsg struct {
		profiles []profile.Entry
		err      error
	}
	checkedMsg struct {
		profile string
		asked   bool // the person chose it, and could be asked for a code
		session *awsops.Session
		id      awsops.Identity
		err     error
	}
	bucketsMsg struct {
		profile string
		names   []string
		err     error
	}
	bucketMsg struct {
		profile, name string
		facts         awsops.BucketFacts
		err           error
	}
	userMsg struct {
		profile string
		side    steps.Side
		name    string
		user    *awsops.User
		err     error
	}
	usersMsg struct {
		profile string
		users   []awsops.User
		err     error
	}
	runsMsg struct{ records []steps.Record }
)

func (f *flow) profiles() tea.Msg {
	p, err := f.o.Source.Profiles()
	return profilesMsg{p, err}
}

// check asks STS who a profile is. Unless the person chose it, nothing is asked
// of them for it.
func (f *flow) check(profile string, chosen bool) tea.Cmd {
	src := f.o.Source
	if chosen {
		src = f.source()
	}
	return func() tea.Msg {
		s, id, err := steps.SignIn(f.ctx, src, profile)
		return checkedMsg{profile, chosen, s, id, err}
	}
}

func (f *flow) buckets(s *awsops.Session) tea.Cmd {
	return func() tea.Msg {
		names, err := s.Buckets(f.ctx)
		return bucketsMsg{s.Profile(), names, err}
	}
}

// bucket confirms that a bucket is the customer's and reads what there is to know
// of it.
func (f *flow) bucket(s *awsops.Session, owner, name string) tea.Cmd {
	return func() tea.Msg {
		region, err := s.FindBucket(f.ctx, name, owner)
		if err != nil {
			return bucketMsg{profile: s.Profile(), name: name, err: err}
		}
		facts, err := s.In(region).BucketFacts(f.ctx, name, owner)
		facts.Region = region
		return bucketMsg{s.Profile(), name, facts, err}
	}
}

func (f *flow) user(s *awsops.Session, side steps.Side, name string) tea.Cmd {
	return func() tea.Msg {
		u, err := s.User(f.ctx, name)
		return userMsg{s.Profile(), side, name, u, err}
	}
}

func (f *flow) users(s *awsops.Session) tea.Cmd {
	return func() tea.Msg {
		users, err := s.Users(f.ctx)
		return usersMsg{s.Profile(), users, err}
	}
}

// runs lists earlier runs.
func (f *flow) runs() tea.Msg {
	if f.o.StateDir == "" || f.o.Demo {
		return runsMsg{}
	}
	records, err := steps.Records(f.o.StateDir)
	if err != nil {
		return runsMsg{} // the first screen does without
	}
	return runsMsg{records}
}

// An ask is a question for an MFA code, from the call that needs it.
type ask struct {
	profile, device string
	answer          chan string // closed unanswered: the person declined
}

// source asks the person for MFA codes.
func (f *flow) source() awsops.Source {
	src := f.o.Source
	src.Token = func(ctx context.Context, profile, device string) (string, error) {
		a := &ask{profile, device, make(chan string, 1)}
		select {
		case f.asks <- a:
		case <-ctx.Done():
			return "", ctx.Err()
		case <-f.ctx.Done():
			return "", f.ctx.Err()
		}
		select {
		case code, ok := <-a.answer:
			if !ok {
				return "", errDeclined
			}
			return code, nil
		case <-ctx.Done():
			return "", ctx.Err()
		case <-f.ctx.Done():
			return "", f.ctx.Err()
		}
	}
	return src
}

var errDeclined = &problem.Error{
	Summary: "No MFA code was given",
	Detail:  "You closed the question for the code, so AWS was not asked.",
	Fixes:   []string{"Try again and enter the code that your device shows, or choose another profile."},
}

// listen waits for the next question for a code.
func (f *flow) listen() tea.Msg {
	select {
	case a := <-f.asks:
		return a
	case <-f.ctx.Done():
		return nil
	}
}
