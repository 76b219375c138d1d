// Package shell is a small interpreter of the commands one runs over SSH in a
// guest: lists, pipelines, redirections, quoting, variables and command
// substitution of a POSIX shell, with a few programs built in. Whatever is
// beyond that is a syntax error, never a guess.
package shell

import (
	"errors"
	"fmt"
	"strings"
)

// list is a sequence of pipelines; each says when it runs.
type list []link

type link struct {
	after    string // the operator before it: "", ";", "&&" or "||"
	negate   bool
	commands []command // connected by pipes
}

type command struct {
	words     []word
	redirects []redirect
	group     list // of a { … } or ( … ) instead of words
	subshell  bool
}

type redirect struct {
	from   int    // descriptor: 0, 1 or 2
	mode   string // "<", ">" or ">>"
	target word
	dup    int // descriptor of >&n, -1 without
}

// word is made of parts that are expanded and joined.
type word []part

type part struct {
	kind   partKind
	text   string // literal text, or the name of a variable
	or     string // what ${name:-or} stands for when the variable is empty
	quoted bool   // not split into fields
	inner  list   // of a command substitution
}

type partKind int

const (
	literal partKind = iota
	variable
	substitution
)

// parser reads one script.
type parser struct {
	src string
	pos int
}

// parse reads a whole script.
func parse(src string) (list, error) {
	p := &parser{src: src}
	l, err := p.list("")
	if err == nil && p.pos < len(p.src) {
		err = fmt.Errorf("syntax error: unexpected %q", p.src[p.pos:p.pos+1])
	}
	return l, err
}

func (p *parser) peek(s string) bool { return strings.HasPrefix(p.src[p.pos:], s) }

// blanks skips spaces, continued lines and comments; it reports whether it
// skipped anything.
func (p *parser) blanks() bool {
	start := p.pos
	for p.pos < len(p.src) {
		switch {
		case p.src[p.pos] == ' ' || p.src[p.pos] == '\t':
			p.pos++
		case p.peek("\\\n"):
			p.pos += 2
		case p.src[p.pos] == '#' && (p.pos == 0 || strings.ContainsRune(" \t\n;", rune(p.src[p.pos-1]))):
			for p.pos < len(p.src) && p.src[p.pos] != '\n' {
				p.pos++
			}
		default:
			return p.pos > start
		}
	}
	return p.pos > start
}

// list reads pipelines up to the end or the closing text.
func (p *parser) list(closing string) (list, error) {
	var l list
	after := ""
	for {
		p.separators()
		if p.pos == len(p.src) || (closing != "" && p.peek(closing)) {
			return l, nil
		}
		k, err := p.pipeline(closing)
		if err != nil {
			return nil, err
		}
		k.after = after
		l = append(l, k)
		p.blanks()
		switch {
		case p.peek("&&"), p.peek("||"):
			after = p.src[p.pos : p.pos+2]
			p.pos += 2
		case p.pos < len(p.src) && strings.ContainsRune(";\n", rune(p.src[p.pos])):
			after = ";"
			p.pos++
		default:
			return l, nil
		}
	}
}

func (p *parser) separators() {
	for p.blanks() || (p.pos < len(p.src) && p.src[p.pos] == '\n') {
		if p.pos < len(p.src) && p.src[p.pos] == '\n' {
			p.pos++
		}
	}
}

func (p *parser) pipeline(closing string) (link, error) {
	var k link
	if p.peek("! ") {
		k.negate = true
		p.pos += 2
	}
	for {
		c, err := p.command(closing)
		if err != nil {
			return k, err
		}
		k.commands = append(k.commands, c)
		p.blanks()
		if p.peek("||") || !p.peek("|") {
			return k, nil
		}
		p.pos++
	}
}

var errUnsupported = errors.New("syntax error: not supported by this shell")

// reserved words that begin what this shell does not know.
var reserved = map[string]bool{
	"if": true, "for": true, "while": true, "until": true, "case": true, "then": true, "do": true, "done": true, "fi": true, "esac": true,
}

func (p *parser) command(closing string) (command, error) {
	var c command
	p.blanks()
	switch {
	case p.peek("("):
		p.pos++
		return p.group(c, ")")
	case p.peek("{ "), p.peek("{\n"):
		p.pos++
		return p.group(c, "}")
	}
	for {
		p.blanks()
		if p.pos == len(p.src) || strings.ContainsRune(";\n&|)", rune(p.src[p.pos])) || (closing == "}" && p.peek("}")) {
			break
		}
		found, err := p.redirect(&c)
		if err != nil {
			return c, err
		}
		if found {
			continue
		}
		w, err := p.word()
		if err != nil {
			return c, err
		}
		c.words = append(c.words, w)
	}
	if len(c.words) > 0 && len(c.words[0]) == 1 && reserved[c.words[0][0].text] {
		return c, errUnsupported
	}
	if p.peek("&") && !p.peek("&&") {
		return c, errUnsupported // no background jobs
	}
	if len(c.words) == 0 && len(c.redirects) == 0 {
		return c, errors.New("syntax error: a command is missing")
	}
	return c, nil
}

func (p *parser) group(c command, closing string) (command, error) {
	inner, err := p.list(closing)
	if err != nil {
		return c, err
	}
	if !p.peek(closing) {
		return c, fmt.Errorf("syntax error: %q is missing", closing)
	}
	p.pos++
	c.group, c.subshell = inner, closing == ")"
	for {
		p.blanks()
		found, err := p.redirect(&c)
		if err != nil || !found {
			return c, err
		}
	}
}

// redirect reads one redirection, if there is one.
func (p *parser) redirect(c *command) (bool, error) {
	start := p.pos
	r := redirect{from: -1, dup: -1}
	if p.pos+1 < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '2' && strings.ContainsRune("<>", rune(p.src[p.pos+1])) {
		r.from = int(p.src[p.pos] - '0')
		p.pos++
	}
	switch {
	case p.peek("<<"):
		return false, errUnsupported
	case p.peek(">>"):
		r.mode = ">>"
	case p.peek(">"):
		r.mode = ">"
	case p.peek("<"):
		r.mode = "<"
	default:
		p.pos = start
		return false, nil
	}
	p.pos += len(r.mode)
	if r.from < 0 {
		r.from = 1
		if r.mode == "<" {
			r.from = 0
		}
	}
	if p.peek("&") && p.pos+1 < len(p.src) {
		r.dup = int(p.src[p.pos+1] - '0')
		if r.dup < 0 || r.dup > 2 {
			return false, errUnsupported
		}
		p.pos += 2
	} else {
		p.blanks()
		target, err := p.word()
		if err != nil {
			return false, err
		}
		r.target = target
	}
	c.redirects = append(c.redirects, r)
	return true, nil
}
