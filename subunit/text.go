package subunit

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const replacement = "\uFFFD"

// textFiles keeps, for each text/* file that is being written, the bytes of a character that its last piece cut.
type textFiles struct {
	open map[fileKey]string
	buf  []byte
}

type fileKey struct{ route, id, name string }

func keyOf(e *Event) fileKey { return fileKey{e.Route, e.TestID, e.FileName} }

// isText reports whether the piece of a file in e belongs to a text. Only the first piece of a file carries a type.
func (t *textFiles) isText(e *Event) bool {
	if e.MIME != "" {
		return strings.HasPrefix(e.MIME, "text/")
	}
	if len(t.open) == 0 {
		return false
	}
	_, ok := t.open[keyOf(e)]
	return ok
}

// clean returns the content of e, a piece of a text, as valid UTF-8, in memory that stays valid until the next call.
func (t *textFiles) clean(e *Event) []byte {
	content, key := e.Content, keyOf(e)
	held := t.open[key]
	if held != "" {
		t.buf = append(append(t.buf[:0], held...), content...)
		content = t.buf
	}
	tail := 0
	if e.EOF || e.Status.Terminal() {
		delete(t.open, key)
	} else {
		tail = cutRune(content)
		if t.open == nil {
			t.open = map[fileKey]string{}
		}
		t.open[key] = string(content[len(content)-tail:])
	}
	content = content[:len(content)-tail]
	if utf8.Valid(content) {
		return content
	}
	return replaceInvalid(content)
}

// end forgets the texts of the test of e and returns the names of those that end inside a character.
func (t *textFiles) end(e *Event) []string {
	var cut []string
	for k, held := range t.open {
		if k.id != e.TestID || k.route != e.Route {
			continue
		}
		if held != "" {
			cut = append(cut, k.name)
		}
		delete(t.open, k)
	}
	slices.Sort(cut)
	return cut
}

// cutRune returns how many bytes at the end of b begin a character that more bytes could complete.
func cutRune(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// runeBorder returns the largest border between characters of the valid text b that is at most n, or n if there is none.
func runeBorder(b []byte, n int) int {
	for i := n; i > 0 && i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			return i
		}
	}
	return n
}

func replaceInvalid(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			out = append(out, replacement...)
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}
