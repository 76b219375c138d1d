package compute_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
)

// TestRequests holds the requests of each phase: what is asked, in which order, with which answer. Nothing is asked twice
// but what is waited for.
func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, phase := range []phases.Phase{phases.Create, phases.Verify, phases.Delete} {
		w.cloud.ResetRequests()
		w.must(phase)
		var lines []string
		for _, r := range w.cloud.Requests() {
			line := fmt.Sprintf("%d %s %s", r.Status, r.Method, anonymous(r.Path))
			// How often a server is looked at is a matter of time.
			if len(lines) > 0 && lines[len(lines)-1] == line && r.Method == "GET" {
				continue
			}
			lines = append(lines, line)
		}
		golden(t, "requests-"+phase.String()+".golden", strings.Join(lines, "\n")+"\n")
	}
	w.clean("the three phases")
}

var (
	ids     = regexp.MustCompile(`[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	numbers = regexp.MustCompile(`-\d{3,10}\b`)
)

// anonymous replaces what differs from run to run.
func anonymous(path string) string {
	return numbers.ReplaceAllString(ids.ReplaceAllString(path, "ID"), "-N")
}

func TestLifeCycle(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]struct {
		member bool
		set    map[string]string
		want   map[string]int // what create adds to the cloud
	}{
		"dynamic project": {false, nil, map[string]int{
			"project": 1, "user": 1, "network": 1, "subnet": 1, "router": 1, "server": 1, "keypair": 1, "floatingip": 1, "security_group": 2,
		}},
		"member's own project": {true, nil, map[string]int{"server": 1, "keypair": 1, "floatingip": 1, "security_group": 1}},
		"RSA key": {true, map[string]string{"validation.ssh_key_type": "rsa"}, map[string]int{
			"server": 1, "keypair": 1, "floatingip": 1, "security_group": 1,
		}},
		"without validation": {true, map[string]string{"validation.run_validation": "false"}, map[string]int{"server": 1}},
		"newer microversion": {true, map[string]string{"compute.min_microversion": "2.60"}, map[string]int{
			"server": 1, "keypair": 1, "floatingip": 1, "security_group": 1,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if set.member {
				w.asMember(t)
			}
			w.set = set.set
			w.must(phases.Create)
			made := w.cloud.Inventory()
			added := kinds(made)
			for kind, n := range kinds(w.before) {
				added[kind] -= n
			}
			got := map[string]int{}
			for kind := range set.want {
				got[kind] = added[kind]
			}
			if diff := cmp.Diff(set.want, got); diff != "" {
				t.Errorf("create made (-want +got):\n%s", diff)
			}
			w.must(phases.Create)
			if diff := cmp.Diff(made, w.cloud.Inventory()); diff != "" {
				t.Errorf("create again changed the cloud:\n%s", diff)
			}
			w.must(phases.Verify)
			w.cloud.Restart()
			w.must(phases.Verify)
			w.must(phases.Delete)
			w.clean("delete")
			w.must(phases.Delete)
		})
	}
}

func TestSkips(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const create = "ComputePersistentResources"
	for _, tt := range []struct {
		option, value string
		phase         phases.Phase
		test, reason  string
	}{
		{"service_available.nova", "false", phases.Create, "setUpClass", "Nova is not available"},
		{"service_available.neutron", "false", phases.Create, "setUpClass", create + " skipped as neutron is not available: clouds without Neutron (nova-network) are out of scope"},
		{"", "", phases.Create, "", ""},
		{"validation.run_validation", "false", phases.Verify, "test_can_ssh_into_persistent_servers", "Instance validation tests are disabled."},
		{"compute-feature-enabled.suspend", "false", phases.Verify, "test_suspend_resume_persistent_server", "Suspend is not available."},
		{"persistent_resources.operations", "false", phases.Verify, "test_suspend_resume_persistent_server", "[persistent_resources] operations is false: verify changes no resource, not even to put it back."},
	} {
		w.set = map[string]string{tt.option: tt.value}
		if tt.option == "" {
			w.set = map[string]string{}
		}
		r := w.must(tt.phase)
		if tt.test != "" {
			r.skipped(t, tt.test, tt.reason)
		}
	}
}

func TestWithoutAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(phases.Create)
	w.cloud.ResetRequests()
	w.noAPI = true
	r := w.must(phases.Verify)
	r.passed(t, "test_can_ssh_into_persistent_servers")
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "not, because --no-api was given: the key pair and the security group") {
		t.Errorf("notes %q, want what was not verified", r.Notes)
	}
	for _, test := range []string{"test_verify_persistent_servers_existance", "test_suspend_resume_persistent_server"} {
		r.skipped(t, test, "This test needs an OpenStack API, and --no-api was given.")
	}
	if got := w.cloud.Requests(); len(got) > 0 {
		t.Errorf("verify without API sent %s %s", got[0].Method, got[0].Path)
	}
}

func TestNothingRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// Create fails before its first server.
	w.set = map[string]string{"compute.fixed_network_name": "nowhere", "auth.create_isolated_networks": "false"}
	r := w.run(t.Context(), phases.Create)
	r.failedWith(t, "setUpClass", "tempest.lib.exceptions.InvalidConfiguration", `there is no network "nowhere" that the project can see`)
	w.must(phases.Delete)
	w.clean("delete")
}

// TestAccount works as a pre-provisioned account whose network the accounts file names.
func TestAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	network := w.config().Compute.FixedNetworkName
	w.named = ""
	file := filepath.Join(w.dir, "accounts.yaml")
	account := fmt.Sprintf("- username: %q\n  password: %q\n  project_name: %q\n  domain_name: Default\n  resources:\n    network: %q\n",
		simulator.MemberUser, simulator.MemberPassword, simulator.MemberProject, network)
	if err := os.WriteFile(file, []byte(account), 0o600); err != nil {
		t.Fatal(err)
	}
	w.set = map[string]string{
		"auth.use_dynamic_credentials": "false", "auth.test_accounts_file": file, "compute.fixed_network_name": "nowhere",
		"oslo_concurrency.lock_path": filepath.Join(w.dir, "lock"),
	}
	w.must(phases.Create)
	w.must(phases.Verify)
	w.must(phases.Delete)
	w.clean("delete")
}
