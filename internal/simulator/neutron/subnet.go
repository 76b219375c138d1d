package neutron

import (
	"fmt"
	"net/http"
	"net/netip"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func noSubnet(id string) error {
	return refusal(http.StatusNotFound, "SubnetNotFound", fmt.Sprintf("Subnet %s could not be found.", id))
}

func invalidInput(format string, args ...any) error {
	return refusal(http.StatusBadRequest, "InvalidInput", "Invalid input for operation: "+fmt.Sprintf(format, args...))
}

// unset marks an attribute that was not sent, where null means something.
type unset struct{}

func (s *Service) subnetKind() *kind {
	return &kind{
		name: "subnet", plural: "subnets", missing: noSubnet,
		settable: func() wire.M {
			return wire.M{
				"name": "", "description": "", "network_id": "", "ip_version": nil, "cidr": "", "gateway_ip": unset{},
				"enable_dhcp": true, "dns_nameservers": []string{}, "host_routes": []string{}, "allocation_pools": nil,
				"ipv6_address_mode": nil, "ipv6_ra_mode": nil, "service_types": []string{}, "subnetpool_id": nil,
			}
		},
		fixed:    []string{"network_id", "ip_version", "cidr", "subnetpool_id"},
		required: []string{"network_id", "ip_version"},
		open: func(o *object) bool {
			network := s.get("network", o.text("network_id"))
			return network != nil && network.flag("shared")
		},
		create: s.createSubnet,
		view: func(o *object, _ *wire.Token, body wire.M) {
			if s.options.Release.Epoxy() {
				network := s.get("network", o.text("network_id"))
				body["router:external"] = network != nil && network.flag("router:external")
			}
		},
		remove: func(_ *wire.Call, o *object) error {
			for _, port := range s.objects["port"] {
				if port.addressIn(o.id) != "" {
					return refusal(http.StatusConflict, "SubnetInUse", fmt.Sprintf("Unable to complete operation on subnet %s: "+
						"One or more ports have an IP allocation from this subnet.", o.id))
				}
			}
			return nil
		},
	}
}

func (s *Service) createSubnet(c *wire.Call, o *object) error {
	network := s.get("network", o.text("network_id"))
	if network == nil || !network.visibleTo(c.Token) {
		return noNetwork(o.text("network_id"))
	}
	if network.project != c.Token.ProjectID && !c.Token.Admin() {
		return refusal(http.StatusForbidden, "HTTPForbidden",
			"Tenant "+c.Token.ProjectID+" not allowed to create subnet on this network")
	}
	if o.text("cidr") == "" {
		return refusal(http.StatusBadRequest, "BadRequest",
			"Bad subnets request: a subnetpool must be specified in the absence of a cidr.")
	}
	cidr, err := netip.ParsePrefix(o.text("cidr"))
	if err != nil {
		return invalidInput("%s is not in a CIDR format.", o.text("cidr"))
	}
	cidr = cidr.Masked()
	o.attrs["cidr"] = cidr.String()
	version, _ := number(o.attrs["ip_version"])
	if cidr.Addr().Is6() != (version == 6) {
		return invalidInput("cidr '%s' does not match the ip_version '%d'.", cidr, version)
	}
	o.attrs["ip_version"] = version
	if s.overlaps(network, cidr) {
		return invalidInput("Requested subnet with cidr: %s for network: %s overlaps with another subnet.", cidr, network.id)
	}
	if _, none := o.attrs["gateway_ip"].(unset); none {
		o.attrs["gateway_ip"] = cidr.Addr().Next().String()
	}
	if gateway, err := netip.ParseAddr(o.text("gateway_ip")); err == nil && cidr.Addr().Is4() &&
		(gateway == cidr.Addr() || gateway == lastOf(cidr)) {
		return invalidInput("Gateway is not valid on subnet.")
	}
	if o.attrs["allocation_pools"] == nil {
		o.attrs["allocation_pools"] = defaultPools(cidr, o.text("gateway_ip"))
		return nil
	}
	return checkPools(o, cidr)
}

// checkPools checks pools that a client wants.
func checkPools(o *object, cidr netip.Prefix) error {
	gateway, errGateway := netip.ParseAddr(o.text("gateway_ip"))
	for _, pool := range pools(o) {
		text := fmt.Sprintf("%s-%s", pool[0], pool[1])
		switch {
		case pool[1].Less(pool[0]):
			return refusal(http.StatusBadRequest, "InvalidAllocationPool",
				fmt.Sprintf("The allocation pool {'start': '%s', 'end': '%s'} is not valid.", pool[0], pool[1]))
		case !cidr.Contains(pool[0]) || !cidr.Contains(pool[1]):
			return refusal(http.StatusBadRequest, "OutOfBoundsAllocationPool",
				fmt.Sprintf("The allocation pool %s spans beyond the subnet cidr %s.", text, cidr))
		case errGateway == nil && !gateway.Less(pool[0]) && !pool[1].Less(gateway):
			return refusal(http.StatusConflict, "GatewayConflictWithAllocationPools",
				fmt.Sprintf("Gateway ip %s conflicts with allocation pool %s.", gateway, text))
		}
	}
	return nil
}

// overlaps tells whether a subnet of the network has addresses of the CIDR.
// Loopback addresses are one space for all networks: guests listen on them.
func (s *Service) overlaps(network *object, cidr netip.Prefix) bool {
	for _, other := range s.objects["subnet"] {
		theirs, err := netip.ParsePrefix(other.text("cidr"))
		if err == nil && theirs.Overlaps(cidr) && (other.text("network_id") == network.id || cidr.Addr().IsLoopback()) {
			return true
		}
	}
	return false
}

// defaultPools is everything but the network's, the gateway's and the
// broadcast address.
func defaultPools(cidr netip.Prefix, gateway string) []wire.M {
	first, last := cidr.Addr().Next(), lastOf(cidr)
	if cidr.Addr().Is4() {
		last = last.Prev()
	}
	if gateway == first.String() {
		first = first.Next()
	}
	return []wire.M{{"start": first.String(), "end": last.String()}}
}

func lastOf(cidr netip.Prefix) netip.Addr {
	bytes := cidr.Addr().AsSlice()
	for bit := cidr.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}

// freeAddress returns the first address of a subnet's pools that nobody has.
func (s *Service) freeAddress(subnet *object) (string, error) {
	used := s.usedAddresses(subnet)
	for _, pool := range pools(subnet) {
		for address := pool[0]; address.Compare(pool[1]) <= 0; address = address.Next() {
			if !used[address.String()] {
				return address.String(), nil
			}
		}
	}
	return "", refusal(http.StatusConflict, "IpAddressGenerationFailure",
		fmt.Sprintf("No more IP addresses available on network %s.", subnet.text("network_id")))
}

func pools(subnet *object) [][2]netip.Addr {
	var list [][2]netip.Addr
	add := func(start, end any) {
		first, errFirst := netip.ParseAddr(fmt.Sprint(start))
		last, errLast := netip.ParseAddr(fmt.Sprint(end))
		if errFirst == nil && errLast == nil {
			list = append(list, [2]netip.Addr{first, last})
		}
	}
	switch pools := subnet.attrs["allocation_pools"].(type) {
	case []wire.M:
		for _, pool := range pools {
			add(pool["start"], pool["end"])
		}
	case []any:
		for _, item := range pools {
			pool, _ := item.(wire.M)
			add(pool["start"], pool["end"])
		}
	}
	return list
}

func (s *Service) usedAddresses(subnet *object) map[string]bool {
	used := map[string]bool{subnet.text("gateway_ip"): true}
	for _, port := range s.objects["port"] {
		used[port.addressIn(subnet.id)] = true
	}
	for _, floating := range s.objects["floatingip"] {
		used[floating.text("floating_ip_address")] = true
	}
	return used
}
