package keystone

import "fmt"

// Inventory lists domains, projects, users, roles, assignments and application
// credentials. Their "project" is the domain or project they belong to.
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	add := func(kind, project, name, id string) {
		lines = append(lines, fmt.Sprintf("%s %s %s/%s", kind, project, name, id))
	}
	for _, d := range s.domains {
		add("domain", "-", d.name, d.id)
	}
	for _, p := range s.projects {
		add("project", p.domainID, p.name, p.id)
	}
	for _, u := range s.users {
		add("user", u.domainID, u.name, u.id)
	}
	for _, r := range s.roles {
		add("role", "-", r.name, r.id)
	}
	for _, a := range s.assignments {
		on := a.scope.projectID + a.scope.domainID
		if a.scope.system {
			on = "system"
		}
		add("assignment", on, a.userID, s.roleByID(a.roleID).name)
	}
	for _, a := range s.credentials {
		add("application-credential", a.projectID, a.name, a.id)
	}
	return lines
}

// ProjectID returns the id of a project in the domain Default, or "".
func (s *Service) ProjectID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.projectByName(name, defaultDomain); p != nil {
		return p.id
	}
	return ""
}
