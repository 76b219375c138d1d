//go:build interop

package interop

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

// The environments of tox.ini.
var (
	// What jobs call in a Tempest checkout: those that take an expression first, and those that take options alone.
	regexEnvironments  = []string{"all", "all-plugin", "all-site-packages"}
	optionEnvironments = []string{
		"full", "full-parallel", "full-serial", "smoke", "smoke-serial", "slow", "slow-serial", "scenario", "multinode", "ipv6-only", "extra-tests",
		"api-microversion-tests", "stestr-master", "integrated-full", "integrated-network", "integrated-compute", "integrated-placement",
		"integrated-storage", "integrated-object-storage",
	}
	phaseEnvironments = []string{"create", "verify", "cleanup"}
	otherEnvironments = []string{"unit", "interop", "interop-debian12", "rehearsal", "venv-tempest"}
)

// newToxWorkspace is a workspace with this project's tox.ini, for the tools' tox: 3.28 among Debian 12's, 4 among the newest.
func newToxWorkspace(t *testing.T) *workspace {
	t.Helper()
	w := newWorkspace(t)
	w.unset("PYTHON")
	conf, err := os.ReadFile(filepath.Join("..", "tox.ini"))
	if err != nil {
		t.Fatal(err)
	}
	// Without the packages of the environments for the real tools: in one of these this test runs.
	w.write("tox.ini", regexp.MustCompile(`(?m)^deps =\n(    .*\n)+`).ReplaceAllString(string(conf), ""))
	w.env = append(w.env, "PATH="+filepath.Dir(program(t))+":"+os.Getenv("PATH"))
	return w
}

// tox runs environments one after the other; words are those behind "--", nil without it.
func (w *workspace) tox(environments []string, words ...string) result {
	w.t.Helper()
	args := []string{"-e", strings.Join(environments, ",")}
	if words != nil {
		args = append(append(args, "--"), words...)
	}
	return w.run("tox", args...)
}

// hasRuns checks that there are as many runs as told, each of just the tests that have one of the attributes, all passed. It
// forgets them.
func (w *workspace) hasRuns(what string, runs int, attributes ...string) {
	w.t.Helper()
	var want []string
	for _, a := range attributes {
		want = append(want, prefixed("success ", listed(w.t, a))...)
	}
	for n := range runs {
		if got := outcomes(w.storedRun(n)); !slices.Equal(got, sorted(want)) {
			w.t.Errorf("%s, run %d:\n%s\nwant\n%s", what, n, strings.Join(got, "\n"), strings.Join(sorted(want), "\n"))
		}
	}
	if next := string(w.read(w.path(".stestr", "next-stream"))); next != strconv.Itoa(runs)+"\n" {
		w.t.Errorf("%s: %s runs, want %d", what, next, runs)
	}
	if err := os.RemoveAll(w.path(".stestr")); err != nil {
		w.t.Error(err)
	}
}

// storedRun are the results of a run as they lie in the repository.
func (w *workspace) storedRun(number int) []*subunit.Result {
	w.t.Helper()
	var all []*subunit.Result
	c := subunit.NewCollector(func(r *subunit.Result) { all = append(all, r) })
	for e, err := range subunit.NewV1Reader(bytes.NewReader(w.read(w.path(".stestr", strconv.Itoa(number)))), subunit.Strict).All() {
		if err != nil {
			w.t.Fatal(err)
		}
		c.Add(e)
	}
	c.Flush()
	return all
}

// TestToxKnowsAllEnvironments: none of tox.ini goes untried here.
func TestToxKnowsAllEnvironments(t *testing.T) {
	t.Parallel()
	w := newToxWorkspace(t)
	var got []string
	for _, line := range lines(w.run("tox", "-a").must(t, 0).stdout) {
		if name := strings.TrimSpace(line); name != "" && !strings.Contains(name, " ") {
			got = append(got, name)
		}
	}
	if want := slices.Concat(regexEnvironments, optionEnvironments, phaseEnvironments, otherEnvironments); !slices.Equal(sorted(got), sorted(want)) {
		t.Errorf("tox has the environments\n%v\ntried are\n%v", sorted(got), sorted(want))
	}
}

// TestToxEnvironments runs the environments of a Tempest checkout without words and with those that the role run-tempest puts
// behind "--".
func TestToxEnvironments(t *testing.T) {
	t.Parallel()
	w := newToxWorkspace(t)
	before := w.Inventory()
	every := slices.Concat(regexEnvironments, optionEnvironments)
	w.tox(every).must(t, 0)
	w.hasRuns("without words", len(every), "")
	w.tox(regexEnvironments, "persistent-(create|cleanup)", "--concurrency=2", "--exclude-regex=nothing").must(t, 0)
	w.hasRuns("an expression", len(regexEnvironments), createTests, cleanupTests)
	w.tox(optionEnvironments, "--concurrency=2", "--exclude-regex="+verifyTests).must(t, 0)
	w.hasRuns("options", len(optionEnvironments), createTests, cleanupTests)
	if after := w.Inventory(); !slices.Equal(before, after) {
		t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
	}

	// An expression that was not set is an empty word, or none.
	w.tox([]string{"all"}, "", "--concurrency=2", "--exclude-regex="+cleanupTests).must(t, 0)
	w.tox([]string{"all"}, "--concurrency=2", "--exclude-regex="+cleanupTests).must(t, 0)
	w.hasRuns("no expression", 2, createTests, verifyTests)
	w.tox([]string{"all"}, `(?!.*\[.*cleanup.*\])(^persistent_resources.*\.)(?!nothing)`, "--concurrency=2").must(t, 0)
	w.hasRuns("an expression that looks ahead", 1, createTests, verifyTests)

	// A block scalar of YAML ends with a line break. tox 4 cuts the command there: what is left must not run.
	r := w.tox([]string{"all"}, "^persistent.*"+verifyTests+"\n", "--concurrency=2", "--exclude-regex=nothing")
	if r.code == 0 {
		w.hasRuns("an expression with a line break", 1, verifyTests)
	} else if text := string(r.stdout) + string(r.stderr); !strings.Contains(text, "begins with a quote that does not end") {
		t.Errorf("an expression with a line break: status %d\n%s", r.code, text)
	}
	w.tox([]string{"all"}, "persistent-nothing", "--concurrency=2").must(t, 1)

	// What failed, failed the environment.
	project, container, object := w.object()
	if err := w.OverwriteObject(project, container, object, []byte("not what was stored")); err != nil {
		t.Fatal(err)
	}
	w.tox([]string{"smoke"}, "--concurrency=2", "--exclude-regex=persistent-(create|cleanup)").must(t, 1)
	if r := w.tox([]string{"venv-tempest"}, "stestr", "last"); r.code == 0 || !strings.Contains(string(r.stdout), " - Failed: 1") {
		t.Errorf("stestr last in venv-tempest: status %d\n%s", r.code, r.stdout)
	}
	w.tox([]string{"venv-tempest"}, "persistent-resources", "failing", "--list").must(t, 1)
}

// TestToxPhases runs the environments of one phase each.
func TestToxPhases(t *testing.T) {
	t.Parallel()
	w := newToxWorkspace(t)
	before := w.Inventory()
	w.tox(phaseEnvironments).must(t, 0)
	for i, attribute := range []string{createTests, verifyTests, cleanupTests} {
		stream := phaseEnvironments[i] + ".subunit"
		w.tox(phaseEnvironments[i:i+1], "--config-file", "etc/tempest.conf", "--subunit", stream).must(t, 0)
		if got, want := outcomes(results(t, w.read(w.path(stream)))), sorted(prefixed("success ", listed(t, attribute))); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", phaseEnvironments[i], got, want)
		}
	}
	if after := w.Inventory(); !slices.Equal(before, after) {
		t.Errorf("the cloud holds\n%v\nand held before\n%v", after, before)
	}
}

// TestToxOtherEnvironments looks at the commands of those that would take long.
func TestToxOtherEnvironments(t *testing.T) {
	t.Parallel()
	w := newToxWorkspace(t)
	for _, name := range []string{"stubs/go", "testcloud/rehearsal"} {
		if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.path(name), []byte("#!/bin/sh\necho \"called: ${0##*/} $*\"\n"), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	w.write("one_test.go", "//go:build interop\n")
	w.env = append(w.env, "PATH="+w.path("stubs")+":"+filepath.Dir(program(t))+":"+os.Getenv("PATH"))
	for _, tt := range []struct{ environment, words, without, with string }{
		{"unit", "-run X ./subunit", "go test ./...", "go test -run X ./subunit"},
		{"interop", "-run X", "go test -count=1 -tags interop -timeout 60m .", "go test -count=1 -tags interop -timeout 60m . -run X"},
		{"interop-debian12", "-run X", "go test -count=1 -tags interop -timeout 60m ./interop", "go test -count=1 -tags interop -timeout 60m -run X ./interop"},
		{"rehearsal", "reports", "rehearsal rehearsal-output", "rehearsal reports"},
		{"venv-tempest", "go env", "", "go env"},
	} {
		for _, words := range []string{"", tt.words} {
			want := tt.without
			var r result
			if words == "" {
				r = w.tox([]string{tt.environment}).must(t, 0)
			} else {
				want = tt.with
				r = w.tox([]string{tt.environment}, strings.Fields(words)...).must(t, 0)
			}
			var called string
			if m := regexp.MustCompile(`(?m)^called: (.*)$`).FindSubmatch(r.stdout); m != nil {
				called = strings.ReplaceAll(strings.TrimSpace(string(m[1])), w.dir+"/", "")
			}
			if called != want {
				t.Errorf("%s -- %s calls %q, want %q\n%s", tt.environment, words, called, want, r.stdout)
			}
		}
	}
}
