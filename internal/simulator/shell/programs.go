package shell

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// program runs with its name as args[0] and returns its exit status.
type program func(s *session, args []string, io *streams) int

// find returns a program of this shell.
func find(name string) program {
	switch name {
	case "true", ":", "sync", "logger", "export", "umask", "ulimit":
		return func(*session, []string, *streams) int { return 0 }
	case "false":
		return func(*session, []string, *streams) int { return 1 }
	case "cat":
		return cat
	case "cd":
		return changeDirectory
	case "command", "which":
		return which
	case "date":
		return date
	case "echo":
		return echo
	case "grep":
		return grep
	case "head", "tail":
		return headOrTail
	case "hostname":
		return hostname
	case "id":
		return id
	case "ls":
		return ls
	case "md5sum", "sha256sum":
		return sum
	case "mkdir", "touch":
		return touch
	case "nproc":
		return func(_ *session, _ []string, io *streams) int { return say(io, "1") }
	case "printf":
		return printf
	case "pwd":
		return func(s *session, _ []string, io *streams) int { return say(io, s.dir) }
	case "reboot", "poweroff", "halt":
		return power
	case "rm":
		return remove
	case "sleep":
		return sleep
	case "tee":
		return tee
	case "test", "[":
		return test
	case "uname":
		return uname
	case "uptime":
		return uptime
	case "wc":
		return wc
	case "whoami":
		return func(s *session, _ []string, io *streams) int { return say(io, s.user) }
	}
	return nil
}

// call runs a command that has to be one of the shell's own or a program.
func (s *session) call(args []string, io *streams) (int, error) {
	name := path.Base(args[0])
	switch name {
	case "exit":
		status := s.status
		if len(args) > 1 {
			status, _ = strconv.Atoi(args[1])
		}
		return status, exitError(status)
	case "set":
		s.set(args[1:])
		return 0, nil
	case "sudo", "exec", "env", "nohup":
		return s.wrapped(name, args[1:], io)
	case "sh", "ash", "bash":
		return s.nested(args[1:], io)
	case "export":
		for _, arg := range args[1:] {
			if name, value, ok := strings.Cut(arg, "="); ok {
				s.vars[name] = value
			}
		}
		return 0, nil
	}
	run := find(name)
	if run == nil {
		fmt.Fprintf(io.err, "sh: %s: not found\n", args[0])
		return 127, nil
	}
	return run(s, args, io), nil
}

func (s *session) set(args []string) {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "+") {
			continue // the name of a long option, such as pipefail
		}
		on := arg[0] == '-'
		if strings.Contains(arg, "e") {
			s.errexit = on
		}
		if strings.Contains(arg, "u") {
			s.nounset = on
		}
	}
}

// wrapped serves commands that run another one.
func (s *session) wrapped(name string, args []string, io *streams) (int, error) {
	child := s
	if name == "sudo" {
		child = s.fork()
		child.user = "root"
	}
	for len(args) > 0 && (strings.HasPrefix(args[0], "-") || strings.Contains(args[0], "=")) {
		args = args[1:]
	}
	if len(args) == 0 {
		return 0, nil
	}
	return child.call(args, io)
}

func (s *session) nested(args []string, io *streams) (int, error) {
	script, given := "", false
	for i, arg := range args {
		if strings.HasPrefix(arg, "-") && strings.Contains(arg, "c") && i+1 < len(args) {
			script, given = args[i+1], true
		}
	}
	if !given {
		script = string(io.in())
	}
	l, err := parse(script)
	if err != nil {
		fmt.Fprintf(io.err, "sh: %v\n", err)
		return 2, nil
	}
	status, err := s.fork().list(l, io)
	if exit, ok := err.(exitError); ok {
		return int(exit), nil
	}
	return status, err
}

func say(io *streams, text string) int {
	io.out.WriteString(text + "\n")
	return 0
}

func complain(io *streams, format string, args ...any) int {
	fmt.Fprintf(io.err, format+"\n", args...)
	return 1
}

// inputs reads the files named, or the standard input without any.
func (s *session) inputs(command string, names []string, io *streams) (data [][]byte, status int) {
	if len(names) == 0 {
		return [][]byte{io.in()}, 0
	}
	for _, name := range names {
		content, ok := s.machine.ReadFile(s.path(name))
		if name == "-" {
			content, ok = io.in(), true
		}
		if !ok {
			status = complain(io, "%s: can't open '%s': No such file or directory", command, name)
		}
		data = append(data, content)
	}
	return data, status
}

// operands separates options from the rest.
func operands(args []string) (options string, rest []string) {
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") && len(arg) > 1 {
			options += strings.TrimLeft(arg, "-")
		} else {
			rest = append(rest, arg)
		}
	}
	return options, rest
}

func cat(s *session, args []string, io *streams) int {
	_, names := operands(args[1:])
	data, status := s.inputs("cat", names, io)
	io.out.Write(bytes.Join(data, nil))
	return status
}

func changeDirectory(s *session, args []string, _ *streams) int {
	s.dir = s.vars["HOME"]
	if len(args) > 1 {
		s.dir = path.Clean(s.path(args[1]))
	}
	s.vars["PWD"] = s.dir
	return 0
}

func which(_ *session, args []string, io *streams) int {
	_, names := operands(args[1:])
	for _, name := range names {
		if find(name) == nil {
			return 1
		}
		say(io, "/bin/"+name)
	}
	return 0
}

func date(_ *session, args []string, io *streams) int {
	now := time.Now().UTC()
	if len(args) > 1 && args[len(args)-1] == "+%s" {
		return say(io, strconv.FormatInt(now.Unix(), 10))
	}
	return say(io, now.Format("Mon Jan _2 15:04:05 UTC 2006"))
}

func echo(_ *session, args []string, io *streams) int {
	if len(args) > 1 && args[1] == "-n" {
		io.out.WriteString(strings.Join(args[2:], " "))
		return 0
	}
	return say(io, strings.Join(args[1:], " "))
}

var escapes = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`)

func printf(_ *session, args []string, io *streams) int {
	if len(args) < 2 {
		return 1
	}
	format := escapes.Replace(args[1])
	for _, arg := range args[2:] {
		format = strings.Replace(format, "%s", arg, 1)
	}
	io.out.WriteString(format)
	return 0
}

func grep(s *session, args []string, io *streams) int {
	options, rest := operands(args[1:])
	if len(rest) == 0 {
		return complain(io, "usage: grep PATTERN [FILE]...") + 1
	}
	pattern := rest[0]
	if strings.Contains(options, "F") {
		pattern = regexp.QuoteMeta(pattern)
	}
	if strings.Contains(options, "i") {
		pattern = "(?i)" + pattern
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return complain(io, "grep: bad regex '%s'", pattern) + 1
	}
	data, _ := s.inputs("grep", rest[1:], io)
	count := 0
	for line := range strings.Lines(string(bytes.Join(data, nil))) {
		if expression.MatchString(strings.TrimSuffix(line, "\n")) == strings.Contains(options, "v") {
			continue
		}
		count++
		if !strings.ContainsAny(options, "qc") {
			io.out.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	if strings.Contains(options, "c") {
		say(io, strconv.Itoa(count))
	}
	if count == 0 {
		return 1
	}
	return 0
}

func headOrTail(s *session, args []string, io *streams) int {
	count := 10
	var names []string
	for i := 1; i < len(args); i++ {
		number := strings.TrimLeft(args[i], "-n")
		switch {
		case args[i] == "-n" && i+1 < len(args):
			i++
			count, _ = strconv.Atoi(args[i])
		case strings.HasPrefix(args[i], "-") && number != "":
			count, _ = strconv.Atoi(number)
		default:
			names = append(names, args[i])
		}
	}
	data, status := s.inputs(args[0], names, io)
	lines := strings.SplitAfter(string(bytes.Join(data, nil)), "\n")
	if len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	count = min(max(count, 0), len(lines))
	if args[0] == "head" {
		lines = lines[:count]
	} else {
		lines = lines[len(lines)-count:]
	}
	io.out.WriteString(strings.Join(lines, ""))
	return status
}

func sum(s *session, args []string, io *streams) int {
	_, names := operands(args[1:])
	data, status := s.inputs(args[0], names, io)
	for i, content := range data {
		digest := md5.Sum(content)
		text := hex.EncodeToString(digest[:])
		if args[0] == "sha256sum" {
			long := sha256.Sum256(content)
			text = hex.EncodeToString(long[:])
		}
		name := "-"
		if len(names) > 0 {
			name = names[i]
		}
		say(io, text+"  "+name)
	}
	return status
}

func wc(s *session, args []string, io *streams) int {
	options, names := operands(args[1:])
	data, status := s.inputs("wc", names, io)
	all := bytes.Join(data, nil)
	numbers := map[string]int{"l": bytes.Count(all, []byte("\n")), "w": len(bytes.Fields(all)), "c": len(all)}
	var shown []string
	for _, option := range []string{"l", "w", "c"} {
		if options == "" || strings.Contains(options, option) {
			shown = append(shown, strconv.Itoa(numbers[option]))
		}
	}
	say(io, strings.Join(shown, " "))
	return status
}

func tee(s *session, args []string, io *streams) int {
	options, names := operands(args[1:])
	in := io.in()
	for _, name := range names {
		data := in
		if strings.Contains(options, "a") {
			old, _ := s.machine.ReadFile(s.path(name))
			data = append(append([]byte{}, old...), data...)
		}
		s.machine.WriteFile(s.path(name), data)
	}
	io.out.Write(in)
	return 0
}
