// Package keystone simulates the Identity service, API v3 as of the releases
// Zed and Epoxy.
package keystone

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Options of the service.
type Options struct {
	AdminPassword string // of the user admin in the project admin
	TokenLifetime time.Duration
	Region        string
	Release       *wire.Release
	Catalog       []Endpoint
	Projects      []string // names of further projects to begin with
	Users         []Account
}

// Endpoint is one service of the catalog; its three interfaces share one URL.
type Endpoint struct {
	Type, Name string
	Path       string // below the cloud's root; $(project_id)s is replaced
}

// Account is a user to begin with, and the roles it has on one project.
type Account struct {
	Name, Password, Project string
	Roles                   []string
}

// Service is the Identity service with its state.
type Service struct {
	options Options
	router  wire.Router

	mu          sync.Mutex
	domains     []*domain
	projects    []*project
	users       []*user
	roles       []*role
	assignments []assignment
	tokens      map[string]*token
	credentials []*applicationCredential
	catalog     []catalogService
}

// New returns the service with the domain Default, the usual roles, and the
// projects and users of the options.
func New(o Options) *Service {
	s := &Service{options: o, tokens: map[string]*token{}}
	s.bootstrap()
	s.routes()
	return s
}

func (s *Service) routes() {
	for _, add := range []func(){
		s.versionRoutes, s.tokenRoutes, s.projectRoutes, s.userRoutes, s.roleRoutes,
		s.assignmentRoutes, s.domainRoutes, s.credentialRoutes, s.catalogRoutes,
	} {
		add()
	}
}

// ServeHTTP answers a request whose path is below the service's prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &wire.Call{W: w, R: r}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fail(w, r, http.StatusBadRequest, "")
		return
	}
	c.Body = body
	if wire.TooLarge(w, r, body) {
		return
	}
	s.common(w)
	handler, allowed := s.router.Find(c)
	switch {
	case handler != nil:
		s.mu.Lock()
		defer s.mu.Unlock()
		if err := handler(c); err != nil {
			refusal := wire.AsError(err)
			s.Fail(w, r, refusal.Status, refusal.Message)
		}
	case len(allowed) > 0:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		_ = c.JSON(http.StatusMethodNotAllowed, wire.M{"message": "The method is not allowed for the requested URL."})
	default:
		_ = c.Text(http.StatusNotFound, "text/html; charset=utf-8", notFoundPage)
	}
}

const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`

func (s *Service) common(w http.ResponseWriter) {
	w.Header().Set("Vary", "X-Auth-Token")
	w.Header().Set("X-Openstack-Request-Id", wire.RequestID())
}

const (
	malformed = " The server could not comply with the request since it is either malformed or otherwise incorrect. " +
		"The client is assumed to be in error."
	unauthorized = "The request you have made requires authentication."
)

// usualMessages are Keystone's texts where an exception brings none.
var usualMessages = map[int]string{
	http.StatusUnauthorized:        unauthorized,
	http.StatusForbidden:           "You are not authorized to perform the requested action.",
	http.StatusNotFound:            "Could not find any resource.",
	http.StatusConflict:            "Conflict occurred attempting to store resource.",
	http.StatusInternalServerError: "An unexpected error prevented the server from fulfilling your request.",
}

// Fail answers with an error body in Keystone's form.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	if message == "" {
		message = usualMessages[status]
	}
	if message == "" {
		message = http.StatusText(status)
	}
	s.common(w)
	if status == http.StatusUnauthorized {
		w.Header().Set("Www-Authenticate", fmt.Sprintf("Keystone uri=%q", "http://"+r.Host+"/identity/v3"))
	}
	c := &wire.Call{W: w, R: r}
	_ = c.JSON(status, wire.M{"error": wire.M{"code": status, "message": message, "title": http.StatusText(status)}})
}

// decode reads {"<name>": {…}} from the request's body.
func (s *Service) decode(c *wire.Call, name string) (wire.M, error) {
	var body map[string]json.RawMessage
	contentType, _, _ := strings.Cut(c.R.Header.Get("Content-Type"), ";")
	if contentType != "" && contentType != "application/json" {
		return nil, wire.Errorf(http.StatusBadRequest, "Expecting to find application/json in Content-Type header."+malformed)
	}
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return nil, wire.Errorf(http.StatusBadRequest, "Expecting to find valid JSON in request body."+malformed)
	}
	raw, ok := body[name]
	if !ok {
		return nil, wire.Errorf(http.StatusBadRequest, "Expecting to find %s in request body."+malformed, name)
	}
	var object wire.M
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, s.invalid(name, raw, "", "type", wire.PythonRepr(raw)+" is not of type 'object'")
	}
	return object, nil
}

// invalid words a complaint of Keystone's schema validation about a member of
// the body, or about the body itself, which is no field of Zed's. Zed's text
// goes on with the schema.
func (s *Service) invalid(name string, raw json.RawMessage, field, rule, why string) error {
	if s.options.Release.Epoxy() {
		value := wire.PythonRepr(raw)
		var text string
		if json.Unmarshal(raw, &text) == nil {
			value = text
		}
		return wire.Errorf(http.StatusBadRequest, "Invalid input for field/attribute %s. Value: %s. %s", name, value, why)
	}
	if field != "" {
		why = "Invalid input for field '" + field + "': " + why
	}
	return wire.Errorf(http.StatusBadRequest, "%s\n\nFailed validating '%s' in schema", why, rule)
}

// text returns a string member, or "".
func text(object wire.M, name string) string {
	value, _ := object[name].(string)
	return value
}

// required returns a non-empty string member of the object called what, or
// Keystone's complaint.
func (s *Service) required(object wire.M, what, name string) (string, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return "", err
	}
	if _, ok := object[name]; !ok {
		return "", s.invalid(what, raw, "", "required", quote(name)+" is a required property")
	}
	value, ok := object[name].(string)
	if raw, err = json.Marshal(object[name]); err != nil {
		return "", err
	}
	if !ok {
		return "", s.invalid(name, raw, name, "type", wire.PythonRepr(raw)+" is not of type 'string'")
	}
	if value == "" {
		return "", s.invalid(name, raw, name, "minLength", quote(value)+" is too short")
	}
	return value, nil
}

// checkEnabled checks the one flag that projects, users and domains have.
func (s *Service) checkEnabled(object wire.M) error {
	value, ok := object["enabled"]
	if _, flag := value.(bool); !ok || flag {
		return nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return s.invalid("enabled", raw, "enabled", "type", wire.PythonRepr(raw)+" is not of type 'boolean'")
}

// The longest names, in characters.
const (
	maxProjectName = 64
	maxUserName    = 255
)

func notLonger(name string, limit int) error {
	if utf8.RuneCountInString(name) > limit {
		return wire.Errorf(http.StatusBadRequest, "%s is too long", quote(name))
	}
	return nil
}

func quote(s string) string { return "'" + s + "'" }

// list answers with a collection and Keystone's links.
func list(c *wire.Call, name string, items any) error {
	return c.JSON(http.StatusOK, wire.M{
		name:    items,
		"links": wire.M{"next": nil, "previous": nil, "self": c.Root() + "/identity" + c.R.URL.RequestURI()},
	})
}

func self(c *wire.Call, path string) wire.M {
	return wire.M{"self": c.Root() + "/identity/v3/" + path}
}
