package subunit

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"unicode/utf8"
)

// Writer writes events as a stream of subunit version 2 that python-subunit, stestr and what reads after them accept without
// surprise. Every packet is handed to the underlying writer whole, in one Write call and at once: stestr reads a live pipe,
// and packets of several processes must not mix. A Writer may be used by several goroutines.
type Writer struct {
	mu      sync.Mutex
	w       io.Writer
	flusher flusher // w, or nil
	err     error   // of the underlying writer; the stream may end inside a packet, so nothing can follow
	buf     []byte
	tags    []string
	texts   textFiles
	checked checkedStrings
	sum     func([]byte) uint32
}

type flusher interface{ Flush() error }

// NewWriter returns a Writer on w. If w has a method Flush() error, as a *bufio.Writer has, it is called after each event
// that begins or ends a test.
func NewWriter(w io.Writer) *Writer {
	f, _ := w.(flusher)
	var t byteTables
	t.fill()
	return &Writer{w: w, flusher: f, sum: t.checksum}
}

// Write writes e, which it neither keeps nor alters. Beside what [AppendPacket] refuses everything is mended:
//
//   - tags are written sorted and once each;
//   - content of a file whose type is text/* is made valid UTF-8: bad bytes become U+FFFD, and a character that is cut by
//     the end of the piece is held back until the next piece. One bad byte in a text makes most Python tools fail;
//   - content that does not fit into a packet is split: the type is on the first piece, the end of file on the last one,
//     and status and tags follow in a packet of their own, because a file after its test's last status makes a second test;
//   - damaged data that a reader found becomes a failure of the test [ParserTestID], as with python-subunit.
//
// After an error of the underlying writer every further call returns that error.
func (w *Writer) Write(e *Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	var err error
	if e.Defect != "" {
		err = w.writeDamage(e)
	} else {
		err = w.write(e)
	}
	if err != nil {
		return fmt.Errorf("write event of test %q: %w", e.TestID, err)
	}
	if e.Status == InProgress || e.Status.Terminal() {
		return w.flush()
	}
	return nil
}

// Flush calls the underlying writer's Flush method if it has one. The Writer itself holds no packet back.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	return w.flush()
}

func (w *Writer) flush() error {
	if w.flusher != nil {
		if err := w.flusher.Flush(); err != nil {
			w.err = fmt.Errorf("flush subunit stream: %w", err)
		}
	}
	return w.err
}

func (w *Writer) write(e *Event) error {
	var mended Event
	if !sorted(e.Tags) {
		mended = *e
		mended.Tags = w.sortTags(e.Tags)
		e = &mended
	}
	flags, rest, err := w.checked.measure(e)
	if err != nil {
		return err
	}
	text := false
	if e.HasFile() {
		// Only now: an event that is refused must leave no trace in the state of the file.
		var content []byte
		if content, text = w.texts.clean(e); text {
			mended = *e
			mended.Content = content
			rest += numberSize(len(content)) + len(content) - numberSize(len(e.Content)) - len(e.Content)
			e = &mended
		}
	}
	if e.Status.Terminal() {
		if err := w.endTexts(e); err != nil {
			return err
		}
	}
	size, err := packetSize(rest)
	if err != nil {
		if len(e.Content) == 0 {
			return err
		}
		return w.split(e, text)
	}
	w.buf = appendMeasured(w.buf[:0], e, flags, size, w.sum)
	return w.send()
}

// writeDamage writes a reader's finding as python-subunit's reader reports it: the bytes and the reason in two files.
func (w *Writer) writeDamage(e *Event) error {
	data := *e
	data.Status, data.Defect = StatusNone, ""
	if err := w.write(&data); err != nil {
		return err
	}
	if !e.EOF {
		return nil
	}
	return w.write(&Event{TestID: e.TestID, Status: Fail, FileName: parserErrorName, MIME: parserErrorType, EOF: true,
		Content: []byte(defectMessage(e.Defect))})
}

// split writes an event whose content does not fit into one packet.
func (w *Writer) split(e *Event, text bool) error {
	last := Event{TestID: e.TestID, Status: e.Status, Time: e.Time, Tags: e.Tags, NotRunnable: e.NotRunnable, Route: e.Route,
		Present: e.Present &^ (FieldFile | FieldMIME)}
	trailer := e.Status != StatusNone || len(e.Tags) > 0 || e.Present&FieldTags != 0
	piece := *e
	piece.Status, piece.Tags, piece.Present = StatusNone, nil, e.Present&^FieldTags
	_, rest, err := w.checked.measure(&piece)
	if err != nil {
		return err
	}
	const lengthOctets = 3
	overhead := rest - len(e.Content) + lengthOctets
	room := MaxPacketSize - overhead
	if room < utf8.UTFMax {
		return fmt.Errorf("packet of %d bytes without its content leaves no room for it", overhead)
	}
	for content := e.Content; len(content) > 0; {
		n := min(room, len(content))
		if text && n < len(content) {
			n = runeBorder(content, n)
		}
		piece.Content, content = content[:n], content[n:]
		piece.EOF = e.EOF && len(content) == 0
		if err := w.packet(&piece); err != nil {
			return err
		}
		piece.MIME, piece.Present = "", piece.Present&^FieldMIME
	}
	if !trailer {
		return nil
	}
	return w.packet(&last)
}

// endTexts closes the texts of the test that e ends: a character that was held back and never completed is written as bad.
func (w *Writer) endTexts(e *Event) error {
	for _, name := range w.texts.end(e) {
		rest := Event{TestID: e.TestID, Route: e.Route, Time: e.Time, NotRunnable: e.NotRunnable, FileName: name,
			Content: []byte(replacement), EOF: true}
		if err := w.packet(&rest); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) packet(e *Event) error {
	b, err := AppendPacket(w.buf[:0], e)
	if err != nil {
		return err
	}
	w.buf = b
	return w.send()
}

// send hands w.buf to the underlying writer, again for what a short write without an error left over.
func (w *Writer) send() error {
	for b := w.buf; len(b) > 0; {
		n, err := w.w.Write(b)
		if err == nil && n <= 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			w.err = fmt.Errorf("write subunit stream: %w", err)
			return w.err
		}
		b = b[n:]
	}
	return nil
}

// sortTags returns the tags sorted and without duplicates.
func (w *Writer) sortTags(tags []string) []string {
	w.tags = append(w.tags[:0], tags...)
	slices.Sort(w.tags)
	return slices.Compact(w.tags)
}

// sorted reports whether the tags are sorted and without duplicates.
func sorted(tags []string) bool {
	for i := 1; i < len(tags); i++ {
		if tags[i-1] >= tags[i] {
			return false
		}
	}
	return true
}
