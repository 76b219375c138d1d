package state

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const begin = `{"event":"begin","schema":1,"time":"2026-03-14T15:09:26Z","header":{"run":"r1","service":"compute","cloud":{"auth_url":"http://c/v3"},"credential":{"kind":"dynamic"}}}` + "\n"

// dated is an event of the record "s" at a second.
func dated(event string, second int) string {
	return fmt.Sprintf(`{"event":%q,"key":"s","time":"2026-03-14T15:09:%dZ"}`+"\n", event, second)
}

func TestReplay(t *testing.T) {
	intent := `{"event":"intent","key":"s","kind":"server","name":"n","details":{"a":"1","b":"2"},"secrets":{"p":"x"}}` + "\n"
	for _, tc := range []struct {
		name, journal string
		want          []Record
		sealed        bool
		complete      bool
		deleted       bool
	}{
		{name: "intent", journal: intent, want: []Record{{Key: "s", Kind: "server", Name: "n", Details: map[string]string{"a": "1", "b": "2"}, Secrets: map[string]string{"p": "x"}}}},
		{name: "details of the answer replace single keys", journal: intent + `{"event":"made","key":"s","id":"i","details":{"b":"3"}}` + "\n",
			want: []Record{{Key: "s", Kind: "server", Name: "n", ID: "i", Made: true, Details: map[string]string{"a": "1", "b": "3"}, Secrets: map[string]string{"p": "x"}}}},
		{name: "secrets of the answer", journal: `{"event":"intent","key":"s"}` + "\n" + `{"event":"made","key":"s","id":"i","secrets":{"admin":"y"}}` + "\n",
			want: []Record{{Key: "s", ID: "i", Made: true, Secrets: map[string]string{"admin": "y"}}}},
		{name: "asked for, without an answer", journal: dated("intent", 26) + dated("intent", 28), want: []Record{{Key: "s", Asked: time.Date(2026, 3, 14, 15, 9, 28, 0, time.UTC)}}},
		{name: "asked for and refused", journal: dated("intent", 26) + dated("refused", 27), want: []Record{{Key: "s"}}},
		{name: "asked for and made", journal: dated("intent", 26) + dated("made", 27), want: []Record{{Key: "s", Made: true}}},
		{name: "gone", journal: intent + `{"event":"gone","key":"s"}` + "\n"},
		{name: "gone and made again", journal: intent + `{"event":"gone","key":"s"}` + "\n" + `{"event":"made","key":"s","id":"j"}` + "\n",
			want: []Record{{Key: "s", Kind: "server", Name: "n", ID: "j", Made: true, Details: map[string]string{"a": "1", "b": "2"}, Secrets: map[string]string{"p": "x"}}}},
		{name: "sealed after a failed test", journal: `{"event":"sealed"}` + "\n", sealed: true},
		{name: "sealed twice, complete at last", journal: `{"event":"sealed"}` + "\n" + `{"event":"sealed","complete":true}` + "\n", sealed: true, complete: true},
		{name: "tombstone", journal: `{"event":"tombstone"}` + "\n", deleted: true},
		{name: "an event that only newer programs know", journal: `{"event":"note","note":"x","colour":"blue"}` + "\n" + intent + `{"event":"moved","key":"s"}` + "\n",
			want: []Record{{Key: "s", Kind: "server", Name: "n", Details: map[string]string{"a": "1", "b": "2"}, Secrets: map[string]string{"p": "x"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDir(t)
			write(t, d, begin+tc.journal)
			j := open(t, d)
			if diff := cmp.Diff(tc.want, j.Records("")); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if sealed, complete := j.Sealed(); sealed != tc.sealed || complete != tc.complete || j.Deleted() != tc.deleted {
				t.Errorf("sealed %v, complete %v, deleted %v", sealed, complete, j.Deleted())
			}
		})
	}
}

func TestUnreadableJournals(t *testing.T) {
	for _, tc := range []struct{ name, journal, want string }{
		{"a damaged line in the middle", begin + `{"event":"inte` + "\n" + `{"event":"sealed"}` + "\n", "line 2 is damaged"},
		{"a damaged whole last line", begin + `{"event":"sealed"` + "\n", "line 2 is damaged"},
		{"an empty line in the middle", begin + "\n" + `{"event":"sealed"}` + "\n", "line 2 is damaged"},
		{"no opening line", `{"event":"sealed"}` + "\n", "line 1: the journal does not begin with an opening line"},
		{"an opening line without a header", `{"event":"begin","schema":1}` + "\n", `line 1: the event "begin" has no header`},
		{"a credential without a header", begin + `{"event":"credential"}` + "\n", `line 2: the event "credential" has no header`},
		{"an id without an intent", begin + `{"event":"made","key":"x"}` + "\n", `line 2: event "made" names "x", of which no intent is recorded`},
		{"a newer schema", strings.Replace(begin, `"schema":1`, `"schema":2`, 1), "schema 2 and this program knows only schemas up to 1; use the newer program"},
		{"a newer schema in a later run", begin + strings.Replace(begin, `"schema":1`, `"schema":7`, 1), "line 2: the state has schema 7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDir(t)
			write(t, d, tc.journal)
			_, err := d.Open("compute")
			if !contains(err, tc.want) || !contains(err, d.JournalPath("compute")) {
				t.Fatalf("error %v\nwant it to say %q and the path", err, tc.want)
			}
			if !IsStateError(err) {
				t.Error("it is no state error")
			}
			var newer *NewerSchemaError
			if got := errors.As(err, &newer); got != strings.Contains(tc.want, "schema ") {
				t.Errorf("newer schema: %v", got)
			}
			if got := string(read(t, d.JournalPath("compute"))); got != tc.journal {
				t.Errorf("reading changed the file: %q", got)
			}
		})
	}
}

// TestTornLastLine cuts the last line at every byte: its event never counted, and the next one takes its place.
func TestTornLastLine(t *testing.T) {
	d := newDir(t)
	full := open(t, d)
	fill(t, full)
	// A line longer than the next one, so that what is left of it would stick out.
	ok(t, full.RecordReleases("verify", map[string]string{"compute": "2.1-2.96", "identity": "3.14"}))
	whole := string(read(t, d.JournalPath("compute")))
	lastLine := strings.LastIndexByte(strings.TrimSuffix(whole, "\n"), '\n') + 1
	d = newDir(t)
	for cut := lastLine; cut < len(whole); cut++ {
		write(t, d, whole[:cut])
		j := open(t, d)
		if sealed, _ := j.Sealed(); !sealed || len(j.AllReleases()) != 1 || len(j.Records("")) != 3 {
			t.Fatalf("cut at %d: sealed %v, releases %v, %d records", cut, sealed, j.AllReleases(), len(j.Records("")))
		}
		ok(t, j.Gone("server/2"))
		want := whole[:lastLine] + `{"event":"gone","time":"2026-03-14T15:09:26.535Z","key":"server/2"}` + "\n"
		if got := string(read(t, j.Path())); got != want {
			t.Fatalf("cut at %d: the file became\n%s", cut, got[lastLine:])
		}
		if n := len(open(t, d).Records("")); n != 2 {
			t.Fatalf("cut at %d: %d records after the next event", cut, n)
		}
		ok(t, j.Close())
	}
}

func TestTornFirstLineIsNoRun(t *testing.T) {
	d := newDir(t)
	write(t, d, begin[:40])
	j := open(t, d)
	if j.Exists() || j.Header() != (Header{}) {
		t.Errorf("a torn opening line began run %+v", j.Header())
	}
	ok(t, j.Begin(header("r2")))
	if got := open(t, d).Header().Run; got != "r2" {
		t.Errorf("run %q", got)
	}
}

func TestErrors(t *testing.T) {
	d := newDir(t)
	missing := &MissingError{Service: "compute", Path: d.JournalPath("compute")}
	if !errors.Is(missing, ErrNone) || !contains(missing, d.JournalPath("compute")) || !contains(missing, "--state-dir") {
		t.Errorf("missing: %v", missing)
	}
	for _, err := range []error{missing, &NewerSchemaError{2}, &LockedError{Service: "compute"}, &Error{Op: "read", Err: errors.New("x")}} {
		if !IsStateError(err) || !IsStateError(errors.Join(errors.New("other"), err)) {
			t.Errorf("%T is no state error", err)
		}
	}
	if IsStateError(errors.New("state")) || IsStateError(nil) {
		t.Error("any error is a state error")
	}
	if err := cause(errors.New("bare")); err.Error() != "bare" {
		t.Errorf("cause of a bare error: %v", err)
	}

	// The directory's place is taken by a file.
	ok(t, os.WriteFile(d.Path, nil, 0o600))
	if _, err := d.Open("compute"); !IsStateError(err) || strings.Count(err.Error(), d.Path) != 1 {
		t.Errorf("open below a file: %v", err)
	}
	if _, err := d.Lock(t.Context(), "compute", LockOptions{}); !IsStateError(err) || strings.Count(err.Error(), d.Path) != 1 {
		t.Errorf("lock below a file: %v", err)
	}
}
