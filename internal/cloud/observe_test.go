package cloud

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// only returns the one exchange that was seen.
func (x *exchanges) only(t *testing.T) Exchange {
	t.Helper()
	list := x.all()
	if len(list) != 1 {
		t.Fatalf("%d exchanges were seen: %+v", len(list), list)
	}
	return list[0]
}

func TestExchange(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("X-Account-Meta-Temp-Url-Key", "k")
		w.Header().Set("Set-Cookie", "session=1")
		w.Header().Set("X-Trans-Id", "tx1")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"server": {"id": "i", "adminPass": "fresh"}, "echo": "s3cret-password"}`)
	}
	var seen exchanges
	secrets := NewSecrets()
	conn, _ := k.connect(t, Options{Observer: &seen, Secrets: secrets})
	conn.Session(demo)
	ctx := WithCaller(t.Context(), "VerifyX:test_y")
	req, err := http.NewRequestWithContext(ctx, "POST", k.URL+"/s/x?temp_url_sig=abc&a=1&q=s3cret-password", strings.NewReader(`{"user": {"password": "new"}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Auth-Token", "gAAAA-a-token")
	resp, err := conn.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(seen.all()); n != 0 {
		t.Errorf("%d exchanges were told before the body was read", n)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body.Close()
	if !strings.Contains(string(body), `"adminPass": "fresh"`) {
		t.Errorf("the caller reads %s", body)
	}

	e := seen.only(t)
	if e.Start.IsZero() || e.Duration <= 0 {
		t.Errorf("start %v, duration %v", e.Start, e.Duration)
	}
	delete(e.ResponseHeader, "Date")
	want := Exchange{
		Caller: "VerifyX:test_y", Method: "POST", URL: k.URL + "/s/x?a=1&q=***&temp_url_sig=%2A%2A%2A", Status: 202,
		Start: e.Start, Duration: e.Duration, Attempt: 1,
		RequestHeader: http.Header{"Content-Type": {"application/json"}, "X-Auth-Token": {"<omitted>"}},
		RequestBody:   `{"user": {"password": "***"}}`,
		ResponseHeader: http.Header{
			"Content-Type": {"application/json; charset=utf-8"}, "Content-Length": {fmt.Sprint(len(body))},
			"X-Account-Meta-Temp-Url-Key": {"<omitted>"}, "Set-Cookie": {"<omitted>"}, "X-Trans-Id": {"tx1"},
		},
		ResponseBody: `{"server": {"id": "i", "adminPass": "***"}, "echo": "***"}`,
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("exchange (-want +got):\n%s", diff)
	}
	if got := secrets.Clean("gAAAA-a-token"); got != Masked {
		t.Errorf("the token that was sent is not known: %s", got)
	}
}

// TestTokensAreLearnt: a token is masked wherever it turns up after it was issued, with and without an observer.
func TestTokensAreLearnt(t *testing.T) {
	for name, observer := range map[string]Observer{"observed": &exchanges{}, "unobserved": nil} {
		t.Run(name, func(t *testing.T) {
			k := newKeystone(t)
			secrets := NewSecrets()
			conn, _ := k.connect(t, Options{Secrets: secrets, Observer: observer})
			if _, err := conn.Session(demo).Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := secrets.Clean("token-number-1 s3cret-password"); got != "*** ***" {
				t.Errorf("not masked: %s", got)
			}
			if x, ok := observer.(*exchanges); ok {
				e := x.only(t)
				if text := fmt.Sprintf("%+v", e); strings.Contains(text, "token-number-1") || strings.Contains(text, "s3cret-password") {
					t.Errorf("the exchange tells a secret: %s", text)
				}
				if e.RequestBody == "" || e.ResponseBody == "" {
					t.Errorf("bodies %q, %q", e.RequestBody, e.ResponseBody)
				}
			}
		})
	}
}

func TestWhichBodiesAreKept(t *testing.T) {
	long := strings.Repeat("é", BodyLimit)
	for _, tc := range []struct {
		name, method, contentType, body string
		kept                            string
	}{
		{"JSON", "GET", "application/json", `{"a": 1}`, `{"a": 1}`},
		{"a kind of JSON", "GET", "application/vnd.x+json", `{}`, `{}`},
		{"text", "GET", "text/plain; charset=utf-8", "container\n", "container\n"},
		{"a page", "GET", "text/html", "<html>", "<html>"},
		{"XML", "GET", "application/xml", "<a/>", "<a/>"},
		{"an object", "GET", "application/octet-stream", "bytes", ""},
		{"no type", "GET", "", "?", ""},
		{"an empty text", "GET", "text/plain", "", ""},
		{"the answer to HEAD", "HEAD", "text/plain", "x", ""},
		{"more than the limit", "GET", "text/plain", long, long[:BodyLimit]},
		{"more than the limit, cut within a character", "GET", "text/plain", "x" + long, ("x" + long)[:BodyLimit-1] + "\uFFFD"},
		{"no UTF-8", "GET", "text/plain", "caf\xe9", "caf\uFFFD"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := newKeystone(t)
			k.service = func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = nil
				if tc.contentType != "" {
					w.Header().Set("Content-Type", tc.contentType)
				}
				_, _ = io.WriteString(w, tc.body)
			}
			var seen exchanges
			conn, _ := k.connect(t, Options{Observer: &seen})
			_, got, err := send(t, conn, t.Context(), tc.method, k.URL+"/s/x", "", nil)
			if err != nil || tc.method != "HEAD" && got != tc.body {
				t.Fatalf("the caller reads %.40q, %v", got, err)
			}
			if e := seen.only(t); e.ResponseBody != tc.kept || !utf8.ValidString(e.ResponseBody) {
				t.Errorf("kept %d bytes %.40q, want %d", len(e.ResponseBody), e.ResponseBody, len(tc.kept))
			}

			// The same for what is sent.
			if tc.method == "HEAD" {
				return
			}
			seen.list = nil
			k.service = func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != tc.body || r.ContentLength != int64(len(tc.body)) {
					t.Errorf("the service reads %d bytes of %d, %v", len(body), r.ContentLength, err)
				}
			}
			if _, _, err := send(t, conn, t.Context(), "PUT", k.URL+"/s/x", tc.contentType, strings.NewReader(tc.body)); err != nil {
				t.Fatal(err)
			}
			if e := seen.only(t); e.RequestBody != tc.kept {
				t.Errorf("kept %d sent bytes %.40q, want %d", len(e.RequestBody), e.RequestBody, len(tc.kept))
			}
		})
	}
}

func TestExchangeWithoutAnAnswer(t *testing.T) {
	k := newKeystone(t)
	k.service = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	var seen exchanges
	conn, _ := k.connect(t, Options{Observer: &seen})
	if _, _, err := send(t, conn, t.Context(), "GET", k.URL+"/s/x", "", nil); err == nil {
		t.Fatal("no error")
	}
	if e := seen.only(t); e.Status != 0 || e.Err != "the connection was broken before the whole answer had arrived" || e.URL != k.URL+"/s/x" {
		t.Errorf("%+v", e)
	}
}

// TestExchangeWithHalfAnAnswer: the service stops in the middle of a body. Whoever reads learns of which request.
func TestExchangeWithHalfAnAnswer(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	var seen exchanges
	conn, _ := k.connect(t, Options{Observer: &seen})
	_, got, err := send(t, conn, t.Context(), "GET", k.URL+"/s/x", "", nil)
	if got != "half" || !IsConnection(err) || Explain(err) != "GET "+k.URL+"/s/x: the connection was broken before the whole answer had arrived" {
		t.Errorf("read %q, %v", got, err)
	}
	if e := seen.only(t); e.Status != 200 || e.ResponseBody != "half" || e.Err != "the connection was broken before the whole answer had arrived" {
		t.Errorf("%+v", e)
	}
}

// TestEarlyAnswer: the service answers before it has read what is sent to it, which the transport may still be reading.
func TestEarlyAnswer(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) }
	var seen exchanges
	conn, _ := k.connect(t, Options{Observer: &seen})
	resp, _, err := send(t, conn, t.Context(), "PUT", k.URL+"/s/x", "text/plain", strings.NewReader(strings.Repeat("x", 200<<10)))
	if err != nil || resp.StatusCode != http.StatusConflict {
		t.Fatalf("%v", err)
	}
	if e := seen.only(t); e.Status != http.StatusConflict || !strings.HasPrefix(e.RequestBody+"x", "x") {
		t.Errorf("status %d, sent %.20q", e.Status, e.RequestBody)
	}
}

func TestCallerOf(t *testing.T) {
	if got := callerOf(context.Background()); got != "" {
		t.Errorf("caller %q", got)
	}
}

// TestExchangeOnADeadConnection: net/http itself sends a request again when a kept connection turns out to be dead. That is seen.
func TestExchangeOnADeadConnection(t *testing.T) {
	var n atomic.Int64
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, "ok")
	}
	var seen exchanges
	conn, _ := k.connect(t, Options{Observer: &seen})
	for range 2 {
		req, err := http.NewRequestWithContext(WithCaller(t.Context(), "VerifyX:test_y"), http.MethodGet, k.URL+"/s/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := conn.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	var got []string
	for _, e := range seen.all() {
		got = append(got, fmt.Sprintf("%s %s %d %s", e.Caller, e.Method, e.Status, e.Err))
	}
	want := []string{
		"VerifyX:test_y GET 200 ",
		"VerifyX:test_y GET 0 the service had closed the connection that was kept open, or closed it then; it is sent again",
		"VerifyX:test_y GET 200 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
