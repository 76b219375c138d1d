package nova

import (
	"fmt"
	"net/http"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) adminRoutes() {
	s.router.Handle("GET", "/v2.1/os-availability-zone", func(c *wire.Call) error {
		return c.JSON(http.StatusOK, wire.M{"availabilityZoneInfo": []wire.M{{
			"zoneName": zone, "zoneState": wire.M{"available": true}, "hosts": nil,
		}}})
	})
	s.router.Handle("GET", "/v2.1/os-hypervisors", admin("os-hypervisors:list", listHypervisors))
	s.router.Handle("GET", "/v2.1/os-services", admin("os-services:list", listServices))
	s.router.Handle("GET", "/v2.1/os-server-groups", func(c *wire.Call) error {
		return c.JSON(http.StatusOK, wire.M{"server_groups": []wire.M{}})
	})
	s.router.Handle("GET", "/v2.1/extensions", func(c *wire.Call) error {
		list := []wire.M{}
		for _, e := range extensions {
			list = append(list, e.body())
		}
		return c.JSON(http.StatusOK, wire.M{"extensions": list})
	})
	s.router.Handle("GET", "/v2.1/extensions/{alias}", func(c *wire.Call) error {
		for _, e := range extensions {
			if e.alias == c.Param("alias") {
				return c.JSON(http.StatusOK, wire.M{"extension": e.body()})
			}
		}
		return wire.Errorf(http.StatusNotFound, "The resource could not be found.")
	})
}

func (e extension) body() wire.M {
	return wire.M{
		"alias": e.alias, "name": e.name, "description": e.description, "updated": e.updated, "links": []wire.M{},
		"namespace": "http://docs.openstack.org/compute/ext/fake_xml",
	}
}

func listHypervisors(c *wire.Call) error {
	return c.JSON(http.StatusOK, wire.M{"hypervisors": []wire.M{{
		"id": 1, "hypervisor_hostname": hypervisorHostname, "state": "up", "status": "enabled",
	}}})
}

func listServices(c *wire.Call) error {
	now := wire.Stamp(time.Now().Truncate(time.Second), "2006-01-02T15:04:05.000000")
	list := []wire.M{}
	for i, binary := range []string{"nova-scheduler", "nova-conductor", "nova-compute"} {
		where := "internal"
		if binary == "nova-compute" {
			where = zone
		}
		list = append(list, wire.M{
			"id": i + 1, "binary": binary, "host": hostName, "zone": where, "status": "enabled", "state": "up",
			"updated_at": now, "disabled_reason": nil,
		})
	}
	return c.JSON(http.StatusOK, wire.M{"services": list})
}

// Inventory lists servers and key pairs; the project of a key pair is its
// user.
func (s *Service) Inventory() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, sv := range s.servers {
		lines = append(lines, fmt.Sprintf("server %s %s/%s", sv.projectID, sv.name, sv.id))
	}
	for _, k := range s.keypairs {
		lines = append(lines, fmt.Sprintf("keypair %s %s/%s", k.user, k.name, k.fingerprint))
	}
	return lines
}
