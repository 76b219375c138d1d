package guest

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// address is one that nothing else listens on by default.
const address = "127.77.200.1"

// rig is a guest and a client that knows its key.
type rig struct {
	*Guest
	t      *testing.T
	port   int
	client *ssh.ClientConfig
	seen   ssh.PublicKey // the host key of the last connection
}

func newRig(t *testing.T) *rig {
	t.Helper()
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
	r := &rig{t: t, port: freePort(t)}
	r.client = &ssh.ClientConfig{
		User: User, Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, Timeout: time.Second,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			r.seen = key
			return nil
		},
	}
	r.Guest, err = New(Options{
		Hostname: "a-guest", User: User, Keys: []string{string(ssh.MarshalAuthorizedKey(sshKey))}, Port: r.port,
	}, func(command string) {
		if command == "reboot" {
			r.Reboot()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.SetNetwork([]string{address, "10.1.2.3", "nonsense"}, true)
	return r
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func (r *rig) endpoint() string { return net.JoinHostPort(address, strconv.Itoa(r.port)) }

// run logs in anew and runs a command.
func (r *rig) run(command string) (string, error) {
	conn, err := net.DialTimeout("tcp", r.endpoint(), time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	client, channels, requests, err := ssh.NewClientConn(conn, r.endpoint(), r.client)
	if err != nil {
		return "", err
	}
	c := ssh.NewClient(client, channels, requests)
	defer c.Close()
	session, err := c.NewSession()
	if err != nil {
		return "", err
	}
	out, err := session.Output(command)
	return strings.TrimSpace(string(out)), err
}

// up waits until the guest answers: booting takes a moment.
func (r *rig) up() string {
	r.t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for {
		out, err := r.run("cat /proc/sys/kernel/random/boot_id")
		if err == nil {
			return out
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the guest does not come up: %v", err)
		}
		time.Sleep(time.Millisecond) // nothing tells when the listener is open
	}
}

func (r *rig) must(command string) string {
	r.t.Helper()
	out, err := r.run(command)
	if err != nil {
		r.t.Fatalf("%s: %v", command, err)
	}
	return out
}

func TestIdentity(t *testing.T) {
	r := newRig(t)
	if _, err := r.run("hostname"); err == nil {
		t.Error("a guest that is off answers")
	}
	r.PowerOn()
	boot := r.up()
	key := string(r.seen.Marshal())
	if got := r.must("set -eu -o pipefail; PATH=$PATH:/sbin; hostname"); got != "a-guest" {
		t.Errorf("hostname %q", got)
	}
	r.must("echo kept > mark")

	same := func(what string, wantBoot, wantKey bool) {
		t.Helper()
		newBoot := r.up()
		newKey := string(r.seen.Marshal())
		if (newBoot == boot) != wantBoot {
			t.Errorf("%s: same boot id is %t, want %t", what, newBoot == boot, wantBoot)
		}
		if (newKey == key) != wantKey {
			t.Errorf("%s: same host key is %t, want %t", what, newKey == key, wantKey)
		}
		boot, key = newBoot, newKey
	}
	r.PowerOn()
	same("power on while up", true, true)
	r.Freeze()
	r.Thaw()
	same("suspend and resume", true, true)
	r.Reboot()
	same("reboot", false, true)
	if got := r.must("cat mark"); got != "kept" {
		t.Errorf("file after a reboot: %q", got)
	}
	r.PowerOff()
	r.PowerOn()
	same("power off and on", false, true)
	_, _ = r.run("sudo reboot") // takes its own connection away
	same("reboot from inside", false, true)
	if err := r.NewIdentity(false); err != nil {
		t.Fatal(err)
	}
	same("another host key", true, false)
	if err := r.NewIdentity(true); err != nil {
		t.Fatal(err)
	}
	same("rebuilt", false, false)
	if _, err := r.run("cat mark"); err == nil {
		t.Error("the file is there after a rebuild")
	}
}

func TestSilence(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	timedOut := func(what string) {
		t.Helper()
		conn, err := net.DialTimeout("tcp", r.endpoint(), time.Second)
		if err != nil {
			t.Errorf("%s: %v, want silence", what, err)
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %v, want silence", what, err)
		}
	}
	refused := func(what string) {
		t.Helper()
		if _, err := net.DialTimeout("tcp", r.endpoint(), time.Second); err == nil {
			t.Errorf("%s: the connection is accepted", what)
		}
	}
	r.Freeze()
	timedOut("suspended")
	r.Thaw()
	r.must("hostname")
	r.SetNetwork([]string{address}, false)
	timedOut("no rule lets SSH in")
	r.SetNetwork([]string{address}, true)
	r.must("hostname")
	r.SetNetwork(nil, true)
	refused("address taken away")
	r.SetNetwork([]string{address}, true)
	r.must("hostname")
	r.PowerOff()
	refused("off")
	r.PowerOn()
	r.up()
	r.Close()
	refused("deleted")
	r.PowerOn()
	refused("switched on after deletion")
}

// TestSilentConnectionEndsWithItsClient sees that a connection that was never
// answered is not kept after its client has gone, and that one whose client
// waited is answered when the network lets it in.
func TestSilentConnectionEndsWithItsClient(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	r.SetNetwork([]string{address}, false)
	left, err := net.Dial("tcp", r.endpoint())
	if err != nil {
		t.Fatal(err)
	}
	stays, err := net.Dial("tcp", r.endpoint())
	if err != nil {
		t.Fatal(err)
	}
	defer stays.Close()
	if _, err := stays.Write([]byte("SSH-2.0-early\r\n")); err != nil {
		t.Fatal(err)
	}
	kept := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.conns)
	}
	reached := func(n int) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); kept() != n; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d connections are kept, want %d", kept(), n)
			}
		}
	}
	reached(2)
	_ = left.Close()
	reached(1)
	r.SetNetwork([]string{address}, true)
	_ = stays.SetDeadline(time.Now().Add(30 * time.Second))
	banner := make([]byte, 8)
	if _, err := io.ReadFull(stays, banner); err != nil || string(banner) != "SSH-2.0-" {
		t.Errorf("after the rule is back: %q, %v", banner, err)
	}
}

// TestFreezeKeepsConnections runs a command while the guest is suspended: it
// answers when the guest goes on.
func TestFreezeKeepsConnections(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	client, err := ssh.Dial("tcp", r.endpoint(), r.client)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r.Freeze()
	answer := make(chan string)
	go func() {
		session, err := client.NewSession()
		if err != nil {
			answer <- err.Error()
			return
		}
		out, err := session.Output("hostname")
		answer <- string(out)
		if err != nil {
			t.Error(err)
		}
	}()
	select {
	case got := <-answer:
		t.Errorf("a suspended guest answered %q", got)
	case <-time.After(50 * time.Millisecond):
	}
	r.Thaw()
	if got := <-answer; got != "a-guest\n" {
		t.Errorf("answer after resume: %q", got)
	}
}

func TestPowerOffBreaksConnections(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	client, err := ssh.Dial("tcp", r.endpoint(), r.client)
	if err != nil {
		t.Fatal(err)
	}
	broken := make(chan error)
	go func() { broken <- client.Wait() }()
	r.PowerOff()
	if err := <-broken; err == nil {
		t.Error("the connection ended in order")
	}
}

func TestLogin(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	good := r.client.Auth
	_, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := ssh.NewSignerFromKey(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, user string
		auth       []ssh.AuthMethod
		ok         bool
	}{
		{"injected key", User, good, true},
		{"another user", "root", good, false},
		{"another key", User, []ssh.AuthMethod{ssh.PublicKeys(foreign)}, false},
		{"CirrOS' password", User, []ssh.AuthMethod{ssh.Password(Password)}, true},
		{"another password", User, []ssh.AuthMethod{ssh.Password("nope")}, false},
	} {
		r.client.User, r.client.Auth = tt.user, tt.auth
		if _, err := r.run("true"); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestUptimeStandsStillWhileFrozen(t *testing.T) {
	r := newRig(t)
	r.PowerOn()
	r.up()
	r.Freeze()
	before := r.uptime()
	time.Sleep(20 * time.Millisecond)
	if after := r.uptime(); after != before {
		t.Errorf("uptime went from %v to %v while frozen", before, after)
	}
	r.Thaw()
	if after := r.uptime(); after-before > 15*time.Millisecond {
		t.Errorf("uptime jumped from %v to %v at resume", before, after)
	}
}

func TestConsole(t *testing.T) {
	r := newRig(t)
	if got := r.Console(0); got != "" {
		t.Errorf("console of a guest that never ran: %q", got)
	}
	r.PowerOn()
	if got := r.Console(0); !strings.Contains(got, "a-guest login:") || !strings.Contains(got, r.BootID()) {
		t.Errorf("console %q", got)
	}
	if got := r.Console(1); strings.Contains(got, "\n") || got == "" {
		t.Errorf("last line of the console %q", got)
	}
}
