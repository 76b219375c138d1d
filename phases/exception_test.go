package phases

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/gophercloud/gophercloud/v2"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/tempestconf"
)

// TestHTTPTextIsTempests compares with what Tempest 33's REST client raised for the same answers.
func TestHTTPTextIsTempests(t *testing.T) {
	var cases []struct {
		Status      int    `json:"status"`
		ContentType string `json:"content_type"`
		RetryAfter  string `json:"retry_after"`
		Body        string `json:"body"`
		Type        string `json:"type"`
		Text        string `json:"text"`
	}
	readJSON(t, "testdata/httptext.json", &cases)
	if len(cases) < 100 {
		t.Errorf("only %d cases", len(cases))
	}
	for _, tc := range cases {
		h := http.Header{}
		for name, value := range map[string]string{"Content-Type": tc.ContentType, "Retry-After": tc.RetryAfter} {
			if value != "" {
				h.Set(name, value)
			}
		}
		err := gophercloud.ErrUnexpectedResponseCode{Actual: tc.Status, Body: []byte(tc.Body), ResponseHeader: h}
		gotType, gotText := pythonText(fmt.Errorf("get server x: %w", err))
		if gotType != tc.Type || gotText != tc.Text {
			t.Errorf("%d %s %s:\n%s: %s\nTempest:\n%s: %s", tc.Status, tc.ContentType, tc.Body, gotType, gotText, tc.Type, tc.Text)
		}
	}
}

func answer(status int, body string, expected ...int) gophercloud.ErrUnexpectedResponseCode {
	return gophercloud.ErrUnexpectedResponseCode{
		Method: "GET", URL: "http://nova/v2.1/servers/x", Actual: status, Body: []byte(body), Expected: expected,
	}
}

func refused(method, address string) *url.Error {
	return &url.Error{Op: method, URL: address, Err: &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}}
}

func TestPythonText(t *testing.T) {
	notFound := answer(404, `{"itemNotFound": {"message": "Instance x could not be found.", "code": 404}}`)
	const notFoundText = "Object not found\nDetails: {'message': 'Instance x could not be found.', 'code': 404}"
	timeout := &timeoutError{limit: "5"}
	timedOut, cancel := context.WithCancelCause(t.Context())
	cancel(timeout)
	stopped, cancel := context.WithCancelCause(t.Context())
	cancel(Interrupted())

	for _, tc := range []struct {
		name       string
		err        error
		pythonType string
		text       string
	}{
		{"a failure", Fail("no %s", "server"), "AssertionError", "no server"},
		{"a wrapped failure", fmt.Errorf("server a: %w", FailWith("KeyError", "'x'")), "KeyError", "'x'"},
		{"changes", Changed("server a", []string{"its name: b", "its flavor: c"}), "AssertionError", "server a is not what was recorded:\n  its name: b\n  its flavor: c"},
		{"406, which Tempest 34 and later know", answer(406, `{"error": {"message": "no"}}`), "tempest.lib.exceptions.NotAcceptable", "Not Acceptable\nDetails: {'message': 'no'}"},
		{"another success", answer(202, "", 201), "tempest.lib.exceptions.InvalidHttpSuccessCode",
			"The success code is different than the expected one\nDetails: Unexpected http success status code 202, The expected status code is 201"},
		{"another success of several", answer(206, "", 200, 204), "tempest.lib.exceptions.InvalidHttpSuccessCode",
			"The success code is different than the expected one\nDetails: Unexpected http success status code 206, The expected status code is [200, 204]"},
		{"an answer after a new token", &gophercloud.ErrErrorAfterReauthentication{ErrOriginal: notFound}, "tempest.lib.exceptions.NotFound", notFoundText},
		{"no new token", &gophercloud.ErrUnableToReauthenticate{ErrOriginal: answer(401, `{}`), ErrReauth: &cloud.AuthError{Err: answer(403, `{"error": {"message": "locked"}}`)}},
			"tempest.lib.exceptions.Forbidden", "Forbidden\nDetails: {'message': 'locked'}"},
		{"no answer about a new token", &gophercloud.ErrUnableToReauthenticate{ErrOriginal: answer(401, `{}`), ErrReauth: errors.New("broken")},
			"tempest.lib.exceptions.Unauthorized", "Unauthorized\nDetails: {}"},
		{"authentication refused", &cloud.AuthError{AuthURL: "http://k/v3", User: "admin", Err: answer(401, `{"error": {"message": "The request you have made requires authentication.", "code": 401}}`)},
			"tempest.lib.exceptions.Unauthorized", "Unauthorized\nDetails: {'message': 'The request you have made requires authentication.', 'code': 401}"},
		{"nothing listens", &cloud.AuthError{AuthURL: "http://127.0.0.1:5000/v3", User: "admin", Err: refused("Post", "http://127.0.0.1:5000/v3/auth/tokens")},
			"urllib3.exceptions.MaxRetryError", "HTTPConnectionPool(host='127.0.0.1', port=5000): Max retries exceeded with url: /v3/auth/tokens (Caused by dial tcp 127.0.0.1:5000: connect: connection refused)"},
		{"ports that are not written", refused("Get", "https://k"), "urllib3.exceptions.MaxRetryError",
			"HTTPSConnectionPool(host='k', port=443): Max retries exceeded with url: / (Caused by dial tcp 127.0.0.1:5000: connect: connection refused)"},
		{"no such service", &cloud.EndpointNotFoundError{Service: cloud.Service{Type: "object-store"}, Types: []string{"identity"}},
			"tempest.lib.exceptions.EndpointNotFound", "Endpoint not found\nDetails: the catalog has no object-store service; it has: identity"},
		{"a bad option", errors.Join(&tempestconf.OptionError{Section: "compute", Option: "image_ref", Reason: "no value"}),
			"tempest.lib.exceptions.InvalidConfiguration", "Invalid Configuration\nDetails: [compute] image_ref: no value"},
		{"options that do not fit", configurationError("no %s", "cloud"), "tempest.lib.exceptions.InvalidConfiguration", "Invalid Configuration\nDetails: no cloud"},
		{"the state", &state.MissingError{Service: "compute", Path: "/s/compute.jsonl"}, "RuntimeError",
			"no record of compute resources in /s/compute.jsonl; run create first, or name the state directory of that run with --state-dir"},
		{"what nobody thought of", errors.New("strange"), "RuntimeError", "strange"},
		{"the test's time is over", because(timedOut, fmt.Errorf("wait for server a: %w", context.Cause(timedOut))), "fixtures._fixtures.timeout.TimeoutException",
			"the test did not end within OS_TEST_TIMEOUT (5 s); it was in: wait for server a: the test did not end within OS_TEST_TIMEOUT (5 s)"},
		{"interrupted", because(stopped, notFound), "KeyboardInterrupt", "interrupted; it was in: 404 Not Found: Instance x could not be found. (GET http://nova/v2.1/servers/x)"},
		{"joined: the first decides", Join(fmt.Errorf("server a: %w", notFound), fmt.Errorf("server b: %w", answer(500, ""))), "tempest.lib.exceptions.NotFound", notFoundText},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pythonType, text := pythonText(tc.err)
			if pythonType != tc.pythonType || text != tc.text {
				t.Errorf("got\n%s: %s\nwant\n%s: %s", pythonType, text, tc.pythonType, tc.text)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	notFound := answer(404, `{"itemNotFound": {"message": "Instance x could not\nbe found.", "code": 404}}`)
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"an answer with a message", fmt.Errorf("get server a: %w", notFound), "get server a: 404 Not Found: Instance x could not be found. (GET http://nova/v2.1/servers/x)"},
		{"an answer with a page", fmt.Errorf("get server a: %w", answer(503, "<html>…</html>")), "get server a: 503 Service Unavailable (GET http://nova/v2.1/servers/x)"},
		{"no answer", fmt.Errorf("get server a: %w", refused("Get", "http://nova:8774/v2.1")), "get server a: GET http://nova:8774/v2.1: connection refused: nothing listens at this address"},
		{"a long mismatch", Mismatch(strings.Repeat("a", 40), strings.Repeat("b", 40)), "!=:\nreference = '" + strings.Repeat("a", 40) + "'\nactual    = '" + strings.Repeat("b", 40) + "'"},
		{"every part of joined errors", Join(fmt.Errorf("a: %w", notFound), fmt.Errorf("b: %w", refused("Get", "http://nova:8774/")), Fail("c")),
			"a: 404 Not Found: Instance x could not be found. (GET http://nova/v2.1/servers/x)\nb: GET http://nova:8774/: connection refused: nothing listens at this address\nc"},
		{"both sides of a failed new token", &gophercloud.ErrUnableToReauthenticate{ErrOriginal: answer(401, "{}"), ErrReauth: refused("Post", "http://k/v3")},
			"Unable to re-authenticate: 401 Unauthorized (GET http://nova/v2.1/servers/x): POST http://k/v3: connection refused: nothing listens at this address"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Describe(tc.err); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestAnswerMessage(t *testing.T) {
	for body, want := range map[string]string{
		`{"message": "plain"}`:                                     "plain",
		`{"error": {"code": 401, "message": "keystone"}}`:          "keystone",
		`{"NeutronError": {"type": "T", "message": " a\n b "}}`:    "a b",
		`{"faultstring": "magnum"}`:                                "magnum",
		`{"errors": [{"detail": "of a list"}, {"detail": "x"}]}`:   "of a list",
		`{"b": {"message": "second"}, "a": {"message": "first"}}`:  "first",
		`{"a": {"b": {"message": "two deep"}}}`:                    "two deep",
		`{"a": {"b": {"c": {"message": "too deep"}}}}`:             "",
		`{"message": "", "detail": "else"}`:                        "else",
		`{"message": {"not": "a text"}, "title": "of the answer"}`: "of the answer",
		`<html>`: "", ``: "", `[]`: "", `"text"`: "",
	} {
		if got := answerMessage([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
