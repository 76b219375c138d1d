package tempestconf

import (
	"fmt"
	"slices"
	"strings"
)

// modernise understands evidently old files: defaults are those of today's Tempest, and what was assumed is noted.
func (c *Config) modernise() {
	old := c.modernIdentity()
	if c.given("DEFAULT", "resources_prefix") && !c.given("DEFAULT", "resource_name_prefix") {
		old = true
		c.Default.ResourceNamePrefix = c.Default.ResourcesPrefix
		c.note("[DEFAULT] resources_prefix, which Tempest 37 renamed, is taken for resource_name_prefix.")
	}
	if t := c.Volume.CatalogType; c.given("volume", "catalog_type") && t != "block-storage" {
		old = old || t != "volumev3"
		c.note(fmt.Sprintf("[volume] catalog_type is %s; the other names of that service are tried as well when the catalog lacks it.", t))
	}
	if c.ObjectStorage.OperatorRole == "Member" {
		old = true
		c.note("[object-storage] operator_role is Member, which old clouds have; role names compare without regard to letter case.")
	}
	for _, o := range c.values.options {
		if c.values.get(o).source.Deprecated != "" {
			old = true
		}
	}
	if old {
		c.noteDefaults()
	}
}

// modernIdentity derives the v3 URL from the v2 one; it says whether the file is evidently old.
func (c *Config) modernIdentity() (old bool) {
	id := &c.Identity
	if id.URIV3 == "" && id.URI != "" {
		id.URIV3 = v3URL(id.URI)
		c.note(fmt.Sprintf("[identity] uri_v3 is not set; %s is assumed from uri.", id.URIV3))
		old = true
	}
	if c.given("identity", "auth_version") && id.AuthVersion == "v2" {
		c.note("[identity] auth_version is v2, which Tempest 38 and most clouds no longer have.")
		old = true
	}
	if c.given("identity", "username") && !c.Auth.UseDynamicCredentials && c.Auth.TestAccountsFile == "" {
		c.note("The account in [identity] username is one that only Tempest up to 12.0 uses; an accounts file would give one.")
		old = true
	}
	return old
}

// noteDefaults mentions every default that an old file may have meant differently.
func (c *Config) noteDefaults() {
	var unset []string
	for _, d := range []struct{ section, option, before string }{
		{"validation", "run_validation", "false"},
		{"service_available", "neutron", "false"},
		{"identity", "auth_version", "v2"},
		{"identity", "v3_endpoint_type", "adminURL"},
		{"object-storage", "operator_role", "Member"},
		{"volume", "catalog_type", "volume"},
	} {
		if src := c.Where(d.section, d.option); src.Origin == FromDefault {
			unset = append(unset, fmt.Sprintf("[%s] %s = %s (was %s)", d.section, d.option, src.Value, d.before))
		}
	}
	if unset != nil {
		c.note("The file is of an old Tempest; where it sets nothing, today's defaults are used: " + strings.Join(unset, ", ") + ".")
	}
}

// v3URL turns the URL of the v2.0 identity API into that of v3.
func v3URL(uri string) string {
	base := strings.TrimRight(uri, "/")
	for _, suffix := range []string{"/v2.0", "/v2", "/v3"} {
		if cut, ok := strings.CutSuffix(base, suffix); ok {
			base = cut
			break
		}
	}
	return base + "/v3"
}

// VolumeCatalogTypes are the service types under which the block storage service may stand in the catalog, the configured
// one first.
func (c *Config) VolumeCatalogTypes() []string {
	types := []string{c.Volume.CatalogType}
	for _, t := range []string{"block-storage", "volumev3", "volumev2", "volume"} {
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	return types
}
