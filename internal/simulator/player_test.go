package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// player sends a script to a cloud and writes the answers down in a form in
// which answers of different clouds can be compared.
type player struct {
	t        *testing.T
	client   *http.Client
	services map[string]string // catalog type -> URL without version and project
	vars     map[string]string
	interval time.Duration // between the requests of an until
	patience time.Duration // of an until
	before   func(*step)   // called before each step
}

// target is a cloud and its administrator.
type target struct {
	authURL, user, password, project string
	interval, patience               time.Duration
}

func newPlayer(t *testing.T, at target) *player {
	t.Helper()
	p := &player{
		t:        t,
		client:   &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{DisableCompression: true, ExpectContinueTimeout: time.Minute}},
		services: map[string]string{"identity": strings.TrimSuffix(strings.TrimSuffix(at.authURL, "/"), "/v3")},
		vars: map[string]string{
			"n": strconv.Itoa(1000000 + rand.IntN(9000000)), "admin_user": at.user, "admin_password": at.password, "admin_project": at.project,
		},
		interval: at.interval,
		patience: at.patience,
		before:   func(*step) {},
	}
	t.Cleanup(p.client.CloseIdleConnections)
	p.findServices()
	return p
}

var versionPart = regexp.MustCompile(`/v[0-9][0-9.]*(/.*)?$`)

func (p *player) findServices() {
	p.t.Helper()
	body := p.fill(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"{{admin_user}}","domain":{"id":"default"},` +
		`"password":"{{admin_password}}"}}},"scope":{"project":{"name":"{{admin_project}}","domain":{"id":"default"}}}}}`)
	response, data := p.send("POST", p.services["identity"]+"/v3/auth/tokens", [][2]string{{"Content-Type", "application/json"}}, body, 0)
	if response.StatusCode != http.StatusCreated {
		p.t.Fatalf("cannot get a token: %s %s", response.Status, data)
	}
	p.vars["admin"] = response.Header.Get("X-Subject-Token")
	var token struct {
		Token struct {
			Project struct{ ID string }
			Catalog []struct {
				Type      string
				Endpoints []struct{ Interface, URL string }
			}
		}
	}
	if err := json.Unmarshal(data, &token); err != nil {
		p.t.Fatal(err)
	}
	p.vars["admin_project_id"] = token.Token.Project.ID
	for _, service := range token.Token.Catalog {
		for _, endpoint := range service.Endpoints {
			if endpoint.Interface == "public" {
				p.services[service.Type] = versionPart.ReplaceAllString(endpoint.URL, "")
			}
		}
	}
}

func (p *player) fill(text string) string {
	for name, value := range p.vars {
		text = strings.ReplaceAll(text, "{{"+name+"}}", value)
	}
	return text
}

func (p *player) send(method, address string, header [][2]string, body string, length int64) (*http.Response, []byte) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, h := range header {
		request.Header.Set(h[0], h[1])
	}
	if request.Header.Get("Transfer-Encoding") == "chunked" {
		request.ContentLength = -1
		request.Body = io.NopCloser(strings.NewReader(body))
	}
	switch {
	case length > 0: // the server refuses before it says that it wants the body
		request.ContentLength = length
		request.Body = io.NopCloser(strings.NewReader(""))
		request.Header.Set("Expect", "100-continue")
	case length < 0:
		request.ContentLength = -1
		request.Body = io.NopCloser(strings.NewReader(body))
	}
	response, err := p.client.Do(request)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, address, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, address, err)
	}
	return response, data
}

// play sends one step and returns what is to be compared of its answer.
func (p *player) play(s *step) string {
	p.t.Helper()
	p.before(s)
	base, ok := p.services[s.service]
	if !ok {
		p.t.Fatalf("%s: no service %s", s.name, s.service)
	}
	header := [][2]string{}
	if s.as != "" {
		header = append(header, [2]string{"X-Auth-Token", p.vars[s.as]})
	}
	if strings.HasPrefix(s.body, "{") {
		header = append(header, [2]string{"Content-Type", "application/json"})
	}
	for _, h := range s.header {
		header = append(header, [2]string{h[0], p.fill(h[1])})
	}
	deadline := time.Now().Add(p.patience)
	for {
		response, data := p.send(s.method, base+p.fill(s.path), header, p.fill(s.body), s.length)
		reached := s.until[0] == "" || lookUp(data, p.fill(s.until[0])) == s.until[1] || s.until[0] == "status" && strconv.Itoa(response.StatusCode) == s.until[1]
		if !reached {
			if time.Now().After(deadline) {
				p.t.Errorf("%s: %s is not %s: %s", s.name, s.until[0], s.until[1], data)
				return p.write(s, response, data)
			}
			time.Sleep(p.interval)
			continue
		}
		for _, g := range s.gets {
			value := response.Header.Get(g[2])
			if g[1] == "body" {
				value = lookUp(data, p.fill(g[2]))
			}
			if value == "" {
				p.t.Errorf("%s: no %s %s in the answer: %s %s", s.name, g[1], g[2], response.Status, data)
				value = "missing"
			}
			p.vars[g[0]] = value
		}
		return p.write(s, response, data)
	}
}

// find returns the member of a list whose own member has that value.
func find(list []any, member, wanted string) any {
	for _, value := range list {
		if v, ok := value.(map[string]any); ok && fmt.Sprint(v[member]) == wanted {
			return value
		}
	}
	return nil
}

// lookUp finds a.0.b or a.name=x.b in a JSON body.
func lookUp(data []byte, path string) string {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return ""
	}
	for _, name := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			if member, wanted, ok := strings.Cut(name, "="); ok {
				value = find(v, member, wanted)
				continue
			}
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				return ""
			}
			value = v[i]
		default:
			return ""
		}
	}
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// noise are headers that depend on the web server, not on the service.
var noise = []string{"Date", "Connection", "Server", "Keep-Alive", "Content-Length"}

func (p *player) write(s *step, response *http.Response, data []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "=== %s\n%d\n", s.name, response.StatusCode)
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		if slices.Contains(noise, name) || slices.Contains(s.ignore, name) ||
			name == "Content-Type" && response.StatusCode == http.StatusNotModified { // net/http never sends it
			continue
		}
		values := slices.Sorted(slices.Values(response.Header[name]))
		if name == "Allow" { // the order changes from start to start
			values = slices.Sorted(slices.Values(strings.Split(strings.Join(values, ", "), ", ")))
		}
		fmt.Fprintf(&b, "%s: %s\n", name, p.mask(strings.Join(values, " | ")))
	}
	var value any
	if json.Unmarshal(data, &value) == nil && len(data) > 0 && (data[0] == '{' || data[0] == '[') {
		value = drop(value, s.ignore)
		if s.shape {
			value = shapeOf(value)
		}
		data = indent(value)
	}
	if len(data) > 0 {
		fmt.Fprintf(&b, "\n%s\n", p.mask(strings.TrimRight(string(data), "\n")))
	}
	return b.String() + "\n"
}

func indent(value any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // came from JSON
	return b.Bytes()
}

func drop(value any, names []string) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if slices.Contains(names, name) {
				delete(v, name)
			} else {
				v[name] = drop(member, names)
			}
			if list, ok := member.([]any); ok && slices.Contains(unordered, name) {
				slices.SortFunc(list, func(a, b any) int { return strings.Compare(sortKey(a), sortKey(b)) })
			}
		}
	case []any:
		for i := range v {
			v[i] = drop(v[i], names)
		}
	}
	return value
}

// unordered are lists whose order changes from run to run.
var unordered = []string{"methods", "security_group_rules"}

func sortKey(value any) string {
	rule, ok := value.(map[string]any)
	if !ok {
		return fmt.Sprint(value)
	}
	return fmt.Sprint(rule["direction"], rule["ethertype"], rule["protocol"], rule["port_range_min"], rule["remote_group_id"] != nil)
}

// shapeOf replaces every value by its kind; lists keep their first member.
func shapeOf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = shapeOf(member)
		}
		return v
	case []any:
		if len(v) == 0 {
			return v
		}
		return []any{shapeOf(v[0])}
	case nil:
		return nil
	default:
		return fmt.Sprintf("%T", v)
	}
}

// masks replace what differs from run to run.
var masks = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`(\\n\\n|  )Failed validating .*`), "<schema>"}, // jsonschema goes on with the whole schema
	{regexp.MustCompile(`boundary=[0-9a-f]{32}`), "boundary=<boundary>"},
	{regexp.MustCompile(`--[0-9a-f]{32}`), "--<boundary>"},
	{regexp.MustCompile(`gAAAAA[A-Za-z0-9_-]+`), "<token>"},
	{regexp.MustCompile(`tx[0-9a-f]{21}-[0-9a-f]{10}`), "<transaction>"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<uuid>"},
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "<id>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}`), "<time.micro>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d`), "<time>"},
	{regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`), "<date>"},
	{regexp.MustCompile(`\b1\d{9}\.\d{5}\b`), "<stamp>"},
	{regexp.MustCompile(`"[A-Za-z0-9_-]{22}"`), `"<audit>"`},
	{regexp.MustCompile(`"[A-Za-z0-9_-]{86}"`), `"<secret>"`},
}

func (p *player) mask(text string) string {
	names := slices.SortedFunc(maps.Keys(p.vars), func(a, b string) int { return len(p.vars[b]) - len(p.vars[a]) })
	for _, name := range names {
		if value := p.vars[name]; len(value) > 6 {
			text = strings.ReplaceAll(text, value, "<"+name+">")
		}
	}
	kinds := slices.SortedFunc(maps.Keys(p.services), func(a, b string) int { return len(p.services[b]) - len(p.services[a]) })
	for _, kind := range kinds {
		text = strings.ReplaceAll(text, p.services[kind], "<"+kind+">")
		if u, err := url.Parse(p.services[kind]); err == nil && u.Host != "" {
			text = strings.ReplaceAll(text, "http://"+u.Host+"/v3", "<identity>/v3")
		}
	}
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.text)
	}
	return text
}
