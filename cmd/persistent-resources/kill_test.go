package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// TestKilledCreateLeaksNothing kills create at each point of each of its requests. Whatever happened, delete leaves nothing
// behind, and create goes on where it stopped without making anything twice.
func TestKilledCreateLeaksNothing(t *testing.T) { killedCreate(t, "object_storage") }

func killedCreate(t *testing.T, services string) {
	c := startCloud(t, simulator.Options{})
	c.late = "1ms" // what was sent has been acted upon
	c.program(nil, "create", "-q", "--services", services).must(t, exitOK, "create")
	whole := c.Inventory()
	requests := len(c.Requests())
	c.program(nil, "delete", "-q", "--services", services).must(t, exitOK, "delete")
	c.unchanged("delete")
	if requests < 8 {
		t.Fatalf("create made only %d requests", requests)
	}
	for n := 1; n <= requests; n++ {
		for _, point := range points {
			at := fmt.Sprintf("%d:%s", n, point)
			c.forget()
			c.program([]string{killAt + "=" + at}, "create", "-q", "--services", services).must(t, -1, "create killed at "+at)
			r := c.program(nil, "delete", "-q", "--services", services)
			if r.code != exitOK && !(r.code == exitState && c.neverBegan()) {
				t.Fatalf("delete after create was killed at %s: exit code %d\n%s", at, r.code, r.stderr)
			}
			c.unchanged("delete after create was killed at " + at)

			c.forget()
			c.program([]string{killAt + "=" + at}, "create", "-q", "--services", services).must(t, -1, "create killed at "+at)
			c.program(nil, "create", "-q", "--services", services).must(t, exitOK, "create again after a kill at "+at)
			if got, want := kinds(c.Inventory()), kinds(whole); got != want {
				t.Fatalf("create again after a kill at %s made\n%s\nwant\n%s", at, got, want)
			}
			c.program(nil, "verify", "-q", "--services", services).must(t, exitOK, "verify after a kill at "+at)
			c.program(nil, "delete", "-q", "--services", services).must(t, exitOK, "delete after a kill at "+at)
			c.unchanged("a kill at " + at)
		}
	}
}

// TestKilledDeleteGoesOn kills delete at each point of each of its requests; delete again ends the work.
func TestKilledDeleteGoesOn(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	c.late = "1ms" // what was sent has been acted upon
	c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create")
	c.ResetRequests()
	c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete")
	requests := len(c.Requests())
	for n := 1; n <= requests; n++ {
		for _, point := range points {
			at := fmt.Sprintf("%d:%s", n, point)
			c.program(nil, "create", "-q", "--services", "object_storage").must(t, exitOK, "create")
			c.program([]string{killAt + "=" + at}, "delete", "-q", "--services", "object_storage").must(t, -1, "delete killed at "+at)
			c.program(nil, "delete", "-q", "--services", "object_storage").must(t, exitOK, "delete again after a kill at "+at)
			c.unchanged("a kill at " + at)
		}
	}
}

// kinds counts what an inventory holds, by kind: the names differ from run to run.
func kinds(inventory []string) string {
	count := map[string]int{}
	var order []string
	for _, l := range inventory {
		kind, _, _ := strings.Cut(l, " ")
		if count[kind] == 0 {
			order = append(order, kind)
		}
		count[kind]++
	}
	var b strings.Builder
	for _, kind := range order {
		fmt.Fprintf(&b, "%s %d\n", kind, count[kind])
	}
	return b.String()
}

func (c *testCloud) stateDir() string { return filepath.Join(c.dir, ".persistent-resources") }

// forget removes the state, as a new job would begin without one.
func (c *testCloud) forget() {
	c.t.Helper()
	if err := os.RemoveAll(c.stateDir()); err != nil {
		c.t.Fatal(err)
	}
}

// neverBegan reports whether there is no journal: create was killed before anything that needs one was asked for.
func (c *testCloud) neverBegan() bool {
	journals, err := filepath.Glob(filepath.Join(c.stateDir(), "*.jsonl"))
	return err == nil && len(journals) == 0
}
