package tempestconf

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func oneCloud(name string) string {
	return "clouds: {c: {region_name: " + name + ", auth: {auth_url: http://h, username: u}}}\n"
}

func TestCloudSearch(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string // each holds its own name as region
		env   []string
		want  string
	}{
		{"working directory", []string{"cwd/clouds.yaml", "home/.config/openstack/clouds.yaml"}, nil, "cwd/clouds.yaml"},
		{"yaml before yml", []string{"cwd/clouds.yml", "cwd/clouds.yaml"}, nil, "cwd/clouds.yaml"},
		{"yml before json", []string{"cwd/clouds.yml", "cwd/clouds.json"}, nil, "cwd/clouds.yml"},
		{"home", []string{"home/.config/openstack/clouds.yaml", "etc/openstack/clouds.yaml"}, nil, "home/.config/openstack/clouds.yaml"},
		{"XDG_CONFIG_HOME", []string{"xdg/openstack/clouds.yaml", "home/.config/openstack/clouds.yaml"}, []string{"XDG_CONFIG_HOME=@/xdg"}, "xdg/openstack/clouds.yaml"},
		{"home although XDG_CONFIG_HOME", []string{"home/.config/openstack/clouds.yaml"}, []string{"XDG_CONFIG_HOME=@/xdg"}, "home/.config/openstack/clouds.yaml"},
		{"snap", []string{"real/.config/openstack/clouds.yaml"}, []string{"SNAP_REAL_HOME=@/real"}, "real/.config/openstack/clouds.yaml"},
		{"/etc/xdg", []string{"etc/xdg/openstack/clouds.yaml", "etc/openstack/clouds.yaml"}, nil, "etc/xdg/openstack/clouds.yaml"},
		{"XDG_CONFIG_DIRS", []string{"x/openstack/clouds.yaml", "etc/openstack/clouds.yaml"}, []string{"XDG_CONFIG_DIRS=@/x"}, "x/openstack/clouds.yaml"},
		{"two XDG_CONFIG_DIRS are none", []string{"x/openstack/clouds.yaml", "etc/openstack/clouds.yaml"}, []string{"XDG_CONFIG_DIRS=@/x:@/y"}, "etc/openstack/clouds.yaml"},
		{"/etc", []string{"etc/openstack/clouds.yaml"}, nil, "etc/openstack/clouds.yaml"},
		{"OS_CLIENT_CONFIG_FILE", []string{"cwd/clouds.yaml", "o.yaml"}, []string{"OS_CLIENT_CONFIG_FILE=@/o.yaml"}, "o.yaml"},
		{"OS_CLIENT_CONFIG_FILE missing", []string{"cwd/clouds.yaml"}, []string{"OS_CLIENT_CONFIG_FILE=@/none.yaml"}, "cwd/clouds.yaml"},
		{"OS_CLIENT_CONFIG_FILE relative", []string{"cwd/o.json"}, []string{"OS_CLIENT_CONFIG_FILE=o.json"}, "cwd/o.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			for _, f := range c.files {
				text := oneCloud(f)
				if strings.HasSuffix(f, ".json") {
					text = `{"clouds": {"c": {"region_name": "` + f + `", "auth": {"auth_url": "http://h"}}}}`
				}
				p.write(f, text)
			}
			got, err := LoadCloud(p.cloud(c.env...))
			if err != nil {
				t.Fatal(err)
			}
			if got.RegionName != c.want || got.File != p.path(c.want) {
				t.Errorf("region %s of %s", got.RegionName, got.File)
			}
			if noted := strings.Contains(strings.Join(got.Notes, " "), "OS_CLIENT_CONFIG_FILE names"); noted != strings.HasSuffix(c.name, "missing") {
				t.Errorf("notes %q", got.Notes)
			}
		})
	}
}

func (p place) cloud(env ...string) CloudOptions {
	o := CloudOptions{Dir: p.path("cwd"), root: p.root, Env: []string{"HOME=" + p.path("home")}}
	for _, e := range env {
		o.Env = append(o.Env, strings.ReplaceAll(e, "@", p.root))
	}
	return o
}

func TestSecureFile(t *testing.T) {
	for _, c := range []struct {
		name, file string
		env        []string
	}{
		{"elsewhere", "home/.config/openstack/secure.yml", nil},
		{"variable", "s.yaml", []string{"OS_CLIENT_SECURE_FILE=@/s.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/clouds.yaml", oneCloud("R"))
			p.write(c.file, "clouds: {c: {region_name: S, auth: {password: geheim}}}\n")
			got, err := LoadCloud(p.cloud(c.env...))
			if err != nil || got.RegionName != "S" || got.Auth["password"] != "geheim" || got.Auth["username"] != "u" {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}

func TestCloudFields(t *testing.T) {
	p := newPlace(t)
	p.write("cwd/clouds.yaml", `
x: &base {auth: {auth_url: http://h/v3, username: 7, password: 0123, project-name: p, domain_name: D}}
clouds:
  c:
    <<: *base
    region_name: 1.10
    interface: [internal, public]
    verify: no
    cacert: ~/ca.pem
    cert: ~/c.pem
    key: /k.pem
    volumev3_endpoint_override: http://v
    volume_api_version: 3
    image-interface: admin
    compute_default_microversion: '2.79'
    object_store_region_name: RO
    identity_service_type: idm
`)
	got, err := LoadCloud(p.cloud())
	if err != nil {
		t.Fatal(err)
	}
	got.Config = nil
	want := &Cloud{Name: "c", File: p.path("cwd/clouds.yaml"), AuthType: "password", RegionName: "1.1",
		Auth: map[string]string{"auth_url": "http://h/v3", "username": "7", "password": "83", "project_name": "p",
			"user_domain_name": "D", "project_domain_name": "D"},
		Interface: []string{"internal", "public"}, CACert: p.path("home/ca.pem"), Cert: p.path("home/c.pem"), Key: "/k.pem",
		EndpointOverrides: map[string]string{"volumev3": "http://v"},
		APIVersions:       map[string]string{"volume": "3"}, Microversions: map[string]string{"compute": "2.79"},
		Interfaces: map[string]string{"image": "admin"}, Regions: map[string]string{"object_store": "RO"},
		ServiceTypes: map[string]string{"identity": "idm"},
		Notes:        []string{"cacert of cloud c has no effect, because certificates are not verified."}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestServiceSetting(t *testing.T) {
	c := &Cloud{Config: map[string]any{"volumev3_endpoint_override": "http://v", "volume_endpoint_override": "http://old",
		"object_store_interface": "internal", "compute_x": nil, "shared_file_system_api_version": "2"}}
	for _, w := range []struct{ service, setting, want string }{
		{"block-storage", "endpoint_override", "http://v"}, {"volume", "endpoint_override", "http://v"},
		{"object-store", "interface", "internal"}, {"object_store", "interface", "internal"}, {"compute", "x", ""},
		{"share", "api_version", "2"}, {"image", "interface", ""},
	} {
		if got := c.ServiceSetting(w.service, w.setting); got != w.want {
			t.Errorf("%s %s: %q, want %q", w.service, w.setting, got, w.want)
		}
	}
}

// TestServiceInterfaces has what openstacksdk's get_interface and get_endpoint give.
func TestServiceInterfaces(t *testing.T) {
	p := newPlace(t)
	p.write("cwd/clouds.yaml", `
clouds:
  c:
    auth: {auth_url: http://h}
    interface: [internal, public]
    compute_interface: [admin, internal]
    volume-interface: [admin]
    image_interface: internal
    object_store_interface: ~
    identity_interface: []
    network_endpoint: http://n
    compute_endpoint: http://old
    compute_endpoint_override: http://new
`)
	c, err := LoadCloud(p.cloud())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct{ service, interfaces, endpoint string }{
		{"compute", "admin internal", "http://new"}, {"block-storage", "admin", ""}, {"image", "internal", ""},
		{"object-store", "internal public", ""}, {"network", "internal public", "http://n"}, {"identity", "public", ""},
	} {
		if got := strings.Join(c.ServiceInterfaces(w.service), " "); got != w.interfaces || c.ServiceEndpoint(w.service) != w.endpoint {
			t.Errorf("%s: %s at %q", w.service, got, c.ServiceEndpoint(w.service))
		}
	}
}

func TestReportMasks(t *testing.T) {
	p := newPlace(t)
	p.write("cwd/clouds.yaml", "clouds: {c: {auth_type: v3applicationcredential, auth: {auth_url: http://h, application_credential_id: i,"+
		" application_credential_secret: geheim}, other: [{client_secret: geheim}], token_endpoint: http://t, empty_password: ''}}\n")
	got, err := LoadCloud(p.cloud())
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got.Report(false)); strings.Contains(s, "geheim") || !strings.Contains(s, "http://t") {
		t.Error(s)
	}
	if s := fmt.Sprint(got.Report(true)); strings.Count(s, "geheim") != 2 {
		t.Error(s)
	}
}

// TestNoSecretShown has secrets in every place where openstacksdk takes one.
func TestNoSecretShown(t *testing.T) {
	p := newPlace(t)
	p.write("cwd/clouds.yaml", `
clouds:
  c:
    auth: {auth_url: 'http://u:geheim-1@h/v3', username: u, password: geheim-2}
    application_credential_secret: geheim-3
    auth_token: geheim-4
    x-admin-pass: geheim-5
    custom: 'as {auth[password]}'
    compute_endpoint_override: 'http://x:geheim-6@h'
    orchestration: {auth: {password: geheim-7, private_key: geheim-8}, list: [{api_key: geheim-9}]}
    cert: /certs/key.pem
    key: /certs/key.pem
  bad:
    regions: [{name: R, values: {}, auth: {password: geheim-10}}]
`)
	o := p.cloud()
	o.Name, o.unchecked = "c", true
	c, err := LoadCloud(o)
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(c.Report(false))
	if strings.Contains(shown, "geheim") || !strings.Contains(shown, "custom:as ***") || !strings.Contains(shown, "key:/certs/key.pem") ||
		!strings.Contains(shown, "http://u:***@h/v3") {
		t.Error(shown)
	}
	if !strings.Contains(fmt.Sprint(c.Report(true)), "geheim-2") {
		t.Error("secrets that were asked for are not shown")
	}
	o.Name = "bad"
	if _, err := LoadCloud(o); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Error(err)
	}
}

// TestKeysInAuthAndBesideIt: releases of openstacksdk differ in which one counts, so a note tells which does.
func TestKeysInAuthAndBesideIt(t *testing.T) {
	for text, note := range map[string]string{
		"project_name: out, auth: {project_name: in, auth_url: http://h}":  "project_name of cloud c stands in auth and beside it; the one in auth is taken",
		"tenant-name: in, auth: {project_name: in, auth_url: http://h}":    "",
		"project_name: in, auth: {auth_url: http://h}":                     "",
		"auth: {tenant_name: other, project_name: in, auth_url: http://h}": "",
	} {
		p := newPlace(t)
		p.write("cwd/clouds.yaml", "clouds: {c: {"+text+"}}\n")
		c, err := LoadCloud(p.cloud())
		if err != nil || c.Auth["project_name"] != "in" || !strings.HasPrefix(strings.Join(c.Notes, "|"), note) || (note == "") != (len(c.Notes) == 0) {
			t.Errorf("%s: %+v %v", text, c, err)
		}
	}
}

// TestRegionsThatAreNoList: openstacksdk takes the keys of a mapping, and the letters of a text.
func TestRegionsThatAreNoList(t *testing.T) {
	for text, want := range map[string]string{"{R1: {interface: admin}, R2: x}": "R1", "R9": "R", "[]": ""} {
		p := newPlace(t)
		p.write("cwd/clouds.yaml", "clouds: {c: {regions: "+text+", auth: {auth_url: http://h}}}\n")
		c, err := LoadCloud(p.cloud())
		if err != nil || c.RegionName != want || c.Interface[0] != "public" || (want != "") != (len(c.Notes) == 1) {
			t.Errorf("%s: %+v %v", text, c, err)
		}
	}
}

func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		name, cloud, region string
		url, note, err      string
	}{
		{"vendor", "{profile: otc, auth: {username: u}}", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3", "", ""},
		{"vendor's regions", "{profile: otc, auth: {username: u}}", "R", "", "", "Valid choices are eu-de,eu-nl."},
		{"downloaded", "{profile: vexxhost, auth: {auth_url: http://own}}", "", "http://own", "would have to be downloaded from https://vexxhost.com", ""},
		{"URL", "{profile: 'https://x.example', auth: {auth_url: http://own}}", "", "http://own", "downloaded from https://x.example", ""},
		{"unknown", "{profile: nosuch, auth: {auth_url: http://own}}", "", "http://own", "There is no vendor profile nosuch", ""},
		{"gone", "{profile: dead, auth: {auth_url: http://own}}", "", "http://own", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/clouds.yaml", "clouds: {c: "+c.cloud+"}\n")
			p.write("cwd/clouds-public.yaml", "public-clouds: {dead: {status: shutdown}}\n")
			o := p.cloud()
			o.Region = c.region
			got, err := LoadCloud(o)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Error(err)
				}
				return
			}
			if err != nil || got.Auth["auth_url"] != c.url || !strings.Contains(strings.Join(got.Notes, " "), c.note) {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}

func TestCloudErrorsAreReadable(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty cloud", "clouds: {c: }", "cloud c: @/cwd/clouds.yaml: the cloud is empty or not a mapping"},
		{"list", "clouds: [c]", "@/cwd/clouds.yaml: clouds: must be a mapping of names to clouds"},
		{"text", "hello", "the file holds a str, not a mapping"},
		{"auth text", "clouds: {c: {auth: x}}", "cloud c: auth: must be a mapping"},
		{"unknown option", "clouds: {c: {auth: {auth_url: u, foo: 1}}}", "cloud c: auth: password takes no foo"},
		{"unknown plugin", "clouds: {c: {auth_type: foo, auth: {auth_url: u}}}", "cloud c: The plugin foo could not be found"},
		{"brace", "clouds: {c: {region_name: '{', auth: {auth_url: u}}}", "braces in a text refer to other settings"},
		{"nothing", "", "@/cwd/clouds.yaml has no clouds"},
		{"two documents", "clouds: {}\n---\nclouds: {}\n", "expected a single document"},
		{"tag", "clouds: !foo {}", "could not determine a constructor for the tag '!foo'"},
		{"scalar tag", "clouds: {c: !foo x}", "could not determine a constructor for the tag '!foo'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/clouds.yaml", c.text)
			_, err := LoadCloud(p.cloud())
			if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.want, "@", p.root)) {
				t.Error(err)
			}
		})
	}
}

// TestBombs reads small files that would be huge.
func TestBombs(t *testing.T) {
	var aliases, format strings.Builder
	aliases.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&aliases, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	aliases.WriteString("clouds: {c: {auth: {auth_url: u, project_name: *a11}}}\n")
	format.WriteString("clouds: {c: {auth: {auth_url: u}, f0: xxxxxxxxxx")
	for i := 1; i < 20; i++ {
		fmt.Fprintf(&format, ", f%d: '%s'", i, strings.Repeat(fmt.Sprintf("{f%d}", i-1), 10))
	}
	format.WriteString("}}\n")
	long := "clouds: {c: {auth: {auth_url: u}, x: &x '" + strings.Repeat("x", 100_000) + "', project_id: [" + strings.Repeat("*x, ", 9_000) + "]}}\n"
	for _, c := range []struct{ name, text, want string }{
		{"aliases", aliases.String(), "more than"},
		{"format fields", format.String(), "longer than"},
		{"long aliases", long, "more than"},
		{"an alias of itself", "clouds: &a {c: *a}\n", "more than"},
		{"nested deeply", "clouds: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n", "more than"},
		{"base 60", "clouds: {c: {auth: {auth_url: u}, x: 1" + strings.Repeat(":0", 100_000) + "}}\n", ""},
		{"large", "# " + strings.Repeat("x", maxYAML), "more than the 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/clouds.yaml", c.text)
			start := time.Now()
			_, err := LoadCloud(p.cloud())
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%.300v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
