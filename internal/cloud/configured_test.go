package cloud

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"opendev.org/x/persistent-resources/tempestconf"
)

// configured loads a configuration from the texts of tempest.conf and clouds.yaml; an empty text is a missing file.
func configured(t *testing.T, conf, clouds, cloud string) *tempestconf.Config {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"etc/tempest.conf": conf, "clouds.yaml": clouds} {
		path := filepath.Join(dir, name)
		if text == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := tempestconf.Load(tempestconf.LoadOptions{Dir: dir, Cloud: cloud, Env: []string{"HOME=" + dir}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const adminConf = "[auth]\nadmin_username = a\nadmin_password = s\nadmin_project_name = p\n"

func TestProviderOf(t *testing.T) {
	const cloud = "clouds: {c: {auth: {auth_url: http://k/v3, username: u, password: p, project_name: pr}}}"
	for _, c := range []struct {
		name, conf, clouds, os string
		want                   Provider
		err                    string
	}{
		{"admin", adminConf, "", "", Dynamic, ""},
		{"accounts", "[auth]\nuse_dynamic_credentials = false\ntest_accounts_file = a.yaml\n", "", "", PreProvisioned, ""},
		{"accounts under the old name", "[compute]\nallow_tenant_isolation = false\n[auth]\ntest_accounts_file = a.yaml\n", "", "", PreProvisioned, ""},
		{"accounts with an admin", adminConf + "use_dynamic_credentials = no\ntest_accounts_file = a.yaml\n", cloud, "", PreProvisioned, ""},
		{"the only cloud", "[compute]\nflavor_ref = 1\n", cloud, "", NamedCloud, ""},
		{"a cloud by name", adminConf, cloud, "c", NamedCloud, ""},
		{"tempest.conf before clouds.yaml", adminConf, cloud, "", Dynamic, ""},
		{"neither", adminConf + "use_dynamic_credentials = false\n", "", "", 0,
			"A valid credential provider is needed: [auth] use_dynamic_credentials is false and test_accounts_file is not set"},
		{"unknown version", adminConf + "[identity]\nauth_version = v4\n", "", "", 0, "Unsupported auth version: v4"},
		{"bad boolean", adminConf + "use_dynamic_credentials = maybe\n", "", "", 0, "tempest.conf:5: [auth] use_dynamic_credentials: "},
		{"nothing at all", "", "", "", 0, "there are no credentials: no tempest.conf was found (looked for "},
		{"nothing in tempest.conf", "[compute]\nflavor_ref = 1\n", "", "", 0,
			"etc/tempest.conf sets neither [auth] admin_username nor test_accounts_file, and no clouds.yaml was found (looked in "},
		{"empty values are none", "[auth]\nadmin_username =\nadmin_password =\n", "", "", 0, "there are no credentials: "},
		{"no provider", "[auth]\nuse_dynamic_credentials = false\n", "", "", 0, "A valid credential provider is needed, and there are no credentials: "},
		{"a broken cloud", "[compute]\nflavor_ref = 1\n", "clouds: {c: {auth: {username: u}}}", "", 0, "Auth plugin requires parameters which were not given: auth_url"},
		{"several clouds", "[compute]\nflavor_ref = 1\n", "clouds: {a: {}, b: {}}", "", 0, "clouds.yaml has a, b, and none of them is named; name a file with --config-file or a cloud with --os-cloud"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ProviderOf(configured(t, c.conf, c.clouds, c.os))
			switch {
			case c.err == "" && err != nil:
				t.Fatal(err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Fatalf("error %v, want %s", err, c.err)
			case got != c.want:
				t.Errorf("provider %d, want %d", got, c.want)
			}
		})
	}
}

func TestNoCredentialsWrapsTheFault(t *testing.T) {
	_, err := ProviderOf(configured(t, "", "clouds: {c: {auth: {username: u}}}", ""))
	var fault *tempestconf.CloudError
	var config *ConfigurationError
	if !errors.As(err, &fault) || !errors.As(err, &config) {
		t.Errorf("%v is neither the fault nor a configuration error", err)
	}
}

func TestIdentities(t *testing.T) {
	person := Auth{Username: "a", Password: "s", UserDomainName: "Default"}
	with := func(change func(*Auth)) Auth { a := person; change(&a); return a }
	project := with(func(a *Auth) { a.ProjectName, a.ProjectDomainName = "p", "Default" })
	for _, c := range []struct {
		name, conf          string
		resources, identity Auth
	}{
		{"admin", "", project, project},
		{"one domain for both", "admin_domain_name = D\n",
			Auth{Username: "a", Password: "s", UserDomainName: "D", ProjectName: "p", ProjectDomainName: "D"},
			Auth{Username: "a", Password: "s", UserDomainName: "D", ProjectName: "p", ProjectDomainName: "D"}},
		{"a domain for each", "admin_domain_name = D\nadmin_user_domain_name = U\nadmin_project_domain_name = P\n",
			Auth{Username: "a", Password: "s", UserDomainName: "U", ProjectName: "p", ProjectDomainName: "P"},
			Auth{Username: "a", Password: "s", UserDomainName: "U", ProjectName: "p", ProjectDomainName: "P"}},
		{"the system", "admin_system = all\n", project, with(func(a *Auth) { a.System = true })},
		{"the system alone", "admin_system = all\nadmin_project_name =\n", with(func(a *Auth) { a.System = true }), with(func(a *Auth) { a.System = true })},
		{"the domain", "[identity]\nadmin_domain_scope = true\n", project, with(func(a *Auth) { a.DomainName = "Default" })},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configured(t, adminConf+c.conf, "", "")
			got, err := ConfiguredAuth(config)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.resources, got); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			if got, err = IdentityAuth(config); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.identity, got); d != "" {
				t.Errorf("identity (-want +got):\n%s", d)
			}
		})
	}
}

func TestIncompleteAdmin(t *testing.T) {
	for _, c := range []struct{ conf, want string }{
		{"[auth]\nadmin_username = a\nadmin_project_name = p\n", "[auth] admin_password: is not set, but it is needed"},
		{"[auth]\nadmin_username = a\nadmin_password = s\n", "[auth] admin_project_name: is not set, but it is needed"},
		{"[auth]\ntest_accounts_file = a.yaml\n", "[auth] use_dynamic_credentials is true, which needs an admin account"},
	} {
		if _, err := ConfiguredAuth(configured(t, c.conf, "", "")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.conf, err, c.want)
		}
	}
}

func TestCloudIdentities(t *testing.T) {
	for _, c := range []struct {
		name, cloud string
		want        Auth
		err         string
	}{
		{"password", "auth: {auth_url: http://k, username: u, password: p, project_name: pr, user_domain_name: U, project_domain_name: P}",
			Auth{Username: "u", Password: "p", UserDomainName: "U", ProjectName: "pr", ProjectDomainName: "P"}, ""},
		{"no domains", "auth: {auth_url: http://k, username: u, password: p, project_name: pr}",
			Auth{Username: "u", Password: "p", UserDomainID: "default", ProjectName: "pr", ProjectDomainID: "default"}, ""},
		{"default domain", "auth: {auth_url: http://k, username: u, password: p, project_name: pr, default_domain_name: D}",
			Auth{Username: "u", Password: "p", UserDomainName: "D", ProjectName: "pr", ProjectDomainName: "D"}, ""},
		{"v2", "auth_type: v2password\n    auth: {auth_url: http://k/v2.0, username: u, password: p, tenant_name: pr}",
			Auth{Username: "u", Password: "p", UserDomainID: "default", ProjectName: "pr", ProjectDomainID: "default"}, ""},
		{"token", "auth_type: token\n    auth: {auth_url: http://k, token: t, project_id: i}", Auth{Token: "t", ProjectID: "i"}, ""},
		{"application credential", "auth_type: v3applicationcredential\n    auth: {auth_url: http://k, application_credential_id: i, application_credential_secret: s}",
			Auth{ApplicationCredentialID: "i", ApplicationCredentialSecret: "s"}, ""},
		{"application credential by name", "auth_type: v3applicationcredential\n    auth: {auth_url: http://k, application_credential_name: n, application_credential_secret: s, username: u, user_domain_id: d}",
			Auth{ApplicationCredentialName: "n", ApplicationCredentialSecret: "s", Username: "u", UserDomainID: "d"}, ""},
		{"system", "auth: {auth_url: http://k, username: u, password: p, user_domain_id: d, system_scope: all}",
			Auth{Username: "u", Password: "p", UserDomainID: "d", System: true}, ""},
		{"no password", "auth: {auth_url: http://k, username: u}", Auth{}, `has no user name or no password`},
		{"no token", "auth_type: token\n    auth: {auth_url: http://k}", Auth{}, "has auth_type token and no token"},
		{"unknown", "auth_type: http_basic\n    auth: {auth_url: http://k, username: u, password: p}", Auth{}, "has auth_type http_basic; password, token and v3applicationcredential are understood"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := &tempestconf.Cloud{}
			if c.name != "unknown" { // openstacksdk itself refuses what the plugin does not take
				cloud = configured(t, "", "clouds:\n  c:\n    "+c.cloud+"\n", "c").Cloud
			} else {
				cloud.AuthType = "http_basic"
			}
			got, err := cloudAuth(cloud)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestAccountAuth(t *testing.T) {
	config := configured(t, "[auth]\ndefault_credentials_domain_name = D\n", "", "")
	for _, c := range []struct {
		name string
		in   tempestconf.Account
		want Auth
	}{
		{"no domains", tempestconf.Account{Username: "u", Password: "p", ProjectName: "pr"},
			Auth{Username: "u", Password: "p", ProjectName: "pr", UserDomainName: "D", ProjectDomainName: "D"}},
		{"one domain", tempestconf.Account{Username: "u", Password: "p", ProjectName: "pr", DomainName: "X"},
			Auth{Username: "u", Password: "p", ProjectName: "pr", UserDomainName: "X", ProjectDomainName: "X"}},
		{"the user's domain", tempestconf.Account{Username: "u", Password: "p", ProjectID: "i", UserDomainID: "X"},
			Auth{Username: "u", Password: "p", ProjectID: "i", UserDomainID: "X", ProjectDomainID: "X"}},
	} {
		if d := cmp.Diff(c.want, AccountAuth(config, c.in)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestFromConfig(t *testing.T) {
	const auth = "auth: {auth_url: http://k:5000/v2.0, username: u, password: p, project_name: pr}"
	for _, c := range []struct {
		name, conf, clouds string
		want               Options
	}{
		{"tempest.conf", adminConf + "[identity]\nuri_v3 = http://k/v3\n", "", Options{AuthURL: "http://k/v3"}},
		{"no version", adminConf + "[identity]\nuri_v3 = http://k/identity/\n", "", Options{AuthURL: "http://k/identity/v3"}},
		{"v2.0 of old files", adminConf + "[identity]\nuri = http://k:5000/v2.0/\n", "", Options{AuthURL: "http://k:5000/v3"}},
		{"v2.0 in uri_v3", adminConf + "[identity]\nuri_v3 = http://k:5000/v2.0\n", "", Options{AuthURL: "http://k:5000/v3", Notes: []string{"the Identity URL http://k:5000/v2.0 is of the API v2.0; http://k:5000/v3 is used"}}},
		{"CA", adminConf + "[identity]\nuri_v3 = https://k/v3\nca_certificates_file = ca.pem\n", "", Options{AuthURL: "https://k/v3", CACert: "DIR/ca.pem", CASetting: "[identity] ca_certificates_file"}},
		{"cloud", "", auth, Options{AuthURL: "http://k:5000/v3"}},
		{"cloud's CA", "", auth + "\n    cacert: ca.pem", Options{AuthURL: "http://k:5000/v3", CACert: "DIR/ca.pem", CASetting: `cacert of cloud "c"`}},
		{"a CA in verify", "", auth + "\n    verify: /etc/ca.pem", Options{AuthURL: "http://k:5000/v3", CACert: "/etc/ca.pem", CASetting: `cacert of cloud "c"`}},
		{"not verified", "", auth + "\n    verify: false\n    cacert: ca.pem", Options{AuthURL: "http://k:5000/v3", Insecure: true}},
		{"insecure wins", "", auth + "\n    insecure: true\n    verify: true", Options{AuthURL: "http://k:5000/v3", Insecure: true}},
		{"certificate", "", auth + "\n    cert: c.pem", Options{AuthURL: "http://k:5000/v3", Cert: "DIR/c.pem", CertSetting: `cloud "c"`}},
		{"certificate and key", "", auth + "\n    cert: c.pem\n    key: k.pem", Options{AuthURL: "http://k:5000/v3", Cert: "DIR/c.pem", Key: "DIR/k.pem", CertSetting: `cloud "c"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			clouds := c.clouds
			if clouds != "" {
				clouds = "clouds:\n  c:\n    " + clouds + "\n"
			}
			config := configured(t, c.conf, clouds, "")
			got, err := FromConfig(config)
			if err != nil {
				t.Fatal(err)
			}
			got.Timeout = 0
			if strings.Contains(c.clouds, "/v2.0") {
				if len(got.Notes) != 1 {
					t.Errorf("notes %q", got.Notes)
				}
				got.Notes = nil
			}
			for _, path := range []*string{&got.CACert, &got.Cert, &got.Key} {
				*path = strings.Replace(*path, config.Dir, "DIR", 1)
			}
			if d := cmp.Diff(c.want, got, cmp.Comparer(func(a, b Observer) bool { return a == b }), cmp.FilterPath(func(p cmp.Path) bool {
				return p.String() == "Wrap" || p.String() == "Secrets"
			}, cmp.Ignore())); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestFromConfigNeedsWhatEveryRunNeeds: an option that any run depends on is an error before anything is sent.
func TestFromConfigNeedsWhatEveryRunNeeds(t *testing.T) {
	for text, want := range map[string]string{
		"[DEFAULT]\ndebug = ture\n":                        "[DEFAULT] debug: Unexpected boolean value 'ture'",
		"[persistent_resources]\nlock_timeout = soon\n":    "[persistent_resources] lock_timeout: invalid literal",
		"[DEFAULT]\nresource_name_prefix = $nosuch\n":      "[DEFAULT] resource_name_prefix: no such option nosuch",
		"[DEFAULT]\nuse_syslog = maybe\n":                  "",
		"[volume-feature-enabled]\nmulti_backend = ture\n": "",
	} {
		_, err := FromConfig(configured(t, adminConf+"[identity]\nuri_v3 = http://k/v3\n"+text, "", ""))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestServices(t *testing.T) {
	const cloud = `clouds:
  c:
    auth: {auth_url: http://k/v3, username: u, password: p, project_name: pr}
    region_name: R1
    interface: [internal, public]
    image_interface: [admin, internal]
    network_region_name: R2
    object_store_endpoint_override: http://swift/v1/AUTH_%(project_id)s
    compute_service_type: nova
    compute_default_microversion: "2.79"
    volume_default_microversion: "3.50"
`
	of := configured(t, "[compute]\nendpoint_type = adminURL\nregion = X\n", cloud, "")
	plain := configured(t, adminConf+`[identity]
region = Y
[compute]
min_microversion = 2.60
region = X
[volume]
catalog_type = volumev2
endpoint_type = internal
`, "", "")
	next := []string{"public"}
	for _, c := range []struct {
		name      string
		got, want Service
	}{
		{"cloud: a list of interfaces, type and microversion", ComputeService(of), Service{Type: "nova", Interface: "internal", NextInterfaces: next, Region: "R1", Microversion: "2.79"}},
		{"cloud: an interface of its own", ImageService(of), Service{Type: "image", Interface: "admin", NextInterfaces: []string{"internal"}, Region: "R1"}},
		{"cloud: a region of its own", NetworkService(of), Service{Type: "network", Interface: "internal", NextInterfaces: next, Region: "R2"}},
		{"cloud: an override", ObjectStorageService(of), Service{Type: "object-store", Interface: "internal", NextInterfaces: next, Region: "R1", Override: "http://swift/v1/AUTH_%(project_id)s"}},
		{"cloud: an older name", VolumeService(of), Service{Type: "block-storage", Aliases: []string{"volumev3", "volumev2", "volume"}, Interface: "internal", NextInterfaces: next, Region: "R1", Microversion: "3.50"}},
		{"own region, microversion", ComputeService(plain), Service{Type: "compute", Interface: "publicURL", Region: "X", Microversion: "2.60"}},
		{"common region", NetworkService(plain), Service{Type: "network", Interface: "publicURL", Region: "Y"}},
		{"no region of its own", IdentityService(plain), Service{Type: "identity", Interface: "public", Region: "Y"}},
		{"catalog types", VolumeService(plain), Service{Type: "volumev2", Aliases: []string{"block-storage", "volumev3", "volume"}, Interface: "internal", Region: "Y"}},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
