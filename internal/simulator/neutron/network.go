package neutron

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// allKinds lists the sorts of resources; those that others need come first.
func (s *Service) allKinds() []*kind {
	return []*kind{
		s.networkKind(), s.subnetKind(), s.portKind(), s.routerKind(),
		s.groupKind(), s.ruleKind(), s.floatingKind(),
	}
}

// networkTypes are those of ML2's type drivers.
var networkTypes = []string{"flat", "geneve", "gre", "local", "vlan", "vxlan"}

func noNetwork(id string) error {
	return refusal(http.StatusNotFound, "NetworkNotFound", fmt.Sprintf("Network %s could not be found.", id))
}

func (s *Service) networkKind() *kind {
	return &kind{
		name: "network", plural: "networks", missing: noNetwork,
		settable: func() wire.M {
			return wire.M{
				"name": "", "description": "", "admin_state_up": true, "shared": false, "router:external": false,
				"port_security_enabled": true, "mtu": 1442, "availability_zone_hints": []string{},
				"provider:network_type": "geneve", "provider:physical_network": nil, "provider:segmentation_id": 1,
			}
		},
		admin: []string{
			"shared", "router:external", "provider:network_type", "provider:physical_network", "provider:segmentation_id",
		},
		open: func(o *object) bool { return o.flag("shared") || o.flag("router:external") },
		create: func(_ *wire.Call, o *object) error {
			if kind := o.text("provider:network_type"); !slices.Contains(networkTypes, kind) {
				return invalidInput("network_type value '%s' not supported.", kind)
			}
			o.status = "ACTIVE"
			s.ensureDefaultGroup(o.project)
			return nil
		},
		remove: s.removeNetwork,
		view: func(o *object, _ *wire.Token, body wire.M) {
			subnets := []string{}
			for _, subnet := range s.where("subnet", "network_id", o.id) {
				subnets = append(subnets, subnet.id)
			}
			body["subnets"] = subnets
			body["shared"], body["router:external"] = o.flag("shared"), o.flag("router:external")
			body["availability_zones"] = []string{}
			body["ipv4_address_scope"], body["ipv6_address_scope"] = nil, nil
			if o.flag("router:external") {
				body["is_default"] = false
			}
		},
	}
}

func (s *Service) removeNetwork(_ *wire.Call, o *object) error {
	var used []string
	for _, port := range s.where("port", "network_id", o.id) {
		used = append(used, port.id)
	}
	if len(used) > 0 {
		return refusal(http.StatusConflict, "NetworkInUse", fmt.Sprintf("Unable to complete operation on network %s. "+
			"There are one or more ports still in use on the network, id for these ports is: %s.", o.id, strings.Join(used, ",")))
	}
	for _, subnet := range s.where("subnet", "network_id", o.id) {
		s.drop(subnet)
	}
	return nil
}
