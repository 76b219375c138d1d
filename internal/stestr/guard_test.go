package stestr

import (
	"bytes"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// guardedBy is what a guard writes after a worker's copy of events.
func guardedBy(t *testing.T, cut int, events ...subunit.Event) []*subunit.Result {
	t.Helper()
	var stream bytes.Buffer
	g := &Guarded{copy: subunit.NewWriter(&stream)}
	g.Want([]string{first, second, third})
	for _, e := range events {
		g.Event(&e)
	}
	if cut == 0 {
		g.send(&subunit.Event{Tags: []string{guardEnd}})
	}
	stream.Truncate(stream.Len() - max(cut, 0))
	var all []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { all = append(all, r) })
	missing, left, err := Guard(&stream)
	if left != (cut == 0) {
		t.Errorf("the worker left: %v", left)
	}
	if err == nil {
		err = FailMissing(missing, "it was killed", func(e *subunit.Event) error { c.Add(e); return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Flush()
	return all
}

func TestGuard(t *testing.T) {
	passed := subunit.Event{TestID: first, Status: subunit.Success}
	began := subunit.Event{TestID: second, Status: subunit.InProgress}
	for _, tt := range []struct {
		name   string
		cut    int // bytes that the copy lacks at its end; 0: the worker took its leave
		events []subunit.Event
		want   string
	}{
		{"took its leave", 0, []subunit.Event{passed}, ""},
		{"killed before anything", -1, nil, "fail " + first + ", fail " + second + ", fail " + third},
		{"killed in a test", -1, []subunit.Event{passed, began}, "fail " + second + ", fail " + third},
		{"killed in a packet", 3, []subunit.Event{passed, began, {TestID: second, Status: subunit.Success}}, "fail " + second + ", fail " + third},
		{"killed after a set-up", -1, []subunit.Event{{TestID: "setUpClass (m.C)", Status: subunit.Skip}}, "fail " + third},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := supervised{results: guardedBy(t, tt.cut, tt.events...)}
			if got := s.statuses(); got != tt.want {
				t.Errorf("the guard answers %q, want %q", got, tt.want)
			}
			for _, r := range s.results {
				if a := r.Attachment("traceback"); a == nil || !strings.Contains(string(a.Content), "it was killed") {
					t.Errorf("%s does not say why: %+v", r.TestID, a)
				}
			}
		})
	}
}

// TestGuardedNothing: a worker without a guard says the same words to nobody.
func TestGuardedNothing(t *testing.T) {
	var g *Guarded
	g.Want([]string{first})
	g.Event(&subunit.Event{TestID: first, Status: subunit.Success})
	g.Close()
}
