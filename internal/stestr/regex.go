package stestr

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// matchLimit is how long one test id may be looked at. Backtracking expressions can take for ever.
const matchLimit = 5 * time.Second

// RegexError is a regular expression that cannot be used. Its text is stestr's.
type RegexError struct {
	Pattern string
	Where   string // where it came from, e.g. "provided in filters"
	Err     error
}

func (e *RegexError) Error() string {
	return fmt.Sprintf("Invalid regex: %s %s: %v", e.Pattern, e.Where, e.Err)
}

// Unwrap returns the cause.
func (e *RegexError) Unwrap() error { return e.Err }

// Regex is a regular expression of Python's module re, as jobs write them, look-ahead included.
type Regex struct {
	pattern, where string
	compiled       *regexp2.Regexp
}

// CompileRegex compiles a pattern; where says in errors where it came from.
func CompileRegex(pattern, where string) (*Regex, error) {
	translated, err := translate(pattern)
	if err != nil {
		return nil, &RegexError{pattern, where, err}
	}
	compiled, err := regexp2.Compile(translated, regexp2.None)
	if err != nil {
		return nil, &RegexError{pattern, where, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))}
	}
	compiled.MatchTimeout = matchLimit
	return &Regex{pattern, where, compiled}, nil
}

// Search reports whether the expression matches anywhere in s, as re.search does.
func (r *Regex) Search(s string) (bool, error) {
	found, err := r.compiled.MatchString(s)
	if err != nil {
		return false, &RegexError{r.pattern, r.where, fmt.Errorf("it does not come to an end within %s on %s", matchLimit, s)}
	}
	return found, nil
}

// translator rewrites what Python and .NET, whose expressions regexp2 has, write differently.
type translator struct {
	in  []rune
	at  int
	out strings.Builder
}

// translate returns the .NET form of a Python expression. It refuses what Python refuses and .NET would take for something
// else.
func translate(pattern string) (string, error) {
	t := &translator{in: []rune(pattern)}
	for t.at < len(t.in) {
		var err error
		switch rest := t.rest(); {
		case rest[0] == '\\':
			err = t.escape(false)
		case rest[0] == '[':
			err = t.class()
		case strings.HasPrefix(string(rest[:min(2, len(rest))]), "(?"):
			err = t.group()
		case rest[0] == '{':
			t.repeat()
		default:
			t.copy(1)
		}
		if err != nil {
			return "", err
		}
	}
	return t.out.String(), nil
}

func (t *translator) rest() []rune { return t.in[t.at:] }

func (t *translator) copy(n int) {
	t.out.WriteString(string(t.in[t.at : t.at+n]))
	t.at += n
}

// replace writes s in place of the next n characters.
func (t *translator) replace(n int, s string) {
	t.out.WriteString(s)
	t.at += n
}

// The letters that Python knows behind a backslash, outside and inside of a class.
const (
	escapes      = "AbBdDfnrsStuUvwWxZa"
	classEscapes = "abdDfnrsStuUvwWx"
)

func (t *translator) escape(inClass bool) error {
	rest := t.rest()
	if len(rest) == 1 {
		return errors.New("bad escape (end of pattern)")
	}
	known := escapes
	if inClass {
		known = classEscapes
	}
	c := rest[1]
	letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	switch {
	case letter && !strings.ContainsRune(known, c):
		return fmt.Errorf("bad escape \\%c", c)
	case c == 'Z':
		t.replace(2, `\z`)
	case c == 'U':
		var r rune
		if len(rest) < 10 {
			return errors.New(`incomplete escape \U`)
		}
		if _, err := fmt.Sscanf(string(rest[2:10]), "%08x", &r); err != nil {
			return errors.New(`bad escape \U`)
		}
		t.replace(10, regexp2.Escape(string(r)))
	default:
		t.copy(2)
	}
	return nil
}

// class copies [...]. In Python a bracket or "-[" in it stands for itself; in .NET it takes characters away.
func (t *translator) class() error {
	t.copy(1)
	if len(t.rest()) > 0 && t.rest()[0] == '^' {
		t.copy(1)
	}
	for first := true; len(t.rest()) > 0; first = false {
		switch t.rest()[0] {
		case ']':
			if !first {
				t.copy(1)
				return nil
			}
			t.replace(1, `\]`)
		case '[':
			t.replace(1, `\[`)
		case '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		default:
			t.copy(1)
		}
	}
	return errors.New("unterminated character set")
}

func (t *translator) group() error {
	rest := string(t.rest())
	switch {
	case strings.HasPrefix(rest, "(?P<"):
		t.replace(4, "(?<")
	case strings.HasPrefix(rest, "(?P="):
		name, _, closed := strings.Cut(rest[4:], ")")
		if !closed {
			return errors.New("missing ), unterminated name")
		}
		t.replace(len([]rune(name))+5, `\k<`+name+">")
	case strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
		t.copy(4)
	case strings.HasPrefix(rest, "(?<"), strings.HasPrefix(rest, "(?'"), strings.HasPrefix(rest, "(?P"):
		return fmt.Errorf("unknown extension %.4s", rest)
	default:
		t.copy(2)
		t.flags()
	}
	return nil
}

// flags leaves out the flags for kinds of text, which .NET does not have: ids are ASCII.
func (t *translator) flags() {
	rest := t.rest()
	end := 0
	for end < len(rest) && strings.ContainsRune("aiLmsux-", rest[end]) {
		end++
	}
	if end == 0 || end == len(rest) || rest[end] != ')' && rest[end] != ':' {
		return
	}
	kept := strings.Map(func(r rune) rune {
		if strings.ContainsRune("aLu", r) {
			return -1
		}
		return r
	}, string(rest[:end]))
	if kept == "" && rest[end] == ')' {
		kept = "-n" // changes nothing
	}
	t.replace(end, kept)
}

// repeat gives {,n} its lower end.
func (t *translator) repeat() {
	rest := t.rest()
	end := 2
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	if len(rest) > 1 && rest[1] == ',' && end < len(rest) && rest[end] == '}' {
		t.replace(2, "{0,")
		return
	}
	t.copy(1)
}
