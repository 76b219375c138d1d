//go:build interop

package interop

import (
	"os/exec"
	"slices"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// listCommand calls the program in an empty directory with an empty environment: no configuration, no cloud, no home.
func listCommand(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t), args...)
	cmd.Dir, cmd.Env = t.TempDir(), []string{}
	return cmd
}

func listCall() []string {
	return []string{"-m", "stestr.subunit_runner.run", "discover", "-t", "./", "./tests", "--list"}
}

func TestListNeedsNothing(t *testing.T) {
	t.Parallel()
	r := runCommand(t, listCommand(t, listCall()...)).must(t, 0)
	if len(r.stderr) > 0 {
		t.Errorf("the listing wrote to standard error:\n%s", r.stderr)
	}
	var ids []string
	for _, e := range events(t, r.stdout) {
		if e.Status != subunit.Exists || e.NotRunnable || !e.Time.IsZero() || len(e.Tags) > 0 || e.HasFile() {
			t.Errorf("%+v is no plain listing of a test", e)
		}
		ids = append(ids, e.TestID)
	}
	if want := listed(t, ""); !slices.Equal(ids, want) {
		t.Errorf("the runner lists\n%v\nthe list command\n%v", ids, want)
	}
}

// BenchmarkList measures what stestr and the Tempest plugin wait for in every process they start.
func BenchmarkList(b *testing.B) {
	program(b)
	for b.Loop() {
		cmd := listCommand(b, listCall()...)
		if out, err := cmd.Output(); err != nil || len(out) == 0 {
			b.Fatalf("list: %v, %d bytes", err, len(out))
		}
	}
}
