package compute_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
)

// TestSuspendedServerIsPutBack makes each step of suspend and resume fail once.
func TestSuspendedServerIsPutBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault simulator.Fault
		says  string
	}{
		{"resume fails", simulator.Fault{Method: "POST", Path: "**/action", Skip: 1, Times: 1, Action: simulator.Refuse, Status: 500}, "tempest.lib.exceptions.ServerFault: Got server fault"},
		{"answer to resume is lost", simulator.Fault{Method: "POST", Path: "**/action", Skip: 1, Times: 1, Action: simulator.DropAfter}, "resume server"},
		{"suspend fails", simulator.Fault{Method: "POST", Path: "**/action", Times: 1, Action: simulator.Refuse, Status: 503}, "suspend server"},
		{"suspend is refused", simulator.Fault{Method: "POST", Path: "**/action", Times: 1, Action: simulator.Refuse, Status: 409}, "tempest.lib.exceptions.Conflict"},
		{"answer to suspend is lost", simulator.Fault{Method: "POST", Path: "**/action", Times: 1, Action: simulator.DropAfter}, "suspend server"},
		{"a poll fails", simulator.Fault{Method: "GET", Path: "**/servers/*", Times: 1, Action: simulator.Refuse, Status: 502}, "tempest.lib.exceptions.UnexpectedResponseCode"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.asMember(t)
			w.must(phases.Create)
			fault := tt.fault
			fault.Service = "compute"
			remove := w.cloud.AddFault(fault)
			r := w.run(t.Context(), phases.Verify, suspend)
			remove()
			r.failedWith(t, suspend, tt.says)
			// Nothing is left to repair.
			w.must(phases.Verify)
			w.must(phases.Delete)
			w.clean("delete")
		})
	}
}

// TestInterruptedSuspendIsPutBack interrupts the run while the server is being suspended.
func TestInterruptedSuspendIsPutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	w.must(phases.Create)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	w.cloud.AddFault(simulator.Fault{
		Service: "compute", Method: "POST", Path: "**/action", Times: 1, Action: simulator.Pass,
		Replied: func(*http.Request, int) { cancel(phases.Interrupted()) },
	})
	r := w.run(ctx, phases.Verify, suspend)
	r.failedWith(t, suspend, "KeyboardInterrupt: interrupted")
	w.must(phases.Verify)
}

// TestSuspendThatBeginsLate lets Nova begin a suspend only after its caller has given it up and has seen the server ACTIVE. It is
// put back all the same, by this verify or, where that was killed, by the next.
func TestSuspendThatBeginsLate(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed %t", killed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.asMember(t)
			w.must(phases.Create)
			w.late = time.Hour
			given, act, acted := make(chan struct{}), make(chan struct{}), make(chan struct{})
			var once sync.Once
			goOn := func() { once.Do(func() { close(act) }); <-acted }
			w.cloud.AddFault(simulator.Fault{
				Service: "compute", Method: "POST", Path: "**/action", Times: 1, Action: simulator.Pass,
				Before: func(*http.Request) { close(given); <-act }, Replied: func(*http.Request, int) { close(acted) },
			})
			told := func(what string) {
				if strings.Contains(what, "to be put back to ACTIVE (ACTIVE, and about to be suspended perhaps)") {
					goOn()
				}
			}
			if killed {
				u, id := w.user(t), w.record("server/1").ID
				j := w.journal()
				u.do(j.Made("server/1", id, map[string]string{"suspended_by_verify": time.Now().UTC().Format(time.RFC3339)}))
				u.do(j.Close())
				go func() { _ = servers.Suspend(context.WithoutCancel(t.Context()), u.nova, id).ExtractErr() }()
				<-given
				w.told = told
				w.must(phases.Verify)
			} else {
				w.wrap, w.told = givingUp(given), told
				w.run(t.Context(), phases.Verify, suspend).failedWith(t, suspend, "suspend server ")
			}
			w.wrap, w.told = nil, nil
			goOn()
			w.must(phases.Verify)
		})
	}
}

// givingUp ends the wait for the answer to the first action; the rest goes on as usual.
func givingUp(given <-chan struct{}) func(http.RoundTripper) http.RoundTripper {
	var actions atomic.Int64
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/action") && actions.Add(1) == 1 {
				return dyingWhen(given)(next).RoundTrip(req)
			}
			return next.RoundTrip(req)
		})
	}
}
