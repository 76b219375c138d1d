package cloud

import (
	"bufio"
	"bytes"
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
)

func TestRecorderLines(t *testing.T) {
	var out bytes.Buffer
	r := NewRecorder(&out)
	start := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.FixedZone("", 3600))
	r.Observe(t.Context(), &Exchange{
		Caller: "VerifyX:test_y", Method: "POST", URL: "http://k/v3?a=1&b=<2>", Status: 201, Start: start, Duration: 12345678 * time.Nanosecond, Attempt: 2,
		RequestHeader: http.Header{"X-Auth-Token": {"<omitted>"}, "Accept": {"a", "b"}}, RequestBody: "{\n}",
		ResponseHeader: http.Header{"Content-Type": {"text/plain"}}, ResponseBody: "a \u2028 \"b\"\x00",
	})
	r.Observe(t.Context(), &Exchange{Method: "GET", URL: "http://k/", Start: start, Attempt: 1, RequestHeader: http.Header{}, Err: "connection refused"})
	want := `{"time":"2026-01-02T02:04:05.678901Z","caller":"VerifyX:test_y","method":"POST","url":"http://k/v3?a=1&b=<2>","status":201,"duration_ms":12.345,"attempt":2,` +
		`"request_headers":{"Accept":["a","b"],"X-Auth-Token":["<omitted>"]},"request_body":"{\n}","response_headers":{"Content-Type":["text/plain"]},"response_body":"a \u2028 \"b\"\u0000"}` + "\n" +
		`{"time":"2026-01-02T02:04:05.678901Z","method":"GET","url":"http://k/","status":0,"duration_ms":0,"attempt":1,"request_headers":{},"error":"connection refused"}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" || r.Err() != nil {
		t.Errorf("error %v, lines (-want +got):\n%s", r.Err(), diff)
	}
}

// TestRecorderHoldsNoSecrets records real exchanges of several goroutines: every line is whole, none tells a secret.
func TestRecorderHoldsNoSecrets(t *testing.T) {
	k := newKeystone(t)
	k.service = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "your token is "+r.Header.Get("X-Auth-Token")+strings.Repeat(" and so on", BodyLimit))
	}
	var out bytes.Buffer
	r := NewRecorder(&out)
	conn, _ := k.connect(t, Options{Observer: r})
	client, err := conn.Session(demo).Client(t.Context(), swift)
	if err != nil {
		t.Fatal(err)
	}
	const requests = 8
	var group sync.WaitGroup
	for i := range requests {
		group.Go(func() {
			if _, err := client.Get(t.Context(), client.ServiceURL(fmt.Sprint(i)), nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, secret := range []string{"token-number-1", demo.Password} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the trace holds %s", secret)
		}
	}
	lines := 0
	scanner := bufio.NewScanner(&out)
	for ; scanner.Scan(); lines++ {
		var e recorded
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			t.Fatalf("line %d: %v", lines+1, err)
		}
		if len(e.ResponseBody) > BodyLimit || lines > 0 && !strings.HasPrefix(e.ResponseBody, "your token is *** and") {
			t.Errorf("line %d: body of %d bytes, %.40q", lines+1, len(e.ResponseBody), e.ResponseBody)
		}
	}
	if lines != requests+1 {
		t.Errorf("%d lines, want %d", lines, requests+1)
	}
}

// fullAfter takes one line and no more.
type fullAfter struct{ lines int }

func (w *fullAfter) Write(p []byte) (int, error) {
	if w.lines++; w.lines > 1 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestRecorderStopsAtAnError(t *testing.T) {
	w := &fullAfter{}
	r := NewRecorder(w)
	for range 4 {
		r.Observe(t.Context(), &Exchange{Method: "GET"})
	}
	if err := r.Err(); err == nil || err.Error() != "write the trace of requests: no space left on device" || w.lines != 2 {
		t.Errorf("%d writes, error %v", w.lines, err)
	}
}
