package subunit

import "encoding/binary"

// verdict says whether a place in the stream looks like the start of a packet.
type verdict uint8

const (
	implausible verdict = iota
	undecided           // the data ends too early to tell
	plausible
)

const flagBytes = 3 // signature and flags

// What the first eight bytes of a packet have to be, beside the length.
const (
	headerMask = flagVersionMask<<40 | flagReserved<<40
	header     = flagVersion << 40
)

// readHeader judges the start of b, whose first byte is the signature. It returns the size of the whole packet and the
// offset of its first field. A plausible packet has version 2, the reserved bit off, and a length of at most three octets
// that leaves room for the header and the checksum. Anything else behind a 0xB3 is text, e.g. "m³" in Latin-1.
func readHeader(b []byte) (size, fields int, v verdict) {
	if len(b) < minPacketSize {
		return readShortHeader(b)
	}
	h := binary.BigEndian.Uint64(b)
	octets := int(h>>38&3) + 1
	if h&headerMask != header || octets > 3 {
		return 0, 0, implausible
	}
	const before = 8*flagBytes + 2 // bits in front of the length
	size, fields = int(h<<before>>(66-8*octets)), flagBytes+octets
	if size < fields+checksumSize {
		return 0, 0, implausible
	}
	return size, fields, plausible
}

func readShortHeader(b []byte) (size, fields int, v verdict) {
	if len(b) > 1 && b[1]&(flagVersionMask>>8) != flagVersion>>8 || len(b) > 2 && b[2]&flagReserved != 0 {
		return 0, 0, implausible
	}
	if len(b) <= flagBytes {
		return 0, 0, undecided
	}
	octets := int(b[flagBytes]>>6) + 1
	if octets > 3 {
		return 0, 0, implausible
	}
	size, n := readNumber(b[flagBytes:])
	if n == 0 {
		return 0, 0, undecided
	}
	fields = flagBytes + octets
	if size < fields+checksumSize {
		return 0, 0, implausible
	}
	return size, fields, plausible
}
