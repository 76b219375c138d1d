// Package guest simulates the inside of a server: an SSH server that knows
// the injected key, a small command interpreter, and an identity (host keys,
// boot id, uptime) that lasts as long as a real guest's would.
package guest

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Options of a guest.
type Options struct {
	Hostname string
	User     string        // who may log in
	Keys     []string      // public keys, a line each as in authorized_keys
	BootTime time.Duration // from power on until SSH answers
	Port     int           // TCP port of SSH on every address
}

// User is the login of the ready image, and its password, which CirrOS has
// built in.
const (
	User     = "cirros"
	Password = "gocubsgo"
)

type state int

const (
	off state = iota
	booting
	running
	frozen // suspended or paused: what it holds stays, nothing moves
)

// Guest is a simulated machine. Its methods may be called from any goroutine.
type Guest struct {
	options Options
	files   *files

	mu        sync.Mutex
	state     state
	boots     int           // counts boots: what belongs to an older one is dead
	changed   chan struct{} // closed at every change of state, and renewed
	hostKeys  []ssh.Signer
	bootID    string
	bootedAt  time.Time
	frozenAt  time.Time
	addresses []netip.Addr
	admits    bool // whether the network lets SSH in
	listeners map[netip.Addr]net.Listener
	conns     map[net.Conn]bool
	closed    bool
	onPower   func(command string)
}

// New returns a guest that is switched off. onPower is told of a reboot or
// poweroff from inside.
func New(o Options, onPower func(command string)) (*Guest, error) {
	keys, err := newHostKeys()
	if err != nil {
		return nil, err
	}
	g := &Guest{
		options: o, hostKeys: keys, changed: make(chan struct{}), onPower: onPower,
		listeners: map[netip.Addr]net.Listener{}, conns: map[net.Conn]bool{},
	}
	g.files = newFiles(g)
	return g, nil
}

// update changes the state under the lock and wakes whoever waits for it.
func (g *Guest) update(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
	close(g.changed)
	g.changed = make(chan struct{})
	g.listen()
}

// PowerOn boots the guest; one that runs is left alone.
func (g *Guest) PowerOn() {
	g.update(func() {
		if g.state == off && !g.closed {
			g.boot()
		}
	})
}

// Reboot gives the guest a new boot id; its host keys and files stay.
func (g *Guest) Reboot() {
	g.update(func() {
		if !g.closed {
			g.boot()
		}
	})
}

func (g *Guest) boot() {
	g.hangUp()
	g.state = booting
	g.boots++
	g.bootID, g.bootedAt = wire.UUID(), time.Now()
	boot := g.boots
	time.AfterFunc(g.options.BootTime, func() {
		g.update(func() {
			if g.boots == boot && g.state == booting {
				g.state = running
			}
		})
	})
}

// PowerOff ends every connection and refuses new ones.
func (g *Guest) PowerOff() {
	g.update(func() {
		g.hangUp()
		g.state = off
		g.boots++
	})
}

// Freeze stops the guest as suspending does: connections stay open and get no
// answer.
func (g *Guest) Freeze() {
	g.update(func() {
		if g.state == running || g.state == booting {
			g.state, g.frozenAt = frozen, time.Now()
		}
	})
}

// Thaw lets a frozen guest go on. Its uptime has stood still.
func (g *Guest) Thaw() {
	g.update(func() {
		if g.state == frozen {
			g.state = running
			g.bootedAt = g.bootedAt.Add(time.Since(g.frozenAt))
		}
	})
}

// Close ends the guest for good.
func (g *Guest) Close() {
	g.update(func() {
		g.closed = true
		g.hangUp()
		g.state = off
		g.boots++
	})
}

// SetNetwork tells which addresses are the guest's and whether SSH gets
// through to them. Only loopback addresses can be listened on.
func (g *Guest) SetNetwork(addresses []string, admits bool) {
	var valid []netip.Addr
	for _, text := range addresses {
		if address, err := netip.ParseAddr(text); err == nil && address.IsLoopback() {
			valid = append(valid, address)
		}
	}
	g.update(func() { g.addresses, g.admits = valid, admits })
}

// NewIdentity makes the guest another machine behind the same addresses: new
// host keys and, when rebuilt, its files as at first boot and a new boot id.
func (g *Guest) NewIdentity(rebuilt bool) error {
	keys, err := newHostKeys()
	if err != nil {
		return err
	}
	g.update(func() {
		g.hostKeys = keys
		if rebuilt && !g.closed {
			g.files.reset()
			g.boot()
		}
	})
	return nil
}

// SetKeys replaces the keys that may log in.
func (g *Guest) SetKeys(keys []string) {
	g.update(func() { g.options.Keys = slices.Clone(keys) })
}

// listen opens and closes listeners so that they are the addresses of a guest
// that is up.
func (g *Guest) listen() {
	up := g.state == running || g.state == frozen
	for address, listener := range g.listeners {
		if !up || !slices.Contains(g.addresses, address) {
			_ = listener.Close()
			delete(g.listeners, address)
		}
	}
	if !up {
		return
	}
	for _, address := range g.addresses {
		if g.listeners[address] != nil {
			continue
		}
		listener, err := net.Listen("tcp", netip.AddrPortFrom(address, uint16(g.options.Port)).String())
		if err != nil {
			continue // taken by another program: the guest is not reachable there
		}
		g.listeners[address] = listener
		go g.accept(listener, g.boots)
	}
}

// hangUp drops every connection.
func (g *Guest) hangUp() {
	for conn := range g.conns {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		delete(g.conns, conn)
	}
}

// await waits until the guest is in a condition, and reports false when the
// boot the waiter belongs to is over, or gone is closed.
func (g *Guest) await(boot int, gone <-chan struct{}, condition func() bool) bool {
	for {
		g.mu.Lock()
		changed, over, ok := g.changed, g.boots != boot, condition()
		g.mu.Unlock()
		if over {
			return false
		}
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-gone:
			return false
		}
	}
}

// BootID is what /proc/sys/kernel/random/boot_id holds.
func (g *Guest) BootID() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.bootID
}

// uptime counts from the last boot without the time frozen.
func (g *Guest) uptime() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.state {
	case off:
		return 0
	case frozen:
		return g.frozenAt.Sub(g.bootedAt)
	default:
		return time.Since(g.bootedAt)
	}
}

// Console returns the last lines of what the guest printed at boot; all of
// them for 0.
func (g *Guest) Console(lines int) string {
	g.mu.Lock()
	up := g.state != off
	g.mu.Unlock()
	if !up && g.BootID() == "" {
		return ""
	}
	name, release, version, machine := g.files.Kernel()
	text := []string{
		fmt.Sprintf("[    0.000000] %s version %s (simulated) %s", name, release, version),
		"[    0.000000] Command line: console=ttyS0",
		fmt.Sprintf("[    0.100000] %s: 1 processor", machine),
		"info: initramfs: up at 0.20",
		"=== datasource: ec2 net ===",
		"hostname:    " + g.options.Hostname,
		"boot_id:     " + g.BootID(),
		"=== sshd host keys ===",
	}
	g.mu.Lock()
	for _, key := range g.hostKeys {
		text = append(text, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))+" root@"+g.options.Hostname)
	}
	g.mu.Unlock()
	text = append(text, "", g.options.Hostname+" login: ")
	if lines > 0 && lines < len(text) {
		text = text[len(text)-lines:]
	}
	return strings.Join(text, "\n")
}
