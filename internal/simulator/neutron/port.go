package neutron

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func noPort(id string) error {
	return refusal(http.StatusNotFound, "PortNotFound", fmt.Sprintf("Port %s could not be found.", id))
}

// Owners of ports that are not a server's.
const (
	interfaceOwner = "network:router_interface"
	gatewayOwner   = "network:router_gateway"
)

func (s *Service) portKind() *kind {
	return &kind{
		name: "port", plural: "ports", missing: noPort,
		settable: func() wire.M {
			return wire.M{
				"name": "", "description": "", "network_id": "", "admin_state_up": true, "mac_address": "", "fixed_ips": nil,
				"device_id": "", "device_owner": "", "security_groups": nil, "allowed_address_pairs": []string{},
				"extra_dhcp_opts": []string{}, "port_security_enabled": true, "binding:vnic_type": "normal",
				"binding:host_id": "", "binding:profile": wire.M{}, "binding:vif_type": "unbound", "binding:vif_details": wire.M{},
			}
		},
		fixed:    []string{"network_id", "mac_address"},
		required: []string{"network_id"},
		admin:    []string{"binding:host_id", "binding:profile", "binding:vif_type", "binding:vif_details"},
		create:   s.createPort,
		update: func(c *wire.Call, o *object, sent wire.M) error {
			s.touchPort(o)
			if wanted, ok := sent["fixed_ips"].([]any); ok {
				fixed, err := s.takeAddresses(s.get("network", o.text("network_id")), wanted)
				if err != nil {
					return err
				}
				sent["fixed_ips"] = fixed
			}
			if groups, ok := sent["security_groups"]; ok {
				return s.checkGroups(c, (&object{attrs: wire.M{"g": groups}}).texts("g"))
			}
			return nil
		},
		remove: func(_ *wire.Call, o *object) error {
			if owner := o.text("device_owner"); strings.HasPrefix(owner, "network:") {
				return refusal(http.StatusConflict, "ServicePortInUse",
					fmt.Sprintf("Port %s cannot be deleted directly via the port API: has device owner %s.", o.id, owner))
			}
			s.releasePort(o)
			return nil
		},
	}
}

func (s *Service) createPort(c *wire.Call, o *object) error {
	network := s.get("network", o.text("network_id"))
	if network == nil || !network.visibleTo(c.Token) {
		return noNetwork(o.text("network_id"))
	}
	if network.flag("router:external") && !network.flag("shared") && network.project != c.Token.ProjectID && !c.Token.Admin() {
		return notAllowed("rule:create_port")
	}
	o.status = "DOWN"
	if o.text("mac_address") == "" {
		o.attrs["mac_address"] = newMAC()
	}
	for _, other := range s.where("port", "network_id", network.id) {
		if other.text("mac_address") == o.text("mac_address") {
			return refusal(http.StatusConflict, "MacAddressInUse", fmt.Sprintf(
				"Unable to complete operation for network %s. The mac address %s is in use.", network.id, o.text("mac_address")))
		}
	}
	if o.attrs["security_groups"] == nil {
		o.attrs["security_groups"] = []string{s.ensureDefaultGroup(o.project).id}
	}
	if err := s.checkGroups(c, o.texts("security_groups")); err != nil {
		return err
	}
	return s.assignAddresses(o, network)
}

// newMAC returns an address as Neutron makes them by default.
func newMAC() string {
	b := make([]byte, 3)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("fa:16:3e:%02x:%02x:%02x", b[0], b[1], b[2])
}

func (s *Service) checkGroups(c *wire.Call, ids []string) error {
	for _, id := range ids {
		if group := s.get("security_group", id); group == nil || !group.visibleTo(c.Token) {
			return noGroup(id)
		}
	}
	return nil
}

// assignAddresses gives the port the addresses asked for, or one of the
// network's first subnet.
func (s *Service) assignAddresses(o *object, network *object) error {
	wanted, _ := o.attrs["fixed_ips"].([]any)
	if o.attrs["fixed_ips"] == nil {
		if subnets := s.where("subnet", "network_id", network.id); len(subnets) > 0 {
			wanted = []any{wire.M{"subnet_id": subnets[0].id}}
		}
	}
	fixed, err := s.takeAddresses(network, wanted)
	o.attrs["fixed_ips"] = fixed
	return err
}

func (s *Service) takeAddresses(network *object, wanted []any) ([]wire.M, error) {
	fixed := []wire.M{}
	for _, item := range wanted {
		ip, _ := item.(wire.M)
		address, subnet, err := s.oneAddress(network, ip)
		if err != nil {
			return nil, err
		}
		fixed = append(fixed, wire.M{"subnet_id": subnet.id, "ip_address": address})
	}
	return fixed, nil
}

func (s *Service) oneAddress(network *object, wanted wire.M) (string, *object, error) {
	id, _ := wanted["subnet_id"].(string)
	address, _ := wanted["ip_address"].(string)
	subnet := s.get("subnet", id)
	if id == "" {
		subnet = s.subnetOf(network, address)
	}
	if subnet == nil || subnet.text("network_id") != network.id {
		if id == "" {
			return "", nil, refusal(http.StatusBadRequest, "InvalidIpForNetwork",
				fmt.Sprintf("IP address %s is not a valid IP for any of the subnets on the specified network.", address))
		}
		return "", nil, noSubnet(id)
	}
	if address == "" {
		free, err := s.freeAddress(subnet)
		return free, subnet, err
	}
	if s.usedAddresses(subnet)[address] && address != subnet.text("gateway_ip") {
		return "", nil, refusal(http.StatusConflict, "IpAddressAlreadyAllocated",
			fmt.Sprintf("IP address %s already allocated in subnet %s", address, subnet.id))
	}
	return address, subnet, nil
}

func (s *Service) subnetOf(network *object, address string) *object {
	ip, err := netip.ParseAddr(address)
	for _, subnet := range s.where("subnet", "network_id", network.id) {
		cidr, errCIDR := netip.ParsePrefix(subnet.text("cidr"))
		if err == nil && errCIDR == nil && cidr.Contains(ip) {
			return subnet
		}
	}
	return nil
}

func (o *object) fixedIPs() []wire.M {
	fixed, _ := o.attrs["fixed_ips"].([]wire.M)
	return fixed
}

// addressIn returns the port's address in a subnet, or "".
func (o *object) addressIn(subnetID string) string {
	i := slices.IndexFunc(o.fixedIPs(), func(ip wire.M) bool { return ip["subnet_id"] == subnetID })
	if i < 0 {
		return ""
	}
	return fmt.Sprint(o.fixedIPs()[i]["ip_address"])
}

// touchPort notes that the port's device has to look at its addresses.
func (s *Service) touchPort(port *object) {
	if id := port.text("device_id"); id != "" {
		s.touched = append(s.touched, id)
	}
}

// releasePort frees what refers to a port that goes away.
func (s *Service) releasePort(port *object) {
	for _, floating := range s.where("floatingip", "port_id", port.id) {
		s.disassociate(floating)
	}
	s.touchPort(port)
}
