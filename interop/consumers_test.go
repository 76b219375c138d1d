//go:build interop

package interop

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

// TestConsumers hands every stream that the program writes to the tools that jobs use, and compares what they make of it.
func TestConsumers(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			w.t = t
			t.Run("subunit-trace", func(t *testing.T) { w.trace(t, s) })
			t.Run("subunit-stats", func(t *testing.T) { w.stats(t, s) })
			t.Run("subunit-ls", func(t *testing.T) { w.ls(t, s) })
			t.Run("subunit2csv", func(t *testing.T) { w.csv(t, s) })
			t.Run("subunit2pyunit", func(t *testing.T) { w.pyunit(t, s) })
			t.Run("subunit-filter", func(t *testing.T) { w.keeps(t, s, "subunit-filter", "--success", "--no-passthrough") })
			t.Run("subunit-tags", func(t *testing.T) { w.keeps(t, s, "subunit-tags", "a-tag") })
			t.Run("subunit2html", func(t *testing.T) { w.html(t, s) })
			t.Run("subunit2junitxml", func(t *testing.T) { w.junitxml(t, s) })
			t.Run("python-subunit", func(t *testing.T) { w.python(t, s.stream) })
		})
	}
}

// subunitTrace is os-testr's program. os-testr 3.0.0 with python-subunit 1.4.6 fails on a module that it uses and does not import.
const subunitTrace = "import sys, subunit.test_results, os_testr.subunit_trace as s; sys.argv[0] = 'subunit-trace'; sys.exit(s.main())"

// trace compares the totals of subunit-trace, which calls a run in which nothing passed a failed one.
func (w *workspace) trace(t *testing.T, s *sample) {
	want := s.status()
	if s.summary.Passed == 0 {
		want = 1
	}
	for _, option := range []string{"--no-failure-debug", "--fails"} {
		cmd := w.command(interpreter(t), "-c", subunitTrace, option)
		cmd.Stdin = bytes.NewReader(s.stream)
		r := runCommand(t, cmd).must(t, want)
		w.sameTotals(r.stdout, s.all)
		for _, res := range s.all {
			if bare, _, _ := strings.Cut(res.TestID, "["); res.Status == subunit.Fail && !strings.Contains(string(r.stdout), bare) {
				t.Errorf("subunit-trace %s does not name %s:\n%s", option, bare, r.stdout)
			}
		}
	}
}

func (w *workspace) stats(t *testing.T, s *sample) {
	r := w.filter(s.stream, "subunit-stats").must(t, s.status())
	want := fmt.Sprintf("Total tests: %d\nPassed tests: %d\nFailed tests: %d\nSkipped tests: %d\nSeen tags: worker-0\n",
		s.summary.Total(), s.summary.Passed, s.summary.Failed, s.summary.Skipped)
	if got := regexp.MustCompile(` +`).ReplaceAllString(string(r.stdout), " "); got != want {
		t.Errorf("subunit-stats prints\n%s\nwant\n%s", got, want)
	}
}

func (w *workspace) ls(t *testing.T, s *sample) {
	r := w.filter(s.stream, "subunit-ls").must(t, s.status())
	if got, want := lines(r.stdout), ids(s); !slices.Equal(got, want) {
		t.Errorf("subunit-ls prints\n%v\nwant\n%v", got, want)
	}
	if r := w.filter(s.stream, "subunit-ls", "--times"); len(lines(r.stdout)) != s.summary.Total() {
		t.Errorf("subunit-ls --times prints\n%s\n%s", r.stdout, r.stderr)
	}
}

func (w *workspace) csv(t *testing.T, s *sample) {
	r := w.filter(s.stream, "subunit2csv").must(t, s.status())
	rows, err := csv.NewReader(bytes.NewReader(r.stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, row[0])
	}
	if want := ids(s); !slices.Equal(got, want) {
		t.Errorf("subunit2csv has the tests\n%v\nwant\n%v", got, want)
	}
}

func (w *workspace) pyunit(t *testing.T, s *sample) {
	r := w.filter(s.stream, "subunit2pyunit").must(t, s.status())
	if !strings.Contains(string(r.stderr), fmt.Sprintf("Ran %d test", s.summary.Total())) {
		t.Errorf("subunit2pyunit prints\n%s", r.stderr)
	}
}

// keeps runs a tool that hands a stream on, and compares what is left of it: all but the tags, which it may add, and the
// start, which subunit-filter drops.
func (w *workspace) keeps(t *testing.T, s *sample, name string, args ...string) {
	r := w.filter(s.stream, name, args...).must(t, 0)
	left := func(all []*subunit.Result) []kept {
		out := stored(all)
		for i := range out {
			out[i].Tags, out[i].Start = "", time.Time{}
		}
		return out
	}
	if diff := cmp.Diff(left(s.all), left(results(t, r.stdout))); diff != "" {
		t.Errorf("%s changes the results (-before +after):\n%s", name, diff)
	}
}

func (w *workspace) html(t *testing.T, s *sample) {
	page := w.path("page.html")
	w.run("subunit2html", w.write("page.subunit", string(s.stream)), page).must(t, 0)
	text := string(w.read(page))
	for _, r := range s.all {
		bare, _, _ := strings.Cut(r.TestID, "[")
		if method := bare[strings.LastIndexByte(bare, '.')+1:]; !strings.Contains(text, method) {
			t.Errorf("the page of subunit2html does not name %s", method)
		}
	}
}

// ids are those of a sample's results, in the order of completion.
func ids(s *sample) []string {
	var out []string
	for _, r := range s.all {
		out = append(out, r.TestID)
	}
	return out
}
