package keystone

import (
	"net/http"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

type catalogService struct {
	id        string
	endpoint  Endpoint
	endpoints map[string]string // interface -> endpoint id
}

// interfaces in the order in which DevStack makes them.
var interfaces = []string{"public", "internal", "admin"}

func (s *Service) buildCatalog() {
	for _, e := range s.options.Catalog {
		entry := catalogService{id: wire.HexID(), endpoint: e, endpoints: map[string]string{}}
		for _, name := range interfaces {
			entry.endpoints[name] = wire.HexID()
		}
		s.catalog = append(s.catalog, entry)
	}
}

func (s *Service) catalogRoutes() {
	s.router.Handle("GET", "/v3/services", s.allow("list_services", nil, s.listServices))
	s.router.Handle("GET", "/v3/endpoints", s.allow("list_endpoints", nil, s.listEndpoints))
	s.router.Handle("GET", "/v3/regions", s.listRegions)
}

const projectPlace = "$(project_id)s"

// catalogFor is the catalog of a token. An endpoint that needs a project is
// left out of the catalog of a token without one.
func (s *Service) catalogFor(c *wire.Call, projectID string) []wire.M {
	catalog := []wire.M{}
	for _, entry := range s.catalog {
		endpoints := []wire.M{}
		if projectID != "" || !strings.Contains(entry.endpoint.Path, projectPlace) {
			url := c.Root() + strings.ReplaceAll(entry.endpoint.Path, projectPlace, projectID)
			for _, name := range interfaces {
				endpoints = append(endpoints, wire.M{
					"id": entry.endpoints[name], "interface": name, "url": url,
					"region": s.options.Region, "region_id": s.options.Region,
				})
			}
		}
		catalog = append(catalog, wire.M{
			"id": entry.id, "type": entry.endpoint.Type, "name": entry.endpoint.Name, "endpoints": endpoints,
		})
	}
	return catalog
}

func (s *Service) ownCatalog(c *wire.Call) error {
	if c.Token.ProjectID == "" && c.Token.DomainID == "" && !c.Token.System {
		return wire.Errorf(http.StatusForbidden, "A project-scoped token is required to produce a service catalog.")
	}
	return c.JSON(http.StatusOK, wire.M{
		"catalog": s.catalogFor(c, c.Token.ProjectID), "links": wire.M{"self": c.Root() + "/identity/v3/auth/catalog"},
	})
}

func (s *Service) listServices(c *wire.Call) error {
	services := []wire.M{}
	for _, entry := range s.catalog {
		if c.Query("type") != "" && c.Query("type") != entry.endpoint.Type {
			continue
		}
		services = append(services, wire.M{
			"id": entry.id, "type": entry.endpoint.Type, "name": entry.endpoint.Name, "description": "", "enabled": true,
			"links": self(c, "services/"+entry.id),
		})
	}
	return list(c, "services", services)
}

func (s *Service) listEndpoints(c *wire.Call) error {
	endpoints := []wire.M{}
	for _, entry := range s.catalog {
		for _, name := range interfaces {
			id := entry.endpoints[name]
			endpoints = append(endpoints, wire.M{
				"id": id, "interface": name, "service_id": entry.id, "url": c.Root() + entry.endpoint.Path, "enabled": true,
				"region": s.options.Region, "region_id": s.options.Region, "links": self(c, "endpoints/"+id),
			})
		}
	}
	return list(c, "endpoints", endpoints)
}

func (s *Service) listRegions(c *wire.Call) error {
	if _, err := s.authenticated(c); err != nil {
		return err
	}
	return list(c, "regions", []wire.M{{
		"id": s.options.Region, "description": "", "parent_region_id": nil, "links": self(c, "regions/"+s.options.Region),
	}})
}
