package phases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// pyString writes a text as Python's repr does.
func pyString(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
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
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
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
	b.WriteRune(quote)
	return b.String()
}

// pyList writes texts as Python's repr of a list does.
func pyList(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = pyString(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// PythonRepr writes a JSON text as Tempest prints it in details: as Python's repr of the value.
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
		b.WriteString(v.String())
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case nil:
		b.WriteString("None")
	}
	return nil
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
