//go:build interop

package cloud

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Python's fcntl.lockf is what oslo.concurrency's inter-process lock is made of (fasteners.InterProcessLock).
const pythonLock = `
import fcntl, sys
f = open(sys.argv[1], "a")
if sys.argv[2] == "hold":
    fcntl.lockf(f, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
else:
    try:
        fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("free")
    except OSError:
        print("locked")
`

func TestPythonAndWeKeepEachOtherOut(t *testing.T) {
	l := lockDir(t, map[string]string{"test_accounts_io": ""})
	path := filepath.Join(l.Dir, "test_accounts_io")
	try := func() string {
		out, err := exec.Command("python3", "-c", pythonLock, path, "try").Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	err := l.locked(t.Context(), func() error {
		if got := try(); got != "locked\n" {
			t.Errorf("Python finds our lock %q", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := try(); got != "free\n" {
		t.Errorf("Python finds our released lock %q", got)
	}
	holder := exec.Command("python3", "-c", pythonLock, path, "hold")
	holder.Stderr = os.Stderr
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, _, err := l.Take(ctx, []string{"h"}, mine); err == nil {
		t.Error("an account was taken while Python held the lock")
	}
	_ = in.Close()
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Take(t.Context(), []string{"h"}, mine); err != nil {
		t.Error(err)
	}
}
