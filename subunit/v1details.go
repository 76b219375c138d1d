package subunit

import (
	"bytes"
	"strconv"
	"strings"
)

// maxV1Piece is the size in bytes from which an attachment is handed out before its end.
const maxV1Piece = 1 << 20

// v1Details reads the attachments of a test. They are either one simple text, which ends with a line "]", or a sequence of
// "Content-Type: TYPE", the name, and the content in chunks as of HTTP, with the same end.
type v1Details struct {
	outcome v1Outcome
	simple  bool
	crlf    bool // the line that began them ends in CR LF, so theirs may too

	damage string // what breaks the form since the last good line, or ""

	open  bool // an attachment has begun
	mime  string
	name  string
	named bool
	left  int // bytes of the chunk that were not read yet
	body  []byte
	start bool // no piece of the attachment was handed out yet
}

func newSimpleDetails(o v1Outcome, crlf bool) *v1Details {
	d := &v1Details{outcome: o, simple: true, crlf: crlf, open: true, named: true, start: true}
	switch o.status {
	case Skip:
		d.name, d.mime = "reason", "text/plain"
	case Success:
		d.name, d.mime = "message", "text/plain"
	default:
		d.name, d.mime = "traceback", "text/x-traceback; charset=\"utf8\""
	}
	return d
}

// content takes in a part of the present chunk.
func (d *v1Details) content(r *V1Reader, b []byte) {
	d.left -= len(b)
	d.add(r, b)
}

// line takes in any other line.
func (d *v1Details) line(r *V1Reader, line []byte, at int64) error {
	end := string(line) == "]\n" || string(line) == "]" || d.crlf && string(line) == "]\r\n"
	switch {
	case d.simple && !end:
		d.add(r, bytes.TrimPrefix(line, quote(line)))
		return nil
	case !d.simple && d.open && d.named:
		return d.chunk(r, line, at)
	case !d.simple && d.open:
		name := strings.TrimSuffix(string(line), "\n")
		if d.crlf {
			name = strings.TrimSuffix(name, "\r")
		}
		d.name, d.named = cleanString(name), true
		return nil
	case end:
		d.end(r)
		return nil
	}
	if mime, ok := strings.CutPrefix(strings.TrimRight(string(line), "\r\n"), "Content-Type: "); ok {
		d.mended(r)
		d.open, d.mime, d.named, d.start = true, cleanString(mime), false, true
		return nil
	}
	if next, _, rest := parseDirective(line); next == directTest || next == directTime && isV1Time(rest) {
		// The end mark is lost, but here the next test begins.
		d.end(r)
		return r.line(line, at)
	}
	return d.defect(r, line, at, "no type of an attachment")
}

// end ends the details and with them the test.
func (d *v1Details) end(r *V1Reader) {
	d.close(r)
	r.finish(d.outcome.status)
}

// quote returns the blank that protects a text's line that begins with the end mark.
func quote(line []byte) []byte {
	if bytes.HasPrefix(line, []byte(" ]")) {
		return line[:1]
	}
	return nil
}

// chunk takes in the line before a chunk, its size in hexadecimal digits. Size 0 ends the attachment.
func (d *v1Details) chunk(r *V1Reader, line []byte, at int64) error {
	n, err := strconv.ParseUint(strings.TrimRight(string(line), "\r\n"), 16, 31)
	if err != nil {
		d.close(r)
		return d.defect(r, line, at, "no size of a chunk")
	}
	if n == 0 {
		d.close(r)
	}
	d.left = int(n)
	return nil
}

// add takes in content. Where pieces are cut does not depend on how the stream comes in.
func (d *v1Details) add(r *V1Reader, b []byte) {
	for free := maxV1Piece - len(d.body); len(b) > free; free = maxV1Piece {
		d.body = append(d.body, b[:free]...)
		d.piece(r, false)
		b = b[free:]
	}
	d.body = append(d.body, b...)
}

// close hands out the rest of the attachment, if one is open.
func (d *v1Details) close(r *V1Reader) {
	if d.open && d.named {
		d.piece(r, true)
	}
	d.mended(r)
	d.open, d.named, d.left = false, false, 0
}

func (d *v1Details) piece(r *V1Reader, last bool) {
	e := Event{TestID: r.test, Time: r.now, FileName: d.name, Content: d.body, EOF: last, Present: FieldFile}
	if d.start {
		e.MIME = d.mime
	}
	d.body, d.start = nil, false
	r.emit(e)
}

// defect hands out a line that breaks the form.
func (d *v1Details) defect(r *V1Reader, line []byte, at int64, what string) error {
	if r.mode == Strict {
		return &StreamError{Offset: at, Defect: what}
	}
	e := Event{TestID: ParserTestID, FileName: DamageName, Content: bytes.Clone(line), Defect: what}
	if d.damage == "" {
		d.damage, e.MIME = what, "application/octet-stream"
	}
	e.Defect = d.damage
	r.emit(e)
	return nil
}

// mended ends the damaged data, if there is any.
func (d *v1Details) mended(r *V1Reader) {
	if d.damage != "" {
		r.emit(Event{TestID: ParserTestID, Status: Fail, FileName: DamageName, EOF: true, Defect: d.damage, Present: FieldFile})
		d.damage = ""
	}
}
