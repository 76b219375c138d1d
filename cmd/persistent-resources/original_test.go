package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"opendev.org/x/persistent-resources/internal/guest"
	"opendev.org/x/persistent-resources/internal/simulator"
)

// originalPlugin makes what the original plugin makes, with its requests and names, and writes its persistent.resource.
type originalPlugin struct {
	sim   *simulator.Cloud
	fail  func(format string, args ...any)
	token string
	made  map[string]string // what a class made: user, project, server, container by id; keypair, object by name; address
}

// originalCommand is "original compute FILE" and "original object_storage FILE".
func originalCommand(ts *testscript.TestScript, _ bool, args []string) {
	c := cloudOf(ts)
	p := newOriginal(c.sim, ts.Fatalf)
	var text string
	switch args[0] {
	case "compute":
		text = p.compute(true)
	case "compute-without-floating-ip":
		text = p.compute(false)
	case "object_storage-of-an-account":
		text = p.accountObjects()
	case "object_storage":
		text = p.objectStorage()
	default:
		ts.Fatalf("the original has no service %s", args[0])
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[1])), 0o700))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
	c.bystander = c.original["server"]
	c.original = p.made
}

// originalLossCommand is "original-loss WHAT": it changes what the last "original" made, behind everybody's back.
func originalLossCommand(ts *testscript.TestScript, _ bool, args []string) {
	c := cloudOf(ts)
	m := c.original
	switch strings.Join(args, " ") {
	case "object content":
		ts.Check(c.sim.OverwriteObject(m["project"], m["container"], m["object"], []byte("testtesttestTES")))
	case "object missing":
		ts.Check(c.sim.DeleteObject(m["project"], m["container"], m["object"]))
	case "server recreated":
		ts.Check(c.sim.RecreateServer(m["server"]))
	case "server stopped":
		ts.Check(c.sim.StopServer(m["server"]))
	case "server missing":
		ts.Check(c.sim.DeleteServer(m["server"]))
	case "server renamed":
		ts.Check(c.sim.RenameServer(m["server"], "somebody-elses"))
	case "keypair replaced":
		pair, err := guest.GenerateKey("ecdsa")
		ts.Check(err)
		ts.Check(c.sim.ReplaceKeypair(m["user"], m["keypair"], pair.PublicKey))
	case "floating IP taken off":
		ts.Check(c.sim.DisassociateFloatingIP(m["address"]))
	case "floating IP moved":
		ts.Check(c.sim.MoveFloatingIP(m["address"], c.bystander))
	case "floating IP missing":
		ts.Check(c.sim.DeleteFloatingIP(m["address"]))
	default:
		ts.Fatalf("no such loss: %v", args)
	}
}

func newOriginal(sim *simulator.Cloud, fail func(string, ...any)) *originalPlugin {
	p := &originalPlugin{sim: sim, fail: fail, made: map[string]string{}}
	p.token = p.authenticate(map[string]any{"name": "admin", "domain": map[string]string{"name": "Default"}, "password": sim.AdminPassword()},
		map[string]any{"project": map[string]any{"name": "admin", "domain": map[string]string{"name": "Default"}}})
	return p
}

func randName(root string) string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1<<31-2))
	return fmt.Sprintf("tempest-%s-%d", root, n.Int64()+1)
}

// do sends one request and returns the answer's body, which must have the status 2xx.
func (p *originalPlugin) do(method, path string, body any) (map[string]any, http.Header) {
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			p.fail("%v", err)
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, p.sim.URL()+path, r)
	if err != nil {
		p.fail("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		req.Header.Set("X-Auth-Token", p.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.fail("%v", err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	if resp.StatusCode/100 != 2 {
		p.fail("%s %s: %s: %s", method, path, resp.Status, data)
	}
	var out map[string]any
	_ = json.Unmarshal(data, &out)
	return out, resp.Header
}

// at takes a value out of nested objects and lists.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func textAt(v any, path ...any) string { s, _ := at(v, path...).(string); return s }

// authenticate gets a token and keeps whose it is.
func (p *originalPlugin) authenticate(user, scope map[string]any) string {
	p.token = ""
	body, h := p.do("POST", "/identity/v3/auth/tokens", map[string]any{"auth": map[string]any{
		"identity": map[string]any{"methods": []string{"password"}, "password": map[string]any{"user": user}}, "scope": scope,
	}})
	p.made["project"], p.made["user"] = textAt(body, "token", "project", "id"), textAt(body, "token", "user", "id")
	return h.Get("X-Subject-Token")
}

// credentials makes project and user as Tempest's dynamic credentials of a class do, and works as the user from then on.
func (p *originalPlugin) credentials(class, role string) (head []any) {
	name := randName(class)
	project, _ := p.do("POST", "/identity/v3/projects", map[string]any{"project": map[string]any{"name": name, "description": name + "-desc", "domain_id": "default"}})
	userName, password := name+"-project"+role, "Tg6@"+randName("")
	user, _ := p.do("POST", "/identity/v3/users", map[string]any{"user": map[string]any{"name": userName, "password": password, "domain_id": "default"}})
	projectID, userID := textAt(project, "project", "id"), textAt(user, "user", "id")
	roles, _ := p.do("GET", "/identity/v3/roles", nil)
	for i := 0; at(roles, "roles", i) != nil; i++ {
		if textAt(roles, "roles", i, "name") == "member" {
			p.do("PUT", "/identity/v3/projects/"+projectID+"/users/"+userID+"/roles/"+textAt(roles, "roles", i, "id"), nil)
		}
	}
	p.token = p.authenticate(map[string]any{"id": userID, "password": password}, map[string]any{"project": map[string]any{"id": projectID}})
	return []any{"user_id", userID, "username", userName, "tenant_id", projectID, "tenant_name", name, "password", password, "network", nil, "router", nil, "subnet", nil}
}

func (p *originalPlugin) objectStorage() string {
	return p.objects(p.credentials("ObjectStoragePersistentResources", "-member"))
}

func (p *originalPlugin) objects(head []any) string {
	box, object, data := randName("TestContainer"), randName("TestObject"), "testtesttesttes"
	base := "/object-store/v1/AUTH_" + p.made["project"] + "/" + box
	p.do("PUT", base, nil)
	p.do("PUT", base+"/"+object, data)
	p.made["container"], p.made["object"] = box, object
	return pickle0(append(head, "validation_resources", map[string]any{}, "containers", []any{box}, "objects", []any{object}, "data", []any{data}))
}

// accountObjects makes objects as the member of the embedded cloud, whom nobody made for the test.
func (p *originalPlugin) accountObjects() string {
	member := map[string]any{"name": "demo", "domain": map[string]string{"name": "Default"}, "password": "demo"}
	p.token = p.authenticate(member, map[string]any{"project": map[string]any{"name": "demo", "domain": map[string]string{"name": "Default"}}})
	return p.objects([]any{"user_id", p.made["user"], "username", "demo", "tenant_id", p.made["project"], "tenant_name", "demo", "password", "demo",
		"network", nil, "router", nil, "subnet", nil})
}

func (p *originalPlugin) compute(withFloatingIP bool) string {
	head := p.credentials("ComputePersistentResources", "")
	pair, err := guest.GenerateKey("ecdsa")
	if err != nil {
		p.fail("%v", err)
	}
	key, _ := p.do("POST", "/compute/v2.1/os-keypairs", map[string]any{"keypair": map[string]any{"name": randName("keypair"), "public_key": pair.PublicKey}})
	keypair, _ := at(key, "keypair").(map[string]any)
	keypair["private_key"] = pair.PrivateKey
	answer, _ := p.do("POST", "/network/v2.0/security-groups", map[string]any{"security_group": map[string]any{"name": randName("securitygroup-"), "description": randName("description-")}})
	group, _ := at(answer, "security_group").(map[string]any)
	for _, rule := range []map[string]any{{"protocol": "tcp", "port_range_min": 22, "port_range_max": 22},
		{"protocol": "tcp", "port_range_min": p.sim.GuestPort(), "port_range_max": p.sim.GuestPort()}, {"protocol": "icmp"}} {
		rule["security_group_id"], rule["direction"], rule["ethertype"] = group["id"], "ingress", "IPv4"
		p.do("POST", "/network/v2.0/security-group-rules", map[string]any{"security_group_rule": rule})
	}
	networks, _ := p.do("GET", "/network/v2.0/networks", nil)
	ids := map[string]string{}
	for i := 0; at(networks, "networks", i) != nil; i++ {
		ids[textAt(networks, "networks", i, "name")] = textAt(networks, "networks", i, "id")
	}
	access := map[string]any{"keypair": keypair, "security_group": group}
	server := p.server(group, keypair, ids["private"])
	p.made["server"], p.made["keypair"] = server, textAt(keypair, "name")
	if withFloatingIP {
		answer, _ = p.do("POST", "/network/v2.0/floatingips", map[string]any{"floatingip": map[string]any{"floating_network_id": ids["public"]}})
		floating, _ := at(answer, "floatingip").(map[string]any)
		floating["ip"] = floating["floating_ip_address"]
		ports, _ := p.do("GET", "/network/v2.0/ports?device_id="+server, nil)
		p.do("PUT", "/network/v2.0/floatingips/"+textAt(floating, "id"), map[string]any{"floatingip": map[string]any{"port_id": at(ports, "ports", 0, "id")}})
		access["floating_ip"], p.made["address"] = floating, textAt(floating, "ip")
	}
	return pickle0(append(head, "validation_resources", access, "servers", []any{map[string]any{"id": server}}))
}

// server makes the server and waits until it runs.
func (p *originalPlugin) server(group, keypair map[string]any, network string) string {
	images, _ := p.do("GET", "/image/v2/images", nil)
	body := map[string]any{
		"name": randName("ComputePersistentResources-server"), "imageRef": textAt(images, "images", 0, "id"), "flavorRef": "42",
		"security_groups": []any{map[string]any{"name": group["name"]}}, "key_name": keypair["name"],
	}
	if network != "" {
		body["networks"] = []any{map[string]any{"uuid": network}}
	}
	answer, _ := p.do("POST", "/compute/v2.1/servers", map[string]any{"server": body})
	id := textAt(answer, "server", "id")
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		now, _ := p.do("GET", "/compute/v2.1/servers/"+id, nil)
		switch textAt(now, "server", "status") {
		case "ACTIVE":
			return id
		case "ERROR":
			p.fail("the server could not be built: %v", now)
		}
		<-ticker.C
	}
}

// pickle0 writes keys and values as a pickle of protocol 0.
func pickle0(pairs []any) string {
	var b strings.Builder
	b.WriteString("(d")
	for i := 0; i < len(pairs); i += 2 {
		writePickle(&b, pairs[i])
		writePickle(&b, pairs[i+1])
		b.WriteString("s")
	}
	b.WriteString(".")
	return b.String()
}

func writePickle(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("N")
	case bool:
		b.WriteString(map[bool]string{true: "I01\n", false: "I00\n"}[v])
	case float64:
		fmt.Fprintf(b, "F%v\n", v)
	case string:
		b.WriteString("V" + strings.NewReplacer("\\", "\\u005c", "\n", "\\u000a").Replace(v) + "\n")
	case []any:
		b.WriteString("(l")
		for _, item := range v {
			writePickle(b, item)
			b.WriteString("a")
		}
	case map[string]any:
		b.WriteString("(d")
		for k, item := range v {
			writePickle(b, k)
			writePickle(b, item)
			b.WriteString("s")
		}
	}
}

func TestPickle0(t *testing.T) {
	if got := pickle0([]any{"a", []any{nil, true, "x\ny"}}); got != "(dVa\n(lNaI01\naVx\\u000ay\nas." {
		t.Errorf("%q", got)
	}
}
