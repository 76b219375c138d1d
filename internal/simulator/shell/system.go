package shell

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

func hostname(s *session, _ []string, io *streams) int { return say(io, s.machine.Hostname()) }

func id(s *session, args []string, io *streams) int {
	number, name := 1000, s.user
	if s.user == "root" {
		number = 0
	}
	options, _ := operands(args[1:])
	switch {
	case strings.Contains(options, "n"):
		return say(io, name)
	case strings.Contains(options, "u"):
		return say(io, strconv.Itoa(number))
	}
	return say(io, fmt.Sprintf("uid=%d(%s) gid=%d(%s) groups=%d(%s)", number, name, number, name, number, name))
}

func uname(s *session, args []string, io *streams) int {
	name, release, version, machine := s.machine.Kernel()
	fields := []struct{ option, value string }{
		{"s", name}, {"n", s.machine.Hostname()}, {"r", release}, {"v", version}, {"m", machine}, {"o", "GNU/Linux"},
	}
	options, _ := operands(args[1:])
	if options == "" {
		options = "s"
	}
	var shown []string
	for _, field := range fields {
		if strings.Contains(options, "a") || strings.Contains(options, field.option) {
			shown = append(shown, field.value)
		}
	}
	return say(io, strings.Join(shown, " "))
}

func uptime(s *session, _ []string, io *streams) int {
	up := time.Duration(s.machine.UptimeSeconds()) * time.Second
	return say(io, fmt.Sprintf(" %s up %d min,  load average: 0.00, 0.00, 0.00", time.Now().UTC().Format("15:04:05"), int(up.Minutes())))
}

func power(s *session, args []string, _ *streams) int {
	if s.user != "root" {
		return 1
	}
	s.machine.Power(path.Base(args[0]))
	return 0
}

func sleep(s *session, args []string, io *streams) int {
	if len(args) < 2 {
		return complain(io, "sleep: missing operand")
	}
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(args[1], "s"), 64)
	if err != nil {
		return complain(io, "sleep: invalid number '%s'", args[1])
	}
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0
	case <-s.ctx.Done():
		return 137
	}
}

func ls(s *session, args []string, io *streams) int {
	_, names := operands(args[1:])
	if len(names) == 0 {
		names = []string{"."}
	}
	status := 0
	for _, name := range names {
		full := path.Clean(s.path(name))
		if _, ok := s.machine.ReadFile(full); ok {
			say(io, name)
			continue
		}
		files := s.machine.Files(full)
		if len(files) == 0 && full != "/" && full != s.vars["HOME"] {
			status = complain(io, "ls: %s: No such file or directory", name)
			continue
		}
		var entries []string
		for _, file := range files {
			entry, _, _ := strings.Cut(strings.TrimPrefix(file, strings.TrimSuffix(full, "/")+"/"), "/")
			entries = append(entries, entry)
		}
		slices.Sort(entries)
		for _, entry := range slices.Compact(entries) {
			say(io, entry)
		}
	}
	return status
}

// touch also stands for mkdir: directories exist by what is in them.
func touch(s *session, args []string, io *streams) int {
	_, names := operands(args[1:])
	for _, name := range names {
		if _, ok := s.machine.ReadFile(s.path(name)); ok || args[0] == "mkdir" {
			continue
		}
		if !s.machine.WriteFile(s.path(name), nil) {
			return complain(io, "touch: %s: Permission denied", name)
		}
	}
	return 0
}

func remove(s *session, args []string, io *streams) int {
	options, names := operands(args[1:])
	status := 0
	for _, name := range names {
		found := s.machine.RemoveFile(s.path(name))
		if strings.Contains(options, "r") {
			for _, file := range s.machine.Files(path.Clean(s.path(name))) {
				found = s.machine.RemoveFile(file) || found
			}
		}
		if !found && !strings.Contains(options, "f") {
			status = complain(io, "rm: can't remove '%s': No such file or directory", name)
		}
	}
	return status
}

// test knows the tests one needs over SSH.
func test(s *session, args []string, io *streams) int {
	args = args[1:]
	if len(args) > 0 && args[len(args)-1] == "]" {
		args = args[:len(args)-1]
	}
	negate := false
	if len(args) > 0 && args[0] == "!" {
		negate, args = true, args[1:]
	}
	ok := false
	switch len(args) {
	case 1:
		ok = args[0] != ""
	case 2:
		ok = s.unary(args[0], args[1])
	case 3:
		result, known := binary(args[0], args[1], args[2])
		if !known {
			return complain(io, "sh: %s: unknown operand", args[1]) + 1
		}
		ok = result
	}
	if ok == negate {
		return 1
	}
	return 0
}

func (s *session) unary(operator, operand string) bool {
	data, exists := s.machine.ReadFile(s.path(operand))
	switch operator {
	case "-z":
		return operand == ""
	case "-n":
		return operand != ""
	case "-f", "-e", "-r":
		return exists
	case "-s":
		return len(data) > 0
	case "-d":
		return len(s.machine.Files(path.Clean(s.path(operand)))) > 0
	}
	return false
}

func binary(left, operator, right string) (result, known bool) {
	a, _ := strconv.Atoi(left)
	b, _ := strconv.Atoi(right)
	switch operator {
	case "=", "==":
		return left == right, true
	case "!=":
		return left != right, true
	case "-eq":
		return a == b, true
	case "-ne":
		return a != b, true
	case "-lt":
		return a < b, true
	case "-le":
		return a <= b, true
	case "-gt":
		return a > b, true
	case "-ge":
		return a >= b, true
	}
	return false, false
}
