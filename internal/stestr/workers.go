package stestr

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// workersPoll is how often is asked whether another worker has ended a phase.
const workersPoll = 50 * time.Millisecond

// startTime is within how long workers that stestr starts together have all begun.
const startTime = 2 * time.Second

// Phase of a service's tests, for which one worker waits for another. Its numbers are in the order in which phases run.
type Phase struct {
	Service string
	Number  int
}

// offset is the phase's byte in the file, the same in every program: phases below 4, services by hash.
func (p Phase) offset() int64 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, p.Service)
	return int64(h.Sum32())*4 + int64(p.Number)
}

// Workers lets the processes among which stestr has spread the classes of one run keep the order create, verify, delete.
// stestr knows of no order between classes and tells a worker nothing of the others.
//
// They share a file in the state directory, in which each process locks a byte for every phase that it is going to run. The
// locks are POSIX locks: a process does not see its own, the kernel drops them when it dies, and they can be asked for
// without being taken.
type Workers struct {
	path    string
	opened  time.Time
	file    *os.File
	pending []Phase // to be announced once the file is there
}

// OpenWorkers prepares the file in a directory. Nothing is made by it.
func OpenWorkers(dir string) *Workers {
	return &Workers{path: filepath.Join(dir, "workers"), opened: time.Now()}
}

// Announce says that this process is going to run p. With create it makes the file and its directory, closed to others;
// without, the announcement takes effect when another process has made the file.
func (w *Workers) Announce(p Phase, create bool) error {
	w.pending = append(w.pending, p)
	flags := 0
	if create {
		flags = os.O_CREATE
		if err := os.MkdirAll(filepath.Dir(w.path), 0o700); err != nil {
			return fmt.Errorf("announce the phases to other workers: %w", err)
		}
	}
	return w.announcePending(flags)
}

func (w *Workers) announcePending(flags int) error {
	if err := w.open(flags); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("announce the phases to other workers: %w", err)
	}
	for _, p := range w.pending {
		if err := w.lock(p, syscall.F_RDLCK); err != nil {
			return fmt.Errorf("announce the phases to other workers: %w", err)
		}
	}
	w.pending = nil
	return nil
}

// Done takes an announcement back: the phase has ended.
func (w *Workers) Done(p Phase) {
	w.pending = slices.DeleteFunc(w.pending, func(other Phase) bool { return other == p })
	if w.file != nil {
		_ = w.lock(p, syscall.F_UNLCK)
	}
}

func (w *Workers) open(flags int) error {
	if w.file != nil {
		return nil
	}
	f, err := os.OpenFile(w.path, os.O_RDWR|flags, 0o600)
	if err != nil {
		return err
	}
	w.file = f
	return nil
}

func (w *Workers) lock(p Phase, kind int16) error {
	return syscall.FcntlFlock(w.file.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: p.offset(), Len: 1})
}

// announced reports whether another process is going to run p.
func (w *Workers) announced(p Phase) bool {
	if w.open(0) != nil {
		return false
	}
	l := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: p.offset(), Len: 1}
	err := syscall.FcntlFlock(w.file.Fd(), syscall.F_GETLK, &l)
	return err == nil && l.Type != syscall.F_UNLCK
}

// Await waits, before p is run, until no other process is going to run an earlier phase of its service, but no longer than
// limit. usable says whether the service's record can be worked on; while it cannot, another worker is given time to start,
// once for all phases.
func (w *Workers) Await(ctx context.Context, p Phase, usable func() bool, limit time.Duration) {
	began := time.Now()
	ticker := time.NewTicker(workersPoll)
	defer ticker.Stop()
	for {
		_ = w.announcePending(0) // tried again at the next turn
		if !w.earlier(p) && (time.Since(w.opened) >= startTime || usable()) || time.Since(began) >= limit {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (w *Workers) earlier(p Phase) bool {
	for n := range p.Number {
		if w.announced(Phase{p.Service, n}) {
			return true
		}
	}
	return false
}

// Close withdraws what was announced.
func (w *Workers) Close() {
	if w.file != nil {
		_ = w.file.Close()
		w.file = nil
	}
}
