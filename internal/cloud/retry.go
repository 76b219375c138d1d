package cloud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
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
		this, err := attemptOf(req, attempt)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(this)
		pause, again := r.again(req, resp, err, attempt)
		if !again {
			if err == nil {
				resp.Body = &answered{ReadCloser: resp.Body, req: req}
			}
			return resp, err
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

// attemptOf returns a request like req whose body nobody else reads: the transport may go on reading a body after an early
// answer, while the caller already rewinds it to send it again with a new token.
func attemptOf(req *http.Request, attempt int) (*http.Request, error) {
	this := req.WithContext(context.WithValue(req.Context(), attemptKey, attempt))
	if req.Body == nil || req.GetBody == nil {
		return this, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	_ = req.Body.Close()
	this.Body = body
	return this, nil
}

// again says whether, and after what pause, a request is sent once more.
func (r *retrying) again(req *http.Request, resp *http.Response, err error, attempt int) (time.Duration, bool) {
	if attempt > maxRetries || req.Context().Err() != nil {
		return 0, false
	}
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return 0, false // the body was read and cannot be read again
	}
	if err == nil && (resp.StatusCode == http.StatusRequestEntityTooLarge || resp.StatusCode == http.StatusTooManyRequests) {
		// The service did nothing and says when to come back, so any method may be repeated.
		pause, said := retryAfter(resp.Header.Get("Retry-After"))
		return pause, said && pause <= longestPause
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

// longestPause is the most that a service may ask for before a retry.
const longestPause = 5 * time.Minute

// retryAfter reads a header Retry-After, which gives seconds or a date. Tempest waits for a second at least.
func retryAfter(value string) (time.Duration, bool) {
	pause := time.Duration(0)
	if seconds, err := strconv.Atoi(value); err == nil {
		pause = time.Duration(min(seconds, 1e6)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		pause = time.Until(at).Round(time.Second)
	} else {
		return 0, false
	}
	return max(pause, time.Second), true
}

// answered says of what request the body could not be read to its end.
type answered struct {
	io.ReadCloser
	req *http.Request
}

func (a *answered) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &url.Error{Op: a.req.Method, URL: safeURL(a.req.URL), Err: err}
	}
	return n, err
}

// Pause waits for d or until the context ends, whose cause it then returns.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
