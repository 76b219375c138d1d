//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// ways are those in which an unmodified Tempest runs the program's tests.
func ways() map[string]func(*workspace) {
	return map[string]func(*workspace){
		"PYTHON": func(w *workspace) { w.env = append(w.env, "PYTHON="+program(w.t)) },
		"with":   func(w *workspace) { w.env = append(w.env, "PYTHON="+program(w.t)+" --with "+interpreter(w.t)) },
		"plugin": func(w *workspace) { w.installPlugin() },
	}
}

// TestTempestRunThreeWays runs the phases by "tempest run" in each way: list, one worker, two workers, combined, from a list, a failing
// test, what failed again.
func TestTempestRunThreeWays(t *testing.T) {
	t.Parallel()
	for name, enter := range ways() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTempestWorkspace(t)
			enter(w)
			w.run("stestr", "init").must(t, 0)
			before := w.Inventory()
			listing := w.run("tempest", "run", "--list-tests").must(t, 0).stdout
			if got, want := ours(listing), sorted(listed(t, "")); !slices.Equal(got, want) {
				t.Errorf("Tempest lists\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if own := len(lines(listing)) - len(ours(listing)); (own > 1000) != (name != "PYTHON") {
				t.Errorf("Tempest lists %d tests of its own", own)
			}
			create, verify := listed(t, createTests), listed(t, verifyTests)
			w.tempestRun(0, create, "--serial", "--regex", createTests)
			w.tempestRun(0, append(create, verify...), "--concurrency=2", "--combine", "--regex", verifyTests)
			ids := w.write("some", verify[0]+"\n"+verify[len(verify)-1]+"\n")
			w.tempestRun(0, []string{verify[0], verify[len(verify)-1]}, "--load-list", ids)

			project, container, object := w.object()
			if err := w.OverwriteObject(project, container, object, []byte("not what was stored")); err != nil {
				t.Fatal(err)
			}
			w.tempestRun(1, verify, "--concurrency=2", "--regex", verifyTests)
			failed := lines(w.run("stestr", "failing", "--list").must(t, 1).stdout)
			if len(failed) != 1 || !strings.Contains(failed[0], ".test_get_persistent_object[") {
				t.Errorf("stestr failing lists %v", failed)
			}
			w.run("stestr", "run", "--failing").must(t, 1)
			if got := outcomes(results(t, w.last())); !slices.Equal(got, prefixed("fail ", failed)) {
				t.Errorf("stestr run --failing: %v", got)
			}
			w.run("stestr", "run", "--until-failure", "--load-list", w.write("failed", failed[0]+"\n")).must(t, 1)
			w.tempestRun(0, listed(t, cleanupTests), "--regex", cleanupTests)
			if after := w.Inventory(); !slices.Equal(before, after) {
				t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
			}
		})
	}
}

// tempestRun runs Tempest and compares the tests of the repository's last run with ids, and stestr's totals with ours.
func (w *workspace) tempestRun(code int, ids []string, args ...string) {
	w.t.Helper()
	r := w.run("tempest", append([]string{"run"}, args...)...).must(w.t, code)
	all := results(w.t, w.last())
	if !slices.Contains(args, "--combine") {
		w.sameTotals(r.stdout, all)
	}
	var got []string
	for _, res := range all {
		got = append(got, res.TestID)
		if code == 0 && res.Status != subunit.Success {
			w.t.Errorf("%v: %s is %s", args, res.TestID, res.Status)
		}
	}
	if got, want := sorted(got), sorted(ids); !slices.Equal(got, want) {
		w.t.Errorf("%v ran\n%s\nwant\n%s", args, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	w.run("stestr", "last").must(w.t, code)
}

// TestTempestRunHoldsBoth: one run has Tempest's tests and ours.
func TestTempestRunHoldsBoth(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	ways()["with"](w)
	w.run("tempest", "run", "--concurrency=2", "--regex", createTests+"|tempest.api.compute.test_versions|tempest.api.identity.v3.test_api_discovery")
	found := map[string]int{}
	for _, r := range results(t, w.last()) {
		_, class, _ := strings.Cut(r.TestID, "tests.")
		found[map[bool]string{true: "ours", false: "Tempest's"}[class != ""]]++
		if !r.Status.Terminal() {
			t.Errorf("%s is %s", r.TestID, r.Status)
		}
	}
	if found["ours"] != len(listed(t, createTests)) || found["Tempest's"] < 2 {
		t.Errorf("the run has %v", found)
	}
}

// TestWorkerKilled kills the process that runs the tests while it waits for an answer: stestr gets a result for every id.
func TestWorkerKilled(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"PYTHON", "plugin"} {
		t.Run(name, func(t *testing.T) {
			w := newTempestWorkspace(t)
			ways()[name](w)
			w.killDuring("PUT", "/v1/*/*/*", "--unsupervised")
			w.run("tempest", "run", "--serial", "--regex", "persistent-(create|verify)").must(t, 1)
			w.everyIDAnswered(append(listed(t, createTests), listed(t, verifyTests)...))
		})
	}
}

// TestSupervisorKilled kills the program that stestr or the plugin called, what supervises the tests included.
func TestSupervisorKilled(t *testing.T) {
	t.Parallel()
	for name, enter := range ways() {
		t.Run(name, func(t *testing.T) {
			w := newTempestWorkspace(t)
			enter(w)
			w.killDuring("PUT", "/v1/*/*/*", "stestr.subunit_runner.run")
			w.run("tempest", "run", "--serial", "--regex", "persistent-(create|verify)").must(t, 1)
			w.everyIDAnswered(append(listed(t, createTests), listed(t, verifyTests)...))
		})
	}
}

// killDuring kills the processes of the program that work in the workspace and have a word on their command line, at the
// first request of a kind.
func (w *workspace) killDuring(method, path, word string) {
	var once sync.Once
	w.AddFault(simulator.Fault{Service: "object-store", Method: method, Path: path, Action: simulator.Pass, Before: func(*http.Request) {
		once.Do(func() {
			for _, pid := range w.processes(word) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		})
	}})
}

// processes are those of the program in the workspace's directory.
func (w *workspace) processes(word string) []int {
	entries, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		w.t.Error(err)
	}
	exe := program(w.t)
	var pids []int
	for _, path := range entries {
		dir := filepath.Dir(path)
		words, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(words, []byte(word)) {
			continue // gone, or another program
		}
		if target, err := os.Readlink(filepath.Join(dir, "exe")); err != nil || target != exe {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join(dir, "cwd")); err != nil || cwd != w.dir && !strings.HasPrefix(cwd, w.dir+"/") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		w.t.Errorf("no process of the program has %s", word)
	}
	return pids
}

// everyIDAnswered checks that each id has a result of its own or its class's, that some failed, and that these say why.
func (w *workspace) everyIDAnswered(ids []string) {
	w.t.Helper()
	answered := map[string]bool{}
	failed := 0
	for _, r := range results(w.t, w.last()) {
		answered[r.TestID] = true
		if strings.HasPrefix(r.TestID, "setUpClass (") {
			answered[classOf(r.TestID)] = true
		}
		if r.Status == subunit.Fail {
			failed++
		}
		if !r.Status.Terminal() {
			w.t.Errorf("%s is %s", r.TestID, r.Status)
		}
	}
	for _, id := range ids {
		if !answered[id] && !answered[classOf(id)] {
			w.t.Errorf("%s has no result", id)
		}
	}
	if failed == 0 {
		w.t.Error("nothing failed")
	}
	if text := string(w.run("stestr", "last").must(w.t, 1).stdout); !strings.Contains(text, "no result from") {
		w.t.Errorf("the failures do not say why:\n%s", text)
	}
}

// TestTempestRunFromElsewhere uses the options that lead to another directory.
func TestTempestRunFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	ways()["PYTHON"](w)
	w.unset("TEMPEST_CONFIG_DIR")
	elsewhere := t.TempDir()
	workspaces := w.write("workspace.yaml", fmt.Sprintf("mine: %s\n", w.dir))
	cmd := w.command(tool(t, "tempest"), "run", "--workspace", "mine", "--workspace-path", workspaces, "--regex", createTests)
	cmd.Dir = elsewhere
	runCommand(t, cmd).must(t, 0)
	cmd = w.command(tool(t, "tempest"), "run", "--config-file", w.path("etc", "tempest.conf"), "--regex", verifyTests)
	cmd.Dir = elsewhere
	runCommand(t, cmd).must(t, 0)
}
