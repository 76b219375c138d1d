package tempestconf

import (
	"fmt"
	"slices"
	"strings"
)

// maxValue bounds a value in bytes after interpolation: references to references can multiply.
const maxValue = 64 << 10

// substitute replaces $name, ${name}, $group.name and ${group.name} by the values of these options and $$ and \$ by a
// dollar sign. A dollar sign before anything else stays. hidden are the secrets that are in the result.
func (r *resolver) substitute(o *Option, text string) (value string, hidden []string, err error) {
	if !strings.Contains(text, "$") {
		return text, nil, nil
	}
	text = strings.ReplaceAll(text, `\$`, "$$")
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:at])
		text = text[at+1:]
		name, rest := reference(text)
		switch {
		case strings.HasPrefix(text, "$"):
			b.WriteByte('$')
			text = text[1:]
		case name == "":
			b.WriteByte('$')
		default:
			v, secrets, err := r.refer(o, name)
			if err != nil {
				return "", hidden, err
			}
			b.WriteString(pyStr(v))
			for _, s := range secrets {
				if !slices.Contains(hidden, s) {
					hidden = append(hidden, s)
				}
			}
			text = rest
		}
		if b.Len() > maxValue {
			return "", hidden, fmt.Errorf("the value is longer than %d bytes after interpolation", maxValue)
		}
	}
	return b.String(), hidden, nil
}

// reference splits the name behind a dollar sign from the text; the name is empty if none stands there.
func reference(text string) (name, rest string) {
	if strings.HasPrefix(text, "{") {
		n := identifier(text[1:])
		if n > 0 && strings.HasPrefix(text[1+n:], "}") {
			return text[1 : 1+n], text[n+2:]
		}
		return "", text
	}
	n := identifier(text)
	return text[:n], text[n:]
}

// identifier measures [_a-z][._a-z0-9]* with Python's IGNORECASE, for which four letters outside ASCII equal i, k and s.
func identifier(text string) int {
	for i, r := range text {
		letter := r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') ||
			r == 0x130 || r == 0x131 || r == 0x17f || r == 0x212a
		if !letter && (i == 0 || (r != '.' && (r < '0' || r > '9'))) {
			return i
		}
	}
	return len(text)
}

// refer is the value of a name in a text of option o, and the secrets in that value.
func (r *resolver) refer(o *Option, name string) (value any, secrets []string, err error) {
	section, option := o.Section, name
	if group, rest, dotted := strings.Cut(name, "."); dotted {
		// DEFAULT is no group for oslo.config: $DEFAULT.debug does not exist.
		if r.sections[group] == nil || group == "DEFAULT" {
			return nil, nil, &referenceError{"NoSuchGroupError", "no such group [" + group + "]", name}
		}
		section, option = group, rest
	}
	target := (*Option)(nil)
	if section != "DEFAULT" {
		target = r.find(section, option)
	}
	if target == nil {
		if name != "DEFAULT" && r.sections[name] != nil {
			return nil, nil, &referenceError{"TemplateSubstitutionError",
				"template substitution error: substituting group " + name + " not supported", name}
		}
		target = r.find("DEFAULT", name)
	}
	if target == nil {
		return nil, nil, &referenceError{"NoSuchOptError", "no such option " + name + " in group [DEFAULT]", name}
	}
	res := r.get(target)
	if res.err != nil && res.value == nil {
		return nil, nil, res.err
	}
	secrets = res.hidden
	if shown := pyStr(res.value); target.Secret && shown != "" {
		secrets = append(secrets[:len(secrets):len(secrets)], shown)
	}
	return res.value, secrets, nil
}

// referenceError is a name in a value that leads nowhere.
type referenceError struct{ class, text, name string }

func (e *referenceError) Error() string { return e.text }
