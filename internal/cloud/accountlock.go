package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// AccountLocks are the files by which Tempest's processes tell each other which accounts of an accounts file are in use: one
// for each account in use, named by the account's hash, holding the names of those who use it. A directory of locks is
// read and written under an inter-process lock of oslo.concurrency, the file test_accounts_io in it.
type AccountLocks struct{ Dir string }

// AccountHolder is one user of an account: a line of its lock file.
type AccountHolder struct {
	Class string // name of the test class
	Run   string // id of the run
	State string // absolute path of the state directory, after the host's name and a colon
}

// String is the line, which Tempest shows to those who find no free account.
func (h AccountHolder) String() string {
	return fmt.Sprintf("%s (persistent-resources run %s, state %s)", h.Class, h.Run, h.State)
}

// same reports whether a line is the holder's: of its run, or of an earlier attempt of the same class and state directory.
func (h AccountHolder) same(line string) bool {
	return strings.Contains(line, "(persistent-resources run "+h.Run+", ") ||
		strings.HasPrefix(line, h.Class+" (") && h.neighbour(line)
}

// neighbour reports whether a line is of a run with the same state directory.
func (h AccountHolder) neighbour(line string) bool {
	return strings.Contains(line, "(persistent-resources run ") && strings.HasSuffix(line, ", state "+h.State+")")
}

// AccountsInUseError says that every account that would do is in use.
type AccountsInUseError struct {
	Holders []string // what their lock files hold
	Dir     string   // where the lock files are
}

// Error is Tempest's sentence, and where to look.
func (e *AccountsInUseError) Error() string {
	return fmt.Sprintf("Insufficient number of users provided. %s have allocated all the credentials for this allocation request",
		strings.Join(e.Holders, ","))
}

// Take allots the first of these accounts that nobody uses, and makes its lock file. One that the holder has already is
// taken again. Where none is free, one that another class of the same state directory uses is shared, which shared says;
// without such a one the error is an *AccountsInUseError.
func (l AccountLocks) Take(ctx context.Context, hashes []string, h AccountHolder) (hash string, shared bool, err error) {
	err = l.locked(ctx, func() error {
		hash, shared, err = l.take(hashes, h)
		return err
	})
	return hash, shared, err
}

func (l AccountLocks) take(hashes []string, h AccountHolder) (string, bool, error) {
	inUse := &AccountsInUseError{Dir: l.Dir}
	free, neighbour := "", ""
	for _, hash := range hashes {
		lines, err := l.read(hash)
		if errors.Is(err, fs.ErrNotExist) {
			if free == "" {
				free = hash
			}
			continue
		}
		if err != nil {
			return "", false, err
		}
		inUse.Holders = append(inUse.Holders, strings.Join(lines, ", "))
		for _, line := range lines {
			if h.same(line) {
				return hash, len(lines) > 1, l.write(hash, replaced(lines, h))
			}
			if neighbour == "" && h.neighbour(line) {
				neighbour = hash
			}
		}
	}
	switch {
	case free != "":
		return free, false, l.write(free, []string{h.String()})
	case neighbour != "":
		lines, err := l.read(neighbour)
		if err != nil {
			return "", false, err
		}
		return neighbour, true, l.write(neighbour, replaced(lines, h))
	}
	return "", false, inUse
}

// Hold makes sure that the holder stands in an account's lock file. It returns the others that stand there.
func (l AccountLocks) Hold(ctx context.Context, hash string, h AccountHolder) (others []string, err error) {
	err = l.locked(ctx, func() error {
		lines, err := l.read(hash)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, line := range lines {
			if !h.same(line) && !h.neighbour(line) {
				others = append(others, line)
			}
		}
		return l.write(hash, replaced(lines, h))
	})
	return others, err
}

// Release takes the holder out of an account's lock file, and removes the file when nobody is left in it. That there is
// none is no error.
func (l AccountLocks) Release(ctx context.Context, hash string, h AccountHolder) error {
	if _, err := os.Stat(l.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return l.locked(ctx, func() error {
		lines, err := l.read(hash)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		var left []string
		for _, line := range lines {
			if !h.same(line) {
				left = append(left, line)
			}
		}
		if len(left) > 0 {
			return l.write(hash, left)
		}
		return os.Remove(l.path(hash))
	})
}

// Holders are those who use an account; none when it is free. Nothing is locked or made.
func (l AccountLocks) Holders(hash string) ([]string, error) {
	lines, err := l.read(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return lines, err
}

// replaced are the lines with the holder's own among them, once.
func replaced(lines []string, h AccountHolder) []string {
	out := make([]string, 0, len(lines)+1)
	for _, line := range lines {
		if !h.same(line) {
			out = append(out, line)
		}
	}
	return append(out, h.String())
}

func (l AccountLocks) path(hash string) string { return filepath.Join(l.Dir, hash) }

// read returns the lines of a lock file. An empty one is in use as well.
func (l AccountLocks) read(hash string) ([]string, error) {
	f, err := os.Open(l.path(hash))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("read the account lock: %w", err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n"), nil
}

// write puts a lock file in place whole: a process that dies must not leave an empty one, which nobody would release.
func (l AccountLocks) write(hash string, lines []string) error {
	next := l.path(hash) + ".new"
	if err := os.WriteFile(next, []byte(strings.Join(lines, "\n")), 0o644); err != nil { //nolint:gosec // other users' Tempest reads it
		return fmt.Errorf("write the account lock: %w", err)
	}
	if err := os.Rename(next, l.path(hash)); err != nil {
		return fmt.Errorf("write the account lock: %w", err)
	}
	return nil
}

// lockPoll is how often the inter-process lock is asked for again while another process has it.
const lockPoll = 50 * time.Millisecond

// locked runs do under the inter-process lock. The file stays, as oslo.concurrency leaves it.
func (l AccountLocks) locked(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(l.Dir, 0o755); err != nil { //nolint:gosec // other users' Tempest shares it
		return fmt.Errorf("make the lock directory: %w", err)
	}
	path := l.path("test_accounts_io")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666) //nolint:gosec // the mode oslo.concurrency gives it
	if err != nil {
		return fmt.Errorf("open the lock of the accounts: %w", err)
	}
	defer f.Close() // which releases it
	for {
		err := unix.FcntlFlock(f.Fd(), setLock, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart})
		switch {
		case err == nil:
			return do()
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
			if err := Pause(ctx, lockPoll); err != nil {
				return fmt.Errorf("wait for the lock %s: %w", path, err)
			}
		default:
			return fmt.Errorf("lock %s: %w", path, err)
		}
	}
}
