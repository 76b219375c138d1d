package simulator_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
)

func start(t *testing.T, o simulator.Options) *simulator.Cloud {
	t.Helper()
	cloud, err := simulator.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return cloud
}

func scripts(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("testdata/scripts/*.script")
	if err != nil || len(found) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	return found
}

// TestRecordings compares the answers of the simulated cloud of each release
// with those of a real one, which TestRecord wrote down.
func TestRecordings(t *testing.T) {
	for _, release := range simulator.Releases() {
		for _, path := range scripts(t) {
			name := strings.TrimSuffix(filepath.Base(path), ".script")
			t.Run(release+"/"+name, func(t *testing.T) {
				recorded, err := os.ReadFile(filepath.Join("testdata", "recordings", release, name+".golden"))
				if err != nil {
					t.Fatal(err)
				}
				want := split(string(recorded))
				o := simulator.Options{Release: release, Transition: 20 * time.Millisecond}
				cloud := start(t, o)
				p := newPlayer(t, target{cloud.AuthURL(), simulator.AdminUser, cloud.AdminPassword(), simulator.AdminProject, 5 * time.Millisecond, time.Minute})
				p.before = func(s *step) {
					if name == "expired" && s.until[0] != "" { // the real one waits
						cloud.ExpireTokens()
					}
				}
				got := p.playAll(path)
				want, got = apart(t, name, want, got)
				compare(t, want, got)
			})
		}
	}
}

// secret are things that a recording must not hold.
var secret = regexp.MustCompile(`gAAAAA[A-Za-z0-9_-]{20}|PRIVATE KEY|"adminPass": "[^<]|"(password|secret)": "[^<]`)

// TestRecordingsHoldNoSecrets sees that masking left none in them.
func TestRecordingsHoldNoSecrets(t *testing.T) {
	for _, release := range simulator.Releases() {
		for _, path := range scripts(t) {
			name := strings.TrimSuffix(filepath.Base(path), ".script")
			recorded, err := os.ReadFile(filepath.Join("testdata", "recordings", release, name+".golden"))
			if err != nil {
				t.Fatal(err)
			}
			if found := secret.Find(recorded); found != nil {
				t.Errorf("%s of %s holds %.40s", name, release, found)
			}
		}
	}
}

func TestStartRefusesAnUnknownRelease(t *testing.T) {
	cloud, err := simulator.Start(t.Context(), simulator.Options{Release: "nope"})
	if err == nil {
		_ = cloud.Close()
		t.Fatal("a release that there is not was started")
	}
}

// differences are the steps whose answers stay other than the real ones.
var differences = []struct{ script, step, why string }{
	{"errors-swift", "a wrong static large object", "the simulated proxy has no middleware for static large objects, and its /info names none"},
}

// apart takes the known differences out of a script's answers, and sees that
// they still are differences.
func apart(t *testing.T, script string, want, got []string) (left, right []string) {
	t.Helper()
	if len(want) != len(got) {
		return want, got
	}
	for i := range want {
		step, _, _ := strings.Cut(strings.TrimPrefix(want[i], "=== "), "\n")
		known := false
		for _, d := range differences {
			known = known || d.script == script && d.step == step
		}
		switch {
		case !known:
			left, right = append(left, want[i]), append(right, got[i])
		case want[i] == got[i]:
			t.Errorf("%s: %s: is no difference any more", script, step)
		}
	}
	return left, right
}

func (p *player) playAll(path string) []string {
	p.t.Helper()
	steps, err := readScript(path)
	if err != nil {
		p.t.Fatal(err)
	}
	var answers []string
	for _, s := range steps {
		answers = append(answers, p.play(s))
	}
	return answers
}

func split(golden string) []string {
	var steps []string
	for i, text := range strings.Split(golden, "=== ") {
		if i > 0 {
			steps = append(steps, "=== "+text)
		}
	}
	return steps
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%d steps recorded, %d played: record them again", len(want), len(got))
	}
	for i := range want {
		if diff := cmp.Diff(want[i], got[i]); diff != "" {
			name, _, _ := strings.Cut(want[i], "\n")
			t.Errorf("%s (-real +simulated)\n%s", name, diff)
		}
	}
}
