package phases

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// shelf is a Maker over one thing that is there or not.
type shelf struct {
	t       *testing.T
	journal string // path
	name    string // "": nothing is there
	id      string
	fail    string // call that is answered with an error
	slow    int    // looks at which a deleted thing is still there

	calls   []string
	intents []string // what was on disk at each make
}

var errShelf = errors.New("503 Service Unavailable")

func (s *shelf) call(name string) error {
	s.calls = append(s.calls, name)
	if s.fail == name {
		return errShelf
	}
	return nil
}

func (s *shelf) Make(_ context.Context, r state.Record) (string, map[string]string, error) {
	j, err := state.Dir{Path: strings.TrimSuffix(s.journal, "/alpha.jsonl")}.Open("alpha")
	if err != nil {
		s.t.Error(err)
	}
	for _, r := range j.Records("") {
		s.intents = append(s.intents, r.Key+" "+r.Name)
	}
	if err := s.call("make"); err != nil {
		return "", nil, err
	}
	s.name, s.id = r.Name, "new-id"
	return s.id, map[string]string{"size": "1"}, nil
}

func (s *shelf) Find(_ context.Context, r state.Record) (string, error) {
	if err := s.call("find"); err != nil || s.name != r.Name {
		return "", err
	}
	return s.id, nil
}

func (s *shelf) Check(context.Context, state.Record) (string, error) {
	if err := s.call("check"); err != nil {
		return "", err
	}
	if s.name == "" {
		if s.slow--; s.slow < 0 {
			return "", answer(404, `{"itemNotFound": {}}`)
		}
		return "thing-1", nil
	}
	return s.name, nil
}

func (s *shelf) Delete(context.Context, state.Record) error {
	err := s.call("delete")
	if err == nil {
		s.name = ""
	}
	return err
}

// shelfFixture is a fixture with an open run, in which the thing is recorded as said.
func shelfFixture(t *testing.T, intended, made bool) (*Fixture, *shelf) {
	t.Helper()
	dir := state.Dir{Path: t.TempDir()}
	j, err := dir.Open("alpha")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	f := &Fixture{Journal: j, Config: &tempestconf.Config{}, Log: &Log{Secrets: cloud.NewSecrets()}, late: 1}
	err = j.Begin(state.Header{Run: "r1"})
	if intended && err == nil {
		err = j.Intend(state.Record{Key: "thing", Kind: "thing", Name: "thing-1"})
	}
	if made && err == nil {
		err = j.Made("thing", "old-id", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f, &shelf{t: t, journal: j.Path()}
}

func TestEnsure(t *testing.T) {
	for _, tc := range []struct {
		name           string
		intended, made bool
		there          string // name of what is there
		fail           string
		want           string // id
		calls          string
		err            string
	}{
		{name: "nothing is recorded", want: "new-id", calls: "make"},
		{name: "the create call fails", fail: "make", calls: "make", err: "create thing thing-1: 503 Service Unavailable"},
		{name: "recorded and there", intended: true, made: true, there: "thing-1", want: "old-id", calls: "check"},
		{name: "recorded and gone", intended: true, made: true, want: "new-id", calls: "check check find find make"},
		{name: "recorded and somebody else's now", intended: true, made: true, there: "thing-9", calls: "check", err: `the recorded thing thing-1 (old-id) is now "thing-9"; it is left alone`},
		{name: "recorded and not to be seen", intended: true, made: true, fail: "check", calls: "check", err: "look at thing thing-1: 503"},
		{name: "intended and there", intended: true, there: "thing-1", want: "found-id", calls: "find"},
		{name: "intended and not there", intended: true, want: "new-id", calls: "find find make"},
		{name: "intended and not to be found", intended: true, fail: "find", calls: "find", err: "look for thing thing-1: 503"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, s := shelfFixture(t, tc.intended, tc.made)
			s.name, s.fail, s.id = tc.there, tc.fail, "found-id"
			// What is recorded keeps its name, whatever is asked for now.
			asked := "thing-1"
			if tc.intended {
				asked = "thing-2"
			}
			r, err := f.Ensure(t.Context(), state.Record{Key: "thing", Kind: "thing", Name: asked}, s)
			if got := strings.Join(s.calls, " "); got != tc.calls {
				t.Errorf("calls %s, want %s", got, tc.calls)
			}
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("error %v, want %s", err, tc.err)
				}
			} else if err != nil || r.ID != tc.want || r.Name != "thing-1" || !r.Made {
				t.Errorf("record %+v, error %v", r, err)
			}
			if len(s.intents) > 0 {
				if diff := cmp.Diff([]string{"thing thing-1"}, s.intents); diff != "" {
					t.Errorf("on disk when it was made (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestRemove(t *testing.T) {
	for _, tc := range []struct {
		name  string
		made  bool
		there string
		fail  string
		slow  int
		calls string
		gone  bool
		err   string
	}{
		{name: "recorded and there", made: true, there: "thing-1", calls: "check delete check", gone: true},
		{name: "going slowly", made: true, there: "thing-1", slow: 1, calls: "check delete check check", gone: true},
		{name: "recorded and gone", made: true, calls: "check check", gone: true},
		{name: "recorded and somebody else's now", made: true, there: "thing-9", calls: "check", err: `thing old-id is now "thing-9" and is left alone`},
		{name: "not to be deleted", made: true, there: "thing-1", fail: "delete", calls: "check delete", err: "delete thing thing-1: 503"},
		{name: "not to be seen", made: true, there: "thing-1", fail: "check", calls: "check", err: "look at thing thing-1: 503"},
		{name: "intended and there", there: "thing-1", calls: "find check delete check", gone: true},
		{name: "intended and not there", calls: "find find", gone: true},
		{name: "intended and not to be found", fail: "find", calls: "find", err: "look for thing thing-1: 503"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, s := shelfFixture(t, true, tc.made)
			f.Config.Compute.BuildTimeout = 5
			s.name, s.fail, s.slow, s.id = tc.there, tc.fail, tc.slow, "found-id"
			r, _ := f.Journal.Record("thing")
			err := f.Remove(t.Context(), r, s)
			if got := strings.Join(s.calls, " "); got != tc.calls {
				t.Errorf("calls %s, want %s", got, tc.calls)
			}
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
			if _, left := f.Journal.Record("thing"); left == tc.gone {
				t.Errorf("recorded as gone: %v, want %v", !left, tc.gone)
			}
		})
	}
}

func TestWait(t *testing.T) {
	f, _ := shelfFixture(t, false, false)
	var told []string
	f.Progress = func() func(string) { return func(what string) { told = append(told, what) } }
	polls := 0
	wait := func(w Waiting) error {
		polls, told = 0, nil
		w.For, w.Interval = "thing to be ready", time.Millisecond
		return f.Wait(t.Context(), w)
	}
	poll := func(answers ...string) func(context.Context) (string, bool, error) {
		return func(context.Context) (string, bool, error) {
			polls++
			seen := answers[min(polls, len(answers))-1]
			if seen == "error" {
				return "", false, errShelf
			}
			return seen, seen == "ready", nil
		}
	}
	if err := wait(Waiting{Timeout: time.Minute, Poll: poll("building", "ready")}); err != nil || polls != 2 {
		t.Errorf("after %d polls: %v", polls, err)
	}
	if want := []string{"waiting for thing to be ready (building)", ""}; cmp.Diff(want, told) != "" {
		t.Errorf("told %q, want %q", told, want)
	}
	if err := wait(Waiting{Timeout: time.Minute, Poll: poll("building", "error")}); !errors.Is(err, errShelf) {
		t.Errorf("a poll that fails: %v", err)
	}
	// The last poll is at or after the limit: with no time at all there is still one.
	err := wait(Waiting{Poll: poll("building")})
	if pythonType, text := pythonText(err); pythonType != "tempest.lib.exceptions.TimeoutException" || polls != 1 ||
		text != "Request timed out\nDetails: waited 0s for thing to be ready; last seen: building" {
		t.Errorf("after %d polls: %s: %s", polls, pythonType, text)
	}
	if err := wait(Waiting{Poll: poll("building"), OnTimeout: func(seen string) error { return errors.New("still " + seen) }}); err == nil || err.Error() != "still building" {
		t.Errorf("an error of its own: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	err = f.Wait(ctx, Waiting{For: "thing to be ready", Timeout: time.Minute, Interval: time.Minute, Poll: func(context.Context) (string, bool, error) {
		cancel(Interrupted())
		return "building", false, nil
	}})
	if !errors.Is(err, Interrupted()) || !strings.Contains(err.Error(), "wait for thing to be ready, last seen building") {
		t.Errorf("interrupted: %v", err)
	}
}

func TestNotFound(t *testing.T) {
	if NotFound(nil) || NotFound(errShelf) || NotFound(answer(410, "")) || !NotFound(answer(404, `{"itemNotFound": {}}`)) {
		t.Error("404 is what is not found, and nothing else")
	}
	if NotFound(answer(404, "<html>404 page not found</html>")) || NotFound(answer(404, "")) {
		t.Error("a 404 that no service signs says nothing about a resource")
	}
}
