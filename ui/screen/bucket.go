package screen

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Bucket asks for the customer's bucket: from the list, typed, or to be made.
type Bucket struct {
	Env
	customer Checked
	preset   string
	list     draw.PickList
	names    []string
	listed   bool
	failed   *problem.Error // why there is no list
	field    textinput.Model
	typing   bool
	facts    map[string]BucketRead
	reading  map[string]bool
	waiting  string // chosen, and its facts are not back yet
	form     bucketForm
	making   bool
	mayMake  bool
	cleansUp bool
	checks   bool
	rest     int
}

// NewBucket asks for a bucket of the customer's.
func NewBucket(e Env, customer Checked, a steps.Answers) *Bucket {
	s := &Bucket{
		Env: e, customer: customer, preset: a.Bucket, list: draw.NewPickList(e.Theme), field: e.Input(a.Bucket),
		facts: map[string]BucketRead{}, reading: map[string]bool{},
		form: e.newBucketForm("", customer.Region),
	}
	if a.MakeBucket != "" {
		s.form = e.newBucketForm(a.Bucket, a.MakeBucket)
		s.making = true
	}
	s.ForJourney(a.Journey)
	if s.unseen() {
		s.startTyping()
	}
	return s
}

// ForJourney offers to make a bucket, except for a clean-up or a check.
func (s *Bucket) ForJourney(journey string) {
	s.cleansUp, s.checks = journey == "cleanup", journey == "check"
	s.mayMake = !s.cleansUp && !s.checks
	s.making = s.making && s.mayMake
}

// unseen tells that nobody is signed in to the bucket's account: its name is typed, and
// nothing is read.
func (s *Bucket) unseen() bool { return s.customer.Profile == "" }

func (s *Bucket) Typing() bool { return s.typing || s.making || s.list.Typing }

func (s *Bucket) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case BucketsListed:
		if msg.Profile == s.customer.Profile {
			return s.arrived(msg), nil
		}
		return nil, nil
	case BucketRead:
		if msg.Profile == s.customer.Profile {
			return s.learned(msg), nil
		}
		return nil, nil
	case settled:
		if msg.number == s.rest {
			return s.look(), nil
		}
		return nil, nil
	case tea.KeyMsg:
		if s.making {
			return s.made(msg)
		}
		if s.typing {
			return s.typed(msg)
		}
		if !s.list.Typing {
			if act, taken := s.key(msg); taken {
				return act, nil
			}
		}
		before := s.list.Pick()
		cmd := s.list.Update(msg)
		if s.list.Pick() != before {
			s.waiting = ""
			return nil, tea.Batch(cmd, s.settle())
		}
		return nil, cmd
	}
	return nil, nil
}

func (s *Bucket) arrived(msg BucketsListed) Action {
	s.listed, s.names, s.failed = true, msg.Names, nil
	if msg.Err != nil {
		s.failed = steps.Problem(msg.Err)
		s.startTyping()
	}
	s.fillList()
	s.list.Put(s.preset)
	return s.look()
}

func (s *Bucket) learned(msg BucketRead) Action {
	delete(s.reading, msg.Name)
	s.facts[msg.Name] = msg
	s.fillList()
	if s.waiting == msg.Name {
		s.waiting = ""
		if msg.Err == nil {
			return PickBucket{msg.Name, ""}
		}
	}
	return nil
}

func (s *Bucket) key(msg tea.KeyMsg) (Action, bool) {
	switch {
	case key.Matches(msg, keys.Enter):
		if name := s.list.Pick(); name != "" {
			return s.choose(name), true
		}
		return nil, true
	case key.Matches(msg, keys.TypeName):
		s.startTyping()
		return nil, true
	case s.mayMake && key.Matches(msg, keys.MakeOne):
		s.startMaking()
		return s.look(), true
	case key.Matches(msg, keys.Retry):
		if s.failed != nil {
			s.listed = false
			return ListBuckets{}, true
		}
		delete(s.facts, s.list.Pick())
		return s.look(), true
	case key.Matches(msg, keys.Back) && !s.list.Filtered():
		s.waiting = ""
		return Back{}, true
	case key.Matches(msg, keys.Quit):
		return Leave{}, true
	}
	return nil, false
}

func (s *Bucket) startTyping() {
	s.typing = true
	s.field.Focus()
	s.field.CursorEnd()
}

func (s *Bucket) typed(msg tea.KeyMsg) (Action, tea.Cmd) {
	switch {
	case key.Matches(msg, keys.Enter):
		name, err := awsops.CleanBucketName(s.field.Value())
		if err != nil {
			return nil, nil // what is wrong stands under the field
		}
		return s.choose(name), nil
	case key.Matches(msg, keys.Esc) && s.unseen():
		return Back{}, nil
	case key.Matches(msg, keys.Esc):
		s.typing, s.waiting = false, ""
		s.field.Blur()
		return nil, nil
	}
	var cmd tea.Cmd
	before := s.field.Value()
	s.field, cmd = s.field.Update(msg)
	if s.field.Value() != before {
		s.waiting = ""
		return nil, tea.Batch(cmd, s.settle())
	}
	return nil, cmd
}

func (s *Bucket) choose(name string) Action {
	if known, ok := s.facts[name]; ok && known.Err == nil || s.unseen() {
		return PickBucket{name, ""}
	}
	delete(s.facts, name)
	s.waiting = name
	return s.read(name)
}

// shown is the name that the facts are about.
func (s *Bucket) shown() string {
	typed := s.field.Value()
	switch {
	case s.making:
		typed = s.form.name.Value()
	case !s.typing:
		return s.list.Pick()
	}
	name, err := awsops.CleanBucketName(typed)
	if err != nil {
		return ""
	}
	return name
}

func (s *Bucket) look() Action { return s.read(s.shown()) }

func (s *Bucket) read(name string) Action {
	if _, known := s.facts[name]; name == "" || known || s.reading[name] || s.unseen() {
		return nil
	}
	s.reading[name] = true
	s.fillList()
	return ReadBucket{name}
}

func (s *Bucket) settle() tea.Cmd {
	s.rest++
	return s.Timer(settleTime, settled{s.rest})
}

func (s *Bucket) fillList() {
	s.list.Rows = nil
	for _, name := range s.names {
		state := ""
		known, ok := s.facts[name]
		switch {
		case s.reading[name]:
			state = s.Dim.Render("reading ...")
		case ok && known.Err != nil:
			state = s.Paint(draw.MarkLook) + " " + s.Warn.Render("see below")
		case ok:
			state = s.Paint(draw.MarkYes) + " " + known.Facts.Region
		}
		s.list.Rows = append(s.list.Rows, draw.Row{Name: name, State: state})
	}
}

func (s *Bucket) View(width, height int) string {
	p := s.Page(width)
	question := "Which bucket of the customer's will the firm write into?"
	switch {
	case s.unseen():
		p.Say(s.Bold, "Which bucket of the customer's does the firm write into?")
		p.Say(s.Plain, "You gave no profile of the customer's, so that its buckets cannot be listed.")
		p.Gap().Add(s.Dim.Render("Name of the bucket: ") + draw.Cut(s.field.View(), width-21))
		return p.Gap().Add(s.below(width)...).String()
	case s.checks:
		question = "Which bucket of the customer's does the firm write into?"
	case s.cleansUp:
		question = "Which bucket of the customer's was the firm let into?"
	}
	p.Say(s.Bold, question)
	account := "the account " + policy.Dashed(s.customer.ID.Account)
	if s.making {
		p.Say(s.Plain, "A new one, in "+account+". It is not created now: that is a step, which you see before you say yes to it.")
		s.drawForm(p)
		return p.String()
	}
	p.Say(s.Plain, "These are the buckets of "+account+". Nothing is changed by choosing one.")
	facts := s.below(width)
	switch {
	case s.typing:
		p.Gap().Add(s.Dim.Render("Name of the bucket: ") + draw.Cut(s.field.View(), width-21))
		if s.failed != nil && s.field.Value() == "" {
			p.Marked(draw.MarkLook, "The buckets could not be listed: "+draw.Sentence(s.failed.Summary)+" Type the name instead.")
		}
	case !s.listed:
		p.Gap().Say(s.Dim, "Asking AWS for the buckets ...")
	case s.failed != nil:
		p.Gap().Marked(draw.MarkLook, "The buckets could not be listed: "+draw.Sentence(s.failed.Summary)).Behind("  ", 2, draw.InOne(s.failed))
	case len(s.names) == 0:
		p.Gap().Marked(draw.MarkLook, "This account has no bucket yet, or hides them.")
		if s.mayMake {
			p.Behind("  ", 2, "Press m to create one.")
		}
		p.Behind("  ", 2, "Press t to type the name of one that is there.")
	default:
		room := height - len(p.Lines) - len(facts) - 1
		s.list.Draw(p, room)
	}
	return p.Gap().Add(facts...).String()
}

// below says what is known of the bucket that is meant.
func (s *Bucket) below(width int) []string {
	p := s.Page(width)
	if s.typing && s.field.Value() != "" {
		if _, err := awsops.CleanBucketName(s.field.Value()); err != nil {
			p.Trouble(steps.Problem(err))
			return p.Lines
		}
	}
	name := s.shown()
	known, ok := s.facts[name]
	switch {
	case name == "":
	case s.reading[name]:
		p.Say(s.Dim, "Reading what there is to know of "+name+" ...")
	case ok && known.Err != nil:
		p.Trouble(steps.Problem(known.Err))
	case ok:
		p.BucketFacts(known.Facts, s.cleansUp)
	}
	return p.Lines
}

func (s *Bucket) ShortHelp() []key.Binding {
	switch {
	case s.making:
		return s.formKeys()
	case s.unseen():
		return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Esc, keys.Interrupt}
	case s.typing:
		return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Named(keys.Esc, "back to the list")}
	case s.list.Typing:
		return []key.Binding{keys.Named(keys.Enter, "go to the list"), keys.Named(keys.Esc, "show all again")}
	}
	last := []key.Binding{keys.TypeName, keys.MakeOne, keys.Back, keys.Help, keys.Quit}
	if !s.mayMake {
		last = slices.Delete(last, 1, 2)
	}
	switch {
	case s.failed != nil:
		return append([]key.Binding{keys.Retry}, last...)
	case s.listed && len(s.names) == 0:
		return last
	}
	return append([]key.Binding{keys.Named(keys.Enter, "choose"), keys.Filter}, last...)
}

func (s *Bucket) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.Move, keys.Named(keys.Retry, "read again"), keys.PageUp, keys.PageDown, keys.Home, keys.End}}
}
