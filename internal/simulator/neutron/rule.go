package neutron

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func noRule(id string) error {
	return refusal(http.StatusNotFound, "SecurityGroupRuleNotFound", fmt.Sprintf("Security group rule %s does not exist", id))
}

// protocols are the names Neutron knows, in its order.
var protocols = []string{
	"ah", "dccp", "egp", "esp", "gre", "hopopt", "icmp", "igmp", "ip", "ipip", "ipv6-encap", "ipv6-frag", "ipv6-icmp", "icmpv6",
	"ipv6-nonxt", "ipv6-opts", "ipv6-route", "ospf", "pgm", "rsvp", "sctp", "tcp", "udp", "udplite", "vrrp",
}

func (s *Service) ruleKind() *kind {
	return &kind{
		name: "security_group_rule", plural: "security_group_rules", missing: noRule,
		settable: func() wire.M {
			return wire.M{
				"security_group_id": "", "direction": "", "ethertype": "IPv4", "protocol": nil, "port_range_min": nil,
				"port_range_max": nil, "remote_ip_prefix": nil, "remote_group_id": nil, "remote_address_group_id": nil,
				"description": "",
			}
		},
		create: s.createRule,
		remove: func(_ *wire.Call, o *object) error {
			s.touchGroup(o.text("security_group_id"))
			return nil
		},
		view: func(o *object, _ *wire.Token, body wire.M) {
			body["normalized_cidr"] = o.attrs["remote_ip_prefix"]
			delete(body, "tags")
		},
	}
}

func (s *Service) createRule(c *wire.Call, o *object) error {
	if protocol := o.attrs["protocol"]; protocol != nil {
		name := strings.ToLower(fmt.Sprint(protocol))
		if n, err := strconv.Atoi(name); (err != nil || n < 0 || n > 255) && !slices.Contains(protocols, name) {
			return refusal(http.StatusBadRequest, "SecurityGroupRuleInvalidProtocol",
				fmt.Sprintf("Security group rule protocol %s not supported. Only protocol values [None, '%s'] and integer "+
					"representations [0 to 255] are supported.", name, strings.Join(protocols, "', '")))
		}
		o.attrs["protocol"] = name
	}
	least, hasLeast := number(o.attrs["port_range_min"])
	most, hasMost := number(o.attrs["port_range_max"])
	if hasLeast && hasMost && least > most && (o.text("protocol") == "tcp" || o.text("protocol") == "udp") {
		return refusal(http.StatusBadRequest, "SecurityGroupInvalidPortRange",
			"For TCP/UDP protocols, port_range_min must be <= port_range_max")
	}
	group := s.get("security_group", o.text("security_group_id"))
	if group == nil || !group.visibleTo(c.Token) {
		return noGroup(o.text("security_group_id"))
	}
	for _, other := range s.where("security_group_rule", "security_group_id", group.id) {
		if sameRule(o, other) {
			return refusal(http.StatusConflict, "SecurityGroupRuleExists",
				fmt.Sprintf("Security group rule already exists. Rule id is %s.", other.id))
		}
	}
	s.touchGroup(group.id)
	return nil
}

func sameRule(a, b *object) bool {
	x, y := maps.Clone(a.attrs), maps.Clone(b.attrs)
	delete(x, "description")
	delete(y, "description")
	return reflect.DeepEqual(x, y)
}

// touchGroup notes the devices whose ports are in a group.
func (s *Service) touchGroup(id string) {
	for _, port := range s.objects["port"] {
		if slices.Contains(port.texts("security_groups"), id) {
			s.touchPort(port)
		}
	}
}

// lets tells whether a rule admits TCP to a port over IPv4 from anywhere.
func (o *object) lets(port int) bool {
	protocol := o.attrs["protocol"]
	if o.text("direction") != "ingress" || o.text("ethertype") != "IPv4" || o.attrs["remote_group_id"] != nil ||
		(protocol != nil && protocol != "tcp" && protocol != "6") {
		return false
	}
	least, hasLeast := number(o.attrs["port_range_min"])
	most, hasMost := number(o.attrs["port_range_max"])
	return !hasLeast || !hasMost || (least <= port && port <= most)
}
