package objectstorage

import (
	"net/http"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/tempestconf"
)

// whole is what a real Swift answers to GET of a container.
func whole() http.Header {
	h := http.Header{}
	for _, line := range []string{
		"Content-Type: text/plain; charset=utf-8", "X-Container-Object-Count: 1", "X-Container-Bytes-Used: 15",
		"X-Timestamp: 1795336056.05630", "Last-Modified: Sun, 22 Nov 2026 08:27:37 GMT", "Accept-Ranges: bytes",
		"Content-Length: 29", "X-Storage-Policy: Policy-0", "X-Trans-Id: txef6dd57666144a54a480c-006b02a7a2",
		"Date: Sun, 22 Nov 2026 08:28:18 GMT",
	} {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	return h
}

func TestAssertHeaders(t *testing.T) {
	for _, tt := range []struct {
		name     string
		of       target
		method   string
		change   func(http.Header)
		policies []string
		relaxed  bool
		want     string // "" means that the headers are as they should be
	}{
		{name: "a real answer", of: container, method: "GET", policies: []string{"Policy-0"}},
		{name: "no length", of: container, method: "GET", change: del("Content-Length"), want: "none of these headers exist: ['content-length', 'transfer-encoding']"},
		{name: "chunked", of: container, method: "GET", change: func(h http.Header) { h.Del("Content-Length"); h.Set("Transfer-Encoding", "chunked") }},
		{name: "no type", of: container, method: "PUT", change: del("Content-Type"), want: "content-type header does not exist"},
		{name: "no transaction", of: container, method: "PUT", change: del("X-Trans-Id"), want: "x-trans-id header does not exist"},
		{name: "no date", of: object, method: "PUT", change: del("Date"), want: "date header does not exist"},
		{name: "the first that is missing", of: container, method: "GET", change: func(h http.Header) { h.Del("X-Timestamp"); h.Del("X-Storage-Policy") }, want: "x-timestamp header does not exist"},
		{name: "no policy", of: container, method: "HEAD", change: del("X-Storage-Policy"), want: "x-storage-policy header does not exist"},
		{name: "unknown policy", of: container, method: "GET", change: set("X-Storage-Policy", "gold"), policies: []string{"Policy-0"}, want: "InvalidValue (x-storage-policy, gold)"},
		{name: "policies not announced", of: container, method: "GET", change: set("X-Storage-Policy", "gold")},
		{name: "PUT of a container needs no counts", of: container, method: "PUT", change: func(h http.Header) { h.Del("X-Container-Object-Count"); h.Del("X-Timestamp") }},
		{name: "an object needs an etag", of: object, method: "GET", want: "etag header does not exist"},
		{name: "a quoted etag", of: object, method: "GET", change: set("Etag", `"abc"`), want: `InvalidFormat (etag, "abc")`},
		{name: "a foreign transaction id", of: container, method: "GET", change: set("X-Trans-Id", "tx000-default"), want: "InvalidFormat (x-trans-id, tx000-default)"},
		{name: "a count that is none", of: container, method: "GET", change: set("X-Container-Object-Count", "many"), want: "InvalidFormat (x-container-object-count, many)"},
		{name: "relaxed", of: container, method: "GET", change: set("X-Trans-Id", "nonsense"), relaxed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &resources{Fixture: &phases.Fixture{Config: &tempestconf.Config{}}, policies: tt.policies}
			r.Config.PersistentResources.StrictHeaders = !tt.relaxed
			h := whole()
			if tt.change != nil {
				tt.change(h)
			}
			got := ""
			if err := r.assertHeaders(tt.of, tt.method, h); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("assertHeaders = %q, want %q", got, tt.want)
			}
		})
	}
}

func del(name string) func(http.Header)        { return func(h http.Header) { h.Del(name) } }
func set(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }

func TestDifferences(t *testing.T) {
	was := containerBaseline{"x-container-read": ".r:*", "x-storage-policy": "gold", "x-container-meta-run": "a"}
	now := containerBaseline{"x-storage-policy": "silver", "x-container-meta-run": "a", "x-container-write": "p:u"}
	want := []string{
		`x-container-read is gone, recorded ".r:*"`,
		`x-container-write is "p:u", recorded none`,
		`x-storage-policy is "silver", recorded "gold"`,
	}
	if got := strings.Join(differences(was, now), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("differences:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	if d := differences(was, was); len(d) != 0 {
		t.Errorf("a baseline differs from itself: %v", d)
	}
}

func TestListingDifferences(t *testing.T) {
	for _, tt := range []struct {
		name             string
		recorded, listed []string
		want             string
	}{
		{"lost", []string{"a", "b"}, []string{"b"}, "object a is missing"},
		{"added", []string{"a"}, []string{"a", "b"}, "object b is there and was not recorded"},
		{"order", []string{"a", "b"}, []string{"b", "a"}, "the order is [b a] and should be [a b]"},
	} {
		if got := strings.Join(listingDifferences(tt.recorded, tt.listed), "\n"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
