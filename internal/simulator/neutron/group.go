package neutron

import (
	"fmt"
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

const defaultGroup = "default"

var errDefaultGroup = refusal(http.StatusConflict, "SecurityGroupDefaultAlreadyExists", "Default security group already exists.")

func noGroup(id string) error {
	return refusal(http.StatusNotFound, "SecurityGroupNotFound", fmt.Sprintf("Security group %s does not exist", id))
}

func (s *Service) groupKind() *kind {
	return &kind{
		name: "security_group", plural: "security_groups", missing: noGroup,
		settable: func() wire.M { return wire.M{"name": "", "description": "", "stateful": true} },
		create: func(_ *wire.Call, o *object) error {
			s.ensureDefaultGroup(o.project)
			if o.text("name") == defaultGroup {
				return errDefaultGroup
			}
			s.addRule(o, "egress", "IPv4", nil)
			s.addRule(o, "egress", "IPv6", nil)
			return nil
		},
		update: func(_ *wire.Call, o *object, sent wire.M) error {
			name, renamed := sent["name"]
			switch {
			case renamed && o.text("name") == defaultGroup:
				return refusal(http.StatusConflict, "SecurityGroupCannotUpdateDefault", "Updating default security group not allowed.")
			case name == defaultGroup:
				return errDefaultGroup
			}
			return nil
		},
		remove: s.removeGroup,
		view: func(o *object, t *wire.Token, body wire.M) {
			rules := []wire.M{}
			for _, rule := range s.where("security_group_rule", "security_group_id", o.id) {
				seen := rule.see(t)
				seen["tags"] = []string{}
				if seen["belongs_to_default_sg"] == true {
					seen["belongs_to_default_sg"] = nil // Epoxy tells it in lists of rules alone
				}
				rules = append(rules, seen)
			}
			body["security_group_rules"], body["shared"] = rules, false
		},
	}
}

func (s *Service) removeGroup(c *wire.Call, o *object) error {
	if s.groupInUse(o.id) {
		return refusal(http.StatusConflict, "SecurityGroupInUse", fmt.Sprintf("Security Group %s in use.", o.id))
	}
	if o.text("name") == defaultGroup && !c.Token.Admin() {
		return refusal(http.StatusConflict, "SecurityGroupCannotRemoveDefault", "Insufficient rights for removing default security group.")
	}
	for _, rule := range s.where("security_group_rule", "security_group_id", o.id) {
		s.drop(rule)
	}
	return nil
}

func (s *Service) groupInUse(id string) bool {
	return slices.ContainsFunc(s.objects["port"], func(port *object) bool {
		return slices.Contains(port.texts("security_groups"), id)
	})
}

// ensureDefaultGroups makes the default group of the asker's project, and of
// the project a list is filtered by: looking for a deleted default group
// brings it back, as in Neutron.
func (s *Service) ensureDefaultGroups(c *wire.Call, filter string) {
	s.ensureDefaultGroup(c.Token.ProjectID)
	s.ensureDefaultGroup(filter)
}

func (s *Service) ensureDefaultGroup(project string) *object {
	for _, group := range s.where("security_group", "name", defaultGroup) {
		if group.project == project {
			return group
		}
	}
	if project == "" {
		return nil
	}
	group := s.newObject(s.kinds["security_groups"], project)
	group.attrs["name"], group.attrs["description"] = defaultGroup, "Default security group"
	group.revision = 1
	s.add(group)
	for _, ethertype := range []string{"IPv4", "IPv6"} {
		s.addRule(group, "ingress", ethertype, group.id)
		s.addRule(group, "egress", ethertype, nil)
	}
	return group
}

func (s *Service) addRule(group *object, direction, ethertype string, remoteGroup any) {
	rule := s.newObject(s.kinds["security_group_rules"], group.project)
	rule.attrs["security_group_id"], rule.attrs["direction"], rule.attrs["ethertype"] = group.id, direction, ethertype
	rule.attrs["remote_group_id"], rule.attrs["description"] = remoteGroup, nil
	s.add(rule)
}
