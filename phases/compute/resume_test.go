package compute_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/phases"
)

// TestDeadCreateLeaksNothing lets create die at each of its requests, before the service acts and after. Delete then leaves
// nothing behind; create again goes on where it stopped and makes nothing twice.
func TestDeadCreateLeaksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var count interface{ Load() int64 }
	w.wrap, count = dying(1<<40, true)
	w.must(phases.Create)
	whole := kinds(w.cloud.Inventory())
	w.wrap = nil
	w.must(phases.Delete)
	w.clean("delete")
	requests := count.Load()
	if requests < 15 {
		t.Fatalf("create made only %d requests", requests)
	}
	for at := int64(1); at <= requests; at++ {
		for _, acted := range []bool{false, true} {
			if testing.Short() && (at%3 != 0 || !acted) {
				continue
			}
			place := fmt.Sprintf("create that died at request %d (acted: %t)", at, acted)
			w.forget()
			w.die(phases.Create, at, acted)
			if w.journal().Exists() {
				w.must(phases.Delete)
			}
			w.clean("delete after a " + place)

			w.forget()
			w.die(phases.Create, at, acted)
			w.must(phases.Create)
			if diff := cmp.Diff(whole, kinds(w.cloud.Inventory())); diff != "" {
				t.Fatalf("create again after a %s made (-want +got):\n%s", place, diff)
			}
			w.must(phases.Verify, existence, canSSH)
			w.must(phases.Delete)
			w.clean("delete after a resumed " + place)
		}
	}
}

// TestDeadDeleteGoesOn lets delete die at each of its requests; delete again ends the work.
func TestDeadDeleteGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(phases.Create)
	var count interface{ Load() int64 }
	w.wrap, count = dying(1<<40, true)
	w.must(phases.Delete)
	for at := int64(1); at <= count.Load(); at++ {
		for _, acted := range []bool{false, true} {
			if testing.Short() && (at%3 != 0 || !acted) {
				continue
			}
			w.wrap = nil
			w.must(phases.Create)
			w.die(phases.Delete, at, acted)
			w.must(phases.Delete)
			w.clean(fmt.Sprintf("delete after one that died at request %d (acted: %t)", at, acted))
		}
	}
}

// die runs a phase that dies at a request.
func (w *world) die(phase phases.Phase, at int64, acted bool) {
	w.t.Helper()
	w.wrap, _ = dying(at, acted)
	w.run(w.t.Context(), phase)
	w.wrap = nil
}

// forget removes the state, as a new job would begin without one.
func (w *world) forget() {
	w.t.Helper()
	if err := os.RemoveAll(w.stateDir().Path); err != nil {
		w.t.Fatal(err)
	}
}
