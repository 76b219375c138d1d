//go:build interop

package interop

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// venvVariable names the directory in whose bin/ the tools are.
const venvVariable = "PERSISTENT_RESOURCES_VENV"

const howToInstall = "it belongs to the packages stestr, python-subunit, junitxml, os-testr and tempest; install them into a venv and let " +
	venvVariable + " name it, or put them on PATH"

// tool finds a Python tool. A missing one is a failure: a run that compared nothing must not look like one that agreed.
func tool(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv(venvVariable); dir != "" {
		path, err := exec.LookPath(filepath.Join(dir, "bin", name))
		if err != nil {
			t.Fatalf("%s=%s has no bin/%s: %s", venvVariable, dir, name, howToInstall)
		}
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not on PATH: %s", name, howToInstall)
	}
	return path
}

// interpreter is the Python that has the subunit package: the one that the stestr script names in its first line.
func interpreter(t testing.TB) string {
	t.Helper()
	script, err := os.ReadFile(tool(t, "stestr"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(script), "\n")
	python, ok := strings.CutPrefix(first, "#!")
	if !ok {
		t.Fatalf("stestr does not begin with the path of a Python: %q", first)
	}
	return strings.TrimSpace(python)
}

// workDir is where TestMain lets the program be built.
var workDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "persistent-resources-interop-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	workDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workDir, "persistent-resources")
	cmd := exec.Command("go", "build", "-o", path, "../cmd/persistent-resources")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// program is the path of the program, built as a user would build it.
func program(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// result is what a process came to.
type result struct {
	command        string
	code           int
	stdout, stderr []byte
}

// runCommand runs a process to its end; it fails the test only when there is no process to run.
func runCommand(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", cmd, err)
	}
	return result{cmd.String(), cmd.ProcessState.ExitCode(), stdout.Bytes(), stderr.Bytes()}
}

// must fails the test unless the process ended with code.
func (r result) must(t testing.TB, code int) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("%s\nended with status %d, want %d\nstdout:\n%s\nstderr:\n%s", r.command, r.code, code, r.stdout, r.stderr)
	}
	return r
}
