package compute

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// nameless reports whether a record is of a server that the original plugin made: that recorded no server's name, and the
// id stands for it.
func nameless(rec state.Record) bool {
	return rec.Detail(phases.Imported) != "" && rec.Name == rec.ID
}

// originalName is how the original named its servers: <prefix>-ComputePersistentResources-server-<number>.
var originalName = regexp.MustCompile(`^(.+-)?ComputePersistentResources-server-\d+$`)

// recordedName is a server's name as the record would have it: of a nameless one, any that the original gives.
func recordedName(rec state.Record, name string) string {
	if nameless(rec) && originalName.MatchString(name) {
		return rec.Name
	}
	return name
}

// named gives a nameless record the name that Nova shows. Without API it stays as it is.
func (r *resources) named(ctx context.Context, rec state.Record) (state.Record, error) {
	if !nameless(rec) || r.NoAPI {
		return rec, nil
	}
	s, err := r.look(ctx, rec)
	if err != nil {
		return rec, err
	}
	rec.Name = s.Name
	return rec, nil
}

// importedAddress is where a server without a floating IP is reached, as the original looked for it: at its address on
// [validation] network_for_ssh. "" where that cannot be known.
func (r *resources) importedAddress(ctx context.Context, rec state.Record) (string, error) {
	if rec.Detail(phases.Imported) == "" || r.NoAPI || r.Config.Validation.ConnectMethod == floating {
		return "", nil
	}
	s, err := r.look(ctx, rec)
	if err != nil {
		return "", err
	}
	return r.addressOf(ctx, rec, s)
}

func (r *resources) look(ctx context.Context, rec state.Record) (*server, error) {
	client, err := r.nova(ctx)
	if err != nil {
		return nil, err
	}
	s, err := getServer(ctx, client, rec.ID)
	if err != nil {
		return nil, fmt.Errorf("get server %s: %w", rec.Name, err)
	}
	return s, nil
}

// importedFloatingChanges says what became of a floating IP whose port the original did not record: it must be on a port of
// the server.
func importedFloatingChanges(ctx context.Context, client *gophercloud.ServiceClient, rec, server state.Record) ([]string, error) {
	out, err := floatingChanges(ctx, client, rec)
	if err != nil || len(out) > 0 {
		return out, err
	}
	found, err := portsOf(ctx, client, server.ID)
	if err != nil {
		return nil, fmt.Errorf("list the ports of server %s: %w", server.Name, err)
	}
	f, err := floatingips.Get(ctx, client, rec.ID).Extract()
	if err = phases.Misread(err, f.ID != rec.ID); err != nil {
		return nil, fmt.Errorf("get floating IP %s: %w", rec.Detail(address), err)
	}
	switch {
	case f.PortID == "":
		return []string{fmt.Sprintf("floating IP %s is on no port any more", rec.Detail(address))}, nil
	case !slices.ContainsFunc(found, func(p ports.Port) bool { return p.ID == f.PortID }):
		return []string{fmt.Sprintf("floating IP %s is on port %s, which is none of the server's", rec.Detail(address), f.PortID)}, nil
	}
	return nil, nil
}
