package keystone

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) roleRoutes() {
	s.router.Handle("GET", "/v3/roles", s.allow("list_roles", nil, s.listRoles))
	s.router.Handle("POST", "/v3/roles", s.allow("create_role", nil, s.createRole))
	s.router.Handle("GET", "/v3/roles/{id}", s.allow("get_role", nil, s.showRole))
	s.router.Handle("DELETE", "/v3/roles/{id}", s.allow("delete_role", nil, s.deleteRole))
}

func (r *role) reference() wire.M {
	options := wire.M{}
	if r.immutable {
		options["immutable"] = true
	}
	return wire.M{"id": r.id, "name": r.name, "domain_id": nil, "description": r.description, "options": options}
}

func (r *role) body(c *wire.Call) wire.M {
	body := r.reference()
	body["links"] = self(c, "roles/"+r.id)
	return body
}

func noRole(id string) error { return wire.Errorf(http.StatusNotFound, "Could not find role: %s.", id) }

func (s *Service) listRoles(c *wire.Call) error {
	query := c.R.URL.Query()
	roles := []wire.M{}
	for _, r := range s.roles {
		if query.Has("name") && query.Get("name") != r.name {
			continue
		}
		if domain := query.Get("domain_id"); domain != "" && domain != "None" {
			continue // there are no domain-specific roles
		}
		roles = append(roles, r.body(c))
	}
	return list(c, "roles", roles)
}

func (s *Service) createRole(c *wire.Call) error {
	sent, err := s.decode(c, "role")
	if err != nil {
		return err
	}
	name, err := s.required(sent, "role", "name")
	if err != nil {
		return err
	}
	if s.roleByName(name) != nil {
		return wire.Errorf(http.StatusConflict,
			"Conflict occurred attempting to store role - Duplicate entry found with name %s.", name)
	}
	r := &role{id: wire.HexID(), name: name, description: sent["description"]}
	s.roles = append(s.roles, r)
	return c.JSON(http.StatusCreated, wire.M{"role": r.body(c)})
}

func (s *Service) showRole(c *wire.Call) error {
	r := s.roleByID(c.Param("id"))
	if r == nil {
		return noRole(c.Param("id"))
	}
	return c.JSON(http.StatusOK, wire.M{"role": r.body(c)})
}

func (s *Service) deleteRole(c *wire.Call) error {
	r := s.roleByID(c.Param("id"))
	if r == nil {
		return noRole(c.Param("id"))
	}
	if r.immutable {
		// The lone back quote is Keystone's own.
		return wire.Errorf(http.StatusForbidden,
			"Unable to delete immutable role resource: `%s. Set resource option \"immutable\" to false first.", r.id)
	}
	s.roles = slices.DeleteFunc(s.roles, func(o *role) bool { return o == r })
	s.assignments = slices.DeleteFunc(s.assignments, func(a assignment) bool { return a.roleID == r.id })
	return c.Empty(http.StatusNoContent)
}
