package compute

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
)

// rule is what a security group's rule lets through. Its id does not matter: a rule that was made again lets through the
// same.
type rule struct {
	Direction    string `json:"direction"`
	EtherType    string `json:"ethertype"`
	Protocol     string `json:"protocol,omitempty"`
	PortMin      int    `json:"port_min,omitempty"` // of ICMP the type
	PortMax      int    `json:"port_max,omitempty"` // of ICMP the code
	RemotePrefix string `json:"remote_prefix,omitempty"`
	RemoteGroup  string `json:"remote_group,omitempty"` // "self" for the group itself

	RemoteAddressGroup string `json:"remote_address_group,omitempty"`
	// A 0 that Neutron shows is not a null, which lets everything through: ICMP's type 0 is one type of many.
	MinIsZero bool `json:"port_min_is_zero,omitempty"`
	MaxIsZero bool `json:"port_max_is_zero,omitempty"`
}

// group is a security group as Neutron shows it, as far as it is looked at.
type group struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Rules       []groupRule `json:"security_group_rules"`
}

// groupRule is a security group's rule as Neutron shows it, in which a null is not a 0.
type groupRule struct {
	Direction          string `json:"direction"`
	EtherType          string `json:"ethertype"`
	Protocol           string `json:"protocol"`
	PortMin            *int   `json:"port_range_min"`
	PortMax            *int   `json:"port_range_max"`
	RemotePrefix       string `json:"remote_ip_prefix"`
	RemoteGroup        string `json:"remote_group_id"`
	RemoteAddressGroup string `json:"remote_address_group_id"`
}

// String is the rule in a sentence.
func (r rule) String() string {
	s := r.Direction + " " + r.EtherType + " " + cmp.Or(r.Protocol, "any protocol")
	hasMin, hasMax := r.PortMin != 0 || r.MinIsZero, r.PortMax != 0 || r.MaxIsZero
	switch {
	case !hasMin && !hasMax:
	case strings.Contains(r.Protocol, "icmp"):
		s += fmt.Sprintf(" type %d", r.PortMin)
		if hasMax {
			s += fmt.Sprintf(" code %d", r.PortMax)
		}
	case r.PortMin == r.PortMax:
		s += fmt.Sprintf("/%d", r.PortMin)
	default:
		s += fmt.Sprintf("/%d-%d", r.PortMin, r.PortMax)
	}
	switch {
	case r.RemotePrefix != "":
		s += " of " + r.RemotePrefix
	case r.RemoteGroup != "":
		s += " of group " + r.RemoteGroup
	case r.RemoteAddressGroup != "":
		s += " of address group " + r.RemoteAddressGroup
	}
	return s
}

func ruleOf(r groupRule, group string) rule {
	out := rule{
		Direction: r.Direction, EtherType: r.EtherType, Protocol: r.Protocol,
		RemotePrefix: r.RemotePrefix, RemoteGroup: r.RemoteGroup, RemoteAddressGroup: r.RemoteAddressGroup,
	}
	if r.PortMin != nil {
		out.PortMin, out.MinIsZero = *r.PortMin, *r.PortMin == 0
	}
	if r.PortMax != nil {
		out.PortMax, out.MaxIsZero = *r.PortMax, *r.PortMax == 0
	}
	if out.RemoteGroup == group {
		out.RemoteGroup = "self"
	}
	return out
}

func rulesOf(g *group) []rule {
	out := make([]rule, 0, len(g.Rules))
	for _, r := range g.Rules {
		out = append(out, ruleOf(r, g.ID))
	}
	return sorted(out)
}

func sorted(all []rule) []rule {
	slices.SortFunc(all, func(a, b rule) int { return cmp.Compare(a.String(), b.String()) })
	return all
}

// missingRules are the wanted rules that are not there yet.
func missingRules(wanted []rules.CreateOpts, have []rule) []rules.CreateOpts {
	return slices.DeleteFunc(wanted, func(w rules.CreateOpts) bool {
		as := rule{
			Direction: string(w.Direction), EtherType: string(w.EtherType), Protocol: string(w.Protocol),
			PortMin: w.PortRangeMin, PortMax: w.PortRangeMax,
		}
		return slices.Contains(have, as) || as.EtherType == string(rules.EtherType6) && slices.Contains(have, as.inIPv6())
	})
}

// inIPv6 is how Neutron shows an IPv6 rule that was asked for with protocol icmp.
func (r rule) inIPv6() rule {
	if r.Protocol == string(rules.ProtocolICMP) {
		r.Protocol = string(rules.ProtocolIPv6ICMP)
	}
	return r
}

// ruleChanges names each rule that is missing and each that was added.
func ruleChanges(group string, was, now []rule) []string {
	var out []string
	left := slices.Clone(now)
	for _, r := range was {
		i := slices.Index(left, r)
		if i < 0 {
			out = append(out, fmt.Sprintf("security group %s: the rule %q is missing", group, r))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, r := range left {
		out = append(out, fmt.Sprintf("security group %s: the rule %q was added", group, r))
	}
	return out
}
