package phases

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// journal opens the state of a service as the next process would.
func (b *bench) journal(service string) *state.Journal {
	b.t.Helper()
	j, err := b.o.State.Open(service)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = j.Close() })
	return j
}

// keeper is a service with one resource that exists as long as its field says.
type keeper struct {
	f       *Fixture
	exists  *bool
	removes *int
}

// keeping makes a service whose create makes one resource and whose delete removes it.
func keeping(name string, exists *bool, removes *int, set func(f *Fixture, s *Service)) NewService {
	return service(name, func(f *Fixture, s *Service) {
		k := &keeper{f, exists, removes}
		s.Create = []Test{{Name: "test_create", Run: k.create}}
		s.Remove = k.remove
		if set != nil {
			set(f, s)
		}
	})
}

func (k *keeper) create(context.Context) error {
	if _, ok := k.f.Journal.Record("thing"); !ok {
		if err := k.f.Journal.Intend(state.Record{Key: "thing", Kind: "thing", Name: "tempest-thing-1", Secrets: map[string]string{"key": "the-key-of-the-thing"}}); err != nil {
			return err
		}
	}
	*k.exists = true
	return k.f.Journal.Made("thing", "id-1", nil)
}

func (k *keeper) remove(context.Context) error {
	*k.removes++
	for _, r := range k.f.Journal.Records("thing") {
		*k.exists = false
		if err := k.f.Journal.Gone(r.Key); err != nil {
			return err
		}
	}
	return nil
}

func TestCreateVerifyDelete(t *testing.T) {
	exists, removes := false, 0
	b := newBench(t, keeping("alpha", &exists, &removes, func(f *Fixture, s *Service) {
		s.Load = func(ctx context.Context) error {
			f.Log.Info(ctx, "loaded %d", len(f.Journal.Records("")))
			return nil
		}
		s.Verify = []Test{{Name: "test_verify", Run: func(ctx context.Context) error {
			f.Log.Info(ctx, "the key is %s", "the-key-of-the-thing")
			if len(f.Journal.Records("thing")) != 1 {
				return errors.New("no thing")
			}
			return nil
		}}}
	})).created()
	j := b.journal("alpha")
	run := j.Header().Run
	if sealed, complete := j.Sealed(); !sealed || !complete || run == "" {
		t.Errorf("after create: sealed %v, complete %v, run %q", sealed, complete, run)
	}
	want := state.Credential{Kind: state.NamedCloud, Name: "devstack", Project: "p1", User: "u1"}
	if got := j.Header().Credential; got.Kind != want.Kind || got.Name != want.Name || got.Project != want.Project || got.User != want.User {
		t.Errorf("credential %+v, want %+v", got, want)
	}

	// Create again goes on with the run; verify may be repeated and tells no recorded secret.
	b.created()
	if got := b.journal("alpha").Header().Run; got != run {
		t.Errorf("create again began run %s", got)
	}
	for range 2 {
		if out := b.run(t.Context(), Verify); out.Failures > 0 {
			t.Fatalf("verify: %v", out.Errors)
		}
	}
	if text := b.attachment("alpha validate.test_verify", "pythonlogging:''"); !strings.Contains(text, "the key is ***") {
		t.Errorf("log of verify\n%s", text)
	}

	if out := b.run(t.Context(), Delete); out.Failures > 0 || exists || removes != 1 {
		t.Fatalf("delete: %v, exists %v, %d removals", out.Errors, exists, removes)
	}
	if !b.journal("alpha").Deleted() {
		t.Error("no tombstone")
	}
	// Deleting again is no failure and does nothing.
	tokens := b.tokens
	if out := b.run(t.Context(), Delete); out.Failures > 0 || removes != 1 || b.tokens != tokens {
		t.Errorf("delete again: %v, %d removals, %d more tokens", out.Errors, removes, b.tokens-tokens)
	}
	out := b.run(t.Context(), Verify)
	if len(out.Errors) != 1 || !state.IsStateError(out.Errors[0]) || !strings.Contains(out.Errors[0].Error(), "the resources of run "+run+" were deleted; run create first") {
		t.Errorf("verify after delete: %v", out.Errors)
	}
	b.created()
	if got := b.journal("alpha").Header().Run; got == run {
		t.Error("create after delete went on with the old run")
	}
}

func TestFailedCreateIsSealedAsIncomplete(t *testing.T) {
	b := newBench(t, service("alpha", func(_ *Fixture, s *Service) { s.Create[0].Run = fails("no valid host") }))
	b.run(t.Context(), Create)
	if sealed, complete := b.journal("alpha").Sealed(); !sealed || complete {
		t.Errorf("sealed %v, complete %v", sealed, complete)
	}
}

func TestInterruptedCreateIsNotVerified(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	exists, removes := false, 0
	b := newBench(t, keeping("alpha", &exists, &removes, func(_ *Fixture, s *Service) {
		s.Create = append(s.Create, Test{Name: "test_more", Run: func(context.Context) error { cancel(Interrupted()); return context.Cause(ctx) }})
	}))
	b.run(ctx, Create)
	if sealed, _ := b.journal("alpha").Sealed(); sealed || !exists {
		t.Errorf("sealed %v, exists %v", sealed, exists)
	}
	out := b.run(t.Context(), Verify)
	if len(out.Errors) != 1 || !strings.Contains(out.Errors[0].Error(), "did not finish, or not all its tests passed; run create again") {
		t.Errorf("verify: %v", out.Errors)
	}
	// What was made can be removed all the same.
	if out := b.run(t.Context(), Delete); out.Failures > 0 || exists {
		t.Errorf("delete: %v, exists %v", out.Errors, exists)
	}
}

// TestDeleteThatLeavesSomething keeps the record, and a later delete ends the work.
func TestDeleteThatLeavesSomething(t *testing.T) {
	for _, tc := range []struct {
		name   string
		remove func(f *Fixture) error
		want   string
	}{
		{"the service says so", func(*Fixture) error { return errors.New("409: still in use") }, "alpha resources of this run are left in the cloud: 409: still in use"},
		{"the record says so", func(*Fixture) error { return nil }, "alpha resources of this run are left in the cloud: thing tempest-thing-1 was not deleted"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			exists, removes, broken := false, 0, true
			b := newBench(t, keeping("alpha", &exists, &removes, func(f *Fixture, s *Service) {
				remove := s.Remove
				s.Remove = func(ctx context.Context) error {
					if broken {
						return tc.remove(f)
					}
					return remove(ctx)
				}
			})).created()
			out := b.run(t.Context(), Delete)
			var left *LeftoverError
			if len(out.Errors) != 1 || !errors.As(out.Errors[0], &left) || out.Errors[0].Error() != tc.want {
				t.Errorf("errors %v, want %s", out.Errors, tc.want)
			}
			if got := verdicts(b.events)["tearDownClass (alpha cleanup)"]; got != subunit.Fail || b.journal("alpha").Deleted() {
				t.Errorf("tear-down %v, tombstone %v", got, b.journal("alpha").Deleted())
			}
			broken = false
			if out := b.run(t.Context(), Delete); out.Failures > 0 || exists {
				t.Errorf("delete again: %v, exists %v", out.Errors, exists)
			}
		})
	}
}

func TestOtherCloudsAndProjectsAreRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(b *bench)
		want   string
	}{
		{"another cloud", func(b *bench) {
			b.o.Connect = func(*tempestconf.Config) (*cloud.Connection, error) {
				return cloud.Connect(cloud.Options{AuthURL: "http://127.0.0.1:1/elsewhere/v3"})
			}
		}, "and the configuration names http://127.0.0.1:1/elsewhere/v3; use that cloud's configuration, or another --state-dir"},
		{"another project", func(b *bench) { b.project = "p2" }, "were made in project p1 (cloud \"devstack\"), and the configuration leads to project p2"},
		{"no cloud of clouds.yaml", func(b *bench) { b.o.Config.Cloud = nil }, "run this phase with --os-cloud devstack"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			exists, removes := false, 0
			b := newBench(t, keeping("alpha", &exists, &removes, nil)).created()
			tc.change(b)
			for _, phase := range []Phase{Verify, Delete} {
				out := b.run(t.Context(), phase)
				var wrong *cloud.ConfigurationError
				if len(out.Errors) != 1 || !errors.As(out.Errors[0], &wrong) || !strings.Contains(wrong.Text, tc.want) {
					t.Errorf("%v: %v\nwant %s", phase, out.Errors, tc.want)
				}
			}
			if !exists || removes != 0 {
				t.Error("it was deleted")
			}
		})
	}
}

func TestNoAPI(t *testing.T) {
	exists, removes, ran := false, 0, ""
	b := newBench(t, keeping("alpha", &exists, &removes, func(f *Fixture, s *Service) {
		s.Verify = []Test{
			{Name: "test_needs_it", Run: func(context.Context) error { ran += "wrong "; return nil }},
			{Name: "test_ping", NoAPI: true, Run: func(context.Context) error { ran += fmt.Sprint(len(f.Journal.Records("thing"))); return nil }},
		}
	})).created()
	tokens := b.tokens
	b.o.NoAPI = true
	out := b.run(t.Context(), Verify)
	got := verdicts(b.events)
	if out.Failures > 0 || got["alpha validate.test_needs_it"] != subunit.Skip || got["alpha validate.test_ping"] != subunit.Success || ran != "1" {
		t.Errorf("errors %v, verdicts %v, ran %s", out.Errors, got, ran)
	}
	if text := b.attachment("alpha validate.test_needs_it", "reason"); text != "This test needs an OpenStack API, and --no-api was given." {
		t.Errorf("reason %q", text)
	}
	if b.tokens != tokens {
		t.Error("it asked for a token")
	}
}

func TestServicesThatAreNotNamedSkip(t *testing.T) {
	b := newBench(t, service("alpha", nil), service("beta", nil))
	b.o.Config.PersistentResources.Services = []string{"beta", "gamma"}
	out := b.run(t.Context(), Create)
	got := verdicts(b.events)
	if out.Failures > 0 || got["setUpClass (alpha create)"] != subunit.Skip || got["beta create.test_create"] != subunit.Success {
		t.Errorf("verdicts %v", got)
	}
	if text := b.attachment("setUpClass (alpha create)", "reason"); text != "alpha is not named in [persistent_resources] services (beta, gamma)" {
		t.Errorf("reason %q", text)
	}
	if _, err := os.Stat(b.o.State.JournalPath("alpha")); !os.IsNotExist(err) {
		t.Errorf("the service that is not named has a state: %v", err)
	}
}

func TestLockedStateFailsTheClass(t *testing.T) {
	b := newBench(t, service("alpha", nil), service("beta", nil)).created()
	lock, err := b.o.State.Lock(t.Context(), "alpha", state.LockOptions{Holder: "create of alpha, process 7"})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	b.o.Progress = func() func(string) { return func(what string) { told = append(told, what) } }
	out := b.run(t.Context(), Verify)
	if len(out.Errors) != 1 || !strings.Contains(out.Errors[0].Error(), "locked by create of alpha, process 7") {
		t.Errorf("errors %v", out.Errors)
	}
	if len(told) == 0 || told[0] != "waiting for create of alpha, process 7" {
		t.Errorf("told of %q", told)
	}
	if got := verdicts(b.events)["beta validate.test_verify"]; got != subunit.Success {
		t.Errorf("the other service: %v", got)
	}
	_ = lock.Unlock()
	if out := b.run(t.Context(), Verify); out.Failures > 0 {
		t.Errorf("once it is released: %v", out.Errors)
	}
}

func TestWrongPasswordLeavesNoRecord(t *testing.T) {
	b := newBench(t, service("alpha", nil))
	b.o.Connect = func(*tempestconf.Config) (*cloud.Connection, error) {
		return cloud.Connect(cloud.Options{AuthURL: "http://127.0.0.1:1/v3"})
	}
	out := b.run(t.Context(), Create)
	if len(out.Errors) != 1 || !cloud.IsConnection(out.Errors[0]) {
		t.Errorf("errors %v", out.Errors)
	}
	if b.journal("alpha").Exists() {
		t.Error("a run was begun")
	}
	if text := b.attachment("setUpClass (alpha create)", "traceback"); strings.Contains(text, "the-password-of-the-test") || !strings.Contains(text, "urllib3.exceptions.MaxRetryError: HTTPConnectionPool(host='127.0.0.1', port=1)") {
		t.Errorf("traceback\n%s", text)
	}
}
