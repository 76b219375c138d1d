package state

import (
	"errors"
	"fmt"
)

// ErrNone is wrapped by the error of reading a journal that does not exist.
var ErrNone = errors.New("no record; run create first")

// MissingError says that a service has no journal.
type MissingError struct {
	Service string
	Path    string // absolute path at which the journal was looked for
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("no record of %s resources in %s; run create first, or name the state directory of that run with --state-dir", e.Service, e.Path)
}

// Unwrap returns ErrNone.
func (e *MissingError) Unwrap() error { return ErrNone }

// NewerSchemaError says that a journal was written by a newer program.
type NewerSchemaError struct{ Found int }

func (e *NewerSchemaError) Error() string {
	return fmt.Sprintf("the state has schema %d and this program knows only schemas up to %d; use the newer program that wrote it", e.Found, Schema)
}

// LockedError says that another process kept a service's lock for longer than was waited.
type LockedError struct {
	Service string
	Path    string
	Holder  string // what the holder wrote of itself
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("the %s state is locked by %s (%s); wait until that phase ends, or stop it", e.Service, e.Holder, e.Path)
}

// Error is any other trouble with the state: unreadable, damaged, not writable.
type Error struct {
	Op   string // what was being done, e.g. "write"
	Path string
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("cannot %s the state %s: %v", e.Op, e.Path, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsStateError reports whether err is about the state itself: missing, locked, of a newer schema, unreadable.
func IsStateError(err error) bool {
	var (
		missing *MissingError
		newer   *NewerSchemaError
		locked  *LockedError
		other   *Error
	)
	return errors.As(err, &missing) || errors.As(err, &newer) || errors.As(err, &locked) || errors.As(err, &other)
}

// cause takes the path out of an error of package os, because Error names it already.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
