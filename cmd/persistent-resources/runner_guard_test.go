package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"opendev.org/x/persistent-resources/internal/stestr"
	"opendev.org/x/persistent-resources/subunit"
)

// TestGuardBelievesTheFile: a run that is killed after it stored a result and before it told its guard has this one result.
func TestGuardBelievesTheFile(t *testing.T) {
	dir := t.TempDir()
	repository, err := stestr.InitRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	inserter, err := repository.Insert()
	if err != nil {
		t.Fatal(err)
	}
	const told, stored, open = "p.ObjectResources.told[a]", "p.ObjectResources.stored[a]", "p.ObjectResources.open[a]"
	var pipe bytes.Buffer
	w := subunit.NewWriter(&pipe)
	for _, id := range []string{told, stored, open} {
		if err := w.Write(&subunit.Event{TestID: id, Status: subunit.Exists}); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []subunit.Event{
		{TestID: told, Status: subunit.InProgress}, {TestID: told, Status: subunit.Success},
		{TestID: stored, Status: subunit.InProgress}, {TestID: stored, Status: subunit.Success},
		{TestID: open, Status: subunit.InProgress},
	} {
		if err := inserter.Add(&e); err != nil {
			t.Fatal(err)
		}
		if e.TestID == told || e.Status == subunit.InProgress {
			if err := w.Write(&e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var o guardOptions
	o.file, o.combine = inserter.Unfinished()
	heard := filepath.Join(t.TempDir(), "heard")
	if err := os.WriteFile(heard, pipe.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(heard)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := o.run(environment{stdin: stdin, stderr: os.Stderr}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, ".stestr", "0"))
	if err != nil {
		t.Fatal(err)
	}
	var results []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { results = append(results, r) })
	for e, err := range subunit.NewV1Reader(bytes.NewReader(text), subunit.Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	if got, want := lineOf(results), "told success, stored success, open fail"; got != want {
		t.Errorf("the repository holds %s\nwant %s", got, want)
	}
}
