package keystone

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) domainRoutes() {
	s.router.Handle("GET", "/v3/domains", s.allow("list_domains", nil, s.listDomains))
	s.router.Handle("POST", "/v3/domains", s.allow("create_domain", nil, s.createDomain))
	s.router.Handle("PATCH", "/v3/domains/{id}", s.allow("update_domain", nil, s.updateDomain))
	s.router.Handle("DELETE", "/v3/domains/{id}", s.allow("delete_domain", nil, s.deleteDomain))
	own := func(t *token) string {
		if p := s.projectByID(t.projectID()); p != nil {
			return p.domainID
		}
		return t.user.domainID
	}
	s.router.Handle("GET", "/v3/domains/{id}", s.allowOwn("get_domain", "id", own, s.showDomain))
}

func (d *domain) body(c *wire.Call) wire.M {
	return wire.M{
		"id": d.id, "name": d.name, "description": d.description, "enabled": d.enabled,
		"tags": []any{}, "options": wire.M{}, "links": self(c, "domains/"+d.id),
	}
}

func noDomain(id string) error {
	return wire.Errorf(http.StatusNotFound, "Could not find domain: %s.", id)
}

func (s *Service) listDomains(c *wire.Call) error {
	query := c.R.URL.Query()
	domains := []wire.M{}
	for _, d := range s.domains {
		if (query.Has("name") && query.Get("name") != d.name) ||
			(query.Has("enabled") && isTrue(query.Get("enabled")) != d.enabled) {
			continue
		}
		domains = append(domains, d.body(c))
	}
	return list(c, "domains", domains)
}

func (s *Service) showDomain(c *wire.Call) error {
	d := s.domainByID(c.Param("id"))
	if d == nil {
		return noDomain(c.Param("id"))
	}
	return c.JSON(http.StatusOK, wire.M{"domain": d.body(c)})
}

func (s *Service) createDomain(c *wire.Call) error {
	sent, err := s.decode(c, "domain")
	if err != nil {
		return err
	}
	name, err := s.required(sent, "domain", "name")
	if err != nil {
		return err
	}
	if err := notLonger(name, maxProjectName); err != nil {
		return err
	}
	d := &domain{id: wire.HexID(), name: name, description: "", enabled: true}
	if s.domainByName(name) != nil {
		return wire.Errorf(http.StatusConflict, "Conflict occurred attempting to store project - it is not permitted to have two "+
			"projects acting as domains with the same name: %s.", name)
	}
	d.apply(sent)
	s.domains = append(s.domains, d)
	return c.JSON(http.StatusCreated, wire.M{"domain": d.body(c)})
}

func (d *domain) apply(sent wire.M) {
	if description, ok := sent["description"]; ok {
		d.description = description
	}
	if enabled, ok := sent["enabled"].(bool); ok {
		d.enabled = enabled
	}
	if name := text(sent, "name"); name != "" {
		d.name = name
	}
}

func (s *Service) updateDomain(c *wire.Call) error {
	d := s.domainByID(c.Param("id"))
	if d == nil {
		return noDomain(c.Param("id"))
	}
	sent, err := s.decode(c, "domain")
	if err != nil {
		return err
	}
	d.apply(sent)
	return c.JSON(http.StatusOK, wire.M{"domain": d.body(c)})
}

// deleteDomain takes everything in the domain with it; it has to be disabled
// first.
func (s *Service) deleteDomain(c *wire.Call) error {
	d := s.domainByID(c.Param("id"))
	if d == nil {
		return noDomain(c.Param("id"))
	}
	if d.enabled {
		return wire.Errorf(http.StatusForbidden, "Cannot delete a domain that is enabled, please disable it first.")
	}
	for _, u := range s.users {
		if u.domainID == d.id {
			s.dropUser(u)
		}
	}
	for _, p := range s.projects {
		if p.domainID == d.id {
			s.dropProject(p)
		}
	}
	s.assignments = slices.DeleteFunc(s.assignments, func(a assignment) bool { return a.scope.domainID == d.id })
	s.domains = slices.DeleteFunc(s.domains, func(o *domain) bool { return o == d })
	return c.Empty(http.StatusNoContent)
}
