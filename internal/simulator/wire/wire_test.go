package wire

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

func TestPythonRepr(t *testing.T) {
	for in, want := range map[string]string{
		`{"name":"a","b":[1,2.5,null,true,false],"c":{}}`: `{'name': 'a', 'b': [1, 2.5, None, True, False], 'c': {}}`,
		`"it's"`:          `"it's"`,
		`"both ' and \""`: `'both \' and "'`,
		`"a\nb\\c"`:       `'a\nb\\c'`,
		`{broken`:         `{broken`,
	} {
		if got := PythonRepr(json.RawMessage(in)); got != want {
			t.Errorf("PythonRepr(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestRouter(t *testing.T) {
	var r Router
	called := ""
	for _, route := range [][2]string{{"GET", "/v2/things"}, {"GET", "/v2/things/special"}, {"GET", "/v2/things/{id}"}, {"DELETE", "/v2/things/{id}"}} {
		r.Handle(route[0], route[1], func(*Call) error {
			called = route[0] + " " + route[1]
			return nil
		})
	}
	for _, tt := range []struct {
		method, path, want, id string
		allowed                int
	}{
		{"GET", "/v2/things", "GET /v2/things", "", 0},
		{"GET", "/v2/things/", "GET /v2/things", "", 0},
		{"GET", "/v2/things/special", "GET /v2/things/special", "", 0},
		{"GET", "/v2/things/x", "GET /v2/things/{id}", "x", 0},
		{"HEAD", "/v2/things/x", "GET /v2/things/{id}", "x", 0},
		{"DELETE", "/v2/things/x", "DELETE /v2/things/{id}", "x", 0},
		{"PUT", "/v2/things/x", "", "", 2},
		{"GET", "/v2/other", "", "", 0},
	} {
		called = ""
		c := &Call{R: httptest.NewRequest(tt.method, tt.path, nil)}
		h, allowed := r.Find(c)
		if h != nil {
			_ = h(c)
		}
		if called != tt.want || c.Param("id") != tt.id || len(allowed) != tt.allowed {
			t.Errorf("%s %s: handler %q, id %q, allowed %v", tt.method, tt.path, called, c.Param("id"), allowed)
		}
	}
}

func TestIDs(t *testing.T) {
	for name, tt := range map[string]struct{ got, pattern string }{
		"HexID":     {HexID(), `^[0-9a-f]{32}$`},
		"UUID":      {UUID(), `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		"RequestID": {RequestID(), `^req-[0-9a-f]{8}-`},
		"Secret":    {Secret(16), `^[A-Za-z0-9_-]{22}$`},
	} {
		if !regexp.MustCompile(tt.pattern).MatchString(tt.got) {
			t.Errorf("%s %q does not match %s", name, tt.got, tt.pattern)
		}
	}
}

func TestAsError(t *testing.T) {
	if got := AsError(http.ErrBodyNotAllowed); got.Status != http.StatusInternalServerError {
		t.Errorf("an unforeseen error is a %d, want 500", got.Status)
	}
	if got := AsError(Errorf(http.StatusTeapot, "%s", "x")); got.Status != http.StatusTeapot || got.Message != "x" {
		t.Errorf("a refusal became %v", got)
	}
}
