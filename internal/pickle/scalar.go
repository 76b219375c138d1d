package pickle

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDigits is Python's own limit for a number written in decimal digits (sys.int_info.default_max_str_digits, since 3.11):
// reading one takes time that grows with the square of its length.
const maxDigits = 4300

// textual reads the argument of an opcode of protocol 0.
func textual(op byte, text string) (any, error) {
	switch op {
	case opInt:
		switch text {
		case "00":
			return false, nil
		case "01":
			return true, nil
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 0, 64); err == nil {
			return n, nil // Python too reads 010 as eight here
		}
		return integer(text)
	case opLong:
		return integer(strings.TrimSuffix(strings.TrimSpace(text), "L"))
	case opFloat:
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // Python too takes 1e999 for infinity
			return nil, errors.New("the pickle is damaged: it holds a float that is none")
		}
		return f, nil
	case opString:
		return quoted(text)
	default: // opUnicode
		return rawUnicode(text)
	}
}

func integer(text string) (any, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxDigits {
		return nil, fmt.Errorf("the pickle holds a number of more than %d digits", maxDigits)
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, errors.New("the pickle is damaged: it holds an int that is none")
	}
	return shortened(n), nil
}

// smallInt is an index of the memo.
func smallInt(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0, errors.New("the pickle is damaged: an index of its memo is no number")
	}
	return n, nil
}

// shortened is an int64 where that suffices.
func shortened(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

// longOf reads a number in two's complement, lowest byte first.
func longOf(b []byte) (any, error) {
	big2 := slices.Clone(b)
	slices.Reverse(big2)
	n := new(big.Int).SetBytes(big2)
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b)))) //nolint:gosec // len is bounded by MaxSize
	}
	return shortened(n), nil
}

// unicode reads UTF-8 as Python's "surrogatepass" does, except that half a pair, which is no character, becomes U+FFFD.
func unicode(b []byte) (any, error) {
	if utf8.Valid(b) {
		return string(b), nil
	}
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if len(b) < 3 || b[0] != 0xed || b[1] < 0xa0 || b[1] > 0xbf || b[2]&0xc0 != 0x80 {
				return nil, errors.New("the pickle is damaged: it holds text that is not UTF-8")
			}
			n = 3
		}
		out.WriteRune(r)
		b = b[n:]
	}
	return out.String(), nil
}

// rawUnicode reads Python's raw-unicode-escape: Latin-1, in which \uXXXX and \UXXXXXXXX are characters.
func rawUnicode(text string) (any, error) {
	var out []rune
	for i := 0; i < len(text); i++ {
		digits := 0
		// An escape needs an odd number of backslashes before its letter; Python writes those of the text as \u005c.
		if text[i] == '\\' && i+1 < len(text) {
			switch text[i+1] {
			case 'u':
				digits = 4
			case 'U':
				digits = 8
			case '\\':
				out = append(out, '\\', '\\')
				i++
				continue
			}
		}
		if digits == 0 {
			out = append(out, rune(text[i]))
			continue
		}
		end := i + 2 + digits
		if end > len(text) {
			return nil, errors.New("the pickle is damaged: it holds text with half an escape")
		}
		n, err := strconv.ParseUint(text[i+2:end], 16, 32)
		if err != nil || n > utf8.MaxRune {
			return nil, errors.New("the pickle is damaged: it holds text with an escape of no character")
		}
		out = append(out, rune(n)) //nolint:gosec // at most utf8.MaxRune
		i = end - 1
	}
	return string(joined(out)), nil
}

// joined makes one character of each pair of surrogates, as a Python 2 with 16-bit characters writes them.
func joined(in []rune) []rune {
	out := in[:0]
	for i := 0; i < len(in); i++ {
		if i+1 < len(in) {
			if r := utf16.DecodeRune(in[i], in[i+1]); r != utf8.RuneError {
				out = append(out, r)
				i++
				continue
			}
		}
		out = append(out, in[i])
	}
	return out
}

// quoted reads Python 2's str as repr writes it.
func quoted(text string) (any, error) {
	text = strings.TrimSpace(text)
	n := len(text)
	if n < 2 || text[0] != text[n-1] || text[0] != '\'' && text[0] != '"' {
		return nil, errors.New("the pickle is damaged: it holds a string without its quotes")
	}
	text = text[1 : n-1]
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		i++
		if i == len(text) {
			return nil, errors.New("the pickle is damaged: it holds a string that ends in half an escape")
		}
		if plain, ok := plainEscape(text[i]); ok {
			out = append(out, plain)
			continue
		}
		used, value, err := numericEscape(text[i:])
		switch {
		case err != nil:
			return nil, err
		case used == 0: // Python leaves what it does not know as it is
			out = append(out, '\\', text[i])
		default:
			out = append(out, value)
			i += used - 1
		}
	}
	return string(out), nil
}

// plainEscape is what an escape of one character stands for in a string literal.
func plainEscape(c byte) (byte, bool) {
	const from, to = "\\'\"nrtabfv", "\\'\"\n\r\t\a\b\f\v"
	i := strings.IndexByte(from, c)
	if i < 0 {
		return 0, false
	}
	return to[i], true
}

// numericEscape reads xHH or up to three octal digits, and says how many bytes it used.
func numericEscape(text string) (used int, value byte, err error) {
	if text[0] == 'x' {
		if len(text) < 3 {
			return 0, 0, errors.New("the pickle is damaged: it holds a string with half an escape")
		}
		n, err := strconv.ParseUint(text[1:3], 16, 8)
		if err != nil {
			return 0, 0, errors.New("the pickle is damaged: it holds a string with an escape of no byte")
		}
		return 3, byte(n), nil
	}
	n := 0
	for used < len(text) && used < 3 && text[used] >= '0' && text[used] <= '7' {
		n = n*8 + int(text[used]-'0')
		used++
	}
	return used, byte(n), nil //nolint:gosec // Python keeps the lowest eight bits
}
