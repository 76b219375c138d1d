package keystone

import (
	"net/http"
	"slices"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) userRoutes() {
	s.router.Handle("GET", "/v3/users", s.allow("list_users", nil, s.listUsers))
	s.router.Handle("POST", "/v3/users", s.allow("create_user", nil, s.createUser))
	s.router.Handle("GET", "/v3/users/{id}", s.allowOwn("get_user", "id", ownUser, s.showUser))
	s.router.Handle("PATCH", "/v3/users/{id}", s.allow("update_user", nil, s.updateUser))
	s.router.Handle("DELETE", "/v3/users/{id}", s.allow("delete_user", nil, s.deleteUser))
	s.router.Handle("POST", "/v3/users/{id}/password", s.changePassword)
	s.router.Handle("GET", "/v3/users/{id}/groups", s.allowOwn("list_groups_for_user", "id", ownUser, noGroups))
}

func noGroups(c *wire.Call) error { return list(c, "groups", []wire.M{}) }

func (u *user) body(c *wire.Call) wire.M {
	body := wire.M{
		"id": u.id, "name": u.name, "domain_id": u.domainID, "enabled": u.enabled,
		"password_expires_at": nil, "options": wire.M{}, "links": self(c, "users/"+u.id),
	}
	for name, value := range u.extra {
		body[name] = value
	}
	return body
}

var userMembers = []string{"id", "name", "domain_id", "enabled", "password", "password_expires_at", "options", "links"}

func noUser(id string) error { return wire.Errorf(http.StatusNotFound, "Could not find user: %s.", id) }

func (s *Service) listUsers(c *wire.Call) error {
	query := c.R.URL.Query()
	users := []wire.M{}
	for _, u := range s.users {
		if (query.Has("name") && query.Get("name") != u.name) ||
			(query.Has("domain_id") && query.Get("domain_id") != u.domainID) ||
			(query.Has("enabled") && isTrue(query.Get("enabled")) != u.enabled) {
			continue
		}
		users = append(users, u.body(c))
	}
	return list(c, "users", users)
}

func (s *Service) createUser(c *wire.Call) error {
	sent, err := s.decode(c, "user")
	if err != nil {
		return err
	}
	if err := s.checkEnabled(sent); err != nil {
		return err
	}
	name, err := s.required(sent, "user", "name")
	if err != nil {
		return err
	}
	if err := notLonger(name, maxUserName); err != nil {
		return err
	}
	u := &user{
		id: wire.HexID(), name: name, domainID: text(sent, "domain_id"),
		password: text(sent, "password"), enabled: true, extra: extras(sent, userMembers),
	}
	if u.domainID == "" {
		u.domainID = defaultDomain
	}
	if s.domainByID(u.domainID) == nil {
		return wire.Errorf(http.StatusNotFound, "Could not find domain: %s.", u.domainID)
	}
	if s.userByName(u.name, u.domainID) != nil {
		return userConflict(u)
	}
	if enabled, ok := sent["enabled"].(bool); ok {
		u.enabled = enabled
	}
	s.users = append(s.users, u)
	return c.JSON(http.StatusCreated, wire.M{"user": u.body(c)})
}

func userConflict(u *user) error {
	return wire.Errorf(http.StatusConflict, "Conflict occurred attempting to store user - "+
		"Duplicate entry found with name %s at domain ID %s.", u.name, u.domainID)
}

func (s *Service) showUser(c *wire.Call) error {
	u := s.userByID(c.Param("id"))
	if u == nil {
		return noUser(c.Param("id"))
	}
	return c.JSON(http.StatusOK, wire.M{"user": u.body(c)})
}

func (s *Service) updateUser(c *wire.Call) error {
	u := s.userByID(c.Param("id"))
	if u == nil {
		return noUser(c.Param("id"))
	}
	sent, err := s.decode(c, "user")
	if err != nil {
		return err
	}
	if err := s.checkEnabled(sent); err != nil {
		return err
	}
	if name := text(sent, "name"); name != "" && name != u.name {
		if s.userByName(name, u.domainID) != nil {
			return wire.Errorf(http.StatusConflict, "Conflict occurred attempting to store user - Duplicate entry found with name %s.", name)
		}
		u.name = name
	}
	for name, value := range extras(sent, userMembers) {
		u.extra[name] = value
	}
	if enabled, ok := sent["enabled"].(bool); ok {
		u.enabled = enabled
	}
	if password := text(sent, "password"); password != "" {
		u.password = password
		s.forgetTokensOf(u)
	}
	if !u.enabled {
		s.forgetTokensOf(u)
	}
	body := u.body(c)
	body["extra"] = u.extra
	return c.JSON(http.StatusOK, wire.M{"user": body})
}

func (s *Service) forgetTokensOf(u *user) {
	s.forgetTokens(func(t *token) bool { return t.user == u })
}

// deleteUser takes the user's assignments and application credentials with
// it; the user's tokens are refused from then on.
func (s *Service) deleteUser(c *wire.Call) error {
	u := s.userByID(c.Param("id"))
	if u == nil {
		return noUser(c.Param("id"))
	}
	s.dropUser(u)
	return c.Empty(http.StatusNoContent)
}

func (s *Service) dropUser(u *user) {
	s.users = slices.DeleteFunc(slices.Clone(s.users), func(o *user) bool { return o == u })
	s.assignments = slices.DeleteFunc(s.assignments, func(a assignment) bool { return a.userID == u.id })
	s.credentials = slices.DeleteFunc(s.credentials, func(a *applicationCredential) bool { return a.userID == u.id })
}

// changePassword is open to whoever knows the old password; no token is
// needed.
func (s *Service) changePassword(c *wire.Call) error {
	sent, err := s.decode(c, "user")
	if err != nil {
		return err
	}
	if err := s.checkEnabled(sent); err != nil {
		return err
	}
	password, err := s.required(sent, "user", "password")
	if err != nil {
		return err
	}
	original, err := s.required(sent, "user", "original_password")
	if err != nil {
		return err
	}
	u := s.userByID(c.Param("id"))
	if u == nil || u.password != original {
		return errDenied
	}
	u.password = password
	s.forgetTokensOf(u)
	return c.Empty(http.StatusNoContent)
}
