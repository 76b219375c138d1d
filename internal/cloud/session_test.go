package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gophercloud/gophercloud/v2"
)

func TestNothingIsSentBeforeTheFirstClient(t *testing.T) {
	k := newKeystone(t)
	conn, _ := k.connect(t, Options{})
	s := conn.Session(demo)
	_ = s.Anonymous()
	if s.Connection() != conn || k.requests() != 0 {
		t.Fatalf("%d requests", k.requests())
	}
	client, err := s.Client(t.Context(), swift)
	if err != nil {
		t.Fatal(err)
	}
	if client.Endpoint != k.URL+"/s/" || client.Type != "object-store" || k.requests() != 1 {
		t.Errorf("endpoint %s, type %s, %d requests", client.Endpoint, client.Type, k.requests())
	}
	token, err := s.Token(t.Context())
	if err != nil || k.requests() != 1 {
		t.Fatalf("%v, %d requests", err, k.requests())
	}
	want := &Token{
		Expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), UserID: "u1", UserName: "demo",
		ProjectID: "p1", ProjectName: "pro", ProjectDomainID: "d1", ProjectDomainName: "Dom", Roles: []string{"Member"}, Catalog: token.Catalog,
	}
	if diff := cmp.Diff(want, token); diff != "" || len(token.Catalog) != 1 {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	if !token.HasRole("member") || !token.HasRole("Member") || token.HasRole("admin") {
		t.Error("roles are compared without regard to case")
	}
	_, err = s.Client(t.Context(), Service{Type: "compute"})
	var missing *EndpointNotFoundError
	if !errors.As(err, &missing) {
		t.Errorf("a client of a service that is not there: %v", err)
	}
}

func TestOneTokenForAllGoroutines(t *testing.T) {
	for name, refuse := range map[string]int{"issued": 0, "refused": 401} {
		t.Run(name, func(t *testing.T) {
			k := newKeystone(t)
			k.refuse, k.hold = refuse, make(chan struct{})
			conn, _ := k.connect(t, Options{})
			s := conn.Session(demo)
			const callers = 20
			var group, started sync.WaitGroup
			started.Add(callers)
			errs := make([]error, callers)
			for i := range callers {
				group.Go(func() {
					started.Done()
					_, errs[i] = s.Token(t.Context())
				})
			}
			started.Wait()
			for k.requests() == 0 {
				<-time.After(time.Millisecond)
			}
			<-time.After(20 * time.Millisecond) // let the others come to wait
			close(k.hold)
			group.Wait()
			// A caller that is so late that it missed a refusal asks again, as it should.
			if n := k.requests(); n != 1 && (refuse == 0 || n > callers/2) {
				t.Errorf("%d requests for %d callers", n, callers)
			}
			for _, err := range errs {
				var refused *AuthError
				if refuse == 0 && err != nil || refuse != 0 && !errors.As(err, &refused) {
					t.Errorf("error %v", err)
				}
			}
		})
	}
}

// TestLateComersTakeTheNewToken: between looking for a token and asking for one somebody else may have got it.
func TestLateComersTakeTheNewToken(t *testing.T) {
	k := newKeystone(t)
	conn, _ := k.connect(t, Options{})
	s := conn.Session(demo)
	first, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.newer(t.Context(), nil); err != nil || got != first || k.requests() != 1 {
		t.Errorf("another than none: %v, %d requests", err, k.requests())
	}
	if got, err := s.newer(t.Context(), first); err != nil || got == first || k.requests() != 2 || s.current() != got {
		t.Errorf("another than the first: %v, %d requests", err, k.requests())
	}
}

// TestAskingGoesOnWithoutTheFirst: who asks first may give up; the others wait for the same answer.
func TestAskingGoesOnWithoutTheFirst(t *testing.T) {
	k := newKeystone(t)
	k.hold = make(chan struct{})
	conn, _ := k.connect(t, Options{})
	s := conn.Session(demo)
	because := errors.New("the test's time is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { _, err := s.Token(ctx); first <- err }()
	for k.requests() == 0 {
		<-time.After(time.Millisecond)
	}
	go func() { _, err := s.Token(t.Context()); second <- err }()
	cancel(because)
	if err := <-first; !errors.Is(err, because) || !strings.HasPrefix(err.Error(), "authenticate demo at ") {
		t.Errorf("the first: %v", err)
	}
	close(k.hold)
	if err := <-second; err != nil || k.requests() != 1 {
		t.Errorf("the second: %v, %d requests", err, k.requests())
	}
}

// TestNewTokenAfter401: the request is sent again once, with the new token and its whole body.
func TestNewTokenAfter401(t *testing.T) {
	k := newKeystone(t)
	var mu sync.Mutex
	seen := []string{}
	// The first token is revoked; the service answers before it has read the body.
	k.service = func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("X-Auth-Token")
		if token == "token-number-1" {
			mu.Lock()
			seen = append(seen, token)
			mu.Unlock()
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		seen = append(seen, fmt.Sprintf("%s %d bytes of %d, %v", token, len(body), r.ContentLength, err))
		mu.Unlock()
		w.WriteHeader(http.StatusCreated)
	}
	var seenBy exchanges
	conn, _ := k.connect(t, Options{Observer: &seenBy})
	client, err := conn.Session(demo).Client(t.Context(), swift)
	if err != nil {
		t.Fatal(err)
	}
	for i, content := range [][]byte{[]byte("testtesttesttes"), bytes.Repeat([]byte("0123456789abcdef"), 1<<18)} {
		seen = nil
		if i > 0 {
			client.SetToken("token-number-1")
		}
		_, err = client.Put(t.Context(), client.ServiceURL("c", "o"), bytes.NewReader(content), nil, &gophercloud.RequestOpts{
			MoreHeaders: map[string]string{"Content-Type": "text/plain"},
		})
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		want := []string{"token-number-1", fmt.Sprintf("token-number-%d %d bytes of %d, <nil>", i+2, len(content), len(content))}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		mu.Unlock()
	}
	if k.requests() != 3 {
		t.Errorf("%d requests for a token, want 3", k.requests())
	}
	for _, e := range seenBy.all() {
		if e.Method == "POST" && strings.Contains(fmt.Sprint(e.RequestHeader), "X-Auth-Token") {
			t.Error("the old token went along with the request for a new one")
		}
	}
}

func TestSecond401IsFinal(t *testing.T) {
	k := newKeystone(t)
	calls := 0
	k.service = func(w http.ResponseWriter, _ *http.Request) { calls++; w.WriteHeader(http.StatusUnauthorized) }
	conn, _ := k.connect(t, Options{})
	client, err := conn.Session(demo).Client(t.Context(), swift)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Get(t.Context(), client.ServiceURL("c"), nil, nil)
	if !gophercloud.ResponseCodeIs(err, 401) || calls != 2 || k.requests() != 2 {
		t.Errorf("%d calls, %d tokens: %v", calls, k.requests(), err)
	}
	// A refused renewal tells of both.
	k.refuse = 403
	_, err = client.Get(t.Context(), client.ServiceURL("c"), nil, nil)
	var renewal *gophercloud.ErrUnableToReauthenticate
	var refused *AuthError
	if !errors.As(err, &renewal) || !errors.As(renewal.ErrReauth, &refused) || calls != 3 {
		t.Errorf("%d calls: %v", calls, err)
	}
}

// TestOneNewTokenForAllGoroutines: many requests meet the 401 at once.
func TestOneNewTokenForAllGoroutines(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Auth-Token") == "token-number-1" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	conn, _ := k.connect(t, Options{})
	client, err := conn.Session(demo).Client(t.Context(), swift)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := client.Get(t.Context(), client.ServiceURL("c"), nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if k.requests() != 2 {
		t.Errorf("%d tokens, want 2", k.requests())
	}
}

func TestAnonymousSendsNoToken(t *testing.T) {
	k := newKeystone(t)
	token := "none yet"
	k.service = func(w http.ResponseWriter, r *http.Request) { token = r.Header.Get("X-Auth-Token") }
	conn, _ := k.connect(t, Options{})
	s := conn.Session(demo)
	if _, err := s.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Anonymous().Request(t.Context(), "GET", k.URL+"/s/info", &gophercloud.RequestOpts{}); err != nil || token != "" {
		t.Errorf("token %q, error %v", token, err)
	}
}

func TestAuthRequests(t *testing.T) {
	for _, tc := range []struct {
		name string
		auth Auth
		want string
	}{
		{"names", demo, `{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"name": "Default"}, "password": "s3cret-password"}}}, "scope": {"project": {"name": "pro", "domain": {"name": "Dom"}}}}}`},
		{"ids win over names", Auth{Username: "demo", UserID: "u1", UserDomainID: "d", UserDomainName: "D", Password: "x", ProjectID: "p1", ProjectName: "pro", ProjectDomainName: "Dom"},
			`{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "u1", "password": "x"}}}, "scope": {"project": {"id": "p1"}}}}`},
		{"a domain's id wins over its name", Auth{Username: "demo", UserDomainID: "d", UserDomainName: "D", Password: "x", DomainID: "e", DomainName: "E"},
			`{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "d"}, "password": "x"}}}, "scope": {"domain": {"id": "e"}}}}`},
		{"the system", Auth{Username: "demo", UserDomainID: "d", Password: "x", System: true},
			`{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "d"}, "password": "x"}}}, "scope": {"system": {"all": true}}}}`},
		{"no scope", Auth{UserID: "u1", Password: "x"}, `{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "u1", "password": "x"}}}}}`},
		{"an application credential has its scope", Auth{ApplicationCredentialID: "a", ApplicationCredentialSecret: "x", ProjectName: "pro"},
			`{"auth": {"identity": {"methods": ["application_credential"], "application_credential": {"id": "a", "secret": "x"}}}}`},
		{"an application credential by name", Auth{Username: "demo", UserDomainName: "D", ApplicationCredentialName: "a", ApplicationCredentialSecret: "x"},
			`{"auth": {"identity": {"methods": ["application_credential"], "application_credential": {"name": "a", "secret": "x", "user": {"name": "demo", "domain": {"name": "D"}}}}}}`},
		{"a token for another project", Auth{Token: "given", ProjectID: "p2"}, `{"auth": {"identity": {"methods": ["token"], "token": {"id": "given"}}, "scope": {"project": {"id": "p2"}}}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := newKeystone(t)
			conn, _ := k.connect(t, Options{})
			if _, err := conn.Session(tc.auth).Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal([]byte(k.asked[0]), &got), json.Unmarshal([]byte(tc.want), &want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthErrors(t *testing.T) {
	for status, want := range map[int]string{
		401: "authentication of demo at URL/v3 was refused (401 Unauthorized): check user name, password, project and domains",
		404: "there is no Identity v3 service at URL/v3 (404 Not Found): check the URL, which usually ends with /v3",
		503: "authenticate demo at URL/v3: Expected HTTP response code [201 202] when accessing [POST URL/v3/auth/tokens], but got 503 instead",
	} {
		k := newKeystone(t)
		k.refuse = status
		conn, _ := k.connect(t, Options{})
		_, err := conn.Session(demo).Token(t.Context())
		if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), k.URL, "URL"), want) || !gophercloud.ResponseCodeIs(err, status) {
			t.Errorf("%d: %v\nwant %s", status, err, want)
		}
		if err != nil && strings.Contains(err.Error(), demo.Password) {
			t.Errorf("the password is in %v", err)
		}
	}
	for auth, want := range map[Auth]string{
		{UserID: "u1"}: "u1", {ApplicationCredentialName: "a"}: "a", {ApplicationCredentialID: "i"}: "i", {Token: "x"}: "the given token",
	} {
		if got := auth.who(); got != want {
			t.Errorf("%+v is called %s, want %s", auth, got, want)
		}
	}
}

// TestURLsAreShownWithoutTheirPassword: a URL may hold one, and errors name the URL.
func TestURLsAreShownWithoutTheirPassword(t *testing.T) {
	for _, status := range []int{200, 401, 403, 404, 503} {
		k := newKeystone(t)
		k.refuse = status
		secrets := NewSecrets()
		conn, err := Connect(Options{AuthURL: strings.Replace(k.URL, "://", "://someone:geheim@", 1) + "/v3", Secrets: secrets})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		_, err = conn.Session(demo).Token(t.Context())
		if err == nil || strings.Contains(secrets.Clean(err.Error()), "geheim") || status != 403 && status != 503 && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%d: %v", status, err)
		}
	}
	for in, want := range map[string]string{"http://u:p@h/x": "http://h/x", "http://h/x": "http://h/x", ":": ":"} {
		if got := ShownURL(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestAnswersThatAreNoToken(t *testing.T) {
	token := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Subject-Token", "x")
			w.WriteHeader(201)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"no header", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			_, _ = io.WriteString(w, `{"token": {}}`)
		}, "without the header X-Subject-Token"},
		{"nothing", token(""), "with an empty body"},
		{"HTML", token("<html>"), "with what is no JSON (invalid character '<' looking for beginning of value)"},
		{"half", token(`{"token": {"user"`), "with JSON that ends too early"},
		{"a list", token("[]"), "with JSON that is no token"},
		{"another kind of token", token(`{"token": []}`), "with JSON that is no token"},
		{"another kind of catalog", token(`{"token": {"catalog": {"compute": []}}}`), "with JSON that is no token"},
		{"a dashboard", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<html>Login")
		}, "200 OK with text/html"},
		{"versions", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(300)
		}, "300 Multiple Choices with application/json"},
		{"files alone", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusMethodNotAllowed) }, "405 Method Not Allowed with text/plain"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := newKeystone(t)
			k.service = tc.answer
			conn, err := Connect(Options{AuthURL: k.URL + "/s/v3"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(conn.Close)
			want := "cannot authenticate demo: POST " + k.URL + "/s/v3/auth/tokens answered " + tc.want + ", as no Identity v3 service does; check the URL"
			if token, err := conn.Session(demo).Token(t.Context()); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("token %v\nerror %v\n want %s", token, err, want)
			}
		})
	}
}
