package cloud

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// issue makes a certificate for 127.0.0.1 that signs itself, and returns its files.
func issue(t *testing.T, until time.Time) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", keyDER)
	if pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return pair, certFile, keyFile
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveTLS is a server that says "well"; set may change its TLS configuration.
func serveTLS(t *testing.T, pair tls.Certificate, set func(*tls.Config)) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well") }))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if set != nil {
		set(s.TLS)
	}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// rawServer is a server that does to each connection what a test says.
func rawServer(t *testing.T, serve func(c *net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c.(*net.TCPConn))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// get sends one request over a new connection and returns what is said of its failure; "" means an answer.
func get(t *testing.T, ctx context.Context, address string, o Options) string {
	t.Helper()
	o.AuthURL = address
	conn, err := Connect(o)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, _, err = send(t, conn, ctx, "GET", address, "", nil); err == nil {
		return ""
	}
	if !IsConnection(err) {
		t.Errorf("%v is about no connection", err)
	}
	text := Explain(fmt.Errorf("do something: %w", err))
	return strings.TrimPrefix(text, "GET "+address+": ")
}

func TestExplainTLS(t *testing.T) {
	valid, cert, key := issue(t, time.Now().Add(time.Hour))
	expired, expiredCert, _ := issue(t, time.Now().Add(-time.Hour))
	good := serveTLS(t, valid, nil)
	wantsCert := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	old := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12; wantsCert(c) }
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	noCA := filepath.Join(t.TempDir(), "missing.pem")
	caDir := t.TempDir()
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"ca.crt": pem, "README": []byte("no certificate")} {
		if err := os.WriteFile(filepath.Join(caDir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name, address string
		o             Options
		want          string
	}{
		{"a directory of CA certificates", good, Options{CACert: caDir, CASetting: `cacert of cloud "c"`}, ""},
		{"a good certificate", good, Options{CACert: cert}, ""},
		{"any certificate, whatever the CA file", good, Options{Insecure: true, CACert: noCA}, ""},
		{"an unknown authority", good, Options{}, "the certificate is signed by an authority that is not trusted here; name its CA with [identity] ca_certificates_file (or cacert in clouds.yaml)"},
		{"another host", strings.Replace(good, "127.0.0.1", "localhost", 1), Options{CACert: cert}, "the certificate is for another host: x509: certificate is not valid for any names, but wanted to match localhost"},
		{"expired", serveTLS(t, expired, nil), Options{CACert: expiredCert}, "the certificate is not valid: x509: certificate has expired or is not yet valid: current time "},
		{"a client's certificate is missing", serveTLS(t, valid, wantsCert), Options{CACert: cert}, "the service refused the TLS connection: tls: certificate required"},
		{"a client's certificate is missing, TLS 1.2", serveTLS(t, valid, old), Options{CACert: cert}, "the service refused the TLS connection: tls: "},
		{"a client's certificate", serveTLS(t, valid, wantsCert), Options{CACert: cert, Cert: cert, Key: key}, ""},
		{"plain HTTP behind an https URL", strings.Replace(plain.URL, "http:", "https:", 1), Options{CACert: cert}, "the service does not speak TLS at this address; the URL should probably begin with http://"},
		{"TLS behind an http URL", "http://" + rawServer(t, func(c *net.TCPConn) {
			_, _ = c.Read(make([]byte, 1024))
			_, _ = c.Write([]byte("\x15\x03\x01\x00\x02\x02\x46"))
		}), Options{}, "the service speaks TLS at this address; the URL should probably begin with https://"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := get(t, t.Context(), tc.address, tc.o); (got == "") != (tc.want == "") || !strings.HasPrefix(got, tc.want) {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestExplainConnections(t *testing.T) {
	closed := rawServer(t, func(*net.TCPConn) {})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	silent := make(chan struct{})
	t.Cleanup(func() { close(silent) })
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	told, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errors.New("the test did not end in time"))
	for _, tc := range []struct {
		name, address string
		ctx           context.Context
		o             Options
		want          string
	}{
		{"refused", "http://" + nobody, nil, Options{}, "connection refused: nothing listens at this address"},
		{"closed at once", "http://" + closed, nil, Options{}, "the connection was broken before the whole answer had arrived"},
		{"reset", "http://" + rawServer(t, func(c *net.TCPConn) {
			_, _ = c.Read(make([]byte, 1024))
			_ = c.SetLinger(0)
		}), nil, Options{}, "the connection was broken before the whole answer had arrived"},
		{"silent", "http://" + rawServer(t, func(*net.TCPConn) { <-silent }), nil, Options{Timeout: 50 * time.Millisecond}, "no answer in time"},
		{"no TLS handshake", "https://" + rawServer(t, func(*net.TCPConn) { <-silent }), nil, Options{Timeout: 50 * time.Millisecond}, "no answer in time"},
		{"interrupted", "http://" + closed, stopped, Options{}, "interrupted"},
		{"ended for a reason", "http://" + closed, told, Options{}, "the test did not end in time"},
		{"the proxy refuses", "http://cloud.invalid/v3", nil, Options{ProxyURL: "http://" + nobody}, "the proxy of [service-clients] proxy_url: connection refused: nothing listens at this address"},
		{"the proxy refuses TLS", "https://cloud.invalid/v3", nil, Options{ProxyURL: "http://" + nobody}, "the proxy of [service-clients] proxy_url: connection refused: nothing listens at this address"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx := tc.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			if got := get(t, ctx, tc.address, tc.o); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestExplainOtherErrors(t *testing.T) {
	request := func(err error) error {
		return &url.Error{Op: "Get", URL: "http://user:pass@cloud.test/v3?temp_url_sig=abc", Err: err}
	}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"no such host", request(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "cloud.test", IsNotFound: true}}), `the host name "cloud.test" cannot be resolved`},
		{"the resolver does not answer", request(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", Name: "cloud.test", IsTimeout: true}}), `the host name "cloud.test" cannot be resolved`},
		{"no route", request(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}), "there is no route to this address"},
		{"no network", request(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}), "there is no route to this address"},
		{"broken pipe", request(&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}), "the connection was broken before the whole answer had arrived"},
		{"a deadline", request(context.DeadlineExceeded), "no answer in time"},
		{"anything else", request(errors.New("unsupported protocol scheme")), "unsupported protocol scheme"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := "GET http://cloud.test/v3?temp_url_sig=%2A%2A%2A: " + tc.want
			if got := Explain(tc.err); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
	if got := Explain(errors.New("not about a request")); got != "not about a request" {
		t.Errorf("%s", got)
	}
	if IsConnection(errors.New("x")) || IsTimeout(errors.New("x")) || !IsTimeout(fmt.Errorf("x: %w", os.ErrDeadlineExceeded)) {
		t.Error("kinds of errors")
	}
}
