package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
)

var update = flag.Bool("update", false, "write the golden files")

// TestRequests holds the requests of each phase: what is asked, in which order, with which answer. Nothing is asked twice
// but what is waited for.
func TestRequests(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	for _, phase := range []string{"create", "verify", "delete"} {
		c.ResetRequests()
		c.program(nil, phase, "-q", "--concurrency", "1", "--services", "object_storage").must(t, exitOK, phase)
		var b strings.Builder
		for _, r := range c.Requests() {
			fmt.Fprintf(&b, "%d %s %s\n", r.Status, r.Method, anonymous(r.Path))
		}
		golden(t, "requests-object_storage-"+phase+".golden", b.String())
	}
	c.unchanged("the three phases")
}

var (
	ids     = regexp.MustCompile(`[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	numbers = regexp.MustCompile(`-\d{3,10}\b`)
)

// anonymous replaces what differs from run to run.
func anonymous(path string) string {
	return numbers.ReplaceAllString(ids.ReplaceAllString(path, "ID"), "-N")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (run with -update after looking):\n%s", name, diff)
	}
}
