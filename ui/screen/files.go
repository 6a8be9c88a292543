package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// Files shows the files for the customer before they are written, and says afterwards what
// to do with them.
type Files struct {
	Env
	still
	dir     string
	files   []handoff.File
	later   string // the command that does the firm's half
	at      int    // the file that is shown
	written bool
	failed  error
	scroll  draw.Scroll
}

// NewFiles shows files that are to go into a folder; later is the command that does the
// firm's half another time.
func NewFiles(e Env, dir string, files []handoff.File, later string) *Files {
	s := &Files{Env: e, dir: dir, files: files, later: later}
	for i, f := range files { // which says what the others are for
		if f.Name == "README.md" {
			s.at = i
		}
	}
	return s
}

func (s *Files) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case FilesWritten:
		s.written, s.failed, s.scroll = msg.Err == nil, msg.Err, draw.Scroll{}
	case tea.KeyMsg:
		switch {
		case key.Matches(msg, keys.Enter) && s.written:
			return DoOwnHalf{}, nil
		case key.Matches(msg, keys.Enter):
			return WriteFiles{s.dir, s.files}, nil
		case key.Matches(msg, keys.Copy) && s.written:
			return Copy{"The command", s.later}, nil
		case key.Matches(msg, keys.Next, keys.Right):
			s.show(s.at + 1)
		case key.Matches(msg, keys.Previous, keys.Left):
			s.show(s.at - 1)
		case key.Matches(msg, keys.Back):
			return Back{}, nil
		case key.Matches(msg, keys.Quit):
			return Leave{}, nil
		default:
			s.scroll.Update(msg)
		}
	}
	return nil, nil
}

func (s *Files) show(at int) {
	s.at, s.scroll = (at+len(s.files))%len(s.files), draw.Scroll{}
}

func (s *Files) View(width, height int) string {
	p := s.Page(width)
	if s.written {
		s.next(p)
		return strings.Join(s.scroll.Part(s.Theme, p.Lines, height), "\n")
	}
	p.Say(s.Bold, "These are the files for the customer")
	p.Say(s.Plain, "They will be written to "+shell.Word(s.dir)+".")
	if s.failed != nil {
		wrong := *steps.Problem(s.failed)
		wrong.Fixes = []string{"Press b, and choose another folder."}
		p.Trouble(&wrong)
	}
	p.Gap().Add(s.names(width)...).Gap()
	text := s.Page(width)
	for line := range strings.Lines(s.files[s.at].Text) {
		line = safe.Text(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    "))
		text.Add(strings.Split(ansi.Wrap(line, width, ""), "\n")...)
	}
	return p.Add(s.scroll.Part(s.Theme, text.Lines, max(3, height-len(p.Lines)))...).String()
}

// names are those of the files, the shown one marked.
func (s *Files) names(width int) (lines []string) {
	long := width
	for i, f := range s.files {
		name, style := f.Name, s.Dim
		if i == s.at {
			name, style = "["+f.Name+"]", s.Accent
		}
		if long += len(name) + 2; long > width {
			lines, long = append(lines, ""), len(name)
		} else {
			name = "  " + name
		}
		lines[len(lines)-1] += style.Render(name)
	}
	return lines
}

// next says what to do once the files are written.
func (s *Files) next(p *draw.Page) {
	p.Marked(draw.MarkDone, fmt.Sprintf("%d files are in %s.", len(s.files), shell.Word(s.dir)))
	p.Gap().Say(s.Bold, "What to do next")
	p.Behind("1. ", 3, "Send the customer all files of that folder, by mail for example. No secret is in them.")
	p.Behind("2. ", 3, "They look at them, apply one, and send back the line that begins with: crossgrant receipt v1")
	p.Behind("3. ", 3, "Do the firm's half: now, by enter, or at any time with the command below. It can come before theirs: then it waits for them.")
	p.Gap().Add(draw.Folded(s.later, p.Width)...)
}

func (s *Files) ShortHelp() []key.Binding {
	if s.written {
		return append([]key.Binding{keys.Named(keys.Enter, "do the firm's half"), keys.Copy, keys.Back}, append(s.scroll.Keys(), keys.Help, keys.Quit)...)
	}
	b := []key.Binding{keys.Named(keys.Enter, "write them"), keys.Named(keys.Next, "next file")}
	return append(append(b, s.scroll.Keys()...), keys.Back, keys.Help, keys.Quit)
}

func (s *Files) FullHelp() [][]key.Binding {
	return append([][]key.Binding{s.ShortHelp()}, keys.Scrolling())
}
