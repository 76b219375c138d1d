package compute

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
)

// rule is what a security group's rule lets through. Its id does not matter: a rule that was made again lets through the
// same.
type rule struct {
	Direction    string `json:"direction"`
	EtherType    string `json:"ethertype"`
	Protocol     string `json:"protocol,omitempty"`
	PortMin      int    `json:"port_min,omitempty"`
	PortMax      int    `json:"port_max,omitempty"`
	RemotePrefix string `json:"remote_prefix,omitempty"`
	RemoteGroup  string `json:"remote_group,omitempty"` // "self" for the group itself
}

// String is the rule in a sentence.
func (r rule) String() string {
	s := r.Direction + " " + r.EtherType + " " + cmp.Or(r.Protocol, "any protocol")
	switch {
	case r.PortMin == 0 && r.PortMax == 0:
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
	}
	return s
}

func ruleOf(r rules.SecGroupRule, group string) rule {
	out := rule{
		Direction: r.Direction, EtherType: r.EtherType, Protocol: r.Protocol,
		PortMin: r.PortRangeMin, PortMax: r.PortRangeMax, RemotePrefix: r.RemoteIPPrefix, RemoteGroup: r.RemoteGroupID,
	}
	if out.RemoteGroup == group {
		out.RemoteGroup = "self"
	}
	return out
}

func rulesOf(g *groups.SecGroup) []rule {
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
