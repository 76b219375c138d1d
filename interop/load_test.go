//go:build interop

package interop

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"opendev.org/x/persistent-resources/reports"
	"opendev.org/x/persistent-resources/subunit"
)

// TestStestrLoad stores every stream in stestr's repository, reads it back, and compares what stestr prints with our
// console: letter for letter for the same results.
func TestStestrLoad(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			w.t = t
			got := results(t, w.load(s.stream))
			if diff := cmp.Diff(stored(s.all), stored(got), nearly); diff != "" {
				t.Errorf("stestr gives back something else (-ours +stestr):\n%s", diff)
			}
			last := w.run("stestr", "last")
			w.sameTotals(last.stdout, s.all)
			// "stestr last" fails when nothing passed, too.
			if want := max(s.status(), map[bool]int{true: 0, false: 1}[s.summary.Passed > 0]); last.code != want {
				t.Errorf("stestr last ended with status %d, want %d", last.code, want)
			}
			w.sameTotals(s.console, s.all)
			w.sameConsole(got)
		})
	}
}

// sameConsole compares our console lines of the stored run with those of "stestr last".
func (w *workspace) sameConsole(all []*subunit.Result) {
	w.t.Helper()
	var ours bytes.Buffer
	c := reports.NewConsole(reports.ConsoleOptions{Out: &ours, RepeatFailures: true})
	for _, r := range all {
		if err := c.Result(r); err != nil {
			w.t.Fatal(err)
		}
	}
	sum := summaryOf(all)
	if err := c.Summary(&sum); err != nil {
		w.t.Fatal(err)
	}
	theirs := w.run("stestr", "last", "--force-subunit-trace").stdout
	if diff := cmp.Diff(lines(theirs), lines(ours.Bytes())); diff != "" {
		w.t.Errorf("the consoles differ (-stestr +ours):\n%s", diff)
	}
}

// kept is what a stestr repository keeps of a result: it stores subunit version 1, where files without content vanish, their
// types lose quotes and blanks, and files stand in the order of their names.
type kept struct {
	ID, Status, Tags string
	Start, End       time.Time
	Files            []keptFile
}

// nearly takes times for equal that some versions of iso8601, by which stestr reads them, make of each other.
var nearly = cmpopts.EquateApproxTime(time.Microsecond)

type keptFile struct{ Name, MIME, Content string }

func stored(all []*subunit.Result) []kept {
	var out []kept
	for _, r := range all {
		k := kept{ID: r.TestID, Status: r.Status.String(), Tags: strings.Join(r.Tags, " "), Start: r.Start, End: r.End}
		for _, a := range r.Attachments {
			if len(a.Content) > 0 {
				k.Files = append(k.Files, keptFile{a.Name, storedMIME(a.MIME), string(a.Content)})
			}
		}
		slices.SortFunc(k.Files, func(a, b keptFile) int { return strings.Compare(a.Name, b.Name) })
		out = append(out, k)
	}
	return out
}

// storedMIME is how a type comes back: text/x-traceback;charset=utf8,language=python.
func storedMIME(mime string) string {
	kind, parameters, _ := strings.Cut(mime, ";")
	parameters = strings.NewReplacer(`"`, "", " ", "").Replace(parameters)
	return kind + ";" + strings.ReplaceAll(parameters, ";", ",")
}
