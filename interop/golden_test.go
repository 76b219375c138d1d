//go:build interop

package interop

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// situation is one that a stream of the original plugin's tests was recorded in, under Tempest 33 and stestr 3.2.1: the
// runner's own stream is testdata/golden/<name>.subunit, what "stestr last --subunit" gave <name>.stestr-last.subunit.
// Classes that the program does not have yet are left out, so that the comparison grows with it.
type situation struct {
	name     string
	phase    string
	settings []string
	prepare  func(t *testing.T, w *workspace) // what happened before the phase
}

func situations() []situation {
	noNova := []string{"service_available.nova=false"}
	withoutGuest := []string{"validation.run_validation=false", "compute-feature-enabled.suspend=false"}
	created := func(_ *testing.T, w *workspace) { w.create() }
	return []situation{
		{name: "a-unreachable-create", phase: createTests, prepare: func(t *testing.T, w *workspace) {
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "b-unavailable-verify", phase: verifyTests, settings: []string{"service_available.swift=false", "service_available.nova=false"}},
		{name: "c-skip-verify", phase: verifyTests, settings: withoutGuest, prepare: created},
		{name: "d-pass-create", phase: createTests, settings: noNova},
		{name: "d-pass-verify", phase: verifyTests, settings: noNova, prepare: created},
		{name: "d-pass-cleanup", phase: cleanupTests, settings: noNova, prepare: created},
		{name: "d-pass-stubnova-create", phase: createTests},
		{name: "d-pass-stubnova-verify", phase: verifyTests, prepare: created},
		{name: "d-pass-stubnova-cleanup", phase: cleanupTests, prepare: created},
		{name: "e-fail-verify-shutoff", phase: verifyTests, settings: withoutGuest, prepare: func(_ *testing.T, w *workspace) {
			w.create()
			w.stopServers()
		}},
		{name: "f-teardown-fail-cleanup", phase: cleanupTests, prepare: func(_ *testing.T, w *workspace) {
			w.create()
			w.AddFault(simulator.Fault{Service: "object-store", Method: "DELETE", Path: "/v1/*/*/*", Action: simulator.Refuse, Status: 503})
		}},
	}
}

func (s situation) workspace(t *testing.T) *workspace {
	t.Helper()
	w := newWorkspace(t, append(s.settings, "DEFAULT.debug=true")...) // as the recorded ones
	if s.prepare != nil {
		s.prepare(t, w)
	}
	return w
}

// run brings the situation about and returns the runner's stream.
func (s situation) run(t *testing.T) []byte {
	t.Helper()
	return s.workspace(t).runner(listed(t, s.phase)...)
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestGoldenLast compares what "stestr last" gives after a run with the program with what it gave after the original's.
func TestGoldenLast(t *testing.T) {
	t.Parallel()
	for _, s := range situations() {
		t.Run(s.name, func(t *testing.T) {
			w := s.workspace(t)
			w.run("stestr", "run", "--serial", s.phase)
			want := ofOurs(t, s, events(t, golden(t, s.name+".stestr-last.subunit")))
			if diff := cmp.Diff(want, ofOurs(t, s, events(t, w.last()))); diff != "" {
				t.Errorf("stestr last differs (-Tempest +ours):\n%s", diff)
			}
		})
	}
}

// TestGoldenRunner compares the runner's raw stream with the original's, and what stestr makes of it when it is loaded.
func TestGoldenRunner(t *testing.T) {
	t.Parallel()
	for _, s := range situations() {
		t.Run(s.name, func(t *testing.T) {
			w := s.workspace(t)
			stream := w.runner(listed(t, s.phase)...)
			if diff := cmp.Diff(ofOurs(t, s, events(t, golden(t, s.name+".subunit"))), ofOurs(t, s, events(t, stream))); diff != "" {
				t.Errorf("the runner's stream differs (-Tempest +ours):\n%s", diff)
			}
			want := ofOurs(t, s, events(t, golden(t, s.name+".stestr-last.subunit")))
			for i := range want {
				want[i].Tags = "" // those of "stestr run"
			}
			if diff := cmp.Diff(want, ofOurs(t, s, events(t, w.load(stream)))); diff != "" {
				t.Errorf("stestr load and last differ (-Tempest +ours):\n%s", diff)
			}
		})
	}
}

// packet is what of an event must be as the original's: everything but the times, the number of a file's pieces and the
// texts. Of the texts the exception's type and a reason are compared.
type packet struct {
	ID, Status, File, MIME, Tags, Text string
	HasTime, EOF, Runnable             bool
}

// ofOurs reduces events to what is compared, and leaves out classes that the program does not have.
func ofOurs(t *testing.T, s situation, all []*subunit.Event) []packet {
	t.Helper()
	ours := classes(listed(t, s.phase))
	var out []packet
	for i, e := range all {
		if !slices.Contains(ours, classOf(e.TestID)) {
			continue
		}
		p := packet{
			ID: e.TestID, Status: e.Status.String(), File: e.FileName, MIME: e.MIME, Tags: strings.Join(e.Tags, " "),
			HasTime: !e.Time.IsZero(), EOF: e.EOF, Runnable: !e.NotRunnable,
		}
		last := i+1 == len(all) || all[i+1].FileName != e.FileName || all[i+1].TestID != e.TestID
		switch {
		case e.HasFile() && !last:
			continue // a piece before the last
		case e.FileName == "reason":
			p.Text = string(e.Content)
		case e.FileName == "traceback":
			p.Text = exceptionType(string(e.Content))
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		t.Fatalf("%s: nothing to compare", s.name)
	}
	return out
}

// exceptionType is the type of the last exception in a traceback: what stands before the colon in the last line that begins
// with a dotted name.
func exceptionType(traceback string) string {
	found := ""
	for _, line := range strings.Split(traceback, "\n") {
		name, _, ok := strings.Cut(line, ": ")
		if ok && name != "" && !strings.ContainsAny(name, " \t(") && (strings.Contains(name, ".") || strings.HasSuffix(name, "Error")) {
			found = name
		}
	}
	return found
}
