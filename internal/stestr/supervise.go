package stestr

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

// drainTime is how long is waited for the rest of a dead process's output: a process of its own may hold the pipe open.
const drainTime = 5 * time.Second

// Process is a test process to be supervised.
type Process struct {
	Name string // what people call it, e.g. "the test process"
	Path string
	Args []string // with the program's name as the first
	Env  []string
	// List, when set, is inherited as ListPath. Supervise does not close it.
	List *os.File
	// IDs are the tests that it was asked for.
	IDs []string
	// Lenient says that a test without a result is a failure only when the process ended badly: Python's runner leaves out
	// ids that it does not know.
	Lenient bool

	// Sink takes the events, in order. An event is valid during the call. An error says that nobody reads: the process is
	// told so, and its end is waited for.
	Sink func(*subunit.Event) error
	// Text takes what the process wrote between packets.
	Text func([]byte)
	// Stderr gets the process's standard error as it comes.
	Stderr io.Writer
}

// Supervise runs a process and passes on its events until it ends, whatever it ends by. Then every id without a result gets
// a failure that says what happened, and so does every test that was in progress. SIGINT and SIGTERM go on to the process.
// An error says that the process could not be started and that no event was sent, or that the sink refused.
func Supervise(p Process) error {
	r, w, err := os.Pipe()
	if err != nil {
		return &StartError{p.Name, err}
	}
	defer r.Close()
	watch := &panicWatch{out: p.Stderr}
	cmd := exec.Command(p.Path)
	cmd.Args, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Args, p.Env, os.Stdin, w, watch
	if p.List != nil {
		cmd.ExtraFiles = []*os.File{p.List}
	}
	cmd.SysProcAttr, cmd.WaitDelay = childAttributes(), drainTime
	// The kernel signals the child when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	relay := newRelay()
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		relay.stop()
		return &StartError{p.Name, err}
	}
	relay.start(cmd.Process)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
		_ = r.SetReadDeadline(time.Now().Add(drainTime))
	}()
	s := supervision{p: p, answers: NewAnswers(p.IDs)}
	sinkErr := s.passOn(r)
	if sinkErr != nil {
		_ = r.Close() // the process's next write fails
	}
	<-ended
	relay.stop()
	if sinkErr != nil {
		return sinkErr
	}
	return s.finish(cmd.ProcessState, watch)
}

// StartError says that a process could not be started.
type StartError struct {
	Name string
	Err  error
}

func (e *StartError) Error() string { return fmt.Sprintf("start %s: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

type supervision struct {
	p       Process
	answers *Answers
	torn    []*subunit.Event // what may be the packet that the process died in
}

// passOn hands events to the sink until the stream ends.
func (s *supervision) passOn(r io.Reader) error {
	for e, err := range subunit.NewReader(r, subunit.Recover).All() {
		if err != nil {
			return nil // closed by us, or held open by another process
		}
		switch {
		case e.Text:
			s.p.Text(e.Content)
		case e.Defect == "truncated":
			s.torn = append(s.torn, e.Clone())
		default:
			if err := s.flushTorn(); err != nil {
				return err
			}
			if err := s.send(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *supervision) send(e *subunit.Event) error {
	s.answers.Add(e)
	return s.p.Sink(e)
}

func (s *supervision) flushTorn() error {
	for _, e := range s.torn {
		if err := s.send(e); err != nil {
			return err
		}
	}
	s.torn = nil
	return nil
}

// finish answers for the tests that have no result. The packet that a process died in is no result and is left out.
func (s *supervision) finish(state *os.ProcessState, watch *panicWatch) error {
	if state.Success() {
		if err := s.flushTorn(); err != nil {
			return err
		}
		if s.p.Lenient {
			return nil
		}
	}
	reason := fmt.Sprintf("no result from %s (%s)", s.p.Name, state)
	if line := watch.firstLine(); line != "" {
		reason += ": " + line
	}
	trace := watch.text()
	for _, m := range s.answers.Missing() {
		if err := fail(m, reason, trace, s.p.Sink); err != nil {
			return err
		}
		trace = "" // once is enough
	}
	return nil
}

// relay passes signals on to a process. It catches them from the moment it is made, so that none is lost in between.
type relay struct {
	signals chan os.Signal
	done    chan struct{}
}

func newRelay() *relay {
	r := &relay{signals: make(chan os.Signal, 4), done: make(chan struct{})}
	signal.Notify(r.signals, syscall.SIGINT, syscall.SIGTERM)
	return r
}

func (r *relay) start(p *os.Process) {
	go func() {
		for {
			select {
			case sig := <-r.signals:
				_ = p.Signal(sig) // it may have ended
			case <-r.done:
				return
			}
		}
	}()
}

func (r *relay) stop() {
	signal.Stop(r.signals)
	close(r.done)
}
