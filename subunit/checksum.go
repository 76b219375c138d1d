package subunit

import (
	"encoding/binary"
	"hash/crc32"
)

// A false signature may claim a packet of four million bytes, and damaged data or a hostile stream may hold one every few
// bytes; adding up each claim would take hours. The checksum is linear, though, so that of any span follows from those of
// two prefixes:
//
//	crc(AB) = crc(A)·x^(8·|B|) + crc(B)   for polynomials over GF(2), modulo that of CRC-32
const (
	prefixStep     = 64 // bytes between two kept prefixes
	directChecksum = 8  // spans up to this size in bytes are added up faster than looked up
	maxStale       = 1 << 13
)

// checksums judges packets in a window. After one was wrong it keeps prefixes as far as any claim reaches, and adds up each
// byte of the stream once.
type checksums struct {
	// prefixes[i] is the checksum of the stream from some place to first+i·prefixStep; both are offsets in the stream.
	prefixes []uint32
	first    int64
	limit    int64 // first offset that no prefix was needed for

	start, end point // of the packet judged last; the next one is often near
	tables     *checksumTables
	rolling    *rolling
}

type point struct {
	at     int // bytes behind first
	prefix uint32
}

// claim is a place in the window that claims to be the start of a packet.
type claim struct {
	at, size int
	stored   uint32 // the checksum at its end
	prefix   uint32 // of the stream up to the last step before that
	near     byte   // the first byte after that step: looked at early, it and its neighbours are there when they are added up
}

// maxBatch is how many claims are judged at once. Those of a hostile stream end anywhere in four million bytes: what is
// looked up for each can come from memory at the same time.
const maxBatch = 32

// good reports whether the checksum at the end of the packet in data()[i:i+size] is right.
func (c *checksums) good(w *window, i, size int) bool {
	from := w.offset() + int64(i)
	if c.covers(from) {
		return c.firstGood(w, []claim{{at: i, size: size}}) == 0
	}
	p := w.data()[i : i+size]
	end := size - checksumSize
	if crc32.ChecksumIEEE(p[:end]) == binary.BigEndian.Uint32(p[end:]) {
		return true // as nearly always
	}
	c.begin(w, from, end)
	return false
}

// firstGood returns the index of the first claim in data() whose checksum is right, or -1.
func (c *checksums) firstGood(w *window, claims []claim) int {
	if len(claims) == 0 {
		return -1
	}
	first := 0
	if k := claims[0]; !c.covers(w.offset() + int64(k.at)) {
		if c.good(w, k.at, k.size) {
			return 0
		}
		first = 1
	}
	last := 0
	for i := range claims[first:] {
		last = max(last, claims[first+i].at+claims[first+i].size)
	}
	c.extend(w, w.offset()+int64(last-checksumSize))
	// Offsets from the first prefix are what everything is found by.
	base, ahead := int(w.base-c.first), int(w.offset()-c.first)
	for i := first; i < len(claims); i++ {
		k := &claims[i]
		end := ahead + k.at + k.size - checksumSize
		k.stored = binary.BigEndian.Uint32(w.buf[end-base:])
		k.prefix = c.prefixes[uint(end)/prefixStep]
		k.near = w.buf[end&^(prefixStep-1)-base]
	}
	for i := first; i < len(claims); i++ {
		k := &claims[i]
		start, n := ahead+k.at, k.size-checksumSize
		if n <= directChecksum {
			if at := start - base; c.tables.bytes.update(0, w.buf, at, at+n) == k.stored {
				return i
			}
			continue
		}
		if uint(start-c.start.at) > prefixStep/2 {
			c.start = point{start &^ (prefixStep - 1), c.prefixes[uint(start)/prefixStep]}
		}
		c.start.prefix = c.tables.bytes.update(c.start.prefix, w.buf, c.start.at-base, start-base)
		c.start.at = start
		end := start + n
		if uint(end-c.end.at) > prefixStep/2 {
			c.end = point{end &^ (prefixStep - 1), k.prefix}
		}
		c.end.prefix = c.tables.bytes.update(c.end.prefix, w.buf, c.end.at-base, end-base)
		c.end.at = end
		if c.end.prefix^c.tables.shift(c.start.prefix, n) == k.stored {
			return i
		}
	}
	return -1
}

// covers reports whether the checksum of a packet that begins at the given offset is made of prefixes.
func (c *checksums) covers(from int64) bool { return from < c.limit }

// begin keeps prefixes from the given offset on, as far as the packet there claims to reach.
func (c *checksums) begin(w *window, from int64, size int) {
	if c.tables == nil {
		c.tables = newChecksumTables()
	}
	c.prefixes, c.first, c.limit = append(c.prefixes[:0], 0), from, from
	c.start, c.end = point{}, point{}
	c.extend(w, from+int64(size))
}

// extend keeps prefixes up to the given offset and forgets those that lie before the window.
func (c *checksums) extend(w *window, to int64) {
	if to <= c.limit {
		return
	}
	if stale := int((w.offset() - c.first) / prefixStep); stale > maxStale {
		c.prefixes = append(c.prefixes[:0], c.prefixes[stale:]...)
		c.first += int64(stale) * prefixStep
		c.start = point{prefix: c.prefixes[0]}
		c.end = c.start
	}
	c.limit = to
	n := len(c.prefixes)
	at, sum := c.first+int64(n-1)*prefixStep, c.prefixes[n-1]
	for ; at+prefixStep <= to; at += prefixStep {
		sum = crc32.Update(sum, crc32.IEEETable, w.span(at, at+prefixStep))
		c.prefixes = append(c.prefixes, sum)
	}
}
