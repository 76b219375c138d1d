package state

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Services are the services that have a journal in the directory, in the order of their names.
func (d Dir) Services() ([]string, error) {
	entries, err := os.ReadDir(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &Error{Op: "read", Path: d.Path, Err: cause(err)}
	}
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".jsonl"); ok {
			out = append(out, name)
		}
	}
	return out, nil
}
