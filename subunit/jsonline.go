package subunit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// maxInline is the size in bytes up to which a line holds content itself; of longer content it holds the SHA-256.
const maxInline = 4096

// JSONWriter writes events as JSON, one line an event, for people and for comparing streams. The form is that of Python's
// json.dumps with sorted keys: every byte is ASCII. There are three kinds of lines:
//
//   - a packet has all of "eof", "file_bytes", "file_name", "mime_type", "nonsubunit" (false), "nsec", "route_code",
//     "runnable", "sec", "test_id", "test_status" and "test_tags", null for fields that the packet does not have. Content is
//     "file_bytes_b64" with its length "file_bytes_len"; above 4096 bytes "file_bytes_sha256" with its length;
//   - text between packets has the content in the same form and "nonsubunit" (true);
//   - damaged data is "packet_b64" or "packet_sha256", with "packet_len", and "parser_error" says what is wrong.
//
// Neighbouring pieces of text or damaged data make one line, so that lines do not depend on how the stream was read.
type JSONWriter struct {
	w    io.Writer
	line []byte

	joined  joinKind
	defect  string
	content []byte // while it is short enough
	sum     hash.Hash
	size    int64
}

type joinKind uint8

const (
	joinNothing joinKind = iota
	joinText
	joinDamage
)

// NewJSONWriter returns a JSONWriter on w. Each line is one Write call.
func NewJSONWriter(w io.Writer) *JSONWriter { return &JSONWriter{w: w} }

// Write writes e; text and damaged data only when their end is known.
func (j *JSONWriter) Write(e *Event) error {
	switch {
	case e.Defect != "":
		if j.joined != joinDamage {
			if err := j.Flush(); err != nil {
				return err
			}
		}
		j.joined, j.defect = joinDamage, e.Defect
		j.add(e.Content)
		if e.EOF {
			return j.Flush()
		}
		return nil
	case e.Text:
		if j.joined != joinText {
			if err := j.Flush(); err != nil {
				return err
			}
		}
		j.joined = joinText
		j.add(e.Content)
		return nil
	}
	if err := j.Flush(); err != nil {
		return err
	}
	return j.packet(e)
}

// Flush writes text or damaged data of which the end was still open. Call it when the stream ends.
func (j *JSONWriter) Flush() error {
	kind := j.joined
	if kind == joinNothing {
		return nil
	}
	j.line = append(j.line[:0], '{')
	if kind == joinText {
		j.bytes("file_bytes")
		j.key("nonsubunit")
		j.line = append(j.line, "true"...)
	} else {
		j.bytes("packet")
		j.key("parser_error")
		j.string(j.defect)
	}
	j.joined = joinNothing
	return j.end()
}

func (j *JSONWriter) packet(e *Event) error {
	j.line = append(j.line[:0], '{')
	j.key("eof")
	j.bool(e.EOF)
	if e.HasFile() {
		j.add(e.Content)
		j.bytes("file_bytes")
	} else {
		j.key("file_bytes")
		j.null()
	}
	j.optional("file_name", e.FileName, e.HasFile())
	j.optional("mime_type", e.MIME, e.Present&FieldMIME != 0)
	j.key("nonsubunit")
	j.bool(false)
	sec, nsec := e.Time.Unix(), int64(e.Time.Nanosecond())
	if e.Present&TimeCarried != 0 {
		sec, nsec = sec-1, nsec+int64(time.Second)
	}
	j.number("nsec", nsec, e.Time.IsZero())
	j.optional("route_code", e.Route, e.Present&FieldRoute != 0)
	j.key("runnable")
	j.bool(!e.NotRunnable)
	j.number("sec", sec, e.Time.IsZero())
	j.optional("test_id", e.TestID, e.Present&FieldTestID != 0)
	j.optional("test_status", e.Status.String(), false)
	j.key("test_tags")
	if len(e.Tags) == 0 && e.Present&FieldTags == 0 {
		j.null()
	} else {
		j.line = append(j.line, '[')
		for i, t := range e.Tags {
			if i > 0 {
				j.line = append(j.line, ", "...)
			}
			j.string(t)
		}
		j.line = append(j.line, ']')
	}
	return j.end()
}

// add takes in a piece of the content of the next line.
func (j *JSONWriter) add(b []byte) {
	j.size += int64(len(b))
	if j.size <= maxInline {
		j.content = append(j.content, b...)
		return
	}
	if j.sum == nil {
		j.sum = sha256.New()
	}
	j.sum.Write(j.content)
	j.sum.Write(b)
	j.content = j.content[:0]
}

// bytes writes what add took in.
func (j *JSONWriter) bytes(name string) {
	if j.size <= maxInline {
		j.key(name + "_b64")
		j.line = append(j.line, '"')
		j.line = base64.StdEncoding.AppendEncode(j.line, j.content)
		j.line = append(j.line, '"')
	}
	j.number(name+"_len", j.size, false)
	if j.size > maxInline {
		j.key(name + "_sha256")
		j.line = append(j.line, '"')
		j.line = hex.AppendEncode(j.line, j.sum.Sum(nil))
		j.line = append(j.line, '"')
	}
	j.content, j.sum, j.size = j.content[:0], nil, 0
}

func (j *JSONWriter) key(name string) {
	if len(j.line) > 1 {
		j.line = append(j.line, ", "...)
	}
	j.line = append(append(append(j.line, '"'), name...), `": `...)
}

func (j *JSONWriter) null() { j.line = append(j.line, "null"...) }

func (j *JSONWriter) bool(b bool) { j.line = strconv.AppendBool(j.line, b) }

func (j *JSONWriter) number(name string, n int64, null bool) {
	j.key(name)
	if null {
		j.null()
		return
	}
	j.line = strconv.AppendInt(j.line, n, 10)
}

func (j *JSONWriter) optional(name, s string, present bool) {
	j.key(name)
	if s == "" && !present {
		j.null()
		return
	}
	j.string(s)
}

func (j *JSONWriter) string(s string) {
	j.line = append(j.line, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			j.line = append(j.line, '\\', byte(r))
		case r >= ' ' && r < utf8.RuneSelf:
			j.line = append(j.line, byte(r))
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			j.line = fmt.Appendf(j.line, `\u%04x\u%04x`, high, low)
		default:
			j.line = appendEscaped(j.line, r)
		}
	}
	j.line = append(j.line, '"')
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return fmt.Appendf(dst, `\u%04x`, r)
}

func (j *JSONWriter) end() error {
	j.line = append(j.line, '}', '\n')
	if _, err := j.w.Write(j.line); err != nil {
		return fmt.Errorf("write event as JSON: %w", err)
	}
	return nil
}
