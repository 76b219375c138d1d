package nova

import (
	"fmt"
	"net/http"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) versionRoutes() {
	s.router.Handle("GET", "/", func(c *wire.Call) error {
		return c.JSON(http.StatusOK, wire.M{"versions": []wire.M{oldVersion(c), s.version(c)}})
	})
	s.router.Handle("GET", "/v2", func(c *wire.Call) error { return showVersion(c, oldVersion(c), "2") })
	s.router.Handle("GET", "/v2.1", func(c *wire.Call) error { return showVersion(c, s.version(c), "2.1") })
}

func showVersion(c *wire.Call, document wire.M, number string) error {
	document["links"] = append(document["links"].([]wire.M),
		wire.M{"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
	document["media-types"] = []wire.M{{
		"base": "application/json", "type": "application/vnd.openstack.compute+json;version=" + number,
	}}
	return c.JSON(http.StatusOK, wire.M{"version": document})
}

// oldVersion is only announced: the service behind it is that of version.
func oldVersion(c *wire.Call) wire.M {
	return wire.M{
		"id": "v2.0", "status": "SUPPORTED", "version": "", "min_version": "", "updated": "2011-01-21T11:33:21Z",
		"links": []wire.M{{"rel": "self", "href": c.Root() + "/compute/v2/"}},
	}
}

func (s *Service) version(c *wire.Call) wire.M {
	return wire.M{
		"id": "v2.1", "status": "CURRENT", "updated": "2013-07-23T11:33:21Z",
		"version": fmt.Sprintf("2.%d", s.newestMinor()), "min_version": fmt.Sprintf("2.%d", oldestMinor),
		"links": []wire.M{{"rel": "self", "href": c.Root() + "/compute/v2.1/"}},
	}
}

// links are those of a resource such as a server.
func links(c *wire.Call, collection, id string) []wire.M {
	return []wire.M{
		{"rel": "self", "href": c.Root() + "/compute/v2.1/" + collection + "/" + id},
		bookmark(c, collection, id),
	}
}

func bookmark(c *wire.Call, collection, id string) wire.M {
	return wire.M{"rel": "bookmark", "href": c.Root() + "/compute/" + collection + "/" + id}
}
