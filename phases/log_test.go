package phases

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"opendev.org/x/persistent-resources/internal/cloud"
)

// badWriter takes nothing.
type badWriter struct{}

func (badWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

// seen is an observer that counts.
type seen int

func (s *seen) Observe(context.Context, *cloud.Exchange) { *s++ }

func TestLogOfExchanges(t *testing.T) {
	exchange := func(status int) *cloud.Exchange {
		return &cloud.Exchange{
			Caller: "VerifyX:test_y", Method: "GET", URL: "http://nova/servers/1", Status: status, Attempt: 1,
			Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Duration: 1234567 * time.Microsecond,
			RequestHeader:  http.Header{"X-Auth-Token": {"<omitted>"}, "Accept": {"a", "b"}},
			ResponseHeader: http.Header{"Content-Type": {"application/json"}}, ResponseBody: `{"it's": "so"}`,
		}
	}
	retried, unanswered := exchange(200), exchange(0)
	retried.Attempt = 3
	unanswered.Err = "GET http://nova/servers/1: connection refused: nothing listens at this address"
	const details = " Request - Headers: {'Accept': 'a, b', 'X-Auth-Token': '<omitted>'}\n        Body: None\n" +
		"    Response - Headers: {'Content-Type': 'application/json'}\n        Body: {\"it's\": \"so\"}\n"
	const logger = "[tempest.lib.common.rest_client]"
	for _, tc := range []struct {
		name  string
		e     *cloud.Exchange
		debug bool
		want  []string // lines behind time and process
	}{
		{"answered", exchange(200), false, []string{"INFO     " + logger + " Request (VerifyX:test_y): 200 GET http://nova/servers/1 1.235s\n"}},
		{"answered, in debug mode", exchange(200), true, []string{"INFO     " + logger + " Request (VerifyX:test_y): 200 GET http://nova/servers/1 1.235s\n", "DEBUG    " + logger + details}},
		{"refused by the service", exchange(409), false, []string{"INFO     " + logger + " Request (VerifyX:test_y): 409 GET http://nova/servers/1 1.235s\n", "DEBUG    " + logger + details}},
		{"a retry", retried, false, []string{"INFO     " + logger + " Request (VerifyX:test_y): 200 GET http://nova/servers/1 1.235s (attempt 3)\n"}},
		{"no answer", unanswered, false, []string{"WARNING  " + logger + " Request (VerifyX:test_y): no answer to GET http://nova/servers/1 after 1.235s: " + unanswered.Err + "\n"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			log, lines := &testLog{}, 0
			var trace seen
			l := &Log{Secrets: cloud.NewSecrets(), Debug: tc.debug, Trace: &trace}
			l.Observe(withTest(t.Context(), log), tc.e)
			head := regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ `)
			got := head.ReplaceAllStringFunc(log.text(), func(string) string { lines++; return "" })
			if want := strings.Join(tc.want, ""); got != want || lines != len(tc.want) {
				t.Errorf("%d lines\n%s\nwant\n%s", lines, got, want)
			}
			if trace != 1 {
				t.Errorf("the trace saw %d exchanges", trace)
			}
		})
	}
}

func TestLogFile(t *testing.T) {
	var file strings.Builder
	l := &Log{File: &file, Secrets: cloud.NewSecrets()}
	l.Secrets.Add("s3cret-password")
	l.Info(t.Context(), "user %s has password %s", "demo", "s3cret-password")
	l.Observe(t.Context(), &cloud.Exchange{Method: "GET", URL: "u", Status: 404})
	got := regexp.MustCompile(`\d+`).ReplaceAllString(file.String(), "N")
	want := "N-N-N N:N:N.N N INFO persistent_resources [-] user demo has password ***\n" +
		"N-N-N N:N:N.N N INFO tempest.lib.common.rest_client [-] Request (): N GET u N.Ns\n"
	if got != want {
		t.Errorf("log file\n%s\nwant\n%s", got, want)
	}
	// The details of a refused request are for the test's own log; the file has them in debug mode.
	l.Debug = true
	l.Observe(t.Context(), &cloud.Exchange{Method: "GET", URL: "u", Status: 404})
	if !strings.Contains(file.String(), "DEBUG tempest.lib.common.rest_client [-] Request - Headers: {}") {
		t.Errorf("log file in debug mode\n%s", file.String())
	}
	// Neither a file that is full nor a log that is not there stops a run.
	(&Log{File: badWriter{}}).Warn(t.Context(), "x")
	(*Log)(nil).Info(t.Context(), "x")
}
