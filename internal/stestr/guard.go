package stestr

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"opendev.org/x/persistent-resources/subunit"
)

// A worker that is killed from outside can say nothing, and stestr takes the end of its stream for the end of its tests. So a
// worker hands a copy of what it writes to a process that does nothing else: the guard, which writes to the same stream once
// the copy has ended without a word, and answers for what has no result.

// guardEnd is the tag of the packet by which a worker takes its leave.
const guardEnd = "guard-end"

// Guarded is the worker's side of a guard. A nil Guarded stands for a worker without one.
type Guarded struct {
	cmd  *exec.Cmd
	pipe *os.File
	copy *subunit.Writer
}

// StartGuard starts this program with args as the guard of the stream that goes to stdout. Without a guard the tests run all
// the same: an error is worth a note.
func StartGuard(args []string, environ []string, stdout, stderr *os.File) (*Guarded, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, &StartError{"the guard", err}
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, &StartError{"the guard", err}
	}
	defer r.Close()
	cmd := exec.Command(exe)
	cmd.Args, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = args, environ, r, stdout, stderr
	cmd.SysProcAttr = guardAttributes()
	if err := cmd.Start(); err != nil {
		_ = w.Close()
		return nil, &StartError{"the guard", err}
	}
	return &Guarded{cmd: cmd, pipe: w, copy: subunit.NewWriter(w)}, nil
}

// Want tells the guard of tests that must have a result.
func (g *Guarded) Want(ids []string) {
	for _, id := range ids {
		g.Event(&subunit.Event{TestID: id, Status: subunit.Exists})
	}
}

// Event tells the guard of what was written: whose status it is. That the guard is gone is not the worker's trouble.
func (g *Guarded) Event(e *subunit.Event) {
	if e.Status != subunit.StatusNone {
		g.send(&subunit.Event{TestID: e.TestID, Status: e.Status, Route: e.Route})
	}
}

func (g *Guarded) send(e *subunit.Event) {
	if g != nil && g.copy != nil && g.copy.Write(e) != nil {
		g.copy = nil
	}
}

// Close takes leave of the guard and waits for its end.
func (g *Guarded) Close() {
	if g == nil || g.cmd == nil {
		return
	}
	g.send(&subunit.Event{Tags: []string{guardEnd}})
	if g.copy != nil {
		_ = g.copy.Flush()
	}
	_ = g.pipe.Close()
	_ = g.cmd.Wait()
}

// Guard reads the copy of a worker's stream to its end. If the worker took no leave, every test without a result gets a failure
// by sink.
func Guard(stream io.Reader, sink func(*subunit.Event) error) error {
	answers := NewAnswers(nil)
	for e, err := range subunit.NewReader(stream, subunit.Recover).All() {
		switch {
		case err != nil:
			return fmt.Errorf("guard a worker: %w", err)
		case e.Text || e.Defect != "":
		case e.TestID == "" && slices.Contains(e.Tags, guardEnd):
			return nil
		case e.Status == subunit.Exists:
			answers.Want(e.TestID)
		default:
			answers.Add(e)
		}
	}
	for _, m := range answers.Missing() {
		if err := fail(m, "no result from the worker, which was killed", "", sink); err != nil {
			return fmt.Errorf("guard a worker: %w", err)
		}
	}
	return nil
}
