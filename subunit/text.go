package subunit

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const replacement = "\uFFFD"

// textFiles knows the text/* files that are being written and, for each, the bytes of a character that its last piece cut.
type textFiles struct {
	last  textFile // most pieces belong to the same file as the one before
	begun bool     // last is open
	other map[fileKey]string
	buf   []byte
}

type fileKey struct{ route, id, name string }

type textFile struct {
	key  fileKey
	held string
}

// find returns the text that the piece of a file in e continues, or nil.
func (t *textFiles) find(e *Event) *textFile {
	if t.begun && t.last.key.name == e.FileName && t.last.key.id == e.TestID && t.last.key.route == e.Route {
		return &t.last
	}
	if len(t.other) == 0 {
		return nil
	}
	key := fileKey{e.Route, e.TestID, e.FileName}
	held, ok := t.other[key]
	if !ok {
		return nil
	}
	delete(t.other, key)
	return t.makeLast(key, held)
}

// makeLast puts the file that was the last among the others.
func (t *textFiles) makeLast(key fileKey, held string) *textFile {
	if t.begun {
		if t.other == nil {
			t.other = map[fileKey]string{}
		}
		t.other[t.last.key] = t.last.held
	}
	t.last, t.begun = textFile{key, held}, true
	return &t.last
}

// clean returns the content of the piece of a file in e as valid UTF-8 if the file is a text, in memory that stays valid
// until the next call. Only the first piece of a file carries its type.
func (t *textFiles) clean(e *Event) (content []byte, text bool) {
	f := t.find(e)
	if e.MIME != "" && !strings.HasPrefix(e.MIME, "text/") || e.MIME == "" && f == nil {
		return e.Content, false
	}
	content = e.Content
	if f != nil && f.held != "" {
		t.buf = append(append(t.buf[:0], f.held...), content...)
		content = t.buf
	}
	if e.EOF || e.Status.Terminal() {
		if f != nil {
			t.begun = false
		}
	} else {
		if f == nil {
			f = t.makeLast(fileKey{e.Route, e.TestID, e.FileName}, "")
		}
		tail := len(content) - cutRune(content)
		f.held = string(content[tail:])
		content = content[:tail]
	}
	if !utf8.Valid(content) {
		content = replaceInvalid(content)
	}
	return content, true
}

// end forgets the texts of the test of e and returns the names of those that end inside a character.
func (t *textFiles) end(e *Event) []string {
	var cut []string
	if t.begun && t.last.key.id == e.TestID && t.last.key.route == e.Route {
		t.begun = false
		if t.last.held != "" {
			cut = append(cut, t.last.key.name)
		}
	}
	for k, held := range t.other {
		if k.id != e.TestID || k.route != e.Route {
			continue
		}
		if held != "" {
			cut = append(cut, k.name)
		}
		delete(t.other, k)
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
