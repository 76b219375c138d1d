//go:build interop

package interop

import (
	"slices"
	"strings"
	"testing"
)

// TestTempestRun lets "tempest run" start the program, as a job does that sets PYTHON and changes nothing else.
func TestTempestRun(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	home := w.path("workspace")
	w.run("tempest", "init", home).must(t, 0)
	tempest := func(args ...string) result {
		t.Helper()
		cmd := w.command(tool(t, "tempest"), args...)
		cmd.Dir = home
		return runCommand(t, cmd)
	}
	got := lines(tempest("run", "--list-tests", "--regex", createTests).must(t, 0).stdout)
	got = slices.DeleteFunc(got, func(line string) bool { return !strings.Contains(line, "[") })
	want := listed(t, createTests)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("tempest run --list-tests\n%v\nwant\n%v", got, want)
	}

	// --config-file replaces the directory that the environment names.
	w.env = slices.DeleteFunc(w.env, func(v string) bool { return strings.HasPrefix(v, "TEMPEST_CONFIG") })
	config := w.path("etc", "tempest.conf")
	before := w.Inventory()
	for _, args := range [][]string{
		{"--regex", createTests, "--serial"}, {"--regex", verifyTests, "--concurrency", "2"}, {"--regex", cleanupTests},
	} {
		r := tempest(append([]string{"run", "--config-file", config}, args...)...).must(t, 0)
		if ran := total.FindAllSubmatch(r.stdout, -1); len(ran) == 0 || string(ran[0][2]) == "0" {
			t.Errorf("tempest run %v passed nothing:\n%s", args, r.stdout)
		}
	}
	if after := w.Inventory(); !slices.Equal(before, after) {
		t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
	}

	// A failing test fails "tempest run", too.
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tempest("run", "--config-file", config, "--regex", createTests).must(t, 1)
}
