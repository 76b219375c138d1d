package subunit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"unicode/utf8"
)

// Mode says what a reader does about what is not a good packet.
type Mode uint8

// The modes of a reader.
const (
	// Recover makes events of text and of damaged data, and goes on with the next good packet.
	Recover Mode = iota
	// Strict ends with a *StreamError.
	Strict
)

// StreamError tells where a stream is not what it should be.
type StreamError struct {
	Offset int64  // in bytes from the start of the stream
	Defect string // what is wrong there
}

func (e *StreamError) Error() string {
	return fmt.Sprintf("subunit stream is damaged at offset %d: %s", e.Offset, e.Defect)
}

const defectText = "text between packets"

// Reader reads a stream of subunit version 2. It returns every event as soon as its bytes are there, so that it can follow
// a live pipe, and needs no more memory than the largest packet, whatever the stream says.
//
// In the mode Recover no byte is lost and no input is an error: bytes between packets become events with Text set, and
// data that looks like a packet but is not whole becomes events with Defect set, up to the next good packet.
type Reader struct {
	win  window
	mode Mode
	sums checksums
	dec  decoder
	err  error

	start   int64  // offset of the last event
	scanned int    // bytes of the window that were looked at already
	defect  string // not empty while looking for the end of damaged data
	further bool   // a piece of the damaged data was handed out already
	batch   int    // claims to judge at once: one at first, as most damage ends soon
	found   [maxBatch]claim
}

// NewReader returns a reader of r. It does its own buffering; what a *bytes.Reader holds is not copied at all.
func NewReader(r io.Reader, mode Mode) *Reader {
	return &Reader{win: newWindow(r), mode: mode, dec: newDecoder()}
}

// Next returns the next event. The event and its Content and Tags are borrowed: they are valid until the following call and
// must not be changed; [Event.Clone] makes a lasting copy. At the end of the stream the error is io.EOF.
func (r *Reader) Next() (*Event, error) {
	if r.err != nil {
		return nil, r.err
	}
	for {
		var e *Event
		var err error
		if r.defect == "" {
			e, err = r.next()
		} else {
			e = r.damage()
		}
		if err != nil {
			r.err = err
			return nil, err
		}
		if e != nil {
			return e, nil
		}
	}
}

// All returns an iterator of all further events; the same rules hold as for Next. The end of the stream ends it, any other
// error is its last item.
func (r *Reader) All() iter.Seq2[*Event, error] { return all(r.Next) }

func all(next func() (*Event, error)) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for {
			e, err := next()
			if err == io.EOF || !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Offset returns where in the stream, in bytes, the event that Next returned last begins.
func (r *Reader) Offset() int64 { return r.start }

// next returns the packet at the start of the window or the text before the next one. It returns nil when there is nothing
// to hand out yet because damaged data begins.
func (r *Reader) next() (*Event, error) {
	for {
		data := r.win.data()
		if len(data) > 0 && data[0] == signature && r.scanned == 0 {
			if size, fields, v := readHeader(data); v == plausible {
				return r.packet(size, fields) // as nearly always
			}
		}
		i, size, fields, v := r.findPacket(data)
		if v == plausible {
			if i > 0 {
				return r.text(i)
			}
			return r.packet(size, fields)
		}
		// Up to i there is text, but its last bytes may be the start of a character that the bytes to come complete.
		r.scanned = i
		if n := i - cutRune(data[:i]); n > 0 {
			return r.text(n)
		}
		if r.win.fill() {
			continue
		}
		if len(data) > 0 {
			return r.text(len(data)) // too short to be the start of a packet
		}
		if r.win.err == io.EOF {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("read subunit stream: %w", r.win.err)
	}
}

// findPacket looks for a packet in data from r.scanned on. Unless one is found, the index is that of the first byte that
// could begin one when more data comes.
func (r *Reader) findPacket(data []byte) (i, size, fields int, v verdict) {
	for i = r.scanned; ; i++ {
		n := bytes.IndexByte(data[i:], signature)
		if n < 0 {
			return len(data), 0, 0, undecided
		}
		i += n
		// A character of several bytes may end in the signature, e.g. "\u00b3" or the Cyrillic "\u0433".
		if i > 0 && insideRune(data[:i+1]) {
			continue
		}
		if size, fields, v = readHeader(data[i:]); v != implausible {
			return i, size, fields, v
		}
	}
}

func insideRune(b []byte) bool {
	_, n := utf8.DecodeLastRune(b)
	return n > 1
}

// packet returns the packet of the given size that seems to be at the start of the window.
func (r *Reader) packet(size, fields int) (*Event, error) {
	if defect := r.whole(size); defect != "" {
		return nil, r.damaged(defect)
	}
	if defect := r.dec.decode(r.win.data()[:size:size], fields); defect != "" {
		if err := r.damaged(defect); err != nil {
			return nil, err
		}
		return r.damagedPiece(size, true), nil // the checksum proves where it ends
	}
	r.take(size)
	return &r.dec.event, nil
}

// whole reads the packet of the given size at the start of the window and returns what is wrong with it, or "".
func (r *Reader) whole(size int) string {
	if len(r.win.data()) >= size || size <= cachedWindow || r.sums.covers(r.win.offset()) {
		for len(r.win.data()) < size {
			if !r.win.fillTo(size) {
				return defectTruncated
			}
		}
		if !r.sums.good(&r.win, 0, size) {
			return defectCRC
		}
		return ""
	}
	// It does not fit into the processor's cache: add up each part while it is there.
	var sum uint32
	end, summed := size-checksumSize, 0
	for {
		data := r.win.data()
		if n := min(len(data), end); n-summed >= cachedWindow || n == end {
			sum = crc32.Update(sum, crc32.IEEETable, data[summed:n])
			summed = n
		}
		if len(data) >= size {
			break
		}
		if !r.win.fillTo(size) {
			return defectTruncated
		}
	}
	if sum != binary.BigEndian.Uint32(r.win.data()[end:]) {
		r.sums.begin(&r.win, r.win.offset(), end)
		return defectCRC
	}
	return ""
}

// text hands out the first n bytes of the window.
func (r *Reader) text(n int) (*Event, error) {
	if r.mode == Strict {
		return nil, &StreamError{Offset: r.win.offset(), Defect: defectText}
	}
	r.dec.event = Event{FileName: TextName, Content: r.take(n), Text: true}
	return &r.dec.event, nil
}

// take returns the first n bytes of the window and moves it on.
func (r *Reader) take(n int) []byte {
	b := r.win.data()[:n:n]
	r.start = r.win.offset()
	r.win.consume(n)
	r.scanned = max(r.scanned-n, 0)
	return b
}
