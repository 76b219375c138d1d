package main

import (
	"context"
	"errors"
	"fmt"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// The exit codes. This is their only table; the help pages print it.
const (
	exitOK          = 0   // all passed or skipped
	exitFailed      = 1   // a test failed, or nothing was selected
	exitUsage       = 2   // usage or configuration
	exitLeftover    = 3   // something of ours is left in the cloud after delete
	exitState       = 4   // state missing, locked or unreadable
	exitInterrupted = 130 // interrupted
)

const exitStatusHelp = `
EXIT STATUS
  0    all tests passed or were skipped
  1    a test failed, or nothing was selected
  2    wrong usage, or a configuration that cannot be used
  3    something that was made is left in the cloud after delete
  4    the state is missing, locked or unreadable
  130  interrupted
`

// usageError is a wrong call.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError ends the program with a code after everything was said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// exitCode maps an error to its code.
func exitCode(err error) int {
	var (
		exit     exitError
		option   *tempestconf.OptionError
		config   *cloud.ConfigurationError
		leftover *phases.LeftoverError
		usage    usageError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return int(exit)
	case errors.Is(err, phases.Interrupted()), errors.Is(err, context.Canceled):
		return exitInterrupted
	// What could not be recorded may well be gone.
	case state.IsStateError(err):
		return exitState
	case errors.As(err, &leftover):
		return exitLeftover
	case errors.As(err, &usage), errors.As(err, &option), errors.As(err, &config):
		return exitUsage
	}
	return exitFailed
}

// outcomeCode maps a run to its code: the most telling reason wins over the plain failure of a test.
func outcomeCode(ctx context.Context, out phases.Outcome) int {
	if ctx.Err() != nil {
		return exitInterrupted
	}
	code := exitOK
	if out.Failures > 0 || out.Tests == 0 || out.Stopped != nil {
		code = exitFailed
	}
	for _, err := range out.Errors {
		switch c := exitCode(err); {
		case c == exitLeftover:
			return c
		case c > exitFailed:
			code = max(code, c)
		}
	}
	return code
}
