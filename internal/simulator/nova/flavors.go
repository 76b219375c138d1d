package nova

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

type flavor struct {
	id, name         string
	ram, disk, vcpus int // MiB, GiB, count
}

// The flavors every cloud begins with, as DevStack makes them for tests.
const (
	FlavorID    = "42"
	FlavorAltID = "84"
)

func firstFlavors() []*flavor {
	return []*flavor{{FlavorID, "m1.nano", 128, 1, 1}, {FlavorAltID, "m1.micro", 192, 1, 1}}
}

func (s *Service) flavorRoutes() {
	s.router.Handle("GET", "/v2.1/flavors", s.listFlavors)
	s.router.Handle("GET", "/v2.1/flavors/detail", s.listFlavors)
	s.router.Handle("GET", "/v2.1/flavors/{id}", func(c *wire.Call) error {
		f := s.flavor(c.Param("id"))
		if f == nil {
			return wire.Errorf(http.StatusNotFound, "Flavor %s could not be found.", c.Param("id"))
		}
		return c.JSON(http.StatusOK, wire.M{"flavor": f.body(c)})
	})
	s.router.Handle("POST", "/v2.1/flavors", admin("os-flavor-manage:create", s.createFlavor))
	s.router.Handle("GET", "/v2.1/flavors/{id}/os-extra_specs", func(c *wire.Call) error {
		return c.JSON(http.StatusOK, wire.M{"extra_specs": wire.M{}})
	})
}

func (s *Service) createFlavor(c *wire.Call) error {
	sent, raw, err := sentBody(c, "flavor")
	if err != nil {
		return err
	}
	for _, name := range []string{"name", "ram", "vcpus", "disk"} {
		if _, ok := sent[name]; !ok {
			return missing("flavor", name, raw)
		}
	}
	f := &flavor{}
	f.name, _ = sent["name"].(string)
	if f.id, _ = sent["id"].(string); f.id == "" || f.id == "auto" {
		f.id = wire.UUID()
	}
	f.ram, _ = count(sent["ram"])
	f.vcpus, _ = count(sent["vcpus"])
	f.disk, _ = count(sent["disk"])
	if s.flavor(f.id) != nil {
		return wire.Errorf(http.StatusConflict, "Flavor with ID %s already exists.", f.id)
	}
	s.flavors = append(s.flavors, f)
	return c.JSON(http.StatusOK, wire.M{"flavor": f.body(c)})
}

func (s *Service) listFlavors(c *wire.Call) error {
	query := c.R.URL.Query()
	least := map[string]int{}
	for _, name := range []string{"minDisk", "minRam", "limit"} {
		if !query.Has(name) {
			continue
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil {
			return badRequest("Invalid %s filter [%s]", name, query.Get(name))
		}
		least[name] = n
	}
	flavors := s.flavors
	if marker := query.Get("marker"); marker != "" {
		i := slices.IndexFunc(flavors, func(f *flavor) bool { return f.id == marker })
		if i < 0 {
			return badRequest("marker [%s] not found", marker)
		}
		flavors = flavors[i+1:]
	}
	detail := strings.HasSuffix(strings.Trim(c.R.URL.Path, "/"), "detail")
	list := []wire.M{}
	last := ""
	for _, f := range flavors {
		if f.disk < least["minDisk"] || f.ram < least["minRam"] || (query.Has("limit") && len(list) == least["limit"]) {
			continue
		}
		last = f.id
		if detail {
			list = append(list, f.body(c))
		} else {
			list = append(list, wire.M{"id": f.id, "name": f.name, "links": links(c, "flavors", f.id)})
		}
	}
	answer := wire.M{"flavors": list}
	if query.Has("limit") && len(list) == least["limit"] && len(list) > 0 {
		query.Set("marker", last)
		answer["flavors_links"] = []wire.M{{"rel": "next", "href": c.Root() + "/compute" + c.R.URL.Path + "?" + query.Encode()}}
	}
	return c.JSON(http.StatusOK, answer)
}

func (s *Service) flavor(id string) *flavor {
	for _, f := range s.flavors {
		if f.id == id {
			return f
		}
	}
	return nil
}

func (f *flavor) body(c *wire.Call) wire.M {
	body := wire.M{
		"id": f.id, "name": f.name, "ram": f.ram, "disk": f.disk, "vcpus": f.vcpus, "swap": "", "rxtx_factor": 1.0,
		"OS-FLV-DISABLED:disabled": false, "OS-FLV-EXT-DATA:ephemeral": 0, "os-flavor-access:is_public": true,
		"links": links(c, "flavors", f.id),
	}
	if since(c, 55) {
		body["description"] = nil
	}
	if since(c, 61) {
		body["extra_specs"] = wire.M{}
	}
	if since(c, 75) {
		body["swap"] = 0
	}
	return body
}

// embedded is what a server shows of its flavor.
func (f *flavor) embedded(c *wire.Call) wire.M {
	if since(c, 47) {
		return wire.M{
			"original_name": f.name, "ram": f.ram, "disk": f.disk, "vcpus": f.vcpus, "ephemeral": 0, "swap": 0, "extra_specs": wire.M{},
		}
	}
	return wire.M{"id": f.id, "links": []wire.M{bookmark(c, "flavors", f.id)}}
}
