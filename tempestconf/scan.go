package tempestconf

import (
	"fmt"
	"strings"
	"unicode"
)

// ParseError is oslo.config's ConfigFileParseError: a file that does not load.
type ParseError struct {
	File string
	// Line counts from 1. It is the line at which the value ended where a value stands before the first section.
	Line int
	// Text is the reason in oslo.config's words.
	Text string
	// Source is the line without trailing white space; nil where oslo.config gives none.
	Source *string
	// After is the key of the assignment before the line, a part of whose value the line may have been meant to be.
	After string
}

// Error is oslo.config's text.
func (e *ParseError) Error() string {
	src := "None"
	if e.Source != nil {
		src = pyRepr(*e.Source)
	}
	return fmt.Sprintf("Failed to parse %s: at %s:%d, %s: %s", e.File, e.File, e.Line, e.Text, src)
}

// Class is the name of oslo.config's exception.
func (e *ParseError) Class() string { return "ConfigFileParseError" }

// assignment receives one complete assignment: the section as written, the value with its continuation lines joined by
// newlines, and the line on which the key stands.
type assignment func(section, key, value string, line int) error

// scan reads the text of one file line by line as oslo.config's iniparser does; its behaviour has been the same since
// 2014. The text must be valid UTF-8.
func scan(file, text string, section func(name string), assign assignment) error {
	s := scanner{file: file, assign: assign}
	for text != "" {
		var line string
		line, text = cutLine(text)
		s.line++
		line = strings.TrimRightFunc(line, isSpace)
		if err := s.next(line, section); err != nil {
			return err
		}
	}
	return s.flush()
}

type scanner struct {
	file    string
	line    int
	section string
	key     string
	after   string // the last key
	keyLine int
	value   []string
	assign  assignment
}

func (s *scanner) next(line string, section func(name string)) error {
	switch {
	case line == "":
		return s.flush()
	case line[0] == ' ' || line[0] == '\t':
		if s.key == "" {
			return s.fail("Unexpected continuation line", line)
		}
		s.value = append(s.value, strings.TrimLeftFunc(line, isSpace))
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	switch line[0] {
	case '[':
		if !strings.HasSuffix(line, "]") {
			return s.fail("Invalid section (must end with ])", line)
		}
		if len(line) <= 2 {
			return s.fail("Empty section name", line)
		}
		s.section, s.after = line[1:len(line)-1], ""
		section(s.section)
		return nil
	case '#', ';':
		return nil
	}
	at := strings.IndexAny(line, ":=")
	if at < 0 {
		return s.fail("No ':' or '=' found in assignment", line)
	}
	s.key = strings.TrimFunc(line[:at], isSpace)
	if s.key == "" {
		return s.fail("Key cannot be empty", line)
	}
	s.keyLine, s.after = s.line, s.key
	s.value = append(s.value[:0], unquote(strings.TrimFunc(line[at+1:], isSpace)))
	return nil
}

// flush hands on the assignment that is complete now, if there is one.
func (s *scanner) flush() error {
	if s.key == "" {
		return nil
	}
	key := s.key
	s.key = ""
	if s.section == "" {
		return &ParseError{File: s.file, Line: s.line, Text: "Section must be started before assignment"}
	}
	return s.assign(s.section, key, strings.Join(s.value, "\n"), s.keyLine)
}

func (s *scanner) fail(text, line string) error {
	return &ParseError{File: s.file, Line: s.line, Text: text, Source: &line, After: s.after}
}

// cutLine splits after the first line end: \n, \r\n or a lone \r, Python's universal newlines.
func cutLine(text string) (line, rest string) {
	at := strings.IndexAny(text, "\r\n")
	if at < 0 {
		return text, ""
	}
	end := at + 1
	if text[at] == '\r' && end < len(text) && text[end] == '\n' {
		end++
	}
	return text[:at], text[end:]
}

// unquote drops a quote from both ends when they are the same, which makes a value of one quote character empty.
func unquote(v string) string {
	if v == "" || (v[0] != '"' && v[0] != '\'') || v[0] != v[len(v)-1] {
		return v
	}
	if len(v) == 1 {
		return ""
	}
	return v[1 : len(v)-1]
}

// isSpace is Python's str.isspace for one character: Unicode's white space and the four separators U+001C to U+001F.
func isSpace(r rune) bool { return unicode.IsSpace(r) || (r >= 0x1c && r <= 0x1f) }
