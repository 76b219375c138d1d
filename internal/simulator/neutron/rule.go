package neutron

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
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
		fixed: []string{
			"security_group_id", "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix",
			"remote_group_id", "remote_address_group_id",
		},
		required: []string{"security_group_id", "direction"},
		create:   s.createRule,
		remove: func(_ *wire.Call, o *object) error {
			s.touchGroup(o.text("security_group_id"))
			return nil
		},
		view: func(o *object, _ *wire.Token, body wire.M) {
			body["normalized_cidr"] = nil
			if cidr, err := netip.ParsePrefix(o.text("remote_ip_prefix")); err == nil {
				body["normalized_cidr"] = cidr.Masked().String()
			}
			delete(body, "tags")
			if s.options.Release.Epoxy() {
				group := s.get("security_group", o.text("security_group_id"))
				body["belongs_to_default_sg"] = group != nil && group.text("name") == defaultGroup
			}
		},
	}
}

func (s *Service) createRule(c *wire.Call, o *object) error {
	if direction := o.text("direction"); direction != "ingress" && direction != "egress" {
		return badRequest(fmt.Sprintf("Invalid input for direction. Reason: %v is not in valid_values.", o.attrs["direction"]))
	}
	if ethertype := o.text("ethertype"); ethertype != "IPv4" && ethertype != "IPv6" {
		return refusal(http.StatusBadRequest, "SecurityGroupRuleInvalidEtherType", fmt.Sprintf(
			"Security group rule for ethertype '%v' not supported. Allowed values are ['IPv4', 'IPv6'].", o.attrs["ethertype"]))
	}
	if protocol := o.attrs["protocol"]; protocol != nil {
		name := strings.ToLower(fmt.Sprint(protocol))
		if n, err := strconv.Atoi(name); (err != nil || n < 0 || n > 255) && !slices.Contains(protocols, name) {
			known := "[None, '" + strings.Join(protocols, "', '") + "']"
			if s.options.Release.Epoxy() {
				known = "(None, 'any', '" + strings.Join(protocols, "', '") + "')"
			}
			return refusal(http.StatusBadRequest, "SecurityGroupRuleInvalidProtocol",
				fmt.Sprintf("Security group rule protocol %s not supported. Only protocol values %s and integer "+
					"representations [0 to 255] are supported.", name, known))
		}
		o.attrs["protocol"] = name
	}
	for _, name := range []string{"port_range_min", "port_range_max"} {
		if _, ok := number(o.attrs[name]); !ok && o.attrs[name] != nil {
			return refusal(http.StatusBadRequest, "SecurityGroupInvalidPortValue", fmt.Sprintf("Invalid value for port %v", o.attrs[name]))
		}
	}
	if err := checkRulePorts(o); err != nil {
		return err
	}
	if err := s.checkRuleRemote(c, o); err != nil {
		return err
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

const maxPort = 65535

func checkRulePorts(o *object) error {
	least, hasLeast := number(o.attrs["port_range_min"])
	most, hasMost := number(o.attrs["port_range_max"])
	if !hasLeast && !hasMost {
		return nil
	}
	for _, port := range []int{least, most} {
		if port < 0 || port > maxPort {
			return refusal(http.StatusBadRequest, "SecurityGroupInvalidPortValue", fmt.Sprintf("Invalid value for port %d", port))
		}
	}
	switch protocol := o.text("protocol"); {
	case protocol == "icmp" || protocol == "1":
		return checkICMP(least, hasLeast, most, hasMost)
	case protocol == "":
		return refusal(http.StatusBadRequest, "SecurityGroupProtocolRequiredWithPorts", "Must also specify protocol if port range is given.")
	case (protocol == "tcp" || protocol == "udp") && (!hasLeast || !hasMost || least > most):
		return refusal(http.StatusBadRequest, "SecurityGroupInvalidPortRange",
			"For TCP/UDP protocols, port_range_min must be <= port_range_max")
	}
	return nil
}

// checkICMP checks type and code, which are sent as a range of ports.
func checkICMP(kind int, hasKind bool, code int, hasCode bool) error {
	if !hasKind {
		return refusal(http.StatusBadRequest, "SecurityGroupMissingIcmpType", fmt.Sprintf(
			"ICMP code (port-range-max) %d is provided but ICMP type (port-range-min) is missing.", code))
	}
	for _, field := range []struct {
		name, attribute string
		value           int
		sent            bool
	}{{"type", "port_range_min", kind, hasKind}, {"code", "port_range_max", code, hasCode}} {
		if field.sent && field.value > 255 {
			return refusal(http.StatusBadRequest, "SecurityGroupInvalidIcmpValue", fmt.Sprintf(
				"Invalid value for ICMP %s (%s) %d. It must be 0 to 255.", field.name, field.attribute, field.value))
		}
	}
	return nil
}

func (s *Service) checkRuleRemote(c *wire.Call, o *object) error {
	prefix, groupID := o.text("remote_ip_prefix"), o.text("remote_group_id")
	if prefix != "" && groupID != "" {
		return refusal(http.StatusBadRequest, "SecurityGroupMultipleRemoteEntites",
			"Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.")
	}
	if group := s.get("security_group", groupID); groupID != "" && (group == nil || !group.visibleTo(c.Token)) {
		return noGroup(groupID)
	}
	if prefix == "" {
		return nil
	}
	cidr, err := netip.ParsePrefix(prefix)
	if address, errAddress := netip.ParseAddr(prefix); err != nil && errAddress == nil {
		cidr, err = address.Prefix(address.BitLen())
		o.attrs["remote_ip_prefix"] = cidr.String()
	}
	if err != nil {
		return refusal(http.StatusBadRequest, "InvalidCIDR", fmt.Sprintf("Invalid CIDR %s given as IP prefix.", prefix))
	}
	if cidr.Addr().Is6() != (o.text("ethertype") == "IPv6") {
		return refusal(http.StatusBadRequest, "SecurityGroupRuleParameterConflict",
			fmt.Sprintf("Conflicting value ethertype %s for CIDR %s", o.text("ethertype"), prefix))
	}
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
