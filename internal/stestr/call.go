// Package stestr answers the call by which stestr and Tempest start a test runner.
//
// stestr builds `${PYTHON} -m stestr.subunit_runner.run discover -t TOP_DIR TEST_PATH [--list | --load-list FILE]` and runs
// it through a shell, so that a program named by $PYTHON takes Python's place. It wants nothing but subunit packets on
// standard output and ignores the exit status of a run.
package stestr

import (
	"fmt"
	"os"
	"strings"
)

// Call is what a runner is asked for.
type Call struct {
	List     bool   // list the tests in place of running them
	LoadList string // file with the ids to run, one a line; "" runs every test
	Only     string // with --no-discover: a test id, class or module; "" means all
}

// ParseCall recognises a runner's call and reports whether args are one.
func ParseCall(args []string) (Call, bool, error) {
	var c Call
	if len(args) < 2 || args[0] != "-m" || (args[1] != "stestr.subunit_runner.run" && args[1] != "subunit.run" && args[1] != "testtools.run") {
		return c, false, nil
	}
	rest := args[2:]
	discover := len(rest) > 0 && rest[0] == "discover"
	if discover {
		rest = rest[1:]
	}
	for i := 0; i < len(rest); i++ {
		arg := rest[i]
		switch {
		case arg == "--list" || arg == "-l":
			c.List = true
		case arg == "--load-list":
			if i++; i == len(rest) {
				return c, true, fmt.Errorf("--load-list names no file")
			}
			c.LoadList = rest[i]
		case strings.HasPrefix(arg, "--load-list="):
			c.LoadList = strings.TrimPrefix(arg, "--load-list=")
		case arg == "-t" || arg == "--top-level-directory" || arg == "-s" || arg == "-p":
			i++ // where Python's discovery would look: there is nothing to discover here
		case strings.HasPrefix(arg, "-"):
			// Options of unittest's (-v, -f, …) change nothing here.
		case !discover:
			c.Only = arg
		}
	}
	return c, true, nil
}

// ReadIDs reads an id file: one id a line, in no order, blanks around it.
func ReadIDs(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the list of tests: %w", err)
	}
	var ids []string
	for _, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			ids = append(ids, line)
		}
	}
	return ids, nil
}
