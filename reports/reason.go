package reports

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/subunit"
)

// maxReason is the length in bytes at which the sentence of a failure is cut; the whole is in the traceback.
const maxReason = 1000

// kindIncomplete is the kind of failure of a test that began and never ended.
const kindIncomplete = "Incomplete"

// leastEnd is how much of the end of a traceback is looked at, in bytes, however little of it is in memory.
const leastEnd = 64 << 10

const noReason = "no reason recorded"

// reason is why a test had its outcome: for a failure the class of the error and its message, for a skip or an expected
// failure only the message.
type reason struct{ kind, message string }

func reasonOf(r *subunit.Result) reason {
	switch r.Status {
	case subunit.Fail, subunit.ExpectedFailure:
		if a := r.Attachment("traceback"); a != nil && len(bytes.TrimSpace(a.Content)) > 0 {
			return tracebackReason(endOf(a))
		}
		return reason{message: firstLine(r)}
	case subunit.Skip:
		if a := r.Attachment("reason"); a != nil {
			return reason{message: strings.TrimSpace(cut(clean(string(clip(a.Content)), markup)))}
		}
	case subunit.UnexpectedSuccess:
		return reason{kind: "UnexpectedSuccess", message: "passed although it was expected to fail"}
	case subunit.InProgress:
		return reason{kind: kindIncomplete, message: "no result recorded: the test began and never ended"}
	}
	return reason{}
}

// endOf is the content of a, or enough of its end if not all of it is in memory. What cannot be read back is told when the
// attachment itself is written.
func endOf(a *subunit.Attachment) []byte {
	if a.Size() == int64(len(a.Content)) {
		return a.Content
	}
	end, err := a.Tail(max(len(a.Content), leastEnd))
	if err != nil {
		return a.Content
	}
	return end
}

// tracebackReason finds the error at the end of a traceback in Python's form: after the last "Traceback (most recent call
// last):" and its indented frames, "module.Class: message" and perhaps Tempest's "Details: …".
func tracebackReason(text []byte) reason {
	if i := bytes.LastIndex(text, []byte("Traceback (most recent call last):\n")); i >= 0 {
		text = text[i:]
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r') {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	var re reason
	re.kind, re.message = splitError(strings.TrimSpace(cut(clean(string(clip(first)), markup))))
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if details, ok := bytes.CutPrefix(line, []byte("Details: ")); ok {
			re.message += ". Details: " + strings.TrimSpace(cut(clean(string(clip(details)), markup)))
			break
		}
	}
	if re.message = cut(re.message); re.message == "" {
		re.message = noReason
	}
	return re
}

// splitError takes "testtools.matchers._impl.MismatchError: 'ACTIVE' != 'SHUTOFF'" apart into MismatchError and the rest. A
// line that is not of that form is all message.
func splitError(line string) (kind, message string) {
	name, message, found := strings.Cut(line, ": ")
	if name == "" || strings.IndexFunc(name, notInErrorName) >= 0 {
		return "", line
	}
	kind = name[strings.LastIndexByte(name, '.')+1:]
	if !found || message == "" {
		return kind, kind
	}
	return kind, message
}

func notInErrorName(r rune) bool {
	return !(r == '.' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
}

// firstLine is the first line of the first attachment that may tell why a test failed: any text that is not a log.
func firstLine(r *subunit.Result) string {
	for i := range r.Attachments {
		a := &r.Attachments[i]
		switch attachmentTitle(a) {
		case "pythonlogging", "stdout", "stderr":
			continue
		}
		text := bytes.TrimSpace(a.Content)
		if len(text) == 0 || !isText(a) {
			continue
		}
		line, _, _ := bytes.Cut(text, []byte("\n"))
		return strings.TrimSpace(cut(clean(string(clip(line)), markup)))
	}
	return noReason
}

// clip keeps the part of a line that can matter for a reason, so that nothing large is copied.
func clip(line []byte) []byte { return line[:min(len(line), 4*maxReason)] }

// cut shortens s to maxReason bytes at a character's end.
func cut(s string) string {
	if len(s) <= maxReason {
		return s
	}
	i := maxReason
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return s[:i] + " …"
}
