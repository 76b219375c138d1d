package stestr

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/subunit"
)

const (
	first  = "m.C.first[x]"
	second = "m.C.second[x]"
	third  = "m.D.third[x]"
)

// packets are the events of a process that ran first and began second.
func packets(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := subunit.NewWriter(&b)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, e := range []*subunit.Event{
		{TestID: first, Status: subunit.Exists},
		{TestID: first, Status: subunit.InProgress, Time: at},
		{TestID: first, Status: subunit.Success, Time: at.Add(time.Second)},
		{TestID: second, Status: subunit.InProgress, Time: at.Add(time.Second)},
	} {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// supervised runs a shell script that prints the stream of packets with "cat stream".
type supervised struct {
	results []*subunit.Result
	text    bytes.Buffer
	stderr  bytes.Buffer
	err     error
}

func superviseScript(t *testing.T, script string, change func(*Process)) *supervised {
	t.Helper()
	dir := t.TempDir()
	stream := filepath.Join(dir, "stream")
	if err := os.WriteFile(stream, packets(t), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &supervised{}
	c := subunit.NewCollector(func(r *subunit.Result) { s.results = append(s.results, r) })
	p := Process{
		Name: "the test process", Path: "/bin/sh", Args: []string{"sh", "-c", strings.ReplaceAll(script, "stream", stream)},
		IDs: []string{first, second, third}, Text: func(b []byte) { s.text.Write(b) }, Stderr: &s.stderr,
		Sink: func(e *subunit.Event) error { c.Add(e); return nil },
	}
	if change != nil {
		change(&p)
	}
	s.err = Supervise(p)
	c.Flush()
	return s
}

func (s *supervised) statuses() string {
	var out []string
	for _, r := range s.results {
		out = append(out, r.Status.String()+" "+r.TestID)
	}
	return strings.Join(out, ", ")
}

func TestSuperviseKilled(t *testing.T) {
	const all = "success " + first + ", fail " + second + ", fail " + third
	for _, tt := range []struct{ name, script, want string }{
		{"SIGKILL", "cat stream; kill -9 $$", "no result from the test process (signal: killed)"},
		{"SIGTERM", "cat stream; kill -15 $$", "no result from the test process (signal: terminated)"},
		{"status", "cat stream; exit 3", "no result from the test process (exit status 3)"},
		{"silently", "cat stream", "no result from the test process (exit status 0)"},
		{"panic", "cat stream; echo a note >&2; echo 'panic: index out of range' >&2; echo 'goroutine 1 [running]:' >&2; exit 2",
			"no result from the test process (exit status 2): panic: index out of range"},
		{"inside a packet", `cat stream; head -c 20 stream; kill -9 $$`, "signal: killed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := superviseScript(t, tt.script, nil)
			if s.err != nil {
				t.Fatal(s.err)
			}
			if got := s.statuses(); got != all {
				t.Errorf("results: %s\nwant %s", got, all)
			}
			for _, r := range s.results[1:] {
				if r.Start.IsZero() || r.End.IsZero() {
					t.Errorf("%s has no times", r.TestID)
				}
				if a := r.Attachment("traceback"); a == nil || !strings.Contains(string(a.Content), tt.want) || !strings.HasPrefix(string(a.Content), "Traceback (most recent call last):\n") {
					t.Errorf("%s does not say %q: %+v", r.TestID, tt.want, a)
				}
			}
			if tt.name == "panic" {
				if a := s.results[1].Attachment("stderr"); a == nil || string(a.Content) != "panic: index out of range\ngoroutine 1 [running]:\n" {
					t.Errorf("the runtime's report is not attached: %+v", a)
				}
				if !strings.HasPrefix(s.stderr.String(), "a note\npanic") {
					t.Errorf("standard error is %q", s.stderr.String())
				}
			}
		})
	}
}

func TestSuperviseLenient(t *testing.T) {
	lenient := func(p *Process) { p.Lenient = true }
	if got, want := superviseScript(t, "cat stream", lenient).statuses(), "success "+first+", inprogress "+second; got != want {
		t.Errorf("a runner that left a test out: %s, want %s", got, want)
	}
	if got := superviseScript(t, "cat stream; kill -9 $$", lenient).statuses(); !strings.Contains(got, "fail "+third) {
		t.Errorf("a runner that was killed: %s", got)
	}
}

func TestSuperviseText(t *testing.T) {
	s := superviseScript(t, "echo hello; cat stream; echo bye", nil)
	if got := s.text.String(); got != "hello\nbye\n" {
		t.Errorf("text between packets: %q", got)
	}
}

func TestSuperviseRefusedByTheSink(t *testing.T) {
	refused := errors.New("refused")
	s := superviseScript(t, "cat stream; exec sleep 0", func(p *Process) {
		p.Sink = func(*subunit.Event) error { return refused }
	})
	if !errors.Is(s.err, refused) {
		t.Errorf("Supervise: %v, want the sink's error", s.err)
	}
}

func TestSuperviseNoProgram(t *testing.T) {
	sent := 0
	s := superviseScript(t, "", func(p *Process) {
		p.Path = filepath.Join(t.TempDir(), "absent")
		p.Sink = func(*subunit.Event) error { sent++; return nil }
	})
	var start *StartError
	if !errors.As(s.err, &start) || sent != 0 {
		t.Errorf("Supervise: %v and %d events, want a StartError and none", s.err, sent)
	}
}

// TestSuperviseOutputHeldOpen leaves a process behind that holds the pipe open.
func TestSuperviseOutputHeldOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the time limit of the rest of the output")
	}
	s := superviseScript(t, "cat stream; sleep 8 2>/dev/null & kill -9 $$", nil)
	if got := s.statuses(); !strings.Contains(got, "fail "+third) {
		t.Errorf("results: %s", got)
	}
	if !slices.ContainsFunc(s.results, func(r *subunit.Result) bool { return r.TestID == first }) {
		t.Error("what the process sent before it died is lost")
	}
}

func TestPanicWatchInPieces(t *testing.T) {
	var out bytes.Buffer
	w := &panicWatch{out: &out}
	text := "note\nfatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n" + strings.Repeat("x", 2*maxTrace)
	for i := range text {
		if n, err := w.Write([]byte(text[i : i+1])); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := w.firstLine(); got != "fatal error: all goroutines are asleep - deadlock!" {
		t.Errorf("first line %q", got)
	}
	if len(w.text()) > maxTrace || out.String() != text {
		t.Errorf("kept %d bytes, passed on %d of %d", len(w.text()), out.Len(), len(text))
	}
}
