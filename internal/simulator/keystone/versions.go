package keystone

import (
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) versionRoutes() {
	s.router.Handle("GET", "/", s.versions)
	s.router.Handle("GET", "/v3", s.version)
}

func versionDocument(c *wire.Call) wire.M {
	return wire.M{
		"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
		"links":       []wire.M{{"rel": "self", "href": c.Root() + "/identity/v3/"}},
		"media-types": []wire.M{{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}},
	}
}

func (s *Service) versions(c *wire.Call) error {
	c.W.Header().Set("Location", c.Root()+"/identity/v3/")
	return c.JSON(http.StatusMultipleChoices, wire.M{"versions": wire.M{"values": []wire.M{versionDocument(c)}}})
}

func (s *Service) version(c *wire.Call) error {
	return c.JSON(http.StatusOK, wire.M{"version": versionDocument(c)})
}
