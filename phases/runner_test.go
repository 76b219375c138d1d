package phases

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/subunit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestEvents holds every event of a run in which everything happens that can happen: order, times, types of attachments.
func TestEvents(t *testing.T) {
	logs := service("alpha", func(f *Fixture, s *Service) {
		s.Create = []Test{
			{Name: "test_passes", Run: func(ctx context.Context) error { f.Log.Info(ctx, "a sentence of %s", "alpha"); return nil }},
			{Name: "test_logs_nothing", Run: pass},
			{Name: "test_fails", Run: func(ctx context.Context) error {
				f.Log.Warn(ctx, "something is wrong")
				return WithAttachments(fmt.Errorf("server a: %w", Mismatch("ACTIVE", "SHUTOFF")), Attachment{"console", "kernel panic"}, Attachment{"empty", ""})
			}},
			{Name: "test_skipped_by_its_decorator", Skip: func() error { return &Skip{"Suspend is not available."} }, Run: fails("it ran")},
			{Name: "test_skips_itself", Run: func(context.Context) error { return fmt.Errorf("too late: %w", &Skip{"nothing to do"}) }},
			{Name: "test_panics", Run: func(context.Context) error { none := len(f.Prefix()) * 0; _ = 1 / none; return nil }},
			{Name: "test_reads_a_bad_option", Skip: func() error { return errors.New("no such option") }, Run: pass},
			{Name: "test_logs_much", Run: func(ctx context.Context) error { f.Log.Info(ctx, "%s", strings.Repeat("é", 4096)); return nil }},
		}
	})
	b := newBench(t, logs,
		service("beta", func(f *Fixture, s *Service) {
			s.SkipChecks = func() error { return &Skip{f.ID.Name() + " skipped as beta is not available"} }
		}),
		service("gamma", func(f *Fixture, s *Service) { s.SetUp = fails("no quota left") }),
		service("delta", func(f *Fixture, s *Service) { s.Remove = fails("one server is left") }),
	)
	b.o.Tags = []string{"worker-0"}
	b.o.Unknown = []string{"tempest.api.test_gone"}
	outcome := Run(t.Context(), b.o)

	var lines []string
	for _, e := range b.events {
		lines = append(lines, whole(e))
	}
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "events.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	var errs []string
	for _, err := range outcome.Errors {
		errs = append(errs, err.Error())
	}
	wantErrs := []string{
		"there is no test tempest.api.test_gone",
		"test_fails: server a: 'ACTIVE' != 'SHUTOFF'",
		"test_panics: panic: runtime error: integer divide by zero",
		"test_reads_a_bad_option: no such option",
		"no quota left",
	}
	if len(errs) < len(wantErrs) || !slices.Equal(errs[:len(wantErrs)], wantErrs) {
		t.Errorf("errors of create:\n%s", strings.Join(errs, "\n"))
	}
	if want := "delta resources of this run are left in the cloud: one server is left"; errs[len(errs)-1] != want {
		t.Errorf("the last error is %q, want %q", errs[len(errs)-1], want)
	}
	if outcome.Tests != 19 || outcome.Failures != len(errs) || outcome.Stopped != nil {
		t.Errorf("outcome: %d tests, %d failures of %d errors, stopped %v", outcome.Tests, outcome.Failures, len(errs), outcome.Stopped)
	}
}

func TestCaptureVariables(t *testing.T) {
	for _, tc := range []struct {
		log, stdout, stderr string
		want                string
	}{
		{"", "", "", "pythonlogging:''"},
		{"1", "0", "False", "pythonlogging:''"},
		{"True", "1", "True", "pythonlogging:'' stderr stdout"},
		{"0", "True", "", "stdout"},
		{"False", "", "1", "stderr"},
		{"false", "true", "yes", "pythonlogging:''"}, // only Tempest's own two spellings count
	} {
		b := newBench(t, service("alpha", nil))
		env := map[string]string{"OS_LOG_CAPTURE": tc.log, "OS_STDOUT_CAPTURE": tc.stdout, "OS_STDERR_CAPTURE": tc.stderr}
		b.o.Env = func(name string) string { return env[name] }
		b.run(t.Context(), Create)
		var files []string
		for _, e := range b.events {
			if e.HasFile() {
				files = append(files, e.FileName)
			}
		}
		if got := strings.Join(files, " "); got != tc.want {
			t.Errorf("%v: attachments %q, want %q", env, got, tc.want)
		}
	}
}

func TestTestTimeout(t *testing.T) {
	r := &runner{}
	for text, limited := range map[string]bool{"": false, "0": false, "-3": false, "soon": false, "1.5": false, "300": true, " 7 ": true} {
		r.o.Env = func(string) string { return text }
		ctx, cancel := r.deadline(t.Context())
		if _, got := ctx.Deadline(); got != limited {
			t.Errorf("OS_TEST_TIMEOUT=%q: limited %v", text, got)
		}
		cancel()
	}

	b := newBench(t, service("alpha", func(_ *Fixture, s *Service) {
		s.Create = []Test{
			{Name: "test_hangs", Run: func(ctx context.Context) error {
				return fmt.Errorf("wait for server a: %w", cloud.Pause(ctx, 1<<40))
			}},
			{Name: "test_is_quick", Run: pass},
		}
	}))
	b.o.Env = func(name string) string { return map[string]string{"OS_TEST_TIMEOUT": "1"}[name] }
	b.run(t.Context(), Create)
	text := b.attachment("alpha create.test_hangs", "traceback")
	if want := "\nfixtures._fixtures.timeout.TimeoutException: the test did not end within OS_TEST_TIMEOUT (1 s); it was in: wait for server a"; !strings.Contains(text, want) {
		t.Errorf("traceback\n%s\nwant in it %s", text, want)
	}
	if got := verdicts(b.events)["alpha create.test_is_quick"]; got != subunit.Success {
		t.Errorf("the next test: %v", got)
	}
}

// TestInterrupt: whoever asked for an id gets an answer, wherever the run was when it was told to stop.
func TestInterrupt(t *testing.T) {
	for _, where := range []string{"before the run", "set-up", "test", "tear-down"} {
		t.Run(where, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			at := func(place string) func(context.Context) error {
				return func(ctx context.Context) error {
					if place != where {
						return nil
					}
					cancel(Interrupted())
					return fmt.Errorf("in the %s: %w", place, context.Cause(ctx))
				}
			}
			class := func(_ *Fixture, s *Service) {
				s.SetUp = at("set-up")
				s.Create = []Test{{Name: "test_one", Run: at("test")}, {Name: "test_two", Run: pass}}
				s.Remove = at("tear-down")
			}
			b := newBench(t, service("alpha", class), service("beta", class))
			if where == "before the run" {
				cancel(Interrupted())
			}
			outcome := Run(ctx, b.o)
			got := verdicts(b.events)
			for id := range b.selected() {
				class, _, _ := strings.Cut(id, ".")
				_, setUp := got["setUpClass ("+class+")"]
				if _, own := got[id]; !own && !setUp {
					t.Errorf("%s has no result", id)
				}
			}
			if outcome.Failures == 0 {
				t.Error("nothing failed")
			}
			for _, e := range b.events {
				if text := string(e.Content); e.FileName == "traceback" && strings.Contains(text, ": ") && !strings.HasPrefix(text, "  File") &&
					!strings.HasPrefix(text, "Traceback") && !strings.HasPrefix(text, "KeyboardInterrupt: ") {
					t.Errorf("%s: %s", short(e.TestID), text)
				}
			}
			if where == "test" && got["alpha create.test_two"] != subunit.Fail {
				t.Error("a test ran after the interrupt")
			}
			if where == "tear-down" && got["tearDownClass (alpha cleanup)"] != subunit.Fail {
				t.Error("the interrupted tear-down passed")
			}
		})
	}
}

// selected are the ids that were announced.
func (b *bench) selected() map[string]bool {
	out := map[string]bool{}
	for _, e := range b.events {
		if e.Status == subunit.Exists {
			out[short(e.TestID)] = true
		}
	}
	return out
}

// TestStop: when nobody reads the results any more, no further test begins.
func TestStop(t *testing.T) {
	ran := 0
	count := func(context.Context) error { ran++; return nil }
	b := newBench(t, service("alpha", func(_ *Fixture, s *Service) {
		s.Create = []Test{{Name: "test_one", Run: count}, {Name: "test_two", Run: count}}
	}), service("beta", func(_ *Fixture, s *Service) {
		s.SetUp = count
	}))
	gone := fmt.Errorf("write: %w", ErrOutputGone)
	b.o.Stop = func() error {
		if ran > 0 {
			return gone
		}
		return nil
	}
	outcome := b.run(t.Context(), Create)
	if ran != 1 {
		t.Errorf("%d tests ran, want 1", ran)
	}
	if !errors.Is(outcome.Stopped, ErrOutputGone) || !IsOutputGone(outcome.Stopped) || outcome.Failures != 2 {
		t.Errorf("stopped by %v with %d failures", outcome.Stopped, outcome.Failures)
	}
	want := map[string]subunit.Status{"alpha create.test_one": subunit.Success, "alpha create.test_two": subunit.Fail, "beta create.test_create": subunit.Fail}
	if diff := cmp.Diff(want, verdicts(b.events)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// TestConcurrentClassesKeepTheOrder lets the last class end first: the events come out as in a serial run.
func TestConcurrentClassesKeepTheOrder(t *testing.T) {
	names := []string{"alpha", "beta", "gamma"}
	build := func(wait bool) *bench {
		ended := map[string]chan struct{}{}
		for _, n := range names {
			ended[n] = make(chan struct{})
		}
		var services []NewService
		for i, n := range names {
			services = append(services, service(n, func(f *Fixture, s *Service) {
				s.Create = []Test{{Name: "test_one", Run: func(ctx context.Context) error {
					f.Log.Info(ctx, "in %s", n)
					if wait && i+1 < len(names) {
						<-ended[names[i+1]]
					}
					return nil
				}}, {Name: "test_two", Run: func(context.Context) error { close(ended[n]); return errors.New(n + " failed") }}}
			}))
		}
		return newBench(t, services...)
	}
	serial := build(false)
	serial.run(t.Context(), Create)
	parallel := build(true)
	parallel.o.Concurrency = len(names)
	outcome := parallel.run(t.Context(), Create)
	if diff := cmp.Diff(story(serial.events), story(parallel.events)); diff != "" {
		t.Errorf("events (-serial +parallel):\n%s", diff)
	}
	for _, n := range names {
		if text := parallel.attachment(n+" create.test_one", "pythonlogging:''"); !strings.Contains(text, "in "+n) || strings.Count(text, "\n") != 1 {
			t.Errorf("log of %s:\n%s", n, text)
		}
	}
	if outcome.Failures != len(names) || len(outcome.Errors) != len(names) {
		t.Errorf("%d failures, errors %v", outcome.Failures, outcome.Errors)
	}
}

func TestSelectedTestsOnly(t *testing.T) {
	b := newBench(t, service("alpha", func(_ *Fixture, s *Service) {
		s.Create = []Test{{Name: "test_one", Run: pass}, {Name: "test_two", Run: pass}}
	}), service("beta", nil))
	b.o.Select = func(id string) bool { return strings.Contains(id, "test_two") }
	outcome := Run(t.Context(), b.o)
	want := []string{"exists alpha create.test_two", "inprogress alpha create.test_two", "pythonlogging:'' alpha create.test_two", "success alpha create.test_two"}
	if diff := cmp.Diff(want, story(b.events)); diff != "" || outcome.Tests != 1 {
		t.Errorf("%d tests (-want +got):\n%s", outcome.Tests, diff)
	}
	b.events = nil
	b.o.Select = func(string) bool { return false }
	if outcome := Run(t.Context(), b.o); outcome.Tests != 0 || outcome.Failures != 0 || len(b.events) != 0 || b.tokens != 1 {
		t.Errorf("with nothing selected: %+v, %d events, %d tokens", outcome, len(b.events), b.tokens)
	}
}

func TestBadConfigurationFailsEveryClass(t *testing.T) {
	b := newBench(t, service("alpha", nil), service("beta", nil))
	b.o.ConfigError = errors.New("tempest.conf:3: no section header")
	b.o.Config = nil
	outcome := Run(t.Context(), b.o)
	want := map[string]subunit.Status{}
	for _, c := range []string{"create", "validate", "cleanup"} {
		want["setUpClass (alpha "+c+")"], want["setUpClass (beta "+c+")"] = subunit.Fail, subunit.Fail
	}
	if diff := cmp.Diff(want, verdicts(b.events)); diff != "" || outcome.Failures != 6 {
		t.Errorf("%d failures (-want +got):\n%s", outcome.Failures, diff)
	}
	if text := b.attachment("setUpClass (alpha create)", "traceback"); !strings.HasSuffix(text, "RuntimeError: tempest.conf:3: no section header\n") {
		t.Errorf("traceback %s", text)
	}
}

// TestPanicsAreFailures: one class's panic is its own.
func TestPanicsAreFailures(t *testing.T) {
	b := newBench(t, service("alpha", func(_ *Fixture, s *Service) {
		s.SetUp = func(context.Context) error { panic("a bug") }
	}), service("beta", func(_ *Fixture, s *Service) {
		s.Create = []Test{{Name: "test_one", Skip: func() error { panic("a bug in a decorator") }}}
	}), service("gamma", nil))
	b.run(t.Context(), Create)
	want := map[string]subunit.Status{"setUpClass (alpha create)": subunit.Fail, "beta create.test_one": subunit.Fail, "gamma create.test_create": subunit.Success}
	if diff := cmp.Diff(want, verdicts(b.events)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if text := b.attachment("setUpClass (alpha create)", "traceback"); !strings.Contains(text, "RuntimeError: panic: a bug\n") || !strings.Contains(text, "runner_test.go") {
		t.Errorf("traceback\n%s", text)
	}
}

func TestTurnsLetHeldEventsOutInOrder(t *testing.T) {
	var got []string
	turns := newTurns(func(e *subunit.Event) { got = append(got, e.TestID) })
	a, aDone := turns.next()
	b, bDone := turns.next()
	say := func(sink func(*subunit.Event), id string) { sink(&subunit.Event{TestID: id}) }
	say(b, "b1")
	say(a, "a1")
	bDone()
	c, cDone := turns.next()
	say(c, "c1")
	if want := []string{"a1"}; !slices.Equal(got, want) {
		t.Errorf("before the first ended: %v", got)
	}
	say(a, "a2")
	aDone()
	say(c, "c2")
	cDone()
	d, dDone := turns.next()
	say(d, "d1")
	dDone()
	if want := []string{"a1", "a2", "b1", "c1", "c2", "d1"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestUnknownState: a mistyped state directory is a failure that names the path, and is not made.
func TestUnknownState(t *testing.T) {
	for _, phase := range []Phase{Verify, Delete} {
		b := newBench(t, service("alpha", nil))
		outcome := b.run(t.Context(), phase)
		if len(outcome.Errors) != 1 || !errors.Is(outcome.Errors[0], state.ErrNone) || !strings.Contains(outcome.Errors[0].Error(), filepath.Join(b.o.State.Path, "alpha.jsonl")) {
			t.Errorf("%v: %v", phase, outcome.Errors)
		}
		if _, err := os.Lstat(b.o.State.Path); !os.IsNotExist(err) {
			t.Errorf("%v made the state directory: %v", phase, err)
		}
		if b.tokens != 0 {
			t.Errorf("%v asked for a token", phase)
		}
	}
}
