package draw

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// An Operation is one that a step performs, described once, and what became of it.
type Operation struct {
	steps.Action
	Does           awsops.Description
	Started, Ended bool
	Receipt        awsops.Receipt
	Problem        *problem.Error
}

// Operations describes what a change is to do.
func Operations(actions []steps.Action) []Operation {
	var list []Operation
	for _, a := range actions {
		list = append(list, Operation{Action: a, Does: a.Op.Describe()})
	}
	return list
}

func (o Operation) mark() Mark {
	switch {
	case o.Problem != nil:
		return MarkFailed
	case o.Ended:
		return MarkDone
	case o.Started:
		return MarkNow
	}
	return MarkLater
}

// said is the operation in words, with what its receipt says.
func (o Operation) said() string {
	switch summary, r := o.Does.Summary, o.Receipt; {
	case r.Refused != "":
		return summary + ": AWS refused it (" + r.Refused + ")"
	case r.Already:
		return summary + ": it was in place already"
	case r.KeyID != "" && !strings.Contains(summary, r.KeyID):
		return summary + ": " + r.KeyID
	default:
		return summary
	}
}

// Operations draws operations with what became of each: in full, or where that is
// too much for the height, each on one line.
func (t *Theme) Operations(f steps.Facts, list []Operation, width, height int) []string {
	full, short := t.Page(width), t.Page(width)
	at := 0
	for i, o := range list {
		if o.Started {
			at = i
		}
		m := o.mark()
		lead := t.Paint(m) + " " + t.Dim.Render(Fill(m.Word, 8))
		text := Who(f, o.As) + ": " + Sentence(o.said())
		full.Behind(lead, 10, text)
		short.Add(Cut(lead+safe.Line(text), width))
	}
	if len(full.Lines) <= height {
		return full.Lines
	}
	return window(short.Lines, max(1, height), at)
}

// Command is an operation as a shell would run it, with an option and a document on
// lines of their own.
func (o Operation) Command(f steps.Facts) string {
	command := f.Command(o.As, o.Does)
	if d := o.Does.After; d != nil {
		command = strings.Replace(command, shell.Word(d.Compact()), shell.Lines(strings.TrimRight(d.Indent(), "\n")), 1)
	}
	return Laid(command)
}

// Folded is a command on as few lines as a width allows, broken as Laid breaks it, and
// where that is not enough between any two words.
func Folded(command string, width int) []string {
	if first, rest, several := strings.Cut(command, " && aws "); several { // each on lines of its own
		lines := Folded(first, width-len(` && \`))
		lines[len(lines)-1] += ` && \`
		return append(lines, Folded("aws "+rest, width)...)
	}
	laid := strings.Split(Laid(command), "\n")
	if strings.Contains(command, "\n") { // some of the lines are within quotes
		return laid
	}
	lines := laid[:1]
	for _, next := range laid[1:] {
		last := &lines[len(lines)-1]
		if one := strings.TrimSuffix(*last, `\`) + strings.TrimLeft(next, " "); ansi.StringWidth(one) <= width {
			*last = one
		} else {
			lines = append(lines, next)
		}
	}
	var all []string
	for _, l := range lines {
		all = append(all, narrowed(l, width)...)
	}
	return all
}

// narrowed breaks a line of a command between its words.
func narrowed(line string, width int) []string {
	if ansi.StringWidth(line) <= width {
		return []string{line}
	}
	words := shell.Words(strings.TrimLeft(line, " "))
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	lines := []string{indent + words[0]}
	for i, word := range words[1:] {
		last := &lines[len(lines)-1]
		room := width - len(` \`)
		if i == len(words)-2 {
			room = width
		}
		if ansi.StringWidth(*last)+1+ansi.StringWidth(word) <= room || word == `\` {
			*last += " " + word
		} else {
			*last += ` \`
			lines = append(lines, "    "+word)
		}
	}
	return lines
}

// Pasted is a command on lines that a terminal of this width does not break, as far as a
// shell goes on reading within a word: only where that has no quotes, and begins a line.
func Pasted(command string, width int) []string {
	var all []string
	for _, l := range Folded(command, width) {
		for len(l) > width && !strings.ContainsAny(l, `'"`) {
			all, l = append(all, l[:width-1]+`\`), l[width-1:]
		}
		all = append(all, l)
	}
	return all
}

// Laid breaks a command before each option that is not within quotes, where a shell goes
// on reading.
func Laid(command string) string {
	var b strings.Builder
	quoted := false
	for i, r := range command {
		before, rest := command[:i], command[i:]
		switch {
		case r == '\'':
			quoted = quoted != (quoted || !strings.HasSuffix(before, `\`))
		case quoted:
		case strings.HasPrefix(rest, " --") && !strings.HasSuffix(before, "aws"):
			b.WriteString(" \\\n   ")
		case strings.HasPrefix(rest, " aws "):
			b.WriteString(" \\\n ")
		}
		b.WriteRune(r)
	}
	return b.String()
}
