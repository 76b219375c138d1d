package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

const (
	foreignOne = "tempest.api.compute.test_versions.TestVersions.test_list[id-1]"
	foreignTwo = "tempest.api.identity.test_tokens.TestTokens.test_issue[id-2]"
)

// foreign is a runner that knows two tests of its own and one of ours, and writes down how it was called.
func (c *testCloud) foreign(run string) string {
	c.t.Helper()
	stream := func(name string, events ...subunit.Event) string {
		path := filepath.Join(c.dir, name)
		f, err := os.Create(path)
		if err != nil {
			c.t.Fatal(err)
		}
		w := subunit.NewWriter(f)
		for _, e := range events {
			if err := w.Write(&e); err != nil {
				c.t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			c.t.Fatal(err)
		}
		return path
	}
	own := ownIDs(func(string) bool { return true })[0]
	listing := stream("listing", subunit.Event{TestID: foreignOne, Status: subunit.Exists}, subunit.Event{TestID: own, Status: subunit.Exists}, subunit.Event{TestID: foreignTwo, Status: subunit.Exists})
	one := stream("one", subunit.Event{TestID: foreignOne, Status: subunit.InProgress}, subunit.Event{TestID: foreignOne, Status: subunit.Success}, subunit.Event{TestID: foreignTwo, Status: subunit.InProgress})
	two := stream("two", subunit.Event{TestID: foreignTwo, Status: subunit.Success})
	script := fmt.Sprintf(`#!/bin/sh
echo "$@" >> %[1]s/calls
case "$*" in
*--list) cat %[2]s; exit $LISTING;;
*--load-list*) for last; do :; done; cat "$last" >> %[1]s/ids.foreign;;
esac
cat %[3]s
echo a foreign word
%[5]s
cat %[4]s
`, c.dir, listing, one, two, run)
	path := filepath.Join(c.dir, "python")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// mixed joins the events of a stream that a foreign runner's words may be in.
func mixed(t *testing.T, stream string) (all []*subunit.Result, listed []string, text string) {
	t.Helper()
	c := subunit.NewCollector(func(r *subunit.Result) { all = append(all, r) })
	for e, err := range subunit.NewReader(strings.NewReader(stream), subunit.Recover).All() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Text {
			text += string(e.Content)
		}
		c.Add(e)
	}
	c.Flush()
	return all, c.Listed(), text
}

func TestRunnerWithListsBoth(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	args := []string{"--with", c.foreign(""), "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--list"}
	r := c.program([]string{"LISTING=0"}, args...).must(t, exitOK, "list")
	_, listed, _ := mixed(t, r.stdout)
	own := ownIDs(func(string) bool { return true })
	if want := append(own, foreignOne, foreignTwo); strings.Join(listed, "\n") != strings.Join(want, "\n") {
		t.Errorf("listed\n%s\nwant\n%s", strings.Join(listed, "\n"), strings.Join(want, "\n"))
	}
	r = c.program([]string{"LISTING=2"}, args...).must(t, exitUsage, "list with a runner that cannot")
	if _, listed, _ := mixed(t, r.stdout); len(listed) != len(own)+2 || !strings.Contains(r.stderr, "exit status 2") {
		t.Errorf("listed %d tests, and said %s", len(listed), r.stderr)
	}
	args[1] = filepath.Join(c.dir, "absent")
	c.program(nil, args...).must(t, exitUsage, "list with a runner that is not there")
}

func TestRunnerWithRunsBoth(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	python := c.foreign("")
	call := c.call("persistent-create", "--with="+python)
	list := call[len(call)-1]
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, append([]byte(foreignTwo+"\n"+foreignOne+"\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	r := c.program(nil, call...).must(t, exitOK, "run")
	all, _, words := mixed(t, r.stdout)
	if got, want := lineOf(all), "test_create_persistent_container success, test_create_persistent_object success, "+foreignOne+" success, "+foreignTwo+" success"; got != want {
		t.Errorf("results %s\nwant %s\n%s", got, want, r.stderr)
	}
	if words != "a foreign word\n" {
		t.Errorf("the foreign runner's text is %q", words)
	}
	if ids, err := os.ReadFile(filepath.Join(c.dir, "ids.foreign")); err != nil || string(ids) != foreignTwo+"\n"+foreignOne+"\n" {
		t.Errorf("the foreign runner was given %q, %v", ids, err)
	}

	// Only foreign ids, only ours, and everything.
	if err := os.WriteFile(list, []byte(foreignOne+"\n"+foreignTwo+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, _, _ = mixed(t, c.program(nil, call...).must(t, exitOK, "run foreign tests").stdout)
	if got, want := lineOf(all), foreignOne+" success, "+foreignTwo+" success"; got != want {
		t.Errorf("results %s\nwant %s", got, want)
	}
	if err := os.Remove(filepath.Join(c.dir, "calls")); err != nil {
		t.Fatal(err)
	}
	all, _, _ = mixed(t, c.program(nil, c.call("persistent-verify", "--with", python)...).must(t, exitOK, "run our tests").stdout)
	if len(all) != 3 {
		t.Errorf("results %s", lineOf(all))
	}
	if _, err := os.Stat(filepath.Join(c.dir, "calls")); err == nil {
		t.Error("the foreign runner was called for nothing")
	}
	everything := []string{"--with", python, "--services=object_storage", "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests"}
	all, _, _ = mixed(t, c.program([]string{"LISTING=0"}, everything...).must(t, exitOK, "run everything").stdout)
	if got := lineOf(all); !strings.HasSuffix(got, foreignOne+" success, "+foreignTwo+" success") || strings.Contains(got, "fail") {
		t.Errorf("results %s", got)
	}
	ids, err := os.ReadFile(filepath.Join(c.dir, "ids.foreign"))
	if err != nil || strings.Contains(string(ids), "persistent_resources_tempest_plugin") {
		t.Errorf("the foreign runner was given tests of ours: %s, %v", ids, err)
	}
	c.unchanged("a run with a foreign runner")
}

// TestRunnerWithADyingRunner: the foreign tests get results too, also where the runner is not there.
func TestRunnerWithADyingRunner(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	ids := filepath.Join(c.dir, "foreign.ids")
	if err := os.WriteFile(ids, []byte(foreignOne+"\n"+foreignTwo+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for python, want := range map[string]string{
		c.foreign("kill -9 $$"):        foreignOne + " success, " + foreignTwo + " fail",
		filepath.Join(c.dir, "absent"): foreignOne + " fail, " + foreignTwo + " fail",
	} {
		args := []string{"--with", python, "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--load-list", ids}
		all, _, _ := mixed(t, c.program(nil, args...).must(t, exitOK, "run").stdout)
		if got := lineOf(all); got != want {
			t.Errorf("%s: results %s\nwant %s", filepath.Base(python), got, want)
		}
	}
}

// TestRunnerWithACutListing: everything is asked for, and the foreign tests cannot be listed.
func TestRunnerWithACutListing(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	args := []string{"--with", c.foreign(""), "--phase", "verify", "-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests"}
	all, _, _ := mixed(t, c.program([]string{"LISTING=2"}, args...).must(t, exitOK, "run").stdout)
	if got := lineOf(all); !strings.HasSuffix(got, listingTest+" fail") {
		t.Errorf("results %s", got)
	}
}

// TestRunnerWithoutDirectoryForFiles: no list of ids can be written, and the tests run all the same.
func TestRunnerWithoutDirectoryForFiles(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	r := c.program([]string{"TMPDIR=" + filepath.Join(c.dir, "absent")}, c.call("persistent-")...).must(t, exitOK, "run")
	if all := resultsOf(t, r.stdout); len(all) != 6 || !strings.Contains(r.stderr, "the tests run unsupervised") {
		t.Errorf("results %s\n%s", lineOf(all), r.stderr)
	}
	c.unchanged("an unsupervised run")
}

// TestRunnerOfNothing: what --no-discover names and nobody has.
func TestRunnerOfNothing(t *testing.T) {
	c := startCloud(t, simulator.Options{})
	all := resultsOf(t, c.program(nil, "-m", "stestr.subunit_runner.run", "no.such.module").must(t, exitOK, "run").stdout)
	if got := lineOf(all); got != "no.such.module fail" {
		t.Errorf("results %s", got)
	}
	python := c.foreign("")
	all, _, _ = mixed(t, c.program(nil, "--with", python, "-m", "stestr.subunit_runner.run", "tempest.api").must(t, exitOK, "run").stdout)
	if got, want := lineOf(all), foreignOne+" success, "+foreignTwo+" success"; got != want {
		t.Errorf("results %s\nwant %s", got, want)
	}
	calls, err := os.ReadFile(filepath.Join(c.dir, "calls"))
	if err != nil || string(calls) != "-m stestr.subunit_runner.run tempest.api\n" {
		t.Errorf("the foreign runner was called %q, %v", calls, err)
	}
}
