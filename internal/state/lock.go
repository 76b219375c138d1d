package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lockPoll is how often a lock that another process holds is asked for again. The kernel can wait for a lock, but not
// under a context.
const lockPoll = 100 * time.Millisecond

// Lock is a held service lock.
type Lock struct{ file *os.File }

// LockOptions say how to wait for a lock.
type LockOptions struct {
	Holder string        // what the others read while they wait: phase and process
	Wait   time.Duration // how long to wait for another holder
	// Existing refuses with a MissingError where neither a journal nor a lock is, and then makes nothing: a mistyped
	// directory must not come into being by being looked into.
	Existing bool
	// OnWait, when set, is told once whom the lock is waited for.
	OnWait func(holder string)
}

// Lock takes a service's lock. It is a file of its own that is never renamed or removed: a lock stays with the inode, and
// two files of one name would be two locks. The kernel releases it when the process dies.
func (d Dir) Lock(ctx context.Context, service string, o LockOptions) (*Lock, error) {
	path := filepath.Join(d.Path, service+".lock")
	if o.Existing && absent(path) && absent(d.JournalPath(service)) {
		return nil, &MissingError{Service: service, Path: d.JournalPath(service)}
	}
	if err := d.make(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &Error{Op: "open", Path: path, Err: cause(err)}
	}
	deadline := time.Now().Add(o.Wait)
	told := false
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			// Who holds the lock is told for people only, so that a full disk does not stop a delete.
			_ = f.Truncate(0)
			_, _ = f.WriteAt([]byte(o.Holder+"\n"), 0)
			return &Lock{file: f}, nil
		}
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, &Error{Op: "lock", Path: path, Err: err}
		}
		holder := readHolder(path)
		if !told && o.OnWait != nil {
			told = true
			o.OnWait(holder)
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, &LockedError{Service: service, Path: path, Holder: holder}
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("wait for the %s state, locked by %s: %w", service, holder, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}

// Unlock releases the lock.
func (l *Lock) Unlock() error {
	_ = l.file.Truncate(0) // the next holder is not this one
	return l.file.Close()
}

func absent(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func readHolder(path string) string {
	data, err := os.ReadFile(path)
	if holder := strings.TrimSpace(string(data)); err == nil && holder != "" {
		return holder
	}
	return "another process"
}
