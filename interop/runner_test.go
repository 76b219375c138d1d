//go:build interop

package interop

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// These tests let stestr start the program in place of Python, as a gate job does with PYTHON=<program>.

func TestStestrList(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.run("stestr", "init").must(t, 0)
	for _, filter := range []string{"", createTests, verifyTests, cleanupTests} {
		args := []string{"list"}
		if filter != "" {
			args = append(args, filter)
		}
		got := lines(w.run("stestr", args...).must(t, 0).stdout)
		want := listed(t, filter)
		slices.Sort(got) // stestr passes them through a Python set
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("stestr list %s\n%s\nwant\n%s", filter, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestStestrRun runs the three phases serially and in parallel. A serial run without a filter has no id list.
func TestStestrRun(t *testing.T) {
	t.Parallel()
	for _, how := range [][]string{{"--serial"}, {"--concurrency", "2"}} {
		t.Run(how[0], func(t *testing.T) {
			w := newWorkspace(t)
			before := w.Inventory()
			for _, phase := range []string{createTests, verifyTests, cleanupTests} {
				r := w.run("stestr", append([]string{"run", phase}, how...)...).must(t, 0)
				all := results(t, w.last())
				w.sameTotals(r.stdout, all)
				var want []string
				for _, id := range listed(t, phase) {
					want = append(want, "success "+id)
				}
				slices.Sort(want)
				if got := outcomes(all); !slices.Equal(got, want) {
					t.Errorf("%s:\n%s\nwant\n%s", phase, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for _, res := range all {
					if len(res.Tags) != 1 || !strings.HasPrefix(res.Tags[0], "worker-") {
						t.Errorf("%s has the tags %v, want stestr's worker alone", res.TestID, res.Tags)
					}
				}
				if failing := w.run("stestr", "failing", "--list").must(t, 0); len(strings.TrimSpace(string(failing.stdout))) > 0 {
					t.Errorf("stestr failing lists\n%s", failing.stdout)
				}
				w.run("stestr", "last").must(t, 0)
			}
			if after := w.Inventory(); !slices.Equal(before, after) {
				t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
			}
		})
	}
}

// TestStestrWorkersShareTheState runs two classes of one service at once, each in a process of stestr's: the second to come
// waits for the first.
func TestStestrWorkersShareTheState(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.create()
	ids := append(listed(t, createTests), listed(t, verifyTests)...)
	w.run("stestr", "run", "--concurrency", "2", "persistent-(create|verify)").must(t, 0)
	all := results(t, w.last())
	workers := map[string]bool{}
	for _, r := range all {
		workers[strings.Join(r.Tags, " ")] = true
	}
	if !workers["worker-0"] || !workers["worker-1"] {
		t.Errorf("the workers were %v, want two", workers)
	}
	if s := summaryOf(all); s.Passed != len(ids) || s.Total() != len(ids) {
		t.Errorf("%d of %d passed, want all of %d", s.Passed, s.Total(), len(ids))
	}
}

func TestStestrFailingTest(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.create()
	project, container, name := w.object()
	if err := w.OverwriteObject(project, container, name, []byte("not what was stored")); err != nil {
		t.Fatal(err)
	}
	r := w.run("stestr", "run", verifyTests).must(t, 1)
	all := results(t, w.last())
	w.sameTotals(r.stdout, all)
	w.sameFailures(all, func(id string) bool { return strings.Contains(id, ".test_get_persistent_object[") })
	w.run("stestr", "last").must(t, 1)

	// What failed can be run again by itself, and passes once the object is what it was.
	w.run("stestr", "run", "--failing").must(t, 1)
	if s := summaryOf(results(t, w.last())); s.Failed != 1 || s.Total() != 1 {
		t.Errorf("stestr run --failing ran %d tests, %d failed, want the one that failed", s.Total(), s.Failed)
	}
}

func TestStestrSkippedClass(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "service_available.swift=false", "service_available.nova=false")
	r := w.run("stestr", "run", verifyTests)
	all := results(t, w.last())
	w.sameTotals(r.stdout, all)
	if s := summaryOf(all); s.Skipped != len(classes(listed(t, verifyTests))) || s.Total() != s.Skipped {
		t.Errorf("%d of %d results are skips, want one a class", s.Skipped, s.Total())
	}
	// stestr 4 calls a run in which nothing passed a failed one; stestr 3 does so only in "last".
	if want := map[bool]int{true: 1, false: 0}[w.stestrMajor() >= 4]; r.code != want {
		t.Errorf("stestr run ended with status %d, want %d", r.code, want)
	}
	w.run("stestr", "last").must(t, 1)
}

func TestStestrSetUpFailure(t *testing.T) {
	t.Parallel()
	unreachable := newWorkspace(t)
	if err := unreachable.Close(); err != nil {
		t.Fatal(err)
	}
	unreadable := newWorkspace(t)
	unreadable.write("etc/tempest.conf", "use_dynamic_credentials = true\n")
	for name, w := range map[string]*workspace{"unreachable cloud": unreachable, "unreadable configuration": unreadable} {
		t.Run(name, func(t *testing.T) {
			r := w.run("stestr", "run", createTests).must(t, 1)
			all := results(t, w.last())
			w.sameTotals(r.stdout, all)
			var want []string
			for _, c := range classes(listed(t, createTests)) {
				want = append(want, fmt.Sprintf("fail setUpClass (%s)", c))
			}
			slices.Sort(want)
			if got := outcomes(all); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			w.sameFailures(all, func(string) bool { return true })
		})
	}
}

// TestStestrUnknownTest: stestr does not notice when a runner drops an id.
func TestStestrUnknownTest(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.create()
	id := "persistent_resources_tempest_plugin.tests.api.object_storage.test_gone.Gone.test_gone[persistent-verify]"
	w.run("stestr", "run", "--load-list", w.write("ids", id+"\n"+listed(t, verifyTests)[0]+"\n")).must(t, 1)
	w.sameFailures(results(t, w.last()), func(failed string) bool { return failed == id })
}

// total finds the numbers in stestr's own totals.
var total = regexp.MustCompile(`(?m)^ - (Passed|Skipped|Expected Fail|Unexpected Success|Failed): (\d+)$`)

// sameTotals compares the totals that stestr printed with ours of the same stream.
func (w *workspace) sameTotals(printed []byte, all []*subunit.Result) {
	w.t.Helper()
	s := summaryOf(all)
	ours := map[string]int{
		"Passed": s.Passed, "Skipped": s.Skipped, "Expected Fail": s.ExpectedFailures,
		"Unexpected Success": s.UnexpectedSuccesses, "Failed": s.Failed,
	}
	found := total.FindAllSubmatch(printed, -1)
	if len(found) != len(ours) {
		w.t.Errorf("stestr printed no totals:\n%s", printed)
	}
	for _, m := range found {
		if n, err := strconv.Atoi(string(m[2])); err != nil || n != ours[string(m[1])] {
			w.t.Errorf("stestr counts %s: %s, we count %d", m[1], m[2], ours[string(m[1])])
		}
	}
}

// sameFailures compares what stestr keeps as failing with our reading; expected says of each failure whether it should be.
func (w *workspace) sameFailures(all []*subunit.Result, expected func(id string) bool) {
	w.t.Helper()
	var ours []string
	for _, r := range all {
		if r.Status == subunit.Fail {
			ours = append(ours, r.TestID)
			if !expected(r.TestID) {
				w.t.Errorf("%s failed:\n%s", r.TestID, r.Attachment("traceback").Content)
			}
		}
	}
	theirs := lines(w.run("stestr", "failing", "--list").must(w.t, 1).stdout)
	slices.Sort(ours)
	slices.Sort(theirs)
	if len(ours) == 0 || !slices.Equal(ours, theirs) {
		w.t.Errorf("stestr failing lists\n%v\nwe read\n%v", theirs, ours)
	}
}

func (w *workspace) stestrMajor() int {
	w.t.Helper()
	words := strings.Fields(string(w.run("stestr", "--version").must(w.t, 0).stdout))
	version := words[len(words)-1]
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		w.t.Fatalf("stestr's version is %q", version)
	}
	return n
}
