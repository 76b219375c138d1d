//go:build interop

package pickle

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRealPythons reads what the Pythons of this machine pickle, large values too.
func TestRealPythons(t *testing.T) {
	programs := []string{}
	for _, name := range []string{"python2.7", "python2", "python3"} {
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "-c", "pass").Run() == nil {
			programs = append(programs, path)
		}
	}
	home, _ := os.UserHomeDir()
	more, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/*/bin/python"))
	programs = append(programs, more...)
	if len(programs) == 0 {
		t.Fatal("there is no Python on this machine")
	}
	for _, python := range programs {
		t.Run(python, func(t *testing.T) {
			out, err := exec.Command(python, filepath.Join("testdata", "make.py")).Output()
			if err != nil {
				t.Fatal(err)
			}
			if n := checkSamples(t, bufio.NewScanner(bytes.NewReader(out))); n < 100 {
				t.Errorf("only %d samples", n)
			}
		})
	}
}
