package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

// runOf makes a run of "class.test[attr]" -> outcome, in the given order.
func runOf(t *testing.T, label string, rs ...*subunit.Result) *Run {
	t.Helper()
	run := NewRun(label)
	for _, r := range rs {
		if err := run.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	return run
}

func twoRuns(t *testing.T) (before, after *Run) {
	t.Helper()
	compute := prefix + "compute.test_validate_compute_resources.VerifyComputePersistentResources."
	volume := prefix + "volume.test_validate_volume_resources.VerifyVolumePersistentResources"
	ok := func(id string, took time.Duration) *subunit.Result { return result(id, subunit.Success, 0, took) }
	bad := func(id string) *subunit.Result {
		return result(id, subunit.Fail, 0, time.Second, attachment("traceback", shutoff))
	}
	skipped := func(id string) *subunit.Result {
		return result(id, subunit.Skip, 0, 0, attachment("reason", "Suspend is not <available>."))
	}
	before = runOf(t, "before the upgrade",
		ok(compute+"test_lost[persistent-verify]", time.Second), bad(compute+"test_fixed"), bad(compute+"test_broken"),
		ok(compute+"test_slow", 2*time.Second), ok(compute+"test_little_slower", 10*time.Second), ok(compute+"test_quick", time.Millisecond),
		ok(compute+"test_suspend", time.Second), skipped(compute+"test_ssh"), skipped(compute+"test_never"),
		ok(volume+".test_attach", time.Second), ok("m.C.test_gone", time.Second),
		result("setUpClass (m.D)", subunit.Fail, 0, 0, attachment("traceback", refused)),
		bad(compute+"test_repeated"), ok(compute+"test_repeated", time.Second))
	after = runOf(t, "after the upgrade",
		bad(compute+"test_lost[id-1,persistent-verify]"), ok(compute+"test_fixed", time.Second), bad(compute+"test_broken"),
		ok(compute+"test_slow", 5*time.Second), ok(compute+"test_little_slower", 13*time.Second), ok(compute+"test_quick", 100*time.Millisecond),
		skipped(compute+"test_suspend"), ok(compute+"test_ssh", time.Second), skipped(compute+"test_never"),
		result("setUpClass ("+volume+")", subunit.Fail, 0, 0, attachment("traceback", refused)),
		ok("m.D.test_new", time.Second), ok(compute+"test_repeated", time.Second))
	return before, after
}

func TestCompare(t *testing.T) {
	before, after := twoRuns(t)
	d := Compare(before, after, DiffOptions{})
	got := map[string][]string{}
	for _, l := range d.lists() {
		for _, c := range l.Changes {
			got[l.key] = append(got[l.key], parseID(c.ID).name+": "+c.what())
		}
	}
	want := map[string][]string{
		"new_failures":  {"test_lost: 'ACTIVE' != 'SHUTOFF'", "setUpClass: Unexpected response code received. Details: 503"},
		"no_result":     {"test_attach: setUpClass: Unexpected response code received. Details: 503", "test_gone: "},
		"new_skips":     {"test_suspend: Suspend is not <available>."},
		"slower":        {"test_slow: 5.000 s, was 2.000 s"},
		"still_failing": {"test_broken: 'ACTIVE' != 'SHUTOFF'"},
		"fixed":         {"test_fixed: was: 'ACTIVE' != 'SHUTOFF'", "setUpClass: "},
		"new_tests":     {"test_ssh: was: Suspend is not <available>.", "test_new: "},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d.Unchanged != 4 || !d.Worse() {
		t.Errorf("%d unchanged, worse %v", d.Unchanged, d.Worse())
	}
	sentence := "Lost or changed: compute. Not checked: volume. 2 tests fail that did not before. 2 tests have no result any more."
	if got := d.Sentence(); got != sentence {
		t.Errorf("got %q", got)
	}
	if got, want := d.rest(), "1 skipped now, 1 slower, 1 failing as before, 2 fixed, 2 new, 4 unchanged"; got != want {
		t.Errorf("got %q", got)
	}
	faster := Compare(before, after, DiffOptions{SlowerRatio: 1.2, SlowerBy: 50 * time.Millisecond})
	if n := len(faster.Slower); n != 3 {
		t.Errorf("%d tests are slower with a lower threshold", n)
	}
}

func TestCompareWithItself(t *testing.T) {
	before, _ := twoRuns(t)
	d := Compare(before, before, DiffOptions{})
	if d.Worse() || d.Sentence() != "Nothing got worse." || d.rest() != "3 failing as before, 10 unchanged" {
		t.Errorf("worse %v, %q, %q", d.Worse(), d.Sentence(), d.rest())
	}
}

func TestDiffGolden(t *testing.T) {
	before, after := twoRuns(t)
	d := Compare(before, after, DiffOptions{})
	var text, document, page bytes.Buffer
	if err := errors.Join(d.WriteText(&text), d.WriteJSON(&document), d.WriteHTML(&page)); err != nil {
		t.Fatal(err)
	}
	golden(t, "diff.golden.txt", text.Bytes())
	golden(t, "diff.golden.json", document.Bytes())
	golden(t, "diff.golden.html", page.Bytes())
	if !json.Valid(document.Bytes()) {
		t.Error("not JSON")
	}
	for name, write := range map[string]error{"text": d.WriteText(fullDisk{}), "JSON": d.WriteJSON(fullDisk{}), "HTML": d.WriteHTML(fullDisk{})} {
		if !errors.Is(write, errFull) {
			t.Errorf("%s: got %v", name, write)
		}
	}
}
