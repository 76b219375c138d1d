package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// start starts the program and leaves it running.
func (c *testCloud) start(stdout *os.File, stderr *bytes.Buffer, args ...string) *exec.Cmd {
	c.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = c.dir, userEnv(c.dir), stderr
	if stdout != nil {
		cmd.Stdout = stdout
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

// TestInterruptedCreate interrupts create while the service works on an object: every id gets its result, the state stays
// usable, and delete leaves nothing.
func TestInterruptedCreate(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	arrived, gone := make(chan struct{}), make(chan struct{})
	var once sync.Once
	remove := c.AddFault(simulator.Fault{
		Service: "object-store", Method: http.MethodPut, Path: "/v1/*/*/*", Action: simulator.Pass,
		Before: func(r *http.Request) {
			once.Do(func() {
				close(arrived)
				<-gone
			})
		},
	})
	stream := filepath.Join(c.dir, "create.subunit")
	var stderr bytes.Buffer
	cmd := c.start(nil, &stderr, "create", "--services", "object_storage", "--subunit", stream)
	<-arrived
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	close(gone)
	remove()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d\n%s", code, exitInterrupted, stderr.String())
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("standard error does not say that it was interrupted:\n%s", stderr.String())
	}
	results := readStream(t, stream)
	if len(results) < 2 {
		t.Fatalf("%d results, want one for each test", len(results))
	}
	for _, r := range results {
		if strings.Contains(r.TestID, "test_create_persistent_object") && r.Status != subunit.Fail {
			t.Errorf("%s ended with %s, want fail", r.TestID, r.Status)
		}
	}
	r := c.program(nil, "verify", "-q", "--services", "object_storage").must(t, exitState, "verify after an interrupted create")
	if !strings.Contains(r.stderr, "did not finish, or not all its tests passed; run create again") {
		t.Errorf("verify does not say what to do:\n%s", r.stderr)
	}
	c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create again")
	c.program(nil, "verify", "-q", "--services", "object_storage").must(t, exitOK, "verify")
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	c.unchanged("an interrupted create")
}

// TestReaderGone closes the pipe that the stream goes to in the middle of create.
func TestReaderGone(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	closed := false
	remove := c.AddFault(simulator.Fault{
		Service: "object-store", Method: http.MethodPut, Path: "/v1/*/*", Action: simulator.Pass,
		Before: func(*http.Request) {
			if !closed {
				closed = true
				reader.Close()
			}
		},
	})
	var stderr bytes.Buffer
	cmd := c.start(writer, &stderr, "create", "--services", "object_storage", "--subunit", "-")
	writer.Close()
	_ = cmd.Wait()
	remove()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed {
		t.Fatalf("exit code %d, want %d\n%s", code, exitFailed, stderr.String())
	}
	if !strings.Contains(stderr.String(), "its reader is gone") {
		t.Errorf("standard error does not say why it stopped:\n%s", stderr.String())
	}
	c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create again")
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	c.unchanged("a reader that went away")
}

// TestFullDisk writes the reports to a device that is always full.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	c := startCloud(t, simulator.Options{})
	for _, flag := range []string{"--subunit", "--junit"} {
		r := c.program(nil, "create", "-q", "--services", "object_storage", flag, "/dev/full")
		if r.code == exitOK || !strings.Contains(r.stderr, "no space left on device") {
			t.Errorf("create %s /dev/full: exit code %d\n%s", flag, r.code, r.stderr)
		}
	}
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	c.unchanged("a full disk")
}

// readStream returns the finished results of a stream.
func readStream(t *testing.T, path string) []*subunit.Result {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { out = append(out, r) })
	for e, err := range subunit.NewReader(f, subunit.Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	return out
}
