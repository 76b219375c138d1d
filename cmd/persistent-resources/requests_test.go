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
// but what is waited for, which is here once however often it was asked.
func TestRequests(t *testing.T) {
	for _, services := range []string{"object_storage", "compute,object_storage"} {
		t.Run(services, func(t *testing.T) {
			c := startCloud(t, simulator.Options{})
			for _, phase := range []string{"create", "verify", "delete"} {
				c.ResetRequests()
				c.program(nil, phase, "-q", "--concurrency", "1", "--services", services).must(t, exitOK, phase)
				var lines []string
				for _, r := range c.Requests() {
					line := fmt.Sprintf("%d %s %s\n", r.Status, r.Method, anonymous(r.Path))
					if len(lines) == 0 || r.Method != "GET" || !strings.Contains(line, "/servers/") || lines[len(lines)-1] != line {
						lines = append(lines, line)
					}
				}
				golden(t, "requests-"+strings.ReplaceAll(services, ",", "-")+"-"+phase+".golden", strings.Join(lines, ""))
			}
			c.unchanged("the three phases")
		})
	}
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
