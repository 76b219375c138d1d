package compute_test

import (
	"context"
	"net/http"
	"testing"

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
