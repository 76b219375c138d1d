package subunit

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
)

// V1Reader reads a stream of subunit version 1, lines of text, which stestr keeps runs in (.stestr/0, .stestr/1, …). Its
// events are those that python-subunit and `stestr last --subunit` make of it: each test begins, has its attachments, and
// ends with its tags. Times that the stream does not have stay zero.
//
// In the mode Recover nothing is an error: other lines become events with Text set, what breaks the form of an attachment
// becomes events with Defect set, and a test that the stream leaves open fails.
type V1Reader struct {
	lines lineReader
	mode  Mode
	queue []Event // queue[next:] is still to be handed out
	next  int
	err   error

	now      time.Time
	tags     []string // of the stream, sorted
	testTags []string // of the test in flight
	test     string
	inTest   bool
	details  *v1Details // while reading the attachments of the test
}

// NewV1Reader returns a reader of r. It does its own buffering.
func NewV1Reader(r io.Reader, mode Mode) *V1Reader {
	return &V1Reader{lines: newLineReader(r), mode: mode}
}

// Next returns the next event, which is valid until the following call; [Event.Clone] makes a lasting copy. At the end of
// the stream the error is io.EOF.
func (r *V1Reader) Next() (*Event, error) {
	for r.next == len(r.queue) {
		if r.err != nil {
			return nil, r.err
		}
		clear(r.queue)
		r.queue, r.next = r.queue[:0], 0
		r.err = r.step()
	}
	r.next++
	return &r.queue[r.next-1], nil
}

// All returns an iterator of all further events; the same rules hold as for Next. The end of the stream ends it, any other
// error is its last item.
func (r *V1Reader) All() iter.Seq2[*Event, error] { return all(r.Next) }

// step takes in a line, or a part of an attachment.
func (r *V1Reader) step() error {
	if r.details != nil && r.details.left > 0 {
		b, err := r.lines.some(r.details.left)
		if err != nil {
			return r.ended(err)
		}
		r.details.content(r, b)
		return nil
	}
	at := r.lines.at
	line, err := r.lines.next()
	if err != nil {
		return r.ended(err)
	}
	if r.details != nil {
		return r.details.line(r, line, at)
	}
	return r.line(line, at)
}

// line takes in a line that is not part of an attachment.
func (r *V1Reader) line(line []byte, at int64) error {
	d, outcome, rest := parseDirective(line)
	switch {
	case d == directTest && !r.inTest:
		r.test, r.inTest, r.testTags = cleanString(rest), true, slices.Clone(r.tags)
		r.emit(Event{TestID: r.test, Status: InProgress, Time: r.now})
		return nil
	case d == directOutcome && r.inTest:
		if r.outcome(outcome, cleanString(rest), bytes.HasSuffix(line, []byte("\r\n"))) {
			return nil
		}
	case d == directTags:
		if r.changeTags(strings.Fields(cleanString(rest))) {
			return nil
		}
	case d == directTime:
		if t, ok := parseV1Time(rest); ok {
			r.now = t
			return nil
		}
	case d == directProgress:
		return nil
	}
	if r.mode == Strict {
		return &StreamError{Offset: at, Defect: "text between results"}
	}
	r.emit(Event{FileName: TextName, Content: slices.Clone(line), Text: true})
	return nil
}

// outcome begins or makes the end of the test in flight. It returns false if the line names another one.
func (r *V1Reader) outcome(o v1Outcome, name string, crlf bool) bool {
	switch name {
	case r.test:
		r.finish(o.status)
	case r.test + " [":
		r.details = newSimpleDetails(o, crlf)
	case r.test + " [ multipart":
		r.details = &v1Details{outcome: o, crlf: crlf}
	default:
		return false
	}
	return true
}

func (r *V1Reader) finish(status Status) {
	r.emit(Event{TestID: r.test, Status: status, Time: r.now, Tags: slices.Clone(r.testTags)})
	r.inTest, r.details = false, nil
}

// maxV1Tags bounds the tags that hold at a time: every test that follows has them all.
const maxV1Tags = 1 << 10

// changeTags adds tags and takes tags away. It returns false, and does neither, if there would be too many.
func (r *V1Reader) changeTags(words []string) bool {
	tags := &r.tags
	if r.inTest {
		tags = &r.testTags
	}
	var added []string
	gone := map[string]bool{}
	for _, w := range words {
		if tag, ok := strings.CutPrefix(w, "-"); ok {
			gone[tag] = true
		} else {
			added = append(added, w)
		}
	}
	if len(*tags)+len(added) > maxV1Tags {
		return false
	}
	*tags = append(*tags, added...)
	slices.Sort(*tags)
	*tags = slices.DeleteFunc(slices.Compact(*tags), func(tag string) bool { return gone[tag] })
	return true
}

// ended takes in the end of the stream. A test that it leaves open fails.
func (r *V1Reader) ended(err error) error {
	if r.inTest {
		during := ""
		if r.details != nil {
			r.details.close(r)
			during = r.details.outcome.label + " report of "
		}
		r.emit(Event{TestID: r.test, Time: r.now, FileName: "traceback", EOF: true,
			MIME:    "text/x-traceback; charset=\"utf8\"; language=\"python\"",
			Content: fmt.Appendf(nil, "testtools.testresult.real._StringException: lost connection during %stest '%s'\n", during, r.test)})
		r.finish(Fail)
	}
	if err == io.EOF {
		return io.EOF
	}
	return fmt.Errorf("read subunit stream: %w", err)
}

func (r *V1Reader) emit(e Event) { r.queue = append(r.queue, e) }
