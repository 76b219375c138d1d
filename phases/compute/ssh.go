package compute

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// target is how to reach a server's guest: with the recorded key alone, never with a password, and only to the recorded
// host key when there is one.
func (r *resources) target(b baseline) guest.Target {
	v := r.Config.Validation
	key, _ := r.Journal.Record(keypairKey)
	t := guest.Target{
		Address: b.Address, Port: r.Config.PersistentResources.SSHPort, User: v.ImageSSHUser,
		PrivateKey: key.Secret(privateKey), Prologue: v.SSHShellPrologue,
		ConnectTimeout: time.Duration(v.ConnectTimeout) * time.Second, Timeout: time.Duration(v.SSHTimeout) * time.Second,
	}
	if b.Guest != nil {
		t.HostKey = b.Guest.HostKey
	}
	return t
}

// logIn waits until SSH answers, within ssh_timeout, and reads the guest's baseline.
func (r *resources) logIn(ctx context.Context, rec state.Record, b baseline) (guest.Baseline, error) {
	return r.read(ctx, rec, r.target(b))
}

func (r *resources) read(ctx context.Context, rec state.Record, t guest.Target) (guest.Baseline, error) {
	if t.PrivateKey == "" {
		return guest.Baseline{}, phases.Fail("no key was recorded to log in to server %s with: create ran without [validation] run_validation", rec.Name)
	}
	defer r.Waiting(fmt.Sprintf("waiting for SSH on server %s (%s)", rec.Name, t.Address))()
	pause, step := r.pauses()
	client, err := guest.Dial(ctx, t, guest.Options{Log: slog.New(&logHandler{ctx, r.Log}), FirstPause: pause, PauseStep: step})
	if err != nil {
		return guest.Baseline{}, asFailure(err)
	}
	defer client.Close()
	now, err := client.Baseline(ctx)
	return now, asFailure(err)
}

// pauses are those between attempts to log in: Tempest's, which depend on no option, unless build_interval = 0 asks for next to
// none.
func (r *resources) pauses() (first, step time.Duration) {
	if r.Config.Compute.BuildInterval == 0 {
		return 50 * time.Millisecond, 50 * time.Millisecond
	}
	return 0, 0
}

// asFailure gives an error of SSH the name of Tempest's exception.
func asFailure(err error) error {
	var (
		timeout  *guest.SSHTimeout
		command  *guest.SSHExecCommandFailed
		prologue *guest.PrologueRefused
		limit    *guest.CommandTimeout
		changed  *guest.HostKeyChanged
	)
	switch {
	case errors.As(err, &changed):
		return phases.Fail("%s", changed)
	case errors.As(err, &timeout):
		return fmt.Errorf("%w (attempts: %d, in %s; the last failed at %w)", phases.FailWith("tempest.lib.exceptions.SSHTimeout", "%s", timeout),
			timeout.Attempts, timeout.Elapsed.Round(time.Second), timeout.Err)
	case errors.As(err, &prologue):
		return phases.FailWith("tempest.lib.exceptions.SSHExecCommandFailed", "%s", prologue)
	case errors.As(err, &command):
		return phases.FailWith("tempest.lib.exceptions.SSHExecCommandFailed", "%s", command)
	case errors.As(err, &limit):
		return phases.FailWith("tempest.lib.exceptions.TimeoutException", "%s", limit)
	}
	return err
}

// logHandler sends what the SSH client logs to the running test's log.
type logHandler struct {
	ctx context.Context //nolint:containedctx // slog's callers pass none, and the test is known by its context
	log *phases.Log
}

func (h *logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *logHandler) Handle(_ context.Context, rec slog.Record) error {
	if rec.Level >= slog.LevelWarn {
		h.log.Warn(h.ctx, "%s", rec.Message)
	} else {
		h.log.Info(h.ctx, "%s", rec.Message)
	}
	return nil
}

func (h *logHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *logHandler) WithGroup(string) slog.Handler      { return h }
