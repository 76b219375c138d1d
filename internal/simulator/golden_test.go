package simulator_test

import (
	"context"
	"os"
	"path/filepath"
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
	found, err := filepath.Glob("testdata/golden/*.script")
	if err != nil || len(found) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	return found
}

// TestGolden compares the answers of the simulated cloud with those of a real
// one, which TestRecord wrote down.
func TestGolden(t *testing.T) {
	for _, path := range scripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".script"), func(t *testing.T) {
			want, err := os.ReadFile(strings.TrimSuffix(path, ".script") + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			cloud := start(t, simulator.Options{Transition: 20 * time.Millisecond})
			p := newPlayer(t, target{cloud.AuthURL(), simulator.AdminUser, cloud.AdminPassword(), simulator.AdminProject, 5 * time.Millisecond})
			compare(t, split(string(want)), p.playAll(path))
		})
	}
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
