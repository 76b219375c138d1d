package neutron

import (
	"net/netip"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Names of the networks every cloud begins with.
const (
	ExternalNetwork = "public"
	PrivateNetwork  = "private"
)

// bootstrap makes an external network, a network shared by all projects and a
// router between them, as DevStack does.
func (s *Service) bootstrap() {
	external := s.firstNetwork(ExternalNetwork, s.options.External, wire.M{"router:external": true, "provider:network_type": "flat", "provider:physical_network": "public"})
	private := s.firstNetwork(PrivateNetwork, s.options.Private, wire.M{"shared": true})
	router := s.newObject(s.kinds["routers"], s.options.AdminProject)
	router.attrs["name"], router.status = "router1", "ACTIVE"
	s.add(router)
	gateway := s.firstPort(router, external, gatewayOwner)
	router.attrs["external_gateway_info"] = wire.M{
		"network_id": external.id, "enable_snat": true, "external_fixed_ips": gateway.fixedIPs(),
	}
	s.firstPort(router, private, interfaceOwner)
}

func (s *Service) firstNetwork(name, cidr string, attrs wire.M) *object {
	network := s.newObject(s.kinds["networks"], s.options.AdminProject)
	network.attrs["name"], network.status = name, "ACTIVE"
	for attribute, value := range attrs {
		network.attrs[attribute] = value
	}
	s.add(network)
	subnet := s.newObject(s.kinds["subnets"], s.options.AdminProject)
	subnet.attrs["name"], subnet.attrs["network_id"], subnet.attrs["cidr"] = name+"-subnet", network.id, cidr
	subnet.attrs["ip_version"] = 4
	if prefix, err := netip.ParsePrefix(cidr); err == nil {
		subnet.attrs["gateway_ip"] = prefix.Addr().Next().String()
		subnet.attrs["allocation_pools"] = defaultPools(prefix, subnet.text("gateway_ip"))
	}
	s.add(subnet)
	return network
}

func (s *Service) firstPort(router, network *object, owner string) *object {
	subnet := s.where("subnet", "network_id", network.id)[0]
	address := subnet.text("gateway_ip")
	project := router.project
	if owner == gatewayOwner {
		address, _ = s.freeAddress(subnet) // a new subnet has one
		project = ""
	}
	port := s.newObject(s.kinds["ports"], project)
	port.attrs["network_id"], port.attrs["device_id"], port.attrs["device_owner"] = network.id, router.id, owner
	port.attrs["mac_address"], port.attrs["security_groups"], port.status = newMAC(), []string{}, "ACTIVE"
	port.attrs["fixed_ips"] = []wire.M{{"subnet_id": subnet.id, "ip_address": address}}
	s.add(port)
	return port
}
