// Package glance simulates the Image service, API v2 as of the Zed release.
package glance

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"opendev.org/x/persistent-resources/internal/simulator/wire"
)

// Service is the Image service with its state.
type Service struct {
	identity wire.Identity
	router   wire.Router

	mu     sync.Mutex
	images []*image // newest first
}

// New returns the service with one public image, ready to boot, that owner
// owns.
func New(identity wire.Identity, owner string) *Service {
	s := &Service{identity: identity}
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
	handler, _ := s.router.Find(c)
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

// minorVersions of the API, newest first; there never was a 2.14.
var minorVersions = []string{"15", "13", "12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"}

func (s *Service) versions(status int) wire.Handler {
	return func(c *wire.Call) error {
		list := []wire.M{}
		for _, minor := range minorVersions {
			state := "SUPPORTED"
			if len(list) == 0 {
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
