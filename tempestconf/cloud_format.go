package tempestconf

import (
	"fmt"
	"strconv"
	"strings"
)

// formatAll expands the references to other settings in every text of the cloud except the password.
func formatAll(c *omap) error {
	total := 0
	for _, k := range c.keys {
		s, ok := c.vals[k].(string)
		if !ok || k == "password" {
			continue
		}
		formatted, err := pyFormat(s, c)
		if err != nil {
			return err
		}
		if total += len(formatted); total > maxYAML+maxValue {
			return formatError("MemoryError", fmt.Sprintf("the texts are longer than %d bytes after formatting", maxYAML))
		}
		c.vals[k] = formatted
	}
	return nil
}

// pyFormat is Python's str.format(**config) without format specifications.
func pyFormat(s string, config *omap) (string, error) {
	if !strings.ContainsAny(s, "{}") {
		return s, nil
	}
	var b strings.Builder
	for s != "" {
		at := strings.IndexAny(s, "{}")
		if at < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:at])
		brace := s[at]
		s = s[at+1:]
		if s != "" && s[0] == brace {
			b.WriteByte(brace)
			s = s[1:]
			continue
		}
		if brace == '}' {
			return "", formatError("ValueError", "Single '}' encountered in format string")
		}
		if s == "" {
			return "", formatError("ValueError", "Single '{' encountered in format string")
		}
		end := strings.IndexByte(s, '}')
		if end < 0 || strings.Contains(s[:end], "{") {
			return "", formatError("ValueError", "expected '}' before end of string")
		}
		v, err := formatField(s[:end], config)
		if err != nil {
			return "", err
		}
		b.WriteString(v)
		if s = s[end+1:]; b.Len() > maxValue {
			return "", formatError("MemoryError", fmt.Sprintf("the text is longer than %d bytes after formatting", maxValue))
		}
	}
	return b.String(), nil
}

func formatError(class, message string) error {
	return &CloudError{Class: class, Message: message,
		Reason: "braces in a text refer to other settings ({{ and }} are plain braces): " + message}
}

// formatField is one replacement field: name, then .attribute or [key] any number of times, then !conversion.
func formatField(field string, config *omap) (string, error) {
	field, spec, _ := strings.Cut(field, ":")
	field, conversion, converted := strings.Cut(field, "!")
	end := strings.IndexAny(field, ".[")
	if end < 0 {
		end = len(field)
	}
	name, rest := field[:end], field[end:]
	if _, err := strconv.Atoi(name); name == "" || err == nil {
		if name == "" {
			name = "0"
		}
		return "", formatError("IndexError", "Replacement index "+name+" out of range for positional args tuple")
	}
	if !config.has(name) {
		return "", formatError("KeyError", pyRepr(name))
	}
	v, err := formatPath(config.get(name), rest)
	if err != nil {
		return "", err
	}
	if spec != "" {
		return "", formatError("ValueError", "Invalid format specifier")
	}
	switch {
	case !converted || conversion == "s":
		return pyAny(v), nil
	case conversion == "r":
		return pyReprAny(v), nil
	}
	return "", formatError("ValueError", "Unknown conversion specifier "+conversion)
}

func formatPath(v any, rest string) (any, error) {
	for rest != "" {
		if rest[0] == '.' {
			name, _, _ := strings.Cut(rest[1:], ".")
			return nil, formatError("AttributeError", attribute(v, name))
		}
		key, after, closed := strings.Cut(rest[1:], "]")
		if !closed || rest[0] != '[' {
			return nil, formatError("ValueError", "Missing ']' in format string")
		}
		rest = after
		n, err := strconv.Atoi(key)
		number := err == nil && n >= 0
		switch in := v.(type) {
		case *omap:
			if number || !in.has(key) {
				if !number {
					key = pyRepr(key)
				}
				return nil, formatError("KeyError", key)
			}
			v = in.get(key)
		case []any:
			if !number {
				return nil, formatError("TypeError", "list indices must be integers or slices, not str")
			}
			if n >= len(in) {
				return nil, formatError("IndexError", "list index out of range")
			}
			v = in[n]
		case string:
			letters := []rune(in)
			if !number {
				return nil, formatError("TypeError", "string indices must be integers, not 'str'")
			}
			if n >= len(letters) {
				return nil, formatError("IndexError", "string index out of range")
			}
			v = string(letters[n])
		default:
			return nil, formatError("TypeError", fmt.Sprintf("'%s' object is not subscriptable", pyType(v)))
		}
	}
	return v, nil
}
