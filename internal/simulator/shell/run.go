package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Machine is what the programs of a guest see of it.
type Machine interface {
	Hostname() string
	// ReadFile and WriteFile take absolute paths; ok is false for what is not
	// there or cannot be written.
	ReadFile(path string) (data []byte, ok bool)
	WriteFile(path string, data []byte) (ok bool)
	RemoveFile(path string) (ok bool)
	// Files lists the absolute paths below a directory.
	Files(directory string) []string
	// Kernel returns the kernel's name, release, version and machine.
	Kernel() (name, release, version, machine string)
	// UptimeSeconds counts from the last boot.
	UptimeSeconds() float64
	// Power is called for reboot and poweroff.
	Power(command string)
}

// Result is how a script ended.
type Result struct {
	Stdout, Stderr []byte
	Status         int
}

// Run runs a script as a user of the machine. stdin is called when a program
// reads its standard input.
func Run(ctx context.Context, m Machine, user, script string, stdin func() []byte) Result {
	s := &session{
		ctx: ctx, machine: m, user: user, dir: "/home/" + user,
		vars: map[string]string{
			"HOME": "/home/" + user, "USER": user, "LOGNAME": user, "SHELL": "/bin/sh", "PATH": "/sbin:/usr/sbin:/bin:/usr/bin", "PWD": "/home/" + user,
		},
	}
	out := &streams{in: stdin, out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	l, err := parse(script)
	if err != nil {
		return Result{Stderr: []byte("sh: " + err.Error() + "\n"), Status: 2}
	}
	status, err := s.list(l, out)
	var exit exitError
	if errors.As(err, &exit) {
		status = int(exit)
	}
	return Result{out.out.Bytes(), out.err.Bytes(), status}
}

// session is a shell's state.
type session struct {
	ctx       context.Context
	machine   Machine
	user, dir string
	vars      map[string]string
	status    int
	errexit   bool // set -e
	nounset   bool // set -u
	testing   int  // how deep in a condition, where set -e does not count
}

// streams are the standard streams of a command.
type streams struct {
	in       func() []byte
	out, err *bytes.Buffer
}

// exitError ends the shell with a status.
type exitError int

func (e exitError) Error() string { return "exit " + strconv.Itoa(int(e)) }

func (s *session) list(l list, io *streams) (int, error) {
	status := 0
	for i, k := range l {
		if (k.after == "&&" && status != 0) || (k.after == "||" && status == 0) {
			continue
		}
		condition := k.negate || (i+1 < len(l) && (l[i+1].after == "&&" || l[i+1].after == "||"))
		if condition {
			s.testing++
		}
		var err error
		status, err = s.pipeline(k, io)
		if condition {
			s.testing--
		}
		if err != nil {
			return status, err
		}
		if s.status = status; status != 0 && s.errexit && !condition && s.testing == 0 {
			return status, exitError(status)
		}
	}
	return status, nil
}

func (s *session) pipeline(k link, io *streams) (int, error) {
	in := io.in
	status := 0
	for i, c := range k.commands {
		step := &streams{in: in, out: io.out, err: io.err}
		runner := s
		if len(k.commands) > 1 {
			runner = s.fork()
			if i < len(k.commands)-1 {
				step.out = &bytes.Buffer{}
			}
		}
		var err error
		status, err = runner.command(c, step)
		var exit exitError
		if errors.As(err, &exit) && len(k.commands) > 1 {
			status, err = int(exit), nil
		}
		if err != nil {
			return status, err
		}
		if i < len(k.commands)-1 {
			in = step.out.Bytes
		}
	}
	if k.negate {
		if status == 0 {
			return 1, nil
		}
		return 0, nil
	}
	return status, nil
}

// fork is a subshell: what it changes stays in it.
func (s *session) fork() *session {
	child := *s
	child.vars = maps.Clone(s.vars)
	return &child
}

func (s *session) command(c command, io *streams) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 137, exitError(137)
	}
	finish, err := s.redirect(c, io)
	if err != nil {
		fmt.Fprintf(io.err, "sh: %v\n", err)
		return 1, nil
	}
	defer finish()
	if c.group != nil {
		if !c.subshell {
			return s.list(c.group, io)
		}
		status, err := s.fork().list(c.group, io)
		var exit exitError
		if errors.As(err, &exit) {
			return int(exit), nil
		}
		return status, err
	}
	assigned, words := splitAssignments(c.words)
	for _, a := range assigned {
		value, err := s.expand(a.value, io)
		if err != nil {
			return 2, err
		}
		s.vars[a.name] = strings.Join(value, " ")
	}
	var args []string
	for _, w := range words {
		fields, err := s.expand(w, io)
		if err != nil {
			return 2, err
		}
		args = append(args, fields...)
	}
	if len(args) == 0 {
		return s.status * boolInt(hasSubstitution(c.words)), nil
	}
	return s.call(args, io)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func hasSubstitution(words []word) bool {
	for _, w := range words {
		for _, p := range w {
			if p.kind == substitution {
				return true
			}
		}
	}
	return false
}

type assignmentWord struct {
	name  string
	value word
}

// splitAssignments takes the leading name=value words off.
func splitAssignments(words []word) ([]assignmentWord, []word) {
	var assigned []assignmentWord
	for i, w := range words {
		name, rest, ok := strings.Cut(w[0].text, "=")
		if !ok || w[0].kind != literal || w[0].quoted || name == "" || strings.Trim(name, nameChars) != "" {
			return assigned, words[i:]
		}
		assigned = append(assigned, assignmentWord{name, append(word{{text: rest, quoted: true}}, w[1:]...)})
	}
	return assigned, nil
}

// redirect connects the streams; finish writes what went into files.
func (s *session) redirect(c command, io *streams) (finish func(), err error) {
	finish = func() {}
	for _, r := range c.redirects {
		if r.dup >= 0 {
			if r.from == 2 && r.dup == 1 {
				io.err = io.out
			} else if r.from == 1 && r.dup == 2 {
				io.out = io.err
			}
			continue
		}
		fields, err := s.expand(r.target, io)
		if err != nil || len(fields) != 1 {
			return finish, errors.New("ambiguous redirect")
		}
		path := s.path(fields[0])
		if r.mode == "<" {
			data, ok := s.machine.ReadFile(path)
			if !ok {
				return finish, fmt.Errorf("can't open %s: no such file", fields[0])
			}
			io.in = func() []byte { return data }
			continue
		}
		buffer := &bytes.Buffer{}
		if r.mode == ">>" {
			old, _ := s.machine.ReadFile(path)
			buffer.Write(old)
		}
		if !s.machine.WriteFile(path, buffer.Bytes()) {
			return finish, fmt.Errorf("can't create %s: Permission denied", fields[0])
		}
		before := finish
		finish = func() {
			before()
			s.machine.WriteFile(path, buffer.Bytes())
		}
		if r.from == 2 {
			io.err = buffer
		} else {
			io.out = buffer
		}
	}
	return finish, nil
}

// path makes a path absolute.
func (s *session) path(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return strings.TrimSuffix(s.dir, "/") + "/" + name
}

// expand turns a word into fields.
func (s *session) expand(w word, io *streams) ([]string, error) {
	fields, open := []string{}, false // open: the last field may go on
	add := func(text string) {
		if open {
			fields[len(fields)-1] += text
		} else {
			fields = append(fields, text)
		}
		open = true
	}
	for _, p := range w {
		text := p.text
		switch p.kind {
		case variable:
			value, ok := s.lookUp(p.text)
			if !ok && p.or == "" && s.nounset {
				fmt.Fprintf(io.err, "sh: %s: parameter not set\n", p.text)
				return nil, exitError(2)
			}
			if text = value; text == "" {
				text = p.or
			}
		case substitution:
			inner := &streams{out: &bytes.Buffer{}, err: io.err, in: io.in}
			child := s.fork()
			status, err := child.list(p.inner, inner)
			var exit exitError
			if errors.As(err, &exit) {
				status = int(exit)
			}
			s.status = status
			text = strings.TrimRight(inner.out.String(), "\n")
		}
		if p.quoted || p.kind == literal {
			add(text)
			continue
		}
		if text != "" && strings.ContainsRune(" \t\n", rune(text[0])) {
			open = false
		}
		for i, field := range strings.Fields(text) {
			open = open && i == 0
			add(field)
		}
		if text != "" && strings.ContainsRune(" \t\n", rune(text[len(text)-1])) {
			open = false
		}
	}
	return fields, nil
}

func (s *session) lookUp(name string) (string, bool) {
	switch name {
	case "?":
		return strconv.Itoa(s.status), true
	case "$":
		return "1234", true
	case "#":
		return "0", true
	}
	value, ok := s.vars[name]
	return value, ok
}
