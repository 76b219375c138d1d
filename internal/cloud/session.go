package cloud

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// Auth is what a session proves itself with. Exactly one of Password, ApplicationCredentialSecret and Token is set.
type Auth struct {
	Username, UserID                   string
	UserDomainName, UserDomainID       string
	Password                           string
	ProjectName, ProjectID             string // scope
	ProjectDomainName, ProjectDomainID string
	DomainName, DomainID               string // scope, when there is no project
	System                             bool   // scope, when there is neither

	ApplicationCredentialID, ApplicationCredentialName, ApplicationCredentialSecret string

	Token string
}

// Token is an issued token and what came with it.
type Token struct {
	Expires                            time.Time
	UserID, UserName                   string
	ProjectID, ProjectName             string
	ProjectDomainID, ProjectDomainName string
	Roles                              []string
	Catalog                            []tokens.CatalogEntry
}

// HasRole reports whether the token carries a role. Names are compared without regard to case, as Keystone and Tempest 16
// and later do.
func (t *Token) HasRole(name string) bool {
	for _, r := range t.Roles {
		if strings.EqualFold(r, name) {
			return true
		}
	}
	return false
}

// Session is an identity on a cloud. It asks for a token when the first client is asked for, and for a new one after a 401;
// each such request is made once however many goroutines wait for it.
type Session struct {
	conn     *Connection
	auth     Auth
	provider *gophercloud.ProviderClient

	mu    sync.Mutex
	token *Token
}

// Session returns an identity. Nothing is sent.
func (c *Connection) Session(a Auth) *Session {
	c.secrets.Add(a.Password, a.ApplicationCredentialSecret, a.Token)
	s := &Session{conn: c, auth: a, provider: &gophercloud.ProviderClient{HTTPClient: *c.client}}
	s.provider.UseTokenLock()
	s.provider.UserAgent.Prepend("persistent-resources")
	s.provider.ReauthFunc = func(ctx context.Context) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.authenticate(ctx)
	}
	return s
}

// Connection returns the connection the session works over.
func (s *Session) Connection() *Connection { return s.conn }

// Anonymous returns a client that sends no token, for what a service tells everybody.
func (s *Session) Anonymous() *gophercloud.ProviderClient {
	return &gophercloud.ProviderClient{HTTPClient: *s.conn.client, UserAgent: s.provider.UserAgent}
}

// Token returns the session's token, asking for one if there is none yet.
func (s *Session) Token(ctx context.Context) (*Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == nil {
		if err := s.authenticate(ctx); err != nil {
			return nil, err
		}
	}
	return s.token, nil
}

// issued is what a token response carries.
type issued struct {
	Expires time.Time             `json:"expires_at"`
	User    named                 `json:"user"`
	Project named                 `json:"project"`
	Roles   []named               `json:"roles"`
	Catalog []tokens.CatalogEntry `json:"catalog"`
}

type named struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain *named `json:"domain"`
}

func (s *Session) authenticate(ctx context.Context) error {
	// A client of its own: the token of the session's must not go along with the request for a new one.
	throwaway := &gophercloud.ProviderClient{HTTPClient: *s.conn.client, UserAgent: s.provider.UserAgent}
	identity := &gophercloud.ServiceClient{ProviderClient: throwaway, Endpoint: strings.TrimRight(s.conn.AuthURL, "/") + "/", Type: "identity"}
	opts := s.auth.options()
	result := tokens.Create(ctx, identity, &opts)
	if result.Err != nil {
		return &AuthError{AuthURL: s.conn.AuthURL, User: s.auth.who(), Err: result.Err}
	}
	id, err := result.ExtractTokenID()
	if err != nil {
		return fmt.Errorf("read the token from %s: %w", s.conn.AuthURL, err)
	}
	s.conn.secrets.Add(id)
	var body issued
	if err := result.ExtractInto(&body); err != nil {
		return fmt.Errorf("read the token from %s: %w", s.conn.AuthURL, err)
	}
	t := &Token{
		Expires: body.Expires, UserID: body.User.ID, UserName: body.User.Name,
		ProjectID: body.Project.ID, ProjectName: body.Project.Name, Catalog: body.Catalog,
	}
	if d := body.Project.Domain; d != nil {
		t.ProjectDomainID, t.ProjectDomainName = d.ID, d.Name
	}
	for _, r := range body.Roles {
		t.Roles = append(t.Roles, r.Name)
	}
	s.token = t
	s.provider.SetToken(id)
	return nil
}

func (a *Auth) options() tokens.AuthOptions {
	o := tokens.AuthOptions{
		Username: a.Username, UserID: a.UserID, Password: a.Password, TokenID: a.Token,
		ApplicationCredentialID: a.ApplicationCredentialID, ApplicationCredentialName: a.ApplicationCredentialName,
		ApplicationCredentialSecret: a.ApplicationCredentialSecret,
	}
	// Keystone refuses a user's domain beside a user id, gophercloud an id beside a name.
	if o.UserID != "" {
		o.Username = ""
	} else if o.Username != "" {
		o.DomainID, o.DomainName = oneOf(a.UserDomainID, a.UserDomainName)
	}
	// An application credential and a token given as it is have their scope already.
	if a.ApplicationCredentialSecret != "" {
		return o
	}
	switch {
	case a.ProjectID != "":
		o.Scope.ProjectID = a.ProjectID
	case a.ProjectName != "":
		o.Scope.ProjectName = a.ProjectName
		o.Scope.DomainID, o.Scope.DomainName = oneOf(a.ProjectDomainID, a.ProjectDomainName)
	case a.DomainID != "" || a.DomainName != "":
		o.Scope.DomainID, o.Scope.DomainName = oneOf(a.DomainID, a.DomainName)
	case a.System:
		o.Scope.System = true
	}
	return o
}

// oneOf prefers the id: Keystone wants one of the two.
func oneOf(id, name string) (string, string) {
	if id != "" {
		return id, ""
	}
	return "", name
}

func (a *Auth) who() string {
	for _, s := range []string{a.Username, a.UserID, a.ApplicationCredentialName, a.ApplicationCredentialID} {
		if s != "" {
			return s
		}
	}
	return "the given token"
}

// AuthError says that no token was issued.
type AuthError struct {
	AuthURL string
	User    string
	Err     error
}

func (e *AuthError) Error() string {
	switch {
	case gophercloud.ResponseCodeIs(e.Err, 401):
		return fmt.Sprintf("authentication of %s at %s was refused (401 Unauthorized): check user name, password, project and domains", e.User, e.AuthURL)
	case gophercloud.ResponseCodeIs(e.Err, 404):
		return fmt.Sprintf("there is no Identity v3 service at %s (404 Not Found): check the URL, which usually ends with /v3", e.AuthURL)
	case IsConnection(e.Err):
		return fmt.Sprintf("cannot authenticate %s: %s", e.User, Explain(e.Err))
	}
	return fmt.Sprintf("authenticate %s at %s: %v", e.User, e.AuthURL, e.Err)
}

// Unwrap returns the answer or the connection's error.
func (e *AuthError) Unwrap() error { return e.Err }
