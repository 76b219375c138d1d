// Command persistent-resources proves that users' resources survive an OpenStack upgrade: it makes them before, verifies
// them during and after, and deletes them at the end, with the test ids of the Tempest plugin of that name.
package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"opendev.org/x/persistent-resources/phases"
)

// programName is what the program is called, also where a link of another name led to it.
const programName = "persistent-resources"

func main() {
	ctx, stop := interruptible(context.Background())
	defer stop()
	os.Exit(run(ctx, os.Args[1:], system()))
}

// interruptible cancels at the first SIGINT or SIGTERM. What is in flight is given up, records are closed; a second signal
// kills. A reader of our output that goes away must not kill us between a request and the record of its answer.
func interruptible(parent context.Context) (context.Context, func()) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(phases.Interrupted())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// environment is everything of the outside that a command touches.
type environment struct {
	name           string // by which the program was called
	stdin          *os.File
	stdout, stderr *os.File
	environ        []string
	// wrap, when set, wraps the transport of every request: a shim for testing.
	wrap func(http.RoundTripper) http.RoundTripper
	// late, when set, is phases.Options.LateAnswers: a shim for testing.
	late time.Duration
}

func system() environment {
	return environment{name: calledAs(os.Args[0]), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}
}
