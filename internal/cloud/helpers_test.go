package cloud

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// keystone is a cloud in one server: a Keystone that issues numbered tokens, and whatever a test answers below /s/.
type keystone struct {
	*httptest.Server
	service http.HandlerFunc

	mu     sync.Mutex
	issued int
	refuse int      // status of the next answers to a request for a token; 0 issues one
	asked  []string // bodies of these requests
	hold   chan struct{}
}

// A token's answer: its user has a member's role, its catalog names the server itself.
const tokenBody = `{"token": {"expires_at": "2030-01-02T03:04:05.000000Z", "methods": ["password"],
 "user": {"id": "u1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
 "project": {"id": "p1", "name": "pro", "domain": {"id": "d1", "name": "Dom"}},
 "roles": [{"id": "r1", "name": "Member"}],
 "catalog": [{"type": "object-store", "name": "swift", "endpoints": [{"interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": "%s/s"}]}]}}`

func newKeystone(t *testing.T) *keystone {
	t.Helper()
	k := &keystone{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v3/auth/tokens", k.tokens)
	mux.HandleFunc("/s/", func(w http.ResponseWriter, r *http.Request) { k.service(w, r) })
	k.Server = httptest.NewServer(mux)
	t.Cleanup(k.Close)
	return k
}

func (k *keystone) tokens(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	k.mu.Lock()
	k.asked = append(k.asked, string(body))
	refuse, hold := k.refuse, k.hold
	if refuse == 0 {
		k.issued++
	}
	token := fmt.Sprintf("token-number-%d", k.issued)
	k.mu.Unlock()
	if hold != nil {
		<-hold
	}
	w.Header().Set("Content-Type", "application/json")
	if refuse != 0 {
		w.WriteHeader(refuse)
		_, _ = io.WriteString(w, `{"error": {"message": "The request you have made requires authentication."}}`)
		return
	}
	w.Header().Set("X-Subject-Token", token)
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, tokenBody, k.URL)
}

func (k *keystone) requests() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.asked)
}

// connect opens a connection to the cloud whose pauses take no time; they are returned.
func (k *keystone) connect(t *testing.T, o Options) (*Connection, *[]time.Duration) {
	t.Helper()
	o.AuthURL = k.URL + "/v3"
	conn, err := Connect(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	var pauses []time.Duration
	conn.client.Transport.(*retrying).pause = func(ctx context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return ctx.Err()
	}
	return conn, &pauses
}

var demo = Auth{Username: "demo", UserDomainName: "Default", Password: "s3cret-password", ProjectName: "pro", ProjectDomainName: "Dom"}

var swift = Service{Type: "object-store", Interface: "public", Region: "RegionOne"}

// exchanges is an Observer that keeps all it is told.
type exchanges struct {
	mu   sync.Mutex
	list []Exchange
}

func (x *exchanges) Observe(_ context.Context, e *Exchange) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.list = append(x.list, *e)
}

func (x *exchanges) all() []Exchange {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]Exchange(nil), x.list...)
}

// send sends one request without any client around it, and reads the answer to its end.
func send(t *testing.T, conn *Connection, ctx context.Context, method, url, contentType string, body io.Reader) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := conn.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp, string(data), err
}
