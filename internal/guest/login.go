package guest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// errHostKeySeen ends a handshake whose only purpose was to see the host key.
var errHostKeySeen = errors.New("host key seen")

// visit is what one attempt met on its way up the layers.
type visit struct {
	connected time.Duration // how long the TCP connect took; 0 if it failed
	local     net.Addr
	banner    string
	first     string // what came first, banner or not
	offered   HostKey
}

// failure names the first layer that did not answer.
func (v *visit) failure(err error) error {
	switch {
	case v.local == nil:
		return &LoginError{Layer: LayerConnect, Err: err}
	case v.banner == "":
		return &LoginError{Layer: LayerBanner, Err: err}
	case v.offered.IsZero():
		return &LoginError{Layer: LayerKeyExchange, Err: err}
	default:
		return &LoginError{Layer: LayerAuthentication, Err: err}
	}
}

// login tries once to log in, each half within ConnectTimeout. The visit tells how far
// it came. The error is a *LoginError or, before any credential was sent, a
// *HostKeyChanged.
func login(ctx context.Context, t Target, auth []ssh.AuthMethod) (*ssh.Client, *visit, error) {
	client, seen, err := handshake(ctx, t, auth, t.HostKey.algorithms(), func(offered HostKey) error {
		if !t.HostKey.IsZero() && offered != t.HostKey {
			return &HostKeyChanged{Address: t.Address, Recorded: t.HostKey, Offered: offered}
		}
		return nil
	})
	var changed *HostKeyChanged
	if errors.As(err, &changed) {
		return nil, seen, changed
	}
	var none *ssh.AlgorithmNegotiationError
	if !t.HostKey.IsZero() && seen.offered.IsZero() && errors.As(err, &none) {
		// The server may have no key of the recorded type any more: look which it has.
		_, other, lookErr := handshake(ctx, t, nil, HostKey{}.algorithms(), func(HostKey) error { return errHostKeySeen })
		if errors.Is(lookErr, errHostKeySeen) && other.offered.Type != t.HostKey.Type {
			return nil, other, &HostKeyChanged{Address: t.Address, Recorded: t.HostKey, Offered: other.offered}
		}
	}
	return client, seen, err
}

// handshake connects and, if accept likes the host key, authenticates.
func handshake(ctx context.Context, t Target, auth []ssh.AuthMethod, hostKeys []string,
	accept func(HostKey) error,
) (*ssh.Client, *visit, error) {
	seen := &visit{}
	start := time.Now()
	dialer := net.Dialer{Timeout: t.ConnectTimeout}
	raw, err := dialer.DialContext(ctx, "tcp", t.hostPort())
	if err != nil {
		return nil, seen, seen.failure(err)
	}
	seen.connected, seen.local = time.Since(start), raw.LocalAddr()
	conn := &bannerConn{Conn: raw}

	// ssh.ClientConfig.Timeout would cover the dial only, so the limit of the handshake
	// sits on the connection; the end of the context closes it.
	if err := conn.SetDeadline(time.Now().Add(t.ConnectTimeout)); err != nil {
		raw.Close()
		return nil, seen, seen.failure(fmt.Errorf("set deadline: %w", err))
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()

	// The library checks the key on a goroutine that may outlive a broken handshake.
	var offered atomic.Pointer[HostKey]
	sshConn, channels, requests, err := ssh.NewClientConn(conn, t.hostPort(), &ssh.ClientConfig{
		Config:            algorithms(),
		User:              t.User,
		Auth:              auth,
		HostKeyAlgorithms: hostKeys,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			k := hostKeyOf(key)
			offered.Store(&k)
			return accept(k)
		},
	})
	seen.banner, seen.first = conn.answer()
	if k := offered.Load(); k != nil {
		seen.offered = *k
	}
	if err != nil {
		raw.Close()
		if errors.Is(err, net.ErrClosed) && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, seen, seen.failure(err)
	}
	client := ssh.NewClient(sshConn, channels, requests)
	if !stop() { // cancelled just now: the connection is closed already
		client.Close()
		return nil, seen, seen.failure(context.Cause(ctx))
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		client.Close()
		return nil, seen, seen.failure(fmt.Errorf("clear deadline: %w", err))
	}
	return client, seen, nil
}

// algorithms adds what the library no longer offers on its own, after all that it
// does: a guest made years ago (CirrOS 0.3: dropbear 2012) speaks SHA-1 only, and it
// must be found unchanged, not judged.
func algorithms() ssh.Config {
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return ssh.Config{
		KeyExchanges: append(good.KeyExchanges, old.KeyExchanges...),
		Ciphers:      append(good.Ciphers, old.Ciphers...),
		MACs:         append(good.MACs, old.MACs...),
	}
}

// bannerConn keeps the first bytes that the server sends, so that a failure can tell
// what is listening there.
type bannerConn struct {
	net.Conn
	mu    sync.Mutex
	first []byte
}

// maxBanner is the longest identification line of RFC 4253, section 4.2.
const maxBanner = 255

func (c *bannerConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := maxBanner - len(c.first); room > 0 {
		c.first = append(c.first, p[:min(n, room)]...)
	}
	return n, err
}

// answer is the SSH identification line, empty until it is complete (other lines may
// come before it), and all that came first.
func (c *bannerConn) answer() (banner, first string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for line := range bytes.Lines(c.first) {
		if bytes.HasPrefix(line, []byte("SSH-")) && bytes.HasSuffix(line, []byte("\n")) {
			banner = oneLine(string(line))
			break
		}
	}
	return banner, oneLine(string(c.first))
}
