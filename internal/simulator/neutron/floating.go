package neutron

import (
	"fmt"
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func noFloating(id string) error {
	return refusal(http.StatusNotFound, "FloatingIPNotFound", fmt.Sprintf("Floating IP %s could not be found", id))
}

func (s *Service) floatingKind() *kind {
	return &kind{
		name: "floatingip", plural: "floatingips", missing: noFloating,
		settable: func() wire.M {
			return wire.M{
				"description": "", "floating_network_id": "", "floating_ip_address": "", "port_id": nil, "fixed_ip_address": nil,
				"subnet_id": nil, "dns_name": "", "dns_domain": "", "router_id": nil,
			}
		},
		fixed:    []string{"floating_network_id", "floating_ip_address"},
		required: []string{"floating_network_id"},
		create:   s.createFloating,
		update: func(c *wire.Call, o *object, sent wire.M) error {
			port, ok := sent["port_id"]
			if !ok {
				return nil
			}
			address, _ := sent["fixed_ip_address"].(string)
			delete(sent, "port_id")
			delete(sent, "fixed_ip_address")
			if id, _ := port.(string); id != "" {
				return s.associate(c, o, id, address)
			}
			s.disassociate(o)
			return nil
		},
		remove: func(_ *wire.Call, o *object) error {
			s.disassociate(o)
			return nil
		},
		view: func(o *object, _ *wire.Token, body wire.M) {
			delete(body, "subnet_id")
			body["port_details"] = nil
			if port := s.get("port", o.text("port_id")); port != nil {
				body["port_details"] = wire.M{
					"name": port.text("name"), "network_id": port.text("network_id"), "device_id": port.text("device_id"),
					"device_owner": port.text("device_owner"), "admin_state_up": true, "status": port.currentStatus(),
					"mac_address": port.text("mac_address"),
				}
			}
		},
	}
}

func (s *Service) createFloating(c *wire.Call, o *object) error {
	network := s.get("network", o.text("floating_network_id"))
	if network == nil || !network.visibleTo(c.Token) {
		return noNetwork(o.text("floating_network_id"))
	}
	if !network.flag("router:external") {
		return refusal(http.StatusBadRequest, "BadRequest",
			fmt.Sprintf("Bad floatingip request: Network %s is not a valid external network.", network.id))
	}
	if o.text("floating_ip_address") != "" && !c.Token.Admin() {
		return notAllowed("(rule:create_floatingip and rule:create_floatingip:floating_ip_address)")
	}
	if err := s.checkQuota("floatingip", o.project); err != nil {
		return err
	}
	address, _, err := s.oneAddress(network, wire.M{
		"subnet_id": s.firstSubnet(network), "ip_address": o.attrs["floating_ip_address"],
	})
	if err != nil {
		return err
	}
	o.attrs["floating_ip_address"] = address
	o.status = "DOWN"
	if id := o.text("port_id"); id != "" {
		address := o.text("fixed_ip_address")
		o.attrs["port_id"], o.attrs["fixed_ip_address"] = nil, nil
		return s.associate(c, o, id, address)
	}
	if o.text("fixed_ip_address") != "" {
		return refusal(http.StatusBadRequest, "BadRequest",
			"Bad floatingip request: fixed_ip_address cannot be specified without a port_id.")
	}
	return nil
}

func (s *Service) firstSubnet(network *object) string {
	if subnets := s.where("subnet", "network_id", network.id); len(subnets) > 0 {
		return subnets[0].id
	}
	return ""
}

// associate leads the address to a port, through a router that is connected
// with both; wanted is which of the port's addresses, or "" for its first.
// What it refuses leaves the floating IP where it is.
func (s *Service) associate(c *wire.Call, o *object, portID, wanted string) error {
	port := s.get("port", portID)
	if port == nil || (c != nil && !port.visibleTo(c.Token)) {
		return noPort(portID)
	}
	if len(port.fixedIPs()) == 0 {
		return refusal(http.StatusBadRequest, "BadRequest",
			fmt.Sprintf("Bad floatingip request: Port %s does not have a fixed ip address.", port.id))
	}
	fixed := port.fixedIPs()[0]
	if wanted != "" {
		i := slices.IndexFunc(port.fixedIPs(), func(ip wire.M) bool { return ip["ip_address"] == wanted })
		if i < 0 {
			return refusal(http.StatusBadRequest, "BadRequest",
				fmt.Sprintf("Bad floatingip request: Port %s does not have fixed ip %s.", port.id, wanted))
		}
		fixed = port.fixedIPs()[i]
	}
	for _, other := range s.where("floatingip", "port_id", port.id) {
		if other != o {
			return refusal(http.StatusConflict, "FloatingIPPortAlreadyAssociated", fmt.Sprintf("Cannot associate floating IP %s (%s) "+
				"with port %s using fixed IP %s, as that fixed IP already has a floating IP on external network %s.",
				o.text("floating_ip_address"), o.id, port.id, fixed["ip_address"], o.text("floating_network_id")))
		}
	}
	subnetID := fmt.Sprint(fixed["subnet_id"])
	router := s.routerBetween(o.text("floating_network_id"), subnetID)
	if router == nil {
		return refusal(http.StatusNotFound, "ExternalGatewayForFloatingIPNotFound", fmt.Sprintf("External network %s is not reachable "+
			"from subnet %s.  Therefore, cannot associate Port %s with a Floating IP.", o.text("floating_network_id"), subnetID, port.id))
	}
	if old := s.get("port", o.text("port_id")); old != nil {
		s.touchPort(old)
	}
	o.attrs["port_id"], o.attrs["fixed_ip_address"], o.attrs["router_id"] = port.id, fixed["ip_address"], router.id
	o.become("ACTIVE", s.options.Transition)
	s.touchPort(port)
	return nil
}

func (s *Service) routerBetween(networkID, subnetID string) *object {
	for _, router := range s.objects["router"] {
		gateway := s.gateway(router)
		if gateway == nil || gateway.text("network_id") != networkID {
			continue
		}
		for _, port := range s.interfaces(router) {
			if port.addressIn(subnetID) != "" {
				return router
			}
		}
	}
	return nil
}

func (s *Service) disassociate(o *object) {
	if port := s.get("port", o.text("port_id")); port != nil {
		s.touchPort(port)
		o.become("DOWN", s.options.Transition)
	}
	o.attrs["port_id"], o.attrs["fixed_ip_address"], o.attrs["router_id"] = nil, nil, nil
}
