package simulator_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"gopkg.in/ini.v1"

	"opendev.org/x/persistent-resources/internal/simulator"
)

// ask sends JSON and returns a value of the answer, such as "server.id".
func (v *visitor) ask(want int, method, path, body, member string) string {
	v.t.Helper()
	if status := v.do(method, path, body); status != want {
		v.t.Fatalf("%s %s: %d, want %d: %s", method, path, status, want, v.body)
	}
	return lookUp([]byte(v.body), member)
}

// until repeats a GET until a member has a value.
func (v *visitor) until(path, member, value string) {
	v.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for v.ask(200, "GET", path, "", member) != value {
		if time.Now().After(deadline) {
			v.t.Fatalf("%s of %s is not %s: %s", member, path, value, v.body)
		}
		time.Sleep(time.Millisecond)
	}
}

// machine is a server with everything around it that an SSH client needs.
type machine struct {
	*visitor
	server, port, address   string
	key, group, rule, user  string
	sshPort                 int
	client                  *ssh.ClientConfig
	hostKey                 string // of the last connection
	network, subnet, router string
}

func boot(t *testing.T, cloud *simulator.Cloud) *machine {
	t.Helper()
	m := &machine{visitor: visit(t, cloud), sshPort: sshPort(t, cloud), key: "key"}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sshKey, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	m.client = &ssh.ClientConfig{
		User: "cirros", Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			m.hostKey = string(key.Marshal())
			return nil
		},
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(sshKey)))
	m.user = m.ask(200, "POST", "/compute/v2.1/os-keypairs", fmt.Sprintf(`{"keypair":{"name":"key","public_key":%q}}`, line), "keypair.user_id")
	image := m.ask(200, "GET", "/image/v2/images", "", "images.0.id")
	external := m.ask(200, "GET", "/network/v2.0/networks?router:external=true", "", "networks.0.id")
	m.network = m.ask(201, "POST", "/network/v2.0/networks", `{"network":{"name":"net"}}`, "network.id")
	m.subnet = m.ask(201, "POST", "/network/v2.0/subnets", fmt.Sprintf(`{"subnet":{"network_id":%q,"ip_version":4,"cidr":"127.201.0.0/28"}}`, m.network), "subnet.id")
	m.router = m.ask(201, "POST", "/network/v2.0/routers", fmt.Sprintf(`{"router":{"external_gateway_info":{"network_id":%q}}}`, external), "router.id")
	m.ask(200, "PUT", "/network/v2.0/routers/"+m.router+"/add_router_interface", fmt.Sprintf(`{"subnet_id":%q}`, m.subnet), "id")
	m.group = m.ask(201, "POST", "/network/v2.0/security-groups", `{"security_group":{"name":"grp"}}`, "security_group.id")
	m.rule = m.ask(201, "POST", "/network/v2.0/security-group-rules", fmt.Sprintf(
		`{"security_group_rule":{"security_group_id":%q,"direction":"ingress","protocol":"tcp","port_range_min":22,"port_range_max":22}}`, m.group), "security_group_rule.id")
	m.server = m.ask(202, "POST", "/compute/v2.1/servers", fmt.Sprintf(
		`{"server":{"name":"Some_Server","imageRef":%q,"flavorRef":"42","key_name":"key","networks":[{"uuid":%q}],"security_groups":[{"name":"grp"}]}}`, image, m.network), "server.id")
	m.until("/compute/v2.1/servers/"+m.server, "server.status", "ACTIVE")
	m.port = m.ask(200, "GET", "/compute/v2.1/servers/"+m.server+"/os-interface", "", "interfaceAttachments.0.port_id")
	m.address = m.ask(201, "POST", "/network/v2.0/floatingips", fmt.Sprintf(
		`{"floatingip":{"floating_network_id":%q,"port_id":%q}}`, external, m.port), "floatingip.floating_ip_address")
	return m
}

// sshPort reads the port from the configuration, as a user would.
func sshPort(t *testing.T, cloud *simulator.Cloud) int {
	t.Helper()
	dir := t.TempDir()
	if err := cloud.WriteConfig(dir); err != nil {
		t.Fatal(err)
	}
	conf, err := ini.Load(dir + "/tempest.conf")
	if err != nil {
		t.Fatal(err)
	}
	port, err := conf.Section("persistent_resources").Key("ssh_port").Int()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (m *machine) run(address, command string) (string, error) {
	endpoint := net.JoinHostPort(address, strconv.Itoa(m.sshPort))
	conn, err := net.DialTimeout("tcp", endpoint, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	inner, channels, requests, err := ssh.NewClientConn(conn, endpoint, m.client)
	if err != nil {
		return "", err
	}
	client := ssh.NewClient(inner, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	out, err := session.Output(command)
	return strings.TrimSpace(string(out)), err
}

// greeting waits a moment for the guest's first byte.
func (m *machine) greeting() error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(m.address, strconv.Itoa(m.sshPort)), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(50 * time.Millisecond))
	_, err = conn.Read(make([]byte, 1))
	return err
}

// up waits until the guest answers and returns its boot id.
func (m *machine) up(address string) string {
	m.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		out, err := m.run(address, "cat /proc/sys/kernel/random/boot_id")
		if err == nil {
			return out
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("the guest at %s does not answer: %v", address, err)
		}
		time.Sleep(time.Millisecond)
	}
}

func (m *machine) act(action string) {
	m.t.Helper()
	m.ask(202, "POST", "/compute/v2.1/servers/"+m.server+"/action", action, "")
}

func (m *machine) status(want string) {
	m.t.Helper()
	m.until("/compute/v2.1/servers/"+m.server, "server.status", want)
}

func TestGuestFollowsItsServer(t *testing.T) {
	cloud := start(t, simulator.Options{Transition: 10 * time.Millisecond})
	m := boot(t, cloud)
	bootID := m.up(m.address)
	hostKey := m.hostKey
	fixed := m.ask(200, "GET", "/network/v2.0/ports/"+m.port, "", "port.fixed_ips.0.ip_address")
	if name, err := m.run(fixed, "hostname"); err != nil || name != "some-server" {
		t.Errorf("host name at the fixed address is %q (%v)", name, err)
	}

	m.act(`{"suspend":{}}`)
	m.status("SUSPENDED")
	if err := m.greeting(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a suspended guest: %v, want silence", err)
	}
	m.act(`{"resume":{}}`)
	m.status("ACTIVE")
	if got := m.up(m.address); got != bootID || m.hostKey != hostKey {
		t.Error("suspending and resuming changed boot id or host key")
	}

	m.act(`{"os-stop":null}`)
	m.status("SHUTOFF")
	if err := m.greeting(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a stopped guest: %v, want a refusal", err)
	}
	m.act(`{"os-start":null}`)
	m.status("ACTIVE")
	if got := m.up(m.address); got == bootID || m.hostKey != hostKey {
		t.Error("stopping and starting kept the boot id or changed the host key")
	}
	bootID = m.up(m.address)
	m.act(`{"reboot":{"type":"SOFT"}}`)
	m.status("ACTIVE")
	if got := m.up(m.address); got == bootID {
		t.Error("rebooting kept the boot id")
	}
	output := m.ask(200, "POST", "/compute/v2.1/servers/"+m.server+"/action", `{"os-getConsoleOutput":{"length":1}}`, "output")
	if !strings.Contains(output, "some-server login:") {
		t.Errorf("console output %q", output)
	}
	if _, err := m.run(m.address, "sudo poweroff"); err == nil {
		t.Log("the connection outlived the power off") // a race of no consequence
	}
	m.status("SHUTOFF")
}

func TestServerLeavesNothing(t *testing.T) {
	cloud := start(t, simulator.Options{Transition: 10 * time.Millisecond})
	visit(t, cloud).do("GET", "/network/v2.0/security-groups", "") // makes the default group
	before := cloud.Inventory()
	m := boot(t, cloud)
	m.up(m.address)
	m.ask(204, "DELETE", "/compute/v2.1/servers/"+m.server, "", "")
	for m.do("GET", "/compute/v2.1/servers/"+m.server, "") != 404 {
		time.Sleep(time.Millisecond)
	}
	if err := m.greeting(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the guest of a deleted server: %v, want a refusal", err)
	}
	floating := m.ask(200, "GET", "/network/v2.0/floatingips", "", "floatingips.0.id")
	m.ask(204, "DELETE", "/network/v2.0/floatingips/"+floating, "", "")
	m.ask(204, "DELETE", "/network/v2.0/security-groups/"+m.group, "", "")
	m.ask(200, "PUT", "/network/v2.0/routers/"+m.router+"/remove_router_interface", fmt.Sprintf(`{"subnet_id":%q}`, m.subnet), "")
	m.ask(204, "DELETE", "/network/v2.0/routers/"+m.router, "", "")
	m.ask(204, "DELETE", "/network/v2.0/networks/"+m.network, "", "")
	m.ask(202, "DELETE", "/compute/v2.1/os-keypairs/key", "", "")
	if diff := cmp.Diff(before, cloud.Inventory()); diff != "" {
		t.Errorf("something was left (-before +after)\n%s", diff)
	}
}

func TestTamperingWithServers(t *testing.T) {
	cloud := start(t, simulator.Options{Transition: 10 * time.Millisecond})
	m := boot(t, cloud)
	type seen struct {
		boot, key, status, created, name, public string
	}
	look := func() seen {
		t.Helper()
		s := seen{boot: m.up(m.address)}
		s.key = m.hostKey
		path := "/compute/v2.1/servers/" + m.server
		s.status = m.ask(200, "GET", path, "", "server.status")
		s.created = m.ask(200, "GET", path, "", "server.created")
		s.name = m.ask(200, "GET", path, "", "server.name")
		s.public = m.ask(200, "GET", "/compute/v2.1/os-keypairs/key", "", "keypair.public_key")
		return s
	}
	other := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5zJhsRAw3/nhRIeMBr5xOnv1v3wX0p0mJmvO2RGQ8A"
	for _, tt := range []struct {
		name    string
		tamper  func() error
		changes []string
	}{
		{"reboot", func() error { return cloud.RebootServer(m.server) }, []string{"boot"}},
		{"host key", func() error { return cloud.ChangeHostKey(m.server) }, []string{"key"}},
		{"rename", func() error { return cloud.RenameServer(m.server, "other") }, []string{"name"}},
		{"key pair", func() error { return cloud.ReplaceKeypair(m.user, "key", other) }, []string{"public"}},
		{"break", func() error { return cloud.BreakServer(m.server, "gone wrong") }, []string{"status"}},
		{"recreate", func() error { return cloud.RecreateServer(m.server) }, []string{"boot", "created", "key"}},
	} {
		before := look()
		if err := tt.tamper(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		after := look()
		var changes []string
		for name, pair := range map[string][2]string{
			"boot": {before.boot, after.boot}, "key": {before.key, after.key}, "status": {before.status, after.status},
			"created": {before.created, after.created}, "name": {before.name, after.name}, "public": {before.public, after.public},
		} {
			if pair[0] != pair[1] {
				changes = append(changes, name)
			}
		}
		slices.Sort(changes)
		if diff := cmp.Diff(tt.changes, changes); diff != "" {
			t.Errorf("%s changed (-want +got)\n%s", tt.name, diff)
		}
	}

	if err := cloud.DropSecurityGroupRule(m.rule); err != nil {
		t.Fatal(err)
	}
	if err := m.greeting(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("without a rule: %v, want silence", err)
	}
	if err := cloud.StopServer(m.server); err != nil {
		t.Fatal(err)
	}
	m.status("SHUTOFF")
	if err := cloud.DisassociateFloatingIP(m.address); err != nil {
		t.Fatal(err)
	}
	if got := m.ask(200, "GET", "/network/v2.0/floatingips?port_id="+m.port, "", "floatingips.0.id"); got != "" {
		t.Errorf("the floating IP %s is still there", got)
	}
	if err := cloud.MoveFloatingIP(m.address, m.server); err != nil {
		t.Fatal(err)
	}
	if got := m.ask(200, "GET", "/network/v2.0/floatingips?port_id="+m.port, "", "floatingips.0.id"); got == "" {
		t.Error("the floating IP did not come back")
	}
	if err := cloud.DeleteServer(m.server); err != nil {
		t.Fatal(err)
	}
	m.ask(404, "GET", "/compute/v2.1/servers/"+m.server, "", "")
	if err := cloud.DeleteFloatingIP(m.address); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"server": cloud.RebootServer(m.server), "address": cloud.DeleteFloatingIP(m.address), "rule": cloud.DropSecurityGroupRule(m.rule),
		"key pair": cloud.ReplaceKeypair(m.user, "nope", other),
	} {
		if err == nil {
			t.Errorf("no error for a missing %s", name)
		}
	}
}

// TestCloudsSideBySide runs two clouds with one SSH port between them.
func TestCloudsSideBySide(t *testing.T) {
	first := start(t, simulator.Options{Transition: 10 * time.Millisecond})
	port := sshPort(t, first)
	second := start(t, simulator.Options{Transition: 10 * time.Millisecond, GuestPort: port})
	a, b := boot(t, first), &machine{visitor: visit(t, second)}
	a.up(a.address)
	public := b.ask(200, "GET", "/network/v2.0/networks?router:external=true", "", "networks.0.id")
	address := b.ask(201, "POST", "/network/v2.0/floatingips", fmt.Sprintf(`{"floatingip":{"floating_network_id":%q}}`, public), "floatingip.floating_ip_address")
	if a.address == address {
		t.Errorf("both clouds gave away %s", address)
	}
	if got := sshPort(t, second); got != port || second.GuestPort() != port {
		t.Errorf("SSH port %d in the configuration and %d from the cloud, want %d", got, second.GuestPort(), port)
	}
}

func TestMultipleNetworksAreAConflict(t *testing.T) {
	cloud := start(t, simulator.Options{Transition: 10 * time.Millisecond})
	v := visit(t, cloud)
	image := v.ask(200, "GET", "/image/v2/images", "", "images.0.id")
	create := fmt.Sprintf(`{"server":{"name":"s","imageRef":%q,"flavorRef":"42"}}`, image)
	// The shared network is the only one: Nova takes it.
	server := v.ask(202, "POST", "/compute/v2.1/servers", create, "server.id")
	v.until("/compute/v2.1/servers/"+server, "server.status", "ACTIVE")
	if got := v.ask(200, "GET", "/compute/v2.1/servers/"+server, "", "server.addresses.private.0.version"); got != "4" {
		t.Errorf("the server is not on the shared network: %s", v.body)
	}
	network := v.ask(201, "POST", "/network/v2.0/networks", `{"network":{"name":"net"}}`, "network.id")
	v.ask(201, "POST", "/network/v2.0/subnets", fmt.Sprintf(`{"subnet":{"network_id":%q,"ip_version":4,"cidr":"10.0.0.0/28"}}`, network), "")
	got := v.ask(409, "POST", "/compute/v2.1/servers", create, "conflictingRequest.message")
	if want := "Multiple possible networks found, use a Network ID to be more specific."; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}

func TestOverLimitBody(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	for _, tt := range []struct {
		fault, path, member, want string
		status                    int
	}{
		{"compute GET * 413", "/compute/v2.1/servers", "overLimit.retryAfter", "0", 413},
		{"compute GET * 403 message=Quota exceeded for cores", "/compute/v2.1/servers", "forbidden.message", "Quota exceeded for cores", 403},
		{"compute GET * 500", "/compute/v2.1/servers", "computeFault.code", "500", 500},
		{"network GET * 409 message=Quota exceeded for resources: ['port'].", "/network/v2.0/ports", "NeutronError.message", "Quota exceeded for resources: ['port'].", 409},
		{"network GET * 503", "/network/v2.0/ports", "NeutronError.type", "ServiceUnavailable", 503},
		{"network GET * 401", "/network/v2.0/ports", "error.code", "401", 401},
	} {
		fault, err := simulator.ParseFault(tt.fault)
		if err != nil {
			t.Fatal(err)
		}
		remove := cloud.AddFault(fault)
		if got := v.ask(tt.status, "GET", tt.path, "", tt.member); got != tt.want {
			t.Errorf("%s: %s is %q, want %q in %s", tt.fault, tt.member, got, tt.want, v.body)
		}
		remove()
	}
	cloud.AddFault(simulator.Fault{Service: "image", Action: simulator.Refuse, Status: 503})
	if v.do("GET", "/image/v2/images", ""); !strings.Contains(v.body, "503 Service Unavailable") || json.Valid([]byte(v.body)) {
		t.Errorf("Glance's page is %q", v.body)
	}
}
