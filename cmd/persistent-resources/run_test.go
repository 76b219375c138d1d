package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// stored is what the repository of the working directory has of its last run.
func (c *testCloud) stored() string {
	c.t.Helper()
	return c.program(nil, "last", "--subunit").must(c.t, exitOK, "last --subunit").stdout
}

// TestRunSurvivesItsTests kills the process that runs the tests: the run ends, is stored whole and is a failure.
func TestRunSurvivesItsTests(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	services := "PERSISTENT_RESOURCES_SERVICES=object_storage"
	r := c.program([]string{killAt + "=11:before", services}, "run", "--regex", "object_storage")
	r.must(t, exitFailed, "run")
	if !strings.Contains(r.stdout, "no result from the test process (signal: killed)") {
		t.Errorf("it does not say what happened:\n%s", r.stdout)
	}
	if all := resultsOf(t, c.stored()); len(all) != 6 {
		t.Errorf("%d results are stored, want 6: %s", len(all), lineOf(all))
	}
	c.program([]string{services}, "delete", "-q").must(t, exitOK, "delete")
	c.unchanged("a run whose tests died")
}

// TestRunToldToStop interrupts a run: it is stored, and the status tells.
func TestRunToldToStop(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	arrived, goOn := c.arrive()
	var stderr bytes.Buffer
	cmd := c.start(nil, &stderr, "run", "--services", "object_storage", "--regex", "persistent-create", "-w", "1")
	<-arrived
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	goOn()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d\n%s", code, exitInterrupted, stderr.String())
	}
	if all := resultsOf(t, c.stored()); len(all) != 3 {
		t.Errorf("%d results are stored, want two tests and a skipped class: %s", len(all), lineOf(all))
	}
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	c.unchanged("an interrupted run")
}

// inFlight is what the repository has of the run in progress.
func (c *testCloud) inFlight() string {
	c.t.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, ".stestr", "tmp*"))
	if err != nil || len(found) != 1 {
		return fmt.Sprint("no one file of a run in progress: ", found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// TestRunKilled kills a run: what was finished, and a failure for each other test, is the last run of the repository.
func TestRunKilled(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	for _, combine := range []bool{false, true} {
		arrived, goOn := c.arrive()
		stdout, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"run", "--services", "object_storage", "--regex", "object_storage.*persistent-(create|verify)", "-w", "1"}
		if combine {
			args = append(args, "--combine")
		}
		var stderr bytes.Buffer
		cmd := c.start(write, &stderr, args...)
		write.Close()
		<-arrived
		// The test before has ended; its result is on its way into the file.
		const ended = "test_create_persistent_container[persistent-create] [ multipart"
		late := time.After(time.Minute)
		for stored := c.inFlight(); !strings.Contains(stored, ended); stored = c.inFlight() {
			select {
			case <-late:
				t.Fatalf("the test that had ended is not in %s", stored)
			case <-time.After(10 * time.Millisecond):
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, stdout) // until whoever completes the run has ended, as a job waits for its output
		stdout.Close()
		if err != nil {
			t.Fatal(err)
		}
		goOn()
		_ = cmd.Wait()
		const want = "test_create_persistent_container success, test_create_persistent_object fail, " +
			"test_verify_persistent_container_existance fail, test_list_persistent_container_contents fail, test_get_persistent_object fail"
		all := resultsOf(t, c.stored())
		if got := lineOf(all[max(0, len(all)-5):]); got != want || len(all) != map[bool]int{false: 5, true: 10}[combine] {
			t.Errorf("combine %v: the repository holds %s\nwant %s\n%s", combine, lineOf(all), want, stderr.String())
		}
		if failing := c.program(nil, "failing", "--list").must(t, exitFailed, "failing"); strings.Count(failing.stdout, "\n") != 4 {
			t.Errorf("failing are\n%s", failing.stdout)
		}
		if left := c.inFlight(); !strings.HasPrefix(left, "no one file of a run in progress: []") {
			t.Errorf("left is %s", left)
		}
		c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	}
	c.program(nil, "run", "--services", "object_storage", "--regex", "persistent-(create|cleanup)").must(t, exitOK, "run again")
	c.unchanged("a killed run")
}

// TestRunInWorkspace runs in a workspace of Tempest's from elsewhere.
func TestRunInWorkspace(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	elsewhere := t.TempDir()
	workspaces := filepath.Join(elsewhere, "workspace.yaml")
	if err := os.WriteFile(workspaces, []byte("mine: "+c.dir+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	home := c.dir
	c.dir = elsewhere
	args := []string{"run", "--workspace", "mine", "--workspace-path", workspaces, "--regex", "object_storage", "--services", "object_storage"}
	c.program(nil, args...).must(t, exitOK, "run in a workspace")
	for _, name := range []string{".stestr/0", ".stestr.conf", ".persistent-resources/object_storage.jsonl"} {
		if _, err := os.Stat(filepath.Join(home, name)); err != nil {
			t.Errorf("the workspace has no %s: %v", name, err)
		}
	}
	c.unchanged("a run in a workspace")
	args[2] = "other"
	if r := c.program(nil, args...).must(t, exitUsage, "run in an unknown workspace"); !strings.Contains(r.stderr, `the workspace "other" is not registered`) {
		t.Errorf("it says\n%s", r.stderr)
	}
}
