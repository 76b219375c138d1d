package stestr

import (
	"bytes"
	"io"
	"strings"
)

// maxTrace is how much of a crash report is kept, in bytes.
const maxTrace = 32 << 10

// panicWatch passes standard error on and keeps the report that Go's runtime writes when a program dies of itself.
type panicWatch struct {
	out   io.Writer
	line  []byte // the beginning of the line that is being written
	trace []byte
}

// crashes are how the runtime's reports begin.
var crashes = [...]string{"panic: ", "fatal error: ", "runtime: ", "SIGQUIT: ", "unexpected fault address "}

// Write never fails: a person who does not read must not stop the tests.
func (w *panicWatch) Write(p []byte) (int, error) {
	if w.out != nil {
		_, _ = w.out.Write(p)
	}
	rest := p
	for len(rest) > 0 {
		if w.trace != nil {
			w.trace = append(w.trace, rest[:min(len(rest), maxTrace-len(w.trace))]...)
			break
		}
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			w.line = append(w.line, rest[:min(len(rest), maxTrace-len(w.line))]...)
			break
		}
		w.line = append(w.line, rest[:min(end, maxTrace-len(w.line))]...)
		if isCrash(w.line) {
			w.trace = append(make([]byte, 0, maxTrace), w.line...)
		}
		w.line, rest = w.line[:0], rest[end:]
	}
	return len(p), nil
}

func isCrash(line []byte) bool {
	for _, c := range crashes {
		if bytes.HasPrefix(line, []byte(c)) {
			return true
		}
	}
	return false
}

func (w *panicWatch) text() string { return strings.ToValidUTF8(string(w.trace), "\uFFFD") }

func (w *panicWatch) firstLine() string {
	line, _, _ := strings.Cut(w.text(), "\n")
	return strings.TrimSpace(line)
}
