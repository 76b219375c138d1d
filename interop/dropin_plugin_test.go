//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
	"opendev.org/x/persistent-resources/tempestconf"
)

// TestPluginLists: Tempest shows the program's tests beside its own.
func TestPluginLists(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.run("stestr", "init").must(t, 0)
	without := w.run("tempest", "run", "--list-tests").must(t, 0).stdout
	w.installPlugin()
	with := w.run("tempest", "run", "--list-tests").must(t, 0).stdout
	if got, want := ours(with), sorted(listed(t, "")); !slices.Equal(got, want) {
		t.Errorf("Tempest lists of us\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(ours(without)) != 0 {
		t.Error("the tests are listed without the plugin")
	}
	if got, want := len(lines(with))-len(ours(with)), len(lines(without)); got != want || want < 1000 {
		t.Errorf("Tempest lists %d tests of its own with the plugin, %d without", got, want)
	}
}

// TestPluginRuns runs the phases by "tempest run": one after the other, and all at once with two workers.
func TestPluginRuns(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	before := w.Inventory()
	for _, how := range [][]string{{createTests, "--serial"}, {verifyTests, "--serial"}, {cleanupTests, "--serial"}, {"persistent-", "--concurrency=2"}} {
		r := w.run("tempest", "run", "--regex", how[0], how[1]).must(t, 0)
		all := results(t, w.last())
		w.sameTotals(r.stdout, all)
		if got, want := outcomes(all), sorted(prefixed("success ", listed(t, how[0]))); !slices.Equal(got, want) {
			t.Errorf("%v:\n%s\nwant\n%s", how, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if after := w.Inventory(); !slices.Equal(before, after) {
		t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
	}
}

// TestPluginPassesEventsOn compares what Python's runner writes with what the program wrote: only times and logs may differ.
func TestPluginPassesEventsOn(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	w.env = append(w.env, "OS_STDOUT_CAPTURE=1", "OS_STDERR_CAPTURE=1")
	w.create()
	project, container, name := w.object()
	if err := w.OverwriteObject(project, container, name, []byte("not what was stored")); err != nil {
		t.Fatal(err)
	}
	ids := listed(t, verifyTests)
	if direct, python := shape(t, w.runner(ids...)), shape(t, w.pythonRunner(ids...)); direct != python {
		t.Errorf("the program writes\n%s\nPython's runner\n%s", direct, python)
	}

	w.configure("service_available.swift=false", "service_available.nova=false")
	if direct, python := shape(t, w.runner(ids...)), shape(t, w.pythonRunner(ids...)); direct != python {
		t.Errorf("skipped: the program writes\n%s\nPython's runner\n%s", direct, python)
	}
}

// shape is what the events of a stream say beside times and content; pieces of a file are one.
func shape(t *testing.T, stream []byte) string {
	t.Helper()
	var out []string
	for _, e := range events(t, stream) {
		line := fmt.Sprintf("%s %s tags=%v time=%v runnable=%v", e.TestID, e.Status, e.Tags, !e.Time.IsZero(), !e.NotRunnable)
		if e.HasFile() {
			line += fmt.Sprintf(" file=%s %s", e.FileName, e.MIME)
		}
		if len(out) == 0 || out[len(out)-1] != line {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// TestPluginWithoutProgram: Tempest's discovery goes on, and whatever is selected of ours fails and says why.
func TestPluginWithoutProgram(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	w.env = append(w.env, "PERSISTENT_RESOURCES_BIN=/nonexistent/persistent-resources")
	says := "is no program; let it name the program persistent-resources"
	r := w.run("tempest", "run", "--regex", createTests+"|tempest.api.compute.test_versions").must(t, 1)
	if !strings.Contains(string(r.stdout), "test_program_is_usable") || !strings.Contains(string(r.stdout), says) {
		t.Errorf("it does not say %q:\n%s", says, r.stdout)
	}
	if !strings.Contains(string(r.stdout), "tempest.api.compute.test_versions") {
		t.Errorf("Tempest's own test did not run:\n%s", r.stdout)
	}
	// A test that was listed while the program was there.
	id := listed(t, createTests)[0]
	for bin, says := range map[string]string{
		"/nonexistent/persistent-resources": says,
		"/bin/false":                        "does not list tests (exit status 1)",
		"/bin/true":                         "does not list tests (exit status 0)",
		"":                                  "the program persistent-resources is not on PATH",
	} {
		w.env = append(w.env, "PERSISTENT_RESOURCES_BIN="+bin)
		all := results(t, w.pythonRunner(id))
		if len(all) != 1 || all[0].TestID != id || all[0].Status != subunit.Fail || !strings.Contains(string(all[0].Attachment("traceback").Content), says) {
			t.Errorf("an id asked for, with the program %q: %v", bin, outcomes(all))
		}
	}
}

// TestPluginProgramDies kills the program under the plugin after its first result.
func TestPluginProgramDies(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	ids := listed(t, createTests)
	w.create()
	stream := w.runner(ids...)
	cut := 0
	for i, e := range events(t, stream) {
		if e.Status == subunit.Success {
			cut = i + 2 // and the next test began
			break
		}
	}
	dying := w.write("dying", fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *--list) exec %s \"$@\";; esac\ncat %s\nkill -9 $$\n",
		program(t), w.write("stream", string(firstEvents(t, stream, cut)))))
	if err := os.Chmod(dying, 0o700); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "PERSISTENT_RESOURCES_BIN="+dying)
	w.run("tempest", "run", "--regex", createTests, "--serial").must(t, 1)
	all := results(t, w.last())
	if len(all) != len(ids) {
		t.Fatalf("%d results for %d tests: %v", len(all), len(ids), outcomes(all))
	}
	s := summaryOf(all)
	if s.Passed != 1 || s.Failed != len(ids)-1 {
		t.Errorf("%d passed and %d failed of %d", s.Passed, s.Failed, len(ids))
	}
	for _, r := range all {
		if a := r.Attachment("traceback"); r.Status == subunit.Fail && (a == nil || !strings.Contains(string(a.Content), "(signal 9)")) {
			t.Errorf("%s does not say what happened: %+v", r.TestID, a)
		}
	}
}

// firstEvents are the first n packets of a stream.
func firstEvents(t *testing.T, stream []byte, n int) []byte {
	t.Helper()
	var out []byte
	for _, e := range events(t, stream)[:n] {
		var err error
		if out, err = subunit.AppendPacket(out, e); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestPluginRefusesItsNamesake installs a distribution that claims the same package.
func TestPluginRefusesItsNamesake(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	info := w.path("namesake", "openstack_persistent_resources_tests-0.0.1.dist-info")
	if err := os.MkdirAll(info, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"METADATA":         "Metadata-Version: 2.1\nName: openstack-persistent_resources-tests\nVersion: 0.0.1\n",
		"entry_points.txt": "[tempest.test_plugins]\npersistent_resources-tempest-plugin = persistent_resources_tempest_plugin.plugin:PersistentResourcesTestsPlugin\n",
	} {
		if err := os.WriteFile(filepath.Join(info, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	site, err := installedPlugin()
	if err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "PYTHONPATH="+site+":"+w.path("namesake"))
	w.run("stestr", "init").must(t, 0)
	if got := ours(w.run("tempest", "run", "--list-tests").must(t, 0).stdout); len(got) != 1 {
		t.Errorf("Tempest lists of us %v, want the one that refuses", got)
	}
	r := w.run("tempest", "run", "--regex", verifyTests).must(t, 1)
	if want := "pip uninstall openstack-persistent_resources-tests"; !strings.Contains(string(r.stdout), want) {
		t.Errorf("it does not say %q:\n%s", want, r.stdout)
	}
}

// TestPluginOptions compares the group that the plugin registers with the options that the program reads.
func TestPluginOptions(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t, "persistent_resources.services=compute", "persistent_resources.servers=3")
	w.installPlugin()
	const script = `
from tempest import config
print("servers", config.CONF.persistent_resources.servers, config.CONF.persistent_resources.services)
from persistent_resources_tempest_plugin import plugin
for group, options in plugin.PersistentResourcesTestsPlugin().get_opt_lists():
    for o in options:
        print(group, o.name, o.default, sep="|")
`
	out := w.snippet(script).must(t, 0).stdout
	var want []string
	for _, o := range tempestconf.OwnOptions() {
		want = append(want, fmt.Sprintf("persistent_resources|%s|%s", o.Name, o.Default))
	}
	// Tempest logs to standard output first.
	out = out[bytes.Index(out, []byte("servers ")):]
	normal := regexp.MustCompile(`[\[\]' ]`).ReplaceAllString(string(out), "")
	normal = strings.NewReplacer("True", "true", "False", "false").Replace(normal)
	if got, want := normal, "servers3compute\n"+strings.Join(want, "\n")+"\n"; got != want {
		t.Errorf("oslo.config has\n%s\nwant\n%s", got, want)
	}
}

// TestPluginUnderOtherRunners: unittest and testtools have no streams, and stestr can be given the package alone.
func TestPluginUnderOtherRunners(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.installPlugin()
	n := len(listed(t, ""))
	for _, module := range []string{"unittest", "testtools.run"} {
		r := runCommand(t, w.command(interpreter(t), "-m", module, pluginPackage+".tests")).must(t, 0)
		if text := string(r.stdout) + string(r.stderr); !strings.Contains(text, fmt.Sprintf("Ran %d tests", n)) {
			t.Errorf("%s, want %d tests:\n%s", module, n, text)
		}
	}
	w.run("stestr", "run", "--no-discover", pluginPackage+".tests").must(t, 0)
	if got, want := outcomes(results(t, w.last())), sorted(prefixed("success ", listed(t, ""))); !slices.Equal(got, want) {
		t.Errorf("--no-discover: %v, want %v", got, want)
	}
}

func prefixed(prefix string, ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, prefix+id)
	}
	return out
}
