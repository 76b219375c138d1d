package simulator

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Request is one line of the request log.
type Request struct {
	Time    time.Time `json:"time"` // of arrival
	Service string    `json:"service"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`            // as sent: escaped, with its query
	Status  int       `json:"status"`          // 0 while in progress, and when the client got no answer
	Fault   string    `json:"fault,omitempty"` // the fault that hit, in ParseFault's form
}

type requestLog struct {
	mu      sync.Mutex
	entries []*Request
}

func (l *requestLog) begin(r *http.Request, service string) *Request {
	entry := &Request{Time: time.Now(), Service: service, Method: r.Method, Path: r.URL.RequestURI()}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	return entry
}

func (l *requestLog) end(entry *Request, status int, fault string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status, entry.Fault = status, fault
}

// Requests returns the requests so far in the order of their arrival; those
// under /simulator are not counted.
func (c *Cloud) Requests() []Request {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	all := make([]Request, len(c.log.entries))
	for i, e := range c.log.entries {
		all[i] = *e
	}
	return all
}

// ResetRequests empties the request log.
func (c *Cloud) ResetRequests() {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.log.entries = nil
}

// Inventory lists everything the cloud holds, sorted, one thing a line as
// "kind project name/id": equal inventories before and after mean that
// nothing was left behind.
func (c *Cloud) Inventory() []string {
	var lines []string
	for _, s := range c.services {
		lines = append(lines, s.backend.Inventory()...)
	}
	slices.Sort(lines)
	return lines
}
