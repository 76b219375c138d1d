package keystone

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// reference names something by id or by name, the name within a domain.
type reference struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Domain *reference `json:"domain"`
}

type authRequest struct {
	Auth *struct {
		Identity *struct {
			Methods  []string `json:"methods"`
			Password *struct {
				User struct {
					reference
					Password string `json:"password"`
				} `json:"user"`
			} `json:"password"`
			Token *struct {
				ID string `json:"id"`
			} `json:"token"`
			Credential *struct {
				reference
				User   reference `json:"user"`
				Secret string    `json:"secret"`
			} `json:"application_credential"`
		} `json:"identity"`
		Scope json.RawMessage `json:"scope"`
	} `json:"auth"`
}

type scopeRequest struct {
	Project *reference     `json:"project"`
	Domain  *reference     `json:"domain"`
	System  map[string]any `json:"system"`
}

var (
	errUnreadable = wire.Errorf(http.StatusNotFound, "Could not recognize Fernet token")
	errInvalid    = wire.Errorf(http.StatusNotFound, "Failed to validate token")
)

var errDenied = wire.Errorf(http.StatusUnauthorized, unauthorized)

func missing(what, where string) error {
	return wire.Errorf(http.StatusBadRequest, "Expecting to find %s in %s."+malformed, what, where)
}

// issue makes a token. Whatever is wrong with the credentials or the scope is
// the same 401, as in Keystone.
func (s *Service) issue(c *wire.Call) error {
	var request authRequest
	if err := json.Unmarshal(c.Body, &request); err != nil {
		return wire.Errorf(http.StatusBadRequest, "Expecting to find valid JSON in request body."+malformed)
	}
	if request.Auth == nil {
		return missing("auth", "request body")
	}
	if request.Auth.Identity == nil {
		return missing("identity", "auth")
	}
	if err := checkAuth(&request); err != nil {
		return err
	}
	t, err := s.identify(&request)
	if err != nil {
		return err
	}
	if err := s.rescope(t, request.Auth.Scope); err != nil {
		return err
	}
	s.tokens[t.id] = t
	c.W.Header().Set("X-Subject-Token", t.id)
	return c.JSON(http.StatusCreated, s.describe(c, t))
}

// checkAuth checks that the request names user and scope in one way each.
func checkAuth(request *authRequest) error {
	if password := request.Auth.Identity.Password; password != nil && slices.Contains(request.Auth.Identity.Methods, "password") {
		switch user := password.User; {
		case user.ID == "" && user.Name == "":
			return wire.Errorf(http.StatusBadRequest, "Invalid input for field identity/password/user: id or name must be present.")
		case user.ID == "" && user.Domain == nil:
			return missing("domain", "user")
		}
	}
	var scope map[string]json.RawMessage
	if json.Unmarshal(request.Auth.Scope, &scope) != nil {
		return nil // a text
	}
	if len(scope) > 1 {
		return missing("system, project, domain, OS-TRUST:trust or unscoped", "scope")
	}
	var wanted scopeRequest
	if json.Unmarshal(request.Auth.Scope, &wanted) == nil && wanted.Project != nil && wanted.Project.ID == "" && wanted.Project.Domain == nil {
		return missing("domain", "project")
	}
	return nil
}

// identify checks every method of the request; they have to agree on the user.
func (s *Service) identify(request *authRequest) (*token, error) {
	identity := request.Auth.Identity
	now := time.Now()
	t := &token{
		id: "gAAAAA" + wire.Secret(132), issued: now, expires: now.Add(s.options.TokenLifetime),
		methods: identity.Methods, audit: []string{wire.Secret(16)},
	}
	for _, method := range identity.Methods {
		var err error
		switch {
		case method == "password" && identity.Password != nil:
			sent := identity.Password.User
			err = s.identifyUser(t, sent.reference, sent.Password)
		case method == "token" && identity.Token != nil:
			err = s.identifyToken(t, identity.Token.ID)
		case method == "application_credential" && identity.Credential != nil:
			sent := identity.Credential
			err = s.identifyCredential(t, sent.reference, sent.User, sent.Secret)
		default:
			err = missing(method, "identity")
		}
		if err != nil {
			return nil, err
		}
	}
	if t.user == nil || !t.user.enabled || !s.domainEnabled(t.user.domainID) {
		return nil, errDenied
	}
	return t, nil
}

func (s *Service) identifyUser(t *token, who reference, password string) error {
	u := s.lookUpUser(who)
	if u == nil || u.password == "" || u.password != password || (t.user != nil && t.user != u) {
		return errDenied
	}
	t.user = u
	return nil
}

func (s *Service) domainEnabled(id string) bool {
	d := s.domainByID(id)
	return d != nil && d.enabled
}

func (s *Service) lookUpUser(who reference) *user {
	if who.ID != "" {
		return s.userByID(who.ID)
	}
	d := s.lookUpDomain(who.Domain)
	if d == nil {
		return nil
	}
	return s.userByName(who.Name, d.id)
}

func (s *Service) lookUpDomain(which *reference) *domain {
	switch {
	case which == nil:
		return nil
	case which.ID != "":
		return s.domainByID(which.ID)
	default:
		return s.domainByName(which.Name)
	}
}

// identifyToken makes a token of another one: it ends when that ends, and
// carries its methods and audit id.
func (s *Service) identifyToken(t *token, id string) error {
	if s.tokens[id] == nil {
		return errUnreadable
	}
	old, err := s.find(id)
	if !time.Now().Before(s.tokens[id].expires) {
		return errInvalid
	}
	if err != nil || (t.user != nil && t.user != old.user) || old.issuedBy != nil {
		return errDenied
	}
	t.user, t.expires, t.scope = old.user, old.expires, old.scope
	t.audit = append(t.audit, old.audit[len(old.audit)-1])
	methods := append(slices.Clone(old.methods), t.methods...)
	slices.Sort(methods)
	t.methods = slices.Compact(methods)
	return nil
}

// rescope gives the token the scope asked for. Without one it is that of an
// application credential, the token presented, or the user's default project.
func (s *Service) rescope(t *token, raw json.RawMessage) error {
	if t.issuedBy != nil {
		t.scope = scope{projectID: t.issuedBy.projectID}
		if len(s.tokenRoles(t)) == 0 {
			return errDenied
		}
		return nil
	}
	if strings.TrimSpace(string(raw)) == `"unscoped"` {
		t.scope = scope{}
		return nil
	}
	if len(raw) == 0 {
		if id := text(t.user.extra, "default_project_id"); id != "" && t.scope == (scope{}) {
			if wanted := (scope{projectID: id}); len(s.rolesOf(t.user.id, wanted)) > 0 {
				t.scope = wanted
			}
		}
		return nil
	}
	var request scopeRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		return wire.Errorf(http.StatusBadRequest, "Invalid input for field 'scope'.")
	}
	wanted, err := s.lookUpScope(request)
	if err != nil || len(s.rolesOf(t.user.id, wanted)) == 0 {
		return errDenied
	}
	t.scope = wanted
	return nil
}

func (s *Service) lookUpScope(request scopeRequest) (scope, error) {
	none := errors.New("no such scope")
	switch {
	case request.System != nil:
		return scope{system: true}, nil
	case request.Domain != nil:
		if d := s.lookUpDomain(request.Domain); d != nil {
			return scope{domainID: d.id}, nil
		}
	case request.Project != nil:
		p := s.projectByID(request.Project.ID)
		if request.Project.ID == "" {
			if d := s.lookUpDomain(request.Project.Domain); d != nil {
				p = s.projectByName(request.Project.Name, d.id)
			}
		}
		if p != nil && p.enabled {
			return scope{projectID: p.id}, nil
		}
	}
	return scope{}, none
}
