package screen

import (
	"errors"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// A bucketForm asks for a bucket that is to be made. It makes none: the journey
// does, in a step of its own.
type bucketForm struct {
	name, region textinput.Model
	inRegion     bool
}

func (e Env) newBucketForm(name, region string) bucketForm {
	f := bucketForm{name: e.Input(name), region: e.Input(region)}
	f.name.Focus()
	return f
}

// field is the one that takes the keys.
func (f *bucketForm) field() *textinput.Model {
	if f.inRegion {
		return &f.region
	}
	return &f.name
}

func (f *bucketForm) move(toRegion bool) {
	f.field().Blur()
	f.inRegion = toRegion
	f.field().Focus()
}

func (s *Bucket) startMaking() {
	s.making, s.waiting = true, ""
	s.form.move(false)
	s.form.name.CursorEnd()
}

// made edits the form.
func (s *Bucket) made(msg tea.KeyMsg) (Action, tea.Cmd) {
	f := &s.form
	switch {
	case key.Matches(msg, keys.Enter):
		_, m := s.nameVerdict()
		regionErr := awsops.CheckRegion(f.region.Value())
		switch {
		case m == draw.MarkLook:
			f.move(false)
		case !f.inRegion:
			f.move(true)
		case regionErr == nil:
			return PickBucket{f.name.Value(), f.region.Value()}, nil
		}
		return s.look(), nil
	case key.Matches(msg, keys.Next, keys.Previous, keys.FieldUp, keys.FieldDown):
		f.move(!f.inRegion)
		return s.look(), nil
	case key.Matches(msg, keys.Esc):
		s.making = false
		return s.look(), nil
	}
	var cmd tea.Cmd
	before := s.shown()
	*f.field(), cmd = f.field().Update(msg)
	if s.shown() == before {
		return nil, cmd
	}
	return nil, tea.Batch(cmd, s.settle())
}

// nameVerdict says what is known of the name, and how it is: one to look at
// no bucket can have.
func (s *Bucket) nameVerdict() (said string, m draw.Mark) {
	typed := s.form.name.Value()
	name, err := awsops.CleanBucketName(typed)
	known, asked := s.facts[name]
	var p *problem.Error
	switch {
	case typed == "":
		return "", draw.MarkLook
	case err != nil:
		return draw.InOne(steps.Problem(err)), draw.MarkLook
	case slices.Contains(s.names, name) || asked && known.Err == nil:
		return "The customer's account has a bucket of this name already. Press esc to choose it from the list, or type another name.", draw.MarkLook
	case s.reading[name]:
		return "Asking AWS whether the name is free ...", draw.MarkLater
	case !asked:
		return "", draw.MarkLater
	}
	errors.As(known.Err, &p)
	switch {
	case p != nil && p.Code == "NoSuchBucket":
		return "The name is free.", draw.MarkYes
	case p != nil && p.Code == "AccessDenied":
		return "The name is taken, by another account or by a bucket that is closed to you. All accounts of AWS share the names of buckets: type another.", draw.MarkLook
	}
	return draw.Sentence(steps.Problem(known.Err).Summary) + " Whether the name is free is looked at again later.", draw.MarkLater
}

func (s *Bucket) drawForm(p *draw.Page) {
	line := func(label string, field textinput.Model, why string) {
		p.Gap().Add("  " + s.Side(steps.Customer).Render(draw.Fill(label, 16)) + "  " + draw.Cut(field.View(), p.Width-20))
		p.Behind("    ", 4, why)
	}
	verdict := func(said string, m draw.Mark) {
		if said != "" {
			p.Behind("    "+s.Paint(m)+" ", 6, said)
		}
	}
	from := len(p.Lines) + 1
	line("Its name", s.form.name, "3 to 63 lower-case letters, digits, dots and hyphens. No other bucket in the world has it.")
	verdict(s.nameVerdict())
	if s.form.inRegion {
		from = len(p.Lines) + 1
	} else {
		p.Focus(from)
	}
	line("Its region", s.form.region, "Where AWS will keep the files, such as us-east-1 or eu-west-1. It cannot be moved later.")
	if err := awsops.CheckRegion(s.form.region.Value()); err != nil {
		verdict(draw.InOne(steps.Problem(err)), draw.MarkLook)
	}
	if s.form.inRegion {
		p.Focus(from)
	}
}

func (s *Bucket) formKeys() []key.Binding {
	enter := keys.Named(keys.Enter, "next")
	if s.form.inRegion {
		enter = keys.Named(keys.Enter, "choose")
	}
	return []key.Binding{enter, keys.Next, keys.Named(keys.Esc, "back to the list"), keys.Interrupt}
}
