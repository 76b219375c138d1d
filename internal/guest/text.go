package guest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable makes text from a guest fit for logs and attachments: valid UTF-8 without
// control characters other than newline and tab. What is replaced stays visible.
func readable(s string) string {
	clean := true
	for _, r := range s {
		if r == utf8.RuneError || (unicode.IsControl(r) && r != '\n' && r != '\t') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// oneLine is readable on a single line, for sentences.
func oneLine(s string) string {
	return strings.Join(strings.Fields(readable(s)), " ")
}

// shorten keeps the first part of what may be long.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
