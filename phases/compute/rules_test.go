package compute

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"
)

var (
	egress = rule{Direction: "egress", EtherType: "IPv4"}
	ssh    = rule{Direction: "ingress", EtherType: "IPv4", Protocol: "tcp", PortMin: 22, PortMax: 22}
	ping   = rule{Direction: "ingress", EtherType: "IPv4", Protocol: "icmp"}
)

func TestRuleChanges(t *testing.T) {
	wide := rule{Direction: "ingress", EtherType: "IPv4", Protocol: "tcp", PortMin: 1, PortMax: 1024, RemotePrefix: "10.0.0.0/8"}
	for _, tt := range []struct {
		name     string
		was, now []rule
		want     string
	}{
		{"same in another order", []rule{egress, ssh, ping}, []rule{ping, egress, ssh}, ""},
		{"one removed", []rule{egress, ssh, ping}, []rule{egress, ssh}, `security group g: the rule "ingress IPv4 icmp" is missing`},
		{"one of two alike removed", []rule{ssh, ssh}, []rule{ssh}, `security group g: the rule "ingress IPv4 tcp/22" is missing`},
		{"one added", []rule{egress}, []rule{egress, wide}, `security group g: the rule "ingress IPv4 tcp/1-1024 of 10.0.0.0/8" was added`},
		{"one replaced", []rule{ssh}, []rule{egress}, `security group g: the rule "ingress IPv4 tcp/22" is missing; security group g: the rule "egress IPv4 any protocol" was added`},
	} {
		if got := strings.Join(ruleChanges("g", tt.was, tt.now), "; "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestRulesAreComparedByWhatTheyLetThrough(t *testing.T) {
	var g group
	if err := json.Unmarshal([]byte(`{"id": "g", "security_group_rules": [
		{"id": "2", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": null},
		{"id": "1", "direction": "ingress", "ethertype": "IPv4", "protocol": null, "port_range_min": null, "port_range_max": null, "remote_group_id": "g"}
	]}`), &g); err != nil {
		t.Fatal(err)
	}
	got := rulesOf(&g)
	want := []rule{{Direction: "ingress", EtherType: "IPv4", RemoteGroup: "self"}, ssh}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("rules %v, want %v", got, want)
	}
}

// TestRulesThatDiffer holds what is not the same as the rule that lets in every ICMP message, or SSH from everywhere.
func TestRulesThatDiffer(t *testing.T) {
	for was, others := range map[string]map[string]string{
		`{"direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "port_range_min": null, "port_range_max": null}`: {
			`{"direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "port_range_min": 0, "port_range_max": null}`: "ingress IPv4 icmp type 0",
			`{"direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "port_range_min": 0, "port_range_max": 0}`:    "ingress IPv4 icmp type 0 code 0",
			`{"direction": "ingress", "ethertype": "IPv4", "protocol": "icmp", "port_range_min": 8, "port_range_max": 0}`:    "ingress IPv4 icmp type 8 code 0",
		},
		`{"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22}`: {
			`{"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_address_group_id": "trusted"}`: "ingress IPv4 tcp/22 of address group trusted",
			`{"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 0, "port_range_max": 22}`:                                        "ingress IPv4 tcp/0-22",
		},
	} {
		for now, text := range others {
			if got := ruleChanges("g", []rule{read(t, was)}, []rule{read(t, now)}); len(got) != 2 || !strings.Contains(got[1], `"`+text+`" was added`) {
				t.Errorf("%s: %q, want the rule %q added", now, got, text)
			}
		}
	}
}

// read is a rule as it comes back from the record.
func read(t *testing.T, answer string) rule {
	t.Helper()
	var shown groupRule
	if err := json.Unmarshal([]byte(answer), &shown); err != nil {
		t.Fatal(err)
	}
	recorded, err := json.Marshal(ruleOf(shown, "g"))
	if err != nil {
		t.Fatal(err)
	}
	var out rule
	if err := json.Unmarshal(recorded, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMissingRules(t *testing.T) {
	wanted := func(e rules.RuleEtherType) []rules.CreateOpts {
		return []rules.CreateOpts{
			{Direction: rules.DirIngress, EtherType: e, Protocol: rules.ProtocolTCP, PortRangeMin: 22, PortRangeMax: 22},
			{Direction: rules.DirIngress, EtherType: e, Protocol: rules.ProtocolICMP},
		}
	}
	if got := missingRules(wanted(rules.EtherType4), []rule{egress}); len(got) != 2 {
		t.Errorf("%d of a new group's rules are missing, want 2", len(got))
	}
	if got := missingRules(wanted(rules.EtherType4), []rule{egress, ssh}); len(got) != 1 || got[0].Protocol != rules.ProtocolICMP {
		t.Errorf("missing %v, want the one for icmp", got)
	}
	// Neutron shows icmp over IPv6 under its own name.
	have := []rule{{Direction: "ingress", EtherType: "IPv6", Protocol: "ipv6-icmp"}}
	if got := missingRules(wanted(rules.EtherType6), have); len(got) != 1 || got[0].Protocol != rules.ProtocolTCP {
		t.Errorf("missing %v, want the one for tcp", got)
	}
}
