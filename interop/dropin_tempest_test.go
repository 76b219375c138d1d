//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// newTempestWorkspace is a workspace as "tempest init" makes it, for Tempest's own discovery: Python is Python, and nothing of
// the program is known yet.
func newTempestWorkspace(t *testing.T, settings ...string) *workspace {
	t.Helper()
	w := newWorkspace(t, settings...)
	top := tempestDir(t)
	w.write(".stestr.conf", fmt.Sprintf("[DEFAULT]\ntest_path=%s/test_discover\ntop_dir=%s\ngroup_regex=([^\\.]*\\.)*\n", top, top))
	w.unset("PYTHON")
	return w
}

// unset takes a variable out of the workspace's environment.
func (w *workspace) unset(name string) {
	w.env = slices.DeleteFunc(w.env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}

// tempestDir is where Tempest is installed.
func tempestDir(t testing.TB) string {
	t.Helper()
	tool(t, "tempest")
	out := runCommand(t, exec.Command(interpreter(t), "-c", "import tempest.version as v; print(v.__file__)")).must(t, 0).stdout
	return filepath.Dir(strings.TrimSpace(string(out)))
}

var installedPlugin = sync.OnceValues(func() (string, error) {
	source, site := filepath.Join(workDir, "plugin-source"), filepath.Join(workDir, "plugin-site")
	// pip builds in the source's directory.
	if err := os.CopyFS(filepath.Join(source, pluginPackage), os.DirFS(filepath.Join("..", pluginPackage))); err != nil {
		return "", err
	}
	project, err := os.ReadFile(filepath.Join("..", "pyproject.toml"))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(source, "pyproject.toml"), project, 0o600); err != nil {
		return "", err
	}
	cmd := exec.Command("pip3", "install", "--quiet", "--no-deps", "--target", site, source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return site, nil
})

const pluginPackage = "persistent_resources_tempest_plugin"

// installPlugin installs the Python plugin for the workspace, by pip, and lets it find the program.
func (w *workspace) installPlugin() {
	w.t.Helper()
	site, err := installedPlugin()
	if err != nil {
		w.t.Fatal(err)
	}
	w.env = append(w.env, "PYTHONPATH="+site, "PERSISTENT_RESOURCES_BIN="+program(w.t))
}

// snippet runs Python code in the workspace with the interpreter that has Tempest.
func (w *workspace) snippet(script string, args ...string) result {
	w.t.Helper()
	return runCommand(w.t, w.command(interpreter(w.t), append([]string{"-c", script}, args...)...))
}

// pythonRunner makes the call by which stestr starts Python's runner and returns the packets; Tempest's own log is between
// them.
func (w *workspace) pythonRunner(ids ...string) []byte {
	w.t.Helper()
	list := w.write("ids", strings.Join(ids, "\n")+"\n")
	top := tempestDir(w.t)
	args := []string{"-m", "stestr.subunit_runner.run", "discover", "-t", top, top + "/test_discover", "--load-list", list}
	r := runCommand(w.t, w.command(interpreter(w.t), args...)).must(w.t, 0)
	var out []byte
	for e, err := range subunit.NewReader(bytes.NewReader(r.stdout), subunit.Recover).All() {
		if err == nil && !e.Text {
			out, err = subunit.AppendPacket(out, e)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return out
}

// ours are the ids of a listing that belong to the program.
func ours(listing []byte) []string {
	var ids []string
	for _, line := range lines(listing) {
		if strings.HasPrefix(line, pluginPackage+".") {
			ids = append(ids, line)
		}
	}
	slices.Sort(ids)
	return ids
}

func sorted(ids []string) []string {
	out := slices.Clone(ids)
	slices.Sort(out)
	return out
}
