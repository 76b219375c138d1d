package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"opendev.org/x/persistent-resources/internal/simulator/guest"
	"opendev.org/x/persistent-resources/internal/simulator/neutron"
	"opendev.org/x/persistent-resources/internal/simulator/nova"
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

// confSection is a section of tempest.conf.
type confSection struct {
	name    string
	options [][2]string
}

func (c *Cloud) tempestConf(dir string) string {
	var b strings.Builder
	for _, section := range c.sections(dir) {
		fmt.Fprintf(&b, "[%s]\n", section.name)
		for _, option := range section.options {
			fmt.Fprintf(&b, "%s = %s\n", option[0], strings.ReplaceAll(option[1], "$", "$$"))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// sections names everything that the simulated cloud does not share with
// Tempest's defaults. Waiting pauses nowhere: nothing here takes long.
func (c *Cloud) sections(dir string) []confSection {
	image := c.images.ReadyImage()
	return []confSection{
		{"auth", [][2]string{
			{"use_dynamic_credentials", "true"}, {"create_isolated_networks", "true"},
			{"admin_username", AdminUser}, {"admin_password", c.AdminPassword()}, {"admin_project_name", AdminProject},
			{"admin_domain_name", "Default"}, {"default_credentials_domain_name", "Default"}, {"tempest_roles", "member"},
		}},
		{"identity", [][2]string{
			{"auth_version", "v3"}, {"uri_v3", c.AuthURL()}, {"region", Region}, {"v3_endpoint_type", "public"},
		}},
		{"identity-feature-enabled", [][2]string{{"api_v2", "false"}, {"api_v3", "true"}}},
		{"compute", [][2]string{
			{"image_ref", image}, {"image_ref_alt", image}, {"flavor_ref", nova.FlavorID}, {"flavor_ref_alt", nova.FlavorAltID},
			{"fixed_network_name", neutron.PrivateNetwork}, {"build_interval", "0"}, {"build_timeout", "60"}, {"ready_wait", "0"},
		}},
		{"compute-feature-enabled", [][2]string{
			{"suspend", "true"}, {"pause", "true"}, {"console_output", "true"}, {"resize", "false"}, {"snapshot", "false"},
			{"vnc_console", "false"}, {"attach_encrypted_volume", "false"},
		}},
		{"image", [][2]string{{"build_interval", "0"}, {"build_timeout", "60"}}},
		{"network", [][2]string{
			{"public_network_id", c.networks.NetworkID(neutron.ExternalNetwork)}, {"floating_network_name", neutron.ExternalNetwork},
			{"project_network_cidr", c.addresses.projects}, {"project_network_mask_bits", "28"}, {"build_interval", "0"},
			{"build_timeout", "60"},
		}},
		{"network-feature-enabled", [][2]string{{"ipv6", "false"}, {"floating_ips", "true"}}},
		{"validation", [][2]string{
			{"run_validation", "true"}, {"connect_method", "floating"}, {"auth_method", "keypair"}, {"image_ssh_user", guest.User},
			{"image_ssh_password", guest.Password}, {"ssh_timeout", "30"}, {"connect_timeout", "5"}, {"ping_timeout", "10"},
			{"network_for_ssh", neutron.PrivateNetwork}, {"ssh_key_type", "ecdsa"},
		}},
		{"object-storage", [][2]string{
			{"operator_role", "member"}, {"reseller_admin_role", "ResellerAdmin"}, {"build_interval", "0"}, {"build_timeout", "10"},
		}},
		{"object-storage-feature-enabled", [][2]string{{"discoverability", "true"}, {"discoverable_apis", "all"}}},
		{"service_available", [][2]string{
			{"swift", "true"}, {"glance", "true"}, {"nova", "true"}, {"neutron", "true"}, {"cinder", "false"}, {"horizon", "false"},
			{"heat", "false"},
		}},
		{"persistent_resources", [][2]string{{"ssh_port", strconv.Itoa(c.addresses.port)}}},
		{"oslo_concurrency", [][2]string{{"lock_path", filepath.Join(dir, "lock")}}},
	}
}

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
