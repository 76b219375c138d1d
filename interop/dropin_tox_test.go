//go:build interop

package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunTempestRole makes the calls of the role run-tempest in a directory that has this project's tox.ini: the words behind
// "--" are an expression or none, and options.
func TestRunTempestRole(t *testing.T) {
	w := newWorkspace(t)
	w.unset("PYTHON")
	conf, err := os.ReadFile(filepath.Join("..", "tox.ini"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("tox.ini", string(conf))
	tox, err := exec.LookPath("tox")
	if err != nil {
		t.Fatalf("%v: the environments of tox.ini are tested with it", err)
	}
	w.env = append(w.env, "PATH="+filepath.Dir(program(t))+":"+os.Getenv("PATH"))
	run := func(args ...string) result {
		t.Helper()
		return runCommand(t, w.command(tox, args...))
	}
	create, verify := len(listed(t, createTests)), len(listed(t, verifyTests))
	stored := func(tests int, what string) {
		t.Helper()
		stream := runCommand(t, w.command(program(t), "last", "--subunit")).must(t, 0).stdout
		if s := summaryOf(results(t, stream)); s.Passed != tests || s.Total() != tests {
			t.Errorf("%s: %d of %d passed, want %d", what, s.Passed, s.Total(), tests)
		}
	}
	run("-e", "all", "--", createTests, "--concurrency=2").must(t, 0)
	stored(create, "an expression")
	run("-e", "all", "--", "--concurrency=2", "--exclude-regex=persistent-cleanup").must(t, 0)
	stored(create+verify, "no expression")

	// A block scalar of YAML ends with a line break. Some versions of tox cut the command there: what is left must not run.
	r := run("-e", "all", "--", verifyTests+"\n", "--concurrency=2")
	if r.code == 0 {
		stored(verify, "an expression with a line break")
	} else if text := string(r.stdout) + string(r.stderr); !strings.Contains(text, "begins with a quote that does not end") {
		t.Errorf("an expression with a line break: status %d\n%s", r.code, text)
	}
	run("-e", "smoke", "--", "--concurrency=2").must(t, 0)
	stored(len(listed(t, "")), "smoke")
	run("-e", "venv-tempest", "--", "stestr", "last").must(t, 0)
	run("-e", "all", "--", "persistent-nothing", "--concurrency=2").must(t, 1)
}
