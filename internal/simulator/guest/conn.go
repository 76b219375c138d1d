package guest

import (
	"net"
)

// frozenConn is a connection that stands still while the guest is frozen.
type frozenConn struct {
	net.Conn
	guest *Guest
	boot  int
}

func (c *frozenConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.thawed() {
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *frozenConn) Write(p []byte) (int, error) {
	if !c.thawed() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}

func (c *frozenConn) thawed() bool {
	return c.guest.await(c.boot, func() bool { return c.guest.state == running })
}

// accept takes connections for one boot of the guest.
func (g *Guest) accept(listener net.Listener, boot int) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // closed with the guest, or its address is gone
		}
		g.mu.Lock()
		if g.boots != boot {
			g.mu.Unlock()
			_ = conn.Close()
			return
		}
		g.conns[conn] = true
		g.mu.Unlock()
		go func() {
			defer g.forget(conn)
			// A network that lets nobody in is silent.
			if g.await(boot, func() bool { return g.state == running && g.admits }) {
				g.serve(&frozenConn{conn, g, boot})
			}
		}()
	}
}

func (g *Guest) forget(conn net.Conn) {
	_ = conn.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, conn)
}
