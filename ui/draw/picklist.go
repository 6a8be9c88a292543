package draw

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// A Row is one thing to pick, with what is known of it.
type Row struct {
	Name, Kind string
	State      string // drawn already
}

// A PickList is rows to pick one of, which can be filtered by a part of a name.
type PickList struct {
	*Theme
	Rows   []Row
	Typing bool // the filter
	at     int  // among those that the filter leaves
	height int
	filter textinput.Model
}

// NewPickList is one without rows.
func NewPickList(t *Theme) PickList {
	return PickList{Theme: t, height: 8, filter: t.Input("")}
}

// Input is a line to type on.
func (t *Theme) Input(value string) textinput.Model {
	f := textinput.New()
	f.Prompt = ""
	f.CharLimit = 256
	f.TextStyle, f.PlaceholderStyle = t.Plain, t.Dim
	f.Cursor.Style = t.Plain
	f.Cursor.SetMode(cursor.CursorStatic)
	f.SetValue(value)
	return f
}

// left are the rows that the filter leaves.
func (l *PickList) left() []Row {
	part := strings.ToLower(l.filter.Value())
	var rows []Row
	for _, r := range l.Rows {
		if strings.Contains(strings.ToLower(r.Name+" "+r.Kind), part) {
			rows = append(rows, r)
		}
	}
	return rows
}

// Pick is the name under the cursor, "" when there is none.
func (l *PickList) Pick() string {
	if rows := l.left(); l.at >= 0 && l.at < len(rows) {
		return rows[l.at].Name
	}
	return ""
}

// Put moves the cursor to a name, if it is there.
func (l *PickList) Put(name string) {
	for i, r := range l.left() {
		if r.Name == name {
			l.at = i
		}
	}
}

// PutNone has no row under the cursor, until a key moves it.
func (l *PickList) PutNone() { l.at = -1 }

// Filtered tells that not all rows need be shown.
func (l *PickList) Filtered() bool { return l.Typing || l.filter.Value() != "" }

// ShowAll takes the filter away.
func (l *PickList) ShowAll() {
	name := l.Pick()
	l.Typing = false
	l.filter.SetValue("")
	l.filter.Blur()
	l.Put(name)
}

// Update moves the cursor or edits the filter. It takes no other key.
func (l *PickList) Update(msg tea.KeyMsg) tea.Cmd {
	last := max(0, len(l.left())-1)
	switch {
	case key.Matches(msg, keys.Esc):
		l.ShowAll()
	case l.Typing && key.Matches(msg, keys.Accept):
		l.Typing = false
		l.filter.Blur()
	case l.Typing:
		var cmd tea.Cmd
		l.filter, cmd = l.filter.Update(msg)
		l.at = 0
		return cmd
	case key.Matches(msg, keys.Filter):
		l.Typing = true
		return l.filter.Focus()
	case key.Matches(msg, keys.Up, keys.Previous):
		l.at = max(0, l.at-1)
	case key.Matches(msg, keys.Down, keys.Next):
		l.at = min(last, l.at+1)
	case key.Matches(msg, keys.PageUp):
		l.at = max(0, l.at-l.height)
	case key.Matches(msg, keys.PageDown):
		l.at = min(last, l.at+l.height)
	case key.Matches(msg, keys.Home):
		l.at = 0
	case key.Matches(msg, keys.End):
		l.at = last
	}
	return nil
}

// Draw adds the filter's line and as many rows as fit to a page.
func (l *PickList) Draw(p *Page, height int) {
	l.height = max(3, height-2)
	rows := l.left()
	top := min(max(0, l.at-l.height/2), max(0, len(rows)-l.height))
	switch {
	case l.Filtered():
		p.Add(l.Dim.Render("  filter: ") + Cut(l.filter.View(), p.Width-10))
	case len(rows) > l.height:
		p.Add(l.Dim.Render(fmt.Sprintf("  %d to %d of %d", top+1, min(len(rows), top+l.height), len(rows))))
	default:
		p.Gap()
	}
	if len(rows) == 0 {
		p.Say(l.Dim, "  None has that in its name.")
	}
	room := max(10, p.Width-2-1-12-1-18)
	for i, r := range rows[top:min(len(rows), top+l.height)] {
		lead, style := "  ", l.Plain
		if top+i == l.at {
			lead, style = l.Paint(MarkNow)+" ", l.Accent
		}
		p.Add(Cut(lead+style.Render(Fill(safe.Line(r.Name), room))+" "+l.Dim.Render(Fill(r.Kind, 12))+" "+r.State, p.Width))
	}
}
