package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// TestWorkersKeepTheOrder spreads create, verify and delete over three processes, as stestr does with a run of all classes,
// and starts them in the wrong order.
func TestWorkersKeepTheOrder(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	var group sync.WaitGroup
	outputs := make([]result, 3)
	for i, phase := range []string{"persistent-cleanup", "persistent-verify", "persistent-create"} {
		args := c.call(phase)
		list := filepath.Join(c.dir, phase)
		if err := os.Rename(args[len(args)-1], list); err != nil {
			t.Fatal(err)
		}
		args[len(args)-1] = list
		group.Go(func() { outputs[i] = c.program(nil, args...) })
	}
	group.Wait()
	var got []string
	for _, r := range outputs {
		got = append(got, lineOf(resultsOf(t, r.must(t, exitOK, "worker").stdout)))
	}
	if all := strings.Join(got, ", "); strings.Count(all, "success") != 6 || strings.Contains(all, "fail") {
		t.Errorf("results: %s\n%s%s%s", all, outputs[0].stderr, outputs[1].stderr, outputs[2].stderr)
	}
	c.unchanged("three workers")
}

// TestNobodyIsWaitedFor: where this process was to create, its own verify waits for no other.
func TestNobodyIsWaitedFor(t *testing.T) {
	config := &tempestconf.Config{Dir: t.TempDir()}
	config.PersistentResources.StateDir = "state"
	session := &session{config: config}
	of := func(service string, phase phases.Phase) stestr.Phase {
		return stestr.Phase{Service: service, Number: int(phase)}
	}
	created := []stestr.Phase{of("compute", phases.Create), of("object_storage", phases.Create)}
	turns := turns{session: session, created: created, verified: []stestr.Phase{of("compute", phases.Verify)}}
	for p, want := range map[stestr.Phase]bool{
		of("compute", phases.Verify): true, of("compute", phases.Delete): true,
		of("object_storage", phases.Verify): true,
		of("object_storage", phases.Delete): false, // another worker may be about to verify
		of("volume", phases.Verify):         false, of("volume", phases.Delete): false,
	} {
		if got := turns.usable(p); got != want {
			t.Errorf("%+v need not wait: %v, want %v", p, got, want)
		}
	}
}

// TestVerifyAloneFailsSoon: where nobody creates, nobody is waited for longer than workers take to start.
func TestVerifyAloneFailsSoon(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	began := time.Now()
	r := c.program(nil, c.call("persistent-verify")...).must(t, exitOK, "verify without a record")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	all := resultsOf(t, r.stdout)
	if len(all) != 1 || all[0].Status != subunit.Fail || !strings.Contains(r.stderr, "no record of object_storage resources") {
		t.Errorf("results: %s\n%s", lineOf(all), r.stderr)
	}
	if _, err := os.Stat(filepath.Join(c.dir, ".persistent-resources")); err == nil {
		t.Error("looking for a record made its directory")
	}
}
