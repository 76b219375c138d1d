package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"gopkg.in/ini.v1"

	"opendev.org/x/persistent-resources/internal/simulator"
)

func TestWriteConfig(t *testing.T) {
	cloud := start(t, simulator.Options{AdminPassword: `pa$s"word`})
	dir := filepath.Join(t.TempDir(), "etc")
	if err := cloud.WriteConfig(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tempest.conf", "clouds.yaml"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
	conf, err := ini.Load(filepath.Join(dir, "tempest.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for section, options := range map[string]map[string]string{
		"auth":              {"admin_username": "admin", "admin_password": `pa$$s"word`, "use_dynamic_credentials": "true"},
		"identity":          {"uri_v3": cloud.AuthURL(), "region": simulator.Region},
		"object-storage":    {"operator_role": "member"},
		"service_available": {"swift": "true", "nova": "true", "cinder": "false"},
		"compute":           {"flavor_ref": "42", "fixed_network_name": "private", "build_interval": "0"},
		"network":           {"floating_network_name": "public", "project_network_mask_bits": "28"},
		"validation":        {"image_ssh_user": "cirros", "connect_method": "floating"},
	} {
		for name, want := range options {
			if got := conf.Section(section).Key(name).String(); got != want {
				t.Errorf("[%s] %s = %q, want %q", section, name, got, want)
			}
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "clouds.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var clouds struct {
		Clouds map[string]struct{ Auth map[string]string }
	}
	if err := yaml.Unmarshal(data, &clouds); err != nil {
		t.Fatal(err)
	}
	if got := clouds.Clouds["simulated-admin"].Auth["password"]; got != `pa$s"word` {
		t.Errorf("password of simulated-admin is %q", got)
	}
	if got := clouds.Clouds["simulated"].Auth["username"]; got != "demo" {
		t.Errorf("user of simulated is %q", got)
	}
}

func TestRestart(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	v.do("PUT", v.account()+"/c", "")
	before := cloud.Inventory()
	cloud.Restart()
	if status := v.do("GET", v.account()+"/c", ""); status != http.StatusUnauthorized {
		t.Errorf("status %d with the old token, want 401", status)
	}
	v.logIn()
	if status := v.do("GET", v.account()+"/c", ""); status != http.StatusNoContent {
		t.Errorf("status %d with a new token, want 204", status)
	}
	if diff := cmp.Diff(before, cloud.Inventory()); diff != "" {
		t.Errorf("the restart changed the data\n%s", diff)
	}
}

// TestUpgrade makes one release of another on the same data, both ways that there are.
func TestUpgrade(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	v.do("PUT", v.account()+"/c", "")
	before := cloud.Inventory()
	newest := func() string {
		resp, err := http.Get(cloud.URL() + "/info")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var info struct{ Swift struct{ Version string } }
		if err := json.NewDecoder(resp.Body).Decode(&info); err != nil {
			t.Fatal(err)
		}
		return info.Swift.Version
	}
	versions := []string{newest()}
	if err := cloud.Upgrade("epoxy"); err != nil {
		t.Fatal(err)
	}
	versions = append(versions, newest())
	for _, release := range []string{"zed", "nope"} {
		resp, err := http.Post(cloud.URL()+"/simulator/upgrade/"+release, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	versions = append(versions, newest())
	if diff := cmp.Diff([]string{"2.30.1", "2.35.0", "2.30.1"}, versions); diff != "" {
		t.Errorf("Swift's versions:\n%s", diff)
	}
	if err := cloud.Upgrade("nope"); err == nil {
		t.Error("an upgrade to a release that there is not")
	}
	if status := v.do("GET", v.account()+"/c", ""); status != http.StatusUnauthorized {
		t.Errorf("status %d with the old token, want 401", status)
	}
	if diff := cmp.Diff(before, cloud.Inventory()); diff != "" {
		t.Errorf("the upgrade changed the data\n%s", diff)
	}
}

// TestRestartDropsConnections holds a request up until the restart takes its
// connection away.
func TestRestartDropsConnections(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	cloud.AddFault(simulator.Fault{Method: "PUT", Before: func(*http.Request) { cloud.Restart() }})
	if status := v.do("PUT", v.account()+"/c", ""); status != 0 {
		t.Errorf("status %d through a restart, want a broken connection", status)
	}
}

func TestTokenLifetime(t *testing.T) {
	cloud := start(t, simulator.Options{TokenLifetime: time.Nanosecond})
	v := visit(t, cloud)
	if status := v.do("GET", "/identity/v3/auth/projects", ""); status != http.StatusUnauthorized {
		t.Errorf("status %d with an expired token at Keystone, want 401", status)
	}
	if status := v.do("GET", v.account(), ""); status != http.StatusUnauthorized {
		t.Errorf("status %d with an expired token at Swift, want 401", status)
	}
}

func TestClose(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cloud, err := simulator.Start(ctx, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := visit(t, cloud)
	closed := make(chan struct{})
	cloud.AddFault(simulator.Fault{Method: "GET", Delay: time.Hour})
	go func() {
		defer close(closed)
		if status := v.do("GET", "/identity/v3", ""); status != 0 {
			t.Errorf("status %d of a delayed request, want a broken connection", status)
		}
	}()
	for len(cloud.Requests()) < 2 {
		time.Sleep(time.Millisecond) // until the request has arrived; nothing tells
	}
	cancel()
	<-closed
	for range 2 {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTampering(t *testing.T) {
	cloud := start(t, simulator.Options{})
	v := visit(t, cloud)
	project := cloud.ProjectID("demo")
	empty := cloud.Inventory()
	v.do("PUT", v.account()+"/c", "")
	v.do("PUT", v.account()+"/c/o", "something")
	etag := v.header.Get("Etag")
	for _, tt := range []struct {
		name   string
		tamper func() error
		check  func() (got, want string)
	}{
		{"bytes", func() error { return cloud.OverwriteObject(project, "c", "o", []byte("otherthing")) }, func() (string, string) {
			v.do("GET", v.account()+"/c/o", "")
			return v.body + v.header.Get("Etag"), "otherthing" + etag
		}},
		{"type", func() error { return cloud.SetObjectHeader(project, "c", "o", "content-type", "x/y") }, func() (string, string) {
			v.do("HEAD", v.account()+"/c/o", "")
			return v.header.Get("Content-Type"), "x/y"
		}},
		{"metadata", func() error { return cloud.SetObjectHeader(project, "c", "o", "X-Object-Meta-A", "b") }, func() (string, string) {
			v.do("HEAD", v.account()+"/c/o", "")
			return v.header.Get("X-Object-Meta-A"), "b"
		}},
		{"list", func() error { return cloud.SetContainerHeader(project, "c", "X-Container-Read", ".r:*") }, func() (string, string) {
			v.do("HEAD", v.account()+"/c", "")
			return v.header.Get("X-Container-Read"), ".r:*"
		}},
		{"container metadata", func() error { return cloud.SetContainerHeader(project, "c", "X-Container-Meta-A", "b") }, func() (string, string) {
			v.do("HEAD", v.account()+"/c", "")
			return v.header.Get("X-Container-Meta-A"), "b"
		}},
		{"object", func() error { return cloud.DeleteObject(project, "c", "o") }, func() (string, string) {
			v.do("GET", v.account()+"/c", "")
			return v.body, ""
		}},
		{"container", func() error { return cloud.DeleteContainer(project, "c") }, func() (string, string) {
			return cmp.Diff(empty, cloud.Inventory()), ""
		}},
	} {
		if err := tt.tamper(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got, want := tt.check(); got != want {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
	}
	for name, tamper := range map[string]func() error{
		"object":    func() error { return cloud.DeleteObject(project, "c", "o") },
		"container": func() error { return cloud.SetContainerHeader(project, "c", "X-Container-Meta-A", "b") },
	} {
		if err := tamper(); err == nil {
			t.Errorf("no error for a missing %s", name)
		}
	}
}
