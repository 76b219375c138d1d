package keystone

import (
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) domainRoutes() {
	s.router.Handle("GET", "/v3/domains", s.allow("list_domains", nil, s.listDomains))
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
		"id": d.id, "name": d.name, "description": d.description, "enabled": true,
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
		if query.Has("name") && query.Get("name") != d.name {
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
