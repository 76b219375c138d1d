package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// PythonRepr writes a JSON value as Python's repr() of the loaded value, which
// Nova quotes in its complaints. The order of members is kept.
func PythonRepr(raw json.RawMessage) string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	text, err := repr(decoder)
	if err != nil {
		return string(raw)
	}
	return text
}

func repr(decoder *json.Decoder) (string, error) {
	token, err := decoder.Token()
	if err != nil {
		return "", err
	}
	switch v := token.(type) {
	case json.Delim:
		var items []string
		for decoder.More() {
			item := ""
			if v == '{' {
				name, err := repr(decoder)
				if err != nil {
					return "", err
				}
				item = name + ": "
			}
			value, err := repr(decoder)
			if err != nil {
				return "", err
			}
			items = append(items, item+value)
		}
		end, err := decoder.Token()
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%v%s%v", v, strings.Join(items, ", "), end), nil
	case string:
		return quotePython(v), nil
	case bool:
		if v {
			return "True", nil
		}
		return "False", nil
	case nil:
		return "None", nil
	default:
		return fmt.Sprint(v), nil
	}
}

// quotePython prefers single quotes, as Python does.
func quotePython(s string) string {
	escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return `"` + escaped + `"`
	}
	return "'" + strings.ReplaceAll(escaped, "'", `\'`) + "'"
}
