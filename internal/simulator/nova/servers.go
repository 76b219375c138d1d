package nova

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) serverRoutes() {
	s.router.Handle("GET", "/v2.1/servers", s.listServers)
	s.router.Handle("POST", "/v2.1/servers", s.createServer)
	s.router.Handle("GET", "/v2.1/servers/detail", s.listServers)
	s.router.Handle("GET", "/v2.1/servers/{id}", s.on(func(c *wire.Call, sv *server) error {
		return c.JSON(http.StatusOK, wire.M{"server": s.body(c, sv)})
	}))
	s.router.Handle("PUT", "/v2.1/servers/{id}", s.on(s.updateServer))
	s.router.Handle("DELETE", "/v2.1/servers/{id}", s.on(s.deleteServer))
	s.router.Handle("GET", "/v2.1/servers/{id}/metadata", s.on(func(c *wire.Call, sv *server) error {
		return c.JSON(http.StatusOK, wire.M{"metadata": sv.metadata})
	}))
	s.router.Handle("POST", "/v2.1/servers/{id}/metadata", s.on(s.setMetadata))
	s.router.Handle("PUT", "/v2.1/servers/{id}/metadata", s.on(s.setMetadata))
	s.router.Handle("GET", "/v2.1/servers/{id}/metadata/{key}", s.on(s.showMetadata))
	s.router.Handle("PUT", "/v2.1/servers/{id}/metadata/{key}", s.on(s.setOneMetadata))
	s.router.Handle("DELETE", "/v2.1/servers/{id}/metadata/{key}", s.on(s.deleteMetadata))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-volume_attachments", s.on(func(c *wire.Call, _ *server) error {
		return c.JSON(http.StatusOK, wire.M{"volumeAttachments": []wire.M{}})
	}))
}

// on finds the server a path names; those of other projects are not there.
func (s *Service) on(h func(*wire.Call, *server) error) wire.Handler {
	return func(c *wire.Call) error {
		sv := s.server(c.Param("id"))
		if sv == nil || (sv.projectID != c.Token.ProjectID && !c.Token.Admin()) {
			return wire.Errorf(http.StatusNotFound, "Instance %s could not be found.", c.Param("id"))
		}
		return h(c, sv)
	}
}

func (s *Service) listServers(c *wire.Call) error {
	query := c.R.URL.Query()
	everybody := slices.Contains([]string{"1", "true", "t"}, strings.ToLower(query.Get("all_tenants"))) ||
		(query.Has("all_tenants") && query.Get("all_tenants") == "")
	detail := strings.HasSuffix(strings.Trim(c.R.URL.Path, "/"), "detail")
	if everybody && !c.Token.Admin() {
		rule := "servers:index:get_all_tenants"
		if detail {
			rule = "servers:detail:get_all_tenants"
		}
		return notAllowed(rule)
	}
	if err := checkQuery(c); err != nil {
		return err
	}
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil {
		limit = 1000
	}
	passed := query.Get("marker") == ""
	list := []wire.M{}
	last, more := "", false
	for _, sv := range s.servers {
		if !passed {
			passed = sv.id == query.Get("marker")
			continue
		}
		if (!everybody && sv.projectID != c.Token.ProjectID) || !s.selects(query, sv) {
			continue
		}
		if len(list) == limit {
			more = true
			break
		}
		last = sv.id
		if detail {
			list = append(list, s.body(c, sv))
		} else {
			list = append(list, wire.M{"id": sv.id, "name": sv.name, "links": links(c, "servers", sv.id)})
		}
	}
	if !passed {
		return badRequest("marker [%s] not found", query.Get("marker"))
	}
	answer := wire.M{"servers": list}
	if more || (query.Has("limit") && len(list) == limit) {
		query.Set("marker", last)
		answer["servers_links"] = []wire.M{{"rel": "next", "href": c.Root() + "/compute" + c.R.URL.Path + "?" + query.Encode()}}
	}
	return c.JSON(http.StatusOK, answer)
}

// selects tells whether a server is what a list asks for. Names and addresses
// are asked for by regular expressions, as the database takes them.
func (s *Service) selects(query map[string][]string, sv *server) bool {
	for name, values := range query {
		value := values[0]
		ok := true
		switch name {
		case "name":
			expression, err := regexp.Compile(value)
			ok = err != nil || expression.MatchString(sv.name)
		case "ip":
			expression, err := regexp.Compile("^" + value)
			ok = err != nil || slices.ContainsFunc(s.networks.Ports(sv.id), func(p neutron.Port) bool {
				return slices.ContainsFunc(p.Fixed, func(ip neutron.FixedIP) bool { return expression.MatchString(ip.Address) })
			})
		case "status":
			ok = slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, sv.status()) })
		case "image":
			ok = sv.imageID == value
		case "flavor":
			ok = sv.flavor.id == value
		case "tenant_id", "project_id":
			ok = sv.projectID == value
		case "user_id":
			ok = sv.userID == value
		case "uuid":
			ok = sv.id == value
		case "key_name":
			ok = sv.keyName == value
		}
		if !ok {
			return false
		}
	}
	return true
}

func (s *Service) updateServer(c *wire.Call, sv *server) error {
	sent, _, err := sentBody(c, "server")
	if err != nil {
		return err
	}
	if name, ok := sent["name"]; ok {
		if err := checkName(name); err != nil {
			return err
		}
		sv.name, _ = name.(string)
	}
	if description, ok := sent["description"]; ok && since(c, 19) {
		sv.description = description
	}
	if err := checkAccess(sent); err != nil {
		return err
	}
	sv.setAccess(sent)
	sv.touch()
	if since(c, 75) {
		return c.JSON(http.StatusOK, wire.M{"server": s.body(c, sv)})
	}
	body := s.briefBody(c, sv)
	newerBrief(c, sv, body)
	return c.JSON(http.StatusOK, wire.M{"server": body})
}

// newerBrief adds what an update shows from some microversion on.
func newerBrief(c *wire.Call, sv *server, body wire.M) {
	if since(c, 9) {
		body["locked"] = sv.locked
	}
	if since(c, 19) {
		body["description"] = sv.description
	}
	if since(c, 26) {
		body["tags"] = sv.tags
	}
}
