package phases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/releases"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// Options of a run.
type Options struct {
	Services []NewService
	// Select says which tests run, by id. nil runs all.
	Select func(id string) bool
	// Unknown are ids that were asked for and that nothing here answers to; each is reported as failed.
	Unknown []string

	Config *tempestconf.Config
	// ConfigError, when set, is why there is no Config: every class then fails in its set-up with it.
	ConfigError error
	State       state.Dir
	// Connect prepares the way to the cloud; nothing is sent by it.
	Connect func(*tempestconf.Config) (*cloud.Connection, error)

	Sink        func(*subunit.Event)
	Log         *Log
	Env         func(string) string // Tempest's environment: OS_TEST_TIMEOUT, OS_LOG_CAPTURE, …
	Tags        []string
	NoAPI       bool
	Concurrency int                             // classes, and resources of a class, at once; less than 1 means 1
	Progress    func() (tell func(what string)) // see Fixture.Progress
	Program     string                          // version, recorded in the state
	Now         func() time.Time
	// LateAnswers is how long a create call that had no answer may still take effect: what it was to make is looked for until
	// then before it is made again or taken for gone. 0 means a minute, or [service-clients] http_timeout where that is longer.
	LateAnswers time.Duration
	// Side says when a verify runs, e.g. "pre-upgrade"; it is recorded beside what the services tell of their releases.
	Side string
	// ExpectRelease, when set, makes create and verify fail where a service tells what no service of that release tells.
	ExpectRelease *releases.Release
	// Stop is asked before each test; a non-nil error ends the run there (the stream's reader is gone).
	Stop func() error
}

// Outcome is what a run came to, for the exit code and for the sentence on stderr. The results themselves are in the events.
type Outcome struct {
	Tests    int      // that were asked for and known
	Failures int      // failed tests and pseudo tests
	Errors   []error  // of set-up, clean-up and tests, in the order in which they happened
	Stopped  error    // why the run ended early
	Notes    []string // what people should know of a run that went well
	Releases []ReleasePair
}

// Run runs the selected tests: phase after phase, within a phase class by class in the order of the services.
func Run(ctx context.Context, o Options) Outcome {
	r := &runner{o: o}
	if r.o.Now == nil {
		r.o.Now = time.Now
	}
	if r.o.Env == nil {
		r.o.Env = func(string) string { return "" }
	}
	if r.o.Log == nil {
		r.o.Log = &Log{}
	}
	if r.o.Log.Secrets == nil {
		r.o.Log.Secrets = cloud.NewSecrets()
	}
	conn := &sharedConnection{connect: o.Connect}
	defer conn.close()
	plan := r.plan(conn)
	m := r.emitter(o.Sink)
	for _, p := range plan {
		for _, t := range p.class.Tests {
			m.exists(p.class.ID.TestID(t))
			r.out.Tests++
		}
	}
	for _, id := range o.Unknown {
		m.start(id)
		m.outcome(id, FailWith("ValueError", "there is no test %s; see the list command", id), nil)
		r.failed(fmt.Errorf("there is no test %s", id))
	}
	for _, phase := range []Phase{Create, Verify, Delete} {
		r.runPhase(ctx, phase, plan)
	}
	return r.out
}

type runner struct {
	o   Options
	mu  sync.Mutex
	out Outcome
}

// planned is a class with those of its tests that were selected.
type planned struct {
	class   Class
	fixture *Fixture
}

func (r *runner) plan(conn *sharedConnection) []planned {
	var out []planned
	for _, phase := range []Phase{Create, Verify, Delete} {
		for _, s := range r.o.Services {
			f := &Fixture{
				Config: r.o.Config, Log: r.o.Log, NoAPI: r.o.NoAPI, Concurrency: max(r.o.Concurrency, 1), Progress: r.o.Progress,
				program: r.o.Program, state: r.o.State, connect: conn.get, note: r.note, late: r.o.LateAnswers,
				side: r.o.Side, expected: r.o.ExpectRelease, onReleases: r.releases,
			}
			c := class(s, phase, f)
			f.ID = c.ID
			var tests []Test
			for _, t := range c.Tests {
				if r.o.Select == nil || r.o.Select(c.ID.TestID(t)) {
					tests = append(tests, t)
				}
			}
			if c.Tests = tests; len(tests) > 0 {
				out = append(out, planned{c, f})
			}
		}
	}
	return out
}

func (r *runner) runPhase(ctx context.Context, phase Phase, plan []planned) {
	var group errgroup.Group
	group.SetLimit(max(r.o.Concurrency, 1))
	turns := newTurns(r.o.Sink)
	for _, p := range plan {
		if p.class.ID.Phase != phase {
			continue
		}
		sink, done := turns.next()
		group.Go(func() error {
			defer done()
			r.runClass(ctx, p, r.emitter(sink))
			return nil
		})
	}
	_ = group.Wait()
}

func (r *runner) emitter(sink func(*subunit.Event)) *emitter {
	isOn := func(name string) bool { v := r.o.Env(name); return v == "1" || v == "True" }
	logOff := r.o.Env("OS_LOG_CAPTURE")
	return &emitter{
		sink: sink, tags: r.o.Tags, secrets: r.o.Log.Secrets, now: func() time.Time { return r.o.Now().UTC() },
		noLog:  logOff == "0" || logOff == "False",
		stdout: isOn("OS_STDOUT_CAPTURE"), stderr: isOn("OS_STDERR_CAPTURE"),
	}
}

func (r *runner) note(sentence string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Notes = append(r.out.Notes, sentence)
}

// releases keeps what a class's services told; of a service that several classes asked, the last answer.
func (r *runner) releases(pairs []ReleasePair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range pairs {
		i := slices.IndexFunc(r.out.Releases, func(q ReleasePair) bool { return q.Service == p.Service })
		if i < 0 {
			r.out.Releases = append(r.out.Releases, p)
		} else {
			r.out.Releases[i] = p
		}
	}
	slices.SortFunc(r.out.Releases, func(a, b ReleasePair) int { return strings.Compare(a.Service, b.Service) })
}

func (r *runner) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Failures++
	r.out.Errors = append(r.out.Errors, err)
}

// stopped says why no further test may begin.
func (r *runner) stopped(ctx context.Context) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	if r.o.Stop == nil {
		return nil
	}
	err := r.o.Stop()
	if err != nil {
		r.mu.Lock()
		r.out.Stopped = err
		r.mu.Unlock()
	}
	return err
}

func (r *runner) runClass(ctx context.Context, p planned, m *emitter) {
	c, f := p.class, p.fixture
	defer f.close()
	if r.stopped(ctx) == nil {
		if err := r.stages(ctx, c, c.SetUp, "setUpClass", true); err != nil {
			id := c.ID.setUpClass()
			if status := m.outcome(id, err, nil); status == subunit.Fail {
				r.failed(err)
			}
			return
		}
	}
	for _, t := range c.Tests {
		r.runTest(ctx, c, t, m)
	}
	if len(c.TearDown) == 0 || f.Journal == nil || c.ID.Phase == Delete && r.stopped(ctx) != nil {
		return
	}
	if err := r.stages(ctx, c, c.TearDown, "tearDownClass", false); err != nil {
		if status := m.outcome(c.ID.tearDownClass(), err, nil); status == subunit.Fail {
			r.failed(err)
		}
	}
}

// stages runs a class's set-up or clean-up. Set-up ends at its first error. So does clean-up: credentials must not go while
// something that they own is left.
func (r *runner) stages(ctx context.Context, c Class, stages []Stage, caller string, setUp bool) (err error) {
	ctx = cloud.WithCaller(ctx, c.ID.Name()+":"+caller)
	if setUp && r.o.ConfigError != nil {
		return r.o.ConfigError
	}
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
			if c.ID.Phase == Delete && !setUp {
				err = &LeftoverError{Service: c.ID.Service, Err: err}
			}
		}
	}()
	for _, s := range stages {
		if err := s.Run(ctx); err != nil {
			return because(ctx, err)
		}
	}
	return nil
}

func (r *runner) runTest(ctx context.Context, c Class, t Test, m *emitter) {
	id := c.ID.TestID(t)
	m.start(id)
	if err := r.stopped(ctx); err != nil {
		// Whoever asked for this id must get an answer, even when the run is told to stop.
		err = &Failure{Type: "KeyboardInterrupt", Text: "not run: " + err.Error(), Cause: err}
		m.outcome(id, err, nil)
		r.failed(err)
		return
	}
	decorated := func(context.Context) error { return decoratorSkip(c, t) }
	if err := protected(ctx, decorated); err != nil {
		if status := m.outcome(id, err, nil); status == subunit.Fail {
			r.failed(fmt.Errorf("%s: %w", t.Name, err))
		}
		return
	}
	log := &testLog{}
	ctx = withTest(cloud.WithCaller(ctx, c.ID.Name()+":"+t.Name), log)
	ctx, cancel := r.deadline(ctx)
	defer cancel()
	c.fixture.logReleases(ctx)
	err := because(ctx, protected(ctx, t.Run))
	if c.ID.Phase == Create && c.fixture.Journal != nil {
		err = Join(err, c.fixture.Journal.Tested(t.Name, err == nil))
	}
	if status := m.outcome(id, err, log); status == subunit.Fail {
		r.failed(fmt.Errorf("%s: %w", t.Name, err))
	}
}

func decoratorSkip(c Class, t Test) error {
	if c.fixture.NoAPI && !t.NoAPI {
		return &Skip{Reason: "This test needs an OpenStack API, and --no-api was given."}
	}
	if t.Skip == nil {
		return nil
	}
	return t.Skip()
}

// deadline gives a test the time that OS_TEST_TIMEOUT allows, in seconds; as for Tempest, 0 or no number means no limit.
func (r *runner) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	text := strings.TrimSpace(r.o.Env("OS_TEST_TIMEOUT"))
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, time.Duration(seconds)*time.Second, &timeoutError{limit: text})
}

// protected runs a test; a panic becomes its failure.
func protected(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return run(ctx)
}

// ErrOutputGone says that whoever read the stream has stopped reading.
var ErrOutputGone = errors.New("the stream cannot be written: its reader is gone")

// IsOutputGone reports whether a write failed because the reader is gone.
func IsOutputGone(err error) bool {
	return errors.Is(err, ErrOutputGone) || errors.Is(err, io.ErrClosedPipe)
}
