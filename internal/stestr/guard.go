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
// worker tells a process that does nothing else of what it writes: the guard, which answers for what has no result once it is
// told no more and the worker did not take its leave. It does the same for a run that the program keeps by itself.

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

// Guard listens to a worker to its end. If the worker took its leave, there is nothing to do; else the tests in missing have no
// result.
func Guard(stream io.Reader) (missing []Missing, left bool, err error) {
	answers := NewAnswers(nil)
	for e, err := range subunit.NewReader(stream, subunit.Recover).All() {
		switch {
		case err != nil:
			return nil, false, fmt.Errorf("guard a worker: %w", err)
		case e.Text || e.Defect != "":
		case e.TestID == "" && slices.Contains(e.Tags, guardEnd):
			return nil, true, nil
		case e.Status == subunit.Exists:
			answers.Want(e.TestID)
		default:
			answers.Add(e)
		}
	}
	return answers.Missing(), false, nil
}
