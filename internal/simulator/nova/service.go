// Package nova simulates the Compute service, API v2.1 with microversions up
// to 2.93 (Zed) or 2.100 (Epoxy). Every server has a simulated guest that
// answers SSH.
package nova

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"opendev.org/x/persistent-resources/internal/simulator/guest"
	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Images tells which images servers can boot from; Glance does.
type Images interface {
	Find(id string, t *wire.Token) (wire.Image, bool)
}

// Options of the service.
type Options struct {
	Transition time.Duration // how long a server takes to change its state
	GuestPort  int           // TCP port of SSH on the guests' addresses
	Release    *wire.Release
}

// Service is the Compute service with its state.
type Service struct {
	options  Options
	identity wire.Identity
	images   Images
	networks *neutron.Service
	router   wire.Router

	mu       sync.Mutex
	closed   bool
	servers  []*server // newest first
	flavors  []*flavor
	keypairs []*keypair
	quotas   map[string]wire.M // by project, where they are not the default

	guestsMu sync.Mutex // taken after mu, never before it
	guests   map[string]*guest.Guest
}

// New returns the service with two flavors.
func New(o Options, identity wire.Identity, images Images, networks *neutron.Service) *Service {
	s := &Service{
		options: o, identity: identity, images: images, networks: networks,
		flavors: firstFlavors(), quotas: map[string]wire.M{}, guests: map[string]*guest.Guest{},
	}
	networks.OnChange(s.readdress)
	for _, add := range []func(){
		s.versionRoutes, s.flavorRoutes, s.keypairRoutes, s.serverRoutes, s.detailRoutes, s.actionRoutes, s.interfaceRoutes,
		s.limitRoutes, s.adminRoutes,
	} {
		add()
	}
	return s
}

// Close ends all guests; the service changes nothing after it.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.guestsMu.Lock()
	defer s.guestsMu.Unlock()
	for _, g := range s.guests {
		g.Close()
	}
}

// ServeHTTP answers a request whose path is below the service's prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &wire.Call{W: w, R: r}
	path := strings.Trim(r.URL.Path, "/")
	public := path == "" || path == "v2" || path == "v2.1" // version documents
	if !public {
		s.stampRequest(w)
		c.Token, _ = s.identity.Check(r.Header.Get("X-Auth-Token"))
		if c.Token == nil {
			s.Fail(w, r, http.StatusUnauthorized, "")
			return
		}
	}
	if public && path != "" {
		s.stampRequest(w)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fail(w, r, http.StatusBadRequest, "Malformed request body")
		return
	}
	c.Body = body
	if wire.TooLarge(w, r, body) {
		return
	}
	handler, _ := s.router.Find(c)
	if handler == nil {
		wire.WebOb(w, r, http.StatusNotFound, "", "")
		return
	}
	if path != "" && path != "v2" {
		if err := s.negotiate(c); err != nil {
			s.refuse(c, wire.AsError(err))
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := handler(c); err != nil {
		s.refuse(c, wire.AsError(err))
	}
}

func (s *Service) stampRequest(w http.ResponseWriter) {
	id := wire.RequestID()
	w.Header().Set("X-Openstack-Request-Id", id)
	w.Header().Set("X-Compute-Request-Id", id)
}

// faultNames are the members of Nova's error bodies.
var faultNames = map[int]string{
	http.StatusBadRequest: "badRequest", http.StatusUnauthorized: "unauthorized", http.StatusForbidden: "forbidden",
	http.StatusNotFound: "itemNotFound", http.StatusMethodNotAllowed: "badMethod", http.StatusConflict: "conflictingRequest",
	http.StatusRequestEntityTooLarge: "overLimit", http.StatusUnsupportedMediaType: "badMediaType",
	http.StatusTooManyRequests: "overLimit", http.StatusNotImplemented: "notImplemented", http.StatusServiceUnavailable: "serviceUnavailable",
}

var usualMessages = map[int]string{
	http.StatusForbidden:             "Policy doesn't allow this action to be performed.",
	http.StatusNotFound:              "The resource could not be found.",
	http.StatusRequestEntityTooLarge: "This request was rate-limited.",
	http.StatusTooManyRequests:       "This request was rate-limited.",
	http.StatusServiceUnavailable:    "Service is unavailable at this time.",
	http.StatusInternalServerError:   unexpected("oslo_messaging.exceptions.MessagingTimeout"),
}

// unexpected is the message of an exception that Nova did not expect.
func unexpected(class string) string {
	return "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach " +
		"the Nova API log if possible.\n<class '" + class + "'>"
}

// Fail answers with an error body in Nova's form.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	c := &wire.Call{W: w, R: r}
	if w.Header().Get("X-Openstack-Request-Id") == "" {
		s.stampRequest(w)
	}
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
	s.refuse(c, &wire.Error{Status: status, Message: message})
}

func (s *Service) refuse(c *wire.Call, e *wire.Error) {
	name := faultNames[e.Status]
	if name == "" {
		name = "computeFault"
	}
	fault := wire.M{"code": e.Status, "message": e.Message}
	if name == "overLimit" {
		c.W.Header().Set("Retry-After", "0")
		fault["retryAfter"] = "0"
	}
	c.W.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = c.JSON(e.Status, wire.M{name: fault})
}

// done answers without a body.
func done(c *wire.Call, status int) error {
	c.W.Header().Set("Content-Type", "application/json")
	return c.Empty(status)
}

// admin refuses everybody without the role admin, naming Nova's policy rule.
func admin(rule string, h wire.Handler) wire.Handler {
	return func(c *wire.Call) error {
		if !c.Token.Admin() {
			return notAllowed(rule)
		}
		return h(c)
	}
}

func notAllowed(rule string) error {
	return wire.Errorf(http.StatusForbidden, "Policy doesn't allow os_compute_api:%s to be performed.", rule)
}

func badRequest(format string, args ...any) error {
	return wire.Errorf(http.StatusBadRequest, format, args...)
}
