package guest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Options are what Dial needs beside the target. The zero value works.
type Options struct {
	// Log gets the lines that Tempest's client logs, above all a warning for every
	// failed attempt. Nil discards them.
	Log *slog.Logger
	// FirstPause is the pause after the first failed attempt; 0 means Tempest's 2.5 s.
	FirstPause time.Duration
	// PauseStep is how much longer each further pause is; 0 means Tempest's 1 s.
	PauseStep time.Duration
	// Now is the clock that baselines are dated with; nil means time.Now.
	Now func() time.Time
}

// Tempest's SSH client sleeps 1.5 s and adds 1 s before each use of it.
const (
	tempestFirstPause = 2500 * time.Millisecond
	tempestPauseStep  = time.Second
)

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.FirstPause <= 0 {
		o.FirstPause = tempestFirstPause
	}
	if o.PauseStep <= 0 {
		o.PauseStep = tempestPauseStep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Dial logs in to a server. A failed attempt, a refused authentication included
// (cloud-init may not have written the key yet), is repeated after growing pauses
// until Target.Timeout has passed; then the error is an *SSHTimeout. Never repeated
// are a changed host key (*HostKeyChanged) and a key that cannot be read. When ctx
// ends, its cause is in the error beside the last failure.
//
// Unlike Tempest, which looks at the clock only between attempts, Dial never takes
// longer than Target.Timeout: the last pause is shortened so that one more attempt fits.
func Dial(ctx context.Context, target Target, opts Options) (*Client, error) {
	target, opts = target.withDefaults(), opts.withDefaults()
	auth, err := target.authMethods()
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", target, err)
	}
	if !target.HostKey.IsZero() {
		if _, err := target.HostKey.publicKey(); err != nil {
			return nil, fmt.Errorf("connect to %s: %w", target, err)
		}
	}

	with := "with public key authentication"
	if target.PrivateKey == "" {
		with = "with password ***"
	}
	opts.Log.Info(fmt.Sprintf("Creating ssh connection to '%s:%d' as '%s' %s", target.Address, target.Port, target.User, with))

	start := time.Now()
	deadline := start.Add(target.Timeout)
	limited, cancel := context.WithDeadlineCause(ctx, deadline, fmt.Errorf("ssh_timeout of %s has passed", target.Timeout))
	defer cancel()
	pause, lastAttempt := opts.FirstPause, min(opts.FirstPause, target.Timeout/4)
	for attempts := 1; ; attempts++ {
		client, seen, err := login(limited, target, auth)
		if err == nil {
			opts.Log.Info(fmt.Sprintf("ssh connection to %s@%s successfully created", target.User, target.Address))
			return &Client{ssh: client, target: target, hostKey: seen.offered, now: opts.Now}, nil
		}
		var changed *HostKeyChanged
		if errors.As(err, &changed) {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connect to %s: %w (last attempt: %w)", target, context.Cause(ctx), err)
		}

		wait := min(pause, time.Until(deadline)-lastAttempt)
		if wait <= 0 {
			return nil, &SSHTimeout{
				Address: target.Address, User: target.User, Attempts: attempts, Elapsed: time.Since(start), Err: err,
			}
		}
		pause += opts.PauseStep
		opts.Log.Warn(fmt.Sprintf("Failed to establish authenticated ssh connection to %s@%s (%s). "+
			"Number attempts: %d. Retry after %d seconds.",
			target.User, target.Address, err, attempts, int(wait.Seconds())))
		if cause := sleep(ctx, wait); cause != nil {
			return nil, fmt.Errorf("connect to %s: %w (last attempt: %w)", target, cause, err)
		}
	}
}

// sleep waits, or returns why ctx ended before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
