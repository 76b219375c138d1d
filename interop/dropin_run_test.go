//go:build interop

package interop

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// These tests let the program keep a repository and real stestr read it, and the other way round.

// TestRepositoryForStestr runs all phases by the program's own "run" and asks stestr about them.
func TestRepositoryForStestr(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t)
	w.program("run", "--regex", createTests).must(t, 0)
	w.sameRepository(len(listed(t, createTests)), 0)
	w.program("run", "--combine", "--regex", verifyTests).must(t, 0)
	w.sameRepository(len(listed(t, createTests))+len(listed(t, verifyTests)), 0)
	w.run("stestr", "slowest").must(t, 0)

	project, container, name := w.object()
	if err := w.OverwriteObject(project, container, name, []byte("not what was stored")); err != nil {
		t.Fatal(err)
	}
	w.program("run", "--regex", verifyTests).must(t, 1)
	w.sameRepository(len(listed(t, verifyTests)), 1)

	// stestr goes on where the program stopped, and the program where stestr did.
	w.run("stestr", "run", "--failing").must(t, 1)
	w.sameRepository(1, 1)
	w.program("run", "--combine", "--failing").must(t, 1)
	w.sameRepository(2, 1)
	w.run("stestr", "run", "--combine", "--concurrency=2", verifyTests).must(t, 1)
	w.sameRepository(2+len(listed(t, verifyTests)), 1)

	w.program("run", "--regex", cleanupTests).must(t, 0)
	w.sameRepository(len(listed(t, cleanupTests)), 0)
	times := w.run("stestr", "slowest", "--all").must(t, 0).stdout
	for _, id := range listed(t, "") {
		if bare, _, _ := strings.Cut(id, "["); strings.Contains(id, cleanupTests) && !bytes.Contains(times, []byte(bare)) {
			t.Errorf("stestr knows no time of %s:\n%s", id, times)
		}
	}
}

// sameRepository compares stestr's reading of the last run with the program's.
func (w *workspace) sameRepository(tests, failed int) {
	w.t.Helper()
	code := map[bool]int{true: 1, false: 0}[failed > 0]
	theirs, own := w.last(), w.program("last", "--subunit").must(w.t, 0).stdout
	if diff := cmp.Diff(events(w.t, theirs), events(w.t, own), nearly); diff != "" {
		w.t.Errorf("\"last --subunit\" (-stestr +ours):\n%s", diff)
	}
	s := summaryOf(results(w.t, theirs))
	if s.Total() != tests || s.Failed != failed && failed == 0 || s.Failed == 0 && failed > 0 {
		w.t.Errorf("stestr reads %d tests of which %d failed, want %d and %d", s.Total(), s.Failed, tests, failed)
	}
	for _, args := range [][]string{{"last"}, {"failing"}, {"failing", "--list"}, {"failing", "--subunit"}, {"last", "--no-subunit-trace"}} {
		want := code
		if args[len(args)-1] == "--subunit" {
			want = 0
		}
		their, our := w.run("stestr", args...).must(w.t, want), w.program(args...).must(w.t, want)
		if args[len(args)-1] == "--subunit" {
			if diff := cmp.Diff(events(w.t, their.stdout), events(w.t, our.stdout), nearly); diff != "" {
				w.t.Errorf("%s (-stestr +ours):\n%s", strings.Join(args, " "), diff)
			}
			continue
		}
		if diff := cmp.Diff(textOf(their.stdout), textOf(our.stdout)); diff != "" {
			w.t.Errorf("%s (-stestr +ours):\n%s", strings.Join(args, " "), diff)
		}
	}
}

var (
	// Classes that ran at once may stand in another order than that of their times: stestr's balance is negative then.
	durations = regexp.MustCompile(`\d+\.\d{3,}|\) => .*`)
	deltas    = regexp.MustCompile(` \([+-][^)]*\)`) // what stestr says of the run before: "Ran 3 (+1) tests in 0.023s (-0.052s)"
	sums      = regexp.MustCompile(`(?m)^(Ran .*|FAILED .*)$`)
)

// textOf is what a command printed, without durations and comparisons with earlier runs.
func textOf(text []byte) string {
	text = sums.ReplaceAllFunc(text, func(line []byte) []byte { return deltas.ReplaceAll(line, nil) })
	return string(durations.ReplaceAll(text, []byte("N")))
}

// TestRepositoryOfKnownStreams loads streams by stestr and by the program under its name, and compares the files.
func TestRepositoryOfKnownStreams(t *testing.T) {
	t.Parallel()
	streams, err := filepath.Glob(filepath.Join("testdata", "golden", "*.subunit"))
	streams = slices.DeleteFunc(streams, func(path string) bool {
		// Content types that stestr itself gave out are no content types any more; what becomes of them differs by version.
		return strings.HasSuffix(path, ".stestr-last.subunit")
	})
	if err != nil || len(streams) == 0 {
		t.Fatalf("no streams: %v", err)
	}
	w := newWorkspace(t)
	shim := w.shim("stestr")
	for _, stream := range streams {
		path, err := filepath.Abs(stream)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string][]string{}
		for _, with := range []string{tool(t, "stestr"), shim} {
			if err := os.RemoveAll(w.path(".stestr")); err != nil {
				t.Fatal(err)
			}
			runCommand(t, w.command(with, "init")).must(t, 0)
			r := runCommand(t, w.command(with, "load", path)).must(t, 0)
			files["stdout"] = append(files["stdout"], string(r.stdout))
			for _, name := range []string{"0", "failing", "format", "next-stream"} {
				text, err := os.ReadFile(w.path(".stestr", name))
				if err != nil {
					t.Fatal(err)
				}
				files[name] = append(files[name], string(text))
			}
		}
		for name, both := range files {
			if name == "failing" {
				// Written by stestr from what it wrote before, whose content types it reads differently by version.
				for i := range both {
					both[i] = strings.ReplaceAll(both[i], ",language=python\n", "\n")
				}
			}
			if diff := cmp.Diff(both[0], both[1]); diff != "" {
				t.Errorf("%s: %s (-stestr +ours):\n%s", filepath.Base(stream), name, diff)
			}
		}
	}
}

// shim is a link to the program under another program's name.
func (w *workspace) shim(name string) string {
	w.t.Helper()
	path := w.path("shims", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Symlink(program(w.t), path); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// TestRunAsTempestRun compares what "tempest run" and the program's "run" select, by the same words.
func TestRunAsTempestRun(t *testing.T) {
	t.Parallel()
	w := newTempestWorkspace(t)
	w.env = append(w.env, "PYTHON="+program(t))
	w.run("stestr", "init").must(t, 0)
	w.write("include", "# comment\npersistent-create # both\n^persistent.*compute.*verify\n")
	w.write("exclude", "object_storage\n#compute\n")
	w.write("ids", strings.Join(listed(t, createTests), "\n")+"\n")
	for _, args := range [][]string{
		nil,
		{"--regex", createTests},
		{"--regex", "create verify"},
		{"--regex", `(?!.*compute)(^persistent)`},
		{"--regex", `^(?!.*compute).*(create|cleanup)`, "--exclude-regex", "cleanup"},
		{"-r", "[Cc]ompute", "--include-list", "include"},
		{"--include_list=include", "--exclude_list=exclude"},
		{"--whitelist-file", "include", "--black-regex", "object"},
		{"--blacklist_file", "exclude"},
		{"--smoke"},
		{"--regex", "nothing like that"},
	} {
		theirs := w.run("tempest", append([]string{"run", "--list-tests"}, args...)...).must(t, 0)
		own := w.program(append([]string{"run", "--list-tests"}, args...)...).must(t, 0)
		if a, b := ours(theirs.stdout), ours(own.stdout); !slices.Equal(a, b) {
			t.Errorf("%v: Tempest selects\n%s\nwe select\n%s", args, strings.Join(a, "\n"), strings.Join(b, "\n"))
		}
	}
	for _, args := range [][]string{
		{"--regex", "nothing like that"},
		{"--regex", "("},
		{"--exclude-regex", "("},
		{"--smoke", "--regex", "x"},
		{"--nonsense"},
		{"persistent"},
	} {
		theirs := w.run("tempest", append([]string{"run"}, args...)...)
		own := w.program(append([]string{"run"}, args...)...)
		if theirs.code != own.code {
			t.Errorf("%v: Tempest's status is %d, ours %d\n%s%s", args, theirs.code, own.code, theirs.stderr, own.stderr)
		}
	}
}

// TestZuulRolesFindTheRun does what the roles run-tempest and fetch-subunit-output do: tox's directory layout, the search for
// stestr and subunit2html in it, the files that are collected. Once with real stestr, once on a machine without Python.
func TestZuulRolesFindTheRun(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]func(*workspace, string) string{
		"real tools": func(w *workspace, name string) string { return tool(w.t, name) },
		"shims":      func(w *workspace, name string) string { return w.shim(name) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			bin := w.path(".tox", "tempest", "bin")
			if err := os.MkdirAll(bin, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"stestr", "subunit2html"} {
				if err := os.Symlink(link(w, name), filepath.Join(bin, name)); err != nil {
					t.Fatal(err)
				}
			}
			w.program("run", "--regex", createTests, "--concurrency=2").must(t, 0)
			w.program("run", "--regex", verifyTests, "--combine").must(t, 0)
			const role = `set -e
[ -d .stestr ] || exit 1
commands=""
[ -f .stestr/failing ] && commands="stestr"
for dir in .nox/*/bin .tox/*/bin; do [ -d "$dir" ] && PATH="$PWD/$dir:$PATH"; done
stestr=$(command -v $commands)
for dir in .; do (cd "$dir" && "$stestr" last --subunit >> collected.tmp); done
mv collected.tmp testrepository.subunit
$(command -v subunit2html) ./testrepository.subunit testr_results.html`
			runCommand(t, w.command("/bin/bash", "-c", role)).must(t, 0)
			stream, err := os.ReadFile(w.path("testrepository.subunit"))
			if err != nil {
				t.Fatal(err)
			}
			if s := summaryOf(results(t, stream)); s.Passed != s.Total() || s.Total() != len(listed(t, createTests))+len(listed(t, verifyTests)) {
				t.Errorf("the collected stream has %d tests, %d passed", s.Total(), s.Passed)
			}
			page, err := os.ReadFile(w.path("testr_results.html"))
			if err != nil || !bytes.Contains(page, []byte("test_create_persistent_container")) {
				t.Errorf("the page does not show the tests: %v", err)
			}
		})
	}
}

// TestJenkinsHabit does what the original plugin's pipeline did: the number of the next run is read before each phase, the
// run's file copied under the phase's name, and the files are read as "cat FILE | subunit-1to2 | subunit2csv". A phase that
// fails does not stop it.
func TestJenkinsHabit(t *testing.T) {
	t.Parallel()
	runs := map[string]func(w *workspace, attribute string) result{
		"run":        func(w *workspace, attribute string) result { return w.program("run", "--regex", attribute) },
		"stestr run": func(w *workspace, attribute string) result { return w.run("stestr", "run", attribute) },
	}
	if _, err := exec.LookPath(filepath.Join(filepath.Dir(tool(t, "stestr")), "ostestr")); err == nil { // os-testr 3 has none
		runs["ostestr"] = func(w *workspace, attribute string) result { return w.run("ostestr", "--regex", attribute) }
	}
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.run("stestr", "init").must(t, 0)
			for _, step := range [][]string{
				{"create", createTests}, {"before_upgrade", verifyTests}, {"after_upgrade", verifyTests}, {"cleanup", cleanupTests},
			} {
				code := 0
				if step[0] == "after_upgrade" {
					project, container, object := w.object()
					if err := w.OverwriteObject(project, container, object, []byte("not what was stored")); err != nil {
						t.Fatal(err)
					}
					code = 1
				}
				next := strings.TrimSpace(string(w.read(w.path(".stestr", "next-stream"))))
				run(w, step[1]).must(t, code)
				w.parsed(step[0], w.read(w.path(".stestr", next)), len(listed(t, step[1])))
			}
		})
	}
}

// parsed reads a run's file as the original's consumer does.
func (w *workspace) parsed(file string, stream []byte, tests int) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "/bin/sh", "-c", tool(w.t, "subunit-1to2")+" | "+tool(w.t, "subunit2csv"))
	cmd.Env, cmd.Stdin = w.env, bytes.NewReader(stream)
	failed := map[bool]int{true: 1, false: 0}[file == "after_upgrade"]
	rows := lines(runCommand(w.t, cmd).must(w.t, failed).stdout)
	if strings.TrimSpace(rows[0]) != "test,status,start_time,stop_time" || len(rows)-1 != tests {
		w.t.Errorf("%s: %d rows, want %d:\n%s", file, len(rows)-1, tests, strings.Join(rows, "\n"))
	}
	w.resourceParse(file, rows[1:], failed)
}

// resourceParse takes ids apart as the original's consumer does: phase and service out of the third part from the end.
func (w *workspace) resourceParse(file string, rows []string, failed int) {
	w.t.Helper()
	for _, row := range rows {
		id, _, _ := strings.Cut(row, "[")
		parts := strings.Split(id, ".")
		words := strings.SplitN(parts[len(parts)-3], "_", 3)
		action := map[string]string{"create": "create", "before_upgrade": "validate", "after_upgrade": "validate", "cleanup": "cleanup"}[file]
		if len(words) != 3 || words[1] != action || !strings.HasSuffix(words[2], "_resources") {
			w.t.Errorf("%s: %s", file, row)
		}
		if !strings.Contains(row, ",success,") {
			failed--
		}
	}
	if failed != 0 {
		w.t.Errorf("%s: %d more or less failed than should:\n%s", file, -failed, strings.Join(rows, "\n"))
	}
}
