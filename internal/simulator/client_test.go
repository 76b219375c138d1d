//go:build interop

package simulator_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// TestOpenStackClient runs the stock command-line client, found on PATH or
// named by OPENSTACK_CLIENT, against the simulated cloud.
func TestOpenStackClient(t *testing.T) {
	program := os.Getenv("OPENSTACK_CLIENT")
	if program == "" {
		program = "openstack"
	}
	program, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no openstack client: %v", err)
	}
	cloud := start(t, simulator.Options{})
	dir := t.TempDir()
	if err := cloud.WriteConfig(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "object")
	if err := os.WriteFile(file, []byte("content\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := cloud.Inventory()
	for _, step := range []struct{ command, want string }{
		{"token issue -f value -c project_id", cloud.ProjectID("demo")},
		{"--os-cloud simulated-admin project list -f value -c Name", "demo"},
		{"--os-cloud simulated-admin user list -f value -c Name", "demo"},
		{"--os-cloud simulated-admin user create -f value -c name simprobe --password x --project demo", "simprobe"},
		{"--os-cloud simulated-admin role add --user simprobe --project demo member", ""},
		{"--os-cloud simulated-admin role assignment list --names --user simprobe -f value -c Role", "member"},
		{"--os-cloud simulated-admin user delete simprobe", ""},
		{"--os-cloud simulated-admin catalog list -f value -c Type", "object-store"},
		{"--os-cloud simulated-admin compute service list -f value -c Binary", "nova-compute"},
		{"image list -f value -c Name", "cirros-simulated"},
		{"flavor list -f value -c Name", "m1.nano"},
		{"keypair create key --private-key " + filepath.Join(dir, "key") + " -f value -c name", "key"},
		{"network create net -f value -c status", "ACTIVE"},
		{"subnet create sub --network net --subnet-range 127.200.0.0/28 -f value -c gateway_ip", "127.200.0.1"},
		{"router create rtr -f value -c status", "ACTIVE"},
		{"router set rtr --external-gateway public", ""},
		{"router add subnet rtr sub", ""},
		{"security group create grp -f value -c name", "grp"},
		{"security group rule create grp --protocol tcp --dst-port 22 -f value -c port_range_min", "22"},
		{"server create srv --image cirros-simulated --flavor m1.nano --network net --key-name key --security-group grp --wait -f value -c status", "ACTIVE"},
		{"floating ip create public -f value -c status --port " + "PORT", "DOWN"},
		{"server show srv -f value -c status", "ACTIVE"},
		{"server suspend srv", ""},
		{"server list -f value -c Name", "srv"},
		{"server delete srv --wait", ""},
		{"floating ip delete FLOATING", ""},
		{"container create cont -f value -c container", "cont"},
		{"object create cont " + file + " --name obj -f value -c object", "obj"},
		{"object list cont -f value", "obj"},
		{"object delete cont obj", ""},
		{"container delete cont", ""},
		{"security group delete grp", ""},
		{"router remove subnet rtr sub", ""},
		{"router delete rtr", ""},
		{"network delete net", ""},
		{"keypair delete key", ""},
	} {
		command := step.command
		run := func(command string) string {
			cmd := exec.CommandContext(t.Context(), program, strings.Fields(command)...)
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "OS_CLOUD=simulated", "OS_CLIENT_CONFIG_FILE=" + filepath.Join(dir, "clouds.yaml"),
			}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("openstack %s: %v\n%s%s", command, err, out, stderr.String())
			}
			return string(out)
		}
		for place, find := range map[string]string{"PORT": "port list --server srv -f value -c id", "FLOATING": "floating ip list -f value -c ID"} {
			if before, after, ok := strings.Cut(command, place); ok {
				command = before + strings.TrimSpace(run(find)) + after
			}
		}
		if out := run(command); !strings.Contains(out, step.want) {
			t.Errorf("openstack %s: %q lacks %q", command, out, step.want)
		}
	}
	if diff := cmp.Diff(withoutDefaultGroups(before), withoutDefaultGroups(cloud.Inventory())); diff != "" {
		t.Errorf("something was left (-before +after)\n%s", diff)
	}
}

// withoutDefaultGroups leaves out what a cloud makes for a project that uses
// the network, and keeps.
func withoutDefaultGroups(inventory []string) []string {
	var kept []string
	for _, line := range inventory {
		if !strings.HasPrefix(line, "security_group") {
			kept = append(kept, line)
		}
	}
	return kept
}
