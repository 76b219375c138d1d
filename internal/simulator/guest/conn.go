package guest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"time"
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
	return c.guest.await(c.boot, nil, func() bool { return c.guest.state == running })
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
			if held := g.hold(conn, boot); held != nil {
				g.serve(&frozenConn{held, g, boot})
			}
		}()
	}
}

// maxEarly is the most in bytes that a client may say before it is answered.
const maxEarly = 64 << 10

// heldConn gives what its client said while it was not answered first.
type heldConn struct {
	net.Conn
	reader io.Reader
}

func (c *heldConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

// hold keeps a connection until the network lets it in: one that lets nobody
// in is silent. It returns nil when the boot is over, or the client has given
// up waiting.
func (g *Guest) hold(conn net.Conn, boot int) net.Conn {
	var early bytes.Buffer
	var ended error
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, ended = io.CopyN(&early, conn, maxEarly)
	}()
	let := g.await(boot, gone, func() bool { return g.state == running && g.admits })
	_ = conn.SetReadDeadline(time.Unix(1, 0)) // ends the reading, whether or not it had ended
	<-gone
	if !let || !errors.Is(ended, os.ErrDeadlineExceeded) {
		return nil
	}
	_ = conn.SetReadDeadline(time.Time{})
	return &heldConn{conn, io.MultiReader(&early, conn)}
}

func (g *Guest) forget(conn net.Conn) {
	_ = conn.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, conn)
}
