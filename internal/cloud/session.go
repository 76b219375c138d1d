package cloud

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
	"golang.org/x/sync/singleflight"
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

	// Display names the user in messages where there is only an id.
	Display string
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

	asking singleflight.Group
	mu     sync.Mutex
	token  *Token
}

// Session returns an identity; the same one, with its token, for the same a. Nothing is sent.
func (c *Connection) Session(a Auth) *Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.sessions[a]; ok {
		return s
	}
	s := c.newSession(a)
	if c.sessions == nil {
		c.sessions = map[Auth]*Session{}
	}
	c.sessions[a] = s
	return s
}

func (c *Connection) newSession(a Auth) *Session {
	c.secrets.Add(a.Password, a.ApplicationCredentialSecret, a.Token)
	c.secrets.AddNames(a.Username, a.UserDomainName, a.ProjectName, a.ProjectDomainName, a.DomainName, a.ApplicationCredentialName, a.Display)
	s := &Session{conn: c, auth: a, provider: &gophercloud.ProviderClient{HTTPClient: *c.client}}
	s.provider.UseTokenLock()
	s.provider.UserAgent.Prepend("persistent-resources")
	s.provider.ReauthFunc = func(ctx context.Context) error {
		_, err := s.newer(ctx, s.current())
		return err
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
	if t := s.current(); t != nil {
		return t, nil
	}
	return s.newer(ctx, nil)
}

func (s *Session) current() *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// newer returns another token than old, asking for one unless somebody else just did. A refusal, too, is for all who wait:
// one wrong password tried by every goroutine would lock the account in a cloud that counts.
func (s *Session) newer(ctx context.Context, old *Token) (*Token, error) {
	answer := s.asking.DoChan("", func() (any, error) {
		if t := s.current(); t != old {
			return t, nil
		}
		// The others must not fail because the one who asks first gives up.
		return s.authenticate(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return nil, &AuthError{AuthURL: s.conn.AuthURL, User: s.auth.who(), Err: context.Cause(ctx)}
	case r := <-answer:
		t, _ := r.Val.(*Token)
		return t, r.Err
	}
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

func (s *Session) authenticate(ctx context.Context) (*Token, error) {
	// A client of its own: the token of the session's must not go along with the request for a new one.
	throwaway := &gophercloud.ProviderClient{HTTPClient: *s.conn.client, UserAgent: s.provider.UserAgent}
	identity := &gophercloud.ServiceClient{ProviderClient: throwaway, Endpoint: strings.TrimRight(s.conn.AuthURL, "/") + "/", Type: "identity"}
	opts := s.auth.options()
	result := tokens.Create(ctx, identity, &opts)
	if result.Err != nil {
		return nil, &AuthError{AuthURL: s.conn.AuthURL, User: s.auth.who(), Err: notIdentity(identity.Endpoint, result.Err)}
	}
	noToken := func(what string, err error) error {
		return &AuthError{AuthURL: s.conn.AuthURL, User: s.auth.who(), Err: &NotIdentityError{URL: identity.Endpoint, What: what, Err: err}}
	}
	id, err := result.ExtractTokenID()
	if err != nil || id == "" {
		return nil, noToken("without the header X-Subject-Token", err)
	}
	s.conn.secrets.Add(id)
	var body issued
	if err := result.ExtractInto(&body); err != nil {
		return nil, noToken("with JSON that is no token", err)
	}
	s.conn.secrets.AddNames(body.User.Name, body.Project.Name)
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
	s.provider.SetToken(id)
	s.mu.Lock()
	s.token = t
	s.mu.Unlock()
	return t, nil
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
	for _, s := range []string{a.Username, a.Display, a.UserID, a.ApplicationCredentialName, a.ApplicationCredentialID} {
		if s != "" {
			return s
		}
	}
	return "the given token"
}
