package neutron

import "fmt"

// Inventory lists networks, subnets, ports, routers, security groups, their
// rules and floating IPs.
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, k := range s.kinds {
		for _, o := range s.objects[k.name] {
			name := o.text("name")
			switch k.name {
			case "floatingip":
				name = o.text("floating_ip_address")
			case "security_group_rule":
				name = o.text("direction")
			}
			lines = append(lines, fmt.Sprintf("%s %s %s/%s", k.name, o.project, name, o.id))
		}
	}
	return lines
}

// NetworkID returns the id of the first network of a name, or "".
func (s *Service) NetworkID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.where("network", "name", name); len(found) > 0 {
		return found[0].id
	}
	return ""
}

// MoveFloatingIP leads a floating address to the first port of another server.
func (s *Service) MoveFloatingIP(address, deviceID string) (err error) {
	s.locked(func() {
		floating := s.where("floatingip", "floating_ip_address", address)
		ports := s.where("port", "device_id", deviceID)
		if len(floating) == 0 || len(ports) == 0 {
			err = fmt.Errorf("no floating IP %s, or no port of server %s", address, deviceID)
			return
		}
		s.disassociate(floating[0])
		err = s.associate(nil, floating[0], ports[0].id, "")
	})
	return err
}

// ReleaseFloatingIP disassociates a floating address; remove deletes it too.
func (s *Service) ReleaseFloatingIP(address string, remove bool) (err error) {
	s.locked(func() {
		found := s.where("floatingip", "floating_ip_address", address)
		if len(found) == 0 {
			err = fmt.Errorf("no floating IP %s", address)
			return
		}
		s.disassociate(found[0])
		if remove {
			s.drop(found[0])
		}
	})
	return err
}

// DropRule removes a rule from its security group.
func (s *Service) DropRule(id string) (err error) {
	s.locked(func() {
		rule := s.get("security_group_rule", id)
		if rule == nil {
			err = fmt.Errorf("no security group rule %s", id)
			return
		}
		s.drop(rule)
		s.touchGroup(rule.text("security_group_id"))
	})
	return err
}
