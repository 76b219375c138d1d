package cloud

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Exchange is one request and its answer, secrets removed.
type Exchange struct {
	Caller         string // "<Class>:<test>", as Tempest logs it
	Method, URL    string
	Status         int // 0 when there was no answer
	Start          time.Time
	Duration       time.Duration // until the answer's headers had arrived
	Attempt        int           // 1, or more for a retry
	RequestHeader  http.Header
	RequestBody    string
	ResponseHeader http.Header
	ResponseBody   string // at most BodyLimit bytes of a text; empty for anything else
	Err            string // why there was no answer, or only a part of its body
}

// BodyLimit is how much of a body an Exchange keeps, in bytes.
const BodyLimit = 16 << 10

// Observer sees every exchange, in the order of their ends. It must be safe for use by several goroutines.
type Observer interface {
	Observe(ctx context.Context, e *Exchange)
}

type contextKey int

const (
	callerKey contextKey = iota
	attemptKey
	retryKey
)

// WithCaller marks the requests made under the returned context as those of a test, "<Class>:<test>".
func WithCaller(ctx context.Context, caller string) context.Context {
	return context.WithValue(ctx, callerKey, caller)
}

func callerOf(ctx context.Context) string {
	s, _ := ctx.Value(callerKey).(string)
	return s
}

// observed reports each exchange to an observer.
type observed struct {
	next     http.RoundTripper
	observer Observer
	secrets  *Secrets
}

func (o *observed) RoundTrip(req *http.Request) (*http.Response, error) {
	if t := req.Header.Get("X-Auth-Token"); t != "" {
		o.secrets.Add(t)
	}
	if o.observer == nil {
		resp, err := o.next.RoundTrip(req)
		if err == nil {
			o.learn(resp)
		}
		return resp, err
	}
	attempt, _ := req.Context().Value(attemptKey).(int)
	e := &Exchange{Caller: callerOf(req.Context()), Method: req.Method, Attempt: attempt, Start: time.Now().UTC()}
	req = req.WithContext(o.resent(req, attempt))
	var sent *capture
	if req.Body != nil && req.Body != http.NoBody && textual(req.Header.Get("Content-Type")) {
		sent = &capture{from: req.Body}
		clone := *req
		clone.Body = sent
		req = &clone
	}
	resp, err := o.next.RoundTrip(req)
	e.Duration = time.Since(e.Start)
	e.URL = o.secrets.Clean(safeURL(req.URL))
	e.RequestHeader = o.cleanHeader(req.Header)
	if sent != nil {
		e.RequestBody = o.secrets.CleanBody(sent.text())
	}
	if err != nil {
		e.Err = o.secrets.Clean(Explain(err))
		o.observer.Observe(req.Context(), e)
		return nil, err
	}
	o.learn(resp)
	e.Status = resp.StatusCode
	e.ResponseHeader = o.cleanHeader(resp.Header)
	if resp.Body == nil || !textual(resp.Header.Get("Content-Type")) || req.Method == http.MethodHead {
		o.observer.Observe(req.Context(), e)
		return resp, nil
	}
	resp.Body = &capture{from: resp.Body, done: func(text string, err error) {
		e.ResponseBody = o.secrets.CleanBody(text)
		if err != nil {
			e.Err = o.secrets.Clean(Explain(err))
		}
		o.observer.Observe(req.Context(), e)
	}}
	return resp, nil
}

// resent returns a context under which a request that net/http sends again by itself is told of as well: it does so where a
// connection that was kept open turns out to be closed before any answer.
func (o *observed) resent(req *http.Request, attempt int) context.Context {
	ctx, connections, start := req.Context(), 0, time.Now().UTC()
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if connections++; connections == 1 {
			return
		}
		now := time.Now().UTC()
		o.observer.Observe(ctx, &Exchange{
			Caller: callerOf(ctx), Method: req.Method, URL: o.secrets.Clean(safeURL(req.URL)), Attempt: attempt, Start: start, Duration: now.Sub(start),
			RequestHeader: o.cleanHeader(req.Header), Err: "the service had closed the connection that was kept open, or closed it then; it is sent again",
		})
		start = now
	}})
}

func (o *observed) learn(resp *http.Response) {
	if t := resp.Header.Get("X-Subject-Token"); t != "" {
		o.secrets.Add(t)
	}
}

func (o *observed) cleanHeader(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for k, values := range h {
		for _, v := range values {
			if secretHeader(k) {
				v = "<omitted>"
			}
			out.Add(k, o.secrets.Clean(v))
		}
	}
	return out
}

// safeURL leaves out a password and the query members that grant access by themselves.
func safeURL(u *url.URL) string {
	if u.User == nil && !strings.Contains(u.RawQuery, "temp_url_sig") {
		return u.String()
	}
	c := *u
	c.User = nil
	if q := c.Query(); q.Has("temp_url_sig") {
		q.Set("temp_url_sig", Masked)
		c.RawQuery = q.Encode()
	}
	return c.String()
}

func textual(contentType string) bool {
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	return strings.HasPrefix(t, "text/") || t == "application/json" || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "xml")
}

// capture keeps the beginning of a body while it is being read, and tells its end once. It is locked because the transport
// may go on sending a body after the answer has come.
type capture struct {
	from io.ReadCloser
	done func(text string, err error)

	mu   sync.Mutex
	kept bytes.Buffer
}

func (c *capture) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.mu.Lock()
	if room := BodyLimit - c.kept.Len(); room > 0 {
		c.kept.Write(p[:min(n, room)])
	}
	c.mu.Unlock()
	if errors.Is(err, io.EOF) {
		c.end(nil)
	} else if err != nil {
		c.end(err)
	}
	return n, err
}

func (c *capture) Close() error {
	err := c.from.Close()
	c.end(nil)
	return err
}

func (c *capture) end(err error) {
	c.mu.Lock()
	done := c.done
	c.done = nil
	c.mu.Unlock()
	if done != nil {
		done(c.text(), err)
	}
}

// text is what was kept. What is no UTF-8, such as a character that BodyLimit cut, is replaced.
func (c *capture) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.ToValidUTF8(c.kept.String(), "\uFFFD")
}
