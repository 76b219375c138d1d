package tempestconf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse checks that no tempest.conf makes the reader panic, and that every option can be read afterwards.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/conf/*.conf")
	if err != nil || len(files) == 0 {
		f.Fatal(len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 2000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseBytes("f.conf", data)
		if err != nil {
			if class, _ := Describe(err); class == "" {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		for section, keys := range file.Sections() {
			if section == "" {
				t.Fatal("a section without name")
			}
			for key, values := range keys {
				e, ok := file.last(Place{section, key})
				if len(values) == 0 || !ok || e.text != values[len(values)-1] || e.line < 1 {
					t.Fatalf("[%s] %q: %q, last %+v %v", section, key, values, e, ok)
				}
			}
		}
		r := newResolver([]*File{file}, nil, nil, Options())
		for _, o := range r.options {
			r.get(o)
		}
	})
}

// FuzzAccounts checks that no accounts.yaml makes the reader panic.
func FuzzAccounts(f *testing.F) {
	for _, seed := range []string{
		"- username: u\n  tenant_name: t\n  password: 0123\n  roles: [a]\n  types: [admin]\n  resources: {network: n}\n",
		"- &a {username: u}\n- {<<: *a, password: p}\n", "- &a [*a]", "- {? [a] : b}", "- !!int x", "--- a\n--- b", "- 1:30:00.5",
		"%YAML 1.2\n---\n- {a: \"x\\/y\"}", "- {username: u,\tpassword: 'a\tb'}", "- &a {a: 2001-02-30}\n- &a {}", "- {password: *x}", "- {roles: }",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parseAccounts(data)
		if err != nil && err.Error() == "" {
			t.Fatal("an error without text")
		}
		for i, a := range all {
			if len(a.Hash) != 32 || a.Index != i {
				t.Fatalf("%+v", a)
			}
		}
	})
}

// FuzzClouds checks that no clouds.yaml makes the reader panic, and that errors tell a reason.
func FuzzClouds(f *testing.F) {
	files, err := filepath.Glob("testdata/clouds/*/clouds.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("clouds: {c: {auth: {auth_url: '{auth[username]!r}'}, region_name: '{x}', regions: [{name: a, values: {auth: 1}}]}}"))
	f.Add([]byte("clouds: {c: {profile: limestonenetworks, networks: [{name: a}], cacert: ~/x, verify: 'no'}}"))
	f.Add([]byte("clouds: {c: {regions: {a: b}, auth: {auth_url: 'http://u:p@h'}, compute_interface: [a, b], x_secret: y, z: '{x_secret}'}}"))
	none := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := parseYAML(data)
		if err != nil {
			return
		}
		config, err := asFile("clouds.yaml", v)
		if err != nil {
			return
		}
		l := &cloudLoader{files: &cloudFiles{dir: none, root: none, env: map[string]string{"HOME": none}}}
		if err := l.choose(config.get("clouds"), nil); err != nil {
			return
		}
		for _, name := range append([]string{""}, l.clouds.keys...) {
			c, err := l.load(name, "")
			switch {
			case err != nil && strings.TrimSpace(err.Error()) == "":
				t.Fatal("an error without text")
			case err == nil && (c.Name == "" && name != "" || len(c.Interface) == 0 || len(c.ServiceInterfaces("compute")) == 0):
				t.Fatalf("%+v", c)
			case err == nil:
				c.Report(false)
			}
		}
	})
}
