package cloud

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
)

func TestDiscover(t *testing.T) {
	for _, c := range []struct {
		name     string
		endpoint string            // below the server
		answers  map[string]string // by path; "status body", others are 404
		want     Versions
		err      string
	}{
		{"one version", "/compute/v2.1", map[string]string{
			"/compute/v2.1/": `200 {"version": {"id": "v2.1", "status": "CURRENT", "version": "2.93", "min_version": "2.1"}}`,
		}, Versions{API: "v2.1", Min: "2.1", Max: "2.93"}, ""},
		{"a project behind the version", "/volume/v3/0123456789abcdef", map[string]string{
			"/volume/v3/": `300 {"versions": [{"id": "v3.0", "status": "CURRENT", "version": "3.70", "min_version": "3.0"}]}`,
		}, Versions{API: "v3.0", Min: "3.0", Max: "3.70"}, ""},
		{"the current of several", "/image", map[string]string{
			"/image/": `300 {"versions": [{"id": "v2.0", "status": "SUPPORTED"}, {"id": "v2.15", "status": "CURRENT"}, {"id": "v2.14", "status": "SUPPORTED"}]}`,
		}, Versions{API: "v2.15"}, ""},
		{"the endpoint's of several", "/compute/v2", map[string]string{
			"/compute/": `200 {"versions": [{"id": "v2.0", "status": "SUPPORTED"}, {"id": "v3.0", "status": "CURRENT"}]}`,
		}, Versions{API: "v2.0"}, ""},
		{"Keystone's list", "/identity", map[string]string{
			"/identity/": `300 {"versions": {"values": [{"id": "v3.14", "status": "stable"}]}}`,
		}, Versions{API: "v3.14"}, ""},
		{"Placement's name for the newest", "/placement", map[string]string{
			"/placement/": `200 {"versions": [{"id": "v1.0", "max_version": "1.39", "min_version": "1.0", "status": "CURRENT"}]}`,
		}, Versions{API: "v1.0", Min: "1.0", Max: "1.39"}, ""},
		{"at the root where the version tells nothing", "/network/v2.0", map[string]string{
			"/network/": `200 {"versions": [{"id": "v2.0", "status": "CURRENT"}]}`,
		}, Versions{API: "v2.0"}, ""},
		{"no document", "/x", map[string]string{"/x/": `200 {"hello": 1}`}, Versions{}, "it has no version document"},
		{"no service", "/x/v1", nil, Versions{}, "404"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				status, body, ok := strings.Cut(c.answers[r.URL.Path], " ")
				w.Header().Set("Content-Type", "application/json")
				switch {
				case !ok:
					w.WriteHeader(http.StatusNotFound)
				case status == "300":
					w.WriteHeader(http.StatusMultipleChoices)
				}
				_, _ = io.WriteString(w, body)
			}))
			defer server.Close()
			got, err := Discover(t.Context(), &gophercloud.ProviderClient{}, server.URL+c.endpoint)
			if got != c.want || (c.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("%+v, %v; want %+v, %s", got, err, c.want, c.err)
			}
		})
	}
}
