package ui

import (
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/draw"
)

// cleaning is where a clean-up of an earlier run stands.
type cleaning struct {
	from      int                 // entries of the record that are older than it
	confirmed map[steps.Side]bool // whose account's id was typed
}

// cleansUp tells that the journey is the clean-up of what is left of earlier runs.
func (a *App) cleansUp() bool { return a.chosen.journey == "cleanup" }

// mustConfirm tells that something has to be typed before a change is shown.
func (a *App) mustConfirm(c steps.Change) bool {
	return a.cleansUp() && !a.o.Demo && len(c.Actions) > 0 && !a.cleaning.confirmed[c.Step.Side]
}

func (a *App) confirm(x confirmed) tea.Cmd {
	a.cleaning.confirmed[x.planned.change.Step.Side] = true
	return a.show(newStep(a.kit, x.planned.change, x.planned.list, x.planned.facts), true)
}

// leaving asks whether to leave. A clean-up takes nothing back by another road than
// its own, which asks for the accounts.
func (a *App) leaving() *leavingScreen {
	s := newLeaving(a.kit, a.left(), a.cleanUp(), a.o.Demo)
	if a.cleansUp() {
		s.menu.Choices = slices.DeleteFunc(s.menu.Choices, func(c draw.Choice) bool { return c.Wants == undoAll{} })
	}
	return s
}

// cleaned adds to a report what a clean-up removed, what it could not remove, and
// the commands for that.
func (a *App) cleaned(r report) report {
	if !a.cleansUp() || a.world == nil || a.world.Journal == nil {
		return r
	}
	var failed map[string]journal.Entry
	r.gone, failed = tally(a.world.Journal.Entries()[a.cleaning.from:])
	r.left = slices.Clone(a.stays)
	for i, info := range a.infos {
		if a.progress.states[i] == "done" {
			for thing, e := range failed {
				if e.Step == info.ID { // looked at since: it is gone all the same, or it stays
					delete(failed, thing)
				}
			}
			continue
		}
		for _, thing := range a.flow.standingIn(info.Side) {
			if e, tried := failed[thing]; tried && e.Problem != "" {
				thing += ": " + e.Problem
			}
			r.left = append(r.left, thing)
		}
	}
	for _, e := range inOrder(failed) {
		r.commands = append(r.commands, draw.Operation{As: steps.Actor(e.As), Does: e.Operation.Describe()}.Command(r.facts))
	}
	return r
}

// tally says of the entries of a clean-up what they removed, and what they tried in
// vain, each by what it was done to.
func tally(entries []journal.Entry) (gone []string, failed map[string]journal.Entry) {
	failed = map[string]journal.Entry{}
	for _, e := range entries {
		d := e.Operation.Describe()
		if e.State != journal.Done {
			failed[d.Resource] = e
			continue
		}
		delete(failed, d.Resource)
		if d.After != nil { // the policy stays, without what was ours
			gone = append(gone, d.Summary)
		} else {
			gone = append(gone, d.Resource)
		}
	}
	return gone, failed
}

func inOrder(failed map[string]journal.Entry) []journal.Entry {
	var entries []journal.Entry
	for _, e := range failed {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b journal.Entry) int { return a.Seq - b.Seq })
	return entries
}

// endOfCleanUp is the report of a clean-up that came to its end.
func (a *App) endOfCleanUp() report {
	r := a.report(exitDone)
	switch {
	case len(r.left) > len(a.stays):
		r.now = "Some of what was to be removed is still there."
	case len(a.stays) > 0:
		r.now = "Everything else is gone, but something had to stay."
	case a.chosen.find:
		r.now = "Nothing that crossgrant made is left in the two accounts, as far as its tags and its statements in the bucket's policy tell."
	default:
		r.now = fmt.Sprintf("Nothing of the run %s is left.", r.facts.Run)
	}
	if len(r.left) > 0 {
		r.code, r.cleanUp = exitLeft, a.cleanUp()
	}
	return r
}

// foundNotes say how far a search without a record can be trusted.
func foundNotes(bucket string, changes []foreseen) []string {
	if !slices.ContainsFunc(changes, func(c foreseen) bool { return len(c.list) > 0 }) {
		return []string{"Neither account has a user with crossgrant's tag, and the bucket's policy has no statement of crossgrant's: there is nothing to remove."}
	}
	return []string{
		"There is no record to go by, only crossgrant's tags and the names of its statements. Look at everything before you say yes, above all at access keys: somebody may need them by now.",
		fmt.Sprintf("Test files are not looked for. This shows them: aws s3 ls s3://%s/crossgrant-probe/", bucket),
	}
}
