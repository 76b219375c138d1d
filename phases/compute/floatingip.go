package compute

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// Details of a floating IP's record.
const (
	address = "address"
	portID  = "port_id"
)

// ensureFloatingIP gives a server its floating IP and returns the address.
func (r *resources) ensureFloatingIP(ctx context.Context, server state.Record) (string, error) {
	client, err := r.neutron(ctx)
	if err != nil {
		return "", err
	}
	found, err := portsOf(ctx, client, server.ID)
	if err != nil {
		return "", fmt.Errorf("list the ports of server %s: %w", server.Name, err)
	}
	port := r.choosePort(found)
	if port == nil {
		return "", phases.FailWith("ValueError", "Unable to setup floating IP for validation: port not found on tenant network")
	}
	rec := r.planned(floatingKey+number(server), floatingKind, r.RandName("floatingip"))
	a := &floatingAPI{r: r, client: client, port: port.ID}
	if rec, err = r.ensure(ctx, rec, a); err != nil {
		return "", err
	}
	if a.seen == nil {
		// One of an interrupted create, known from a list.
		if _, err := a.get(ctx, rec); err != nil {
			return "", fmt.Errorf("get floating IP %s: %w", rec.ID, err)
		}
	}
	switch on := a.seen.PortID; {
	case on == port.ID && rec.Detail(portID) == on:
		return rec.Detail(address), nil
	case on == port.ID:
		return a.seen.FloatingIP, r.Journal.Made(rec.Key, rec.ID, floatingDetails(a.seen))
	case on != "":
		return "", phases.Fail("floating IP %s of server %s is on port %s, which is none of the server's; it is left alone", a.seen.FloatingIP, server.Name, on)
	}
	// It was taken off its port, or the server had to be made again.
	f, err := floatingips.Update(ctx, client, rec.ID, floatingips.UpdateOpts{PortID: &port.ID}).Extract()
	if err = phases.Misread(err, f.ID != rec.ID); err != nil {
		return "", fmt.Errorf("associate floating IP %s with server %s: %w", rec.ID, server.Name, err)
	}
	return f.FloatingIP, r.Journal.Made(rec.Key, rec.ID, floatingDetails(f))
}

// choosePort takes the server's port on the network that was asked for, or its first port with an IPv4 address.
func (r *resources) choosePort(found []ports.Port) *ports.Port {
	for i := range found {
		if r.network != "" && found[i].NetworkID != r.network {
			continue
		}
		for _, ip := range found[i].FixedIPs {
			if a, err := netip.ParseAddr(ip.IPAddress); err == nil && a.Is4() {
				return &found[i]
			}
		}
	}
	return nil
}

// floatingAPI makes floating IPs. They have no name; what is recorded as the name is part of the description.
type floatingAPI struct {
	r      *resources
	client *gophercloud.ServiceClient
	port   string
	seen   *floatingips.FloatingIP // as it was last seen
}

func (a *floatingAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	network, err := a.r.externalNetwork(ctx, a.client)
	if err != nil {
		return "", nil, err
	}
	f, err := floatingips.Create(ctx, a.client, floatingips.CreateOpts{
		FloatingNetworkID: network, PortID: a.port, Description: a.r.Description(rec.Name),
	}).Extract()
	if err = phases.Misread(err, f.ID == ""); err != nil {
		return "", nil, err
	}
	a.seen = f
	return f.ID, floatingDetails(f), nil
}

func floatingDetails(f *floatingips.FloatingIP) map[string]string {
	return map[string]string{address: f.FloatingIP, portID: f.PortID}
}

func (a *floatingAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	found, err := listAll[floatingips.FloatingIP](ctx, a.client, "floatingips", "floatingips", url.Values{"description": {a.r.Description(rec.Name)}})
	var out []thing
	for i := range found {
		out = append(out, a.thing(rec, &found[i]))
	}
	return out, err
}

func (a *floatingAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	f, err := floatingips.Get(ctx, a.client, rec.ID).Extract()
	if err = phases.Misread(err, f.ID != rec.ID); err != nil {
		return thing{}, err
	}
	a.seen = f
	return a.thing(rec, f), nil
}

func (a *floatingAPI) remove(ctx context.Context, rec state.Record) error {
	return floatingips.Delete(ctx, a.client, rec.ID).ExtractErr()
}

func (a *floatingAPI) thing(rec state.Record, f *floatingips.FloatingIP) thing {
	if f.Description == a.r.Description(rec.Name) || rec.Detail(phases.Imported) != "" {
		return thing{f.ID, rec.Name, true}
	}
	return thing{f.ID, fmt.Sprintf("%s, described as %q", f.FloatingIP, f.Description), false}
}

// floatingChanges says what became of a recorded floating IP.
func floatingChanges(ctx context.Context, client *gophercloud.ServiceClient, rec state.Record) ([]string, error) {
	f, err := floatingips.Get(ctx, client, rec.ID).Extract()
	if phases.NotFound(err) {
		return []string{fmt.Sprintf("floating IP %s (%s) is gone", rec.Detail(address), rec.ID)}, nil
	}
	if err = phases.Misread(err, f.ID != rec.ID); err != nil {
		return nil, fmt.Errorf("get floating IP %s: %w", rec.Detail(address), err)
	}
	var out []string
	if f.FloatingIP != rec.Detail(address) {
		out = append(out, fmt.Sprintf("floating IP %s now has the address %s, recorded %s", rec.ID, f.FloatingIP, rec.Detail(address)))
	}
	switch was := rec.Detail(portID); {
	case was == "" || f.PortID == was:
	case f.PortID == "":
		out = append(out, fmt.Sprintf("floating IP %s is on no port any more, recorded port %s", rec.Detail(address), was))
	default:
		out = append(out, fmt.Sprintf("floating IP %s moved to port %s, recorded port %s", rec.Detail(address), f.PortID, was))
	}
	return out, nil
}
