package tempestconf

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// place is a machine of its own: a home, a working directory and a root for /etc.
type place struct {
	t    *testing.T
	root string
}

func newPlace(t *testing.T) place { return place{t, t.TempDir()} }

func (p place) path(name string) string { return filepath.Join(p.root, name) }

func (p place) write(name, text string) string {
	p.t.Helper()
	path := p.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

func (p place) options(env ...string) LoadOptions {
	return LoadOptions{Dir: p.path("cwd"), root: p.root, Env: append([]string{"HOME=" + p.path("home")}, env...)}
}

func (p place) load(o LoadOptions) *Config {
	p.t.Helper()
	c, err := Load(o)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func noted(c *Config, part string) bool {
	for _, n := range c.Notes {
		if strings.Contains(n, part) {
			return true
		}
	}
	return false
}

func region(name string) string { return "[identity]\nregion = " + name + "\n" }

func TestWhereTheFileIsLookedFor(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string // each holds its own name as region
		flag  string
		env   []string
		want  string
	}{
		{"working directory", []string{"cwd/etc/tempest.conf", "etc/tempest/tempest.conf"}, "", nil, "cwd/etc/tempest.conf"},
		{"site", []string{"etc/tempest/tempest.conf", "home/.tempest/tempest.conf"}, "", nil, "etc/tempest/tempest.conf"},
		{"home's directory", []string{"home/.tempest/tempest.conf", "home/tempest.conf", "etc/tempest.conf"}, "", nil, "home/.tempest/tempest.conf"},
		{"home", []string{"home/tempest.conf", "etc/tempest.conf"}, "", nil, "home/tempest.conf"},
		{"/etc", []string{"etc/tempest.conf"}, "", nil, "etc/tempest.conf"},
		{"flag", []string{"cwd/x.conf", "cwd/etc/tempest.conf"}, "x.conf", []string{"TEMPEST_CONFIG=/none"}, "cwd/x.conf"},
		{"TEMPEST_CONFIG_DIR", []string{"a/tempest.conf", "cwd/etc/tempest.conf"}, "", []string{"TEMPEST_CONFIG_DIR=@/a"}, "a/tempest.conf"},
		{"both variables", []string{"a/b.conf", "cwd/etc/tempest.conf"}, "", []string{"TEMPEST_CONFIG_DIR=@/a", "TEMPEST_CONFIG=b.conf"}, "a/b.conf"},
		{"relative variable", []string{"cwd/rel/b.conf"}, "", []string{"TEMPEST_CONFIG_DIR=rel", "TEMPEST_CONFIG=b.conf"}, "cwd/rel/b.conf"},
		{"TEMPEST_CONFIG alone", []string{"cwd/etc/b.conf"}, "", []string{"TEMPEST_CONFIG=b.conf"}, "cwd/etc/b.conf"},
		{"TEMPEST_CONFIG absolute", []string{"a/b.conf"}, "", []string{"TEMPEST_CONFIG=@/a/b.conf", "TEMPEST_CONFIG_DIR=/none"}, "a/b.conf"},
		{"TEMPEST_CONFIG_DIR empty", []string{"cwd/tempest.conf", "cwd/etc/tempest.conf"}, "", []string{"TEMPEST_CONFIG_DIR="}, "cwd/tempest.conf"},
		{"empty variables", []string{"cwd/etc/tempest.conf"}, "", []string{"TEMPEST_CONFIG=", "TEMPEST_CONFIG_DIR="}, "cwd/etc/tempest.conf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			for _, f := range c.files {
				p.write(f, region(f))
			}
			o := p.options()
			o.ConfigFile = c.flag
			for _, e := range c.env {
				o.Env = append(o.Env, strings.ReplaceAll(e, "@", p.root))
			}
			got := p.load(o)
			if got.File != p.path(c.want) || got.Identity.Region != c.want {
				t.Errorf("file %s, region %s", got.File, got.Identity.Region)
			}
			if got.Tried[len(got.Tried)-1] != got.File {
				t.Errorf("tried %v", got.Tried)
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	p := newPlace(t)
	c := p.load(p.options())
	if c.File != "" || c.Identity.Region != "RegionOne" || !noted(c, "No tempest.conf was found") {
		t.Errorf("%q %q %v", c.File, c.Identity.Region, c.Notes)
	}
	want := []string{"cwd/etc/tempest.conf", "etc/tempest/tempest.conf", "home/.tempest/tempest.conf", "home/tempest.conf", "etc/tempest.conf"}
	for i := range want {
		want[i] = p.path(want[i])
	}
	if d := cmp.Diff(want, c.Tried); d != "" {
		t.Error(d)
	}
	// Where credentials come from elsewhere nothing else tells where it was looked for.
	if noted(c, want[0]) || !noted(p.load(p.options("OS_AUTH__ADMIN_USERNAME=x")), "(looked for "+want[0]) {
		t.Error(c.Notes)
	}
	err := c.Require("compute.image_ref")
	if err == nil || !strings.Contains(err.Error(), "[compute] image_ref: is not set, but it is needed; no tempest.conf was found") {
		t.Error(err)
	}
}

func TestNamedFileMissing(t *testing.T) {
	for _, c := range []struct {
		name, flag, env, want string
	}{
		{"flag", "no.conf", "", "the configuration file that --config-file names does not exist (tried @/cwd/no.conf)"},
		{"directory", ".", "", "--config-file names the directory @/cwd, not a configuration file (@/cwd/etc/tempest.conf is one)"},
		{"directory without file", "etc/none", "", "--config-file names the directory @/cwd/etc/none, not a configuration file (there is no tempest.conf in it)"},
		{"directory in variable", "", "TEMPEST_CONFIG=none", "TEMPEST_CONFIG names the directory @/cwd/etc/none, not a configuration file (there is no tempest.conf in it)"},
		{"variable", "", "TEMPEST_CONFIG=no.conf", "that TEMPEST_CONFIG names does not exist (tried @/cwd/etc/no.conf)"},
		{"directory variable", "", "TEMPEST_CONFIG_DIR=/none", "that TEMPEST_CONFIG_DIR names does not exist (tried /none/tempest.conf)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/etc/tempest.conf", region("fallback"))
			p.write("cwd/etc/none/other", "")
			o := p.options(c.env)
			o.ConfigFile = c.flag
			_, err := Load(o)
			var missing *NotFoundError
			if !errors.As(err, &missing) || !strings.Contains(err.Error(), strings.ReplaceAll(c.want, "@", p.root)) {
				t.Error(err)
			}
		})
	}
}

func TestWorkspace(t *testing.T) {
	p := newPlace(t)
	p.write("ws/etc/tempest.conf", region("ws")+"[auth]\ntest_accounts_file = etc/accounts.yaml\n[oslo_concurrency]\nlock_path = locks\n")
	p.write("home/.tempest/workspace.yaml", "one: "+p.path("ws")+"\ngone: /none\n")
	p.write("other.yaml", "two: "+p.path("ws")+"\n")
	for _, c := range []struct{ name, workspace, path, want string }{
		{"registered", "one", "", ""},
		{"another file", "two", "other.yaml", ""},
		{"unknown", "three", "", `the workspace "three" is not registered in ` + p.path("home/.tempest/workspace.yaml")},
		{"no such file", "one", "none.yaml", "read workspaces: open " + p.path("none.yaml") + ": no such file or directory"},
		{"removed", "gone", "", "the directory /none of workspace \"gone\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := p.options()
			o.Workspace = c.workspace
			if c.path != "" {
				o.WorkspacePath = p.path(c.path)
			}
			got, err := Load(o)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Error(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Identity.Region != "ws" || got.Dir != p.path("ws") {
				t.Errorf("%s %s", got.Identity.Region, got.Dir)
			}
			if got.AccountsFile() != p.path("ws/etc/accounts.yaml") || got.LockPath() != p.path("ws/locks") {
				t.Error(got.AccountsFile(), got.LockPath())
			}
		})
	}
}

func TestWorkspaceAndFile(t *testing.T) {
	p := newPlace(t)
	p.write("ws/etc/tempest.conf", region("ws"))
	p.write("cwd/own.conf", region("own"))
	p.write("home/.tempest/workspace.yaml", "one: "+p.path("ws")+"\n")
	o := p.options()
	o.Workspace, o.ConfigFile = "one", "own.conf"
	if c := p.load(o); c.Identity.Region != "own" || c.Dir != p.path("ws") {
		t.Error(c.File, c.Dir)
	}
}

func TestPrecedence(t *testing.T) {
	p := newPlace(t)
	file := p.write("cwd/etc/tempest.conf", "[identity]\nregion = file\n[compute]\nbuild_timeout = 1\nimage_ref = i\nflavor_ref = 7\n"+
		"[validation]\nimage_ssh_user = new\n[persistent_resources]\nservers = 2\nobjects = 4\nstate_dir = fromfile\n")
	p.write("home/.tempest/tempest.conf.d/20.conf", "[compute]\nbuild_timeout = 3\n[scenario]\nssh_user = later\n")
	dir := p.write("home/.tempest/tempest.conf.d/10.conf", "[compute]\nbuild_timeout = 2\nflavor_ref = 8\n")
	p.write("home/.tempest/tempest.conf.d/.hidden.conf", "[compute\n")
	p.write("home/.tempest/tempest.conf.d/other.txt", "[compute\n")
	p.write("etc/tempest/tempest.conf.d/99.conf", "[compute]\nflavor_ref = 99\n")
	o := p.options("OS_COMPUTE__IMAGE_REF=env", "OS_OBJECT-STORAGE__OPERATOR_ROLE=r", "OS_OBJECT_STORAGE__RESELLER_ADMIN_ROLE=no",
		"PERSISTENT_RESOURCES_OBJECTS=5", "OS_PERSISTENT_RESOURCES__OBJECTS=6", "PERSISTENT_RESOURCES_STATE_DIR=", "OS_PERSISTENT_RESOURCES__SERVERS=9")
	o.Overrides = map[string]string{"identity.region": "$flag", "persistent_resources.servers": "3"}
	c := p.load(o)
	for _, w := range []struct {
		option, value, where string
		got                  any
	}{
		{"identity.region", "$flag", "flag", c.Identity.Region},
		{"compute.build_timeout", "3", p.path("home/.tempest/tempest.conf.d/20.conf:2"), c.Compute.BuildTimeout},
		{"compute.flavor_ref", "8", dir + ":3", c.Compute.FlavorRef},
		{"compute.image_ref", "env", "$OS_COMPUTE__IMAGE_REF", c.Compute.ImageRef},
		{"object-storage.operator_role", "r", "$OS_OBJECT-STORAGE__OPERATOR_ROLE", c.ObjectStorage.OperatorRole},
		{"object-storage.reseller_admin_role", "ResellerAdmin", "default", c.ObjectStorage.ResellerAdminRole},
		{"validation.image_ssh_user", "later", p.path("home/.tempest/tempest.conf.d/20.conf:4") + " (as scenario.ssh_user)", c.Validation.ImageSSHUser},
		{"persistent_resources.servers", "3", "flag", c.PersistentResources.Servers},
		{"persistent_resources.objects", "5", "$PERSISTENT_RESOURCES_OBJECTS", c.PersistentResources.Objects},
		{"persistent_resources.state_dir", "fromfile", file + ":12", c.PersistentResources.StateDir},
		{"persistent_resources.ssh_port", "22", "default", c.PersistentResources.SSHPort},
		{"compute.hypervisor_type", "", "unset", c.Compute.HypervisorType},
	} {
		section, option, _ := strings.Cut(w.option, ".")
		src := c.Where(section, option)
		if src.Value != w.value || src.String() != w.where || pyStr(w.got) != w.value {
			t.Errorf("%s: %q from %s, field %v; want %q from %s", w.option, src.Value, src, w.got, w.value, w.where)
		}
	}
	if len(c.Files) != 3 || !noted(c, dir+" is read too") || !noted(c, "scenario.ssh_user (now validation.image_ssh_user)") {
		t.Error(c.Files, c.Notes)
	}
	for _, bad := range []struct{ name, value, want string }{
		{"compute.no_such", "x", "[compute] no_such: there is no such option to override"},
		{"persistent_resources.servers", "two", "[persistent_resources] servers: invalid literal for int() with base 10: 'two'"},
		{"persistent_resources.ssh_port", "70000", "Should be less than or equal to 65535"},
	} {
		o.Overrides = map[string]string{bad.name: bad.value}
		if _, err := Load(o); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Error(bad.name, err)
		}
	}
}

// TestFields checks that every field has an option and every option of a section with fields has one, apart from those
// that Tempest had already dropped in release 11.
func TestConfigurationDirectory(t *testing.T) {
	p := newPlace(t)
	p.write("cwd/etc/tempest.conf", region("file")+"[DEFAULT]\nconfig_source = secrets\n")
	// A file of that name hides the directories after it, as for oslo.config.
	file := p.write("home/.tempest/tempest.conf.d", "no directory")
	p.write("home/tempest.conf.d/1.conf", region("hidden"))
	if c := p.load(p.options()); c.Identity.Region != "file" || len(c.Files) != 1 || !noted(c, "config_source") {
		t.Error(c.Identity.Region, c.Files, c.Notes)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c := p.load(p.options()); c.Identity.Region != "hidden" {
		t.Error(c.Identity.Region)
	}
	dangling := p.path("home/tempest.conf.d/2.conf")
	if err := os.Symlink("/none", dangling); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(p.options()); err == nil || err.Error() != "Failed to find some config files: "+dangling {
		t.Error(err)
	}
}

func TestFields(t *testing.T) {
	c := &Config{}
	for _, tg := range c.targets() {
		typ := reflect.TypeOf(tg.into).Elem()
		tags := map[string]bool{}
		for i := range typ.NumField() {
			tags[typ.Field(i).Tag.Get("mapstructure")] = true
		}
		options := map[string]bool{}
		for _, o := range sectionOptions(tg.section) {
			options[o.Dest()] = true
			if !tags[o.Dest()] && tg.section != "DEFAULT" && o.Last != "10.0.0" && o.Last != "11.0.0" {
				t.Errorf("[%s] %s has no field", tg.section, o.Name)
			}
		}
		for tag := range tags {
			if !options[tag] {
				t.Errorf("[%s] has a field %q without option", tg.section, tag)
			}
		}
	}
}

func TestDefaults(t *testing.T) {
	p := newPlace(t)
	c := p.load(p.options())
	for _, o := range Options() {
		if err := c.Check(o.Section + "." + o.Name); err != nil {
			t.Error(err)
		}
	}
	want := PersistentResources{StateDir: ".persistent-resources", Services: []string{"compute", "object_storage"}, SSHPort: 22,
		StrictHeaders: true, Servers: 1, Objects: 3, DataSize: 1 << 20, Operations: true, LockTimeout: 60}
	if d := cmp.Diff(want, c.PersistentResources); d != "" {
		t.Error(d)
	}
	if c.Validation.SSHShellPrologue != "set -eu -o pipefail; PATH=$PATH:/sbin:/usr/sbin;" || !c.ServiceAvailable.Neutron ||
		c.Volume.CatalogType != "block-storage" || c.Identity.V3EndpointType != "public" || c.Validation.AllowedNetworkDowntime != 5 {
		t.Errorf("%+v", c.Validation)
	}
}

func BenchmarkLoad(b *testing.B) {
	path, err := filepath.Abs("testdata/real/tempest.conf/noironetworks__noirotest__tempest_tempest.conf") // 1 300 lines
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for b.Loop() {
		if _, err := Load(LoadOptions{ConfigFile: path, Dir: dir, root: dir, Env: []string{"HOME=" + dir}}); err != nil {
			b.Fatal(err)
		}
	}
}
