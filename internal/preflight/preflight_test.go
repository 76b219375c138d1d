package preflight_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/preflight"
	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/compute"
	"opendev.org/x/persistent-resources/phases/objectstorage"
	"opendev.org/x/persistent-resources/tempestconf"
)

// site is an embedded OpenStack with an operator's working directory.
type site struct {
	*simulator.Cloud
	t   *testing.T
	dir string
}

func newSite(t *testing.T) *site {
	t.Helper()
	sim, err := simulator.Start(context.Background(), simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	s := &site{sim, t, t.TempDir()}
	if err := sim.WriteConfig(filepath.Join(s.dir, "etc")); err != nil {
		t.Fatal(err)
	}
	return s
}

// check looks at the site with other values of some options and a cloud of clouds.yaml, "" for tempest.conf's credentials.
func (s *site) check(set map[string]string, named string, env ...string) *preflight.Report {
	s.t.Helper()
	load := func(others map[string]string) (*tempestconf.Config, error) {
		all := maps.Clone(set)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, others)
		return tempestconf.Load(tempestconf.LoadOptions{
			Dir: s.dir, Cloud: named, Overrides: all, Env: []string{"HOME=" + s.dir, "OS_CLIENT_CONFIG_FILE=" + filepath.Join(s.dir, "etc", "clouds.yaml")},
		})
	}
	config, err := load(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	before := s.Inventory()
	s.ResetRequests()
	report := preflight.Run(s.t.Context(), preflight.Options{
		Config: config, Services: []phases.NewService{compute.Service, objectstorage.Service}, Reload: load,
		StateDir: filepath.Join(s.dir, ".persistent-resources"),
		Connect: func(c *tempestconf.Config) (*cloud.Connection, error) {
			o, err := cloud.FromConfig(c)
			if err != nil {
				return nil, err
			}
			return cloud.Connect(o)
		},
		Env: func(name string) string {
			for _, kv := range env {
				if k, v, _ := strings.Cut(kv, "="); k == name {
					return v
				}
			}
			return ""
		},
	})
	if after := s.Inventory(); !slices.Equal(before, after) {
		s.t.Errorf("the check changed the cloud: %v, then %v", before, after)
	}
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet && !(r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/auth/tokens")) {
			s.t.Errorf("the check asked for %s %s", r.Method, r.Path)
		}
	}
	return report
}

// told are the findings of some levels, "level options: text" a line.
func told(r *preflight.Report, levels ...preflight.Level) string {
	var out []string
	for _, f := range r.Findings {
		if slices.Contains(levels, f.Level) {
			out = append(out, string(f.Level)+" "+f.Option+": "+f.Text)
		}
	}
	return strings.Join(out, "\n")
}

func TestNothingIsWrong(t *testing.T) {
	s := newSite(t)
	for _, named := range []string{"", "simulated", "simulated-admin"} {
		r := s.check(nil, named)
		if got := told(r, preflight.Fail, preflight.Skip, preflight.Warn); got != "" || r.WillFail() {
			t.Errorf("cloud %q:\n%s", named, got)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, ".persistent-resources")); err == nil {
		t.Error("the check made the state directory")
	}
}

func TestMemberWithoutTheOperatorsRole(t *testing.T) {
	s := newSite(t)
	got := told(s.check(map[string]string{"object-storage.operator_role": "ResellerAdmin"}, "simulated"), preflight.Fail, preflight.Warn)
	if want := "warn object-storage.operator_role: the user demo does not have the role ResellerAdmin (it has "; !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestServicesAreListed(t *testing.T) {
	r := newSite(t).check(nil, "")
	if r.User != "admin" || r.Project != "admin" || !slices.Contains(r.Roles, "admin") {
		t.Errorf("%s in %s with %v", r.User, r.Project, r.Roles)
	}
	got := map[string]preflight.Service{}
	for _, s := range r.Services {
		got[s.Type] = s
	}
	for _, c := range []struct{ service, api, min, max string }{
		{"identity", "v3.14", "", ""},
		{"compute", "v2.1", "2.1", "2.96"},
		{"network", "v2.0", "", ""},
		{"image", "v2.", "", ""},
		{"object-store", "v1 (Swift ", "", ""},
	} {
		s := got[c.service]
		if !strings.HasPrefix(s.API, c.api) || s.MinMicroversion != c.min || (c.max == "") != (s.MaxMicroversion == "") || s.Region != "RegionOne" || s.Endpoint == "" {
			t.Errorf("%s: %+v", c.service, s)
		}
	}
}

// TestFindings holds what each option leads to.
func TestFindings(t *testing.T) {
	s := newSite(t)
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if strings.HasPrefix(r.URL.Path, "/none") {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, "<html>Login</html>")
	}))
	t.Cleanup(files.Close)
	for _, c := range []struct {
		name string
		set  map[string]string
		want []string // lines that are to be there, in order of levels; parts of them
	}{
		{"image", map[string]string{"compute.image_ref": "nonsense"}, []string{"fail compute.image_ref: there is no image nonsense"}},
		{"no image", map[string]string{"compute.image_ref": ""}, []string{"fail compute.image_ref: is empty, but it is needed"}},
		{"flavor", map[string]string{"compute.flavor_ref": "nonsense"}, []string{"fail compute.flavor_ref: there is no flavor nonsense"}},
		{"network of floating IPs", map[string]string{"network.public_network_id": "nonsense"}, []string{"fail network.public_network_id: there is no network nonsense"}},
		{"network of floating IPs by name", map[string]string{"network.public_network_id": "", "network.floating_network_name": "nonsense"}, []string{"fail network.floating_network_name: there are 0 networks"}},
		{"no network of floating IPs", map[string]string{"network.public_network_id": "", "network.floating_network_name": ""},
			[]string{"fail network.public_network_id,network.floating_network_name,validation.connect_method: servers are to be reached by floating IPs"}},
		{"fixed network", map[string]string{"auth.create_isolated_networks": "false", "compute.fixed_network_name": "nonsense"}, []string{`fail compute.fixed_network_name: there is no network "nonsense"`}},
		{"operator's role", map[string]string{"object-storage.operator_role": "nonsense"}, []string{`fail object-storage.operator_role: there is no role "nonsense"`}},
		{"roles", map[string]string{"auth.tempest_roles": "member,nonsense"}, []string{`fail auth.tempest_roles: there is no role "nonsense"`}},
		{"admin's role", map[string]string{"identity.admin_role": "chief"}, []string{"fail identity.admin_role: the user admin does not have the role chief"}},
		{"password", map[string]string{"auth.admin_password": "wrong"}, []string{"fail auth.admin_username,auth.admin_password,auth.admin_project_name: authentication of admin at "}},
		{"no password", map[string]string{"auth.admin_password": ""}, []string{"fail auth.admin_password: is empty, but it is needed"}},
		{"no admin", map[string]string{"auth.admin_username": "", "auth.admin_password": "x", "auth.admin_project_name": ""}, []string{"fail auth.admin_username: is empty, but it is needed"}},
		{"URL", map[string]string{"identity.uri_v3": "http://127.0.0.1:1/v3"}, []string{"fail identity.uri_v3: cannot authenticate admin: "}},
		{"no Identity service", map[string]string{"identity.uri_v3": files.URL}, []string{"fail identity.uri_v3: cannot authenticate admin: POST " + files.URL + "/v3/auth/tokens answered 200 OK with text/html"}},
		{"URL's path", map[string]string{"identity.uri_v3": files.URL + "/none"}, []string{"fail identity.uri_v3: there is no Identity v3 service at "}},
		{"CA file", map[string]string{"identity.ca_certificates_file": "/none.pem"}, []string{"fail identity.ca_certificates_file: read the CA certificates of [identity] ca_certificates_file: open /none.pem"}},
		{"proxy", map[string]string{"service-clients.proxy_url": "proxy:3128"}, []string{"fail service-clients.proxy_url: [service-clients] proxy_url is no URL"}},
		{"auth_version", map[string]string{"identity.auth_version": "v4"}, []string{"fail identity.auth_version: Unsupported auth version: v4"}},
		{"no provider", map[string]string{"auth.use_dynamic_credentials": "false"}, []string{"fail auth.use_dynamic_credentials: A valid credential provider is needed"}},
		{"accounts file", map[string]string{"auth.use_dynamic_credentials": "false", "auth.test_accounts_file": "no.yaml"}, []string{"fail auth.test_accounts_file: The path for the test accounts file: "}},
		{"catalog type", map[string]string{"object-storage.catalog_type": "nonsense"}, []string{"fail object-storage.catalog_type,service_available.swift: the catalog has no nonsense service; it has: "}},
		{"region", map[string]string{"identity.region": "Nowhere"}, []string{"warn identity.region: the identity service has no public endpoint in region Nowhere; its public endpoint in region RegionOne is used, as Tempest does: ", "warn identity.region: the compute service has no public endpoint in region Nowhere"}},
		{"interface", map[string]string{"image.region": "Nowhere"}, []string{"warn image.region: the image service has no public endpoint in region Nowhere"}},
		{"microversion", map[string]string{"compute.min_microversion": "2.999"}, []string{"fail compute.min_microversion: microversion 2.999 is to be sent, and the compute service offers 2.1 to "}},
		{"quota", map[string]string{"persistent_resources.servers": "1000"}, []string{"fail persistent_resources.servers: the quota of the project does not allow it: 1000 servers are needed, 0 of "}},
		{"no Swift", map[string]string{"service_available.swift": "false"}, []string{
			"skip service_available.swift: ObjectStoragePersistentResources skipped as swift is not available",
			"note service_available.swift: the catalog has a object-store service, and the configuration says that there is none"}},
		{"no Neutron", map[string]string{"service_available.neutron": "false"}, []string{"skip service_available.neutron: ComputePersistentResources skipped as neutron is not available"}},
		{"no validation", map[string]string{"validation.run_validation": "false"}, []string{"skip validation.run_validation: Instance validation tests are disabled."}},
		{"no suspend", map[string]string{"compute-feature-enabled.suspend": "false"}, []string{"skip compute-feature-enabled.suspend: Suspend is not available."}},
		{"no suspend, no operations", map[string]string{"compute-feature-enabled.suspend": "false", "persistent_resources.operations": "false"},
			[]string{"skip compute-feature-enabled.suspend: Suspend is not available."}},
		{"services", map[string]string{"persistent_resources.services": "compute"}, []string{"skip persistent_resources.services: object_storage is not named in [persistent_resources] services (compute)"}},
		{"log file", map[string]string{"DEFAULT.log_file": "etc/tempest.conf/log"}, []string{"fail DEFAULT.log_file: the log file "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &site{s.Cloud, t, s.dir}
			r := s.check(c.set, "")
			got := told(r, preflight.Fail, preflight.Skip, preflight.Warn, preflight.Note)
			rest := got
			for _, want := range c.want {
				_, after, ok := strings.Cut("\n"+rest, "\n"+want)
				if !ok {
					t.Fatalf("%q is not in\n%s", want, got)
				}
				rest = after
			}
			if fails := strings.HasPrefix(c.want[0], "fail"); fails != r.WillFail() {
				t.Errorf("WillFail is %t:\n%s", r.WillFail(), got)
			}
		})
	}
}

// TestTypeOfTheCloud: a service type that clouds.yaml sets is no fault of tempest.conf's catalog_type.
func TestTypeOfTheCloud(t *testing.T) {
	s := newSite(t)
	path := filepath.Join(s.dir, "etc", "clouds.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), "    interface: public\n", "    interface: public\n    object_store_service_type: nonsense\n")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := told(s.check(nil, "simulated"), preflight.Fail)
	if !strings.Contains(got, "fail service_available.swift: the catalog has no nonsense service; it has: ") || !strings.Contains(got, `; the cloud "simulated" sets the type`) {
		t.Error(got)
	}
}

func TestBadValues(t *testing.T) {
	s := newSite(t)
	conf := filepath.Join(s.dir, "etc", "tempest.conf")
	data, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.NewReplacer("run_validation = true", "run_validation = perhaps").Replace(string(data)) +
		"[persistent_resources]\nlock_timeout = soon\n[volume]\nvolume_size = one\n[DEFAULT]\ndebug = ture\n"
	if err := os.WriteFile(conf, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	got := told(s.check(nil, ""), preflight.Fail)
	for _, want := range []string{"fail validation.run_validation: ", "fail persistent_resources.lock_timeout: ", "fail DEFAULT.debug: Unexpected boolean value 'ture'"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is not once in\n%s", want, got)
		}
	}
	if strings.Contains(got, "volume_size") {
		t.Errorf("an option that no test uses fails:\n%s", got)
	}
}

func TestCleanupTrap(t *testing.T) {
	s := newSite(t)
	if got := told(s.check(nil, "", "RUN_TEMPEST_CLEANUP=True"), preflight.Warn); !strings.Contains(got, "RUN_TEMPEST_CLEANUP is set") {
		t.Errorf("variable: %q", got)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "saved_state.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := told(s.check(nil, ""), preflight.Warn); !strings.Contains(got, "saved_state.json is there") {
		t.Errorf("saved state: %q", got)
	}
}

func TestStateDirectory(t *testing.T) {
	s := newSite(t)
	dir := filepath.Join(s.dir, ".persistent-resources")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := told(s.check(nil, ""), preflight.Warn); !strings.Contains(got, "is open to others (mode 0755)") {
		t.Errorf("open directory: %q", got)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := told(s.check(nil, ""), preflight.Fail); !strings.Contains(got, "is no directory") {
		t.Errorf("a file: %q", got)
	}
}
