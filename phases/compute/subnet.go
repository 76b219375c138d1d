package compute

import (
	"context"
	"encoding/binary"
	"iter"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"

	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// subnetAPI makes the subnet of the project's network.
type subnetAPI struct {
	r       *resources
	client  *gophercloud.ServiceClient
	network string
}

// create takes the first free part of project_network_cidr: Neutron alone knows what is free.
func (a *subnetAPI) create(ctx context.Context, rec state.Record) (string, map[string]string, error) {
	o := a.r.Config.Network
	parts, err := parts(o.ProjectNetworkCIDR, o.ProjectNetworkMaskBits)
	if err != nil {
		return "", nil, err
	}
	dhcp := true
	for cidr := range parts {
		s, err := subnets.Create(ctx, a.client, subnets.CreateOpts{
			NetworkID: a.network, Name: rec.Name, Description: a.r.Description(rec.Name), ProjectID: a.r.ProjectID(),
			CIDR: cidr.String(), IPVersion: gophercloud.IPv4, EnableDHCP: &dhcp,
		}).Extract()
		if overlaps(err) {
			continue
		}
		if err = phases.Misread(err, s == nil || s.ID == ""); err != nil {
			return "", nil, err
		}
		return s.ID, map[string]string{"cidr": s.CIDR}, nil
	}
	return "", nil, phases.FailWith("tempest.lib.exceptions.BadRequest", "Bad request\nDetails: Available CIDR for subnet creation could not be found")
}

// overlaps reports whether Neutron refused a range because another subnet has it: Tempest's condition, and the 409 that
// some plug-ins answer.
func overlaps(err error) bool {
	response, ok := phases.Response(err)
	return ok && (response.Actual == http.StatusBadRequest || response.Actual == http.StatusConflict) &&
		strings.Contains(strings.ToLower(string(response.Body)), "overlap")
}

// parts are the networks of a length within a range of IPv4 addresses, in order.
func parts(cidr string, bits int) (iter.Seq[netip.Prefix], error) {
	whole, err := netip.ParsePrefix(cidr)
	if err != nil || !whole.Addr().Is4() {
		return nil, phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: network.project_network_cidr %q is no range of IPv4 addresses", cidr)
	}
	if bits < whole.Bits() || bits > 30 {
		return nil, phases.FailWith(invalidConfiguration, "Invalid Configuration\nDetails: network.project_network_mask_bits %d does not lie between those of project_network_cidr (%s) and 30", bits, cidr)
	}
	start := whole.Masked().Addr().As4()
	first := uint64(binary.BigEndian.Uint32(start[:]))
	return func(yield func(netip.Prefix) bool) {
		step := uint64(1) << (32 - bits)
		for at := first; at < first+uint64(1)<<(32-whole.Bits()); at += step {
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], uint32(at)) //nolint:gosec // below 2^32
			if !yield(netip.PrefixFrom(netip.AddrFrom4(b), bits)) {
				return
			}
		}
	}, nil
}

func (a *subnetAPI) list(ctx context.Context, rec state.Record) ([]thing, error) {
	return a.r.listNamed(ctx, a.client, "subnets", "subnets", rec)
}

func (a *subnetAPI) get(ctx context.Context, rec state.Record) (thing, error) {
	s, err := subnets.Get(ctx, a.client, rec.ID).Extract()
	if err = phases.Misread(err, s == nil || s.ID != rec.ID); err != nil {
		return thing{}, err
	}
	return a.thing(rec, s), nil
}

func (a *subnetAPI) remove(ctx context.Context, rec state.Record) error {
	return subnets.Delete(ctx, a.client, rec.ID).ExtractErr()
}

func (a *subnetAPI) thing(rec state.Record, s *subnets.Subnet) thing {
	return thing{s.ID, s.Name, s.Description == a.r.Description(rec.Name)}
}
