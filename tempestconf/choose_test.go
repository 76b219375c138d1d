package tempestconf

import (
	"strings"
	"testing"
)

const twoClouds = "clouds:\n  a: {auth: {auth_url: http://a, username: u, password: p}}\n  b: {auth: {auth_url: http://b, username: u, password: p}}\n"

func TestWhichCredentials(t *testing.T) {
	const admin = "[auth]\nadmin_username = x\nadmin_password = y\n"
	for _, c := range []struct {
		name, conf, clouds, flag string
		env                      []string
		want                     string // the cloud; empty means none
		note                     string
		fault                    string // of clouds.yaml, where it gives no credentials
		err                      string
	}{
		{name: "tempest.conf", conf: admin, clouds: twoClouds},
		{name: "OS_CLOUD changes nothing", conf: admin, clouds: twoClouds, env: []string{"OS_CLOUD=a"},
			note: "OS_CLOUD=a is ignored, because [auth] admin_username gives the credentials; --os-cloud would use it."},
		{name: "flag wins", conf: admin, clouds: twoClouds, flag: "b", env: []string{"OS_CLOUD=a"}, want: "b", note: "(--os-cloud names it)"},
		{name: "accounts file", conf: "[auth]\ntest_accounts_file = a.yaml\n", clouds: twoClouds, env: []string{"OS_CLOUD=a"}, note: "test_accounts_file"},
		{name: "empty means not configured", conf: "[auth]\nadmin_username =\nadmin_password = \"\"\n", clouds: twoClouds, env: []string{"OS_CLOUD=a"}, want: "a"},
		{name: "a bad password is one", conf: "[auth]\nadmin_password = $nosuch\n", clouds: twoClouds, env: []string{"OS_CLOUD=a"}, note: "[auth] admin_password gives"},
		{name: "nothing in tempest.conf", clouds: twoClouds, env: []string{"OS_CLOUD=b"}, want: "b", note: "(tempest.conf gives none)"},
		{name: "several and no name", clouds: twoClouds, fault: "@/cwd/clouds.yaml has a, b, and none of them is named"},
		{name: "no clouds.yaml", fault: "no clouds.yaml was found (looked in @/cwd, "},
		{name: "environment", env: []string{"OS_AUTH_URL=http://e", "OS_USERNAME=u", "OS_PASSWORD=p"}, want: "envvars"},
		{name: "unknown flag", conf: admin, clouds: twoClouds, flag: "c", err: "Cloud c was not found. (@/cwd/clouds.yaml has a, b)"},
		{name: "unknown OS_CLOUD", clouds: twoClouds, env: []string{"OS_CLOUD=c"}, fault: "Cloud c was not found."},
		{name: "variables of something else", env: []string{"OS_DEBUG=1"}, fault: "cloud envvars: Auth plugin requires parameters which were not given: auth_url"},
		{name: "broken clouds.yaml not needed", conf: admin, clouds: "clouds: ["},
		{name: "broken clouds.yaml", clouds: "clouds: [", fault: "@/cwd/clouds.yaml: yaml: "},
		{name: "broken clouds.yaml for a flag", conf: admin, clouds: "clouds: [", flag: "a", err: "@/cwd/clouds.yaml: yaml: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.write("cwd/etc/tempest.conf", c.conf)
			if c.clouds != "" {
				p.write("cwd/clouds.yaml", c.clouds)
			}
			o := p.options(c.env...)
			o.Cloud = c.flag
			got, err := Load(o)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.err, "@", p.root)) {
					t.Error(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			name := ""
			if got.Cloud != nil {
				name = got.Cloud.Name
			}
			if (got.CloudFault != nil) != (name == "" && got.ownCredentials() == "") || (got.CloudFault != nil) != (c.fault != "") {
				t.Errorf("fault %v", got.CloudFault)
			}
			if got.CloudFault != nil && !strings.Contains(got.CloudFault.Error(), strings.ReplaceAll(c.fault, "@", p.root)) {
				t.Errorf("fault %v, want %s", got.CloudFault, c.fault)
			}
			if name != c.want || (c.note != "" && !noted(got, strings.ReplaceAll(c.note, "@", p.root))) {
				t.Errorf("cloud %q, notes %q", name, got.Notes)
			}
		})
	}
}
