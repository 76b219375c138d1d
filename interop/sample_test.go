//go:build interop

package interop

import (
	"os"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// sample is everything that one call of the program wrote.
type sample struct {
	name    string
	code    int // exit status
	stream  []byte
	junit   []byte
	console []byte
	all     []*subunit.Result // of stream
	summary subunit.Summary
}

// samples are one of each outcome that a phase can have: passed, skipped tests, failed test, failed set-up, failed clean-up,
// skipped class, killed run.
func samples(t *testing.T) []*sample {
	t.Helper()
	w := newWorkspace(t)
	var out []*sample
	take := func(w *workspace, name string, code int, command ...string) {
		t.Helper()
		out = append(out, w.sample(name, code, command...))
	}
	take(w, "create", 0, "create")
	take(w, "verify", 0, "verify")
	take(w, "skipped tests", 0, "verify", "--no-api")

	project, container, name := w.object()
	if err := w.OverwriteObject(project, container, name, []byte("³ not what was stored \x00\xff]]>")); err != nil {
		t.Fatal(err)
	}
	take(w, "failed test", 1, "verify")

	w.AddFault(simulator.Fault{Service: "object-store", Method: "DELETE", Action: simulator.Refuse, Status: 403})
	take(w, "failed clean-up", 3, "delete")

	take(newWorkspace(t, "service_available.swift=false", "service_available.nova=false"), "skipped class", 0, "verify")

	closed := newWorkspace(t)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	take(closed, "failed set-up", 1, "create")

	killed := newWorkspace(t)
	killed.killDuring("PUT", "/v1/*/*/*", "--unsupervised")
	take(killed, "killed run", 1, "run", "--regex", "persistent-(create|verify)")
	return out
}

func (w *workspace) sample(name string, code int, command ...string) *sample {
	w.t.Helper()
	stream, junit := w.path("sample.subunit"), w.path("sample.xml")
	option := "--subunit"
	if command[0] == "run" {
		option = "--stream" // --subunit is Tempest's
	}
	// One class after the other: stestr's worker balance is made for that.
	r := w.program(append(command, "--concurrency", "1", option, stream, "--junit", junit)...).must(w.t, code)
	s := &sample{name: name, code: code, console: r.stdout, stream: w.read(stream), junit: w.read(junit)}
	s.all = results(w.t, s.stream)
	s.summary = summaryOf(s.all)
	return s
}

func (w *workspace) read(path string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// status is the exit status of the Python tools that tell success from failure.
func (s *sample) status() int {
	if s.summary.Successful() {
		return 0
	}
	return 1
}
