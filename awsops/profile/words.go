package profile

// Names in the headings of sections.

import "strings"

// named takes a heading of the config file apart, such as [profile 'my client'], as the
// AWS CLI does: like words for a shell. A name of several words without quotes, which the
// CLI passes over, is one name, as the SDKs have it. ok is false where there is no name.
// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
func named(heading string) (kind, name string, ok bool) {
	if all, closed := words(heading); closed && len(all) == 2 {
		return all[0], all[1], true
	}
	kind, name, ok = strings.Cut(strings.ReplaceAll(heading, "\t", " "), " ")
	return kind, strings.TrimSpace(name), ok
}

// words are the words of a line as a shell takes them, without variables; false: a
// quotation mark is not closed.
func words(line string) ([]string, bool) {
	var (
		all    []string
		word   strings.Builder
		within bool // a word, which may be empty
		mark   rune // the quotation mark that is open
	)
	rest := []rune(line)
	for i := 0; i < len(rest); i++ {
		switch r := rest[i]; {
		case r == mark && mark != 0:
			mark = 0
		case r == '\\' && mark != '\'':
			i++
			if i == len(rest) {
				return nil, false
			}
			if mark == '"' && rest[i] != '"' && rest[i] != '\\' {
				word.WriteRune('\\')
			}
			word.WriteRune(rest[i])
			within = true
		case mark != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			mark, within = r, true
		case r == ' ' || r == '\t':
			if within {
				all = append(all, word.String())
			}
			word.Reset()
			within = false
		default:
			word.WriteRune(r)
			within = true
		}
	}
	if within {
		all = append(all, word.String())
	}
	return all, mark == 0
}
