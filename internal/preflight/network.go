package preflight

import (
	"context"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"

	"opendev.org/x/persistent-resources/phases"
)

// network is what of a network is looked at.
type network struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Project  string `json:"project_id"`
	Shared   bool   `json:"shared"`
	External bool   `json:"router:external"`
}

// isolated reports whether the project that is made gets a network of its own.
func (c *checker) isolated() bool {
	return c.work.dynamic && c.c.Auth.CreateIsolatedNetworks && !c.c.Network.SharedPhysicalNetwork
}

// networks checks the networks that servers are put on and that floating IPs come from.
func (c *checker) networks(ctx context.Context) {
	client, err := c.work.session.NetworkClient(ctx, c.c)
	if err != nil {
		return
	}
	floating := c.c.Validation.RunValidation && c.c.Validation.ConnectMethod == "floating"
	c.external(ctx, client, floating)
	if c.isolated() {
		return
	}
	name, option := c.work.account.Network, accountsOption
	if name == "" {
		name, option = c.c.Compute.FixedNetworkName, "compute.fixed_network_name"
	}
	all, ok := c.listNetworks(ctx, client, option)
	if !ok {
		return
	}
	if name == "" {
		c.choice(all)
		return
	}
	var found []network
	for _, n := range all {
		if n.Name == name || n.ID == name {
			found = append(found, n)
		}
	}
	switch {
	case len(found) == 0:
		c.add(Fail, option, "there is no network %q that the project can see", name)
	case len(found) > 1:
		c.add(Fail, option, "there are %d networks %q", len(found), name)
	case c.work.dynamic && !found[0].Shared && !found[0].External:
		c.add(Fail, option, "network %q is not shared; the project that is made for the test cannot use it", name)
	}
}

// choice is what Nova does without being told a network: it takes the only one.
func (c *checker) choice(all []network) {
	const option = "compute.fixed_network_name"
	var usable []string
	for _, n := range all {
		if !n.External && (n.Shared || !c.work.dynamic && n.Project == c.work.token.ProjectID) {
			usable = append(usable, n.Name)
		}
	}
	switch {
	case len(usable) > 1:
		c.add(Fail, option, "Nova will not choose among the networks %s: Multiple possible networks found", strings.Join(usable, ", "))
	case len(usable) == 0 && c.c.Validation.RunValidation:
		c.add(Fail, option+",validation.run_validation", "the project has no network, so that no server can be reached")
	case len(usable) == 0:
		c.add(Warn, option, "the project has no network: the server will have none")
	}
}

func (c *checker) listNetworks(ctx context.Context, client *gophercloud.ServiceClient, option string) ([]network, bool) {
	page, err := networks.List(client, networks.ListOpts{}).AllPages(ctx)
	if err != nil {
		c.add(Fail, option, "the networks cannot be listed: %s", phases.Describe(err))
		return nil, false
	}
	var all []network
	if err := networks.ExtractNetworksInto(page, &all); err != nil {
		c.add(Fail, option, "the list of networks cannot be read: %v", err)
		return nil, false
	}
	return all, true
}

// external checks the network of floating IPs and router gateways.
func (c *checker) external(ctx context.Context, client *gophercloud.ServiceClient, floating bool) {
	const byID, byName = "network.public_network_id", "network.floating_network_name"
	if id := c.c.Network.PublicNetworkID; id != "" {
		if !floating && !c.isolated() {
			return
		}
		var body struct {
			Network network `json:"network"`
		}
		if c.get(ctx, client, byID, "network "+id, client.ServiceURL("networks", id), &body) && !body.Network.External {
			c.add(Fail, byID, "network %s (%s) is not external (router:external)", id, body.Network.Name)
		}
		return
	}
	name := c.c.Network.FloatingNetworkName
	if name == "" {
		if floating {
			c.add(Fail, byID+","+byName+",validation.connect_method", "servers are to be reached by floating IPs, and no network of floating IPs is named")
		}
		return
	}
	if !floating && !c.isolated() {
		return
	}
	all, ok := c.listNetworks(ctx, client, byName)
	if !ok {
		return
	}
	n := 0
	for _, found := range all {
		if found.Name == name || found.ID == name {
			n++
		}
	}
	if n != 1 {
		c.add(Fail, byName, "there are %d networks %q, by name or by id", n, name)
	}
}
