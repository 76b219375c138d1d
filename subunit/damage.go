package subunit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// The second file of the test ParserTestID, and what it says.
const (
	parserErrorName = "Parser Error"
	parserErrorType = "text/plain;charset=utf8"
)

func defectMessage(defect string) string {
	return fmt.Sprintf("The subunit stream is damaged here: %s. Results may be missing.\n", defect)
}

// damagePiece is the size in bytes from which damaged data may be handed out before its end is known.
const damagePiece = 64 << 10

// damaged notes that the packet at the start of the window is not good.
func (r *Reader) damaged(defect string) error {
	if r.mode == Strict {
		return &StreamError{Offset: r.win.offset(), Defect: defect}
	}
	r.defect, r.further, r.scanned, r.batch = defect, false, 1, 1
	return nil
}

// damage hands out the damaged data at the start of the window, up to the next good packet. Nothing else could end it: the
// length of a damaged packet is worth nothing.
func (r *Reader) damage() *Event {
	for {
		if r.scan() {
			return r.damagedPiece(r.scanned, true)
		}
		if r.win.full() && r.scanned >= damagePiece {
			return r.damagedPiece(r.scanned, false)
		}
		if n := len(r.win.data()); !r.win.fill() && r.scanned == n {
			return r.damagedPiece(n, true)
		}
	}
}

// scan moves r.scanned to the next good packet and returns true, or to the first place that cannot be judged without more
// data.
func (r *Reader) scan() bool {
	for {
		claims, next, more := r.claims()
		if i := r.sums.firstGood(&r.win, claims); i >= 0 {
			r.scanned = claims[i].at
			return true
		}
		r.scanned = next
		if !more {
			return false
		}
		r.batch = min(2*r.batch, maxBatch)
		if n := len(claims); n > 0 && r.sums.repeats(&r.win, claims[n-1]) {
			at, good := r.sums.roll(&r.win, claims[n-1])
			if good {
				r.scanned = at
				return true
			}
			r.scanned = max(r.scanned, at+1)
		}
	}
}

// claims finds what claims to be a packet from r.scanned on, as many as r.batch. It returns where to go on, and whether
// there is something to go on with.
func (r *Reader) claims() (claims []claim, next int, more bool) {
	data := r.win.data()
	claims = r.found[:0]
	i := r.scanned
	for ; len(claims) < r.batch; i++ {
		i = nextSignature(data, i)
		if i == len(data) {
			return claims, i, false
		}
		size, _, v := readHeader(data[i:])
		switch {
		case v == implausible:
		case v == plausible && size <= len(data)-i:
			claims = append(claims, claim{at: i, size: size})
		case r.win.err == nil:
			return claims, i, false
		}
	}
	return claims, i, true
}

// nextSignature returns the index of the next signature from i on, or the length of b. It is often near.
func nextSignature(b []byte, i int) int {
	const all = 0x0101010101010101
	for near := 0; near < 2 && i+8 <= len(b); near++ {
		x := binary.LittleEndian.Uint64(b[i:]) ^ signature*all
		if hit := (x - all) &^ x & (0x80 * all); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
		i += 8
	}
	if n := bytes.IndexByte(b[i:], signature); n >= 0 {
		return i + n
	}
	return len(b)
}

func (r *Reader) damagedPiece(n int, last bool) *Event {
	e := &r.dec.event
	*e = Event{TestID: ParserTestID, FileName: DamageName, Content: r.take(n), EOF: last, Defect: r.defect}
	if !r.further {
		e.MIME = "application/octet-stream"
	}
	r.further = true
	if last {
		e.Status, r.defect = Fail, ""
	}
	return e
}
