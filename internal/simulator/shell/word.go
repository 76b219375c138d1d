package shell

import (
	"errors"
	"fmt"
	"strings"
)

const endsWord = " \t\n;&|()<>"

// word reads one word with its quotes and expansions.
func (p *parser) word() (word, error) {
	var w word
	for p.pos < len(p.src) {
		switch ch := p.src[p.pos]; {
		case strings.ContainsRune(endsWord, rune(ch)):
			return w, p.notEmpty(w)
		case ch == '\'':
			end := strings.IndexByte(p.src[p.pos+1:], '\'')
			if end < 0 {
				return nil, errors.New("syntax error: unterminated quoted string")
			}
			w = append(w, part{text: p.src[p.pos+1 : p.pos+1+end], quoted: true})
			p.pos += end + 2
		case ch == '"':
			parts, err := p.double()
			if err != nil {
				return nil, err
			}
			w = append(w, parts...)
		case ch == '\\' && p.pos+1 < len(p.src):
			w = append(w, part{text: p.src[p.pos+1 : p.pos+2], quoted: true})
			p.pos += 2
		case ch == '$' || ch == '`':
			part, err := p.expansion(false)
			if err != nil {
				return nil, err
			}
			w = append(w, part)
		default:
			start := p.pos
			for p.pos < len(p.src) && !strings.ContainsRune(endsWord+"'\"\\$`", rune(p.src[p.pos])) {
				p.pos++
			}
			w = append(w, part{text: p.src[start:p.pos]})
		}
	}
	return w, p.notEmpty(w)
}

func (p *parser) notEmpty(w word) error {
	if len(w) > 0 {
		return nil
	}
	return fmt.Errorf("syntax error: unexpected %q", p.src[min(p.pos, len(p.src)):min(p.pos+1, len(p.src))])
}

// double reads a string in double quotes.
func (p *parser) double() ([]part, error) {
	p.pos++
	parts := []part{{quoted: true}} // "" is a word, if an empty one
	for p.pos < len(p.src) {
		switch ch := p.src[p.pos]; {
		case ch == '"':
			p.pos++
			return parts, nil
		case ch == '\\' && p.pos+1 < len(p.src) && strings.ContainsRune("\"\\$`\n", rune(p.src[p.pos+1])):
			parts = append(parts, part{text: p.src[p.pos+1 : p.pos+2], quoted: true})
			p.pos += 2
		case ch == '$' || ch == '`':
			part, err := p.expansion(true)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		default:
			start := p.pos
			p.pos++
			for p.pos < len(p.src) && !strings.ContainsRune("\"\\$`", rune(p.src[p.pos])) {
				p.pos++
			}
			parts = append(parts, part{text: p.src[start:p.pos], quoted: true})
		}
	}
	return nil, errors.New("syntax error: unterminated quoted string")
}

// expansion reads $name, ${name}, ${name:-default}, $(…) or `…`.
func (p *parser) expansion(quoted bool) (part, error) {
	switch {
	case p.peek("$(("):
		return part{}, errUnsupported
	case p.peek("$("):
		p.pos += 2
		inner, err := p.list(")")
		if err != nil {
			return part{}, err
		}
		if !p.peek(")") {
			return part{}, errors.New("syntax error: \")\" is missing")
		}
		p.pos++
		return part{kind: substitution, inner: inner, quoted: quoted}, nil
	case p.peek("`"):
		end := strings.IndexByte(p.src[p.pos+1:], '`')
		if end < 0 {
			return part{}, errors.New("syntax error: unterminated back quote")
		}
		inner, err := parse(p.src[p.pos+1 : p.pos+1+end])
		p.pos += end + 2
		return part{kind: substitution, inner: inner, quoted: quoted}, err
	case p.peek("${"):
		end := strings.IndexByte(p.src[p.pos:], '}')
		if end < 0 {
			return part{}, errors.New("syntax error: \"}\" is missing")
		}
		name, or, _ := strings.Cut(p.src[p.pos+2:p.pos+end], ":-")
		p.pos += end + 1
		if name == "" || strings.Trim(name, nameChars) != "" {
			return part{}, errUnsupported
		}
		return part{kind: variable, text: name, or: or, quoted: quoted}, nil
	}
	p.pos++
	start := p.pos
	if p.pos < len(p.src) && strings.ContainsRune("?$#", rune(p.src[p.pos])) {
		p.pos++
	} else {
		for p.pos < len(p.src) && strings.ContainsRune(nameChars, rune(p.src[p.pos])) {
			p.pos++
		}
	}
	if p.pos == start {
		return part{text: "$", quoted: quoted}, nil
	}
	return part{kind: variable, text: p.src[start:p.pos], quoted: quoted}, nil
}

const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
