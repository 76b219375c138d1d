// Package cloud talks to one OpenStack cloud: sessions that ask for a token at their first request, service clients whose
// endpoints are chosen from the catalog as Tempest chooses them, retries, and a record of every exchange.
package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options of a Connection.
type Options struct {
	AuthURL string // Identity v3 URL, e.g. http://controller/identity/v3

	Insecure  bool   // accept any certificate
	CACert    string // file of CA certificates; "" means the system's
	Cert, Key string // client certificate and its key
	// CASetting and CertSetting name what CACert and Cert come from, for messages; "" means that nobody needs to know.
	CASetting, CertSetting string

	Timeout  time.Duration // of each socket operation, as Tempest's http_timeout; 0 means 60 s
	ProxyURL string        // "" means none: Tempest ignores the proxy variables of the environment

	Observer Observer // sees every exchange; may be nil
	Secrets  *Secrets // learns tokens and passwords; may be nil

	Notes []string // what was assumed to come to these options, a sentence each

	// Wrap, when set, wraps the transport below retries and logging.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Connection is the way to one cloud, shared by all sessions on it.
type Connection struct {
	AuthURL   string
	client    *http.Client
	transport *http.Transport
	secrets   *Secrets
	notes     notes

	mu       sync.Mutex
	sessions map[Auth]*Session
}

// Connect checks o and prepares a connection. Nothing is sent.
func Connect(o Options) (*Connection, error) {
	u, err := url.Parse(o.AuthURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is no URL of an Identity service; expected something like https://controller:5000/v3", o.AuthURL)
	}
	transport, err := newTransport(o)
	if err != nil {
		return nil, err
	}
	var rt http.RoundTripper = transport
	if o.Wrap != nil {
		rt = o.Wrap(rt)
	}
	secrets := o.Secrets
	if secrets == nil {
		secrets = NewSecrets()
	}
	if u.User != nil {
		password, _ := u.User.Password()
		secrets.Add(password)
	}
	rt = &observed{next: rt, observer: o.Observer, secrets: secrets}
	c := &Connection{
		AuthURL:   o.AuthURL,
		client:    &http.Client{Transport: &retrying{next: rt}, CheckRedirect: atMostFiveRedirects},
		transport: transport,
		secrets:   secrets,
	}
	for _, note := range o.Notes {
		c.notes.add(note)
	}
	return c, nil
}

// Close closes idle connections.
func (c *Connection) Close() { c.transport.CloseIdleConnections() }

// Notes returns what was assumed while choosing endpoints, each sentence once.
func (c *Connection) Notes() []string { return c.notes.all() }

func newTransport(o Options) (*http.Transport, error) {
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = 60 * time.Second
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Insecure} //nolint:gosec // the operator's choice
	// Tempest 17 and later: with verification off the CA file is not looked at.
	if o.CACert != "" && !o.Insecure {
		var err error
		read := readCAs
		if info, statErr := os.Stat(o.CACert); statErr == nil && info.IsDir() && o.CASetting != caSetting {
			read = readCADirectory
		}
		if conf.RootCAs, err = read(o.CACert); err != nil {
			return nil, &ConfigurationError{Text: fmt.Sprintf("read the CA certificates%s: %v", of(o.CASetting), err), Option: o.caOption(), Err: err}
		}
	}
	if o.Cert != "" {
		key := o.Key
		if key == "" {
			key = o.Cert
		}
		pair, err := tls.LoadX509KeyPair(o.Cert, key)
		if err != nil {
			return nil, fmt.Errorf("read the client certificate %s%s: %w", o.Cert, of(o.CertSetting), err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	dialer := &net.Dialer{Timeout: timeout}
	t := &http.Transport{
		TLSClientConfig:       conf,
		TLSHandshakeTimeout:   timeout,
		ResponseHeaderTimeout: timeout,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       30 * time.Second,
		DisableCompression:    true, // stored bytes are compared as they were sent
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &deadlineConn{Conn: conn, timeout: timeout}, nil
		},
	}
	if o.ProxyURL != "" {
		proxy, err := url.Parse(o.ProxyURL)
		if err != nil || proxy.Host == "" || (proxy.Scheme != "http" && proxy.Scheme != "https") {
			return nil, &ConfigurationError{Option: "service-clients.proxy_url", Text: "[service-clients] proxy_url is no URL of a proxy; expected something like http://proxy:3128"}
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	return t, nil
}

func readCAs(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", path)
	}
	return pool, nil
}

// readCADirectory reads the certificates in a directory, which openstacksdk's HTTP library takes for cacert as well; Tempest
// takes a file alone.
func readCADirectory(path string) (*x509.CertPool, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	pool, found := x509.NewCertPool(), false
	for _, e := range entries {
		if pem, err := os.ReadFile(filepath.Join(path, e.Name())); err == nil && pool.AppendCertsFromPEM(pem) {
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("no file in %s holds a certificate in PEM form", path)
	}
	return pool, nil
}

// caOption is the option of tempest.conf that names the CA file, if one does.
func (o *Options) caOption() string {
	if o.CASetting != caSetting {
		return ""
	}
	return "identity.ca_certificates_file"
}

const caSetting = "[identity] ca_certificates_file"

func of(setting string) string {
	if setting == "" {
		return ""
	}
	return " of " + setting
}

// deadlineConn gives each read and write its own deadline, so that a service that stops in the middle of a body is noticed.
// A write gives more time to the read as well: net/http begins to read the answer before it has sent the request, on an
// idle connection long before.
type deadlineConn struct {
	net.Conn
	timeout time.Duration
}

func (c *deadlineConn) Read(p []byte) (int, error) {
	// On a connection that is broken this fails too; the operation itself then tells why.
	_ = c.SetReadDeadline(time.Now().Add(c.timeout))
	return c.Conn.Read(p)
}

func (c *deadlineConn) Write(p []byte) (int, error) {
	_ = c.SetDeadline(time.Now().Add(c.timeout))
	return c.Conn.Write(p)
}

// atMostFiveRedirects is Tempest's limit.
func atMostFiveRedirects(next *http.Request, via []*http.Request) error {
	if len(via) > 5 {
		return fmt.Errorf("stopped after 5 redirects: %s led to %s and on to %s", safeURL(via[0].URL), safeURL(via[len(via)-1].URL), safeURL(next.URL))
	}
	return nil
}
