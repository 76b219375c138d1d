package stestr

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Call is what a runner is asked for.
type Call struct {
	// Before are the words between the program and "-m": $PYTHON is expanded unquoted and may carry options.
	Before []string
	// Args are the words from "-m" on, as another runner would be given them.
	Args []string

	List     bool   // list the tests in place of running them
	LoadList string // file with the ids to run, one a line; "" runs every test
	Only     string // with --no-discover: a test id, class or module; "" means all
}

// runners are the modules by which stestr, subunit and testtools start a runner.
var runners = [...]string{"stestr.subunit_runner.run", "subunit.run", "testtools.run"}

// ParseCall recognises a runner's call and reports whether args, the words behind the program's name, are one.
func ParseCall(args []string) (Call, bool, error) {
	m := slices.Index(args, "-m")
	if m < 0 || m+1 >= len(args) || !slices.Contains(runners[:], args[m+1]) {
		return Call{}, false, nil
	}
	c := Call{Before: args[:m:m], Args: args[m:]}
	return c, true, c.parse(args[m+2:])
}

func (c *Call) parse(args []string) error {
	discover := len(args) > 0 && args[0] == "discover"
	if discover {
		args = args[1:]
	}
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--list" || arg == "-l":
			c.List = true
		case arg == "--load-list":
			if i++; i == len(args) {
				return fmt.Errorf("--load-list names no file")
			}
			c.LoadList = args[i]
		case strings.HasPrefix(arg, "--load-list="):
			c.LoadList = strings.TrimPrefix(arg, "--load-list=")
		case arg == "-t" || arg == "--top-level-directory" || arg == "-s" || arg == "--start-directory" || arg == "-p" || arg == "--pattern":
			i++ // where Python's discovery would look: there is nothing to discover here
		case strings.HasPrefix(arg, "-"):
			// Options of unittest's (-v, -f, …) change nothing here.
		case !discover:
			c.Only = arg
		}
	}
	return nil
}

// WithLoadList returns the words of the call for another runner that is to run the ids in file, or to list when file is "".
func (c Call) WithLoadList(file string) []string {
	var out []string
	for i := 0; i < len(c.Args); i++ {
		switch arg := c.Args[i]; {
		case arg == "--load-list":
			i++
		case strings.HasPrefix(arg, "--load-list="), arg == "--list", arg == "-l":
		default:
			out = append(out, arg)
		}
	}
	if file == "" {
		return append(out, "--list")
	}
	return append(out, "--load-list", file)
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

// ListPath is where a process finds the file of IDFile that it inherits as its first beside the standard ones.
const ListPath = "/dev/fd/3"

// IDFile returns a file with ids, one a line, for a process to inherit. It has no name: whatever kills the two processes,
// nothing is left of it.
func IDFile(ids []string) (*os.File, error) {
	f, err := os.CreateTemp("", "persistent-resources-ids-")
	if err != nil {
		return nil, fmt.Errorf("write the list of tests: %w", err)
	}
	err = os.Remove(f.Name())
	if err == nil {
		_, err = f.WriteString(strings.Join(ids, "\n") + "\n")
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("write the list of tests: %w", err)
	}
	return f, nil
}
