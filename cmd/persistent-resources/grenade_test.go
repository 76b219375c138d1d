package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/subunit"
)

// grenade stands in for grenade's machinery: the directories that it lays out, and the functions and variables that its files
// give to a plugin. Its own settings function is used to find the plugin.
type grenade struct {
	*testCloud
	root string // /opt/stack
	save string
}

func startGrenade(t *testing.T) *grenade {
	t.Helper()
	c := startCloud(t, simulator.Options{})
	g := &grenade{testCloud: c, root: c.dir, save: filepath.Join(c.dir, "save")}
	for _, side := range []string{"old", "new"} {
		dir := filepath.Join(g.root, side, "tempest", "etc")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if side == "old" { // upgrade-tempest copies it for the new side
			if err := os.Rename(filepath.Join(c.dir, "etc", "tempest.conf"), filepath.Join(dir, "tempest.conf")); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range map[string]string{
		"grenaderc": fmt.Sprintf("STACK_ROOT=%[1]s\nSAVE_DIR=%[1]s/save\nBASE_RELEASE_DIR=%[1]s/old\nTARGET_RELEASE_DIR=%[1]s/new\n", g.root),
		"functions": "function die { echo \"[Call Trace] line $1: $2\" >&2; exit 1; }\ntrap 'r=$?; [[ $r == 0 ]] || echo \"world dump\" >&2; exit $r' EXIT\n",
	} {
		if err := os.WriteFile(filepath.Join(g.root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(g.save, 0o755); err != nil {
		t.Fatal(err)
	}
	return g
}

// script runs a script of the plugin as grenade does: exported are only the few variables that grenade exports.
func (g *grenade) script(name string, args ...string) result {
	g.t.Helper()
	return g.scriptWith(nil, name, args...)
}

func (g *grenade) scriptWith(env []string, name string, args ...string) result {
	g.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		g.t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join("..", "..", "devstack", "upgrade", name))
	if err != nil {
		g.t.Fatal(err)
	}
	cmd := exec.Command(script, args...)
	cmd.Dir = g.root
	cmd.Env = append(append(userEnv(g.root), "GRENADE_DIR="+g.root, "TOP_DIR="+g.root+"/old/devstack", "LOGDIR="+g.root,
		"PERSISTENT_RESOURCES_BIN="+exe, "PERSISTENT_RESOURCES_SERVICES=object_storage"), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		g.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// results are those of object storage that a job finds in the repository, by their module's action.
func (g *grenade) results() string {
	g.t.Helper()
	dir := g.dir
	g.dir = filepath.Join(g.save, "persistent-resources")
	defer func() { g.dir = dir }()
	var out []string
	for _, r := range resultsOf(g.t.(*testing.T), g.stored()) {
		if !strings.Contains(r.TestID, ".object_storage.") {
			continue
		}
		_, action, _ := strings.Cut(r.TestID, ".test_")
		action, _, _ = strings.Cut(action, "_")
		out = append(out, action+" "+r.Status.String())
	}
	return strings.Join(out, ", ")
}

// TestGrenade makes the calls of a whole upgrade in grenade's order.
func TestGrenade(t *testing.T) {
	g := startGrenade(t)
	g.script("resources.sh", "early_create").must(t, 0, "early_create")
	if got := g.results(); got != "" {
		t.Errorf("the repository begins with %s", got)
	}
	g.script("resources.sh", "create").must(t, 0, "create")
	g.script("resources.sh", "verify", "pre-upgrade").must(t, 0, "verify pre-upgrade")
	g.script("shutdown.sh").must(t, 0, "shutdown")
	remove := g.AddFault(simulator.Fault{Action: simulator.Refuse, Status: 503, Path: "/**"})
	before := len(g.Requests())
	r := g.script("resources.sh", "verify_noapi", "pre-upgrade").must(t, 0, "verify_noapi")
	if asked := len(g.Requests()) - before; asked != 0 {
		t.Errorf("verify_noapi made %d requests\n%s", asked, r.stdout)
	}
	remove()
	g.script("upgrade.sh").must(t, 0, "upgrade")
	g.Restart()
	if err := os.Rename(filepath.Join(g.root, "old", "tempest", "etc", "tempest.conf"), filepath.Join(g.root, "new", "tempest", "etc", "tempest.conf")); err != nil {
		t.Fatal(err)
	}
	g.script("resources.sh", "verify", "post-upgrade").must(t, 0, "verify post-upgrade")
	g.script("resources.sh", "destroy").must(t, 0, "destroy")
	g.unchanged("an upgrade")
	const want = "create success, create success, validate success, validate success, validate success, " +
		"validate skip, validate skip, validate skip, validate success, validate success, validate success, cleanup success"
	if got := g.results(); got != want {
		t.Errorf("the repository holds\n%s\nwant\n%s", got, want)
	}
	for _, name := range []string{"create", "verify.pre-upgrade", "verify-noapi.pre-upgrade", "verify.post-upgrade", "destroy"} {
		if all := readStream(t, filepath.Join(g.save, "persistent-resources", name+".subunit")); len(all) == 0 || all[0].Status == subunit.Fail {
			t.Errorf("the stream of %s has %s", name, lineOf(all))
		}
		xml, err := os.ReadFile(filepath.Join(g.save, "persistent-resources", "TEST-persistent-resources-"+name+".xml"))
		if err != nil || !strings.Contains(string(xml), "<testcase") {
			t.Errorf("the JUnit file of %s: %v", name, err)
		}
	}
	g.nothingSecret()
}

// nothingSecret looks for what the record has of passwords in what grenade publishes.
func (g *grenade) nothingSecret() {
	g.t.Helper()
	private := filepath.Join(g.root, "persistent-resources-state")
	if info, err := os.Stat(private); err != nil || info.Mode().Perm() != 0o700 {
		g.t.Fatalf("the private directory: %v, %v", info, err)
	}
	record, err := os.ReadFile(state.Dir{Path: private}.JournalPath("object_storage"))
	if err != nil {
		g.t.Fatal(err)
	}
	_, secret, ok := strings.Cut(string(record), `"password":"`)
	secret, _, _ = strings.Cut(secret, `"`)
	if !ok || len(secret) < 8 {
		g.t.Fatalf("the record has no password: %.200s", record)
	}
	err = filepath.WalkDir(g.save, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			g.t.Errorf("%s has a password in it", path)
		}
		return err
	})
	if err != nil {
		g.t.Error(err)
	}
}

// TestGrenadeLoss: a phase that finds a loss stops grenade, and a failed run is read like any other.
func TestGrenadeLoss(t *testing.T) {
	g := startGrenade(t)
	if r := g.script("resources.sh", "verify", "pre-upgrade").must(t, 1, "verify without create"); !strings.Contains(r.stdout, "no record of object_storage resources") {
		t.Errorf("verify without create says\n%s", r.stdout)
	}
	g.script("resources.sh", "create").must(t, 0, "create")
	g.script("resources.sh", "create").must(t, 0, "create again")
	remove := g.AddFault(simulator.Fault{Service: "object-store", Method: "GET", Path: "/v1/*/*/*", Action: simulator.Refuse, Status: 404})
	r := g.script("resources.sh", "verify", "post-upgrade").must(t, 1, "verify of what is lost")
	if !strings.Contains(r.stdout, "Lost or changed: object_storage") || !strings.Contains(r.stderr, "world dump") {
		t.Errorf("it says\n%s%s", r.stdout, r.stderr)
	}
	remove()
	if got := g.results(); !strings.HasSuffix(got, "validate fail") {
		t.Errorf("the repository holds %s", got)
	}
	remove = g.AddFault(simulator.Fault{Service: "object-store", Method: "DELETE", Path: "/v1/*/*", Action: simulator.Refuse, Status: 503})
	g.script("resources.sh", "destroy").must(t, 1, "destroy that leaves something")
	g.script("resources.sh", "force_destroy").must(t, 0, "force_destroy that leaves something")
	remove()
	g.script("resources.sh", "force_destroy").must(t, 0, "force_destroy")
	g.unchanged("a loss")
	g.script("resources.sh", "nonsense").must(t, 1, "an unknown phase")
	r = g.scriptWith([]string{"PERSISTENT_RESOURCES_STATE_DIR=" + g.save + "/state"}, "resources.sh", "create").must(t, 1, "state among the results")
	if !strings.Contains(r.stderr, "has passwords in it") {
		t.Errorf("it says\n%s", r.stderr)
	}
}

// TestDevstackPlugin sources the plugin as devstack does, in a checkout in which nothing was built.
func TestDevstackPlugin(t *testing.T) {
	checkout := filepath.Join(t.TempDir(), "persistent-resources")
	if err := os.CopyFS(filepath.Join(checkout, "devstack"), os.DirFS(filepath.Join("..", "..", "devstack"))); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const stack = `set -o errexit -o xtrace
function define_plugin { echo "plugin $1"; }
source "$1/devstack/settings"
for phase in pre-install install post-config extra test-config; do source "$1/devstack/plugin.sh" stack $phase; done
"$1/bin/persistent-resources" list create
source "$1/devstack/plugin.sh" unstack
source "$1/devstack/plugin.sh" clean
test ! -e "$1/bin/persistent-resources"`
	cmd := exec.Command("bash", "-c", stack, "stack.sh", checkout)
	cmd.Env = append(userEnv(checkout), "PERSISTENT_RESOURCES_BIN="+exe)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "plugin persistent-resources\n") || !strings.Contains(string(out), "[persistent-create]") {
		t.Errorf("%v\n%s", err, out)
	}
}
