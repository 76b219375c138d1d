package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// WriteConfig writes tempest.conf and clouds.yaml into dir, readable by the
// owner alone. tempest.conf has dynamic credentials and everything the
// persistent resources' tests need; clouds.yaml has the clouds
// "simulated-admin" and "simulated", an ordinary member.
func (c *Cloud) WriteConfig(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	files := map[string]string{"tempest.conf": c.tempestConf(dir), "clouds.yaml": c.cloudsYAML()}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		if err := os.Chmod(path, 0o600); err != nil { // it may have been there before
			return fmt.Errorf("protect %s: %w", path, err)
		}
	}
	return nil
}

func (c *Cloud) tempestConf(dir string) string {
	available := map[string]bool{}
	for _, s := range c.services {
		available[s.name] = true
	}
	var b strings.Builder
	section := func(name string, lines ...string) {
		fmt.Fprintf(&b, "[%s]\n%s\n\n", name, strings.Join(lines, "\n"))
	}
	section("auth",
		"use_dynamic_credentials = true",
		"create_isolated_networks = true",
		"admin_username = "+AdminUser,
		"admin_password = "+escape(c.AdminPassword()),
		"admin_project_name = "+AdminProject,
		"admin_domain_name = Default",
		"default_credentials_domain_name = Default",
		"tempest_roles = member",
	)
	section("identity",
		"auth_version = v3",
		"uri_v3 = "+c.AuthURL(),
		"region = "+Region,
		"v3_endpoint_type = public",
	)
	section("identity-feature-enabled", "api_v2 = false", "api_v3 = true")
	section("object-storage",
		"operator_role = member",
		"reseller_admin_role = ResellerAdmin",
		"build_interval = 0",
		"build_timeout = 10",
	)
	section("object-storage-feature-enabled", "discoverability = true", "discoverable_apis = all")
	section("service_available",
		fmt.Sprintf("swift = %t", available["swift"]),
		fmt.Sprintf("glance = %t", available["glance"]),
		fmt.Sprintf("nova = %t", available["nova"]),
		fmt.Sprintf("neutron = %t", available["neutron"]),
		"cinder = false", "horizon = false", "heat = false",
	)
	section("oslo_concurrency", "lock_path = "+escape(filepath.Join(dir, "lock")))
	return b.String()
}

// escape doubles the dollar sign, with which oslo.config refers to options.
func escape(s string) string { return strings.ReplaceAll(s, "$", "$$") }

func (c *Cloud) cloudsYAML() string {
	return "clouds:\n" +
		c.cloudEntry("simulated-admin", AdminUser, c.AdminPassword(), AdminProject) +
		c.cloudEntry("simulated", MemberUser, MemberPassword, MemberProject)
}

func (c *Cloud) cloudEntry(name, user, password, project string) string {
	return fmt.Sprintf(`  %s:
    region_name: %s
    identity_api_version: 3
    interface: public
    auth:
      auth_url: %s
      username: %s
      password: %q
      project_name: %s
      user_domain_name: Default
      project_domain_name: Default
`, name, Region, c.AuthURL(), user, password, project)
}
