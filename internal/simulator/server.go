package simulator

import (
	"net/http"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/keystone"
)

// Names of what every simulated cloud begins with.
const (
	Region         = "RegionOne"
	AdminUser      = "admin"
	AdminProject   = "admin"
	MemberUser     = "demo"
	MemberPassword = "demo"
	MemberProject  = "demo"
)

// backend is one simulated service.
type backend interface {
	http.Handler
	// Fail answers with an error in the service's own format. An empty
	// message means the service's usual one for that status.
	Fail(w http.ResponseWriter, r *http.Request, status int, message string)
	// Inventory lists what the service holds, "kind project name/id" a line.
	Inventory() []string
}

type service struct {
	kind    string // type in the catalog
	name    string // the project's name: keystone, swift …
	prefix  string
	backend backend
}

// catalog lists the endpoints that tokens carry, in the order of DevStack.
func catalog() []keystone.Endpoint {
	return []keystone.Endpoint{
		{Type: "identity", Name: "keystone", Path: "/identity/v3"},
		{Type: "object-store", Name: "swift", Path: "/object-store/v1/AUTH_$(project_id)s"},
		{Type: "image", Name: "glance", Path: "/image"},
		{Type: "compute", Name: "nova", Path: "/compute/v2.1"},
		{Type: "network", Name: "neutron", Path: "/network"},
	}
}

// find returns the service a path belongs to and the path below its prefix.
func (c *Cloud) find(path string) (*service, string) {
	if path == "/info" {
		path = "/object-store/info"
	}
	for i := range c.services {
		s := &c.services[i]
		rest, ok := strings.CutPrefix(path, s.prefix)
		if ok && (rest == "" || rest[0] == '/') {
			return s, rest
		}
	}
	return nil, path
}

// serve is the one entrance: log, faults, service.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/simulator/") {
		c.administer(w, r)
		return
	}
	svc, rest := c.find(r.URL.Path)
	if svc == nil {
		http.NotFound(w, r)
		return
	}
	entry := c.log.begin(r, svc.kind)
	status, fault := c.exchange(w, r, svc, rest)
	c.log.end(entry, status, fault)
}

// exchange lets the matching fault, if any, decide what happens around the
// service's work. It returns the status sent, 0 when the client got none.
func (c *Cloud) exchange(w http.ResponseWriter, r *http.Request, svc *service, rest string) (int, string) {
	fault := c.faults.take(svc, r.Method, rest)
	below := r.Clone(r.Context())
	below.URL.Path = rest
	below.URL.RawPath, _ = strings.CutPrefix(r.URL.RawPath, svc.prefix)
	if fault == nil {
		rec := record(svc, below)
		return rec.replay(w, r), ""
	}
	name := fault.String()
	if !c.pause(r, fault.Delay) {
		reset(w)
		return 0, name
	}
	if fault.Before != nil {
		fault.Before(r)
	}
	switch fault.Action {
	case Refuse:
		rec := refuse(svc, below, fault)
		return rec.replay(w, r), name
	case DropBefore:
		reset(w)
		return 0, name
	}
	rec := record(svc, below)
	if fault.Replied != nil {
		fault.Replied(r, rec.status)
	}
	switch fault.Action {
	case Replace:
		rec = refuse(svc, below, fault)
	case DropAfter:
		reset(w)
		return 0, name
	case Truncate:
		rec.truncate(w)
		return rec.status, name
	}
	return rec.replay(w, r), name
}
