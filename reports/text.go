package reports

import (
	"io"
	"strings"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/subunit"
)

// replacement stands for bytes that are not UTF-8.
const replacement = "\uFFFD"

// medium says which characters a report may carry, and what stands for the others.
type medium int

const (
	// markup is XML and HTML: what XML 1.0 does not allow is dropped, as subunit2junitxml does.
	markup medium = iota
	// terminal is a console: control characters are shown as \x1b, so that a guest's console log cannot move the cursor.
	terminal
)

// writeClean writes p as valid UTF-8 that the medium can carry. It copies nothing: w should be buffered.
func writeClean(w io.Writer, p []byte, m medium) error {
	start := 0
	for i := 0; i < len(p); {
		c := p[i]
		if c < utf8.RuneSelf && (c >= 0x20 && c != 0x7F || c == '\n' || c == '\t') {
			i++
			continue
		}
		r, size := utf8.DecodeRune(p[i:])
		sub, bad := m.substitute(r, size, p[i+size:])
		if !bad {
			i += size
			continue
		}
		if _, err := w.Write(p[start:i]); err != nil {
			return err
		}
		if _, err := io.WriteString(w, sub); err != nil {
			return err
		}
		i += size
		start = i
	}
	_, err := w.Write(p[start:])
	return err
}

// substitute returns what stands for the rune r of the given size when the medium cannot carry it.
func (m medium) substitute(r rune, size int, rest []byte) (sub string, bad bool) {
	switch {
	case r == utf8.RuneError && size == 1:
		return replacement, true
	case r == '\r' && m == terminal && len(rest) > 0 && rest[0] == '\n':
		return "", true
	case r < 0x20 && r != '\n' && r != '\t', m == terminal && r >= 0x7F && r < 0xA0:
		if m == terminal {
			return escapeSequence(r), true
		}
		return "", true
	case m == markup && (r == 0xFFFE || r == 0xFFFF):
		return "", true
	}
	return "", false
}

// escapeSequence is r as \x1b, for r below 0x100.
func escapeSequence(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{'\\', 'x', digits[r>>4], digits[r&15]})
}

// clean is writeClean for short strings.
func clean(s string, m medium) string {
	var b strings.Builder
	if err := writeClean(&b, []byte(s), m); err != nil {
		return "" // a strings.Builder never fails
	}
	return b.String()
}

// isText reports whether an attachment can be shown: its type says so, or it has no type and is valid UTF-8.
func isText(a *subunit.Attachment) bool {
	switch kind, _, _ := strings.Cut(a.MIME, ";"); strings.TrimSpace(strings.ToLower(kind)) {
	case "":
		return utf8.Valid(a.Content) || a.Size() > int64(len(a.Content)) && validStart(a.Content)
	case "application/json", "application/xml", "application/yaml":
		return true
	default:
		return strings.HasPrefix(kind, "text/")
	}
}

// pieceSize is how much of a long text is converted at a time, in bytes.
const pieceSize = 64 << 10

// validStart reports whether b is the beginning of valid UTF-8, cut anywhere.
func validStart(b []byte) bool { return utf8.Valid(b[:wholeRunes(b)]) }

// wholeRunes returns the length of b without a character that its end cuts.
func wholeRunes(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if i := len(b) - n; utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}

// eachPiece reads a text piece by piece and never cuts a character.
func eachPiece(r io.Reader, piece func([]byte) error) error {
	buf, held := make([]byte, pieceSize), 0
	for {
		n, err := io.ReadFull(r, buf[held:])
		n += held
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return err
		}
		whole := n
		if !last {
			whole = wholeRunes(buf[:n])
		}
		if err := piece(buf[:whole]); err != nil || last {
			return err
		}
		held = copy(buf, buf[whole:n])
	}
}
