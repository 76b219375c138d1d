package reports

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"opendev.org/x/persistent-resources/subunit"
)

// texts writes the failure with the traceback and the attachments, and the output. Errors stay in the bufio.Writer.
func (j *JUnit) texts(r *subunit.Result) {
	failed := isFailure(r.Status)
	if failed {
		re := reasonOf(r)
		j.start("failure", re)
		j.sections(inReadingOrder(r), func(a *subunit.Attachment) bool { return output(a) == "" })
		j.end("failure")
	}
	if r.Status == subunit.ExpectedFailure && !j.o.PassingAttachments {
		j.start("system-out", reason{})
		j.cdata([]byte("expected failure: " + reasonOf(r).message))
		j.end("system-out")
	}
	if !failed && !j.o.PassingAttachments {
		return
	}
	for _, element := range []string{"system-out", "system-err"} {
		j.output(r, element, failed)
	}
}

// output writes one of the two output elements: the attachment stdout or stderr, and for a test that passed every other
// one too, in system-out.
func (j *JUnit) output(r *subunit.Result, element string, failed bool) {
	belongs := func(a *subunit.Attachment) bool {
		own := output(a)
		return own == element || own == "" && element == "system-out" && !failed && r.Status != subunit.Skip
	}
	for i := range r.Attachments {
		if len(r.Attachments[i].Content) > 0 && belongs(&r.Attachments[i]) {
			j.start(element, reason{})
			j.sections(inReadingOrder(r), belongs)
			j.end(element)
			return
		}
	}
}

// output is the element that an attachment's name asks for, empty for most.
func output(a *subunit.Attachment) string {
	switch a.Name {
	case "stdout":
		return "system-out"
	case "stderr":
		return "system-err"
	}
	return ""
}

// inReadingOrder returns the attachments with the traceback first.
func inReadingOrder(r *subunit.Result) []*subunit.Attachment {
	ordered := make([]*subunit.Attachment, 0, len(r.Attachments))
	if t := r.Attachment("traceback"); t != nil {
		ordered = append(ordered, t)
	}
	for i := range r.Attachments {
		if r.Attachments[i].Name != "traceback" {
			ordered = append(ordered, &r.Attachments[i])
		}
	}
	return ordered
}

// sections writes attachments as testtools does: the traceback as it is, the others as "name: {{{…}}}".
func (j *JUnit) sections(attachments []*subunit.Attachment, wanted func(*subunit.Attachment) bool) {
	for _, a := range attachments {
		if len(a.Content) == 0 || !wanted(a) {
			continue
		}
		switch {
		case !isText(a):
			j.cdata(fmt.Appendf(nil, "\n%s: {{{%d bytes of %s}}}\n", a.Name, a.Size(), a.MIME))
		case a.Name == "traceback", output(a) != "":
			j.content(a, a.Size())
		default:
			j.cdata(fmt.Appendf(nil, "\n%s: {{{\n", a.Name))
			size := a.Size()
			if end, err := a.Tail(1); err != nil {
				j.note(err)
			} else if end[0] == '\n' {
				size--
			}
			j.content(a, size)
			j.cdata([]byte("\n}}}\n"))
		}
	}
}

func (j *JUnit) start(element string, re reason) {
	b := append(append(j.line[:0], '<'), element...)
	if element == "failure" {
		b = appendAttribute(b, "message", re.message)
		if re.kind != "" {
			b = appendAttribute(b, "type", re.kind)
		}
	}
	j.line = append(b, "><![CDATA["...)
	j.body.Write(j.line)
	j.open = cdata{w: j.body}
}

func (j *JUnit) end(element string) { j.body.WriteString("]]></" + element + ">") }

func appendAttribute(b []byte, name, value string) []byte {
	b = append(append(append(b, ' '), name...), `="`...)
	if isPlain(value) {
		b = append(b, value...)
	} else {
		a := attributeText(b)
		_ = writeClean(&a, []byte(value), markup)
		b = a
	}
	return append(b, '"')
}

// isPlain reports whether s can stand in an attribute as it is, as nearly every id can.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7F || c == '&' || c == '<' || c == '>' || c == '"' {
			return false
		}
	}
	return true
}

// attributeText escapes what is written for the inside of double quotes.
type attributeText []byte

func (a *attributeText) Write(p []byte) (int, error) {
	for _, c := range p {
		switch c {
		case '&':
			*a = append(*a, "&amp;"...)
		case '<':
			*a = append(*a, "&lt;"...)
		case '>':
			*a = append(*a, "&gt;"...)
		case '"':
			*a = append(*a, "&quot;"...)
		case '\t':
			*a = append(*a, "&#x9;"...)
		case '\n':
			*a = append(*a, "&#xA;"...)
		default:
			*a = append(*a, c)
		}
	}
	return len(p), nil
}

// content writes the first size bytes of an attachment into the open section.
func (j *JUnit) content(a *subunit.Attachment, size int64) {
	if size <= int64(len(a.Content)) {
		j.cdata(a.Content[:size])
		return
	}
	j.note(eachPiece(io.LimitReader(a.Reader(), size), func(piece []byte) error {
		j.cdata(piece)
		return nil
	}))
}

// note keeps the first error of reading an attachment back.
func (j *JUnit) note(err error) {
	if j.err == nil {
		j.err = err
	}
}

// cdata writes p into the open section. Errors stay in the bufio.Writer.
func (j *JUnit) cdata(p []byte) { _ = writeClean(&j.open, p, markup) }

// cdata is the inside of a CDATA section, in which "]]>" must not appear, not even across two writes.
type cdata struct {
	w        *bufio.Writer
	brackets int // "]" just written
}

func (c *cdata) Write(p []byte) (int, error) {
	if c.brackets == 0 && bytes.IndexByte(p, ']') < 0 {
		return c.w.Write(p)
	}
	start := 0
	for i, b := range p {
		switch {
		case b == ']':
			c.brackets++
			continue
		case b == '>' && c.brackets >= 2:
			if _, err := c.w.Write(p[start:i]); err != nil {
				return start, err
			}
			if _, err := io.WriteString(c.w, "]]><![CDATA["); err != nil {
				return start, err
			}
			start = i
		}
		c.brackets = 0
	}
	_, err := c.w.Write(p[start:])
	return len(p), err
}
