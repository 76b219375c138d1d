package simulator_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/internal/simulator"
)

func TestParseFault(t *testing.T) {
	for _, tt := range []struct {
		text, want string // want is empty where text is its own normal form
		err        string
	}{
		{text: "object-store PUT /v1/*/*/* 503 times=2"},
		{text: "* * * drop"},
		{text: "nova POST /v2.1/servers act+drop after=1 times=1"},
		{text: "nova * * drop skip=1", want: "nova * * drop after=1"},
		{text: "compute * ** act+504 delay=2s", want: "compute * ** act+504 delay=2s"},
		{text: "identity  GET   /v3  truncate", want: "identity GET /v3 truncate"},
		{text: "image GET /v2/** pass delay=1.5s"},
		{text: "compute POST * 403 times=1 message=Quota exceeded for cores"},
		{text: "compute POST * 429 header=Retry-After:1"},
		{text: "compute POST *", err: "want SERVICE METHOD PATH ACTION"},
		{text: "compute POST * explode", err: `unknown action "explode"`},
		{text: "compute POST * 99", err: `unknown action "99"`},
		{text: "compute POST * 500 often=2", err: `unknown option "often"`},
		{text: "compute POST * 500 times=x", err: "option times"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			f, err := simulator.ParseFault(tt.text)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				tt.want = tt.text
			}
			if got := f.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// visitor is a client of a cloud that notes what became of its requests.
type visitor struct {
	t      *testing.T
	cloud  *simulator.Cloud
	client *http.Client
	token  string
	header http.Header // of the last answer
	body   string
}

func visit(t *testing.T, cloud *simulator.Cloud) *visitor {
	t.Helper()
	v := &visitor{t: t, cloud: cloud, client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(v.client.CloseIdleConnections)
	v.logIn()
	return v
}

func (v *visitor) logIn() {
	v.t.Helper()
	v.token = ""
	status := v.do("POST", "/identity/v3/auth/tokens", `{"auth":{"identity":{"methods":["password"],"password":{"user":`+
		`{"name":"demo","domain":{"id":"default"},"password":"demo"}}},"scope":{"project":{"name":"demo","domain":{"id":"default"}}}}}`)
	if status != http.StatusCreated {
		v.t.Fatalf("no token: %d %s", status, v.body)
	}
	v.token = v.header.Get("X-Subject-Token")
}

func (v *visitor) account() string {
	v.t.Helper()
	return "/object-store/v1/AUTH_" + v.cloud.ProjectID("demo")
}

// do returns the status, 0 for a broken connection and -1 for a cut body.
func (v *visitor) do(method, path, body string) int {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.cloud.URL()+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("X-Auth-Token", v.token)
	response, err := v.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	v.header, v.body = response.Header, string(data)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return -1
	}
	return response.StatusCode
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name, fault string
		statuses    []int // of three PUTs of the same container and a GET of it
	}{
		{"no fault", "image * * 500", []int{201, 202, 202, 204}},
		{"refused at first", "object-store PUT /v1/*/* 503 times=2", []int{503, 503, 201, 204}},
		{"refused later", "swift PUT * 500 after=1 times=1", []int{201, 500, 202, 204}},
		{"acted and failed", "object-store PUT * act+504 times=1", []int{504, 202, 202, 204}},
		{"dropped before acting", "* PUT * drop times=2", []int{0, 0, 201, 204}},
		{"dropped after acting", "* PUT * act+drop times=1", []int{0, 202, 202, 204}},
		{"truncated", "* PUT * truncate after=1 times=1", []int{201, -1, 202, 204}},
		{"another path", "* PUT /v1/* 500", []int{201, 202, 202, 204}},
		{"deep pattern", "* * /v1/** 500", []int{500, 500, 500, 500}},
		{"delayed", "* PUT * pass delay=1ms", []int{201, 202, 202, 204}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := start(t, simulator.Options{})
			v := visit(t, cloud)
			fault, err := simulator.ParseFault(tt.fault)
			if err != nil {
				t.Fatal(err)
			}
			cloud.AddFault(fault)
			var got []int
			for _, method := range []string{"PUT", "PUT", "PUT", "GET"} {
				// PUTs that break are repeated by nobody: net/http repeats
				// only requests without side effects.
				got = append(got, v.do(method, v.account()+"/c", ""))
			}
			if diff := cmp.Diff(tt.statuses, got); diff != "" {
				t.Errorf("statuses (-want +got)\n%s", diff)
			}
		})
	}
}

func TestFaultBodiesAreTheServicesOwn(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	cloud.AddFault(simulator.Fault{Service: "object-store", Action: simulator.Refuse, Status: 503})
	remove := cloud.AddFault(simulator.Fault{Service: "keystone", Action: simulator.Refuse, Status: 500, Header: http.Header{"Retry-After": {"7"}}})
	v.do("GET", v.account(), "")
	if want := "<html><h1>Service Unavailable</h1>"; !strings.HasPrefix(v.body, want) {
		t.Errorf("Swift's body is %q, want %q", v.body, want)
	}
	v.do("GET", "/identity/v3", "")
	var keystone struct {
		Error struct {
			Code    int
			Message string
		}
	}
	if err := json.Unmarshal([]byte(v.body), &keystone); err != nil || keystone.Error.Code != 500 || keystone.Error.Message == "" {
		t.Errorf("Keystone's body is %q (%v)", v.body, err)
	}
	if got := v.header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After %q, want 7", got)
	}
	remove()
	if status := v.do("GET", "/identity/v3", ""); status != 200 {
		t.Errorf("status %d after the fault was removed", status)
	}
}

func TestHooks(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	var seen []string
	cloud.AddFault(simulator.Fault{
		Method: "PUT",
		Before: func(r *http.Request) { seen = append(seen, "before "+r.Method) },
		Replied: func(_ *http.Request, status int) {
			seen = append(seen, "replied "+http.StatusText(status))
			if err := cloud.DeleteContainer(cloud.ProjectID("demo"), "c"); err != nil {
				t.Error(err)
			}
		},
	})
	if status := v.do("PUT", v.account()+"/c", ""); status != 201 {
		t.Errorf("status %d, want 201", status)
	}
	if status := v.do("GET", v.account()+"/c", ""); status != 404 {
		t.Errorf("status %d of the container the hook removed, want 404", status)
	}
	if diff := cmp.Diff([]string{"before PUT", "replied Created"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestAdministration(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	cloud.ResetRequests()
	if status := v.do("POST", "/simulator/faults", "swift PUT * 503 times=1\n\nswift GET * drop\n"); status != 201 {
		t.Fatalf("%d %s", status, v.body)
	}
	if status := v.do("POST", "/simulator/faults", "swift PUT"); status != 400 {
		t.Errorf("a wrong fault gives %d", status)
	}
	v.do("PUT", v.account()+"/c?x=%20y", "")
	v.do("GET", "/simulator/faults", "")
	want := `[{"id":1,"fault":"swift PUT * 503 times=1","seen":1},{"id":2,"fault":"swift GET * drop","seen":0}]`
	if got := strings.TrimSpace(v.body); got != want {
		t.Errorf("faults %s, want %s", got, want)
	}
	if status := v.do("DELETE", "/simulator/faults/2", ""); status != 204 {
		t.Errorf("delete a fault: %d", status)
	}
	if status := v.do("DELETE", "/simulator/faults/2", ""); status != 404 {
		t.Errorf("delete a fault again: %d", status)
	}
	v.do("DELETE", "/simulator/faults", "")
	v.do("PUT", v.account()+"/c", "")
	var log []simulator.Request
	v.do("GET", "/simulator/requests", "")
	if err := json.Unmarshal([]byte(v.body), &log); err != nil {
		t.Fatal(err)
	}
	for i := range log {
		log[i].Time = time.Time{}
	}
	wantLog := []simulator.Request{
		{Service: "object-store", Method: "PUT", Path: v.account() + "/c?x=%20y", Status: 503, Fault: "swift PUT * 503 times=1"},
		{Service: "object-store", Method: "PUT", Path: v.account() + "/c", Status: 201},
	}
	if diff := cmp.Diff(wantLog, log); diff != "" {
		t.Errorf("log (-want +got)\n%s", diff)
	}
	v.do("GET", "/simulator/inventory", "")
	if want := "container " + cloud.ProjectID("demo") + " c\n"; !strings.Contains(v.body, want) {
		t.Errorf("inventory %q lacks %q", v.body, want)
	}
	if status := v.do("POST", "/simulator/restart", ""); status != 204 {
		t.Errorf("restart: %d", status)
	}
	if status := v.do("GET", v.account()+"/c", ""); status != 401 {
		t.Errorf("status %d with a token from before the restart, want 401", status)
	}
}
