package compute_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"opendev.org/x/persistent-resources/phases"
)

// wrongAnswers are what may come in place of an answer: from a gateway in front of the service, or from a service that is
// being replaced.
var wrongAnswers = []struct {
	name   string
	status int // 0 keeps the service's
	body   string
	all    bool // tried with create and delete too, which takes its time
}{
	{"no members", 0, `{}`, true},
	{"null", 0, `null`, false},
	{"empty", 0, ``, false},
	{"empty members", 0, `{"server":{},"servers":[],"keypair":{},"security_group":{},"security_groups":[],"floatingip":{},"floatingips":[],"ports":[],"port":{},"network":{},"networks":[],"subnet":{},"router":{},"token":{},"project":{},"user":{},"roles":[],"security_group_rules":[]}`, false},
	{"page", 200, `<html><body>Welcome</body></html>`, true},
	{"500", 500, `{"computeFault": {"message": "Unexpected API Error.", "code": 500}}`, false},
}

// answeringWrong replaces the n-th answer.
func answeringWrong(n int64, status int, body string) (wrap func(http.RoundTripper) http.RoundTripper, count *atomic.Int64, which *atomic.Value) {
	count, which = new(atomic.Int64), new(atomic.Value)
	which.Store("none")
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			mine := count.Add(1) == n
			resp, err := next.RoundTrip(req)
			if err != nil || !mine {
				return resp, err
			}
			which.Store(req.Method + " " + anonymous(req.URL.Path))
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if status != 0 {
				resp.StatusCode, resp.Status = status, fmt.Sprint(status)
				resp.Header = http.Header{"Content-Type": {"text/html"}}
			}
			resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			resp.Header.Del("Content-Length")
			return resp, nil
		})
	}, count, which
}

// TestWrongAnswers gives each request of each phase a wrong answer, after the service has acted. Nothing panics, verify is not
// green, and whatever create and delete made of it, delete leaves nothing.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	for _, phase := range []phases.Phase{phases.Create, phases.Verify, phases.Delete} {
		for _, wrong := range wrongAnswers {
			if phase != phases.Verify && (testing.Short() || !wrong.all) {
				continue
			}
			t.Run(phase.String()+", "+wrong.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.set["compute.build_timeout"], w.set["validation.ssh_timeout"] = "3", "3"
				for n, requests := int64(0), int64(0); n <= requests; n++ {
					if phase == phases.Delete || phase == phases.Verify && n == 0 {
						w.must(phases.Create)
					}
					wrap, count, which := answeringWrong(n, wrong.status, wrong.body)
					w.wrap = wrap
					r := w.run(t.Context(), phase)
					w.wrap = nil
					if n == 0 {
						requests = count.Load()
					}
					at := fmt.Sprintf("%s as answer %d (%s)", wrong.name, n, which.Load())
					r.neverPanicked(t, at)
					switch phase {
					case phases.Verify:
						if n > 0 && r.Failures == 0 && mattersToVerify(which.Load().(string)) {
							t.Errorf("verify is green with %s", at)
						}
					case phases.Delete:
						if r.Failures == 0 {
							w.clean("a delete that was green with " + at)
						}
						w.must(phases.Delete)
						w.clean("delete again after " + at)
					case phases.Create:
						if w.journal().Exists() {
							w.must(phases.Delete)
						}
						w.clean("delete after a create with " + at)
						w.forget()
					}
				}
			})
		}
	}
}

func (r result) neverPanicked(t *testing.T, at string) {
	t.Helper()
	for name, got := range r.tests {
		if report := text(got, "traceback"); strings.Contains(report, "panic: ") {
			t.Errorf("%s panics with %s:\n%s", name, at, report)
		}
	}
}

// mattersToVerify reports whether an answer tells of a resource. That to an action is empty; what services tell of their
// releases is noted and proves nothing; a token is asked for again.
func mattersToVerify(request string) bool {
	return strings.HasPrefix(request, "GET ") && (strings.Contains(request, "/ID") || strings.Contains(request, "/os-keypairs/"))
}
