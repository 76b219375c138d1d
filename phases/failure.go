package phases

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/gophercloud/gophercloud/v2"
)

// Skip ends a test or a class without a verdict.
type Skip struct{ Reason string }

func (s *Skip) Error() string { return "skipped: " + s.Reason }

// skipOf returns the skip that err comes to: err itself, what it wraps, or, where errors are joined, the first of them when
// all are skips. One failure among them must not be lost.
func skipOf(err error) *Skip {
	switch e := err.(type) {
	case *Skip:
		return e
	case *Failure:
		return nil // a skip that was its cause was not its verdict
	case interface{ Unwrap() error }:
		return skipOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		var first *Skip
		for _, part := range e.Unwrap() {
			s := skipOf(part)
			if s == nil {
				return nil
			}
			if first == nil {
				first = s
			}
		}
		return first
	}
	return nil
}

// Failure is a test's verdict that something is not as it should be. Its text is what Tempest's traceback ends with.
type Failure struct {
	Type  string // qualified name of the Python exception, e.g. "AssertionError"
	Text  string // may have several lines
	Cause error  // may be nil
	pcs   []uintptr
}

func (f *Failure) Error() string { return f.Text }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// The Python exceptions that tests raise of themselves.
const (
	assertionError = "AssertionError"
	mismatchError  = "testtools.matchers._impl.MismatchError"
	configError    = "tempest.lib.exceptions.InvalidConfiguration"
)

// Fail returns an AssertionError with a text of ours.
func Fail(format string, args ...any) error {
	return newFailure(assertionError, fmt.Sprintf(format, args...))
}

// FailWith returns a failure that Python would show under another exception.
func FailWith(pythonType, format string, args ...any) error {
	return newFailure(pythonType, fmt.Sprintf(format, args...))
}

// Mismatch returns testtools' failure of assertEqual for two texts.
func Mismatch(reference, observed string) error {
	return newFailure(mismatchError, mismatch(reference, observed))
}

// mismatch is the text of testtools 2.5: with more than 70 characters the two stand on lines of their own.
func mismatch(reference, observed string) string {
	a, b := pyString(reference), pyString(observed)
	if utf8.RuneCountInString(a)+utf8.RuneCountInString(b) > 70 {
		return fmt.Sprintf("!=:\nreference = %s\nactual    = %s\n", pyText(reference), pyText(observed))
	}
	return fmt.Sprintf("%s != %s", a, b)
}

// Changed returns a failure that lists what is not as it was recorded, one difference a line; nil when there is none.
func Changed(what string, differences []string) error {
	if len(differences) == 0 {
		return nil
	}
	return newFailure(assertionError, what+" is not what was recorded:\n  "+strings.Join(differences, "\n  "))
}

func newFailure(pythonType, text string) *Failure {
	pcs := make([]uintptr, 32)
	return &Failure{Type: pythonType, Text: text, pcs: pcs[:runtime.Callers(3, pcs)]}
}

// panicked turns a recovered value into a failure, so that a bug in one test is a failed test.
func panicked(v any) error {
	pcs := make([]uintptr, 48)
	return &Failure{Type: "RuntimeError", Text: fmt.Sprintf("panic: %v", v), pcs: pcs[:runtime.Callers(4, pcs)]}
}

// errInterrupted is the cause of a run that was told to stop.
var errInterrupted = errors.New("interrupted")

// Interrupted is the cause to cancel a run's context with when a person or a supervisor stops it.
func Interrupted() error { return errInterrupted }

// timeoutError is the cause of a test's context that ran into OS_TEST_TIMEOUT.
type timeoutError struct{ limit string }

func (t *timeoutError) Error() string {
	return fmt.Sprintf("the test did not end within OS_TEST_TIMEOUT (%s s)", t.limit)
}

// because returns the reason for which a context ended when err is only the consequence of that.
func because(ctx context.Context, err error) error {
	if ctx.Err() == nil || err == nil {
		return err
	}
	var t *timeoutError
	cause := context.Cause(ctx)
	if errors.As(cause, &t) {
		return &Failure{Type: "fixtures._fixtures.timeout.TimeoutException", Text: t.Error() + "; it was in: " + Describe(err), Cause: err}
	}
	if errors.Is(cause, errInterrupted) {
		return &Failure{Type: "KeyboardInterrupt", Text: "interrupted; it was in: " + Describe(err), Cause: cause}
	}
	return err
}

// walk visits an error and all that it wraps and joins.
func walk(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch e := err.(type) {
	case *gophercloud.ErrUnableToReauthenticate: // it unwraps to neither
		walk(e.ErrReauth, visit)
		walk(e.ErrOriginal, visit)
	case interface{ Unwrap() error }:
		walk(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, visit)
		}
	}
}

// find returns the first error of a type among an error and all that it wraps and joins.
func find[T error](err error) (found T, ok bool) {
	walk(err, func(err error) {
		if e, is := err.(T); is && !ok {
			found, ok = e, true
		}
	})
	return found, ok
}
