//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.yaml.in/yaml/v3"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/subunit"
)

// These tests run by Ansible what Zuul's roles run-tempest and fetch-subunit-output do, and look at what is collected.

// gateJob is a node on which the roles run: <dir>/tempest is the checkout that they work in.
type gateJob struct {
	*workspace
	vars map[string]any
	logs string
}

// checkouts are those in which the roles can find the program's tests.
func checkouts() map[string]func(*gateJob) {
	return map[string]func(*gateJob){
		// Tempest's own, in a job of zuul.d.
		"Tempest": func(j *gateJob) {
			j.checkout(filepath.Join("testdata", "jobs", "tempest-tox.ini"))
			top := tempestDir(j.t)
			j.write("tempest/.stestr.conf", fmt.Sprintf("[DEFAULT]\ntest_path=%s/test_discover\ntop_dir=%s\ngroup_regex=([^\\.]*\\.)*\n", top, top))
			environment := zuulEnvironment(j.t)
			environment["PYTHON"] = strings.NewReplacer("/opt/stack/persistent-resources/bin/persistent-resources", program(j.t), "python3", interpreter(j.t)).
				Replace(environment["PYTHON"])
			j.vars["tempest_tox_environment"] = environment
		},
		// This project's, in its place.
		"this project": func(j *gateJob) { j.checkout(filepath.Join("..", "tox.ini")) },
	}
}

// zuulEnvironment is what the jobs of zuul.d set for tox.
func zuulEnvironment(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "zuul.d", "jobs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var items []struct {
		Job struct {
			Vars struct {
				Environment map[string]string `yaml:"tempest_tox_environment"`
			} `yaml:"vars"`
		} `yaml:"job"`
	}
	if err := yaml.Unmarshal(text, &items); err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		if e := i.Job.Vars.Environment; e != nil {
			return e
		}
	}
	t.Fatal("no job of zuul.d sets tempest_tox_environment")
	return nil
}

func newGateJob(t *testing.T, enter func(*gateJob)) *gateJob {
	t.Helper()
	w := newWorkspace(t)
	w.unset("PYTHON")
	w.unset("PERSISTENT_RESOURCES_STATE_DIR") // where it is without being told
	w.env = append(w.env, "PATH="+filepath.Dir(tool(t, "stestr"))+":"+filepath.Dir(program(t))+":"+os.Getenv("PATH"),
		"ANSIBLE_LOCAL_TEMP="+w.path("ansible"), "ANSIBLE_REMOTE_TEMP="+w.path("ansible"), "ANSIBLE_NOCOLOR=1")
	j := &gateJob{workspace: w, logs: w.path("logs")}
	j.vars = map[string]any{"devstack_base_dir": w.dir, "log_dir": j.logs, "ansible_python_interpreter": interpreter(t)}
	for _, dir := range []string{j.logs, w.path("tempest")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	enter(j)
	return j
}

func (j *gateJob) checkout(toxINI string) {
	j.t.Helper()
	text, err := os.ReadFile(toxINI)
	if err != nil {
		j.t.Fatal(err)
	}
	j.write("tempest/tox.ini", string(text))
}

// play runs a playbook.
func (j *gateJob) play(name string) result {
	j.t.Helper()
	vars, err := json.Marshal(j.vars)
	if err != nil {
		j.t.Fatal(err)
	}
	book, err := filepath.Abs(filepath.Join("testdata", "jobs", name))
	if err != nil {
		j.t.Fatal(err)
	}
	return j.run("ansible-playbook", "-i", "localhost,", "-c", "local", "-e", "@"+j.write("vars.json", string(vars)), book)
}

// TestGateJobs: a run that passes, one in which a test fails and one that is killed all end with a stream that has a result for
// every test, and with nothing else that is collected.
func TestGateJobs(t *testing.T) {
	t.Parallel()
	for where, enter := range checkouts() {
		for what, tt := range map[string]struct {
			prepare func(*gateJob)
			code    int // of the play run-tempest
			failed  func(id string) bool
		}{
			"passes": {func(*gateJob) {}, 0, func(string) bool { return false }},
			"fails": {func(j *gateJob) {
				j.AddFault(simulator.Fault{Service: "object-store", Method: "GET", Path: "/v1/*/*/*", Action: simulator.Refuse, Status: 404})
			}, 2, func(id string) bool { return strings.Contains(id, ".test_get_persistent_object[") }},
			"is killed": {(*gateJob).killWhileItCreates, 2, func(id string) bool {
				return !strings.Contains(id, ".test_create_persistent_server[") && !strings.Contains(id, ".test_create_persistent_container[")
			}},
		} {
			t.Run(where+" "+what, func(t *testing.T) {
				t.Parallel()
				j := newGateJob(t, enter)
				tt.prepare(j)
				j.vars["tempest_test_regex"] = "persistent-(create|verify|cleanup)"
				j.vars["tempest_concurrency"] = 1
				j.play("run-tempest.yaml").must(t, tt.code)
				j.play("fetch-subunit-output.yaml").must(t, 0)
				j.collected(tt.failed)
			})
		}
	}
}

// TestGrenadeJob: what the plugin of devstack/upgrade leaves among grenade's files is collected together with Tempest's results,
// also when the job ended before a phase.
func TestGrenadeJob(t *testing.T) {
	t.Parallel()
	j := newGateJob(t, checkouts()["this project"])
	j.env = append(j.env, "PERSISTENT_RESOURCES_STATE_DIR="+j.path("state"))
	saved := j.path("save", "persistent-resources")
	if err := os.MkdirAll(saved, 0o700); err != nil {
		t.Fatal(err)
	}
	j.vars["fetch_subunit_output_additional_dirs"] = []string{saved}
	j.vars["tempest_test_regex"] = createTests
	j.play("run-tempest.yaml").must(t, 0)
	early := j.command(j.shim("stestr"), "load", "--force-init", "/dev/null") // as resources.sh early_create
	early.Dir = saved
	runCommand(t, early).must(t, 0)
	want := sorted(prefixed("success ", listed(t, createTests)))
	for _, phase := range []string{"", verifyTests, cleanupTests} {
		if phase != "" {
			run := j.command(program(t), "run", "--combine", "--regex", phase, "--config-file="+j.path("etc", "tempest.conf"))
			run.Dir = saved
			runCommand(t, run).must(t, 0)
			want = sorted(append(want, prefixed("success ", listed(t, phase))...))
		}
		j.play("fetch-subunit-output.yaml").must(t, 0)
		if got := outcomes(results(t, j.read(filepath.Join(j.logs, "testrepository.subunit")))); !slices.Equal(got, want) {
			t.Errorf("after %q the stream has\n%s\nwant\n%s", phase, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestJobsRefuseCleanup: "tempest cleanup" would delete what the jobs of zuul.d made.
func TestJobsRefuseCleanup(t *testing.T) {
	t.Parallel()
	j := newGateJob(t, func(*gateJob) {})
	refuse := filepath.Join("..", "..", "..", "devstack", "refuse-cleanup.yaml")
	j.play(refuse).must(t, 0)
	for _, yes := range []any{true, "true", "yes"} {
		j.vars["run_tempest_cleanup"] = yes
		if r := j.play(refuse).must(t, 2); !bytes.Contains(r.stdout, []byte("run_tempest_cleanup deletes the persistent resources")) {
			t.Errorf("it says\n%s", r.stdout)
		}
	}
	j.vars["run_tempest_cleanup"] = false
	j.play(refuse).must(t, 0)
}

// killWhileItCreates kills what works on the tests, whatever stands above it, while the first object is made.
func (j *gateJob) killWhileItCreates() {
	var once sync.Once
	j.AddFault(simulator.Fault{Service: "object-store", Method: http.MethodPut, Path: "/v1/*/*/*", Action: simulator.Pass, Before: func(*http.Request) {
		once.Do(func() {
			for _, pid := range j.processes("persistent-resources") {
				words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				if err == nil && !bytes.Contains(words, []byte("--guard")) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		})
	}})
}

// collected checks the stream, the page, and that nothing that is secret is with them.
func (j *gateJob) collected(failed func(id string) bool) {
	j.t.Helper()
	entries, err := os.ReadDir(j.logs)
	if err != nil {
		j.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"testr_results.html", "testrepository.subunit"}; !slices.Equal(names, want) {
		j.t.Fatalf("collected are %v, want %v", names, want)
	}
	var want []string
	for _, id := range listed(j.t, "") {
		status := subunit.Success
		if failed(id) {
			status = subunit.Fail
		}
		want = append(want, status.String()+" "+id)
	}
	if got := outcomes(results(j.t, j.read(filepath.Join(j.logs, "testrepository.subunit")))); !slices.Equal(got, sorted(want)) {
		j.t.Errorf("the stream has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(sorted(want), "\n"))
	}
	if page := j.read(filepath.Join(j.logs, "testr_results.html")); !bytes.Contains(page, []byte("test_create_persistent_object")) {
		j.t.Error("the page does not show the tests")
	}
	j.nothingSecretIn(j.logs, j.path("tempest", ".stestr"))
}

// aSecret finds what the record has of passwords and keys.
var aSecret = regexp.MustCompile(`"(?:password|private_key|admin_pass)":"((?:[^"\\]|\\.)+)"`)

// nothingSecretIn looks for what the record has of passwords and keys, and for the record itself.
func (j *gateJob) nothingSecretIn(dirs ...string) {
	j.t.Helper()
	records, err := filepath.Glob(j.path("tempest", ".persistent-resources", "*.jsonl"))
	if err != nil {
		j.t.Fatal(err)
	}
	var secrets [][]byte
	for _, path := range records {
		for _, m := range aSecret.FindAllSubmatch(j.read(path), -1) {
			secrets = append(secrets, m[1])
		}
	}
	if len(secrets) < 2 {
		j.t.Fatalf("the records %v have %d secrets", records, len(secrets))
	}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text := j.read(path)
			if strings.HasSuffix(path, ".jsonl") || bytes.Contains(text, []byte("PRIVATE KEY")) ||
				slices.ContainsFunc(secrets, func(s []byte) bool { return bytes.Contains(text, s) }) {
				j.t.Errorf("%s holds a secret", path)
			}
			return nil
		})
		if err != nil {
			j.t.Error(err)
		}
	}
}
