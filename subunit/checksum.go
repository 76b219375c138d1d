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

	start, end point // of the packet judged last; the next one is often near
	tables     *checksumTables
}

type point struct {
	at     int64
	prefix uint32
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
		c.moveTo(w, &c.start, from)
		c.moveTo(w, &c.end, from+int64(end))
		return c.end.prefix^c.tables.shift(c.start.prefix, end) == stored
	}
	if crc32.ChecksumIEEE(p[:end]) == stored {
		return true
	}
	c.prefixes, c.first = append(c.prefixes[:0], 0), from
	c.start, c.end = point{at: from}, point{at: from}
	if c.tables == nil {
		c.tables = newChecksumTables()
	}
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

// moveTo moves p to the given offset. The window still holds the step that it lies in.
func (c *checksums) moveTo(w *window, p *point, at int64) {
	if p.at > at || p.at+prefixStep < at {
		i := (at - c.first) / prefixStep
		*p = point{c.first + i*prefixStep, c.prefixes[i]}
	}
	p.prefix = c.tables.update(p.prefix, w.span(p.at, at))
	p.at = at
}
