package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/glance"
	"opendev.org/x/persistent-resources/internal/simulator/keystone"
	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/nova"
	"opendev.org/x/persistent-resources/internal/simulator/swift"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Options of a simulated cloud. The zero value is usable.
type Options struct {
	// Listen is the address to serve on; default 127.0.0.1:0 (a free port).
	Listen string
	// Transition is how long a change of state takes; default 50ms.
	Transition time.Duration
	// TokenLifetime is how long a token is good for; default one hour.
	TokenLifetime time.Duration
	// AdminPassword is the password of the user admin; made up when empty.
	AdminPassword string
	// GuestPort is the TCP port on which all guests answer SSH, each on an
	// address of its own; 0 takes a free one.
	GuestPort int
	// Release is the OpenStack release whose answers are given, one of
	// Releases; default zed.
	Release string
}

// Releases are those that a simulated cloud can be, older ones first.
func Releases() []string { return []string{wire.Zed, wire.Epoxy} }

func (o Options) withDefaults() Options {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Transition == 0 {
		o.Transition = 50 * time.Millisecond
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.Release == "" {
		o.Release = wire.Zed
	}
	if o.AdminPassword == "" {
		o.AdminPassword = wire.Secret(12)
	}
	return o
}

// Cloud is a running simulated OpenStack. Its methods may be called from any
// goroutine.
type Cloud struct {
	options  Options
	server   *http.Server
	address  string
	services []service

	identity *keystone.Service
	objects  *swift.Service
	images   *glance.Service
	networks *neutron.Service
	compute  *nova.Service

	addresses addressPlan

	log    requestLog
	faults faultTable
	conns  connections

	release   wire.Release
	done      chan struct{} // closed by Close: ends delays
	closeOnce sync.Once
	closeErr  error
}

// Start serves a new cloud until Close is called or ctx ends.
func Start(ctx context.Context, o Options) (*Cloud, error) {
	o = o.withDefaults()
	if !slices.Contains(Releases(), o.Release) {
		return nil, fmt.Errorf("no simulated release %q: there are %v", o.Release, Releases())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Listen, err)
	}
	addresses, err := planAddresses(ctx, o.GuestPort)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	c := &Cloud{options: o, address: listener.Addr().String(), addresses: addresses, done: make(chan struct{})}
	c.release.Set(o.Release)
	c.addServices()
	c.server = &http.Server{
		Handler:           http.HandlerFunc(c.serve),
		ReadHeaderTimeout: time.Minute,
		ConnState:         c.conns.note,
		ConnContext:       remember,
	}
	go func() { _ = c.server.Serve(listener) }() // always returns ErrServerClosed after Close
	context.AfterFunc(ctx, func() { _ = c.Close() })
	return c, nil
}

func (c *Cloud) addServices() {
	c.identity = keystone.New(keystone.Options{
		AdminPassword: c.options.AdminPassword,
		TokenLifetime: c.options.TokenLifetime,
		Region:        Region,
		Release:       &c.release,
		Catalog:       catalog(),
		Projects:      []string{"service", MemberProject},
		Users: []keystone.Account{
			{Name: MemberUser, Password: MemberPassword, Project: MemberProject, Roles: []string{"member"}},
		},
	})
	c.objects = swift.New(c.identity, &c.release)
	c.images = glance.New(c.identity, c.ProjectID(AdminProject), &c.release)
	c.networks = neutron.New(c.identity, neutron.Options{
		Transition: c.options.Transition, AdminProject: c.ProjectID(AdminProject),
		External: c.addresses.external, Private: c.addresses.private, Release: &c.release,
	})
	c.compute = nova.New(nova.Options{
		Transition: c.options.Transition, GuestPort: c.addresses.port, Release: &c.release,
	}, c.identity, c.images, c.networks)
	c.services = []service{
		{"identity", "keystone", "/identity", c.identity},
		{"object-store", "swift", "/object-store", c.objects},
		{"image", "glance", "/image", c.images},
		{"network", "neutron", "/network", c.networks},
		{"compute", "nova", "/compute", c.compute},
	}
}

// URL is the root of the cloud, such as http://127.0.0.1:34567.
func (c *Cloud) URL() string { return "http://" + c.address }

// AuthURL is where Keystone's v3 API is.
func (c *Cloud) AuthURL() string { return c.URL() + "/identity/v3" }

// AdminPassword is the password of the user admin.
func (c *Cloud) AdminPassword() string { return c.options.AdminPassword }

// GuestPort is the TCP port on which all guests answer SSH.
func (c *Cloud) GuestPort() int { return c.addresses.port }

// Close ends the cloud and everything it runs. It may be called twice.
func (c *Cloud) Close() error {
	c.closeOnce.Do(func() {
		close(c.done)
		c.compute.Close()
		_ = c.addresses.claim.Close() // nothing was ever sent there
		if err := c.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			c.closeErr = fmt.Errorf("close the simulated cloud: %w", err)
		}
	})
	return c.closeErr
}

// Restart stands in for an upgrade: the services come back on the same data,
// every token is lost and every open connection is dropped.
func (c *Cloud) Restart() { c.restart(nil) }

// restart leaves one connection, which may be nil.
func (c *Cloud) restart(but net.Conn) {
	c.identity.DropTokens()
	c.conns.drop(but)
}

// Upgrade is a Restart after which the services are those of another release,
// one of Releases.
func (c *Cloud) Upgrade(release string) error { return c.upgrade(release, nil) }

func (c *Cloud) upgrade(release string, but net.Conn) error {
	if !slices.Contains(Releases(), release) {
		return fmt.Errorf("no simulated release %q: there are %v", release, Releases())
	}
	c.release.Set(release)
	c.restart(but)
	return nil
}

// ExpireTokens lets the lifetime of every token that there is be over.
func (c *Cloud) ExpireTokens() { c.identity.ExpireTokens() }

// ProjectID returns the id of a project in the domain Default, or "".
func (c *Cloud) ProjectID(name string) string { return c.identity.ProjectID(name) }
