package subunit

import (
	"bytes"
	"fmt"
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
	r.defect, r.further, r.scanned = defect, false, 1
	return nil
}

// damage hands out the damaged data at the start of the window, up to the next good packet. Nothing else could end it: the
// length of a damaged packet is worth nothing.
func (r *Reader) damage() *Event {
	for {
		data := r.win.data()
		i := bytes.IndexByte(data[r.scanned:], signature)
		if i >= 0 {
			r.scanned += i
			size, _, v := readHeader(data[r.scanned:])
			inside := v == plausible && size <= len(data)-r.scanned
			if inside && r.sums.good(&r.win, r.scanned, size) {
				return r.damagedPiece(r.scanned, true)
			}
			if inside || v == implausible || r.win.err != nil {
				r.scanned++
				continue
			}
		} else {
			r.scanned = len(data)
		}
		if r.win.full() && r.scanned >= damagePiece {
			return r.damagedPiece(r.scanned, false)
		}
		if !r.win.fill() && i < 0 {
			return r.damagedPiece(len(data), true)
		}
	}
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
