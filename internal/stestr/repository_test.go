package stestr

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/subunit"
)

// insert adds a run in which the tests end as told, "id status".
func insert(t *testing.T, i *Inserter, tests ...string) int {
	t.Helper()
	for _, test := range tests {
		id, status, _ := strings.Cut(test, " ")
		at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
		events := []*subunit.Event{{TestID: id, Status: subunit.InProgress, Time: at, Tags: []string{"worker-0"}}}
		for s := subunit.Success; s <= subunit.ExpectedFailure; s++ {
			if s.String() == status {
				events = append(events, &subunit.Event{TestID: id, Status: s, Time: at.Add(time.Second), Tags: []string{"worker-0"}})
			}
		}
		for _, e := range events {
			if err := i.Add(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	number, err := i.Close()
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func begin(t *testing.T, f func() (*Inserter, error)) *Inserter {
	t.Helper()
	i, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ".stestr"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// runOf reads a run as "id status" lines.
func runOf(t *testing.T, r *Repository, number int) []string {
	t.Helper()
	stream, err := r.Run(number)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var out []string
	c := subunit.NewCollector(func(r *subunit.Result) { out = append(out, r.TestID+" "+r.Status.String()) })
	for e, err := range subunit.NewV1Reader(stream, subunit.Strict).All() {
		if err != nil {
			t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	return out
}

func TestRepository(t *testing.T) {
	dir := t.TempDir()
	var none *NoRepositoryError
	if _, err := OpenRepository(dir); !errors.As(err, &none) || err.Error() != "No repository found in "+dir+". Create one by running \"stestr init\"." {
		t.Fatalf("open without a repository: %v", err)
	}
	r, err := OpenOrInitRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := InitRepository(dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second init: %v", err)
	}
	if _, err := r.Latest(); !errors.Is(err, ErrNoRuns) {
		t.Errorf("latest of an empty repository: %v", err)
	}
	if n := insert(t, begin(t, r.Combine), "a.one success"); n != 0 {
		t.Errorf("combine without a run gave number %d", n)
	}
	if got, want := files(t, dir), "0 failing format next-stream times.dbm.dat times.dbm.dir"; got != want {
		t.Errorf("the repository has %s, want %s", got, want)
	}
	if info, err := os.Stat(filepath.Join(dir, ".stestr", "failing")); err != nil || info.Size() != 0 {
		t.Errorf("failing must be there and empty: %v, %v", info, err)
	}
	insert(t, begin(t, r.Insert), "a.one fail", "a.two success", "a.three skip", "a.four inprogress")
	if diff := cmp.Diff([]string{"a.one fail", "a.two success", "a.three skip", "a.four fail"}, runOf(t, r, 1)); diff != "" {
		t.Errorf("run 1 (-want +got):\n%s", diff)
	}
	failing := func() string {
		ids, err := r.FailingIDs()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(ids, " ")
	}
	if got := failing(); got != "a.one a.four" {
		t.Errorf("failing: %s", got)
	}
	if n := insert(t, begin(t, r.Combine), "a.one success", "a.two fail", "a.four fail"); n != 1 {
		t.Errorf("combine gave number %d", n)
	}
	if diff := cmp.Diff([]string{"a.one fail", "a.two success", "a.three skip", "a.four fail", "a.one success", "a.two fail", "a.four fail"}, runOf(t, r, 1)); diff != "" {
		t.Errorf("run 1, combined (-want +got):\n%s", diff)
	}
	if got := failing(); got != "a.four a.two" && got != "a.two a.four" {
		t.Errorf("failing after a combined run: %s", got)
	}
	again, err := OpenRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := again.Latest(); n != 1 || err != nil {
		t.Errorf("latest: %d, %v", n, err)
	}
	next, err := os.ReadFile(filepath.Join(dir, ".stestr", "next-stream"))
	if string(next) != "2\n" || err != nil {
		t.Errorf("next-stream %q, %v", next, err)
	}
}

// TestRepositoryInFlight: what a killed run leaves.
func TestRepositoryInFlight(t *testing.T) {
	dir := t.TempDir()
	r, err := InitRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	i := begin(t, r.Insert)
	for _, e := range []*subunit.Event{{TestID: "a.one", Status: subunit.InProgress}, {TestID: "a.one", Status: subunit.Success}, {TestID: "a.two", Status: subunit.InProgress}} {
		if err := i.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, ".stestr", "tmp*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("files of the run in progress: %v, %v", found, err)
	}
	f, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil || !strings.Contains(string(text), "successful: a.one") {
		t.Errorf("the finished test is not there: %q, %v", text, err)
	}
	if _, err := r.Latest(); !errors.Is(err, ErrNoRuns) {
		t.Errorf("a run in progress has a number: %v", err)
	}
}

func TestRepositoryDamaged(t *testing.T) {
	for name, text := range map[string]string{"format": "2\n", "next-stream": "many\n"} {
		dir := t.TempDir()
		r, err := InitRepository(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, ".stestr", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, openErr := OpenRepository(dir)
		_, latestErr := r.Latest()
		if openErr == nil && latestErr == nil {
			t.Errorf("a damaged %s is not noticed", name)
		}
	}
}

func TestEnsureConf(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, ".stestr.conf")
	if err := EnsureConf(dir); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != stestrConf {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := EnsureConf(dir); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("a configuration that was there became %q, %v", text, err)
	}
}

// TestRepositoryAtOnce: runs that end at the same time keep their own numbers, also beside one that stestr has just stored, and
// a repository that is made twice at the same time is one.
func TestRepositoryAtOnce(t *testing.T) {
	dir := t.TempDir()
	const runs = 8
	var group sync.WaitGroup
	for n := range runs {
		group.Go(func() {
			r, err := OpenOrInitRepository(dir)
			if err != nil {
				t.Error(err)
				return
			}
			i, err := r.Insert()
			if err != nil {
				t.Error(err)
				return
			}
			if err := i.Add(&subunit.Event{TestID: fmt.Sprintf("m.C.test%d", n), Status: subunit.Success}); err != nil {
				t.Error(err)
			}
			if _, err := i.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	r, err := OpenRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for n := range runs {
		for _, line := range runOf(t, r, n) {
			found[line] = true
		}
	}
	if last, err := r.Latest(); last != runs-1 || err != nil || len(found) != runs {
		t.Errorf("the last run is %d, %v; they hold %d tests, want %d: %v", last, err, len(found), runs, found)
	}
	if err := os.WriteFile(filepath.Join(dir, ".stestr", strconv.Itoa(runs)), []byte("stestr's\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i, err := r.Insert()
	if err != nil {
		t.Fatal(err)
	}
	if number, err := i.Close(); number != runs+1 || err != nil {
		t.Errorf("the run got the number %d, %v, want %d", number, err, runs+1)
	}
}
