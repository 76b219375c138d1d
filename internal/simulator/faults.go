package simulator

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Action is what a fault does to a request.
type Action int

// The actions of a fault.
const (
	Pass       Action = iota // serve as usual: for delays and hooks
	Refuse                   // answer Status without acting
	Replace                  // act, then answer Status
	DropBefore               // hang up without acting
	DropAfter                // act, then hang up without an answer
	Truncate                 // act, then send half of the answer's body and hang up
)

// Fault makes the cloud misbehave towards matching requests.
type Fault struct {
	Service string // catalog type or name ("object-store", "swift"); "" or "*" matches any
	Method  string // "" or "*" matches any
	// Path is matched against the path below the service's prefix, such as
	// /v1/AUTH_abc/container. "*" stands for any part of one segment, "**" for
	// any text; "" and "*" alone match every path.
	Path string

	Skip  int // matching requests to leave alone first
	Times int // how many to hit after that; 0 means all

	Action  Action
	Status  int           // of Refuse and Replace
	Message string        // of Refuse and Replace; empty means the service's usual text
	Header  http.Header   // sent beside the service's own by Refuse and Replace
	Delay   time.Duration // before anything else happens

	// Before is called when the request has come in, Replied when the service
	// has acted and nothing is sent yet, with the status it gave.
	Before  func(r *http.Request)
	Replied func(r *http.Request, status int)
}

// faultTable holds the active faults.
type faultTable struct {
	mu   sync.Mutex
	next int
	all  []*activeFault
}

type activeFault struct {
	id   int
	seen int // matching requests so far
	Fault
}

// AddFault makes the cloud misbehave until the returned function is called,
// or until the fault has hit as often as it says. Of several matching faults
// the one added first hits; all of them count the request.
func (c *Cloud) AddFault(f Fault) (remove func()) {
	id := c.faults.add(f)
	return func() { c.faults.remove(id) }
}

// ClearFaults ends every fault.
func (c *Cloud) ClearFaults() {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.all = nil
}

func (t *faultTable) add(f Fault) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	t.all = append(t.all, &activeFault{id: t.next, Fault: f})
	return t.next
}

// remove reports whether the fault was there.
func (t *faultTable) remove(id int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, f := range t.all {
		if f.id == id {
			t.all = append(t.all[:i:i], t.all[i+1:]...)
			return true
		}
	}
	return false
}

// take counts the request with every matching fault and returns the one that
// hits, or nil.
func (t *faultTable) take(svc *service, method, path string) *Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	var hit *Fault
	for _, f := range t.all {
		if !f.matches(svc, method, path) {
			continue
		}
		f.seen++
		n := f.seen - f.Skip
		if hit == nil && n > 0 && (f.Times == 0 || n <= f.Times) {
			hit = &f.Fault
		}
	}
	return hit
}

func (f *Fault) matches(svc *service, method, path string) bool {
	return (anything(f.Service) || f.Service == svc.kind || f.Service == svc.name) &&
		(anything(f.Method) || strings.EqualFold(f.Method, method)) &&
		(anything(f.Path) || glob(f.Path, path))
}

func anything(s string) bool { return s == "" || s == "*" }

// glob matches "*" with any text but "/", and "**" with any text.
func glob(pattern, s string) bool {
	head, tail, found := strings.Cut(pattern, "*")
	if !strings.HasPrefix(s, head) {
		return false
	}
	s = s[len(head):]
	if !found {
		return s == ""
	}
	tail, deep := strings.CutPrefix(tail, "*")
	for i := 0; ; i++ {
		if glob(tail, s[i:]) {
			return true
		}
		if i == len(s) || (!deep && s[i] == '/') {
			return false
		}
	}
}

// pause waits, and reports false when the cloud or the client went away first.
func (c *Cloud) pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-c.done:
		return false
	}
}
