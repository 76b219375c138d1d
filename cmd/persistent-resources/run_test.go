package main

import (
	"bytes"
	"fmt"
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

// TestRunKilled kills a run: what was finished is in a file that jobs collect, and the next run is none the worse.
func TestRunKilled(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	arrived, goOn := c.arrive()
	var stderr bytes.Buffer
	cmd := c.start(nil, &stderr, "run", "--services", "object_storage", "--regex", "persistent-create", "-w", "1")
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
	_ = cmd.Wait()
	goOn()
	if stored := c.inFlight(); !strings.Contains(stored, ended) {
		t.Errorf("the killed run left %s", stored)
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
