package nova

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	s.router.Handle("DELETE", "/v2.1/servers/{id}/metadata/{key}", s.on(s.deleteMetadata))
	s.router.Handle("GET", "/v2.1/servers/{id}/ips", s.on(func(c *wire.Call, sv *server) error {
		return c.JSON(http.StatusOK, wire.M{"addresses": s.addresses(sv, false)})
	}))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-security-groups", s.on(s.serverGroups))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-instance-actions", s.on(s.serverActions))
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
		if (!everybody && sv.projectID != c.Token.ProjectID) || !sv.matches(query) {
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
	answer := wire.M{"servers": list}
	if more || (query.Has("limit") && len(list) == limit) {
		query.Set("marker", last)
		answer["servers_links"] = []wire.M{{"rel": "next", "href": c.Root() + "/compute" + c.R.URL.Path + "?" + query.Encode()}}
	}
	return c.JSON(http.StatusOK, answer)
}

func (sv *server) matches(query map[string][]string) bool {
	for name, values := range query {
		value := values[0]
		ok := true
		switch name {
		case "name": // a regular expression, as the database takes it
			expression, err := regexp.Compile(value)
			ok = err != nil || expression.MatchString(sv.name)
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
	if name, ok := sent["name"].(string); ok {
		sv.name = name
	}
	if description, ok := sent["description"]; ok && since(c, 19) {
		sv.description = description
	}
	if address, ok := sent["accessIPv4"].(string); ok {
		sv.accessIPv4 = address
	}
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

func (s *Service) setMetadata(c *wire.Call, sv *server) error {
	sent, _, err := sentBody(c, "metadata")
	if err != nil {
		return err
	}
	if c.R.Method == http.MethodPut {
		clear(sv.metadata)
	}
	for name, value := range sent {
		text, ok := value.(string)
		if !ok {
			return badRequest("Invalid input for field/attribute %s. Value: %v. %v is not of type 'string'", name, value, value)
		}
		sv.metadata[name] = text
	}
	sv.touch()
	return c.JSON(http.StatusOK, wire.M{"metadata": sv.metadata})
}

func (s *Service) deleteMetadata(c *wire.Call, sv *server) error {
	if _, ok := sv.metadata[c.Param("key")]; !ok {
		return wire.Errorf(http.StatusNotFound, "Metadata item was not found")
	}
	delete(sv.metadata, c.Param("key"))
	return done(c, http.StatusNoContent)
}

func (s *Service) serverGroups(c *wire.Call, sv *server) error {
	list := []wire.M{}
	for _, group := range s.networks.GroupsOf(sv.id) {
		list = append(list, wire.M{
			"id": group.ID, "name": group.Name, "description": group.Description, "tenant_id": group.Project, "rules": []wire.M{},
		})
	}
	return c.JSON(http.StatusOK, wire.M{"security_groups": list})
}

func (s *Service) serverActions(c *wire.Call, sv *server) error {
	list := []wire.M{}
	for _, a := range slices.Backward(sv.actions) {
		list = append(list, wire.M{
			"action": a.name, "instance_uuid": sv.id, "message": nil, "project_id": a.project, "user_id": a.user,
			"request_id": a.request, "start_time": wire.Stamp(a.at, "2006-01-02T15:04:05.000000"),
		})
	}
	return c.JSON(http.StatusOK, wire.M{"instanceActions": list})
}
