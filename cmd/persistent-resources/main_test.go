package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// asProgram makes the test binary behave as the program; killAt then kills it at a point of its n-th request ("3:answered").
// lateAnswers is how long it takes a create call without an answer for one that the cloud may still act upon.
const (
	asProgram = "PERSISTENT_RESOURCES_TEST_PROGRAM"
	killAt    = "PERSISTENT_RESOURCES_TEST_KILL"

	lateAnswers = "PERSISTENT_RESOURCES_TEST_LATE"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program()
	}
	testscript.Main(m, map[string]func(){"persistent-resources": program, "stestr": program, "subunit2html": program})
}

func program() {
	ctx, stop := interruptible(context.Background())
	env := system()
	env.late, _ = time.ParseDuration(os.Getenv(lateAnswers))
	if at := os.Getenv(killAt); at != "" {
		env.wrap = func(next http.RoundTripper) http.RoundTripper { return newKiller(at, next) }
	}
	code := run(ctx, os.Args[1:], env)
	stop()
	os.Exit(code)
}

// killer ends the process as kill -9 does, at one point of one request.
type killer struct {
	next  http.RoundTripper
	at    int64
	point string
	n     atomic.Int64
}

// The points of a request at which a process can die: nothing was sent; the service acted and its answer was not seen; the
// answer was read and nothing was written of it.
var points = []string{"before", "acted", "answered"}

func newKiller(at string, next http.RoundTripper) *killer {
	n, point, _ := strings.Cut(at, ":")
	number, err := strconv.Atoi(n)
	if err != nil {
		panic(err)
	}
	return &killer{next: next, at: int64(number), point: point}
}

func (k *killer) RoundTrip(req *http.Request) (*http.Response, error) {
	mine := k.n.Add(1) == k.at
	if mine && k.point == "before" {
		die()
	}
	if mine && k.point == "panic" {
		go panic("a bug")
		select {}
	}
	resp, err := k.next.RoundTrip(req)
	if mine && k.point == "acted" {
		die()
	}
	if mine && err == nil {
		body, _ := io.ReadAll(resp.Body)
		resp.Body = &lastWords{Reader: bytes.NewReader(body)}
	}
	return resp, err
}

// lastWords is a body after whose reading the process dies.
type lastWords struct{ *bytes.Reader }

func (lastWords) Close() error { die(); return nil }

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// testCloud is an embedded OpenStack with a working directory of a user's.
type testCloud struct {
	*simulator.Cloud
	t      testing.TB
	dir    string
	before []string
	late   string // lateAnswers
}

func startCloud(t testing.TB, o simulator.Options) *testCloud {
	t.Helper()
	sim, err := simulator.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	c := &testCloud{Cloud: sim, t: t, dir: t.TempDir(), late: "2s"}
	if err := os.Mkdir(filepath.Join(c.dir, "etc"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := sim.WriteConfig(filepath.Join(c.dir, "etc")); err != nil {
		t.Fatal(err)
	}
	c.before = sim.Inventory()
	return c
}

// result is what a run of the program came to.
type result struct {
	code           int
	stdout, stderr string
}

// program runs the program in the user's directory as a process of its own.
func (c *testCloud) program(env []string, args ...string) result {
	c.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Dir = c.dir
	cmd.Env = append(append(userEnv(c.dir), lateAnswers+"="+c.late), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	code := cmd.ProcessState.ExitCode()
	if err != nil && cmd.ProcessState == nil {
		c.t.Fatal(err)
	}
	return result{code, stdout.String(), stderr.String()}
}

// userEnv is an environment without anything of the machine's that the program would read.
func userEnv(dir string) []string {
	env := []string{asProgram + "=1", "HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	if cover := os.Getenv("GOCOVERDIR"); cover != "" {
		env = append(env, "GOCOVERDIR="+cover)
	}
	return env
}

// must fails the test unless the run ended with code.
func (r result) must(t testing.TB, code int, what string) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("%s: exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", what, r.code, code, r.stdout, r.stderr)
	}
	return r
}

// unchanged fails the test unless the cloud holds what it held at the start.
func (c *testCloud) unchanged(what string) {
	c.t.Helper()
	after := c.Inventory()
	if fmt.Sprint(after) != fmt.Sprint(c.before) {
		c.t.Fatalf("%s: the cloud holds something else than before:\n%s", what, inventoryDifference(c.before, after))
	}
}

func inventoryDifference(before, after []string) string {
	count := map[string]int{}
	for _, l := range before {
		count[l]--
	}
	for _, l := range after {
		count[l]++
	}
	var out []string
	for l, n := range count {
		if n != 0 {
			out = append(out, fmt.Sprintf("%+d %s", n, l))
		}
	}
	return strings.Join(out, "\n")
}
