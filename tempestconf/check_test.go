package tempestconf

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// one loads a single tempest.conf.
func one(t *testing.T, text string, env ...string) (*Config, string) {
	t.Helper()
	p := newPlace(t)
	file := p.write("cwd/etc/tempest.conf", text)
	return p.load(p.options(env...)), file
}

func TestCheckAndRequire(t *testing.T) {
	c, file := one(t, "[compute]\nbuild_timeout = soon\nimage_ref =\nready_wait =\n[auth]\nadmin_password = Pa$word\nadmin_username = x\n"+
		"[identity]\nuri_v3 = 127.0.0.1:5000\n[validation]\nconnect_method = both\nssh_timeout = $nosuch\n[volume]\nvolume_size = 0\n[network]\nport_vnic_type = None\n",
		"OS_COMPUTE__BUILD_INTERVAL=x")
	for _, w := range []struct {
		option         string
		check, require string // parts of the errors; empty means none
	}{
		{"compute.build_timeout", ":2: [compute] build_timeout: invalid literal for int() with base 10: 'soon'", "soon"},
		{"compute.build_interval", "$OS_COMPUTE__BUILD_INTERVAL: [compute] build_interval: invalid literal for int()", "'x'"},
		{"compute.image_ref", "", ":3: [compute] image_ref: is empty, but it is needed"},
		{"compute.ready_wait", "", ":4: [compute] ready_wait: is empty, but it is needed"},
		{"compute.image_ref_alt", "", "[compute] image_ref_alt: is not set, but it is needed"},
		{"compute.flavor_ref", "", ""},
		{"auth.admin_password", ":6: [auth] admin_password: no such option *** in group [DEFAULT] (a dollar sign", "***"},
		{"identity.uri_v3", "[identity] uri_v3: host, scheme were required but missing", "missing"},
		{"validation.connect_method", "Valid values are [fixed, floating], but found 'both'", "both"},
		{"validation.ssh_timeout", "no such option nosuch in group [DEFAULT]", "nosuch"},
		{"network.port_vnic_type", "Valid values are [None, normal, direct, macvtap, direct-physical, baremetal, virtio-forwarder], but found 'None'", "found 'None'"},
		{"volume.volume_size", "Should be greater than or equal to 1", "equal to 1"},
		{"compute.nosuch", "[compute] nosuch: there is no such option", "no such option"},
	} {
		t.Run(w.option, func(t *testing.T) {
			for _, s := range []struct {
				err  error
				want string
			}{{c.Check(w.option), w.check}, {c.Require(w.option), w.require}} {
				if (s.err == nil) != (s.want == "") || (s.err != nil && !strings.Contains(s.err.Error(), s.want)) {
					t.Errorf("%v, want %q", s.err, s.want)
				}
				var oe *OptionError
				if s.err != nil && !errors.As(s.err, &oe) {
					t.Errorf("%T", s.err)
				}
			}
		})
	}
	both := c.Require("compute.image_ref", "compute.build_timeout")
	if both == nil || strings.Count(both.Error(), file+":") != 2 {
		t.Error(both)
	}
	// A bad value leaves the default; an empty number as well.
	if c.Compute.BuildTimeout != 300 || c.Compute.BuildInterval != 1 || c.Compute.ReadyWait != 0 || c.Validation.ConnectMethod != "floating" {
		t.Errorf("%+v", c.Compute)
	}
	if !noted(c, "build_timeout: invalid literal") || !noted(c, "[compute] ready_wait is empty") || !noted(c, "[compute] build_interval comes from") {
		t.Error(c.Notes)
	}
	for _, n := range c.Notes {
		if strings.Contains(n, "word") && strings.Contains(n, "Pa") {
			t.Error("a note tells a password:", n)
		}
	}
}

func TestShown(t *testing.T) {
	c, _ := one(t, "[auth]\nadmin_password = geheim\n[service-clients]\nproxy_url = http://u:geheim@proxy:3128/\n[identity]\nregion = R\n")
	for _, src := range c.Effective() {
		if strings.Contains(src.Shown(), "geheim") {
			t.Errorf("%s.%s shows %s", src.Section, src.Option, src.Shown())
		}
	}
	for _, w := range []struct{ section, option, want string }{
		{"auth", "admin_password", Masked},
		{"service-clients", "proxy_url", "http://u:" + Masked + "@proxy:3128/"},
		{"identity", "region", "R"},
		{"compute", "hypervisor_type", "<None>"},
		{"compute", "nosuch", "<None>"},
		{"network", "default_network", "1.0.0.0/16,2.0.0.0/16"},
	} {
		if got := c.Where(w.section, w.option).Shown(); got != w.want {
			t.Errorf("%s.%s: %q, want %q", w.section, w.option, got, w.want)
		}
	}
	if c.Fault("auth", "admin_password") != nil || c.Fault("a", "b") != nil {
		t.Error("a fault where there is none")
	}
}

// TestSecretsByReference: however short a password is, what refers to it does not show it.
func TestSecretsByReference(t *testing.T) {
	c, _ := one(t, "[auth]\nadmin_username = u-$admin_password\nadmin_password = pw1\ntempest_roles = a,$admin_username\n"+
		"[compute]\nregion = ${auth.admin_username}/$nosuch\nbuild_timeout = $auth.admin_password\n[identity]\nregion = plain pw1\n"+
		"[validation]\nconnect_method = $auth.admin_password\n[service-clients]\nproxy_url = http://u:p@w/1#2@proxy:3128/a\n"+
		"[network]\nfloating_network_name = http://h:80/a@b\n")
	for _, w := range []struct{ section, option, want string }{
		{"auth", "admin_username", "u-***"},
		{"auth", "tempest_roles", "a,u-***"},
		{"identity", "region", "plain pw1"},
		{"service-clients", "proxy_url", "http://u:***@proxy:3128/a"},
		{"network", "floating_network_name", "http://h:80/a@b"},
	} {
		if got := c.Where(w.section, w.option).Shown(); got != w.want {
			t.Errorf("%s.%s: %q, want %q", w.section, w.option, got, w.want)
		}
	}
	for _, option := range []string{"build_timeout", "region"} {
		if err := c.Fault("compute", option); err == nil || strings.Contains(err.Error(), "pw1") {
			t.Error(option, err)
		}
	}
	if err := c.Fault("validation", "connect_method"); err == nil || !strings.Contains(err.Error(), "but found '***'") {
		t.Error(err)
	}
}

// TestCommonOptions: what every run depends on is an error, what no run uses a note.
func TestCommonOptions(t *testing.T) {
	c, _ := one(t, "[DEFAULT]\ndebug = ture\nuse_syslog = maybe\n[persistent_resources]\nlock_timeout = soon\n[volume]\nvolume_size = one\n")
	err := c.CheckCommon()
	if err == nil || !strings.Contains(err.Error(), ":2: [DEFAULT] debug: Unexpected boolean value 'ture'") ||
		!strings.Contains(err.Error(), "[persistent_resources] lock_timeout: invalid literal") || strings.Contains(err.Error(), "volume_size") {
		t.Error(err)
	}
	if noted(c, "debug") || noted(c, "lock_timeout") || !noted(c, "[DEFAULT] use-syslog: Unexpected") || !noted(c, "[volume] volume_size: ") {
		t.Error(strings.Join(c.Notes, "\n"))
	}
	if c, _ := one(t, "[DEFAULT]\nuse_syslog = maybe\n"); c.CheckCommon() != nil {
		t.Error(c.CheckCommon())
	}
}

// TestListsInDict has what oslo.config makes of [network] port_profile, a dict of lists in brackets.
func TestListsInDict(t *testing.T) {
	o := &Option{Type: Dict, ListValues: true}
	for text, want := range map[string]string{
		"capabilities:[switchdev]": "map[capabilities:[switchdev]]", "a:[b, c],d:[e]": "map[a:[b, c] d:[e]]", "": "map[]", "a:[],b:[c:d]": "map[a:[] b:[c:d]]",
		"a:b": `Value should start with "["`, "a:[b": `Value should end with "]"`, "a:[b]x": `Value should end with "]"`, "a:[b],c": `Value should be NAME:VALUE pairs separated by ","`,
		"a:[b],a:[c]": "Duplicate key a", ":[b]": "Key name should not be empty", "a:[b],,c:[d]": "map[,c:[d] a:[b]]",
	} {
		got, err := convert(o, text)
		said := ""
		if err != nil {
			said = err.Error()
		} else {
			said = fmt.Sprint(got.(dict).asMap())
		}
		if said != want {
			t.Errorf("%s: %s, want %s", text, said, want)
		}
	}
}

// osloURIs has what oslo.config 9 and 10 with rfc3986 2.0 say.
func osloURIs() map[string]string {
	return map[string]string{
		"http://h/v3": "", "http://[::1]:5000/v3": "", "http://my_host:5000": "", "http://h:/v3": "", "http://u:p@h/v3": "",
		"http://h/a b": "", "http://h/\u00e9?\u00e9#\u00e9": "", "http://h/%zz": "",
		"http://h:port/v3": "it is not a valid URI", "http://h:123456/": "it is not a valid URI", "http://h\u00f6st/": "it is not a valid URI",
		"http:///v3": "host was required but missing", "h:5000/v3": "host was required but missing", "//h/v3": "scheme was required but missing",
		"not a url": "host, scheme were required but missing",
	}
}

func TestURI(t *testing.T) {
	for text, want := range osloURIs() {
		got := ""
		if err := checkURI(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestOldFiles(t *testing.T) {
	for _, c := range []struct {
		name, text string
		check      func(c *Config) bool
		note       string
	}{
		{"v2 URL", "[identity]\nuri = http://h:5000/v2.0/\n", func(c *Config) bool { return c.Identity.URIV3 == "http://h:5000/v3" },
			"[identity] uri_v3 is not set; http://h:5000/v3 is assumed from uri."},
		{"bare URL", "[identity]\nuri = http://h/identity\n", func(c *Config) bool { return c.Identity.URIV3 == "http://h/identity/v3" }, "assumed"},
		{"both URLs", "[identity]\nuri = http://h/v2.0\nuri_v3 = http://i/v3\n", func(c *Config) bool { return c.Identity.URIV3 == "http://i/v3" }, ""},
		{"tenant isolation", "[compute]\nallow_tenant_isolation = false\n", func(c *Config) bool { return !c.Auth.UseDynamicCredentials },
			"compute.allow_tenant_isolation (now auth.use_dynamic_credentials)"},
		{"floating", "[compute]\nuse_floatingip_for_ssh = true\n", func(c *Config) bool { return c.Validation.ConnectMethod == "floating" }, "validation.connect_method"},
		{"fixed", "[compute]\nuse_floatingip_for_ssh = 0\n", func(c *Config) bool { return c.Validation.ConnectMethod == "fixed" }, "validation.connect_method"},
		{"admin in identity", "[identity]\nadmin_username = a\nadmin_tenant_name = t\n",
			func(c *Config) bool { return c.Auth.AdminUsername == "a" && c.Auth.AdminProjectName == "t" }, "identity.admin_tenant_name (now auth.admin_project_name)"},
		{"prefix", "[DEFAULT]\nresources_prefix = p\n", func(c *Config) bool { return c.Default.ResourceNamePrefix == "p" }, "resource_name_prefix"},
		{"Member", "[object-storage]\noperator_role = Member\n", func(c *Config) bool { return c.ObjectStorage.OperatorRole == "Member" }, "letter case"},
		{"volume type", "[volume]\ncatalog_type = volumev2\n",
			func(c *Config) bool {
				return strings.Join(c.VolumeCatalogTypes(), " ") == "volumev2 block-storage volumev3 volume"
			}, "[validation] run_validation = true (was false)"},
		{"today's file", "[identity]\nuri_v3 = http://h/v3\n[volume]\ncatalog_type = block-storage\n",
			func(c *Config) bool { return !noted(c, "old Tempest") }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := one(t, c.text)
			if !c.check(got) || (c.note != "" && !noted(got, c.note)) {
				t.Errorf("%+v\n%v", got.Identity, strings.Join(got.Notes, "\n"))
			}
		})
	}
}

func TestValuesStayBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("[compute]\n")
	names := []string{"image_ref", "image_ref_alt", "flavor_ref", "flavor_ref_alt", "fixed_network_name", "hypervisor_type", "volume_device_name",
		"catalog_type", "region", "min_microversion", "max_microversion", "certified_image_ref"}
	for i, n := range names[:len(names)-1] {
		b.WriteString(n + " = " + strings.Repeat("${"+names[i+1]+"}", 20) + "\n")
	}
	b.WriteString(names[len(names)-1] + " = xxxxxxxxxx\n")
	c, _ := one(t, b.String())
	if err := c.Check("compute.image_ref"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Error(err)
	}
}
