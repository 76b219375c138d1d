package compute

import (
	"context"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/phases"
)

// isolate gives a dynamic project its own network, subnet and router, as admin, under the conditions and names of Tempest.
func (r *resources) isolate(ctx context.Context) error {
	if !r.Config.Auth.CreateIsolatedNetworks || !r.Config.ServiceAvailable.Neutron || r.Config.Network.SharedPhysicalNetwork {
		return nil
	}
	client, err := r.adminNeutron(ctx)
	if err != nil {
		return err
	}
	gateway, err := r.externalNetwork(ctx, client)
	if err != nil {
		return err
	}
	network, err := r.ensure(ctx, r.planned(networkKey, networkKind, r.RandName(r.ID.Name())+"-network"), &networkAPI{r, client})
	if err != nil {
		return err
	}
	// One number for the three.
	name := strings.TrimSuffix(network.Name, "-network")
	subnet, err := r.ensure(ctx, r.planned(subnetKey, subnetKind, name+"-subnet"), &subnetAPI{r, client, network.ID})
	if err != nil {
		return err
	}
	router, err := r.ensure(ctx, r.planned(routerKey, routerKind, name+"-router"), &routerAPI{r, client, gateway})
	if err != nil {
		return err
	}
	// An interface has no name of its own; it is known by its two ends.
	_, err = r.ensure(ctx, r.planned(interfaceKey, interfaceKind, router.Name+" to "+subnet.Name), &interfaceAPI{r, client})
	return err
}

// externalNetwork is the id of the network that routers lead to and floating IPs are taken from: public_network_id, or the
// network that floating_network_name names; "" when neither is set.
func (r *resources) externalNetwork(ctx context.Context, client *gophercloud.ServiceClient) (string, error) {
	if r.external != "" {
		return r.external, nil
	}
	if id := r.Config.Network.PublicNetworkID; id != "" {
		r.external = id
		return id, nil
	}
	name := r.Config.Network.FloatingNetworkName
	if name == "" {
		return "", nil
	}
	id, err := networkByName(ctx, client, name, true)
	if err != nil {
		return "", err
	}
	if id == "" {
		return "", phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: network.floating_network_name: there is no external network %q that the project can see, by name or by id", name)
	}
	r.external = id
	return id, nil
}

const invalidConfiguration = "tempest.lib.exceptions.InvalidConfiguration"
