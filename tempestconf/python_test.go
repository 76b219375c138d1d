package tempestconf

import (
	"math"
	"strings"
	"testing"
)

// TestRepr holds what Python 3.11 prints.
func TestRepr(t *testing.T) {
	for s, want := range map[string]string{
		"": "''", "a'b": `"a'b"`, `a'b"c`: `'a\'b"c'`, "a\\b": `'a\\b'`, "\n\r\t": `'\n\r\t'`, "\x00\x1b\x7f": `'\x00\x1b\x7f'`,
		"é東": "'é東'", "\u00a0\u0085": `'\xa0\x85'`, "\u2028\ufeff": `'\u2028\ufeff'`, "\U000e0001": `'\U000e0001'`,
	} {
		if got := pyRepr(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
	for f, want := range map[float64]string{1: "1.0", 0.1: "0.1", 1e16: "1e+16", 1e15: "1000000000000000.0", 1e-4: "0.0001", 1e-5: "1e-05",
		-2.5: "-2.5", math.Inf(1): "inf", math.Inf(-1): "-inf", math.NaN(): "nan", 0: "0.0"} {
		if got := pyFloat(f); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
}

// TestDecodeError holds Python's messages: it reads pieces of 8192 bytes and counts from the start of the piece.
func TestDecodeError(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ name, data, want string }{
		{"start", "ab\xff", "can't decode byte 0xff in position 2: invalid start byte"},
		{"continuation", "a\xe2\x82A", "can't decode bytes in position 1-2: invalid continuation byte"},
		{"overlong", "\xe0\x80\x80", "can't decode byte 0xe0 in position 0: invalid continuation byte"},
		{"surrogate", "\xed\xa0\x80", "can't decode byte 0xed in position 0: invalid continuation byte"},
		{"end", "abc\xe2\x82", "can't decode bytes in position 0-1: unexpected end of data"},
		{"second piece", x(8192) + "ab\xff", "can't decode byte 0xff in position 2: invalid start byte"},
		{"across pieces", x(8191) + "\xe2A", "can't decode byte 0xe2 in position 0: invalid continuation byte"},
		{"after a character across pieces", x(8191) + "éab\xff", "can't decode byte 0xff in position 4: invalid start byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkUTF8("f", []byte(c.data))
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
