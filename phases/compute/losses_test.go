package compute_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/subunit"
)

const (
	existence = "test_verify_persistent_servers_existance"
	canSSH    = "test_can_ssh_into_persistent_servers"
	suspend   = "test_suspend_resume_persistent_server"
)

// user is what the owner of the resources can do beside us.
type user struct {
	t             testing.TB
	w             *world
	nova, neutron *gophercloud.ServiceClient
}

func (w *world) user(t testing.TB) user {
	t.Helper()
	cfg := w.config()
	o, err := cloud.FromConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := cloud.Connect(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	auth, err := cloud.ConfiguredAuth(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := conn.Session(auth)
	u := user{t: t, w: w}
	if u.nova, err = s.ComputeClient(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if u.neutron, err = s.NetworkClient(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return u
}

func (u user) do(err error) {
	u.t.Helper()
	if err != nil {
		u.t.Fatal(err)
	}
}

// becomes waits until a server has a status, or is gone when status is "".
func (u user) becomes(ctx context.Context, id, status string) {
	u.t.Helper()
	for ctx.Err() == nil {
		s, err := servers.Get(ctx, u.nova, id).Extract()
		if status == "" && phases.NotFound(err) || err == nil && s.Status == status && s.TaskState == "" {
			return
		}
		if err != nil {
			u.t.Fatal(err)
		}
	}
}

// TestLosses takes away or changes one thing after another; verify names each.
func TestLosses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		lose func(ctx context.Context, u user, id string)
		test string
		says []string
		also []string // other tests that are red: those that speak of what was lost
		left bool     // the server is not suspended
	}{
		{"server deleted", func(ctx context.Context, u user, id string) {
			u.do(servers.Delete(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "")
		}, existence, []string{"tempest.lib.exceptions.NotFound: Object not found", "is gone"}, []string{canSSH}, true},
		{"server re-created under the same name", func(ctx context.Context, u user, id string) {
			rec := u.w.record("server/1")
			u.do(servers.Delete(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "")
			c := u.w.config().Compute
			network := u.w.network(u)
			s, err := servers.Create(ctx, u.nova, servers.CreateOpts{Name: rec.Name, ImageRef: c.ImageRef, FlavorRef: c.FlavorRef, Networks: []servers.Network{{UUID: network}}}, nil).Extract()
			u.do(err)
			u.becomes(ctx, s.ID, "ACTIVE")
		}, existence, []string{"tempest.lib.exceptions.NotFound: Object not found", "re-created under the same name as another server"}, []string{canSSH}, true},
		{"server stopped", func(ctx context.Context, u user, id string) {
			u.do(servers.Stop(ctx, u.nova, id).ExtractErr())
			u.becomes(ctx, id, "SHUTOFF")
		}, existence, []string{"testtools.matchers._impl.MismatchError: 'ACTIVE' != 'SHUTOFF'", "is SHUTOFF"}, []string{canSSH}, true},
		{"server rebooted", func(ctx context.Context, u user, id string) {
			u.do(servers.Reboot(ctx, u.nova, id, servers.RebootOpts{Type: servers.HardReboot}).ExtractErr())
			u.becomes(ctx, id, "ACTIVE")
		}, canSSH, []string{"boot id changed: the guest was rebooted (up since"}, nil, false},
		{"flavor changed", func(_ context.Context, u user, _ string) {
			c := u.w.config().Compute
			u.w.wrap = answering(`"`+c.FlavorRef+`"`, `"`+c.FlavorRefAlt+`"`)
		}, existence, []string{"its flavor: "}, nil, false},
		{"host key changed", func(_ context.Context, u user, id string) {
			u.do(u.w.cloud.ChangeHostKey(id))
		}, canSSH, []string{"AssertionError: host key of ", " changed: recorded "}, nil, true},
		{"server in ERROR", func(_ context.Context, u user, id string) {
			u.do(u.w.cloud.BreakServer(id, "the host is on fire"))
		}, existence, []string{"MismatchError: 'ACTIVE' != 'ERROR'", "fault: the host is on fire"}, nil, true},
		{"rebooted without a trace", func(_ context.Context, u user, id string) {
			u.do(u.w.cloud.RebootServer(id))
		}, canSSH, []string{"boot id changed: the guest was rebooted (up since"}, nil, false},
		{"SSH rule removed", func(ctx context.Context, u user, _ string) {
			page, err := rules.List(u.neutron, rules.ListOpts{SecGroupID: u.w.record("security_group").ID, Protocol: "tcp", PortRangeMin: 22}).AllPages(ctx)
			u.do(err)
			all, err := rules.ExtractRules(page)
			u.do(err)
			u.do(rules.Delete(ctx, u.neutron, all[0].ID).ExtractErr())
		}, canSSH, []string{`the rule "ingress IPv4 tcp/22" is missing`}, nil, true},
		{"metadata changed", func(ctx context.Context, u user, id string) {
			_, err := servers.UpdateMetadata(ctx, u.nova, id, servers.MetadataOpts{"persistent-resources-run": "another"}).Extract()
			u.do(err)
		}, existence, []string{`its metadata persistent-resources-run: "another"`}, nil, false},
		{"server renamed", func(ctx context.Context, u user, id string) {
			_, err := servers.Update(ctx, u.nova, id, servers.UpdateOpts{Name: "mine"}).Extract()
			u.do(err)
		}, existence, []string{`its name: "mine"`}, nil, false},
		{"floating IP on another port", func(ctx context.Context, u user, _ string) {
			port, err := ports.Create(ctx, u.neutron, ports.CreateOpts{NetworkID: u.w.network(u)}).Extract()
			u.do(err)
			_, err = floatingips.Update(ctx, u.neutron, u.w.record("floating_ip/1").ID, floatingips.UpdateOpts{PortID: &port.ID}).Extract()
			u.do(err)
		}, canSSH, []string{"floating IP ", " moved to port "}, nil, true},
		{"floating IP on no port", func(ctx context.Context, u user, _ string) {
			none := ""
			_, err := floatingips.Update(ctx, u.neutron, u.w.record("floating_ip/1").ID, floatingips.UpdateOpts{PortID: &none}).Extract()
			u.do(err)
		}, canSSH, []string{"is on no port any more"}, nil, true},
		{"floating IP released", func(ctx context.Context, u user, _ string) {
			u.do(floatingips.Delete(ctx, u.neutron, u.w.record("floating_ip/1").ID).ExtractErr())
		}, canSSH, []string{"floating IP ", "is gone"}, nil, true},
		{"security group rule removed", func(ctx context.Context, u user, _ string) {
			page, err := rules.List(u.neutron, rules.ListOpts{SecGroupID: u.w.record("security_group").ID, Protocol: "icmp"}).AllPages(ctx)
			u.do(err)
			all, err := rules.ExtractRules(page)
			u.do(err)
			u.do(rules.Delete(ctx, u.neutron, all[0].ID).ExtractErr())
		}, canSSH, []string{`the rule "ingress IPv4 icmp" is missing`}, nil, false},
		{"security group rule added", func(ctx context.Context, u user, _ string) {
			_, err := rules.Create(ctx, u.neutron, rules.CreateOpts{
				SecGroupID: u.w.record("security_group").ID, Direction: rules.DirIngress, EtherType: rules.EtherType4, Protocol: rules.ProtocolUDP, PortRangeMin: 53, PortRangeMax: 53,
			}).Extract()
			u.do(err)
		}, canSSH, []string{`the rule "ingress IPv4 udp/53" was added`}, nil, false},
		{"key pair replaced", func(ctx context.Context, u user, _ string) {
			name := u.w.record("keypair").Name
			u.do(keypairs.Delete(ctx, u.nova, name, nil).ExtractErr())
			pair, err := guest.GenerateKey(guest.ECDSA)
			u.do(err)
			_, err = keypairs.Create(ctx, u.nova, keypairs.CreateOpts{Name: name, PublicKey: pair.PublicKey}).Extract()
			u.do(err)
		}, canSSH, []string{"was replaced: its fingerprint is"}, nil, false},
		{"key pair deleted", func(ctx context.Context, u user, _ string) {
			u.do(keypairs.Delete(ctx, u.nova, u.w.record("keypair").Name, nil).ExtractErr())
		}, canSSH, []string{"keypair tempest-keypair-", "is gone"}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.asMember(t)
			w.set["validation.ssh_timeout"] = "1"
			w.set["validation.connect_timeout"] = "1"
			w.must(phases.Create)
			u := w.user(t)
			tt.lose(t.Context(), u, w.record("server/1").ID)
			r := w.run(t.Context(), phases.Verify)
			r.failedWith(t, tt.test, tt.says...)
			want := append([]string{tt.test}, tt.also...)
			slices.Sort(want)
			if diff := cmp.Diff(want, r.red()); diff != "" {
				t.Errorf("tests that are red (-want +got):\n%s", diff)
			}
			got := r.tests[suspend]
			if tt.left && got.Status != subunit.Skip {
				t.Errorf("%s is %v, want it to leave the server alone", suspend, got.Status)
			}
			if reason := text(got, "reason"); tt.left && (!strings.HasPrefix(reason, "1 of 1 servers were not suspended, because an earlier test found them lost: server tempest-") || !strings.Contains(reason, " ("+tt.test+").")) {
				t.Errorf("%s is skipped because %q", suspend, reason)
			}
			if !tt.left {
				r.passed(t, suspend)
			}
		})
	}
}

// network is the network that the member's servers are on.
func (w *world) network(u user) string {
	u.t.Helper()
	page, err := networks.List(u.neutron, networks.ListOpts{Name: w.config().Compute.FixedNetworkName}).AllPages(u.t.Context())
	u.do(err)
	all, err := networks.ExtractNetworks(page)
	u.do(err)
	return all[0].ID
}

// answering changes a part of the answers that show a server.
func answering(old, now string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || !strings.Contains(req.URL.Path, "/servers/") {
				return resp, err
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil {
				return nil, err
			}
			body = bytes.ReplaceAll(body, []byte(old), []byte(now))
			resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			return resp, nil
		})
	}
}

// TestFailedLoginIsExplained looks at what a report of an unreachable server holds.
func TestFailedLoginIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	w.must(phases.Create)
	w.set = map[string]string{"validation.ssh_timeout": "2", "validation.connect_timeout": "1", "validation.image_ssh_user": "nobody"}
	r := w.run(t.Context(), phases.Verify, canSSH)
	r.failedWith(t, canSSH, "tempest.lib.exceptions.SSHTimeout: Connection to the ", " via SSH timed out.\nUser: nobody, Password: ***", "SSH authentication")
	name := w.record("server/1").Name
	for attachment, want := range map[string]string{
		"diagnosis of " + name:   "authentication: as nobody with key",
		"console log of " + name: "",
		"API view of " + name:    `"floating_ip_address"`,
	} {
		a := r.tests[canSSH].Attachment(attachment)
		if a == nil || !strings.Contains(string(a.Content), want) || len(a.Content) == 0 {
			t.Errorf("attachment %q (there are %q) does not say %q", attachment, names(r.tests[canSSH]), want)
		}
	}
	key := w.record("keypair")
	for _, a := range r.tests[canSSH].Attachments {
		if strings.Contains(string(a.Content), strings.Split(key.Secret("private_key"), "\n")[1]) {
			t.Errorf("attachment %q shows the private key", a.Name)
		}
	}
}
