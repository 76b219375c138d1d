package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scripted answers each request with the next of some statuses; 0 and -1 break the connection. A status may carry a
// Retry-After, as in "429 3".
type scripted struct {
	answers []string

	mu     sync.Mutex
	bodies []string
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	answer := s.answers[min(len(s.bodies), len(s.answers))-1]
	s.mu.Unlock()
	var status int
	code, after, _ := strings.Cut(answer, " ")
	_, _ = fmt.Sscan(code, &status)
	switch status {
	case -1: // before anything was answered
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = c.Close()
		}
		return
	case 0:
		panic(http.ErrAbortHandler)
	}
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.WriteHeader(status)
}

// seen are the bodies of the requests so far.
func (s *scripted) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

func TestRetries(t *testing.T) {
	const second = time.Second
	for _, tc := range []struct {
		name    string
		method  string
		answers string // separated by commas
		retries bool   // WithRetries
		status  int    // at last; 0 is a broken connection
		calls   int
		pauses  []time.Duration
	}{
		{"a get is final", "GET", "503,200", false, 503, 1, nil},
		{"a broken get is final", "GET", "0,200", false, 0, 1, nil},
		{"a get with retries", "GET", "503,200", true, 200, 2, []time.Duration{second}},
		{"a head with retries", "HEAD", "502,504,200", true, 200, 3, []time.Duration{second, 2 * second}},
		{"a delete with retries", "DELETE", "0,204", true, 204, 2, []time.Duration{second}},
		{"twice more and no more", "GET", "503", true, 503, 3, []time.Duration{second, 2 * second}},
		{"a broken connection, twice more and no more", "GET", "0", true, 0, 3, []time.Duration{second, 2 * second}},
		{"a connection that is closed at once", "DELETE", "-1,0,204", true, 204, 3, []time.Duration{second, 2 * second}},
		{"other faults are final", "GET", "500,200", true, 500, 1, nil},
		{"501 is final", "GET", "501,200", true, 501, 1, nil},
		{"404 is final", "GET", "404,200", true, 404, 1, nil},
		{"a post is never repeated", "POST", "503,200", true, 503, 1, nil},
		{"a broken post is never repeated", "POST", "0,200", true, 0, 1, nil},
		{"a put is never repeated", "PUT", "503,200", true, 503, 1, nil},
		{"a patch is never repeated", "PATCH", "502,200", true, 502, 1, nil},
		{"too many requests, with a time", "POST", "429 3,202", false, 202, 2, []time.Duration{3 * second}},
		{"413 with a time", "PUT", "413 0,201", false, 201, 2, []time.Duration{second}},
		{"too many requests, twice more and no more", "GET", "429 1", true, 429, 3, []time.Duration{second, second}},
		{"too many requests, without a time", "GET", "429,200", true, 429, 1, nil},
		{"too many requests, with a bad time", "GET", "429 soon,200", true, 429, 1, nil},
		{"too long a time", "GET", "429 301,200", true, 429, 1, nil},
		{"a time beyond all numbers", "GET", "429 99999999999999,200", true, 429, 1, nil},
		{"a negative time", "GET", "429 -5,200", true, 200, 2, []time.Duration{second}},
		{"a time that is a date of the past", "GET", "429 Mon, 02 Jan 2006 15:04:05 GMT,200", true, 200, 2, []time.Duration{second}},
		{"a success with a time", "GET", "202 3,200", true, 202, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := newKeystone(t)
			answers := strings.Split(strings.ReplaceAll(tc.answers, "Mon, ", "Mon; "), ",")
			for i := range answers {
				answers[i] = strings.ReplaceAll(answers[i], "Mon; ", "Mon, ")
			}
			service := &scripted{answers: answers}
			k.service = service.ServeHTTP
			var seen exchanges
			conn, pauses := k.connect(t, Options{Observer: &seen})
			ctx := t.Context()
			if tc.retries {
				ctx = WithRetries(ctx)
			}
			var body io.Reader
			if tc.method != "GET" && tc.method != "HEAD" && tc.method != "DELETE" {
				body = strings.NewReader("the whole body")
			}
			resp, _, err := send(t, conn, ctx, tc.method, k.URL+"/s/x", "", body)
			if tc.status == 0 && err == nil || tc.status != 0 && (err != nil || resp.StatusCode != tc.status) {
				t.Errorf("error %v, want status %d", err, tc.status)
			}
			if len(service.seen()) != tc.calls {
				t.Errorf("%d requests, want %d", len(service.seen()), tc.calls)
			}
			if diff := cmp.Diff(tc.pauses, *pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			for i, got := range service.seen() {
				if body != nil && got != "the whole body" {
					t.Errorf("request %d had the body %q", i+1, got)
				}
			}
			// Each attempt is seen by itself, so that no retry hides anything.
			for i, e := range seen.all() {
				if e.Attempt != i+1 || (e.Status == 0) != (e.Err != "") {
					t.Errorf("exchange %d is attempt %d with status %d, error %q", i, e.Attempt, e.Status, e.Err)
				}
			}
			if n := len(seen.all()); n != tc.calls {
				t.Errorf("%d exchanges were seen, want %d", n, tc.calls)
			}
		})
	}
}

// TestNoRetryOfABodyThatCannotBeReadAgain: half a body must never be stored.
func TestNoRetryOfABodyThatCannotBeReadAgain(t *testing.T) {
	k := newKeystone(t)
	service := &scripted{answers: []string{"429 1", "201"}}
	k.service = service.ServeHTTP
	conn, _ := k.connect(t, Options{})
	resp, _, err := send(t, conn, t.Context(), "PUT", k.URL+"/s/x", "", io.LimitReader(strings.NewReader("read once"), 9))
	if got := service.seen(); err != nil || resp.StatusCode != 429 || len(got) != 1 || got[0] != "read once" {
		t.Errorf("%v, bodies %q", err, got)
	}
}

func TestNoRetryAfterTheEnd(t *testing.T) {
	k := newKeystone(t)
	because := errors.New("interrupted by a test")
	ctx, cancel := context.WithCancelCause(t.Context())
	calls := 0
	k.service = func(w http.ResponseWriter, _ *http.Request) { calls++; w.WriteHeader(503) }
	conn, _ := k.connect(t, Options{})
	conn.client.Transport.(*retrying).pause = func(ctx context.Context, d time.Duration) error {
		cancel(because)
		return Pause(ctx, d)
	}
	_, _, err := send(t, conn, WithRetries(ctx), "GET", k.URL+"/s/x", "", nil)
	if !errors.Is(err, because) || calls != 1 {
		t.Errorf("%d requests: %v", calls, err)
	}
	if _, _, err = send(t, conn, WithRetries(ctx), "GET", k.URL+"/s/x", "", nil); err == nil || calls != 1 {
		t.Errorf("%d requests: %v", calls, err)
	}
}

func TestPause(t *testing.T) {
	if err := Pause(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
	because := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(because)
	if err := Pause(ctx, time.Hour); !errors.Is(err, because) {
		t.Error(err)
	}
}
