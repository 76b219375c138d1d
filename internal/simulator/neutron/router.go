package neutron

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func noRouter(id string) error {
	return refusal(http.StatusNotFound, "RouterNotFound", fmt.Sprintf("Router %s could not be found", id))
}

func badRouter(format string, args ...any) error {
	return refusal(http.StatusBadRequest, "BadRequest", "Bad router request: "+fmt.Sprintf(format, args...))
}

func (s *Service) routerKind() *kind {
	return &kind{
		name: "router", plural: "routers", missing: noRouter,
		settable: func() wire.M {
			return wire.M{
				"name": "", "description": "", "admin_state_up": true, "external_gateway_info": nil, "routes": []string{},
				"availability_zone_hints": []string{},
			}
		},
		create: func(c *wire.Call, o *object) error {
			o.status = "ACTIVE"
			sent := o.attrs["external_gateway_info"]
			o.attrs["external_gateway_info"] = nil
			if err := checkTranslation(c, sent, "create"); err != nil {
				return err
			}
			return s.setGateway(c, o, sent)
		},
		update: func(c *wire.Call, o *object, sent wire.M) error {
			if info, ok := sent["external_gateway_info"]; ok {
				delete(sent, "external_gateway_info")
				if err := checkTranslation(c, info, "update"); err != nil {
					return err
				}
				return s.setGateway(c, o, info)
			}
			return nil
		},
		remove: func(_ *wire.Call, o *object) error {
			var attached []string
			for _, port := range s.interfaces(o) {
				attached = append(attached, port.id)
			}
			if len(attached) > 0 {
				return refusal(http.StatusConflict, "RouterInUse",
					fmt.Sprintf("Router %s has ports still attached: %s", o.id, strings.Join(attached, ", ")))
			}
			s.dropGateway(o)
			return nil
		},
		view: s.viewRouter,
	}
}

func (s *Service) viewRouter(o *object, t *wire.Token, body wire.M) {
	body["availability_zones"] = []string{}
	if !s.options.Release.Epoxy() {
		return
	}
	gateways := []wire.M{}
	if info, ok := o.attrs["external_gateway_info"].(wire.M); ok {
		gateways = append(gateways, wire.M{"network_id": info["network_id"], "external_fixed_ips": info["external_fixed_ips"]})
	}
	body["external_gateways"], body["flavor_id"] = gateways, nil
	body["enable_default_route_bfd"], body["enable_default_route_ecmp"] = false, false
	if t.Admin() {
		body["ha"] = true
	}
}

// checkTranslation keeps address translation for administrators to switch.
func checkTranslation(c *wire.Call, sent any, action string) error {
	info, _ := sent.(wire.M)
	if _, ok := info["enable_snat"]; !ok || c.Token.Admin() {
		return nil
	}
	rule := "rule:" + action + "_router"
	return notAllowed("(" + rule + " and (" + rule + ":external_gateway_info and (" + rule + ":external_gateway_info:network_id and " +
		rule + ":external_gateway_info:enable_snat)))")
}

func (s *Service) routerRoutes() {
	s.router.Handle("PUT", "/v2.0/routers/{id}/add_router_interface", s.addInterface)
	s.router.Handle("PUT", "/v2.0/routers/{id}/remove_router_interface", s.removeInterface)
}

// interfaces are the router's ports on tenant networks.
func (s *Service) interfaces(router *object) []*object {
	var found []*object
	for _, port := range s.where("port", "device_id", router.id) {
		if port.text("device_owner") == interfaceOwner {
			found = append(found, port)
		}
	}
	return found
}

func (s *Service) gateway(router *object) *object {
	for _, port := range s.where("port", "device_id", router.id) {
		if port.text("device_owner") == gatewayOwner {
			return port
		}
	}
	return nil
}

func (s *Service) dropGateway(router *object) {
	if port := s.gateway(router); port != nil {
		s.drop(port)
	}
	router.attrs["external_gateway_info"] = nil
}

// setGateway connects a router with an external network, or with none.
func (s *Service) setGateway(c *wire.Call, router *object, sent any) error {
	info, _ := sent.(wire.M)
	id, _ := info["network_id"].(string)
	if old := s.gateway(router); old != nil && old.text("network_id") != id {
		for _, floating := range s.where("floatingip", "router_id", router.id) {
			return refusal(http.StatusConflict, "RouterExternalGatewayInUseByFloatingIp", fmt.Sprintf(
				"Gateway cannot be updated for router %s, since a gateway to external network %s is required by one or more floating IPs.",
				router.id, floating.text("floating_network_id")))
		}
	}
	if id == "" {
		s.dropGateway(router)
		return nil
	}
	network := s.get("network", id)
	if network == nil || !network.visibleTo(c.Token) {
		return noNetwork(id)
	}
	if !network.flag("router:external") {
		return badRouter("Network %s is not an external network.", id)
	}
	s.dropGateway(router)
	port := s.newObject(s.kinds["ports"], "") // belongs to nobody
	port.attrs["network_id"], port.attrs["device_id"], port.attrs["device_owner"] = id, router.id, gatewayOwner
	port.attrs["security_groups"], port.attrs["mac_address"] = []string{}, newMAC()
	if err := s.assignAddresses(port, network); err != nil {
		return err
	}
	s.add(port)
	router.attrs["external_gateway_info"] = wire.M{"network_id": id, "enable_snat": true, "external_fixed_ips": port.fixedIPs()}
	return nil
}

// interfaceRequest is what add_ and remove_router_interface take.
type interfaceRequest struct {
	SubnetID string `json:"subnet_id"`
	PortID   string `json:"port_id"`
}

func (s *Service) interfaceCall(c *wire.Call, action string) (router *object, sent interfaceRequest, err error) {
	if router, err = s.owned(c, s.kinds["routers"], action); err != nil {
		return nil, sent, err
	}
	if err := json.Unmarshal(c.Body, &sent); err != nil {
		return nil, sent, badRequest("Body contains invalid data")
	}
	if sent.SubnetID != "" && sent.PortID != "" {
		return nil, sent, badRouter("Cannot specify both subnet-id and port-id.")
	}
	if sent.SubnetID == "" && sent.PortID == "" {
		return nil, sent, badRouter("Either subnet_id or port_id must be specified.")
	}
	return router, sent, nil
}

func (s *Service) addInterface(c *wire.Call) error {
	router, sent, err := s.interfaceCall(c, "add_router_interface")
	if err != nil {
		return err
	}
	if sent.PortID != "" {
		return s.addPort(c, router, sent.PortID)
	}
	subnet := s.get("subnet", sent.SubnetID)
	if subnet == nil || !subnet.visibleTo(c.Token) {
		return noSubnet(sent.SubnetID)
	}
	for _, port := range s.interfaces(router) {
		if port.addressIn(subnet.id) != "" {
			if s.options.Release.Epoxy() {
				cidr := subnet.text("cidr")
				return badRouter("Cidr %s of subnet %s overlaps with cidr %s of subnet %s.", cidr, subnet.id, cidr, subnet.id)
			}
			return badRouter("Router already has a port on subnet %s.", subnet.id)
		}
	}
	gateway := subnet.text("gateway_ip")
	if gateway == "" {
		return badRouter("Subnet for router interface must have a gateway IP.")
	}
	port := s.newObject(s.kinds["ports"], router.project)
	port.attrs["network_id"], port.attrs["mac_address"] = subnet.text("network_id"), newMAC()
	port.attrs["security_groups"], port.attrs["port_security_enabled"] = []string{}, false
	port.attrs["fixed_ips"] = []wire.M{{"subnet_id": subnet.id, "ip_address": gateway}}
	s.add(port)
	return s.attach(c, router, port, subnet.id)
}

func (s *Service) addPort(c *wire.Call, router *object, id string) error {
	port := s.get("port", id)
	if port == nil || !port.visibleTo(c.Token) {
		return noPort(id)
	}
	if port.text("device_id") != "" {
		return refusal(http.StatusConflict, "PortInUse", fmt.Sprintf("Unable to complete operation on port %s for network %s. "+
			"Port already has an attached device %s.", port.id, port.text("network_id"), port.text("device_id")))
	}
	if len(port.fixedIPs()) == 0 {
		return badRouter("Router port must have at least one fixed IP")
	}
	return s.attach(c, router, port, fmt.Sprint(port.fixedIPs()[0]["subnet_id"]))
}

func (s *Service) attach(c *wire.Call, router, port *object, subnetID string) error {
	port.attrs["device_id"], port.attrs["device_owner"] = router.id, interfaceOwner
	port.status = "ACTIVE"
	port.touch()
	router.touch()
	return c.JSON(http.StatusOK, interfaceBody(router, port, subnetID))
}

func interfaceBody(router, port *object, subnetID string) wire.M {
	return wire.M{
		"id": router.id, "tenant_id": router.project, "port_id": port.id, "network_id": port.text("network_id"),
		"subnet_id": subnetID, "subnet_ids": []string{subnetID},
	}
}

func (s *Service) removeInterface(c *wire.Call) error {
	router, sent, err := s.interfaceCall(c, "remove_router_interface")
	if err != nil {
		return err
	}
	for _, port := range s.interfaces(router) {
		subnetID := fmt.Sprint(port.fixedIPs()[0]["subnet_id"])
		if port.id != sent.PortID && subnetID != sent.SubnetID {
			continue
		}
		if s.routedByFloating(router, subnetID) {
			return refusal(http.StatusConflict, "RouterInterfaceInUseByFloatingIP", fmt.Sprintf("Router interface for subnet %s "+
				"on router %s cannot be deleted, as it is required by one or more floating IPs.", subnetID, router.id))
		}
		s.drop(port)
		router.touch()
		return c.JSON(http.StatusOK, interfaceBody(router, port, subnetID))
	}
	if sent.PortID != "" {
		return refusal(http.StatusNotFound, "RouterInterfaceNotFound",
			fmt.Sprintf("Router %s does not have an interface with id %s", router.id, sent.PortID))
	}
	if s.get("subnet", sent.SubnetID) == nil {
		return noSubnet(sent.SubnetID)
	}
	return refusal(http.StatusNotFound, "RouterInterfaceNotFoundForSubnet",
		fmt.Sprintf("Router %s has no interface on subnet %s", router.id, sent.SubnetID))
}

func (s *Service) routedByFloating(router *object, subnetID string) bool {
	for _, floating := range s.where("floatingip", "router_id", router.id) {
		if port := s.get("port", floating.text("port_id")); port != nil && port.addressIn(subnetID) != "" {
			return true
		}
	}
	return false
}
