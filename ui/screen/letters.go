package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// Letters shows the texts for administrators, one at a time.
type Letters struct {
	Env
	still
	Letters []steps.Letter
	at      int
	scroll  draw.Scroll
}

func (s *Letters) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	letter := s.Letters[s.at]
	switch {
	case key.Matches(m, keys.Next):
		s.at, s.scroll = (s.at+1)%len(s.Letters), draw.Scroll{}
	case key.Matches(m, keys.Copy):
		return Copy{"The text for the " + string(letter.To) + "'s administrators", letter.Text}, nil
	case key.Matches(m, keys.SaveText):
		return Save{letter.FileName(), letter.Text}, nil
	case key.Matches(m, keys.Back, keys.Enter):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	default:
		s.scroll.Update(m)
	}
	return nil, nil
}

func (s *Letters) View(width, height int) string {
	letter := s.Letters[s.at]
	head := s.Page(width)
	title := "For the administrators at the " + string(letter.To)
	if len(s.Letters) > 1 {
		title += fmt.Sprintf(" (%d of %d)", s.at+1, len(s.Letters))
	}
	head.Say(s.Side(letter.To).Bold(true), title).Gap()
	p := s.Page(width)
	for _, line := range paragraphs(letter.Text, width) {
		text := strings.TrimLeft(line, " ")
		if ansi.StringWidth(line) <= width {
			p.Add(safe.Text(line))
			continue
		}
		p.Behind(line[:len(line)-len(text)], len(line)-len(text), text)
	}
	return head.Add(s.scroll.Part(s.Theme, p.Lines, height-len(head.Lines))...).String()
}

// paragraphs are the lines of a letter. In a window too narrow for them the lines of prose are
// put together, to be wrapped anew.
func paragraphs(text string, width int) (all []string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if !slices.ContainsFunc(lines, func(l string) bool { return ansi.StringWidth(l) > width }) {
		return lines
	}
	prose := func(line string) bool { return line != "" && line[0] != ' ' }
	for i, line := range lines {
		if i > 0 && prose(line) && prose(lines[i-1]) && !strings.HasPrefix(line, "- ") {
			all[len(all)-1] += " " + line
			continue
		}
		all = append(all, line)
	}
	return all
}

func (s *Letters) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Back, keys.Copy, keys.SaveText}
	if len(s.Letters) > 1 {
		b = append([]key.Binding{keys.Named(keys.Next, "the other")}, b...)
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Letters) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
