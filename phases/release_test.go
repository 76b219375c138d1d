package phases

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"opendev.org/x/persistent-resources/internal/state"
)

// TestReleaseComesOnceAndOnlyForAUserWhoCouldMakeSomething follows a dynamic project's record.
func TestReleaseComesOnceAndOnlyForAUserWhoCouldMakeSomething(t *testing.T) {
	journal, err := state.Dir{Path: filepath.Join(t.TempDir(), "state")}.Open("alpha")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { journal.Close() })
	f := &Fixture{Journal: journal}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	calls, answer := 0, errors.New("the group is in use")
	s := Service{Release: func(context.Context) error { calls++; return answer }}
	release := func(want int) error {
		t.Helper()
		project, _ := journal.Record(projectKey)
		user, _ := journal.Record(userKey)
		err := f.releaseProject(t.Context(), s, project, user)
		if calls != want {
			t.Fatalf("released %d times, want %d", calls, want)
		}
		return err
	}
	must(journal.Begin(state.Header{Run: "run", Service: "alpha", Credential: state.Credential{Kind: state.Dynamic}}))
	must(journal.Intend(state.Record{Key: projectKey, Kind: "project", Name: "p"}))
	must(journal.Made(projectKey, "p1", nil))
	must(release(0))
	must(journal.Intend(state.Record{Key: userKey, Kind: "user", Name: "u"}))
	must(journal.Made(userKey, "u1", nil))
	must(release(0))
	must(journal.Made(userKey, "u1", map[string]string{"roles": "member"}))
	if err := release(1); !errors.Is(err, answer) {
		t.Errorf("a failed release came to %v", err)
	}
	answer = nil
	must(release(2))
	must(release(2))
	if got := f.ProjectID(); got != "p1" {
		t.Errorf("project %q, want p1", got)
	}
}
