//go:build interop

package simulator_test

import (
	"bufio"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// traced is what is used of a line that --trace writes.
type traced struct {
	Caller, Method, URL string
	Status              int
	RequestHeader       http.Header `json:"request_headers"`
	RequestBody         string      `json:"request_body"`
	ResponseBody        string      `json:"response_body"`
}

// TestScriptOfTrace turns the traces create.jsonl, verify.jsonl and
// delete.jsonl of a run with one worker, in the folder RECORD_TRACE, and the
// tempest.conf RECORD_CONFIG that the run used, into the script of what the
// program sends, testdata/scripts/program.script.
func TestScriptOfTrace(t *testing.T) {
	folder := os.Getenv("RECORD_TRACE")
	if folder == "" {
		t.Skip("RECORD_TRACE names no folder with traces")
	}
	options := tempestOptions(t, os.Getenv("RECORD_CONFIG"))
	w := &scriptWriter{names: map[string]string{
		options["compute.image_ref"]: "{{configured_image}}", options["compute.flavor_ref"]: "42",
		options["network.public_network_id"]: "{{configured_network}}",
	}}
	w.out.WriteString("# What create, verify and delete send to a cloud, in their order: made from a trace by TestScriptOfTrace.\n")
	w.out.WriteString("ignore revision_number standard_attr_id mtu provider:segmentation_id ip_address mac_address floating_ip_address fixed_ip_address " +
		"adminPass OS-EXT-IPS-MAC:mac_addr addr hostId\n")
	w.out.WriteString(configured)
	var all []traced
	for _, phase := range []string{"create", "verify", "delete"} {
		all = append(all, readTrace(t, filepath.Join(folder, phase+".jsonl"))...)
	}
	for i, x := range all {
		if i+1 < len(all) && x.Method == http.MethodGet && all[i+1].Method == x.Method && all[i+1].URL == x.URL {
			continue // it asks until something is reached: the last one says what
		}
		w.step(t, x, all[i+1:])
	}
	if err := os.WriteFile("testdata/scripts/program.script", []byte(w.out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// configured are the steps that find what a tempest.conf names.
const configured = `=== the configured image
as admin
GET image /v2/images?visibility=public&disk_format=qcow2&limit=1
get configured_image = body images.0.id
shape
ignore images first next
=== the configured network
as admin
GET network /v2.0/networks?router:external=True
get configured_network = body networks.0.id
shape
`

func readTrace(t *testing.T, path string) []traced {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []traced
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var x traced
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

type scriptWriter struct {
	out     strings.Builder
	names   map[string]string // id or number -> variable
	objects int
	tokens  int
	token   string // variable of the newest token, which is the one that is used
}

var (
	anID     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|AUTH_[0-9a-f]{32}`)
	aNumber  = regexp.MustCompile(`-\d{5,}`)
	services = []struct{ port, kind string }{
		{":5000", "identity"}, {":8774", "compute"}, {":9696", "network"}, {":9292", "image"}, {":8080", "object-store"},
	}
)

// step writes one exchange; later tells which parts of its answer are needed.
func (w *scriptWriter) step(t *testing.T, x traced, later []traced) {
	t.Helper()
	u, err := url.Parse(x.URL)
	if err != nil {
		t.Fatal(err)
	}
	kind := ""
	for _, s := range services {
		if strings.HasSuffix(u.Host, s.port) {
			kind = s.kind
		}
	}
	path := w.fill(strings.TrimPrefix(x.URL, u.Scheme+"://"+u.Host))
	fmt.Fprintf(&w.out, "=== %s: %s %s %s\n", strings.ReplaceAll(x.Caller, ":", " "), x.Method, kind, path)
	isToken := x.Method == http.MethodPost && strings.HasSuffix(u.Path, "/auth/tokens")
	if len(x.RequestHeader["X-Auth-Token"]) > 0 {
		fmt.Fprintf(&w.out, "as %s\n", w.token)
	}
	fmt.Fprintf(&w.out, "%s %s %s\n", x.Method, kind, path)
	w.request(x)
	if isToken {
		w.tokens++
		w.token = fmt.Sprintf("token%d", w.tokens)
		fmt.Fprintf(&w.out, "get %s = header X-Subject-Token\nignore catalog roles\n", w.token)
	}
	w.answer(x, u, later)
}

func (w *scriptWriter) request(x traced) {
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range x.RequestHeader {
			if !slices.Contains([]string{"User-Agent", "X-Auth-Token", "Content-Length", "Etag"}, name) && !yield(name) {
				return
			}
		}
	}) {
		if name == "Content-Type" && strings.HasPrefix(x.RequestBody, "{") {
			continue // the player's own
		}
		fmt.Fprintf(&w.out, "%s: %s\n", name, w.fill(x.RequestHeader.Get(name)))
	}
	body := x.RequestBody
	if len(x.RequestHeader["Etag"]) > 0 { // an object; a trace holds no bytes
		if body == "" {
			w.objects++
			body = strings.Repeat(fmt.Sprintf("object %d ", w.objects), 16)
			body = strings.TrimSpace(body)
		}
		fmt.Fprintf(&w.out, "Etag: %x\n", md5.Sum([]byte(body)))
	}
	if strings.HasPrefix(body, "{") {
		password := `"password":"Simprobe-1!"`
		if strings.Contains(body, `"name":"admin","password"`) {
			password = `"password":"{{admin_password}}"`
			body = strings.ReplaceAll(body, `"name":"admin","password"`, `"name":"{{admin_user}}","password"`)
			body = strings.ReplaceAll(body, `"name":"admin"`, `"name":"{{admin_project}}"`)
		}
		body = strings.ReplaceAll(body, `"password":"***"`, password)
		w.out.WriteString(w.fill(body) + "\n")
	} else if body != "" {
		w.out.WriteString("text " + body + "\n")
	}
}

// answer writes what is kept of the answer, and what it waits for.
func (w *scriptWriter) answer(x traced, u *url.URL, later []traced) {
	var body any
	_ = json.Unmarshal([]byte(x.ResponseBody), &body) // not every answer is JSON
	needed := func(id string) bool {
		return slices.ContainsFunc(later, func(y traced) bool {
			return strings.Contains(y.URL, id) || strings.Contains(y.RequestBody, id)
		})
	}
	if !strings.HasSuffix(u.Path, "/auth/tokens") {
		w.keep(body, "", needed)
	}
	switch {
	case x.Method == http.MethodGet && x.Status == http.StatusNotFound:
		w.out.WriteString("until status = 404\n")
	case x.Method == http.MethodGet && strings.HasSuffix(u.Path, "/ports"): // may come up after its server
		w.out.WriteString("until ports.0.status = ACTIVE\n")
	case x.Method == http.MethodGet && u.RawQuery == "name=default": // of all projects
		w.out.WriteString("shape\n")
	case x.Method == http.MethodGet && strings.Contains(u.Path, "/os-keypairs/"):
		w.out.WriteString("ignore id\n") // a count
	case x.Method == http.MethodGet && u.Path == "/v3/roles":
		w.out.WriteString("shape\nignore immutable\n")
	case u.Path == "/info":
		w.out.WriteString("shape\nignore symlink versioned_writes object_versioning slo account_quotas ratelimit tempurl bulk_upload bulk_delete container_sync\n")
	case x.Method == http.MethodGet:
		members, _ := body.(map[string]any)
		for name, member := range members {
			if m, ok := member.(map[string]any); ok && m["status"] != nil {
				fmt.Fprintf(&w.out, "until %s.status = %v\n", name, m["status"])
			}
		}
	}
}

func (w *scriptWriter) keep(value any, path string, needed func(string) bool) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for name := range v {
				if !yield(name) {
					return
				}
			}
		}) {
			w.keep(v[name], path+"."+name, needed)
		}
	case []any:
		for i, member := range v {
			at := fmt.Sprint(i)
			m, _ := member.(map[string]any)
			for _, by := range []string{"project_id", "name"} { // what tells it from the list's other members
				if text := fmt.Sprint(m[by]); m[by] != nil && text != "" && find(v[i+1:], by, text) == nil && find(v[:i], by, text) == nil {
					at = by + "=" + w.fill(text)
					break
				}
			}
			w.keep(member, path+"."+at, needed)
		}
	case string:
		if anID.FindString(v) == v && v != "" && w.names[v] == "" && needed(v) {
			name := fmt.Sprintf("id%d", len(w.names)+1)
			w.names[v] = "{{" + name + "}}"
			fmt.Fprintf(&w.out, "get %s = body %s\n", name, w.number(strings.TrimPrefix(path, ".")))
		}
	}
}

// fill puts variables for ids and numbers that change from run to run.
func (w *scriptWriter) fill(text string) string {
	text = anID.ReplaceAllStringFunc(text, func(id string) string {
		prefix := ""
		if rest, ok := strings.CutPrefix(id, "AUTH_"); ok {
			prefix, id = "AUTH_", rest
		}
		if name := w.names[id]; name != "" {
			return prefix + name
		}
		return prefix + id
	})
	return w.number(text)
}

func (w *scriptWriter) number(text string) string {
	return aNumber.ReplaceAllStringFunc(text, func(number string) string {
		if w.names[number] == "" {
			w.names[number] = fmt.Sprintf("-{{n}}%d", len(w.names)+1)
		}
		return w.names[number]
	})
}
