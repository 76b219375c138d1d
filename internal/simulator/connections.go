package simulator

import (
	"context"
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

// drop closes every connection but one, which may be nil; requests in progress
// lose their answers.
func (c *connections) drop(but net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		if conn != but {
			_ = conn.Close() // it may have ended on its own meanwhile
		}
	}
}

// connKey is the key of a request's connection in its context.
type connKey struct{}

// remember is an http.Server.ConnContext hook.
func remember(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// connOf returns the connection that a request came over.
func connOf(r *http.Request) net.Conn {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	return conn
}
