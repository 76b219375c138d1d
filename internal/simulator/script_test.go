package simulator_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// A script is a list of requests to send to a real cloud, where the answers
// are recorded, and to the simulated one, where they are compared. Its form:
//
//	=== what this step is about
//	as TOKEN                  (a variable that holds a token)
//	METHOD SERVICE PATH
//	Header: value
//	{"a": "body line"}
//	get NAME = header X-Name  (keeps a part of the answer in a variable)
//	get NAME = body a.b.0.c   (or a.b.name=VALUE.c: the list's member of that name)
//	pad N                     (a JSON body of N bytes)
//	length N                  (announces a body of N bytes, sends none)
//	nolength                  (announces no length at all)
//	until a.b = VALUE         (repeats the request until the body says so)
//	shape                     (compares the kinds of the values only)
//	ignore NAME …             (headers and body members not to compare; before
//	                          the first step: anywhere)
//
// {{name}} stands for a variable, {{n}} for a random number.
type step struct {
	name, as              string
	method, service, path string
	header                [][2]string
	body                  string
	gets                  [][3]string // variable, "header" or "body", where
	until                 [2]string
	length                int64 // announced: -1 is none, 0 that of the body
	shape                 bool
	ignore                []string
}

func readScript(path string) ([]*step, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var steps []*step
	var ignore []string
	for number, line := range strings.Split(string(data), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(line, "=== "); ok {
			steps = append(steps, &step{name: name, ignore: ignore[:len(ignore):len(ignore)]})
			continue
		}
		if everywhere, ok := strings.CutPrefix(line, "ignore "); ok && len(steps) == 0 {
			ignore = append(ignore, strings.Fields(everywhere)...)
			continue
		}
		if len(steps) == 0 {
			return nil, fmt.Errorf("%s:%d: no step begun", path, number+1)
		}
		if err := steps[len(steps)-1].read(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number+1, err)
		}
	}
	return steps, nil
}

func (s *step) read(line string) error {
	words := strings.Fields(line)
	switch {
	case s.method != "" && strings.HasPrefix(line, "{"):
		s.body += line
	case words[0] == "text":
		s.body = strings.TrimPrefix(line, "text ")
	case words[0] == "pad":
		size, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		s.body = `{"pad": "` + strings.Repeat("a", size-len(`{"pad": ""}`)) + `"}`
	case words[0] == "length":
		size, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return err
		}
		s.length = size
	case words[0] == "nolength":
		s.length = -1
	case words[0] == "as":
		s.as = words[1]
	case words[0] == "shape":
		s.shape = true
	case words[0] == "ignore":
		s.ignore = append(s.ignore, words[1:]...)
	case words[0] == "until" && len(words) == 4:
		s.until = [2]string{words[1], words[3]}
	case words[0] == "get" && len(words) == 5:
		s.gets = append(s.gets, [3]string{words[1], words[3], words[4]})
	case s.method == "" && len(words) >= 3:
		s.method, s.service = words[0], words[1]
		s.path = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(line, s.method)), s.service))
	case strings.Contains(line, ":"):
		name, value, _ := strings.Cut(line, ":")
		s.header = append(s.header, [2]string{name, strings.TrimSpace(value)})
	default:
		return fmt.Errorf("do not understand %q", line)
	}
	return nil
}
