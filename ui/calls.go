package ui

// The calls of the wizard: everything that speaks with AWS, with a run or with the
// records of runs is made here and in run.go, as a Cmd that answers with one typed
// message. The App makes them; a screen never does. What a Cmd reads of the
// calls is set before it begins, and nothing here touches the App.

import (
	"context"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
)

// calls are how the wizard reaches what is outside of it.
type calls struct {
	ctx     context.Context // the program's: all that is under way ends with it
	o       Options
	asks    chan *question
	waits   chan screen.StillChecking
	count   int
	mu      sync.Mutex // guards closed
	closed  bool       // no work begins any more
	under   sync.WaitGroup
	checked *run.CheckEnding // of a check that is over: set by its work, and read once that has settled
	fleet   *run.FleetEnding // the same of a fleet
	tell    func(tea.Msg)    // where a run's events go: set, and called, by the work under way alone
}

func newCalls(ctx context.Context, o Options) *calls {
	if o.patience == 0 {
		o.patience = 5 * time.Second
	}
	o.Source = o.Source.Remember() // a code is asked for once, not again when the run begins
	return &calls{ctx: ctx, o: o, asks: make(chan *question), waits: make(chan screen.StillChecking)}
}

// A call is work that the person waits for. There is one at a time, and a run is used
// within one only.
type call struct {
	id       int
	what     string // what is done: "Reading the live policy."
	ctx      context.Context
	cancel   context.CancelFunc
	out      chan reply
	stopping bool
}

// A reply is a message of a call; the last one ends it.
type reply struct {
	call int
	msg  tea.Msg
	last bool
}

// begin makes a call and the Cmds that do the work and hear the first reply.
func (c *calls) begin(what string, work func(context.Context) tea.Msg) (*call, tea.Cmd) {
	c.count++
	ctx, cancel := context.WithCancel(c.ctx)
	made := &call{id: c.count, what: what, ctx: ctx, cancel: cancel, out: make(chan reply)}
	send := func(r reply) {
		select {
		case made.out <- r:
		case <-c.ctx.Done():
		}
	}
	do := func() tea.Msg {
		if !c.enter() {
			return nil
		}
		defer c.under.Done()
		defer cancel()
		c.tell = func(m tea.Msg) { send(reply{call: made.id, msg: m}) }
		send(reply{call: made.id, msg: work(ctx), last: true})
		return nil
	}
	return made, tea.Batch(do, c.hear(made))
}

// hear waits for the next reply of a call.
func (c *calls) hear(made *call) tea.Cmd {
	return func() tea.Msg {
		select {
		case r := <-made.out:
			return r
		case <-c.ctx.Done():
			return nil
		}
	}
}

func (c *calls) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.under.Add(1)
	}
	return !c.closed
}

// settle waits for what is under way to end, once c.ctx is over. False: it does not,
// and the run stays that work's: nobody else may touch it.
func (c *calls) settle() bool {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	over := make(chan struct{})
	go func() {
		c.under.Wait()
		close(over)
	}()
	select {
	case <-over:
		return true
	case <-time.After(c.o.patience):
		return false
	}
}

// Look-ups follow, which nobody waits for.

func (c *calls) profiles() tea.Msg {
	p, err := c.o.Source.Profiles()
	return screen.ProfilesRead{Profiles: p, Err: err}
}

// signedIn is a profile that was checked, with the session for it. The session stays
// with the App.
type signedIn struct {
	session *awsops.Session // nil: it could not be
	said    screen.Checked
}

// check asks STS who a profile is. Unless the person chose it, nothing is asked
// of them for it.
func (c *calls) check(profile string, chosen bool) tea.Cmd {
	src := c.o.Source
	if chosen {
		src = c.source()
	}
	return func() tea.Msg {
		if !c.enter() {
			return nil
		}
		defer c.under.Done() // a profile's own command is not left behind
		ctx := awsops.WithWaits(c.ctx, func(w awsops.Wait) {
			select {
			case c.waits <- screen.StillChecking{Profile: profile, Wait: w}:
			case <-c.ctx.Done():
			}
		})
		s, id, err := steps.SignIn(ctx, src, profile)
		said := screen.Checked{Profile: profile, Asked: chosen, ID: id, Err: err}
		if s != nil {
			said.Region = s.Region()
		}
		return signedIn{s, said}
	}
}

// hearWaits waits for a check that takes its time.
func (c *calls) hearWaits() tea.Msg {
	select {
	case w := <-c.waits:
		return w
	case <-c.ctx.Done():
		return nil
	}
}

func (c *calls) buckets(s *awsops.Session) tea.Cmd {
	return func() tea.Msg {
		names, err := s.Buckets(c.ctx)
		return screen.BucketsListed{Profile: s.Profile(), Names: names, Err: err}
	}
}

// bucket confirms that a bucket is the customer's and reads what there is to know
// of it.
func (c *calls) bucket(s *awsops.Session, owner, name string) tea.Cmd {
	return func() tea.Msg {
		region, err := s.FindBucket(c.ctx, name, owner)
		if err != nil {
			return screen.BucketRead{Profile: s.Profile(), Name: name, Err: err}
		}
		facts, err := s.In(region).BucketFacts(c.ctx, name, owner)
		facts.Region = region
		return screen.BucketRead{Profile: s.Profile(), Name: name, Facts: facts, Err: err}
	}
}

// user reads a user or a role.
func (c *calls) user(s *awsops.Session, x screen.LookUp) tea.Cmd {
	return func() tea.Msg {
		u, err := s.Principal(c.ctx, awsops.Target{Kind: x.Kind, Name: x.Name})
		return screen.UserRead{Profile: s.Profile(), Side: x.Side, Kind: x.Kind, Name: x.Name, User: u, Err: err}
	}
}

// users lists the users, or the roles.
func (c *calls) users(s *awsops.Session, kind awsops.Kind) tea.Cmd {
	list := s.Users
	if kind == awsops.KindRole {
		list = s.Roles
	}
	return func() tea.Msg {
		users, err := list(c.ctx)
		id, _ := s.Identity(c.ctx) // known since the profile was chosen
		return screen.UsersListed{Profile: s.Profile(), Kind: kind, Users: users, Own: id.ARN, Err: err}
	}
}

// keyPlace looks on this computer whether a key can go there.
func (c *calls) keyPlace(to steps.KeyPlace) tea.Cmd {
	return func() tea.Msg {
		path, err := steps.PlaceKey(c.o.Source, to)
		return screen.KeyPlaceChecked{To: to, Path: path, Err: err}
	}
}

// runs lists earlier runs.
func (c *calls) runs() tea.Msg {
	if c.o.StateDir == "" || c.o.Demo {
		return screen.RunsListed{}
	}
	records, err := steps.Records(c.o.StateDir)
	return screen.RunsListed{Records: records, Err: err}
}

// A question for an MFA code, from the call that needs it.
type question struct {
	profile, device string
	answer          chan string // closed unanswered: the person declined
}

// source asks the person for MFA codes.
func (c *calls) source() awsops.Source {
	src := c.o.Source
	src.Token = func(ctx context.Context, profile, device string) (string, error) {
		q := &question{profile, device, make(chan string, 1)}
		select {
		case c.asks <- q:
		case <-ctx.Done():
			return "", ctx.Err()
		case <-c.ctx.Done():
			return "", c.ctx.Err()
		}
		select {
		case code, ok := <-q.answer:
			if !ok {
				return "", errDeclined
			}
			return code, nil
		case <-ctx.Done():
			return "", ctx.Err()
		case <-c.ctx.Done():
			return "", c.ctx.Err()
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
func (c *calls) listen() tea.Msg {
	select {
	case q := <-c.asks:
		return q
	case <-c.ctx.Done():
		return nil
	}
}
