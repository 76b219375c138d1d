package reports

import (
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/subunit"
)

func TestReasons(t *testing.T) {
	chained := "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nKeyError: 'x'\n\nDuring handling of the above exception, " +
		"another exception occurred:\n\n" + refused
	long := "ValueError: " + strings.Repeat("é", 3000)
	tests := []struct {
		name, traceback, kind, message string
	}{
		{"assertion", shutoff, "MismatchError", "'ACTIVE' != 'SHUTOFF'"},
		{"details on a line of their own", refused, "UnexpectedResponseCode", "Unexpected response code received. Details: 503"},
		{"the last of a chain", chained, "UnexpectedResponseCode", "Unexpected response code received. Details: 503"},
		{"no message", "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\nAssertionError\n", "AssertionError", "AssertionError"},
		{"several lines", "Traceback (most recent call last):\n  File \"a\"\nm.Timeout: first line\nsecond line\n", "Timeout", "first line"},
		{"no traceback", "no result from the runner (exit status 3)\n", "", "no result from the runner (exit status 3)"},
		{"a colon in a sentence", "The server said: no\n", "", "The server said: no"},
		{"only white space", " \n\n", "", "no reason recorded"},
		{"only frames", "Traceback (most recent call last):\n  File \"a\"\n", "", "no reason recorded"},
		{"not UTF-8", "ValueError: a\xffb\x00c\n", "ValueError", "a\uFFFDbc"},
		{"very long", long, "ValueError", strings.Repeat("é", 500) + " …"},
	}
	for _, tc := range tests {
		re := reasonOf(result("m.C.t", subunit.Fail, 0, 0, attachment("traceback", tc.traceback)))
		if tc.name == "very long" {
			if re.kind != tc.kind || len(re.message) > maxReason+len(" …") || !strings.HasSuffix(re.message, "é …") {
				t.Errorf("%s: got %q, %d bytes", tc.name, re.kind, len(re.message))
			}
			continue
		}
		if re.kind != tc.kind || re.message != tc.message {
			t.Errorf("%s: got %q and %q, want %q and %q", tc.name, re.kind, re.message, tc.kind, tc.message)
		}
	}
}

func TestReasonWithoutTraceback(t *testing.T) {
	damage := subunit.Attachment{Name: "Parser Error", MIME: "text/plain;charset=utf8", Content: []byte("bad checksum\n")}
	for want, r := range map[string]*subunit.Result{
		"bad checksum":       result("subunit.parser", subunit.Fail, 0, 0, attachment("pythonlogging:''", "log\n"), damage),
		"no reason recorded": result("m.C.t", subunit.Fail, 0, 0, attachment("stdout", "out\n")),
		"two\nlines":         result("m.C.t", subunit.Skip, 0, 0, attachment("reason", " two\nlines\n")),
		"":                   result("m.C.t", subunit.Skip, 0, 0),
	} {
		if got := reasonOf(r).message; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
