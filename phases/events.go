package phases

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/subunit"
)

// The MIME types of attachments, byte for byte those that Tempest's runner sends: a reason has no quotes.
const (
	mimeTraceback = `text/x-traceback; charset="utf8"; language="python"`
	mimeText      = `text/plain; charset="utf8"`
	mimeReason    = `text/plain; charset=utf8`
)

// logPiece is the size of the pieces in which Python's runner sends a log, in bytes.
const logPiece = 4096

// attachmentLimit keeps one attachment within what every Python reader can hold in memory several times, in bytes.
const attachmentLimit = 1 << 20

// emitter writes the events of tests, in the order in which every consumer wants them: start, attachments, end; all
// attachments carry the time of the end.
type emitter struct {
	sink    func(*subunit.Event)
	tags    []string
	secrets *cloud.Secrets
	now     func() time.Time
	// capture are the attachments beside the log that OS_STDOUT_CAPTURE and OS_STDERR_CAPTURE ask for.
	noLog          bool
	stdout, stderr bool
}

func (m *emitter) exists(id string) {
	m.sink(&subunit.Event{TestID: id, Status: subunit.Exists})
}

func (m *emitter) start(id string) {
	m.sink(&subunit.Event{TestID: id, Status: subunit.InProgress, Time: m.now(), Tags: m.tags})
}

// outcome ends a test. log is nil for what happened outside of a test's body: pseudo tests and decorators' skips have none.
func (m *emitter) outcome(id string, err error, log *testLog) subunit.Status {
	at := m.now()
	if skip := skipOf(err); skip != nil {
		m.file(id, at, "reason", mimeReason, skip.Reason)
		m.end(id, at, subunit.Skip)
		return subunit.Skip
	}
	status := subunit.Success
	if err != nil {
		status = subunit.Fail
		m.pieces(id, at, "traceback", mimeTraceback, traceback(err))
	}
	if log != nil {
		if !m.noLog {
			m.file(id, at, "pythonlogging:''", mimeText, log.text())
		}
		if m.stderr {
			m.file(id, at, "stderr", mimeText, "")
		}
		if m.stdout {
			m.file(id, at, "stdout", mimeText, "")
		}
	}
	if err != nil {
		for _, a := range attachmentsOf(err) {
			m.file(id, at, a.Name, mimeText, a.Text)
		}
	}
	m.end(id, at, status)
	return status
}

func (m *emitter) end(id string, at time.Time, status subunit.Status) {
	m.sink(&subunit.Event{TestID: id, Status: status, Time: at, Tags: m.tags})
}

// file sends a text in pieces of Python's size; an empty text is one empty piece.
func (m *emitter) file(id string, at time.Time, name, mime, text string) {
	text = m.fit(text)
	var pieces []string
	for len(text) > logPiece {
		n := runeBorder(text, logPiece)
		pieces = append(pieces, text[:n])
		text = text[n:]
	}
	m.send(id, at, name, mime, append(pieces, text))
}

// pieces sends a text whose pieces are given.
func (m *emitter) pieces(id string, at time.Time, name, mime string, pieces []string) {
	for i, p := range pieces {
		pieces[i] = m.fit(p)
	}
	m.send(id, at, name, mime, pieces)
}

// fit makes a text fit to be sent: without secrets, in UTF-8, and with its middle left out when it is too long.
func (m *emitter) fit(text string) string {
	text = strings.ToValidUTF8(m.secrets.Clean(text), "\uFFFD")
	if len(text) <= attachmentLimit {
		return text
	}
	const half = attachmentLimit/2 - 32 // leaves room for the sentence in between
	head, tail := runeBorder(text, half), runeBorder(text, len(text)-half)
	return text[:head] + fmt.Sprintf("\n… %d bytes left out …\n", tail-head) + text[tail:]
}

// runeBorder is the last border between characters of a valid text that is at most n.
func runeBorder(text string, n int) int {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

func (m *emitter) send(id string, at time.Time, name, mime string, pieces []string) {
	for i, p := range pieces {
		m.sink(&subunit.Event{
			TestID: id, Time: at, Tags: m.tags, FileName: name, MIME: mime, Content: []byte(p),
			EOF: i == len(pieces)-1, Present: subunit.FieldFile,
		})
	}
}

// Attachment is a further text that explains a failure.
type Attachment struct{ Name, Text string }

// explained is a failure with attachments.
type explained struct {
	error
	attachments []Attachment
}

func (e *explained) Unwrap() error { return e.error }

// WithAttachments adds texts to a failure: a console log, what answered on the way to a guest.
func WithAttachments(err error, attachments ...Attachment) error {
	if err == nil || len(attachments) == 0 {
		return err
	}
	return &explained{err, attachments}
}

func attachmentsOf(err error) []Attachment {
	var out []Attachment
	walk(err, func(err error) {
		if e, ok := err.(*explained); ok {
			out = append(out, e.attachments...)
		}
	})
	return out
}
