package keystone

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// applicationCredential lets a program act as a user on one project, with
// some of the user's roles.
type applicationCredential struct {
	id, name, secret  string
	userID, projectID string
	description       any
	roleIDs           []string
	unrestricted      bool
	expires           time.Time // zero: never
}

func (a *applicationCredential) grants(r *role) bool { return slices.Contains(a.roleIDs, r.id) }

func (s *Service) credentialRoutes() {
	base := "/v3/users/{user}/application_credentials"
	s.router.Handle("POST", base, s.allowOwn("create_application_credential", "user", ownUser, s.createCredential))
	s.router.Handle("GET", base, s.allowOwn("list_application_credentials", "user", ownUser, s.listCredentials))
	s.router.Handle("GET", base+"/{id}", s.allowOwn("get_application_credential", "user", ownUser, s.showCredential))
	s.router.Handle("DELETE", base+"/{id}", s.allowOwn("delete_application_credential", "user", ownUser, s.deleteCredential))
}

func (s *Service) credentialBody(c *wire.Call, a *applicationCredential) wire.M {
	roles := []wire.M{}
	for _, id := range a.roleIDs {
		if r := s.roleByID(id); r != nil {
			roles = append(roles, r.reference())
		}
	}
	var expires, unrestricted any
	if !a.expires.IsZero() {
		expires = wire.Stamp(a.expires, "2006-01-02T15:04:05.000000")
	}
	if a.unrestricted {
		unrestricted = true
	}
	return wire.M{
		"id": a.id, "name": a.name, "description": a.description, "user_id": a.userID, "project_id": a.projectID,
		"system": nil, "expires_at": expires, "unrestricted": unrestricted, "roles": roles,
		"links": self(c, "application_credentials/"+a.id),
	}
}

func (s *Service) createCredential(c *wire.Call) error {
	asker, err := s.authenticated(c)
	if err != nil {
		return err
	}
	if asker.issuedBy != nil && !asker.issuedBy.unrestricted {
		return forbiddenBecause("Using method 'application_credential' is not allowed for managing additional application credentials.")
	}
	sent, err := s.decode(c, "application_credential")
	if err != nil {
		return err
	}
	a := &applicationCredential{
		id: wire.HexID(), secret: text(sent, "secret"), userID: asker.user.id,
		projectID: asker.projectID(), description: sent["description"],
	}
	if a.name, err = s.required(sent, "application_credential", "name"); err != nil {
		return err
	}
	if a.projectID == "" || c.Param("user") != asker.user.id {
		return forbidden("create_application_credential")
	}
	if s.credentialByName(a.userID, a.name) != nil {
		return wire.Errorf(http.StatusConflict, "Conflict occurred attempting to store application_credential - "+
			"Duplicate entry found with name %s.", a.name)
	}
	if a.secret == "" {
		a.secret = wire.Secret(64)
	}
	a.unrestricted, _ = sent["unrestricted"].(bool)
	if a.roleIDs, err = s.credentialRoles(asker, sent["roles"]); err != nil {
		return err
	}
	if at := text(sent, "expires_at"); at != "" {
		if a.expires, err = time.Parse("2006-01-02T15:04:05.999999", strings.TrimSuffix(at, "Z")); err != nil {
			return wire.Errorf(http.StatusBadRequest, "Invalid input for field 'expires_at': %s", at)
		}
		if time.Now().After(a.expires) {
			return wire.Errorf(http.StatusBadRequest, "The 'expires_at' must not be before now. The server could not comply with "+
				"the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.")
		}
	}
	s.credentials = append(s.credentials, a)
	body := s.credentialBody(c, a)
	body["secret"] = a.secret
	return c.JSON(http.StatusCreated, wire.M{"application_credential": body})
}

// credentialRoles are the roles asked for, which the asker must have; without
// any, all of the asker's.
func (s *Service) credentialRoles(asker *token, wanted any) ([]string, error) {
	own := s.tokenRoles(asker)
	var ids []string
	asked, _ := wanted.([]any)
	for _, w := range asked {
		ref, _ := w.(wire.M)
		i := slices.IndexFunc(own, func(r *role) bool { return r.id == text(ref, "id") || r.name == text(ref, "name") })
		if i < 0 {
			return nil, wire.Errorf(http.StatusBadRequest, "Invalid application credential: Could not find role assignment "+
				"with role: %s, user or group: %s, project, domain, or system: %s.",
				text(ref, "id")+text(ref, "name"), asker.user.id, asker.projectID())
		}
		ids = append(ids, own[i].id)
		for _, name := range implied[own[i].name] {
			ids = append(ids, s.roleByName(name).id)
		}
	}
	if len(asked) == 0 {
		for _, r := range own {
			ids = append(ids, r.id)
		}
	}
	return ids, nil
}

func (s *Service) credentialByName(userID, name string) *applicationCredential {
	return first(s.credentials, func(a *applicationCredential) bool { return a.userID == userID && a.name == name })
}

func (s *Service) listCredentials(c *wire.Call) error {
	found := []wire.M{}
	for _, a := range s.credentials {
		if a.userID == c.Param("user") && (c.Query("name") == "" || c.Query("name") == a.name) {
			found = append(found, s.credentialBody(c, a))
		}
	}
	return list(c, "application_credentials", found)
}

func (s *Service) namedCredential(c *wire.Call) (*applicationCredential, error) {
	a := first(s.credentials, func(a *applicationCredential) bool {
		return a.id == c.Param("id") && a.userID == c.Param("user")
	})
	if a == nil {
		return nil, noCredential(c.Param("id"))
	}
	return a, nil
}

func noCredential(id string) error {
	return wire.Errorf(http.StatusNotFound, "Could not find Application Credential: %s.", id)
}

func (s *Service) showCredential(c *wire.Call) error {
	a, err := s.namedCredential(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.M{"application_credential": s.credentialBody(c, a)})
}

func (s *Service) deleteCredential(c *wire.Call) error {
	a, err := s.namedCredential(c)
	if err != nil {
		return err
	}
	s.credentials = slices.DeleteFunc(s.credentials, func(o *applicationCredential) bool { return o == a })
	return c.Empty(http.StatusNoContent)
}

// identifyCredential checks an application credential named by id, or by name
// and user.
func (s *Service) identifyCredential(t *token, which, owner reference, secret string) error {
	a := first(s.credentials, func(a *applicationCredential) bool { return a.id == which.ID })
	if which.ID == "" {
		if u := s.lookUpUser(owner); u != nil {
			a = s.credentialByName(u.id, which.Name)
		}
	}
	if a == nil || a.secret != secret || (!a.expires.IsZero() && time.Now().After(a.expires)) {
		return errDenied
	}
	t.user, t.issuedBy = s.userByID(a.userID), a
	return nil
}
