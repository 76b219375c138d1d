package phases

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
)

// Log is where a run's lines go: to the test that is running, as its captured log, and to the log file that
// tempest.conf names.
type Log struct {
	// File, when set, gets every line in oslo.log's format.
	File io.Writer
	// Trace, when set, gets every exchange.
	Trace cloud.Observer
	// Secrets are removed from every line.
	Secrets *cloud.Secrets
	// Debug adds headers and bodies of every exchange, as [DEFAULT] debug does.
	Debug bool

	mu sync.Mutex
}

type logKey struct{}

// testLog collects one test's lines.
type testLog struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (t *testLog) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lines.String()
}

// withTest sends the lines logged under the returned context to t.
func withTest(ctx context.Context, t *testLog) context.Context {
	return context.WithValue(ctx, logKey{}, t)
}

// The Python loggers that lines are attributed to.
const (
	restClient = "tempest.lib.common.rest_client"
	ownLogger  = "persistent_resources"
)

// Info logs a sentence.
func (l *Log) Info(ctx context.Context, format string, args ...any) {
	l.write(ctx, time.Now(), "INFO", ownLogger, fmt.Sprintf(format, args...))
}

// Warn logs a sentence that somebody should read.
func (l *Log) Warn(ctx context.Context, format string, args ...any) {
	l.write(ctx, time.Now(), "WARNING", ownLogger, fmt.Sprintf(format, args...))
}

// Observe logs an exchange as Tempest's REST client does.
func (l *Log) Observe(ctx context.Context, e *cloud.Exchange) {
	end := e.Start.Add(e.Duration)
	retry := ""
	if e.Attempt > 1 {
		retry = fmt.Sprintf(" (attempt %d)", e.Attempt)
	}
	if e.Status == 0 {
		l.write(ctx, end, "WARNING", restClient, fmt.Sprintf("Request (%s): no answer to %s %s after %.3fs: %s%s", e.Caller, e.Method, e.URL, e.Duration.Seconds(), e.Err, retry))
	} else {
		l.write(ctx, end, "INFO", restClient, fmt.Sprintf("Request (%s): %d %s %s %.3fs%s", e.Caller, e.Status, e.Method, e.URL, e.Duration.Seconds(), retry))
	}
	if l.Debug || e.Status >= 400 {
		l.write(ctx, end, "DEBUG", restClient, fmt.Sprintf("Request - Headers: %s\n        Body: %s\n    Response - Headers: %s\n        Body: %s",
			pyHeaders(e.RequestHeader), orNone(e.RequestBody), pyHeaders(e.ResponseHeader), orNone(e.ResponseBody)))
	}
	if l.Trace != nil {
		l.Trace.Observe(ctx, e)
	}
}

func (l *Log) write(ctx context.Context, at time.Time, level, logger, message string) {
	if l == nil {
		return
	}
	if l.Secrets != nil {
		message = l.Secrets.Clean(message)
	}
	at = at.Local()
	if t, ok := ctx.Value(logKey{}).(*testLog); ok {
		t.mu.Lock()
		fmt.Fprintf(&t.lines, "%s,%03d %d %-8s [%s] %s\n", at.Format(time.DateTime), at.Nanosecond()/1e6, os.Getpid(), level, logger, message)
		t.mu.Unlock()
	}
	if l.File == nil || level == "DEBUG" && !l.Debug {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// A log that cannot be written must not stop the run that it describes.
	_, _ = fmt.Fprintf(l.File, "%s.%03d %d %s %s [-] %s\n", at.Format(time.DateTime), at.Nanosecond()/1e6, os.Getpid(), level, logger, message)
}

func orNone(s string) string {
	if s == "" {
		return "None"
	}
	return s
}

func pyHeaders(h http.Header) string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(pyString(name) + ": " + pyString(strings.Join(h[name], ", ")))
	}
	return b.String() + "}"
}
