package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Recorder is an Observer that writes each exchange as one line of JSON, for reading afterwards what was said to a cloud and
// what it answered. What it is given holds no secrets; what it writes holds none either. It is safe for use by several
// goroutines: the lines are in the order in which the exchanges ended.
type Recorder struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

var _ Observer = (*Recorder)(nil)

// NewRecorder returns a Recorder on w, to which every line goes in one Write call.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{w: w} }

// recorded is one line. Its members are read by people and by jq: they keep their names.
type recorded struct {
	Time           time.Time   `json:"time"` // UTC, when the request was sent
	Caller         string      `json:"caller,omitempty"`
	Method         string      `json:"method"`
	URL            string      `json:"url"`
	Status         int         `json:"status"`      // 0: no answer
	Duration       float64     `json:"duration_ms"` // until the answer's headers had arrived
	Attempt        int         `json:"attempt"`     // 1, or more for a retry
	RequestHeader  http.Header `json:"request_headers"`
	RequestBody    string      `json:"request_body,omitempty"` // texts only, BodyLimit bytes at most
	ResponseHeader http.Header `json:"response_headers,omitempty"`
	ResponseBody   string      `json:"response_body,omitempty"` // texts only, BodyLimit bytes at most
	Error          string      `json:"error,omitempty"`         // why there was no answer, or only a part of its body
}

// Observe writes e. After a failed write nothing more is written: see Err.
func (r *Recorder) Observe(_ context.Context, e *Exchange) {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // URLs stay readable
	err := enc.Encode(recorded{
		Time: e.Start.UTC().Truncate(time.Microsecond), Caller: e.Caller, Method: e.Method, URL: e.URL, Status: e.Status,
		Duration: float64(e.Duration.Microseconds()) / 1000, Attempt: e.Attempt,
		RequestHeader: e.RequestHeader, RequestBody: e.RequestBody, ResponseHeader: e.ResponseHeader, ResponseBody: e.ResponseBody,
		Error: e.Err,
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	if err == nil {
		_, err = r.w.Write(line.Bytes())
	}
	if err != nil {
		r.err = fmt.Errorf("write the trace of requests: %w", err)
	}
}

// Err returns the error of the first write that failed. A trace that cannot be written does not stop the run that it is of.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
