package keystone

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) projectRoutes() {
	s.router.Handle("GET", "/v3/projects", s.allow("list_projects", nil, s.listProjects))
	s.router.Handle("POST", "/v3/projects", s.allow("create_project", nil, s.createProject))
	s.router.Handle("GET", "/v3/projects/{id}", s.allowOwn("get_project", "id", ownProject, s.showProject))
	s.router.Handle("PATCH", "/v3/projects/{id}", s.allow("update_project", nil, s.updateProject))
	s.router.Handle("DELETE", "/v3/projects/{id}", s.allow("delete_project", nil, s.deleteProject))
	s.router.Handle("GET", "/v3/users/{id}/projects", s.allowOwn("list_user_projects", "id", ownUser, s.userProjects))
}

func (p *project) body(c *wire.Call) wire.M {
	tags := p.tags
	if tags == nil {
		tags = []any{}
	}
	body := wire.M{
		"id": p.id, "name": p.name, "domain_id": p.domainID, "description": p.description, "enabled": p.enabled,
		"parent_id": p.domainID, "is_domain": false, "tags": tags, "options": wire.M{}, "links": self(c, "projects/"+p.id),
	}
	for name, value := range p.extra {
		body[name] = value
	}
	return body
}

// projectMembers are the members of a project the service itself knows.
var projectMembers = []string{"id", "name", "domain_id", "description", "enabled", "parent_id", "is_domain", "tags", "options", "links"}

func extras(object wire.M, known []string) wire.M {
	extra := wire.M{}
	for name, value := range object {
		if !slices.Contains(known, name) {
			extra[name] = value
		}
	}
	return extra
}

func noProject(id string) error {
	return wire.Errorf(http.StatusNotFound, "Could not find project: %s.", id)
}

func (s *Service) listProjects(c *wire.Call) error {
	query := c.R.URL.Query()
	projects := []wire.M{}
	for _, p := range s.projects {
		if (query.Has("name") && query.Get("name") != p.name) ||
			(query.Has("domain_id") && query.Get("domain_id") != p.domainID) ||
			(query.Has("parent_id") && query.Get("parent_id") != p.domainID) ||
			(query.Has("enabled") && isTrue(query.Get("enabled")) != p.enabled) {
			continue
		}
		projects = append(projects, p.body(c))
	}
	return list(c, "projects", projects)
}

// isTrue reads a boolean query value as Keystone does: everything but 0 and
// false is true.
func isTrue(value string) bool { return value != "0" && value != "false" && value != "False" }

func (s *Service) createProject(c *wire.Call) error {
	sent, err := s.decode(c, "project")
	if err != nil {
		return err
	}
	if err := s.checkEnabled(sent); err != nil {
		return err
	}
	name, err := s.required(sent, "project", "name")
	if err != nil {
		return err
	}
	if err := notLonger(name, maxProjectName); err != nil {
		return err
	}
	p := &project{id: wire.HexID(), name: name, domainID: text(sent, "domain_id"), description: "", enabled: true}
	if p.domainID == "" {
		p.domainID = defaultDomain
	}
	if s.domainByID(p.domainID) == nil {
		return wire.Errorf(http.StatusBadRequest, "Could not find domain: %s.", p.domainID)
	}
	if parent := text(sent, "parent_id"); parent != "" && parent != p.domainID && s.projectByID(parent) == nil {
		return wire.Errorf(http.StatusBadRequest, "Could not find project: %s.", parent)
	}
	if s.projectByName(p.name, p.domainID) != nil {
		return projectConflict(p)
	}
	p.apply(sent)
	s.projects = append(s.projects, p)
	return c.JSON(http.StatusCreated, wire.M{"project": p.body(c)})
}

func projectConflict(p *project) error {
	return wire.Errorf(http.StatusConflict, "Conflict occurred attempting to store project - it is not permitted to have two "+
		"projects with either the same name or same id in the same domain: name is %s, project id %s.", p.name, p.id)
}

func (p *project) apply(sent wire.M) {
	if description, ok := sent["description"]; ok {
		p.description = description
	}
	if enabled, ok := sent["enabled"].(bool); ok {
		p.enabled = enabled
	}
	if tags, ok := sent["tags"].([]any); ok {
		p.tags = tags
	}
	if p.extra == nil {
		p.extra = wire.M{}
	}
	for name, value := range extras(sent, projectMembers) {
		p.extra[name] = value
	}
}

func (s *Service) showProject(c *wire.Call) error {
	p := s.projectByID(c.Param("id"))
	if p == nil {
		return noProject(c.Param("id"))
	}
	return c.JSON(http.StatusOK, wire.M{"project": p.body(c)})
}

func (s *Service) updateProject(c *wire.Call) error {
	p := s.projectByID(c.Param("id"))
	if p == nil {
		return noProject(c.Param("id"))
	}
	sent, err := s.decode(c, "project")
	if err != nil {
		return err
	}
	if err := s.checkEnabled(sent); err != nil {
		return err
	}
	if name := text(sent, "name"); name != "" && name != p.name {
		if s.projectByName(name, p.domainID) != nil {
			return projectConflict(&project{name: name, id: p.id})
		}
		p.name = name
	}
	p.apply(sent)
	if !p.enabled {
		s.forgetTokens(func(t *token) bool { return t.scope.projectID == p.id })
	}
	body := p.body(c)
	body["extra"] = p.extra
	return c.JSON(http.StatusOK, wire.M{"project": body})
}

// deleteProject takes the project's assignments and application credentials
// with it; its tokens are refused from then on.
func (s *Service) deleteProject(c *wire.Call) error {
	p := s.projectByID(c.Param("id"))
	if p == nil {
		return noProject(c.Param("id"))
	}
	s.dropProject(p)
	return c.Empty(http.StatusNoContent)
}

func (s *Service) dropProject(p *project) {
	s.projects = slices.DeleteFunc(slices.Clone(s.projects), func(o *project) bool { return o == p })
	s.assignments = slices.DeleteFunc(s.assignments, func(a assignment) bool { return a.scope.projectID == p.id })
	s.credentials = slices.DeleteFunc(s.credentials, func(a *applicationCredential) bool { return a.projectID == p.id })
	for _, u := range s.users {
		if text(u.extra, "default_project_id") == p.id {
			delete(u.extra, "default_project_id")
		}
	}
}

func (s *Service) userProjects(c *wire.Call) error { return s.listProjectsOf(c, c.Param("id")) }

func (s *Service) listProjectsOf(c *wire.Call, userID string) error {
	projects := []wire.M{}
	for _, p := range s.projects {
		if p.enabled && len(s.rolesOf(userID, scope{projectID: p.id})) > 0 {
			projects = append(projects, p.body(c))
		}
	}
	return list(c, "projects", projects)
}
