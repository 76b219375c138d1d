//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// workspace is what a job has: a cloud, its tempest.conf, a directory with .stestr.conf, and an environment in which the
// program stands in for Python.
type workspace struct {
	*simulator.Cloud
	t   *testing.T
	dir string
	env []string
}

// stestrConf is what "tempest init" writes, but for the paths: a class stays on one worker.
const stestrConf = "[DEFAULT]\ntest_path=./tests\ntop_dir=./\ngroup_regex=([^\\.]*\\.)*\n"

// newWorkspace starts a cloud. Each setting, "section.option=value", changes the tempest.conf that it wrote.
func newWorkspace(t *testing.T, settings ...string) *workspace {
	t.Helper()
	sim, err := simulator.Start(t.Context(), simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	w := &workspace{Cloud: sim, t: t, dir: t.TempDir()}
	if err := sim.WriteConfig(w.path("etc")); err != nil {
		t.Fatal(err)
	}
	w.configure(settings...)
	w.write(".stestr.conf", stestrConf)
	w.env = append(cleanEnv(w.dir), "PYTHON="+program(t), "TEMPEST_CONFIG_DIR="+w.path("etc"), "PERSISTENT_RESOURCES_STATE_DIR="+w.path("state"))
	return w
}

// configure sets options, "section.option=value". oslo.config joins sections of one name, and the last value wins.
func (w *workspace) configure(settings ...string) {
	w.t.Helper()
	path := w.path("etc", "tempest.conf")
	conf, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range settings {
		section, option, ok := strings.Cut(s, ".")
		if !ok {
			w.t.Fatalf("setting %q has no section", s)
		}
		conf = fmt.Appendf(conf, "\n[%s]\n%s\n", section, option)
	}
	if err := os.WriteFile(path, conf, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// cleanEnv is an environment without anything of the machine's that the program or the tools would heed.
func cleanEnv(home string) []string {
	return []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LC_ALL=C.UTF-8"}
}

func (w *workspace) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

func (w *workspace) write(name, text string) string {
	w.t.Helper()
	path := w.path(name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *workspace) command(path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.t.Context(), path, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

// run runs a Python tool in the workspace.
func (w *workspace) run(name string, args ...string) result {
	w.t.Helper()
	return runCommand(w.t, w.command(tool(w.t, name), args...))
}

// filter runs a Python tool on a stream.
func (w *workspace) filter(stream []byte, name string, args ...string) result {
	w.t.Helper()
	cmd := w.command(tool(w.t, name), args...)
	cmd.Stdin = bytes.NewReader(stream)
	return runCommand(w.t, cmd)
}

// program runs the program as a user does.
func (w *workspace) program(args ...string) result {
	w.t.Helper()
	return runCommand(w.t, w.command(program(w.t), args...))
}

// runner makes the call by which stestr starts a runner and returns the stream.
func (w *workspace) runner(ids ...string) []byte {
	w.t.Helper()
	list := w.write("ids", strings.Join(ids, "\n")+"\n")
	r := runCommand(w.t, w.command(program(w.t), "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list", list))
	return r.must(w.t, 0).stdout
}

// load puts a stream into a new stestr repository and returns what stestr gives back of it.
func (w *workspace) load(stream []byte) []byte {
	w.t.Helper()
	if err := os.RemoveAll(w.path(".stestr")); err != nil {
		w.t.Fatal(err)
	}
	w.run("stestr", "init").must(w.t, 0)
	w.run("stestr", "load", w.write("loaded.subunit", string(stream))).must(w.t, 0)
	return w.last()
}

// last is the last run of the stestr repository as a stream.
func (w *workspace) last() []byte {
	w.t.Helper()
	return w.run("stestr", "last", "--subunit").must(w.t, 0).stdout
}

// create makes the persistent resources, which is where most cases begin.
func (w *workspace) create() {
	w.t.Helper()
	w.program("create", "--quiet").must(w.t, 0)
}

// object names one object of the cloud: the project that owns it, its container and its name.
func (w *workspace) object() (project, container, name string) {
	w.t.Helper()
	for _, line := range w.Inventory() {
		rest, ok := strings.CutPrefix(line, "object ")
		if !ok {
			continue
		}
		project, path, _ := strings.Cut(rest, " ")
		container, name, ok = strings.Cut(path, "/")
		if ok {
			return project, container, name
		}
	}
	w.t.Fatal("the cloud holds no object")
	return "", "", ""
}
