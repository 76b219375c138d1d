package neutron

import (
	"fmt"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Port is a server's port as the compute service sees it.
type Port struct {
	ID, NetworkID, NetworkName, MAC, Status string
	Fixed                                   []FixedIP
	Floating                                []string // addresses
	AdmitsSSH                               bool     // a security group lets TCP port 22 in
}

// FixedIP is an address on a subnet.
type FixedIP struct{ SubnetID, Address string }

// Group is a security group as the compute service sees it.
type Group struct{ ID, Name, Description, Project string }

// PlugRequest asks for a port of a server.
type PlugRequest struct {
	NetworkID string
	PortID    string   // an existing port instead of a new one on a network
	Address   string   // on the network; any when empty
	Groups    []string // ids of security groups; the default group when empty
	Host      string
}

// Usable returns the networks a server of the token's project can be put on
// when none is named: the project's own and the shared ones.
func (s *Service) Usable(t *wire.Token) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, network := range s.objects["network"] {
		mine := network.project == t.ProjectID || network.flag("shared")
		if mine && !network.flag("router:external") && s.firstSubnet(network) != "" {
			ids = append(ids, network.id)
		}
	}
	return ids
}

// Missing says, in Nova's words, which of the network and the port named the
// token cannot use; nothing is wrong when it is empty.
func (s *Service) Missing(t *wire.Token, r PlugRequest) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.PortID != "" {
		if port := s.get("port", r.PortID); port == nil || !port.visibleTo(t) {
			return fmt.Sprintf("Port id %s could not be found.", r.PortID)
		}
		return ""
	}
	network := s.get("network", r.NetworkID)
	switch {
	case network == nil || !network.visibleTo(t):
		return fmt.Sprintf("Network %s could not be found.", r.NetworkID)
	case s.firstSubnet(network) == "":
		return fmt.Sprintf("Network %s requires a subnet in order to boot instances on.", r.NetworkID)
	}
	return ""
}

// FindGroups returns the project's security groups of a name or id.
func (s *Service) FindGroups(t *wire.Token, nameOrID string) []Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ensureDefaultGroup(t.ProjectID)
	var found []Group
	for _, group := range s.objects["security_group"] {
		if group.project == t.ProjectID && (group.id == nameOrID || group.text("name") == nameOrID) {
			found = append(found, group.summary())
		}
	}
	return found
}

func (o *object) summary() Group {
	return Group{o.id, o.text("name"), o.text("description"), o.project}
}

// GroupsOf returns the security groups of a server's ports.
func (s *Service) GroupsOf(deviceID string) []Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Group
	for _, port := range s.where("port", "device_id", deviceID) {
		for _, id := range port.texts("security_groups") {
			group := s.get("security_group", id)
			if group != nil && !slices.Contains(found, group.summary()) {
				found = append(found, group.summary())
			}
		}
	}
	return found
}

// Plug gives a server a port.
func (s *Service) Plug(t *wire.Token, deviceID string, r PlugRequest) (portID string, err error) {
	s.locked(func() {
		port := s.get("port", r.PortID)
		if r.PortID == "" {
			if port, err = s.newPort(t, r); err != nil {
				return
			}
		}
		if port == nil {
			err = noPort(r.PortID)
			return
		}
		port.attrs["device_id"], port.attrs["device_owner"] = deviceID, "compute:nova"
		port.attrs["binding:host_id"], port.attrs["binding:vif_type"] = r.Host, "ovs"
		port.status = "ACTIVE"
		port.touch()
		portID = port.id
		s.touchPort(port)
	})
	return portID, err
}

func (s *Service) newPort(t *wire.Token, r PlugRequest) (*object, error) {
	port := s.newObject(s.kinds["ports"], t.ProjectID)
	port.attrs["network_id"] = r.NetworkID
	if len(r.Groups) > 0 {
		port.attrs["security_groups"] = r.Groups
	}
	if r.Address != "" {
		port.attrs["fixed_ips"] = []any{wire.M{"ip_address": r.Address}}
	}
	if err := s.createPort(&wire.Call{Token: t}, port); err != nil {
		return nil, err
	}
	if err := s.checkQuota("port", t.ProjectID); err != nil {
		return nil, err
	}
	s.add(port)
	return port, nil
}

// Unplug takes a port from its server: keep leaves the port for other uses.
func (s *Service) Unplug(portID string, keep bool) {
	s.locked(func() {
		port := s.get("port", portID)
		if port == nil {
			return
		}
		if keep {
			s.touchPort(port)
			port.attrs["device_id"], port.attrs["device_owner"] = "", ""
			port.attrs["binding:host_id"], port.attrs["binding:vif_type"] = "", "unbound"
			port.status = "DOWN"
			return
		}
		s.releasePort(port)
		s.drop(port)
	})
}

// SetLink changes the status of a server's ports, as an agent does when the
// guest starts or stops.
func (s *Service) SetLink(deviceID string, up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, port := range s.where("port", "device_id", deviceID) {
		port.status = "DOWN"
		if up {
			port.status = "ACTIVE"
		}
	}
}

// Ports returns the ports of a server.
func (s *Service) Ports(deviceID string) []Port {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Port
	for _, port := range s.where("port", "device_id", deviceID) {
		seen := Port{
			ID: port.id, NetworkID: port.text("network_id"), MAC: port.text("mac_address"),
			Status: port.currentStatus(), AdmitsSSH: s.admits(port, 22),
		}
		if network := s.get("network", seen.NetworkID); network != nil {
			seen.NetworkName = network.text("name")
		}
		for _, ip := range port.fixedIPs() {
			seen.Fixed = append(seen.Fixed, FixedIP{fmt.Sprint(ip["subnet_id"]), fmt.Sprint(ip["ip_address"])})
		}
		for _, floating := range s.where("floatingip", "port_id", port.id) {
			seen.Floating = append(seen.Floating, floating.text("floating_ip_address"))
		}
		found = append(found, seen)
	}
	return found
}

// admits tells whether a port's security groups let TCP to a port number in.
func (s *Service) admits(port *object, number int) bool {
	if !port.flag("port_security_enabled") {
		return true
	}
	for _, id := range port.texts("security_groups") {
		for _, rule := range s.where("security_group_rule", "security_group_id", id) {
			if rule.lets(number) {
				return true
			}
		}
	}
	return false
}
