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
	directChecksum = 512 // spans up to this size in bytes are simply added up
	prefixStep     = 256 // bytes between two kept prefixes
	maxStale       = 1 << 12
)

// checksums judges packets in a window. After a large one was wrong it keeps prefixes as far as any claim reaches, and adds
// up each byte of the stream once.
type checksums struct {
	// prefixes[i] is the checksum of the stream from start to first+i·prefixStep; both are offsets in the stream.
	prefixes []uint32
	first    int64
	limit    int64 // first offset that no prefix was needed for

	shift shifter
}

// good reports whether the checksum at the end of the packet in data()[i:i+size] is right.
func (c *checksums) good(w *window, i, size int) bool {
	p := w.data()[i : i+size]
	end := size - checksumSize
	stored := binary.BigEndian.Uint32(p[end:])
	from := w.offset() + int64(i)
	if end <= directChecksum {
		return crc32.ChecksumIEEE(p[:end]) == stored
	}
	if from < c.limit {
		c.extend(w, from+int64(end))
		return c.prefix(w, from+int64(end))^c.shift.apply(c.prefix(w, from), end) == stored
	}
	if crc32.ChecksumIEEE(p[:end]) == stored {
		return true
	}
	c.prefixes, c.first = append(c.prefixes[:0], 0), from
	c.extend(w, from+int64(end))
	return false
}

// extend keeps prefixes up to the given offset and forgets those that lie before the window.
func (c *checksums) extend(w *window, to int64) {
	if stale := int((w.offset() - c.first) / prefixStep); stale > maxStale {
		c.prefixes = append(c.prefixes[:0], c.prefixes[stale:]...)
		c.first += int64(stale) * prefixStep
	}
	c.limit = max(c.limit, to)
	for {
		n := len(c.prefixes)
		at := c.first + int64(n-1)*prefixStep
		if at+prefixStep > to {
			return
		}
		c.prefixes = append(c.prefixes, crc32.Update(c.prefixes[n-1], crc32.IEEETable, w.span(at, at+prefixStep)))
	}
}

// prefix returns the checksum from the start to the given offset. The window still holds the step that it lies in.
func (c *checksums) prefix(w *window, at int64) uint32 {
	i := (at - c.first) / prefixStep
	return crc32.Update(c.prefixes[i], crc32.IEEETable, w.span(c.first+i*prefixStep, at))
}

// shifter multiplies by x^(8·n) modulo the polynomial of CRC-32. In a sum the highest bit stands for x^0.
type shifter struct {
	n       int
	factor  nibbles      // multiplies by x^(8·n)
	low     [2048]uint32 // x^(8·i)
	high    [2048]uint32 // x^(8·2048·i)
	reduced [16]uint32   // what the four bits that leave a sum multiplied by x^4 add to it
	ready   bool
}

// nibbles holds the products of a factor with every polynomial of degree three or less.
type nibbles [16]uint32

func (s *shifter) apply(sum uint32, n int) uint32 {
	if !s.ready {
		s.prepare()
	}
	if n != s.n {
		s.n = n
		s.setFactor(s.low[n%len(s.low)])
		if high := n / len(s.low); high > 0 {
			s.setFactor(s.multiply(s.high[high]))
		}
	}
	return s.multiply(sum)
}

func (s *shifter) prepare() {
	for i := range s.reduced {
		s.reduced[i] = timesX(uint32(i), 4)
	}
	s.low[0] = 1 << 31
	for i := 1; i < len(s.low); i++ {
		s.low[i] = timesX(s.low[i-1], 8)
	}
	s.setFactor(timesX(s.low[len(s.low)-1], 8))
	s.high[0] = 1 << 31
	for i := 1; i < len(s.high); i++ {
		s.high[i] = s.multiply(s.high[i-1])
	}
	s.n, s.ready = -1, true
}

func (s *shifter) setFactor(factor uint32) {
	t := &s.factor
	t[0] = 0
	for bit := 8; bit > 0; bit >>= 1 {
		t[bit] = factor
		factor = timesX(factor, 1)
	}
	for i := 3; i < len(t); i++ {
		if low := i & -i; low != i {
			t[i] = t[low] ^ t[i^low]
		}
	}
}

func (s *shifter) multiply(a uint32) uint32 {
	var p uint32
	for range 8 {
		p = p>>4 ^ s.reduced[p&15] ^ s.factor[a&15]
		a >>= 4
	}
	return p
}

// timesX multiplies by x^n.
func timesX(a uint32, n int) uint32 {
	for range n {
		a = a>>1 ^ crc32.IEEE&-(a&1)
	}
	return a
}
