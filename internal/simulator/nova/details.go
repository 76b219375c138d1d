package nova

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) detailRoutes() {
	s.router.Handle("GET", "/v2.1/servers/{id}/ips", s.on(func(c *wire.Call, sv *server) error {
		return c.JSON(http.StatusOK, wire.M{"addresses": s.addresses(sv, false)})
	}))
	s.router.Handle("GET", "/v2.1/servers/{id}/ips/{network}", s.on(func(c *wire.Call, sv *server) error {
		addresses, ok := s.addresses(sv, false)[c.Param("network")]
		if !ok {
			return wire.Errorf(http.StatusNotFound, "Instance is not a member of specified network")
		}
		return c.JSON(http.StatusOK, wire.M{c.Param("network"): addresses})
	}))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-security-groups", s.on(s.serverGroups))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-instance-actions", s.on(s.serverActions))
	s.router.Handle("GET", "/v2.1/servers/{id}/os-instance-actions/{request}", s.on(s.serverAction))
}

func (s *Service) setMetadata(c *wire.Call, sv *server) error {
	sent, _, err := sentBody(c, "metadata")
	if err != nil {
		return err
	}
	if err := checkMetadata(sent); err != nil {
		return err
	}
	if c.R.Method == http.MethodPut {
		clear(sv.metadata)
	}
	for name, value := range sent {
		sv.metadata[name], _ = value.(string)
	}
	sv.touch()
	return c.JSON(http.StatusOK, wire.M{"metadata": sv.metadata})
}

var errNoItem = wire.Errorf(http.StatusNotFound, "Metadata item was not found")

func (s *Service) showMetadata(c *wire.Call, sv *server) error {
	value, ok := sv.metadata[c.Param("key")]
	if !ok {
		return errNoItem
	}
	return c.JSON(http.StatusOK, wire.M{"meta": wire.M{c.Param("key"): value}})
}

func (s *Service) setOneMetadata(c *wire.Call, sv *server) error {
	sent, _, err := sentBody(c, "meta")
	if err != nil {
		return err
	}
	if _, ok := sent[c.Param("key")]; !ok {
		return badRequest("Request body and URI mismatch")
	}
	if err := checkMetadata(sent); err != nil {
		return err
	}
	sv.metadata[c.Param("key")], _ = sent[c.Param("key")].(string)
	sv.touch()
	return c.JSON(http.StatusOK, wire.M{"meta": sent})
}

func (s *Service) deleteMetadata(c *wire.Call, sv *server) error {
	if _, ok := sv.metadata[c.Param("key")]; !ok {
		return errNoItem
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
		list = append(list, a.body(sv))
	}
	return c.JSON(http.StatusOK, wire.M{"instanceActions": list})
}

func (a action) body(sv *server) wire.M {
	return wire.M{
		"action": a.name, "instance_uuid": sv.id, "message": nil, "project_id": a.project, "user_id": a.user,
		"request_id": a.request, "start_time": wire.Stamp(a.at, "2006-01-02T15:04:05.000000"),
	}
}

func (s *Service) serverAction(c *wire.Call, sv *server) error {
	for _, a := range sv.actions {
		if a.request == c.Param("request") {
			return c.JSON(http.StatusOK, wire.M{"instanceAction": a.body(sv)})
		}
	}
	return wire.Errorf(http.StatusNotFound, "Action %s not found", c.Param("request"))
}
