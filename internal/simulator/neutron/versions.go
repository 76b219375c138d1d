package neutron

import (
	"fmt"
	"net/http"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) versionRoutes() {
	s.router.Handle("GET", "/", s.versions)
	s.router.Handle("GET", "/v2.0", s.resources)
	s.router.Handle("GET", "/v2.0/extensions", s.listExtensions)
	s.router.Handle("GET", "/v2.0/extensions/{alias}", s.showExtension)
	s.router.Handle("GET", "/v2.0/availability_zones", func(c *wire.Call) error {
		return c.JSON(http.StatusOK, wire.M{"availability_zones": []wire.M{}})
	})
}

func (s *Service) versions(c *wire.Call) error {
	return c.JSON(http.StatusOK, wire.M{"versions": []wire.M{{
		"id": "v2.0", "status": "CURRENT", "links": []wire.M{{"rel": "self", "href": c.Root() + "/network/v2.0/"}},
	}}})
}

func (s *Service) resources(c *wire.Call) error {
	list := []wire.M{}
	for _, k := range s.allKinds() {
		link := c.Root() + "/network/v2.0/" + strings.ReplaceAll(k.plural, "_", "-")
		list = append(list, wire.M{"name": k.name, "collection": k.plural, "links": []wire.M{{"rel": "self", "href": link}}})
	}
	return c.JSON(http.StatusOK, wire.M{"resources": list})
}

func (e extension) body() wire.M {
	return wire.M{"alias": e.alias, "name": e.name, "description": e.description, "updated": e.updated, "links": []wire.M{}}
}

func (s *Service) listExtensions(c *wire.Call) error {
	list := []wire.M{}
	for _, e := range extensions {
		list = append(list, e.body())
	}
	return c.JSON(http.StatusOK, wire.M{"extensions": list})
}

func (s *Service) showExtension(c *wire.Call) error {
	for _, e := range extensions {
		if e.alias == c.Param("alias") {
			return c.JSON(http.StatusOK, wire.M{"extension": e.body()})
		}
	}
	return refusal(http.StatusNotFound, webOb, fmt.Sprintf("Extension with alias %s does not exist", c.Param("alias")))
}
