package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// call are the words by which stestr asks for the tests of a phase of object storage.
func (c *testCloud) call(attribute string, before ...string) []string {
	c.t.Helper()
	ids := ownIDs(func(id string) bool { return strings.Contains(id, "object_storage") && strings.Contains(id, attribute) })
	slices.Reverse(ids) // stestr hands them over in any order
	path := filepath.Join(c.dir, "ids")
	if err := os.WriteFile(path, []byte(strings.Join(ids, "\n")+"\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return append(before, "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list", path)
}

// resultsOf joins the events of a stream in which nothing but packets may be.
func resultsOf(t *testing.T, stream string) []*subunit.Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream")
	if err := os.WriteFile(path, []byte(stream), 0o600); err != nil {
		t.Fatal(err)
	}
	return readStream(t, path)
}

func lineOf(all []*subunit.Result) string {
	var out []string
	for _, r := range all {
		_, name, _ := strings.Cut(r.TestID, "Resources.")
		name, _, _ = strings.Cut(name, "[")
		if name == "" {
			name = r.TestID
		}
		out = append(out, name+" "+r.Status.String())
	}
	return strings.Join(out, ", ")
}

// TestRunnerRunsAllPhasesInOrder: whatever the order of ids, create comes before verify before delete.
func TestRunnerRunsAllPhasesInOrder(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	for _, how := range [][]string{nil, {"runner", "--unsupervised"}, {"--config-file", filepath.Join(c.dir, "etc", "tempest.conf"), "--state-dir=elsewhere"}} {
		r := c.program(nil, c.call("persistent-", how...)...).must(t, exitOK, "runner's call")
		const want = "test_create_persistent_container success, test_create_persistent_object success, " +
			"test_verify_persistent_container_existance success, test_list_persistent_container_contents success, " +
			"test_get_persistent_object success, test_cleanup_object_storage_resources success"
		if got := lineOf(resultsOf(t, r.stdout)); got != want {
			t.Errorf("%v: %s\nwant %s\n%s", how, got, want, r.stderr)
		}
		c.unchanged("all phases in one call")
	}
	if _, err := os.Stat(filepath.Join(c.dir, "elsewhere", "object_storage.jsonl")); err != nil {
		t.Errorf("--state-dir before -m was not heeded: %v", err)
	}
}

// TestRunnerSurvivesItsTests kills the process that runs the tests, or makes it panic: every test gets its result.
func TestRunnerSurvivesItsTests(t *testing.T) {
	for how, want := range map[string]string{
		"before": "no result from the test process (signal: killed)",
		"panic":  "no result from the test process (exit status 2): panic: a bug",
	} {
		t.Run(how, func(t *testing.T) {
			c := startCloud(t, simulator.Options{})
			r := c.program([]string{killAt + "=11:" + how}, c.call("persistent-")...).must(t, exitOK, "runner's call")
			all := resultsOf(t, r.stdout)
			if len(all) != 6 {
				t.Fatalf("%d results, want one for each of 6 tests: %s\n%s", len(all), lineOf(all), r.stderr)
			}
			failed := 0
			for _, res := range all {
				if res.Status != subunit.Fail {
					continue
				}
				failed++
				if a := res.Attachment("traceback"); a == nil || !strings.Contains(string(a.Content), want) {
					t.Errorf("%s does not say %q", res.TestID, want)
				}
			}
			if failed == 0 || failed == len(all) {
				t.Errorf("%d of %d failed; the process should have died between the first and the last: %s", failed, len(all), lineOf(all))
			}
			c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
			c.unchanged("a test process that died")
		})
	}
}

// arrive makes the first PUT of an object wait until the test goes on.
func (c *testCloud) arrive() (arrived <-chan struct{}, goOn func()) {
	came, gone := make(chan struct{}), make(chan struct{})
	var once, end sync.Once
	remove := c.AddFault(simulator.Fault{
		Service: "object-store", Method: http.MethodPut, Path: "/v1/*/*/*", Action: simulator.Pass,
		Before: func(*http.Request) {
			once.Do(func() {
				close(came)
				<-gone
			})
		},
	})
	goOn = func() { end.Do(func() { remove(); close(gone) }) }
	c.t.Cleanup(goOn)
	return came, goOn
}

// TestRunnerToldToStop interrupts stestr's call while the service works on an object.
func TestRunnerToldToStop(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		c := startCloud(t, simulator.Options{})
		arrived, goOn := c.arrive()
		path := filepath.Join(c.dir, "stdout")
		stdout, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd := c.start(stdout, &stderr, c.call("persistent-")...)
		<-arrived
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		goOn()
		stdout.Close()
		all := readStream(t, path)
		if len(all) < 2 || !strings.Contains(stderr.String(), "interrupted") {
			t.Fatalf("%s: %s\n%s", sig, lineOf(all), stderr.String())
		}
		for _, r := range all {
			if !r.Status.Terminal() || strings.Contains(r.TestID, "persistent_object") && r.Status != subunit.Fail {
				t.Errorf("%s: %s is %s", sig, r.TestID, r.Status)
			}
		}
		c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
		c.unchanged("an interrupted runner")
	}
}

// TestRunnerKilled kills the process that stestr started: the guard answers for the tests, these end by themselves and leave a
// usable record.
func TestRunnerKilled(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	arrived, goOn := c.arrive()
	stdout, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	var stderr bytes.Buffer
	cmd := c.start(write, &stderr, c.call("persistent-")...)
	write.Close()
	<-arrived
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	stream, err := io.ReadAll(stdout) // as stestr does
	if err != nil {
		t.Fatal(err)
	}
	goOn()
	_ = cmd.Wait()
	failed := 0
	all := resultsOf(t, string(stream))
	for _, r := range all {
		if a := r.Attachment("traceback"); r.Status == subunit.Fail && a != nil && strings.Contains(string(a.Content), "no result from the worker, which was killed") {
			failed++
		}
	}
	if len(all) != 6 || failed != 5 {
		t.Errorf("%d of %d results are of the guard, want 5 of 6: %s", failed, len(all), lineOf(all))
	}
	c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create again")
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	c.unchanged("a killed supervisor")
}

// TestRunnerRefuses: stestr heeds no status of a run, so a call that cannot be carried out is a run of failures.
func TestRunnerRefuses(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	for _, tt := range []struct {
		args  []string
		tests int
		says  string
	}{
		{c.call("persistent-", "--nonsense"), 6, "unknown flag: --nonsense"},
		{c.call("persistent-", "--phase", "nonsense"), 6, "nonsense"},
		{[]string{"-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list"}, 1, "--load-list names no file"},
		{[]string{"-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list", "absent"}, 1, "open absent"},
		{[]string{"--with=python3", "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list", c.dir}, 1, "is a directory"},
	} {
		r := c.program(nil, tt.args...).must(t, exitOK, strings.Join(tt.args, " "))
		all := resultsOf(t, r.stdout)
		if len(all) != tt.tests || !strings.Contains(r.stderr, tt.says) {
			t.Errorf("%v: %d results, want %d; it says %s", tt.args, len(all), tt.tests, r.stderr)
		}
		for _, res := range all {
			if a := res.Attachment("traceback"); res.Status != subunit.Fail || a == nil || !strings.Contains(string(a.Content), tt.says) {
				t.Errorf("%v: %s is %s: %+v", tt.args, res.TestID, res.Status, a)
			}
		}
	}
}

func TestRunnerUsage(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	for _, args := range [][]string{
		{"--nonsense", "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--list"},
		{"--phase", "nonsense", "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--list"},
		{"runner"},
	} {
		if r := c.program(nil, args...).must(t, exitUsage, strings.Join(args, " ")); r.stderr == "" || r.stdout != "" {
			t.Errorf("%v: stdout %q, stderr %q", args, r.stdout, r.stderr)
		}
	}
}

// TestRunnerLeavesNoFiles: whatever ends a run, nothing is left of the lists that its processes were handed.
func TestRunnerLeavesNoFiles(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	dir := t.TempDir()
	arrived, goOn := c.arrive()
	t.Setenv("TMPDIR", dir) // userEnv hands it on
	call := c.call("persistent-create")
	var stderr bytes.Buffer
	cmd := c.start(nil, &stderr, call...)
	<-arrived
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	goOn()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
}
