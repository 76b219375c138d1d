package tempestconf

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// pyRepr is Python's repr of a text: oslo.config's messages and Tempest's account hashes contain it.
func pyRepr(s string) string {
	quote := '\''
	if strings.ContainsRune(s, '\'') && !strings.ContainsRune(s, '"') {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}

// pyStr is Python's str of a converted value, as interpolation inserts it.
func pyStr(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(v)
	case float64:
		return pyFloat(v)
	case []string:
		items := make([]string, len(v))
		for i, s := range v {
			items[i] = pyRepr(s)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case dict:
		items := make([]string, len(v))
		for i, p := range v {
			items[i] = pyRepr(p.key) + ": " + pyRepr(p.value)
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// pyFloat is Python's repr of a float: the shortest digits, with an exponent from 1e16 and below 1e-4.
func pyFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	if a := math.Abs(f); a != 0 && (a >= 1e16 || a < 1e-4) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// pyDigits checks a text against the grammar int() and float() share: digits with single underscores between them. It
// returns the digits in ASCII; other scripts' digits count.
func pyDigits(s string) (string, bool) {
	var b strings.Builder
	digit := false
	for _, r := range s {
		switch d := digitValue(r); {
		case d >= 0:
			b.WriteByte(byte('0' + d))
			digit = true
		case r == '_' && digit:
			digit = false
		default:
			return "", false
		}
	}
	return b.String(), digit
}

// digitValue is the value of a decimal digit of any script, or -1. Unicode keeps every such set of ten in order, and Go's
// tables hold them in ranges that are multiples of ten.
func digitValue(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return -1
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return -1
}

// pyAny is Python's str of a value from YAML or JSON.
func pyAny(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case *big.Int:
		return v.String()
	case []any, *omap:
		return pyReprAny(v)
	}
	return pyStr(v)
}

// pyReprAny is Python's repr of a value from YAML or JSON.
func pyReprAny(v any) string {
	switch v := v.(type) {
	case string:
		return pyRepr(v)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = pyReprAny(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case *omap:
		items := make([]string, len(v.keys))
		for i, k := range v.keys {
			items[i] = pyRepr(k) + ": " + pyReprAny(v.vals[k])
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return pyAny(v)
}

// pyType is the name of the Python type of a value from YAML or JSON.
func pyType(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int, *big.Int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []any:
		return "list"
	}
	return "dict"
}
