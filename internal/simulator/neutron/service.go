// Package neutron simulates the Networking service, API v2.0 as of the
// releases Zed and Epoxy. Unlike the real one it takes subnets within
// 127.0.0.0/8, so that the simulated guests can be reached without privileges.
package neutron

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Options of the service.
type Options struct {
	Transition   time.Duration // how long a floating IP takes to change its status
	AdminProject string        // owns what the cloud begins with
	External     string        // CIDR of the external network's subnet
	Private      string        // CIDR of the shared network's subnet
	Release      *wire.Release
}

// Service is the Networking service with its state.
type Service struct {
	identity wire.Identity
	options  Options
	router   wire.Router
	kinds    map[string]*kind // by plural
	changed  func(deviceIDs []string)

	mu      sync.Mutex
	objects map[string][]*object // by the kind's name
	quotas  map[string]wire.M    // by project, where they are not the default
	touched []string             // devices whose addresses the current call changed
}

// New returns the service with an external network, a shared network, and a
// router between the two.
func New(identity wire.Identity, o Options) *Service {
	s := &Service{
		identity: identity, options: o, kinds: map[string]*kind{}, changed: func([]string) {},
		objects: map[string][]*object{}, quotas: map[string]wire.M{},
	}
	s.versionRoutes()
	s.quotaRoutes()
	s.routerRoutes()
	for _, k := range s.allKinds() {
		s.kinds[k.plural] = k
		s.collectionRoutes(k)
		s.tagRoutes(k)
	}
	s.bootstrap()
	return s
}

// OnChange sets the function that is told the ids of devices whose addresses
// or rules have changed. It is called without any lock held.
func (s *Service) OnChange(changed func(deviceIDs []string)) { s.changed = changed }

// ServeHTTP answers a request whose path is below the service's prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &wire.Call{W: w, R: r}
	public := r.URL.Path == "" || r.URL.Path == "/"
	if !public {
		w.Header().Set("X-Openstack-Request-Id", wire.RequestID())
		c.Token, _ = s.identity.Check(r.Header.Get("X-Auth-Token"))
		if c.Token == nil {
			s.Fail(w, r, http.StatusUnauthorized, "")
			return
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fail(w, r, http.StatusBadRequest, "")
		return
	}
	c.Body = body
	handler, _ := s.router.Find(c)
	if handler == nil {
		s.refuse(c, wire.AsError(&wire.Error{Status: http.StatusNotFound, Type: "HTTPNotFound", Message: "The resource could not be found."}))
		return
	}
	s.locked(func() {
		if err := handler(c); err != nil {
			s.refuse(c, wire.AsError(err))
		}
	})
}

// locked runs work with the state locked, and afterwards tells which devices
// it touched.
func (s *Service) locked(work func()) {
	s.mu.Lock()
	work()
	touched := s.touched
	s.touched = nil
	s.mu.Unlock()
	if len(touched) > 0 {
		s.changed(touched)
	}
}

// usualTypes are the exceptions Neutron names where a fault asks for a status.
var usualTypes = map[int]string{
	http.StatusBadRequest:          "HTTPBadRequest",
	http.StatusForbidden:           "PolicyNotAuthorized",
	http.StatusNotFound:            "HTTPNotFound",
	http.StatusConflict:            "Conflict",
	http.StatusInternalServerError: "HTTPInternalServerError",
	http.StatusServiceUnavailable:  "ServiceUnavailable",
}

var usualMessages = map[int]string{
	http.StatusConflict:            "The operation conflicts with the current state of the resource.",
	http.StatusInternalServerError: "Request Failed: internal server error while processing your request.",
	http.StatusServiceUnavailable:  "The service is unavailable.",
}

// Fail answers with an error body in Neutron's form.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	c := &wire.Call{W: w, R: r}
	if status == http.StatusUnauthorized {
		wire.Challenge(w, r)
		_ = c.JSON(status, wire.M{"error": wire.M{
			"code": status, "title": "Unauthorized", "message": "The request you have made requires authentication.",
		}})
		return
	}
	if message == "" {
		message = usualMessages[status]
	}
	if message == "" {
		message = http.StatusText(status)
	}
	s.refuse(c, &wire.Error{Status: status, Message: message, Type: usualTypes[status]})
}

func (s *Service) refuse(c *wire.Call, e *wire.Error) {
	if e.Type == webOb {
		wire.WebOb(c.W, c.R, e.Status, "", e.Message)
		return
	}
	_ = c.JSON(e.Status, wire.M{"NeutronError": wire.M{"type": e.Type, "message": e.Message, "detail": ""}})
}

// webOb marks a refusal that is answered with a page instead of a body.
const webOb = "WebOb"

func refusal(status int, kind, message string) error {
	return &wire.Error{Status: status, Type: kind, Message: message}
}

func badRequest(message string) error {
	return refusal(http.StatusBadRequest, "HTTPBadRequest", message)
}

func notAllowed(rule string) error {
	return refusal(http.StatusForbidden, "PolicyNotAuthorized", rule+" is disallowed by policy")
}

// decode reads {"<name>": {…}} from the request's body.
func decode(c *wire.Call, name string) (wire.M, error) {
	var body map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &body); err != nil {
		return nil, badRequest("Body contains invalid data")
	}
	var object wire.M
	if err := json.Unmarshal(body[name], &object); err != nil && len(body[name]) > 0 {
		return nil, badRequest("Object '" + name + "' contains invalid data")
	}
	if object == nil {
		return nil, badRequest("Unable to find '" + name + "' in request body")
	}
	return object, nil
}
