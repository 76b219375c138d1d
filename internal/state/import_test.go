package state

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func imported() (Header, []Record) {
	h := header("f00d")
	h.Imported = "/opt/plugin/persistent.resource"
	return h, []Record{
		{Key: "user", Kind: "user", Name: "tempest-user", ID: "u1", Secrets: map[string]string{"password": "p"}, Details: map[string]string{"imported": "yes"}},
		{Key: "server/1", Kind: "server", Name: "s1", ID: "s1", Baseline: []byte(`{"a":1}`)},
		{Key: "router_interface", Kind: "router interface", Name: "r to s"},
	}
}

func TestImport(t *testing.T) {
	d := newDir(t)
	j := open(t, d)
	h, records := imported()
	ok(t, j.Import(h, records))
	records[0].Made, records[1].Made = true, true // what has an id
	for what, j := range map[string]*Journal{"in memory": j, "read again": open(t, d)} {
		if diff := cmp.Diff(records, j.Records("")); diff != "" {
			t.Errorf("%s: records (-want +got):\n%s", what, diff)
		}
		if sealed, complete := j.Sealed(); !sealed || !complete || j.Header().Imported != h.Imported || j.Header().Began.IsZero() {
			t.Errorf("%s: sealed %v, complete %v, header %+v", what, sealed, complete, j.Header())
		}
	}
	if err := j.Import(h, records); !contains(err, "run f00d still has 3 resources") || !IsStateError(err) {
		t.Errorf("an import over an import: %v", err)
	}
	if err := j.Begin(header("5eed")); !contains(err, "run f00d still has 3 resources") {
		t.Errorf("a create over an import: %v", err)
	}
	ok(t, j.Gone("user"))
	ok(t, j.Gone("server/1"))
	ok(t, j.Gone("router_interface"))
	ok(t, j.Tombstone())
	ok(t, j.Import(h, records))
}

// TestTornImport cuts the line of an import at every byte: none of it counts.
func TestTornImport(t *testing.T) {
	d := newDir(t)
	h, records := imported()
	ok(t, open(t, d).Import(h, records))
	whole := string(read(t, d.JournalPath("compute")))
	if strings.Count(whole, "\n") != 1 {
		t.Fatalf("an import of several lines:\n%s", whole)
	}
	for cut := range len(whole) - 1 {
		write(t, d, whole[:cut])
		if j := open(t, d); j.Exists() || len(j.Records("")) > 0 {
			t.Fatalf("cut at %d: %v", cut, j.Records(""))
		}
	}
	ok(t, os.Remove(d.JournalPath("compute")))
	if _, err := replay([]byte(`{"event":"imported","schema":1}` + "\n")); !contains(err, `the event "imported" has no header`) {
		t.Errorf("an import without a header: %v", err)
	}
}
