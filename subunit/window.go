package subunit

import (
	"bytes"
	"errors"
	"io"
)

// Sizes in bytes of the window that a reader has on its stream. It grows with the data that has come in, never with what
// a packet claims, and only as far as the largest packet needs.
const (
	firstWindow  = 64 << 10
	cachedWindow = 256 << 10     // grown to when data comes in faster than it fits; more would only miss the processor's cache
	leapWindow   = 1 << 20       // from here it grows to the largest size at once: the old window counts while it is copied
	maxWindow    = 4<<20 + 1<<20 // a packet, and room for what is read at once while more claims than fit are judged

	readAhead     = 4 << 10        // read behind a large packet: so little needs to be moved when the next one does not fit
	keepBehind    = prefixStep + 8 // bytes before the window that are kept for checksums
	maxEmptyReads = 100
)

var errBadRead = errors.New("reader returned an impossible count")

// window is a view of a part of the stream.
type window struct {
	src  io.Reader
	buf  []byte
	r, w int   // the data is buf[r:w]
	base int64 // offset in the stream of buf[0]
	err  error // why no more data will come; io.EOF at the end
}

func newWindow(src io.Reader) window {
	w := window{src: src}
	if m, ok := src.(*bytes.Reader); ok {
		// All of it is in memory: look at it there. Copying it would take longer than everything else.
		var all sliceKeeper
		if _, err := m.WriteTo(&all); err == nil {
			w.buf, w.w, w.err = all, len(all), io.EOF
		}
	}
	return w
}

// sliceKeeper keeps the slice that a bytes.Reader writes, which is the rest of what it reads from, and in one piece.
type sliceKeeper []byte

func (s *sliceKeeper) Write(p []byte) (int, error) {
	*s = p
	return len(p), nil
}

func (b *window) data() []byte  { return b.buf[b.r:b.w] }
func (b *window) offset() int64 { return b.base + int64(b.r) }
func (b *window) consume(n int) { b.r += n }

// span returns the bytes between two offsets in the stream. It reaches back at most keepBehind bytes before the window.
func (b *window) span(from, to int64) []byte { return b.buf[from-b.base : to-b.base] }

// full reports whether the next call of fill has to grow the window.
func (b *window) full() bool { return b.w == len(b.buf) && b.r <= keepBehind }

// fill reads more data behind the present data, which may move. It returns false when none will come.
func (b *window) fill() bool {
	if b.err != nil {
		return false
	}
	b.makeRoom()
	return b.read(len(b.buf))
}

// fillTo reads more data for a packet of the given size, and little of what follows it: of a stream of large packets
// nearly nothing is moved then, and what is read stays in the processor's cache until its checksum was made.
func (b *window) fillTo(size int) bool {
	end := size + readAhead
	if size <= cachedWindow/8 || b.err != nil {
		return b.fill()
	}
	if b.r+end > len(b.buf) && b.r > keepBehind && keepBehind+end <= len(b.buf) {
		b.move(b.buf)
	}
	if b.w == len(b.buf) {
		b.makeRoom()
	}
	return b.read(min(b.r+end, b.w+cachedWindow, len(b.buf)))
}

// read reads into buf up to the given index.
func (b *window) read(to int) bool {
	for range maxEmptyReads {
		n, err := b.src.Read(b.buf[b.w:to])
		if n < 0 || n > to-b.w {
			n, err = 0, errBadRead
		}
		b.w += n
		if err != nil {
			b.err = err
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	b.err = io.ErrNoProgress
	return false
}

func (b *window) makeRoom() {
	switch {
	case b.buf == nil:
		b.buf = make([]byte, firstWindow)
	case b.full() && len(b.buf) >= leapWindow:
		b.move(make([]byte, maxWindow))
	case b.full():
		b.move(make([]byte, 2*len(b.buf)))
	case b.w == len(b.buf) && len(b.buf) < cachedWindow:
		b.move(make([]byte, 2*len(b.buf)))
	case b.w == len(b.buf) || b.w-b.r <= b.r-keepBehind:
		// Moving no more than was consumed costs a constant amount for every byte of the stream.
		b.move(b.buf)
	}
}

// move moves the data to the start of buf.
func (b *window) move(buf []byte) {
	from := max(b.r-keepBehind, 0)
	b.w = copy(buf, b.buf[from:b.w])
	b.r -= from
	b.base += int64(from)
	b.buf = buf
}
