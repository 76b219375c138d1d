//go:build interop

package interop

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// The attachments of Tempest's tests, with their types byte for byte; only a reason's has no quotes.
func attachmentTypes() map[string]string {
	return map[string]string{
		"traceback":        `text/x-traceback; charset="utf8"; language="python"`,
		"pythonlogging:''": `text/plain; charset="utf8"`,
		"stderr":           `text/plain; charset="utf8"`,
		"stdout":           `text/plain; charset="utf8"`,
		"reason":           `text/plain; charset=utf8`,
	}
}

// attachmentOrder is the order of files in one test.
func attachmentOrder() []string {
	return []string{"traceback", "pythonlogging:''", "stderr", "stdout", "reason"}
}

// logPiece is the size of the pieces in which Python's runner sends a log.
const logPiece = 4096

// TestRunnerRules holds the raw stream of a runner to the rules that all streams of the original's tests obey: those
// recorded are held to them, too.
func TestRunnerRules(t *testing.T) {
	t.Parallel()
	for _, s := range situations() {
		t.Run(s.name, func(t *testing.T) {
			for _, problem := range breaches(events(t, golden(t, s.name+".subunit"))) {
				t.Errorf("the recorded stream: %s", problem)
			}
			for _, problem := range breaches(events(t, s.run(t))) {
				t.Errorf("our stream: %s", problem)
			}
		})
	}
}

// breaches lists what in a runner's stream breaks the rules.
func breaches(all []*subunit.Event) []string {
	var out []string
	complain := func(i int, format string, args ...any) {
		out = append(out, fmt.Sprintf("packet %d of %s: %s", i, all[i].TestID, fmt.Sprintf(format, args...)))
	}
	open := map[string][]*subunit.Event{}
	exists, ended := map[string]bool{}, map[string]bool{}
	for i, e := range all {
		if e.NotRunnable || e.Route != "" || len(e.Tags) > 0 || e.Present&(subunit.FieldRoute|subunit.FieldTags|subunit.TimeCarried) != 0 {
			complain(i, "it is not runnable, or has a route or tags")
		}
		if e.Status == subunit.Exists {
			if exists[e.TestID] || len(open) > 0 || len(ended) > 0 || !e.Time.IsZero() {
				complain(i, "a listing stands first, once and without time")
			}
			exists[e.TestID] = true
			continue
		}
		if ended[e.TestID] {
			complain(i, "it comes after the test's end")
		}
		if e.Time.IsZero() || e.Time.Nanosecond()%1000 != 0 {
			complain(i, "its time is %v", e.Time)
		}
		open[e.TestID] = append(open[e.TestID], e)
		if e.Status.Terminal() {
			for _, problem := range testBreaches(open[e.TestID], exists[e.TestID]) {
				complain(i, "%s", problem)
			}
			ended[e.TestID] = true
			delete(open, e.TestID)
		}
	}
	for id := range open {
		out = append(out, id+" has no end")
	}
	return out
}

// testBreaches looks at the packets of one test, from its start to its end.
func testBreaches(all []*subunit.Event, isListed bool) []string {
	var out []string
	last := all[len(all)-1]
	begins := all[0].Status == subunit.InProgress
	if begins != isListed {
		out = append(out, "a test is listed and begins, a class's fixture is neither listed nor begins")
	}
	if begins {
		if all[0].HasFile() || all[0].Time.After(last.Time) {
			out = append(out, "it begins with a file, or after its end")
		}
		all = all[1:]
	}
	if last.HasFile() {
		out = append(out, "its end carries a file")
	}
	var names []string
	pieces := map[string][]*subunit.Event{}
	for _, e := range all[:len(all)-1] {
		if !e.HasFile() || e.Status != subunit.StatusNone || !e.Time.Equal(last.Time) {
			out = append(out, fmt.Sprintf("file %q has a status, or not the time of the end", e.FileName))
		}
		if !slices.Contains(names, e.FileName) {
			names = append(names, e.FileName)
		}
		pieces[e.FileName] = append(pieces[e.FileName], e)
	}
	if want := slices.DeleteFunc(attachmentOrder(), func(n string) bool { return !slices.Contains(names, n) }); !slices.Equal(names, want) {
		out = append(out, fmt.Sprintf("the files are %q, in order they would be %q", names, want))
	}
	for _, name := range names {
		out = append(out, fileBreaches(name, pieces[name])...)
	}
	return append(out, statusBreaches(last.Status, isListed, names)...)
}

func fileBreaches(name string, pieces []*subunit.Event) []string {
	var out []string
	for i, e := range pieces {
		if e.EOF != (i == len(pieces)-1) {
			out = append(out, fmt.Sprintf("file %q: the end of file is not on its last piece alone", name))
		}
		if want := attachmentTypes()[name]; e.MIME != want {
			out = append(out, fmt.Sprintf("file %q has the type %s, want %s", name, e.MIME, want))
		}
		if whole := len(e.Content) == logPiece; name == "pythonlogging:''" && !whole && (i < len(pieces)-1 || len(e.Content) > logPiece) {
			out = append(out, fmt.Sprintf("file %q has a piece of %d bytes", name, len(e.Content)))
		}
	}
	if first := string(pieces[0].Content); name == "traceback" && (first != "Traceback (most recent call last):\n" || len(pieces) < 2) {
		out = append(out, fmt.Sprintf("a traceback's heading is a piece of its own; this one has %d pieces, the first is %q", len(pieces), first))
	}
	return out
}

// statusBreaches: which files a test has follows from how it ended.
func statusBreaches(status subunit.Status, isTest bool, names []string) []string {
	var want []string
	if status == subunit.Fail {
		want = append(want, "traceback")
	}
	if isTest && status != subunit.Skip {
		want = append(want, "pythonlogging:''")
	}
	if status == subunit.Skip {
		want = append(want, "reason")
	}
	if slices.Equal(names, want) {
		return nil
	}
	return []string{fmt.Sprintf("a %s has the files %s, want %s", status, strings.Join(names, ", "), strings.Join(want, ", "))}
}
