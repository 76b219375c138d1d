package compute

import (
	"context"
	"fmt"
	"regexp"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// networkAPI makes the project's network.
type networkAPI struct {
	r      *resources
	client *gophercloud.ServiceClient
}

func (a *networkAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	n, err := networks.Create(ctx, a.client, networks.CreateOpts{
		Name: rec.Name, Description: a.r.Description(rec.Name), ProjectID: a.r.ProjectID(),
	}).Extract()
	if err != nil {
		return "", nil, err
	}
	return n.ID, nil, nil
}

func (a *networkAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	found, err := listNetworks(ctx, a.client, networks.ListOpts{Name: rec.Name})
	var out []thing
	for i := range found {
		out = append(out, a.thing(rec, &found[i]))
	}
	return out, err
}

func (a *networkAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	n, err := networks.Get(ctx, a.client, rec.ID).Extract()
	if err != nil {
		return thing{}, err
	}
	return a.thing(rec, n), nil
}

func (a *networkAPI) remove(ctx context.Context, rec state.Record) error {
	return networks.Delete(ctx, a.client, rec.ID).ExtractErr()
}

func (a *networkAPI) thing(rec state.Record, n *networks.Network) thing {
	return thing{n.ID, n.Name, n.Description == a.r.Description(rec.Name)}
}

func listNetworks(ctx context.Context, client *gophercloud.ServiceClient, o networks.ListOpts) ([]networks.Network, error) {
	page, err := networks.List(client, o).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return networks.ExtractNetworks(page)
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`) //nolint:gochecknoglobals // never written

// networkByName returns the id of the one network that has a name, or this id; "" when there is none.
func networkByName(ctx context.Context, client *gophercloud.ServiceClient, name string) (string, error) {
	found, err := listNetworks(ctx, client, networks.ListOpts{Name: name})
	if err == nil && len(found) == 0 && uuid.MatchString(name) {
		found, err = listNetworks(ctx, client, networks.ListOpts{ID: name})
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("look for the network %s: %w", name, err)
	case len(found) > 1:
		return "", phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: there are %d networks %q; give the one that is meant a name of its own", len(found), name)
	case len(found) == 0:
		return "", nil
	}
	return found[0].ID, nil
}
