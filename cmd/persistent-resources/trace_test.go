package main

import (
	"os"
	"path/filepath"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// TestTraceIsPrivate: the record of the exchanges is for its owner, whatever lay there before; reports are for all.
func TestTraceIsPrivate(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	trace, junit := filepath.Join(c.dir, "t.jsonl"), filepath.Join(c.dir, "t.xml")
	if err := os.WriteFile(trace, nil, 0o644); err != nil { //nolint:gosec // the mode that must not stay
		t.Fatal(err)
	}
	for _, phase := range []string{"create", "delete"} {
		c.program(nil, phase, "-q", "--services", "object_storage", "--trace", trace, "--junit", junit).must(t, exitOK, phase)
		for path, want := range map[string]os.FileMode{trace: 0o600, junit: 0o644} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != want || info.Size() == 0 {
				t.Errorf("%s: %s has mode %v and %d bytes, want %v", phase, filepath.Base(path), info.Mode(), info.Size(), want)
			}
		}
	}
	c.program(nil, "create", "--trace", "/nope/t.jsonl").must(t, exitUsage, "--trace cannot be written")
}
