package wire

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// The releases that the services can be, by their names in lower case.
const (
	Zed   = "zed"   // 2022.2
	Epoxy = "epoxy" // 2025.1
)

// Release is the OpenStack release that all services of a cloud are of; an
// upgrade changes it while they run. What the services of two releases answer
// differs in some places.
type Release struct{ epoxy atomic.Bool }

// Set makes the services those of the named release.
func (r *Release) Set(name string) { r.epoxy.Store(name == Epoxy) }

// Epoxy tells whether the release is Epoxy, and not the older Zed.
func (r *Release) Epoxy() bool { return r.epoxy.Load() }

// maxBody is the largest body in bytes that oslo.middleware's size limit lets
// through to Keystone and Nova: its option max_request_body_size.
const maxBody = 114688

// TooLarge refuses a request whose body is larger than Keystone and Nova take,
// and tells whether it did.
func TooLarge(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if len(body) <= maxBody {
		return false
	}
	WebOb(w, r, http.StatusRequestEntityTooLarge, "Request is too large. Larger than max_request_body_size (114688).", "")
	return true
}

// IsUUID tells whether a text has the form of a UUID with hyphens.
func IsUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range text {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (r == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
