package tempestconf

import (
	"fmt"
	"unicode/utf8"
)

// DecodeError is Python's UnicodeDecodeError: a file that is not UTF-8.
type DecodeError struct {
	File string
	// Bytes are those that cannot be decoded, Position where they stand. Python reads in pieces of 8192 bytes and
	// counts from the start of the piece.
	Bytes    []byte
	Position int
	Reason   string
}

// Error is Python's text with the file before it.
func (e *DecodeError) Error() string { return e.File + ": " + e.Message() }

// Message is Python's text.
func (e *DecodeError) Message() string {
	if len(e.Bytes) == 1 {
		return fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: %s", e.Bytes[0], e.Position, e.Reason)
	}
	return fmt.Sprintf("'utf-8' codec can't decode bytes in position %d-%d: %s",
		e.Position, e.Position+len(e.Bytes)-1, e.Reason)
}

// Class is the name of Python's exception.
func (e *DecodeError) Class() string { return "UnicodeDecodeError" }

const (
	decodeChunk = 8192

	badStart = "invalid start byte"
	badNext  = "invalid continuation byte"
	badEnd   = "unexpected end of data"
)

func checkUTF8(file string, data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	n, reason := badSequence(data[at:])
	e := &DecodeError{File: file, Bytes: data[at : at+n], Reason: reason}
	// The byte that shows the fault decides in which piece it is found; what a piece leaves unfinished is decoded at the
	// start of the next one.
	shown := at + n
	if reason == badStart {
		shown = at
	}
	piece := shown / decodeChunk * decodeChunk
	if reason != badEnd && at >= piece {
		e.Position = at - piece + pendingBefore(data, piece)
	}
	return e
}

// pendingBefore counts the bytes of an unfinished character just before a boundary.
func pendingBefore(data []byte, boundary int) int {
	for n := 1; n <= 3 && n <= boundary; n++ {
		if utf8.RuneStart(data[boundary-n]) {
			if utf8.FullRune(data[boundary-n : boundary]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// badSequence measures what Python reports: the longest start of a character that is no complete character.
func badSequence(data []byte) (int, string) {
	first := data[0]
	if first < 0xc2 || first > 0xf4 {
		return 1, badStart
	}
	want := 2
	if first >= 0xe0 {
		want = 3
	}
	if first >= 0xf0 {
		want = 4
	}
	low, high := byte(0x80), byte(0xbf)
	switch first {
	case 0xe0:
		low = 0xa0
	case 0xed:
		high = 0x9f
	case 0xf0:
		low = 0x90
	case 0xf4:
		high = 0x8f
	}
	for n := 1; n < want; n++ {
		if n == len(data) {
			return n, badEnd
		}
		if data[n] < low || data[n] > high {
			return n, badNext
		}
		low, high = 0x80, 0xbf
	}
	return want, badNext
}
