package stestr

import (
	"fmt"
	"slices"
	"strings"
)

// MendArguments puts right what jobs write and Go's flags would misread; long are the names of the long options, without
// their dashes:
//
//   - "--regex" without a value, before another option or at the end: what tox makes of "--regex {posargs}" without
//     arguments. It is no expression at all;
//   - underscores in an option's name;
//   - the beginning of an option's name, where only one option begins so: Python's argparse takes it.
func MendArguments(args []string, long []string) []string {
	out := make([]string, 0, len(args))
	for i, arg := range args {
		if arg == "--" {
			return append(out, args[i:]...)
		}
		arg = mendName(arg, long)
		if (arg == "--regex" || arg == "-r") && (i+1 == len(args) || isOption(args[i+1])) {
			arg = "--regex="
		}
		out = append(out, arg)
	}
	return out
}

func isOption(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

func mendName(arg string, long []string) string {
	name, isLong := strings.CutPrefix(arg, "--")
	if !isLong || name == "" {
		return arg
	}
	name, value, hasValue := strings.Cut(name, "=")
	name = strings.ReplaceAll(name, "_", "-")
	if !slices.Contains(long, name) {
		var found []string
		for _, l := range long {
			if strings.HasPrefix(l, name) {
				found = append(found, l)
			}
		}
		if len(found) == 1 {
			name = found[0]
		}
	}
	if hasValue {
		return "--" + name + "=" + value
	}
	return "--" + name
}

// SplitRegex takes the value of --regex apart: Tempest separates expressions by blanks, and a YAML block scalar leaves a line
// break at the end. A quote that begins the value and does not end it is what some versions of tox make of such a break: the
// rest of the command line is lost then, so that running what is left would test something else than was meant.
func SplitRegex(value string) ([]string, error) {
	value = strings.TrimSpace(value)
	if len(value) > 0 && (value[0] == '\'' || value[0] == '"') && (len(value) == 1 || value[len(value)-1] != value[0]) {
		return nil, fmt.Errorf("the expression %s begins with a quote that does not end: the command line was cut; a line break in tempest_test_regex does that", value)
	}
	return strings.Fields(value), nil
}
