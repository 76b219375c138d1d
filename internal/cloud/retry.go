package cloud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Tempest tries a request that was rejected for its rate at most twice more.
const maxRetries = 2

// WithRetries allows the requests under the returned context to be sent again when a service is briefly away: a broken
// connection, 502, 503 or 504, and only for methods that are safe to repeat. Without it such an answer is final, so that
// what verify reports was never smoothed over.
func WithRetries(ctx context.Context) context.Context { return context.WithValue(ctx, retryKey, true) }

// retrying repeats requests. What it repeats is seen by the observer below it, each attempt by itself.
type retrying struct {
	next http.RoundTripper
	// pause, when set, replaces the pause before a retry, for tests.
	pause func(ctx context.Context, d time.Duration) error
}

func (r *retrying) RoundTrip(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		ctx := context.WithValue(req.Context(), attemptKey, attempt)
		resp, err := r.next.RoundTrip(req.WithContext(ctx))
		pause, again := r.again(req, resp, err, attempt)
		if !again {
			return resp, err
		}
		if req.Body != nil && req.Body != http.NoBody {
			if req.GetBody == nil {
				return resp, err
			}
			body, bodyErr := req.GetBody()
			if bodyErr != nil {
				return resp, err
			}
			req = req.Clone(req.Context())
			req.Body = body
		}
		if resp != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
			resp.Body.Close()
		}
		wait := r.pause
		if wait == nil {
			wait = Pause
		}
		if wait(req.Context(), pause) != nil {
			return nil, context.Cause(req.Context())
		}
	}
}

func (r *retrying) again(req *http.Request, resp *http.Response, err error, attempt int) (time.Duration, bool) {
	if attempt > maxRetries || req.Context().Err() != nil {
		return 0, false
	}
	if err == nil && (resp.StatusCode == http.StatusRequestEntityTooLarge || resp.StatusCode == http.StatusTooManyRequests) {
		// The service did nothing and says when to come back, so any method may be repeated.
		seconds, convErr := strconv.Atoi(resp.Header.Get("Retry-After"))
		return time.Duration(max(seconds, 1)) * time.Second, convErr == nil && seconds <= 300
	}
	if allowed, _ := req.Context().Value(retryKey).(bool); !allowed {
		return 0, false
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
	default:
		return 0, false
	}
	pause := time.Duration(attempt) * time.Second
	if err != nil {
		return pause, transient(err)
	}
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return pause, true
	}
	return 0, false
}

// Pause waits for d or until the context ends, whose cause it then returns.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx))
	}
}
