package phases

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// bench runs phases with services of a test's own, over a Keystone that knows one user and a state of their own.
type bench struct {
	t       *testing.T
	o       Options
	tokens  int    // asked for
	project string // of the user

	mu     sync.Mutex
	events []*subunit.Event
}

func newBench(t *testing.T, services ...NewService) *bench {
	t.Helper()
	b := &bench{t: t, project: "p1"}
	keystone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.tokens++
		b.mu.Unlock()
		w.Header().Set("X-Subject-Token", "the-token-of-the-test")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"token": {"user": {"id": "u1", "name": "demo"}, "project": {"id": "`+b.project+`", "name": "demo"}, "catalog": []}}`)
	}))
	t.Cleanup(keystone.Close)
	ticks := 0
	b.o = Options{
		Services: services,
		Config: &tempestconf.Config{
			Dir:   t.TempDir(),
			Cloud: &tempestconf.Cloud{Name: "devstack", AuthType: "password", Auth: map[string]string{"username": "demo", "password": "the-password-of-the-test"}},
		},
		State: state.Dir{Path: filepath.Join(t.TempDir(), "state")},
		Connect: func(*tempestconf.Config) (*cloud.Connection, error) {
			return cloud.Connect(cloud.Options{AuthURL: keystone.URL + "/v3"})
		},
		Sink: func(e *subunit.Event) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e.Clone())
		},
		// Each look at the clock is a second later.
		Now: func() time.Time {
			b.mu.Lock()
			defer b.mu.Unlock()
			ticks++
			return time.Date(2026, 1, 2, 3, 0, ticks, 0, time.UTC)
		},
	}
	for _, s := range services {
		b.o.Config.PersistentResources.Services = append(b.o.Config.PersistentResources.Services, s(&Fixture{}).Name)
	}
	return b
}

// only selects the tests of one phase.
func only(phase Phase) func(string) bool {
	return func(id string) bool { p, ok := PhaseOf(id); return ok && p == phase }
}

// run runs one phase and returns what came of it; the events are those of this phase.
func (b *bench) run(ctx context.Context, phase Phase) Outcome {
	b.t.Helper()
	b.events = nil
	b.o.Select = only(phase)
	return Run(ctx, b.o)
}

// created runs create before the phase that a test is about.
func (b *bench) created() *bench {
	b.t.Helper()
	if out := b.run(b.t.Context(), Create); out.Failures > 0 {
		b.t.Fatalf("create: %v", out.Errors)
	}
	return b
}

// service makes a service whose parts a test sets.
func service(name string, set func(f *Fixture, s *Service)) NewService {
	return func(f *Fixture) Service {
		s := Service{
			Name: name, Class: strings.ToUpper(name[:1]) + name[1:] + "PersistentResources",
			Create: []Test{{Name: "test_create", Run: pass}},
			Verify: []Test{{Name: "test_verify", Run: pass}},
			Remove: pass,
		}
		if set != nil {
			set(f, &s)
		}
		return s
	}
}

func pass(context.Context) error { return nil }

func fails(text string) func(context.Context) error {
	return func(context.Context) error { return errors.New(text) }
}

// story tells events in short lines, as "success alpha.test_create".
func story(events []*subunit.Event) []string {
	var out []string
	for _, e := range events {
		id := short(e.TestID)
		if !e.HasFile() {
			out = append(out, e.Status.String()+" "+id)
			continue
		}
		if e.EOF {
			out = append(out, e.FileName+" "+id)
		}
	}
	return out
}

var (
	fullID   = regexp.MustCompile(`persistent_resources_tempest_plugin\.tests\.api\.(\w+)\.test_([a-z]+)_\w+_resources\.\w+`)
	attrs    = regexp.MustCompile(`\[[a-z-]+\]$`)
	moment   = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ `)
	stateDir = regexp.MustCompile(`/\S+/state/`)
	manyE    = regexp.MustCompile(`é{9,}`)
	runID    = regexp.MustCompile(`run [0-9a-f]{12}`)
	lineOf   = regexp.MustCompile(`line \d+`)
)

// short leaves of an id what tells the tests of a bench apart.
func short(id string) string {
	return attrs.ReplaceAllString(fullID.ReplaceAllString(id, "$1 $2"), "")
}

// whole tells everything that is in an event.
func whole(e *subunit.Event) string {
	at := "-"
	if !e.Time.IsZero() {
		at = fmt.Sprint(e.Time.Second())
	}
	line := fmt.Sprintf("%s %s", at, short(e.TestID))
	if len(e.Tags) > 0 {
		line += " " + strings.Join(e.Tags, ",")
	}
	if e.Status != subunit.StatusNone {
		line += " " + e.Status.String()
	}
	if e.HasFile() {
		content := fullID.ReplaceAllString(string(e.Content), "$1 $2")
		for _, mask := range []struct {
			what *regexp.Regexp
			with string
		}{{moment, "TIME PID "}, {lineOf, "line N"}, {stateDir, "STATE/"}, {runID, "run ID"}, {manyE, "é…"}} {
			content = mask.what.ReplaceAllString(content, mask.with)
		}
		line += fmt.Sprintf(" %s <%s> %q", e.FileName, e.MIME, content)
		if e.EOF {
			line += " eof"
		}
	}
	return line
}

// verdicts are the final statuses by id.
func verdicts(events []*subunit.Event) map[string]subunit.Status {
	out := map[string]subunit.Status{}
	for _, e := range events {
		if e.Status.Terminal() {
			out[short(e.TestID)] = e.Status
		}
	}
	return out
}

// attachment joins the pieces of a file of a test.
func (b *bench) attachment(id, name string) string {
	var text strings.Builder
	for _, e := range b.events {
		if short(e.TestID) == id && e.FileName == name {
			text.Write(e.Content)
		}
	}
	return text.String()
}
