package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// quiet is the log of a server that is meant to meet errors.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestConnectRefusesBadOptions(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	const good = "http://controller/identity/v3"
	for _, tc := range []struct {
		name string
		o    Options
		want string
	}{
		{"no URL", Options{}, `"" is no URL of an Identity service; expected something like https://controller:5000/v3`},
		{"a host alone", Options{AuthURL: "controller:5000"}, "is no URL of an Identity service"},
		{"another scheme", Options{AuthURL: "ftp://controller/v3"}, "is no URL of an Identity service"},
		{"a control character", Options{AuthURL: "http://a\x00b/"}, "is no URL of an Identity service"},
		{"no CA file", Options{AuthURL: good, CACert: empty + ".missing"}, "read the CA certificates: open "},
		{"the CA file of an option", Options{AuthURL: good, CACert: empty + ".missing", CASetting: "[identity] ca_certificates_file"}, "read the CA certificates of [identity] ca_certificates_file: open "},
		{"the CA file of a cloud", Options{AuthURL: good, CACert: empty, CASetting: `cacert of cloud "c"`}, `of cacert of cloud "c": ` + empty + " holds no certificate"},
		{"a CA directory for an option", Options{AuthURL: good, CACert: filepath.Dir(empty), CASetting: "[identity] ca_certificates_file"}, "is a directory"},
		{"a CA directory without certificates", Options{AuthURL: good, CACert: filepath.Dir(empty), CASetting: `cacert of cloud "c"`}, "no file in " + filepath.Dir(empty) + " holds a certificate"},
		{"the client certificate of a cloud", Options{AuthURL: good, Cert: empty, CertSetting: `cloud "c"`}, empty + ` of cloud "c"`},
		{"a CA file without a certificate", Options{AuthURL: good, CACert: empty}, empty + " holds no certificate in PEM form"},
		{"no client certificate", Options{AuthURL: good, Cert: empty}, "read the client certificate " + empty},
		{"a proxy without a scheme", Options{AuthURL: good, ProxyURL: "proxy:3128"}, "[service-clients] proxy_url is no URL of a proxy; expected something like http://proxy:3128"},
		{"a proxy that is no URL", Options{AuthURL: good, ProxyURL: "http://user:secret@a b/"}, "[service-clients] proxy_url is no URL of a proxy"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Connect(tc.o)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v\nwant %s", err, tc.want)
			}
		})
	}
}

// TestProxyVariablesAreIgnored: Tempest ignores them, and gate jobs export them.
func TestProxyVariablesAreIgnored(t *testing.T) {
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://proxy.invalid:3128")
	}
	conn, err := Connect(Options{AuthURL: "http://cloud.invalid/v3"})
	if err != nil {
		t.Fatal(err)
	}
	var dialled []string
	conn.transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		return nil, errors.New("not in a test")
	}
	for _, address := range []string{"http://cloud.invalid/v3", "https://cloud.invalid/v3"} {
		if _, _, err := send(t, conn, t.Context(), "GET", address, "", nil); err == nil {
			t.Error("an answer from nowhere")
		}
	}
	if got := strings.Join(dialled, " "); got != "cloud.invalid:80 cloud.invalid:443" {
		t.Errorf("dialled %s", got)
	}
}

func TestProxyOfTheConfiguration(t *testing.T) {
	var asked string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r.URL.String() }))
	t.Cleanup(proxy.Close)
	conn, err := Connect(Options{AuthURL: "http://cloud.invalid/v3", ProxyURL: proxy.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if _, _, err := send(t, conn, t.Context(), "GET", "http://cloud.invalid/v3", "", nil); err != nil || asked != "http://cloud.invalid/v3" {
		t.Errorf("the proxy was asked for %q: %v", asked, err)
	}
}

// TestTimeoutIsThatOfEachOperation: a service may take its time as long as something comes, and must not fall silent.
func TestTimeoutIsThatOfEachOperation(t *testing.T) {
	const timeout = 700 * time.Millisecond
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		flush := http.NewResponseController(w).Flush
		switch r.URL.Path {
		case "/steady":
			for range 5 {
				<-time.After(timeout / 4)
				_, _ = io.WriteString(w, ".")
				_ = flush()
			}
		case "/stops":
			_, _ = io.WriteString(w, "half")
			_ = flush()
			<-released
		case "/late":
			<-time.After(timeout * 6 / 10)
			_, _ = io.WriteString(w, "late")
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(released) })
	connect := func(t *testing.T) *Connection {
		conn, err := Connect(Options{AuthURL: server.URL, Timeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
	t.Run("in parallel", func(t *testing.T) {
		t.Run("a steady answer may be long", func(t *testing.T) {
			t.Parallel()
			if _, got, err := send(t, connect(t), t.Context(), "GET", server.URL+"/steady", "", nil); err != nil || got != "....." {
				t.Errorf("%q, %v", got, err)
			}
		})
		t.Run("an answer that stops is noticed", func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, got, err := send(t, connect(t), t.Context(), "GET", server.URL+"/stops", "", nil)
			if got != "half" || !IsTimeout(err) || Explain(err) != "GET "+server.URL+"/stops: no answer in time" {
				t.Errorf("%q, %v", got, err)
			}
			if took := time.Since(start); took < timeout || took > 20*timeout {
				t.Errorf("it took %v", took)
			}
		})
		t.Run("time on an idle connection does not count", func(t *testing.T) {
			t.Parallel()
			conn := connect(t)
			if _, _, err := send(t, conn, t.Context(), "GET", server.URL+"/", "", nil); err != nil {
				t.Fatal(err)
			}
			<-time.After(timeout * 6 / 10)
			// No GET: net/http itself would send it again.
			if _, got, err := send(t, conn, t.Context(), "POST", server.URL+"/late", "", strings.NewReader("x")); err != nil || got != "late" {
				t.Errorf("%q, %v", got, err)
			}
		})
	})
}

func TestRedirects(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, r *http.Request) {
		var left int
		_, _ = fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/s/"), &left)
		if left > 0 {
			http.Redirect(w, r, fmt.Sprintf("/s/%d", left-1), http.StatusFound)
		}
	}
	conn, _ := k.connect(t, Options{})
	if _, _, err := send(t, conn, t.Context(), "GET", k.URL+"/s/5", "", nil); err != nil {
		t.Errorf("five redirects: %v", err)
	}
	if _, _, err := send(t, conn, t.Context(), "GET", k.URL+"/s/6", "", nil); err == nil || !strings.HasPrefix(Explain(err), "stopped after 5 redirects: "+k.URL+"/s/6 led to "+k.URL+"/s/1 and on to "+k.URL+"/s/0") {
		t.Errorf("six redirects: %v", err)
	}
}

func TestStoredBytesComeAsTheyAre(t *testing.T) {
	k := newKeystone(t)
	encoding := "?"
	k.service = func(w http.ResponseWriter, r *http.Request) {
		encoding = r.Header.Get("Accept-Encoding")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, "\x1f\x8b not really")
	}
	conn, _ := k.connect(t, Options{})
	if _, got, err := send(t, conn, t.Context(), "GET", k.URL+"/s/x", "", nil); err != nil || got != "\x1f\x8b not really" || encoding != "" {
		t.Errorf("%q with Accept-Encoding %q, %v", got, encoding, err)
	}
}

func TestCloseClosesIdleConnections(t *testing.T) {
	var open atomic.Int32
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	closed := make(chan struct{}, 1)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	wrapped := false
	conn, err := Connect(Options{AuthURL: server.URL, Wrap: func(rt http.RoundTripper) http.RoundTripper { wrapped = true; return rt }})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := send(t, conn, t.Context(), "GET", server.URL, "", nil); err != nil || open.Load() != 1 || !wrapped {
		t.Fatalf("%v, %d connections, wrapped %v", err, open.Load(), wrapped)
	}
	conn.Close()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Error("the connection stays open")
	}
}

func TestNotesAreToldOnce(t *testing.T) {
	k := newKeystone(t)
	conn, _ := k.connect(t, Options{})
	s := conn.Session(demo)
	for range 2 {
		if _, err := s.Client(t.Context(), Service{Type: "object-store", Interface: "admin", Region: "RegionOne"}); err != nil {
			t.Fatal(err)
		}
	}
	notes := conn.Notes()
	if len(notes) != 1 || !strings.Contains(notes[0], "has no admin endpoint") {
		t.Errorf("notes %q", notes)
	}
}
