package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// streamFiles are streams of the original plugin under Tempest 33, as its runner wrote them.
func streamFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/streams/*.subunit")
	if err != nil || len(files) == 0 {
		t.Fatalf("no streams, %v", err)
	}
	return files
}

func readStream(t testing.TB, path string) []*subunit.Result {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rs []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { rs = append(rs, r) })
	for e, err := range subunit.NewReader(f, subunit.Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	return rs
}

// The files *.stestr-last.txt were written by "stestr last" of stestr 4.2.1 after "stestr load" of the stream.
func TestConsoleWritesWhatStestrDoes(t *testing.T) {
	for _, file := range streamFiles(t) {
		out := consoleOutput(t, ConsoleOptions{RepeatFailures: true}, readStream(t, file))
		golden := strings.TrimSuffix(file, ".subunit") + ".stestr-last.txt"
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(out) {
			t.Errorf("%s: stestr wrote\n%s\nwe write\n%s", file, want, out)
		}
	}
}

func TestReasonsOfStreams(t *testing.T) {
	want := map[string]string{
		"unreachable-create":    "Not created: compute and object_storage. 2 of 2 tests failed.",
		"unavailable-verify":    "Nothing was checked: all 2 tests were skipped.",
		"skip-verify":           "Nothing that was checked is lost: 4 tests passed, 2 skipped.",
		"pass-create":           "2 tests passed, 1 skipped.",
		"fail-verify-shutoff":   "Lost or changed: compute. 1 of 6 tests failed.",
		"teardown-fail-cleanup": "Not removed: object_storage. 1 of 3 tests failed.",
	}
	for _, file := range streamFiles(t) {
		run := NewRun(file)
		for _, r := range readStream(t, file) {
			if err := run.Result(r); err != nil {
				t.Fatal(err)
			}
		}
		name := strings.TrimSuffix(filepath.Base(file), ".subunit")
		v := run.Verdict()
		if v.Sentence != want[name] {
			t.Errorf("%s: got %q, want %q", name, v.Sentence, want[name])
		}
		for _, f := range v.Failures {
			t.Logf("%s: %s %s: %s: %s", name, f.Where, f.Test, f.Kind, f.Message)
		}
	}
}
