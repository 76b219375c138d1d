package compute_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
)

const createServer = "test_create_persistent_server"

// TestCreateMakesWhatIsMissing takes away a part and runs create again.
func TestCreateMakesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(ctx context.Context, u user) error{
		"server": func(ctx context.Context, u user) error {
			id := u.w.record("server/1").ID
			defer u.becomes(ctx, id, "")
			return servers.Delete(ctx, u.nova, id).ExtractErr()
		},
		"floating IP": func(ctx context.Context, u user) error {
			return floatingips.Delete(ctx, u.neutron, u.w.record("floating_ip/1").ID).ExtractErr()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.asMember(t)
			w.must(phases.Create)
			whole := kinds(w.cloud.Inventory())
			w.user(t).do(lose(t.Context(), w.user(t)))
			w.must(phases.Create)
			if now := kinds(w.cloud.Inventory()); now["server"] != whole["server"] || now["floatingip"] != whole["floatingip"] || now["keypair"] != whole["keypair"] {
				t.Errorf("there are %v, want %v", now, whole)
			}
			w.must(phases.Verify)
			w.must(phases.Delete)
			w.clean("delete")
		})
	}
}

// TestCreateOverWhatChanged runs create again over a server that it finished and that is not as it left it.
func TestCreateOverWhatChanged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(ctx context.Context, u user, id string)
		says   []string // nothing: create mends it
	}{
		{"server suspended", func(ctx context.Context, u user, id string) {
			u.do(servers.Suspend(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "SUSPENDED")
		}, []string{"an earlier create finished server ", " is SUSPENDED, task state None", "testtools.matchers._impl.MismatchError: 'ACTIVE' != 'SUSPENDED'"}},
		{"server stopped", func(ctx context.Context, u user, id string) {
			u.do(servers.Stop(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "SHUTOFF")
		}, []string{"an earlier create finished server ", "'ACTIVE' != 'SHUTOFF'"}},
		{"suspended by a verify that was killed", func(ctx context.Context, u user, id string) {
			j := u.w.journal()
			u.do(j.Made("server/1", id, map[string]string{"suspended_by_verify": "2026-11-22T11:51:10Z"}))
			u.do(j.Close())
			u.do(servers.Suspend(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "SUSPENDED")
		}, nil},
		{"floating IP taken off", func(ctx context.Context, u user, _ string) {
			none := ""
			_, err := floatingips.Update(ctx, u.neutron, u.w.record("floating_ip/1").ID, floatingips.UpdateOpts{PortID: &none}).Extract()
			u.do(err)
		}, nil},
		{"floating IP on another port", func(ctx context.Context, u user, _ string) {
			port, err := ports.Create(ctx, u.neutron, ports.CreateOpts{NetworkID: u.w.network(u)}).Extract()
			u.do(err)
			_, err = floatingips.Update(ctx, u.neutron, u.w.record("floating_ip/1").ID, floatingips.UpdateOpts{PortID: &port.ID}).Extract()
			u.do(err)
		}, []string{" which is none of the server's; it is left alone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.asMember(t)
			w.must(phases.Create)
			tt.change(t.Context(), w.user(t), w.record("server/1").ID)
			if len(tt.says) == 0 {
				w.must(phases.Create)
				w.must(phases.Verify)
				return
			}
			w.run(t.Context(), phases.Create).failedWith(t, createServer, tt.says...)
		})
	}
}

// TestMoreServersLater makes two servers where there was one.
func TestMoreServersLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	w.must(phases.Create)
	first := w.record("server/1")
	w.set["persistent_resources.servers"] = "2"
	w.must(phases.Create)
	if again := w.record("server/1"); again.ID != first.ID {
		t.Errorf("server %s became %s", first.ID, again.ID)
	}
	w.set["persistent_resources.servers"] = "1"
	w.must(phases.Verify)
	w.must(phases.Delete)
	w.clean("delete")
}

// TestCreateFailures holds the texts of what can go wrong; delete cleans up after each.
func TestCreateFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		set   map[string]string
		fault simulator.Fault
		wrap  func(http.RoundTripper) http.RoundTripper
		test  string
		says  []string
	}{
		{"no valid host", nil, simulator.Fault{},
			answering(`"status":"BUILD"`, `"fault":{"message":"No valid host was found. ","code":500,"created":"2026-11-22T11:51:10Z"},"status":"ERROR"`), createServer, []string{
				"tempest.exceptions.BuildErrorException: Server ", " failed to build and is in ERROR status\nDetails: Fault: {'message': 'No valid host was found. ', 'code': 500, 'created': '2026-11-22T11:51:10Z'}. Request ID of server operation performed before checking the server status req-",
			}},
		{"too slow", map[string]string{"compute.build_timeout": "1"}, simulator.Fault{},
			answering(`"status":"ACTIVE"`, `"status":"BUILD"`), createServer, []string{
				"tempest.lib.exceptions.TimeoutException: Request timed out\nDetails: (ComputePersistentResources:test_create_persistent_server) Server ",
				` failed to reach ACTIVE status and task state "None" within the required time (1 s). Current status: BUILD. Current task state: `,
			}},
		{"no SSH", map[string]string{"validation.image_ssh_user": "nobody", "validation.ssh_timeout": "1"}, simulator.Fault{}, nil, createServer, []string{
			"tempest.lib.exceptions.SSHTimeout: Connection to the ", "is ACTIVE and cannot be used",
		}},
		{"no keypair left", nil, simulator.Fault{Service: "compute", Method: "POST", Path: "**/os-keypairs", Action: simulator.Refuse, Status: 403, Message: "Quota exceeded, too many key pairs."}, nil, "setUpClass", []string{
			"tempest.lib.exceptions.Forbidden: Forbidden\nDetails: {", "Quota exceeded, too many key pairs.",
		}},
		{"no network of floating IPs", map[string]string{"network.public_network_id": "", "network.floating_network_name": ""}, simulator.Fault{}, nil, "setUpClass", []string{
			"tempest.lib.exceptions.InvalidConfiguration: Invalid Configuration\nDetails: validation.connect_method is floating, and neither network.public_network_id nor network.floating_network_name",
		}},
		{"unknown network of floating IPs", map[string]string{"network.public_network_id": "", "network.floating_network_name": "nowhere"}, simulator.Fault{}, nil, "setUpClass", []string{
			`Details: network.floating_network_name: there is no external network "nowhere"`,
		}},
		{"no image", map[string]string{"compute.image_ref": ""}, simulator.Fault{}, nil, "setUpClass", []string{
			"tempest.lib.exceptions.InvalidConfiguration: Invalid Configuration\nDetails: ", "image_ref",
		}},
		{"fixed address on an unknown network", map[string]string{"validation.connect_method": "fixed", "validation.network_for_ssh": "nowhere"}, simulator.Fault{}, nil, createServer, []string{
			"KeyError: 'nowhere'", "validation.network_for_ssh",
		}},
		{"no fixed address of the version", map[string]string{"validation.connect_method": "fixed", "validation.ip_version_for_ssh": "6"}, simulator.Fault{}, nil, createServer, []string{
			"tempest.exceptions.ServerUnreachable: Server ", " is not reachable via the configured network",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.asMember(t)
			if tt.set != nil {
				w.set = tt.set
			}
			if tt.fault.Service != "" {
				w.cloud.AddFault(tt.fault)
			}
			w.wrap = tt.wrap
			r := w.run(t.Context(), phases.Create)
			r.failedWith(t, tt.test, tt.says...)
			w.wrap = nil
			w.cloud.ClearFaults()
			w.must(phases.Delete)
			w.clean("delete")
		})
	}
}

// TestFloatingNetworkByName takes floating IPs from a network that is known by its name or by its id.
func TestFloatingNetworkByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cfg := w.config().Network
	for _, name := range []string{cfg.FloatingNetworkName, cfg.PublicNetworkID} {
		w.set = map[string]string{"network.public_network_id": "", "network.floating_network_name": name}
		w.must(phases.Create)
		w.must(phases.Verify)
		w.must(phases.Delete)
		w.clean("delete")
	}
}

// TestFixedAddress reaches the server without a floating IP.
func TestFixedAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, member := range []bool{false, true} {
		if member {
			w.asMember(t)
		}
		w.set = map[string]string{"validation.connect_method": "fixed"}
		w.must(phases.Create)
		if n := kinds(w.cloud.Inventory())["floatingip"] - kinds(w.before)["floatingip"]; n != 0 {
			t.Errorf("%d floating IPs were made", n)
		}
		w.must(phases.Verify)
		w.must(phases.Delete)
		w.clean("delete")
	}
}

// TestNextSubnetIsTaken lets Neutron refuse the first two ranges.
func TestNextSubnetIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cloud.AddFault(simulator.Fault{
		Service: "network", Method: "POST", Path: "**/subnets", Times: 2, Action: simulator.Refuse, Status: 400,
		Message: "Invalid input for operation: Requested subnet with cidr: 10.0.0.0/28 for network: n overlaps with another subnet.",
	})
	w.must(phases.Create)
	tried := 0
	for _, r := range w.cloud.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/subnets") {
			tried++
		}
	}
	if cidr := w.record("subnet").Details["cidr"]; tried != 3 || !strings.HasSuffix(cidr, ".32/28") {
		t.Errorf("subnet %s after %d requests, want the third part", cidr, tried)
	}
	w.must(phases.Delete)
	w.clean("delete")
}

// TestNeutronWithoutBulkOperations is one that is configured with allow_bulk = false.
func TestNeutronWithoutBulkOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cloud.AddFault(simulator.Fault{
		Service: "network", Method: "POST", Path: "**/security-group-rules", Times: 1, Action: simulator.Refuse, Status: 400,
		Message: "Bulk operation not supported",
	})
	w.must(phases.Create)
	var rules []map[string]any
	if err := json.Unmarshal(w.record("security_group").Baseline, &rules); err != nil {
		t.Fatal(err)
	}
	// Neutron's own two for what goes out, SSH on two ports, ICMP.
	if len(rules) != 5 {
		t.Errorf("the security group has the rules %v", rules)
	}
	w.must(phases.Verify)
	w.must(phases.Delete)
	w.clean("delete")
}

// TestMicroversion sends the header only where one is configured, and tells Nova of the network from 2.37 on.
func TestMicroversion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version, network string
		networks         any
	}{
		{"", "", nil},
		{"2.36", "", nil},
		{"2.60", "", "none"},
	} {
		w := newWorld(t)
		w.asMember(t)
		w.set = map[string]string{"compute.min_microversion": tt.version, "compute.fixed_network_name": tt.network, "validation.run_validation": "false"}
		var headers []string
		var networks any
		w.wrap = func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(req *http.Request) (*http.Response, error) {
				// The version document is of no microversion.
				if strings.Contains(req.URL.Path, "/compute/") && !strings.HasSuffix(req.URL.Path, "/v2.1/") {
					headers = append(headers, req.Header.Get("X-OpenStack-Nova-API-Version"))
				}
				if strings.HasSuffix(req.URL.Path, "/servers") {
					body, err := io.ReadAll(req.Body)
					if err != nil {
						return nil, err
					}
					var sent struct{ Server map[string]any }
					if err := json.Unmarshal(body, &sent); err != nil {
						return nil, err
					}
					networks = sent.Server["networks"]
					req.Body = io.NopCloser(strings.NewReader(string(body)))
				}
				return next.RoundTrip(req)
			})
		}
		w.must(phases.Create)
		for _, got := range headers {
			if got != tt.version {
				t.Errorf("microversion %q was sent, want %q", got, tt.version)
			}
		}
		if networks != tt.networks {
			t.Errorf("at %q the networks are %v, want %v", tt.version, networks, tt.networks)
		}
		w.wrap = nil
		w.must(phases.Verify)
		w.must(phases.Delete)
		w.clean("delete")
	}
}

// TestFlavorOfAnotherMicroversion verifies with a microversion that shows flavors in another form than that of create.
func TestFlavorOfAnotherMicroversion(t *testing.T) {
	t.Parallel()
	for _, versions := range [][2]string{{"", "2.60"}, {"2.60", ""}} {
		w := newWorld(t)
		w.asMember(t)
		w.set = map[string]string{"compute.min_microversion": versions[0], "validation.run_validation": "false"}
		if versions[0] == "" {
			delete(w.set, "compute.min_microversion")
		}
		w.must(phases.Create)
		delete(w.set, "compute.min_microversion")
		if versions[1] != "" {
			w.set["compute.min_microversion"] = versions[1]
		}
		w.must(phases.Verify, existence)
		c := w.config().Compute
		w.wrap = answering(`"`+c.FlavorRef+`"`, `"`+c.FlavorRefAlt+`"`)
		if versions[0] != "" {
			w.wrap = answering(`"ram":`, `"ram":1`)
		}
		w.run(t.Context(), phases.Verify, existence).failedWith(t, existence, "its flavor: ")
	}
}

// TestNetworkOfTheSameName: an admin sees every project's networks, and one of them may have the external network's name.
func TestNetworkOfTheSameName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cfg := w.config()
	_, err := networks.Create(t.Context(), w.user(t).neutron, networks.CreateOpts{Name: cfg.Network.FloatingNetworkName}).Extract()
	w.user(t).do(err)
	w.set = map[string]string{"network.public_network_id": ""}
	w.must(phases.Create)
	w.must(phases.Verify)
	w.must(phases.Delete)
}
