// Package glance simulates the Image service, API v2 as of the releases Zed
// and Epoxy.
package glance

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Service is the Image service with its state.
type Service struct {
	identity wire.Identity
	router   wire.Router
	release  *wire.Release

	mu     sync.Mutex
	images []*image // newest first
}

// New returns the service with one public image, ready to boot, that owner
// owns.
func New(identity wire.Identity, owner string, release *wire.Release) *Service {
	s := &Service{identity: identity, release: release}
	s.images = []*image{readyImage(owner)}
	s.router.Handle("GET", "/", s.versions(http.StatusMultipleChoices))
	s.router.Handle("GET", "/versions", s.versions(http.StatusOK))
	s.imageRoutes()
	s.dataRoutes()
	return s
}

// ServeHTTP answers a request whose path is below the service's prefix.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &wire.Call{W: w, R: r}
	if strings.HasPrefix(r.URL.Path, "/v2") {
		c.Token, _ = s.identity.Check(r.Header.Get("X-Auth-Token"))
		if c.Token == nil {
			s.Fail(w, r, http.StatusUnauthorized, "")
			return
		}
		w.Header().Set("X-Openstack-Request-Id", wire.RequestID())
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fail(w, r, http.StatusBadRequest, "")
		return
	}
	c.Body = body
	handler, allowed := s.router.Find(c)
	if len(allowed) > 0 {
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		wire.WebOb(w, r, http.StatusMethodNotAllowed, "The method "+r.Method+" is not allowed for this resource.", "")
		return
	}
	if handler == nil {
		s.Fail(w, r, http.StatusNotFound, "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := handler(c); err != nil {
		refusal := wire.AsError(err)
		for name, values := range refusal.Header {
			w.Header()[name] = values
		}
		if refusal.Type == asDetail {
			wire.WebOb(w, r, refusal.Status, "", refusal.Message)
			return
		}
		s.Fail(w, r, refusal.Status, refusal.Message)
	}
}

// asDetail marks a refusal whose message stands below WebOb's own text.
const asDetail = "detail"

// Fail answers with an error page as Glance does.
func (s *Service) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	if status == http.StatusUnauthorized {
		wire.Challenge(w, r)
	}
	wire.WebOb(w, r, status, message, "")
}

// minorVersions of the API with the current one first; there never was a
// 2.14. Epoxy sorts what it adds between the others.
func (s *Service) minorVersions() (current string, minors []string) {
	if s.release.Epoxy() {
		return "17", []string{"15", "13", "12", "11", "10", "9", "8", "17", "7", "6", "5", "4", "3", "2", "1", "0"}
	}
	return "15", []string{"15", "13", "12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"}
}

func (s *Service) versions(status int) wire.Handler {
	return func(c *wire.Call) error {
		list := []wire.M{}
		current, minors := s.minorVersions()
		for _, minor := range minors {
			state := "SUPPORTED"
			if minor == current {
				state = "CURRENT"
			}
			list = append(list, wire.M{
				"id": "v2." + minor, "status": state,
				"links": []wire.M{{"rel": "self", "href": c.Root() + "/image/v2/"}},
			})
		}
		return c.JSON(status, wire.M{"versions": list})
	}
}
