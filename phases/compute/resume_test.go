package compute_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
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

// TestServiceThatActsAfterCreateIsDead lets create die while Nova or Neutron still works on what it asked for. The next phase
// begins at once; what then appears is found, and neither left behind nor made twice.
func TestServiceThatActsAfterCreateIsDead(t *testing.T) {
	t.Parallel()
	for _, slow := range []simulator.Fault{
		{Service: "compute", Method: "POST", Path: "**/servers"},
		{Service: "network", Method: "POST", Path: "**/security-groups"},
		{Service: "network", Method: "POST", Path: "**/routers"},
		{Service: "network", Method: "POST", Path: "**/floatingips"},
		{Service: "identity", Method: "POST", Path: "**/users"},
	} {
		for _, next := range []phases.Phase{phases.Create, phases.Delete} {
			if strings.HasSuffix(slow.Path, "floatingips") && next == phases.Delete {
				continue // without the server's port none is made
			}
			t.Run(slow.Path+" then "+next.String(), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.late = time.Hour
				dead, act, acted := make(chan struct{}), make(chan struct{}), make(chan struct{})
				var once sync.Once
				goOn := func() { once.Do(func() { close(act) }); <-acted }
				fault := slow
				fault.Times, fault.Action = 1, simulator.Pass
				fault.Before = func(*http.Request) { close(dead); <-act }
				fault.Replied = func(*http.Request, int) { close(acted) }
				w.cloud.AddFault(fault)
				w.wrap = dyingWhen(dead)
				w.run(t.Context(), phases.Create)
				w.wrap = nil
				select {
				case <-dead:
				default:
					t.Fatal("create never came so far")
				}
				w.told = func(what string) {
					if strings.Contains(what, "which a create that had no answer may still make") {
						goOn()
					}
				}
				w.must(next)
				if next == phases.Create {
					w.must(phases.Verify)
					w.must(phases.Delete)
				}
				goOn()
				w.clean(next.String())
			})
		}
	}
}

// dyingWhen ends a process when something happens: what was sent goes on without it, and nothing more is sent.
func dyingWhen(dead <-chan struct{}) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			select {
			case <-dead:
				return nil, errDead
			default:
			}
			type answer struct {
				resp *http.Response
				err  error
			}
			answered := make(chan answer, 1)
			go func() {
				resp, err := next.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
				answered <- answer{resp, err}
			}()
			select {
			case a := <-answered:
				return a.resp, a.err
			case <-dead:
				return nil, errDead
			}
		})
	}
}
