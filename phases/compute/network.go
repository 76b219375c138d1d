package compute

import (
	"context"
	"fmt"
	"net/url"
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
	if err = phases.Misread(err, n.ID == ""); err != nil {
		return "", nil, err
	}
	return n.ID, nil, nil
}

func (a *networkAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	return a.r.listNamed(ctx, a.client, "networks", "networks", rec)
}

func (a *networkAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	n, err := networks.Get(ctx, a.client, rec.ID).Extract()
	if err = phases.Misread(err, n.ID != rec.ID); err != nil {
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

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`) //nolint:gochecknoglobals // never written

// networkByName returns the id of the one network that has a name, or this id; "" when there is none. Of networks for floating
// IPs only external ones count: an admin sees every project's networks, and a private one may have the same name.
func networkByName(ctx context.Context, client *gophercloud.ServiceClient, name string, external bool) (string, error) {
	query := url.Values{"name": {name}}
	if external {
		query.Set("router:external", "True")
	}
	found, err := listAll[named](ctx, client, "networks", "networks", query)
	if err == nil && len(found) == 0 && uuid.MatchString(name) {
		query.Del("name")
		query.Set("id", name)
		found, err = listAll[named](ctx, client, "networks", "networks", query)
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
