package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func lockDir(t *testing.T, files map[string]string) AccountLocks {
	t.Helper()
	l := AccountLocks{Dir: filepath.Join(t.TempDir(), "lock")}
	if files == nil {
		return l
	}
	if err := os.Mkdir(l.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(l.Dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// locks are the lock files and their content, the inter-process lock left out.
func (l AccountLocks) locks(t *testing.T) string {
	t.Helper()
	entries, err := os.ReadDir(l.Dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		if e.Name() == "test_accounts_io" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(l.Dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+": "+strings.ReplaceAll(string(data), "\n", " | "))
	}
	return strings.Join(all, "\n")
}

var (
	mine      = AccountHolder{"Mine", "r1", "host:/a"}
	neighbour = AccountHolder{"Other", "r2", "host:/a"}
	stranger  = AccountHolder{"Mine", "r3", "host:/b"}
)

func TestTake(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  map[string]string
		hash   string
		shared bool
		err    string
		after  string
	}{
		{"no directory", nil, "h1", false, "", "h1: " + mine.String()},
		{"the first that is free", map[string]string{"h1": "TempestClass"}, "h2", false, "", "h1: TempestClass\nh2: " + mine.String()},
		{"its own, though an earlier one is free", map[string]string{"h2": mine.String()}, "h2", false, "", "h2: " + mine.String()},
		{"its own of an earlier attempt", map[string]string{"h2": AccountHolder{"Mine", "r0", "host:/a"}.String()}, "h2", false, "", "h2: " + mine.String()},
		{"its own in a directory that moved", map[string]string{"h2": AccountHolder{"Mine", "r1", "host:/old"}.String()}, "h2", false, "", "h2: " + mine.String()},
		{"shared with the same state directory", map[string]string{"h1": stranger.String(), "h2": neighbour.String()}, "h2", true, "",
			"h1: " + stranger.String() + "\nh2: " + neighbour.String() + " | " + mine.String()},
		{"rather a free one than shared", map[string]string{"h1": neighbour.String()}, "h2", false, "", "h1: " + neighbour.String() + "\nh2: " + mine.String()},
		{"all in use", map[string]string{"h1": "TempestClass", "h2": stranger.String()}, "", false,
			"Insufficient number of users provided. TempestClass," + stranger.String() + " have allocated all the credentials for this allocation request",
			"h1: TempestClass\nh2: " + stranger.String()},
		{"an empty lock file is in use", map[string]string{"h1": ""}, "h2", false, "", "h1: \nh2: " + mine.String()},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lockDir(t, c.files)
			hash, shared, err := l.Take(t.Context(), []string{"h1", "h2"}, mine)
			if c.err != "" {
				var inUse *AccountsInUseError
				if !errors.As(err, &inUse) || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if hash != c.hash || shared != c.shared {
				t.Errorf("%s, shared %t; want %s, %t", hash, shared, c.hash, c.shared)
			}
			if after := l.locks(t); after != c.after {
				t.Errorf("lock files\n%s\nwant\n%s", after, c.after)
			}
		})
	}
}

func TestHoldAndRelease(t *testing.T) {
	l := lockDir(t, nil)
	if err := l.Release(t.Context(), "h1", mine); err != nil {
		t.Errorf("release where no directory is: %v", err)
	}
	if _, err := os.Stat(l.Dir); !os.IsNotExist(err) {
		t.Error("release made the directory")
	}
	for _, h := range []AccountHolder{mine, neighbour, mine} {
		others, err := l.Hold(t.Context(), "h1", h)
		if err != nil || len(others) != 0 {
			t.Fatalf("hold by %s: others %v, %v", h, others, err)
		}
	}
	others, err := l.Hold(t.Context(), "h1", stranger)
	if err != nil || !slices.Equal(others, []string{neighbour.String(), mine.String()}) {
		t.Errorf("others %q, %v", others, err)
	}
	for i, h := range []AccountHolder{stranger, neighbour, mine, mine} {
		if err := l.Release(t.Context(), "h1", h); err != nil {
			t.Fatal(err)
		}
		held, err := l.Holders("h1")
		if err != nil || len(held) != max(2-i, 0) {
			t.Errorf("after %d releases held by %q, %v", i+1, held, err)
		}
	}
	if left := l.locks(t); left != "" {
		t.Errorf("left: %s", left)
	}
}

// Several goroutines of one process take accounts at once, as the classes of one run do.
func TestTakeAtOnce(t *testing.T) {
	const n = 8
	l := lockDir(t, nil)
	hashes := make([]string, n)
	for i := range hashes {
		hashes[i] = fmt.Sprintf("h%d", i)
	}
	got := make([]string, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			var err error
			if got[i], _, err = l.Take(t.Context(), hashes, AccountHolder{"C", fmt.Sprint("run", i), fmt.Sprint("host:/", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	slices.Sort(got)
	if !slices.Equal(got, hashes) {
		t.Errorf("%q were taken, want each of %q once", got, hashes)
	}
}

func TestTakeGivesUpWhenTold(t *testing.T) {
	l := lockDir(t, nil)
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- l.locked(context.Background(), func() error { close(inside); <-leave; return nil })
	}()
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	_, _, err := l.Take(ctx, []string{"h1"}, mine)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "test_accounts_io") {
		t.Errorf("error %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLockDirectoryThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := (AccountLocks{Dir: filepath.Join(file, "lock")}).Take(t.Context(), []string{"h1"}, mine); err == nil {
		t.Error("no error")
	}
}
