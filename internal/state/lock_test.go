package state

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// holdLock is a child's job: it takes the lock, says so, and keeps it until its standard input ends.
func holdLock() {
	d := Dir{Path: os.Getenv(childDir)}
	lock, err := d.Lock(context.Background(), "compute", LockOptions{Holder: fmt.Sprintf("create of compute, process %d", os.Getpid())})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("held")
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	_ = lock.Unlock()
	os.Exit(0)
}

// holder is another process that holds the lock.
type holder struct {
	*exec.Cmd
	release func()
	text    string // what it writes of itself
}

func startHolder(t *testing.T, d Dir) holder {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childJob+"=hold", childDir+"="+d.Path)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	ok(t, err)
	out, err := c.StdoutPipe()
	ok(t, err)
	ok(t, c.Start())
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process said %q: %v", line, err)
	}
	return holder{Cmd: c, release: func() { _ = in.Close() }, text: fmt.Sprintf("create of compute, process %d", c.Process.Pid)}
}

func TestLockIsRefusedWithTheHoldersName(t *testing.T) {
	d := newDir(t)
	other := startHolder(t, d)
	start := time.Now()
	_, err := d.Lock(t.Context(), "compute", LockOptions{Holder: "verify", Wait: 150 * time.Millisecond})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Holder != other.text || !contains(err, other.text) || !contains(err, d.Path) {
		t.Errorf("error %v, want a LockedError that names %q", err, other.text)
	}
	if waited := time.Since(start); waited < 150*time.Millisecond {
		t.Errorf("it waited only %v", waited)
	}
	// Other services are not concerned.
	lock, err := d.Lock(t.Context(), "volume", LockOptions{})
	ok(t, err)
	ok(t, lock.Unlock())
}

func TestLockWaitsAndSaysForWhom(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(holder)
	}{
		{"released", func(h holder) { h.release() }},
		{"killed", func(h holder) { _ = h.Process.Kill() }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDir(t)
			other := startHolder(t, d)
			var told []string
			lock, err := d.Lock(t.Context(), "compute", LockOptions{Holder: "verify of compute", Wait: 10 * time.Second, OnWait: func(h string) {
				told = append(told, h)
				tc.end(other)
			}})
			ok(t, err)
			if len(told) != 1 || told[0] != other.text {
				t.Errorf("told of %q, want once of %q", told, other.text)
			}
			if got := string(read(t, filepath.Join(d.Path, "compute.lock"))); got != "verify of compute\n" {
				t.Errorf("the lock says %q", got)
			}
			ok(t, lock.Unlock())
			if got := string(read(t, filepath.Join(d.Path, "compute.lock"))); got != "" {
				t.Errorf("a lock that nobody holds says %q", got)
			}
		})
	}
}

func TestLockGivesUpWhenTold(t *testing.T) {
	d := newDir(t)
	other := startHolder(t, d)
	because := errors.New("the operator pressed Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := d.Lock(ctx, "compute", LockOptions{Wait: time.Minute, OnWait: func(string) { cancel(because) }})
	if !errors.Is(err, because) || !contains(err, other.text) {
		t.Errorf("error %v", err)
	}
}

func TestLockHoldsInOneProcessToo(t *testing.T) {
	d := newDir(t)
	lock, err := d.Lock(t.Context(), "compute", LockOptions{})
	ok(t, err)
	var locked *LockedError
	if _, err := d.Lock(t.Context(), "compute", LockOptions{}); !errors.As(err, &locked) || locked.Holder != "another process" {
		t.Errorf("a second lock: %v", err)
	}
	ok(t, lock.Unlock())
	again, err := d.Lock(t.Context(), "compute", LockOptions{})
	ok(t, err)
	ok(t, again.Unlock())
}

// TestLockOfWhatIsNotThere: a mistyped state directory must not come into being.
func TestLockOfWhatIsNotThere(t *testing.T) {
	d := newDir(t)
	_, err := d.Lock(t.Context(), "compute", LockOptions{Existing: true, Wait: time.Minute})
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Path != filepath.Join(d.Path, "compute.jsonl") || !contains(err, missing.Path) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Lstat(d.Path); !os.IsNotExist(err) {
		t.Errorf("the directory was made: %v", err)
	}

	// A directory of another service's state gets no new file either.
	ok(t, os.Mkdir(d.Path, 0o700))
	if _, err := d.Lock(t.Context(), "compute", LockOptions{Existing: true}); !errors.As(err, &missing) {
		t.Errorf("error %v", err)
	}
	if entries, err := os.ReadDir(d.Path); err != nil || len(entries) > 0 {
		t.Errorf("it made %v, %v", entries, err)
	}

	// A create that has not begun its run yet is waited for.
	other := startHolder(t, d)
	lock, err := d.Lock(t.Context(), "compute", LockOptions{Existing: true, Wait: 10 * time.Second, OnWait: func(string) { other.release() }})
	ok(t, err)
	ok(t, lock.Unlock())

	// A journal that was brought from elsewhere has no lock yet.
	carried := newDir(t)
	write(t, carried, begin)
	lock, err = carried.Lock(t.Context(), "compute", LockOptions{Existing: true})
	ok(t, err)
	ok(t, lock.Unlock())
}
