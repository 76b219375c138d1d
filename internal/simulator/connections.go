package simulator

import (
	"net"
	"net/http"
	"sync"
)

// connections knows the open client connections, so that a restart can drop
// them.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

// note is an http.Server.ConnState hook.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[net.Conn]bool{}
	}
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	default:
		c.open[conn] = true
	}
}

// drop closes every connection; requests in progress lose their answers.
func (c *connections) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		_ = conn.Close() // it may have ended on its own meanwhile
	}
}
