package screen

// What is known of the names: whether they are taken, and which is free instead.

import (
	"fmt"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/draw"
)

// Look asks for the names that are good and not known yet, and for those that would be
// proposed in their place, side by side.
func (s *Names) Look() Action {
	var wanted LookUpUsers
	for _, q := range s.questions {
		if !isName(q) || s.profile(q.side) == "" || awsops.CheckUserName(q.field.Value()) != nil {
			continue
		}
		for _, name := range []string{q.field.Value(), s.next(q)} {
			ask := s.lookUp(q, name)
			if _, known := s.users[idOf(ask)]; name != "" && !known && !s.asking[idOf(ask)] {
				s.asking[idOf(ask)] = true
				wanted = append(wanted, ask)
			}
		}
	}
	if wanted == nil {
		return nil
	}
	return wanted
}

// lookUp is the look-up of a name for a question.
func (s *Names) lookUp(q question, name string) LookUp {
	kind := awsops.KindUser
	if q.id == "firm-user" {
		kind = s.writers[s.writer].kind
	}
	return LookUp{q.side, kind, name}
}

func idOf(x LookUp) string { return string(x.Side) + "/" + string(x.Kind) + "/" + x.Name }

// read is what is known of a name, and whether anything is.
func (s *Names) read(q question, name string) (UserRead, bool) {
	u, known := s.users[idOf(s.lookUp(q, name))]
	return u, known
}

// next is the name to propose in place of one, as far as is known: "" where it is to be
// one that is there, or nothing can be proposed.
func (s *Names) next(q question) string {
	if s.existing(q) {
		return ""
	}
	name := q.field.Value()
	for range 10 {
		name = steps.NextName(name)
		if u, _ := s.read(q, name); u.User == nil {
			return name
		}
	}
	return ""
}

// free is a name to take in place of one that is taken, "" where none is known.
func (s *Names) free(q question) string {
	next := s.next(q)
	taken, _ := s.read(q, q.field.Value())
	free, known := s.read(q, next)
	if !isName(q) || taken.User == nil || !known || free.Err != nil {
		return ""
	}
	return next
}

// verdict says what is to be said of an answer, and how it is: one to look at will not do.
func (s *Names) verdict(q question) (said string, m draw.Mark) {
	if q.id == "firm-account" {
		if q.field.Value() == "" {
			return "Enter its 12 digits.", draw.MarkLook
		}
		if err := steps.CheckAccountID(s.Given().OtherAccount); err != nil {
			return steps.Problem(err).Detail, draw.MarkLook
		}
	}
	if !isName(q) {
		return "", draw.MarkLater
	}
	name := q.field.Value()
	kind, check := s.lookUp(q, name).Kind, awsops.CheckUserName
	if kind == awsops.KindRole {
		check = awsops.CheckRoleName
	}
	if err := check(name); err != nil {
		return draw.InOne(steps.Problem(err)), draw.MarkLook
	}
	u, known := s.read(q, name)
	account := "the " + string(q.side) + "'s account"
	switch {
	case s.checks() && known && u.Err == nil && u.User == nil:
		return fmt.Sprintf("There is no %s %s in %s. If this is its right name, that is why it is refused.", kind, name, account), draw.MarkUnsure
	case s.checks() && (!known || u.Err != nil):
		return "", draw.MarkLater
	case s.asking[idOf(s.lookUp(q, name))]:
		return "Asking AWS whether the name is free ...", draw.MarkLater
	case !known:
		return "", draw.MarkLater
	case u.Err != nil:
		return draw.Sentence(steps.Problem(u.Err).Summary) + " Whether the name is free is looked at again later.", draw.MarkLater
	case u.User == nil && s.existing(q):
		return fmt.Sprintf("There is no %[1]s %[2]s in %[3]s. Press ctrl+l for the list of those there are, or choose above a new %[1]s.", kind, name, account), draw.MarkLook
	case u.User == nil:
		return "The name is free.", draw.MarkYes
	case s.existing(q):
		return fmt.Sprintf("This %s is there: %s", kind, u.User.ARN), draw.MarkYes
	}
	said = fmt.Sprintf("The name is taken: %s has this %s already, and it is left as it is.", account, kind)
	if u.User.Run != "" {
		said = fmt.Sprintf("The name is taken, by a %s that the run %s created. It is deleted when that run is cleaned up.", kind, u.User.Run)
	}
	switch free := s.free(q); {
	case free == "":
		said += " Type another name."
	case q.id == s.questions[s.at].id:
		said += fmt.Sprintf(" Press enter to take %s, which is free, or type another.", free)
	default:
		said += fmt.Sprintf(" %s is free.", free)
	}
	if q.id == "firm-user" && s.answers.Journey == "setup" {
		said += " To use the one that is there, press ctrl+l."
	}
	return said, draw.MarkLook
}
