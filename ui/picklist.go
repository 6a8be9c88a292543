package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/safe"
)

// A row is one thing to pick, with what is known of it.
type row struct {
	name, kind string
	state      string // drawn already
}

// A pickList is rows to pick one of, which can be filtered by a part of a name.
type pickList struct {
	*theme
	rows   []row
	at     int // among those that the filter leaves
	height int
	filter textinput.Model
	typing bool // the filter
}

func newPickList(t *theme) pickList {
	return pickList{theme: t, height: 8, filter: t.newField("")}
}

// newField is a line to type on.
func (t *theme) newField(value string) textinput.Model {
	f := textinput.New()
	f.Prompt = ""
	f.CharLimit = 256
	f.TextStyle, f.PlaceholderStyle = t.plain, t.dim
	f.Cursor.Style = t.plain
	f.Cursor.SetMode(cursor.CursorStatic)
	f.SetValue(value)
	return f
}

// left are the rows that the filter leaves.
func (l *pickList) left() []row {
	part := strings.ToLower(l.filter.Value())
	var rows []row
	for _, r := range l.rows {
		if strings.Contains(strings.ToLower(r.name+" "+r.kind), part) {
			rows = append(rows, r)
		}
	}
	return rows
}

// pick is the name under the cursor, "" when there is none.
func (l *pickList) pick() string {
	if rows := l.left(); l.at < len(rows) {
		return rows[l.at].name
	}
	return ""
}

// put moves the cursor to a name, if it is there.
func (l *pickList) put(name string) {
	for i, r := range l.left() {
		if r.name == name {
			l.at = i
		}
	}
}

func (l *pickList) filtered() bool { return l.typing || l.filter.Value() != "" }

func (l *pickList) showAll() {
	name := l.pick()
	l.typing = false
	l.filter.SetValue("")
	l.filter.Blur()
	l.put(name)
}

// update moves the cursor or edits the filter. It takes no other key.
func (l *pickList) update(msg tea.KeyMsg) tea.Cmd {
	last := max(0, len(l.left())-1)
	switch {
	case key.Matches(msg, keys.esc):
		l.showAll()
	case l.typing && key.Matches(msg, filterKeys.accept):
		l.typing = false
		l.filter.Blur()
	case l.typing:
		var cmd tea.Cmd
		l.filter, cmd = l.filter.Update(msg)
		l.at = 0
		return cmd
	case key.Matches(msg, keys.filter):
		l.typing = true
		return l.filter.Focus()
	case key.Matches(msg, keys.up, keys.previous):
		l.at = max(0, l.at-1)
	case key.Matches(msg, keys.down, keys.next):
		l.at = min(last, l.at+1)
	case key.Matches(msg, keys.pageUp):
		l.at = max(0, l.at-l.height)
	case key.Matches(msg, keys.pageDown):
		l.at = min(last, l.at+l.height)
	case key.Matches(msg, keys.home):
		l.at = 0
	case key.Matches(msg, keys.end):
		l.at = last
	}
	return nil
}

// draw adds the filter's line and as many rows as fit to a page.
func (l *pickList) draw(p *page, height int) {
	l.height = max(3, height-2)
	rows := l.left()
	top := min(max(0, l.at-l.height/2), max(0, len(rows)-l.height))
	switch {
	case l.filtered():
		p.add(l.dim.Render("  filter: ") + cut(l.filter.View(), p.width-10))
	case len(rows) > l.height:
		p.add(l.dim.Render(fmt.Sprintf("  %d to %d of %d", top+1, min(len(rows), top+l.height), len(rows))))
	default:
		p.gap()
	}
	if len(rows) == 0 {
		p.say(l.dim, "  None has that in its name.")
	}
	room := max(10, p.width-2-1-12-1-18)
	for i, r := range rows[top:min(len(rows), top+l.height)] {
		lead, style := "  ", l.plain
		if top+i == l.at {
			lead, style = l.paint(markNow)+" ", l.accent
		}
		p.add(cut(lead+style.Render(fill(safe.Line(r.name), room))+" "+l.dim.Render(fill(r.kind, 12))+" "+r.state, p.width))
	}
}
