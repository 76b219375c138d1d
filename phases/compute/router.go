package compute

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/routers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// routerAPI makes the project's router.
type routerAPI struct {
	r       *resources
	client  *gophercloud.ServiceClient
	gateway string // id of the external network; "" makes a router without gateway
}

func (a *routerAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	o := routers.CreateOpts{Name: rec.Name, Description: a.r.Description(rec.Name), ProjectID: a.r.ProjectID()}
	if a.gateway != "" {
		o.GatewayInfo = &routers.GatewayInfo{NetworkID: a.gateway}
	}
	router, err := routers.Create(ctx, a.client, o).Extract()
	if err = phases.Misread(err, router == nil || router.ID == ""); err != nil {
		return "", nil, err
	}
	return router.ID, nil, nil
}

func (a *routerAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	return a.r.listNamed(ctx, a.client, "routers", "routers", rec)
}

func (a *routerAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	router, err := routers.Get(ctx, a.client, rec.ID).Extract()
	if err = phases.Misread(err, router == nil || router.ID != rec.ID); err != nil {
		return thing{}, err
	}
	return a.thing(rec, router), nil
}

func (a *routerAPI) remove(ctx context.Context, rec state.Record) error {
	return routers.Delete(ctx, a.client, rec.ID).ExtractErr()
}

func (a *routerAPI) thing(rec state.Record, router *routers.Router) thing {
	return thing{router.ID, router.Name, router.Description == a.r.Description(rec.Name)}
}

// interfaceAPI connects the router to the subnet. What Neutron makes for it is a port without a name: it is ours as long as
// it connects the two.
type interfaceAPI struct {
	r      *resources
	client *gophercloud.ServiceClient
}

func (a *interfaceAPI) create(ctx context.Context, _ state.Record) (string, map[string]string, error) {
	router, subnet := a.ends()
	i, err := routers.AddInterface(ctx, a.client, router.ID, routers.AddInterfaceOpts{SubnetID: subnet.ID}).Extract()
	if err = phases.Misread(err, i.PortID == ""); err != nil {
		return "", nil, err
	}
	return i.PortID, nil, nil
}

func (a *interfaceAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	router, subnet := a.ends()
	if !router.Made || !subnet.Made {
		return nil, nil
	}
	found, err := portsOf(ctx, a.client, router.ID)
	var out []thing
	for i := range found {
		out = append(out, a.thing(rec, &found[i]))
	}
	return out, err
}

func (a *interfaceAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	p, err := ports.Get(ctx, a.client, rec.ID).Extract()
	if err = phases.Misread(err, p.ID != rec.ID); err != nil {
		return thing{}, err
	}
	return a.thing(rec, p), nil
}

func (a *interfaceAPI) remove(ctx context.Context, rec state.Record) error {
	router, _ := a.ends()
	return routers.RemoveInterface(ctx, a.client, router.ID, routers.RemoveInterfaceOpts{PortID: rec.ID}).Err
}

func (a *interfaceAPI) ends() (router, subnet state.Record) {
	router, _ = a.r.Journal.Record(routerKey)
	subnet, _ = a.r.Journal.Record(subnetKey)
	return router, subnet
}

func (a *interfaceAPI) thing(rec state.Record, p *ports.Port) thing {
	router, subnet := a.ends()
	onSubnet := slices.ContainsFunc(p.FixedIPs, func(ip ports.IP) bool { return ip.SubnetID == subnet.ID })
	if p.DeviceID != router.ID || !onSubnet {
		return thing{p.ID, fmt.Sprintf("a port of %s %s", p.DeviceOwner, p.DeviceID), false}
	}
	return thing{p.ID, rec.Name, true}
}

// portsOf are the ports of a server or a router.
func portsOf(ctx context.Context, client *gophercloud.ServiceClient, device string) ([]ports.Port, error) {
	return listAll[ports.Port](ctx, client, "ports", "ports", url.Values{"device_id": {device}})
}
