package compute_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/compute"
	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

var update = flag.Bool("update", false, "write the golden files")

// world is an embedded OpenStack and what a job has beside it.
type world struct {
	t      testing.TB
	cloud  *simulator.Cloud
	dir    string
	set    map[string]string // options, by "section.option"
	named  string            // the cloud of clouds.yaml to use; "" means tempest.conf's credentials
	noAPI  bool
	at     int // concurrency
	wrap   func(http.RoundTripper) http.RoundTripper
	late   time.Duration     // LateAnswers; 0 means that a call without an answer has no effect any more
	told   func(what string) // Progress
	before []string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	sim, err := simulator.Start(context.Background(), simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	w := &world{t: t, cloud: sim, dir: t.TempDir(), set: map[string]string{}, at: 1}
	if err := sim.WriteConfig(filepath.Join(w.dir, "etc")); err != nil {
		t.Fatal(err)
	}
	w.before = sim.Inventory()
	return w
}

// asMember works in the member's own project from now on.
func (w *world) asMember(t testing.TB) {
	t.Helper()
	w.named = "simulated"
	// Neutron makes a project's default security group when it is first asked about the project.
	u := w.user(t)
	_, err := groups.List(u.neutron, groups.ListOpts{}).AllPages(t.Context())
	u.do(err)
	w.before = w.cloud.Inventory()
}

func (w *world) stateDir() state.Dir { return state.Dir{Path: filepath.Join(w.dir, "state")} }

// result is what a phase came to.
type result struct {
	phases.Outcome
	tests map[string]*subunit.Result // by the test's name, or setUpClass and tearDownClass
}

// config is the configuration of a run.
func (w *world) config() *tempestconf.Config {
	w.t.Helper()
	overrides := map[string]string{"persistent_resources.services": "compute", "compute.build_timeout": "20", "validation.ssh_timeout": "20"}
	maps.Copy(overrides, w.set)
	cfg, err := tempestconf.Load(tempestconf.LoadOptions{
		ConfigFile: filepath.Join(w.dir, "etc", "tempest.conf"), Dir: w.dir, Cloud: w.named, Overrides: overrides,
		Env: []string{"OS_CLIENT_CONFIG_FILE=" + filepath.Join(w.dir, "etc", "clouds.yaml")},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return cfg
}

// run runs one phase, or the tests of it that are named.
func (w *world) run(ctx context.Context, phase phases.Phase, only ...string) result {
	w.t.Helper()
	secrets := cloud.NewSecrets()
	out := result{tests: map[string]*subunit.Result{}}
	collector := subunit.NewCollector(func(r *subunit.Result) {
		name, _, _ := strings.Cut(r.TestID, "[")
		name, _, _ = strings.Cut(name, " ")
		out.tests[name[strings.LastIndex(name, ".")+1:]] = r
	})
	out.Outcome = phases.Run(ctx, phases.Options{
		Services: []phases.NewService{compute.Service},
		Select: func(id string) bool {
			p, _ := phases.PhaseOf(id)
			for _, name := range only {
				if strings.Contains(id, "."+name+"[") {
					return p == phase
				}
			}
			return p == phase && len(only) == 0
		},
		Config: w.config(), State: w.stateDir(), Sink: collector.Add, Log: &phases.Log{Secrets: secrets}, NoAPI: w.noAPI, Concurrency: w.at,
		LateAnswers: max(w.late, 1), Progress: w.progress,
		Connect: func(c *tempestconf.Config) (*cloud.Connection, error) {
			o, err := cloud.FromConfig(c)
			if err != nil {
				return nil, err
			}
			o.Secrets, o.Wrap = secrets, w.wrap
			return cloud.Connect(o)
		},
	})
	collector.Flush()
	return out
}

func (w *world) progress() func(what string) {
	if w.told == nil {
		return func(string) {}
	}
	return w.told
}

// must runs a phase in which nothing may fail.
func (w *world) must(phase phases.Phase, only ...string) result {
	w.t.Helper()
	r := w.run(w.t.Context(), phase, only...)
	for _, err := range r.Errors {
		w.t.Errorf("%s: %s", phase, phases.Describe(err))
	}
	if w.t.Failed() {
		w.t.FailNow()
	}
	return r
}

// clean checks that the cloud holds exactly what it held before.
func (w *world) clean(after string) {
	w.t.Helper()
	if diff := cmp.Diff(w.before, w.cloud.Inventory()); diff != "" {
		w.t.Fatalf("the cloud after %s (-before +now):\n%s", after, diff)
	}
}

// journal is the state as the next phase would find it.
func (w *world) journal() *state.Journal {
	w.t.Helper()
	j, err := w.stateDir().Open("compute")
	if err != nil {
		w.t.Fatal(err)
	}
	return j
}

func (w *world) record(key string) state.Record {
	w.t.Helper()
	r, ok := w.journal().Record(key)
	if !ok {
		w.t.Fatalf("nothing is recorded as %s", key)
	}
	return r
}

// failedWith checks that a test failed and that its report holds each text.
func (r result) failedWith(t *testing.T, test string, texts ...string) {
	t.Helper()
	got := r.tests[test]
	if got == nil {
		t.Fatalf("%s has no result", test)
	}
	if got.Status != subunit.Fail {
		t.Fatalf("%s is %v, want a failure", test, got.Status)
	}
	report := text(got, "traceback")
	for _, want := range texts {
		if !strings.Contains(report, want) {
			t.Errorf("%s does not say %q:\n%s", test, want, report)
		}
	}
}

// red are the tests that failed, sorted.
func (r result) red() []string {
	var out []string
	for name, got := range r.tests {
		if got.Status == subunit.Fail {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func (r result) passed(t *testing.T, test string) {
	t.Helper()
	switch got := r.tests[test]; {
	case got == nil:
		t.Errorf("%s has no result", test)
	case got.Status != subunit.Success:
		t.Errorf("%s is %v, want a success:\n%s%s", test, got.Status, text(got, "traceback"), text(got, "reason"))
	}
}

func (r result) skipped(t *testing.T, test, reason string) {
	t.Helper()
	switch got := r.tests[test]; {
	case got == nil:
		t.Errorf("%s has no result", test)
	case got.Status != subunit.Skip || text(got, "reason") != reason:
		t.Errorf("%s is %v because %q, want it skipped because %q", test, got.Status, text(got, "reason"), reason)
	}
}

func text(r *subunit.Result, attachment string) string {
	if a := r.Attachment(attachment); a != nil {
		return string(a.Content)
	}
	return ""
}

func names(r *subunit.Result) []string {
	var out []string
	for _, a := range r.Attachments {
		out = append(out, a.Name)
	}
	return out
}

// errDead is what a dead process's requests come to.
var errDead = errors.New("the process is dead")

// dying ends a process at a request: before it is sent, or when the service has acted and before its answer is read. No
// request after that is sent.
func dying(at int64, acted bool) (wrap func(http.RoundTripper) http.RoundTripper, sent *atomic.Int64) {
	sent = new(atomic.Int64)
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			n := sent.Add(1)
			if n > at || n == at && !acted {
				return nil, errDead
			}
			resp, err := next.RoundTrip(req)
			if n == at && err == nil {
				resp.Body.Close()
				return nil, errDead
			}
			return resp, err
		})
	}, sent
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// kinds counts what an inventory holds: names differ from run to run.
func kinds(inventory []string) map[string]int {
	count := map[string]int{}
	for _, line := range inventory {
		kind, _, _ := strings.Cut(line, " ")
		count[kind]++
	}
	return count
}
