package state

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// view is all that a journal tells.
type view struct {
	Exists, Sealed, Complete, Deleted bool
	Header                            Header
	Records                           []Record
	Releases                          []Releases
}

func look(j *Journal) view {
	sealed, complete := j.Sealed()
	return view{
		Exists: j.Exists(), Sealed: sealed, Complete: complete, Deleted: j.Deleted(), Header: j.Header(),
		Records: j.Records(""), Releases: j.AllReleases(),
	}
}

func filled() view {
	h := header("5eed")
	h.Credential = Credential{Kind: NamedCloud, Name: "devstack", Project: "p1", User: "u1"}
	h.Began = stopped()
	return view{
		Exists: true, Sealed: true, Complete: true, Header: h,
		Records: []Record{
			{Key: "keypair", Kind: "keypair", Name: "tempest-keypair-1", ID: "tempest-keypair-1", Made: true,
				Secrets: map[string]string{"private_key": "-----BEGIN\nKEY-----\n"}},
			{Key: "server/1", Kind: "server", Name: "tempest-server-1", ID: "id-1", Made: true,
				Details:  map[string]string{"flavor": "42", "created": "2026-03-14T15:09:26Z"},
				Baseline: []byte(`{"addresses":["10.0.0.3"],"status":"ACTIVE"}`)},
			{Key: "server/2", Kind: "server", Name: "tempest-server-2", Asked: asked()},
		},
		Releases: []Releases{{Phase: "create", Services: map[string]string{"compute": "2.1-2.96"}}},
	}
}

func TestJournalIsWhatAnotherProcessReads(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	if got := look(j); got.Exists || got.Records != nil {
		t.Errorf("a journal that was never written tells %+v", got)
	}
	fill(t, j)
	if diff := cmp.Diff(filled(), look(j)); diff != "" {
		t.Errorf("what was written (-want +got):\n%s", diff)
	}
	ok(t, j.Close())
	if diff := cmp.Diff(filled(), look(open(t, d))); diff != "" {
		t.Errorf("what was read again (-want +got):\n%s", diff)
	}
}

// TestJournalFormat holds the bytes on disk: journals of today must be read by the programs of tomorrow.
func TestJournalFormat(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	fill(t, j)
	for _, key := range []string{"keypair", "server/1", "server/2"} {
		ok(t, j.Gone(key))
	}
	ok(t, j.Tombstone())
	got := read(t, j.Path())
	golden := filepath.Join("testdata", "schema1.jsonl")
	if *update {
		ok(t, os.WriteFile(golden, got, 0o600))
	}
	if diff := cmp.Diff(string(read(t, golden)), string(got)); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestFilesAreClosedToOthers(t *testing.T) {
	d := newDir(t)
	if _, err := os.Lstat(d.Path); !os.IsNotExist(err) {
		t.Fatalf("the directory is there before anything was written: %v", err)
	}
	j := open(t, d)
	ok(t, j.Begin(header("1")))
	lock, err := d.Lock(t.Context(), "compute", LockOptions{Holder: "test"})
	ok(t, err)
	ok(t, lock.Unlock())
	for name, want := range map[string]fs.FileMode{
		"": fs.ModeDir | 0o700, "compute.jsonl": 0o600, "compute.lock": 0o600, ".gitignore": 0o600,
	} {
		info, err := os.Lstat(filepath.Join(d.Path, name))
		ok(t, err)
		if info.Mode() != want {
			t.Errorf("%q has mode %v, want %v", name, info.Mode(), want)
		}
	}
	if got := string(read(t, filepath.Join(d.Path, ".gitignore"))); got != "*\n" {
		t.Errorf(".gitignore holds %q", got)
	}
}

func TestGitignoreOfTheUserStays(t *testing.T) {
	d := newDir(t)
	write(t, d, "")
	own := filepath.Join(d.Path, ".gitignore")
	ok(t, os.WriteFile(own, []byte("*.lock\n"), 0o600))
	ok(t, open(t, d).Begin(header("1")))
	if got := string(read(t, own)); got != "*.lock\n" {
		t.Errorf("the user's .gitignore became %q", got)
	}
}

func TestResumeAfterTombstone(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	fill(t, j)
	for _, r := range j.Records("") {
		ok(t, j.Gone(r.Key))
	}
	ok(t, j.Tombstone())
	if !j.Deleted() || j.Records("") != nil {
		t.Errorf("after the tombstone: deleted %v, records %v", j.Deleted(), j.Records(""))
	}
	old := string(read(t, j.Path()))

	ok(t, j.Begin(header("second")))
	ok(t, j.Intend(Record{Key: "server/1", Kind: "server", Name: "tempest-server-9"}))
	for _, j := range []*Journal{j, open(t, d)} {
		got := look(j)
		if got.Deleted || got.Sealed || got.Complete || got.Releases != nil || got.Header.Run != "second" {
			t.Errorf("the new run took over from the old one: %+v", got)
		}
		want := []Record{{Key: "server/1", Kind: "server", Name: "tempest-server-9", Asked: asked()}}
		if diff := cmp.Diff(want, got.Records); diff != "" {
			t.Errorf("records of the new run (-want +got):\n%s", diff)
		}
	}
	if got := string(read(t, j.Path()))[:len(old)]; got != old {
		t.Errorf("the old run's lines changed:\n%s", got)
	}
}

func TestBeginRefusesToForgetResources(t *testing.T) {
	j := open(t, newDir(t))
	fill(t, j)
	err := j.Begin(header("second"))
	if err == nil || !IsStateError(err) {
		t.Fatalf("error %v", err)
	}
	if want := "run 5eed still has 3 resources, the first is keypair tempest-keypair-1"; !contains(err, want) {
		t.Errorf("error %q does not say %q", err, want)
	}
	if got := j.Header().Run; got != "5eed" {
		t.Errorf("the run is %s", got)
	}
}

// TestPassedTests: how a test ended last is what counts, in this run and by whatever process.
func TestPassedTests(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	ok(t, j.Begin(header("1")))
	for _, passed := range []bool{true, false, true} {
		ok(t, j.Tested("test_a", passed))
		ok(t, j.Tested("test_b", !passed))
		for _, j := range []*Journal{j, open(t, d)} {
			if j.Passed("test_a") != passed || j.Passed("test_b") == passed || j.Passed("test_c") {
				t.Errorf("a ended as %v: passed a %v, b %v, c %v", passed, j.Passed("test_a"), j.Passed("test_b"), j.Passed("test_c"))
			}
		}
	}
	ok(t, j.Tombstone())
	ok(t, j.Begin(header("2")))
	if j.Passed("test_a") {
		t.Error("the new run has passed a test of the old one")
	}
}

func TestRecordsByKindWithoutTheGone(t *testing.T) {
	j := open(t, newDir(t))
	fill(t, j)
	keys := func(kind string) (out []string) {
		for _, r := range j.Records(kind) {
			out = append(out, r.Key)
		}
		return out
	}
	if diff := cmp.Diff([]string{"server/1", "server/2"}, keys("server")); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	ok(t, j.Gone("server/1"))
	if _, found := j.Record("server/1"); found {
		t.Error("a record of what is gone was given out")
	}
	if diff := cmp.Diff([]string{"keypair", "server/2"}, keys("")); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	// Made again, it is there again, in its old place.
	ok(t, j.Intend(Record{Key: "server/1", Kind: "server", Name: "again"}))
	if diff := cmp.Diff([]string{"server/1", "server/2"}, keys("server")); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
}

func TestBaselineBelongsToOneResource(t *testing.T) {
	j := open(t, newDir(t))
	fill(t, j)
	ok(t, j.Made("server/1", "id-1", map[string]string{"roles": "member"}))
	var b map[string]any
	r, _ := j.Record("server/1")
	if known, err := r.ReadBaseline(&b); !known || err != nil || b["status"] != "ACTIVE" {
		t.Errorf("a further detail cost the baseline: %v %v %v", known, err, b)
	}
	if r.Detail("roles") != "member" || r.Detail("flavor") != "42" || r.Secret("none") != "" {
		t.Errorf("details %v", r.Details)
	}
	ok(t, j.Made("server/1", "id-2", nil))
	r, _ = j.Record("server/1")
	if known, err := r.ReadBaseline(&b); known || err != nil {
		t.Errorf("the resource that was made again has the baseline of the former: %s, %v", r.Baseline, err)
	}
}

// TestRecordsAreCopies holds a record while its key is written to: under the race detector a shared map would show.
func TestRecordsAreCopies(t *testing.T) {
	j := open(t, newDir(t))
	fill(t, j)
	before, _ := j.Record("server/1")
	var group sync.WaitGroup
	group.Go(func() {
		for i := range 10 {
			if err := j.Made("server/1", "id-1", map[string]string{"n": fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 100 {
		if got := before.Detail("n"); got != "" {
			t.Errorf("the copy changed: %q", got)
		}
	}
	group.Wait()
	if after, _ := j.Record("server/1"); after.Detail("n") != "9" {
		t.Errorf("the record says %q", after.Detail("n"))
	}
}

func TestAppendFromSeveralGoroutines(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	ok(t, j.Begin(header("1")))
	const writers, each = 4, 10
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				key := fmt.Sprintf("object/%d-%d", w, i)
				if err := j.Intend(Record{Key: key, Kind: "object", Name: key}); err != nil {
					t.Error(err)
				}
				if err := j.Made(key, "id of "+key, nil); err != nil {
					t.Error(err)
				}
				_, _ = j.Records(""), j.Header()
			}
		})
	}
	group.Wait()
	records := open(t, d).Records("object")
	if len(records) != writers*each {
		t.Errorf("%d records, want %d", len(records), writers*each)
	}
	for _, r := range records {
		if r.ID != "id of "+r.Name {
			t.Errorf("record %s has id %s", r.Key, r.ID)
		}
	}
}

// TestRefusedEventIsNotWritten: an event that cannot be read again must not get into the file.
func TestRefusedEventIsNotWritten(t *testing.T) {
	for name, event := range map[string]func(*Journal) error{
		"id of what was never intended":       func(j *Journal) error { return j.Made("server/7", "id", nil) },
		"baseline of what was never intended": func(j *Journal) error { return j.Baseline("server/7", 1) },
		"gone without an intent":              func(j *Journal) error { return j.Gone("server/7") },
		"baseline that is no JSON":            func(j *Journal) error { return j.Baseline("server/1", func() {}) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			j := open(t, d)
			fill(t, j)
			before := string(read(t, j.Path()))
			if err := event(j); err == nil {
				t.Error("the event was taken")
			}
			if got := string(read(t, j.Path())); got != before {
				t.Errorf("it was written:\n%s", got[len(before):])
			}
			ok(t, j.Gone("server/2"))
			open(t, d)
		})
	}
	j := open(t, newDir(t))
	if err := j.Intend(Record{Key: "a"}); err == nil || !contains(err, "does not begin with an opening line") {
		t.Errorf("an event before the run began: %v", err)
	}
}
