package phases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// pyString writes a text as Python's repr does.
func pyString(s string) string {
	quote := pyQuote(s)
	var b strings.Builder
	b.WriteByte(quote)
	for _, r := range s {
		switch {
		case pyEscape(&b, r, quote):
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// pyBytes writes bytes as Python's repr does.
func pyBytes(data []byte) string {
	quote := pyQuote(string(data))
	var b strings.Builder
	b.WriteByte('b')
	b.WriteByte(quote)
	for _, c := range data {
		switch {
		case pyEscape(&b, rune(c), quote):
		case c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// pyQuote is the quotation mark that Python chooses.
func pyQuote(s string) byte {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

// pyEscape writes what texts and bytes escape alike and reports whether r is one of these.
func pyEscape(b *strings.Builder, r rune, quote byte) bool {
	switch {
	case r == rune(quote) || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x20 || r == 0x7f:
		fmt.Fprintf(b, `\x%02x`, r)
	default:
		return false
	}
	return true
}

// pyText writes a text as testtools does where two texts are compared that are too long for one line: a text of several
// lines as a triple-quoted block, any other as repr does.
func pyText(s string) string {
	if !strings.Contains(s, "\n") {
		return pyString(s)
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		quoted := pyString(line)
		q := quoted[len(quoted)-1:]
		lines[i] = strings.ReplaceAll(quoted[1:len(quoted)-1], `\`+q, q)
	}
	// The last quotation mark stays outside, so that one at the end of the text is escaped with the closing ones.
	block := strings.Join(lines, "\n") + "''"
	for from := 0; ; {
		i := strings.Index(block[from:], "'''")
		if i < 0 {
			return "'''\\\n" + block + "'"
		}
		block = block[:from+i] + `\` + block[from+i:]
		from += i + 2
	}
}

// pyList writes texts as Python's repr of a list does.
func pyList(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = pyString(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// PythonRepr writes the value of a JSON text as Python's repr does, which is how Tempest prints it in details.
func PythonRepr(text []byte) string { return pyJSON(text) }

// pyJSON writes a JSON text as Python would print the value it holds, members in their order. What is no JSON is returned
// as it is.
func pyJSON(text []byte) string {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var b strings.Builder
	if err := pyValue(&b, dec); err != nil || dec.More() {
		return string(text)
	}
	return b.String()
}

func pyValue(b *strings.Builder, dec *json.Decoder) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	switch v := tok.(type) {
	case json.Delim:
		return pyContainer(b, dec, v)
	case string:
		b.WriteString(pyString(v))
	case json.Number:
		b.WriteString(pyNumber(v.String()))
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case nil:
		b.WriteString("None")
	}
	return nil
}

// pyNumber writes a JSON number as Python would: an integer of any size as it is, anything else as the repr of a float.
func pyNumber(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil { // out of range: infinite
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64)), "+")
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	plain := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(plain, ".") {
		plain += ".0"
	}
	return plain
}

func pyContainer(b *strings.Builder, dec *json.Decoder, open json.Delim) error {
	b.WriteString(open.String())
	for n := 0; dec.More(); n++ {
		if n > 0 {
			b.WriteString(", ")
		}
		if err := pyValue(b, dec); err != nil {
			return err
		}
		if open == '{' {
			b.WriteString(": ")
			if err := pyValue(b, dec); err != nil {
				return err
			}
		}
	}
	end, err := dec.Token()
	if err == nil {
		b.WriteString(end.(json.Delim).String())
	}
	return err
}

// unwrapped takes the only member out of a JSON object when that is an object or a list, as Tempest's REST client does
// with error bodies ({"itemNotFound": {…}} is shown as {…}).
func unwrapped(text []byte) []byte {
	var outer map[string]json.RawMessage
	if json.Unmarshal(text, &outer) != nil || len(outer) != 1 {
		return text
	}
	for _, inner := range outer {
		if t := bytes.TrimSpace(inner); len(t) > 0 && (t[0] == '{' || t[0] == '[') {
			return t
		}
	}
	return text
}
