package keystone

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

func (s *Service) tokenRoutes() {
	s.router.Handle("POST", "/v3/auth/tokens", s.issue)
	s.router.Handle("GET", "/v3/auth/tokens", s.validate)
	s.router.Handle("DELETE", "/v3/auth/tokens", s.revoke)
	s.router.Handle("GET", "/v3/auth/catalog", s.allow("get_auth_catalog", everybody, s.ownCatalog))
	s.router.Handle("GET", "/v3/auth/projects", s.allow("get_auth_projects", everybody, s.authProjects))
	s.router.Handle("GET", "/v3/auth/domains", s.allow("get_auth_domains", everybody, s.authDomains))
}

// Check tells the other services who is asking.
func (s *Service) Check(id string) (*wire.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(id)
	if err != nil {
		return nil, false
	}
	return s.view(t), true
}

// DropTokens forgets every token.
func (s *Service) DropTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// ExpireTokens ends the lifetime of every token that there is.
func (s *Service) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		t.expires = time.Now()
	}
}

// find returns a token that is good, or why it is not: a token outlives its
// user, project or application credential, and then tells which is missing.
func (s *Service) find(id string) (*token, error) {
	t := s.tokens[id]
	if t == nil || !time.Now().Before(t.expires) {
		return nil, errDenied
	}
	p := s.projectByID(t.scope.projectID)
	switch {
	case s.userByID(t.user.id) == nil:
		return nil, noUser(t.user.id)
	case t.scope.projectID != "" && p == nil:
		return nil, noProject(t.scope.projectID)
	case t.issuedBy != nil && !slices.Contains(s.credentials, t.issuedBy):
		return nil, noCredential(t.issuedBy.id)
	case !t.user.enabled, p != nil && !p.enabled, t.scope != (scope{}) && len(s.tokenRoles(t)) == 0:
		return nil, errDenied
	}
	return t, nil
}

// tokenRoles are the roles a token carries now; one made with an application
// credential has no more than that was given.
func (s *Service) tokenRoles(t *token) []*role {
	roles := s.rolesOf(t.user.id, t.scope)
	if t.issuedBy == nil {
		return roles
	}
	var kept []*role
	for _, r := range roles {
		if t.issuedBy.grants(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

func (s *Service) view(t *token) *wire.Token {
	v := &wire.Token{
		ID: t.id, UserID: t.user.id, UserName: t.user.name,
		ProjectID: t.scope.projectID, DomainID: t.scope.domainID, System: t.scope.system,
	}
	if p := s.projectByID(t.scope.projectID); p != nil {
		v.ProjectName = p.name
	}
	for _, r := range s.tokenRoles(t) {
		v.Roles = append(v.Roles, r.name)
	}
	return v
}

// forgetTokens drops the tokens for which lost holds, as Keystone's
// revocation events do.
func (s *Service) forgetTokens(lost func(*token) bool) {
	for id, t := range s.tokens {
		if lost(t) {
			delete(s.tokens, id)
		}
	}
}

// describe is the body of a token.
func (s *Service) describe(c *wire.Call, t *token) wire.M {
	body := wire.M{
		"methods":    t.methods,
		"audit_ids":  t.audit,
		"issued_at":  wire.Stamp(t.issued.Truncate(time.Second), wire.TimeMicro),
		"expires_at": wire.Stamp(t.expires.Truncate(time.Second), wire.TimeMicro),
		"user": wire.M{
			"id": t.user.id, "name": t.user.name, "password_expires_at": nil,
			"domain": s.domainReference(t.user.domainID),
		},
	}
	if a := t.issuedBy; a != nil {
		body["application_credential"] = wire.M{"id": a.id, "name": a.name, "restricted": !a.unrestricted}
	}
	switch {
	case t.scope.projectID != "":
		p := s.projectByID(t.scope.projectID)
		body["project"] = wire.M{"id": p.id, "name": p.name, "domain": s.domainReference(p.domainID)}
		body["is_domain"] = false
	case t.scope.domainID != "":
		body["domain"] = s.domainReference(t.scope.domainID)
	case t.scope.system:
		body["system"] = wire.M{"all": true}
	default:
		return wire.M{"token": body}
	}
	roles := []wire.M{}
	for _, r := range s.tokenRoles(t) {
		roles = append(roles, wire.M{"id": r.id, "name": r.name})
	}
	body["roles"] = roles
	if !c.R.URL.Query().Has("nocatalog") {
		body["catalog"] = s.catalogFor(c, t.scope.projectID)
	}
	return wire.M{"token": body}
}

func (s *Service) domainReference(id string) wire.M {
	name := ""
	if d := s.domainByID(id); d != nil {
		name = d.name
	}
	return wire.M{"id": id, "name": name}
}

// subject finds the token a request is about. Everybody may ask about a token
// of their own; the role admin about any.
func (s *Service) subject(c *wire.Call, action string) (*token, error) {
	asker, err := s.authenticated(c)
	if err != nil {
		return nil, err
	}
	id := c.R.Header.Get("X-Subject-Token")
	_, sent := c.R.Header["X-Subject-Token"]
	admin := s.view(asker).Admin()
	if id == "" {
		if !admin {
			return nil, forbidden(action)
		}
		if !sent {
			return nil, wire.Errorf(http.StatusNotFound, "No token in the request")
		}
		return nil, wire.Errorf(http.StatusNotFound, "Could not find token: .")
	}
	t, err := s.find(id)
	switch {
	case s.tokens[id] == nil:
		return nil, errUnreadable
	case errors.Is(err, errDenied):
		return nil, errInvalid
	case err != nil:
		return nil, err
	}
	if !admin && t.user != asker.user {
		return nil, forbidden(action)
	}
	return t, nil
}

func (s *Service) validate(c *wire.Call) error {
	t, err := s.subject(c, "validate_token")
	if err != nil {
		return err
	}
	c.W.Header().Set("X-Subject-Token", t.id)
	return c.JSON(http.StatusOK, s.describe(c, t))
}

func (s *Service) revoke(c *wire.Call) error {
	t, err := s.subject(c, "revoke_token")
	if err != nil {
		return err
	}
	delete(s.tokens, t.id)
	return c.Empty(http.StatusNoContent)
}

func (s *Service) authProjects(c *wire.Call) error { return s.listProjectsOf(c, c.Token.UserID) }

func (s *Service) authDomains(c *wire.Call) error {
	domains := []wire.M{}
	for _, d := range s.domains {
		if len(s.rolesOf(c.Token.UserID, scope{domainID: d.id})) > 0 {
			domains = append(domains, d.body(c))
		}
	}
	return list(c, "domains", domains)
}
