package keystone

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) assignmentRoutes() {
	for prefix, on := range map[string]target{
		"/v3/projects/{target}": s.projectTarget,
		"/v3/domains/{target}":  s.domainTarget,
		"/v3/system":            systemTarget,
	} {
		base := prefix + "/users/{user}/roles"
		s.router.Handle("GET", base, s.allow("list_grants", nil, s.grants(on)))
		s.router.Handle("PUT", base+"/{role}", s.allow("create_grant", nil, s.grant(on)))
		s.router.Handle("GET", base+"/{role}", s.allow("check_grant", nil, s.checkGrant(on)))
		s.router.Handle("DELETE", base+"/{role}", s.allow("revoke_grant", nil, s.revokeGrant(on)))
	}
	s.router.Handle("GET", "/v3/role_assignments", s.allow("list_role_assignments", nil, s.listAssignments))
}

// target finds what an assignment is on; it returns noProject or noDomain
// where that is missing.
type target func(*wire.Call) (scope, error)

func (s *Service) projectTarget(c *wire.Call) (scope, error) {
	on := scope{projectID: c.Param("target")}
	return on, s.exists(on)
}

func (s *Service) domainTarget(c *wire.Call) (scope, error) {
	on := scope{domainID: c.Param("target")}
	return on, s.exists(on)
}

func systemTarget(*wire.Call) (on scope, err error) {
	on.system = true
	return on, err
}

func (s *Service) exists(on scope) error {
	switch {
	case on.projectID != "" && s.projectByID(on.projectID) == nil:
		return noProject(on.projectID)
	case on.domainID != "" && s.domainByID(on.domainID) == nil:
		return noDomain(on.domainID)
	}
	return nil
}

// named reads the assignment a path names; role, user and target must exist.
func (s *Service) named(c *wire.Call, on target) (assignment, error) {
	where, err := on(c)
	if err != nil {
		return assignment{}, err
	}
	if s.userByID(c.Param("user")) == nil {
		return assignment{}, noUser(c.Param("user"))
	}
	if s.roleByID(c.Param("role")) == nil {
		return assignment{}, noRole(c.Param("role"))
	}
	return assignment{c.Param("user"), c.Param("role"), where}, nil
}

// grant gives a role; giving it twice is no error.
func (s *Service) grant(on target) wire.Handler {
	return func(c *wire.Call) error {
		a, err := s.named(c, on)
		if err != nil {
			return err
		}
		if !slices.Contains(s.assignments, a) {
			s.assignments = append(s.assignments, a)
		}
		return c.Empty(http.StatusNoContent)
	}
}

func (s *Service) checkGrant(on target) wire.Handler {
	return func(c *wire.Call) error {
		a, err := s.named(c, on)
		if err != nil {
			return err
		}
		if !slices.Contains(s.assignments, a) {
			return noGrant(a)
		}
		return c.Empty(http.StatusNoContent)
	}
}

func (s *Service) revokeGrant(on target) wire.Handler {
	return func(c *wire.Call) error {
		a, err := s.named(c, on)
		if err != nil {
			return err
		}
		i := slices.Index(s.assignments, a)
		if i < 0 {
			return noGrant(a)
		}
		s.assignments = slices.Delete(s.assignments, i, i+1)
		return c.Empty(http.StatusNoContent)
	}
}

func (s *Service) grants(on target) wire.Handler {
	return func(c *wire.Call) error {
		where, err := on(c)
		if err != nil {
			return err
		}
		if s.userByID(c.Param("user")) == nil {
			return noUser(c.Param("user"))
		}
		roles := []wire.M{}
		for _, a := range s.assignments {
			if a.userID == c.Param("user") && a.scope == where {
				roles = append(roles, s.roleByID(a.roleID).body(c))
			}
		}
		return list(c, "roles", roles)
	}
}

func noGrant(a assignment) error {
	on := a.scope.projectID + a.scope.domainID
	if a.scope.system {
		on = "system"
	}
	return wire.Errorf(http.StatusNotFound, "Could not find role assignment with role: %s, user or group: %s, "+
		"project, domain, or system: %s.", a.roleID, a.userID, on)
}

func (s *Service) listAssignments(c *wire.Call) error {
	query := c.R.URL.Query()
	effective := query.Has("effective") && isTrue(query.Get("effective"))
	found := []wire.M{}
	for _, a := range s.assignments {
		if (query.Has("user.id") && query.Get("user.id") != a.userID) ||
			(query.Has("scope.project.id") && query.Get("scope.project.id") != a.scope.projectID) ||
			(query.Has("scope.domain.id") && query.Get("scope.domain.id") != a.scope.domainID) ||
			(query.Has("scope.system") && !a.scope.system) ||
			query.Has("group.id") {
			continue
		}
		prior := s.roleByID(a.roleID)
		roles := []*role{prior}
		if effective {
			for _, name := range implied[prior.name] {
				roles = append(roles, s.roleByName(name))
			}
		}
		for _, r := range roles {
			if !query.Has("role.id") || query.Get("role.id") == r.id {
				found = append(found, s.assignmentBody(c, a, r, prior))
			}
		}
	}
	return list(c, "role_assignments", found)
}

func (s *Service) assignmentBody(c *wire.Call, a assignment, r, prior *role) wire.M {
	names := c.R.URL.Query().Has("include_names") && isTrue(c.Query("include_names"))
	user, roleBody, where, path := wire.M{"id": a.userID}, wire.M{"id": r.id}, wire.M{}, "system"
	if u := s.userByID(a.userID); names && u != nil {
		user["name"], user["domain"] = u.name, s.domainReference(u.domainID)
		roleBody["name"] = r.name
	}
	switch {
	case a.scope.projectID != "":
		ref := wire.M{"id": a.scope.projectID}
		if p := s.projectByID(a.scope.projectID); names && p != nil {
			ref["name"], ref["domain"] = p.name, s.domainReference(p.domainID)
		}
		where["project"], path = ref, "projects/"+a.scope.projectID
	case a.scope.domainID != "":
		ref := wire.M{"id": a.scope.domainID}
		if names {
			ref = s.domainReference(a.scope.domainID)
		}
		where["domain"], path = ref, "domains/"+a.scope.domainID
	default:
		where["system"] = wire.M{"all": true}
	}
	root := c.Root() + "/identity/v3/"
	links := wire.M{"assignment": root + path + "/users/" + a.userID + "/roles/" + prior.id}
	if r != prior {
		// Keystone names the two the wrong way round.
		links["prior_role"] = root + "prior_role/" + r.id + "/implies/" + prior.id
	}
	return wire.M{"links": links, "scope": where, "user": user, "role": roleBody}
}
