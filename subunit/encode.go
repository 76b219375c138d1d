package subunit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bits of a packet's flags beside the Fields.
const (
	flagVersion     = 0x2000
	flagVersionMask = 0xF000
	flagRunnable    = 0x0100
	flagEOF         = 0x0010
	flagReserved    = 0x0008
	flagStatus      = 0x0007
)

// AppendPacket appends e to dst as exactly one packet of subunit version 2 and returns the extended slice. Nothing of e is
// altered except that its time is cut to whole microseconds, the precision every Python reader has: tags keep their order
// and content its bytes. On an error dst is returned as it was; it is an error if a string of e holds a NUL byte or is not
// UTF-8, if the status is unknown, if the time does not fit the format (1970 to 2106) or if the packet would be larger than
// [MaxPacketSize].
func AppendPacket(dst []byte, e *Event) ([]byte, error) {
	var k checkedStrings
	flags, rest, err := k.measure(e)
	if err != nil {
		return dst, err
	}
	size, err := packetSize(rest)
	if err != nil {
		return dst, err
	}
	return appendMeasured(dst, e, flags, size, crc32.ChecksumIEEE), nil
}

// checkedStrings remembers the strings of the last event, so that those that most events repeat are checked once.
type checkedStrings struct{ testID, tag, mime, fileName, route string }

// measure checks e and returns the flags of its packet and the size of all but the length field.
func (k *checkedStrings) measure(e *Event) (flags uint16, rest int, err error) {
	if e.Status > ExpectedFailure {
		return 0, 0, fmt.Errorf("unknown status %d", e.Status)
	}
	m := measurement{flags: flagVersion | uint16(e.Status), rest: 1 + 2 + checksumSize}
	if !e.NotRunnable {
		m.flags |= flagRunnable
	}
	if e.EOF {
		m.flags |= flagEOF
	}
	if !e.Time.IsZero() {
		if s := e.Time.Unix(); s < 0 || s > math.MaxUint32 {
			return 0, 0, fmt.Errorf("time %s is outside of what the format can hold (1970 to 2106)", e.Time)
		}
		m.flags |= uint16(FieldTime)
		m.rest += 4 + numberSize(wireNanoseconds(e))
	}
	if e.TestID != "" || e.Present&FieldTestID != 0 {
		m.string(FieldTestID, e.TestID, "test id", &k.testID)
	}
	if len(e.Tags) > 0 || e.Present&FieldTags != 0 {
		m.flags |= uint16(FieldTags)
		m.rest += numberSize(len(e.Tags))
		for _, t := range e.Tags {
			m.string(FieldTags, t, "tag", &k.tag)
		}
	}
	if e.MIME != "" || e.Present&FieldMIME != 0 {
		m.string(FieldMIME, e.MIME, "mime type", &k.mime)
	}
	if e.HasFile() {
		m.string(FieldFile, e.FileName, "file name", &k.fileName)
		m.rest += numberSize(len(e.Content)) + len(e.Content)
	}
	if e.Route != "" || e.Present&FieldRoute != 0 {
		m.string(FieldRoute, e.Route, "routing code", &k.route)
	}
	return m.flags, m.rest, m.err
}

type measurement struct {
	flags uint16
	rest  int
	err   error
}

func (m *measurement) string(field Fields, s, what string, checked *string) {
	if s != *checked {
		if err := checkString(s); err != nil {
			if m.err == nil {
				m.err = fmt.Errorf("%s %w", what, err)
			}
			return
		}
		*checked = s
	}
	m.flags |= uint16(field)
	m.rest += numberSize(len(s)) + len(s)
}

var (
	errNUL     = errors.New("contains NUL byte")
	errNotUTF8 = errors.New("is not UTF-8")
)

// checkString refuses what python-subunit's reader would refuse; its writer does not check.
func checkString(s string) error {
	if !utf8.ValidString(s) {
		return errNotUTF8
	}
	if strings.IndexByte(s, 0) >= 0 {
		return errNUL
	}
	return nil
}

func wireNanoseconds(e *Event) int { return e.Time.Nanosecond() / 1000 * 1000 }

// appendMeasured appends the packet of a checked event. The order of the fields is fixed and is not that of the flags' bits.
func appendMeasured(dst []byte, e *Event, flags uint16, size int, sum func([]byte) uint32) []byte {
	start := len(dst)
	dst = slices.Grow(dst, size)[:start+size]
	p := dst[start:]
	p[0], p[1], p[2] = signature, byte(flags>>8), byte(flags)
	at := flagBytes + putNumber(p[flagBytes:], size)
	if flags&uint16(FieldTime) != 0 {
		binary.BigEndian.PutUint32(p[at:], uint32(e.Time.Unix()))
		at += 4
		at += putNumber(p[at:], wireNanoseconds(e))
	}
	if flags&uint16(FieldTestID) != 0 {
		at += putString(p[at:], e.TestID)
	}
	if flags&uint16(FieldTags) != 0 {
		at += putNumber(p[at:], len(e.Tags))
		for _, t := range e.Tags {
			at += putString(p[at:], t)
		}
	}
	if flags&uint16(FieldMIME) != 0 {
		at += putString(p[at:], e.MIME)
	}
	if flags&uint16(FieldFile) != 0 {
		at += putString(p[at:], e.FileName)
		at += putNumber(p[at:], len(e.Content))
		at += copy(p[at:], e.Content)
	}
	if flags&uint16(FieldRoute) != 0 {
		at += putString(p[at:], e.Route)
	}
	binary.BigEndian.PutUint32(p[at:], sum(p[:at]))
	return dst
}

// putString writes s with its length to the start of b and returns the size of both.
func putString(b []byte, s string) int {
	n := putNumber(b, len(s))
	return n + copy(b[n:], s)
}
