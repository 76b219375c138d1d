package tempestconf

import (
	"fmt"
	"strings"
)

// magicFixes is openstacksdk's own sequence of repairs: old names, names beside auth, domains, networks, booleans.
func magicFixes(c *omap, l *cloudLoader) (*omap, error) {
	if c.odd != "" {
		return nil, &CloudError{Class: "AttributeError", Reason: "a key of the cloud is not a text",
			Message: fmt.Sprintf("'%s' object has no attribute 'endswith'", c.odd)}
	}
	auth, ok := c.get("auth").(*omap)
	if !ok {
		return nil, &CloudError{Class: "TypeError", Message: fmt.Sprintf("argument of type '%s' is not iterable", pyType(c.get("auth"))),
			Reason: "auth: must be a mapping"}
	}
	if auth.has("token") || !falsy(c.get("auth_token")) || !falsy(c.get("token")) {
		old := c.get("auth_token")
		c.drop("auth_token")
		if !c.has("token") {
			c.set("token", old)
		}
	}
	if c.has("passcode") {
		auth.set("passcode", c.get("passcode"))
		c.drop("passcode")
	}
	c = fixTimeout(c)
	if c.has("endpoint_type") {
		c.set("interface", c.get("endpoint_type"))
		c.drop("endpoint_type")
	}
	fixAuthType(c)
	fixProject(c, l)
	c = fixInterface(c)
	if err := fixNetworks(c, l); err != nil {
		return nil, err
	}
	fixDomains(c)
	for _, k := range []string{"insecure", "cache"} {
		if !c.has(k) {
			continue
		}
		b, err := getBoolean(c.get(k))
		if err != nil {
			return nil, err
		}
		c.set(k, b)
	}
	if auth.has("auth_url") {
		url, ok := auth.get("auth_url").(string)
		if !ok {
			return nil, &CloudError{Class: "AttributeError", Message: attribute(auth.get("auth_url"), "format"),
				Reason: "auth_url is not a text"}
		}
		formatted, err := pyFormat(url, c)
		if err != nil {
			return nil, err
		}
		auth.set("auth_url", formatted)
	}
	return c, nil
}

// fixTimeout lets <anything>timeout overwrite api_timeout.
func fixTimeout(c *omap) *omap {
	fixed := newMap()
	var service any
	for _, k := range c.keys {
		if strings.HasSuffix(k, "timeout") && k != "timeout" && k != "api_timeout" {
			service = c.vals[k]
			continue
		}
		fixed.set(k, c.vals[k])
	}
	if service != nil {
		fixed.set("api_timeout", service)
	}
	return fixed
}

// fixAuthType moves auth_plugin to auth_type, which wins; every cloud has one from the defaults.
func fixAuthType(c *omap) {
	var v any
	for _, k := range []string{"auth_plugin", "auth_type"} {
		if c.has(k) {
			v = c.get(k)
			c.drop(k)
		}
	}
	c.set("auth_type", v)
}

// fixProject moves project, domain and token into auth under one name, as texts. The last spelling wins, inside auth before
// outside.
func fixProject(c *omap, l *cloudLoader) {
	auth := c.get("auth").(*omap)
	type mapping struct {
		target string
		from   []string
	}
	mappings := []mapping{
		{"domain_id", []string{"domain_id", "domain-id"}},
		{"domain_name", []string{"domain_name", "domain-name"}},
		{"user_domain_id", []string{"user_domain_id", "user-domain-id"}},
		{"user_domain_name", []string{"user_domain_name", "user-domain-name"}},
		{"project_domain_id", []string{"project_domain_id", "project-domain-id"}},
		{"project_domain_name", []string{"project_domain_name", "project-domain-name"}},
		{"token", []string{"auth-token", "auth_token", "token"}},
	}
	if c.get("auth_type") == "v2password" {
		mappings = append(mappings,
			mapping{"tenant_id", []string{"project_id", "project-id", "tenant_id", "tenant-id"}},
			mapping{"tenant_name", []string{"project_name", "project-name", "tenant_name", "tenant-name"}})
	} else {
		mappings = append(mappings,
			mapping{"project_id", []string{"tenant_id", "tenant-id", "project_id", "project-id"}},
			mapping{"project_name", []string{"tenant_name", "tenant-name", "project_name", "project-name"}})
	}
	for _, m := range mappings {
		target, beside := "", ""
		for _, k := range m.from {
			for _, in := range []*omap{c, auth} {
				if in.has(k) {
					target = pyAny(in.get(k))
					in.drop(k)
					if in == c {
						beside = target
					}
				}
			}
		}
		if beside != "" && beside != target {
			l.notes = append(l.notes, fmt.Sprintf("%s of cloud %s stands in auth and beside it; the one in auth is taken, as openstacksdk 0.101 does (4.22 takes the other).", m.target, l.name))
		}
		if target != "" {
			auth.set(m.target, target)
		}
	}
}

// fixInterface renames <service>_endpoint_type to <service>_interface.
func fixInterface(c *omap) *omap {
	fixed := newMap()
	for _, k := range c.keys {
		target := k
		if strings.HasSuffix(k, "endpoint_type") {
			target = strings.ReplaceAll(k, "endpoint_type", "interface")
		}
		fixed.set(target, c.vals[k])
	}
	return fixed
}

// fixDomains lets one domain stand for the user's and the project's where the scope is a project.
func fixDomains(c *omap) {
	auth := c.get("auth").(*omap)
	for _, m := range [][3]string{
		{"domain_id", "user_domain_id", "project_domain_id"},
		{"domain_name", "user_domain_name", "project_domain_name"},
	} {
		if !projectScoped(c, auth) {
			if c.has(m[0]) && !auth.has(m[0]) {
				auth.set(m[0], c.get(m[0]))
				c.drop(m[0])
			}
			continue
		}
		for _, k := range m[1:] {
			if auth.has(m[0]) && !auth.has(k) {
				auth.set(k, auth.get(m[0]))
			}
		}
		c.drop(m[0])
		auth.drop(m[0])
	}
}

func projectScoped(c, auth *omap) bool {
	return c.has("project_id") || c.has("project_name") || auth.has("project_id") || auth.has("project_name")
}

func getBoolean(v any) (bool, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case string:
		return pyLower(v) == "true", nil
	}
	return false, &CloudError{Class: "AttributeError", Message: attribute(v, "lower"),
		Reason: pyAny(v) + " stands where a boolean is needed"}
}

// normalizeKeys turns dashes in keys into underscores and numbers into texts, in mappings at every level.
func normalizeKeys(c *omap) (*omap, error) {
	if c.odd != "" {
		return nil, &CloudError{Class: "AttributeError", Reason: "a key is not a text",
			Message: fmt.Sprintf("'%s' object has no attribute 'replace'", c.odd)}
	}
	fixed := newMap()
	for _, k := range c.keys {
		v := c.vals[k]
		k = strings.ReplaceAll(k, "-", "_")
		switch pyType(v) {
		case "dict":
			m, err := normalizeKeys(v.(*omap))
			if err != nil {
				return nil, err
			}
			v = m
		case "int":
			if k != "verbose_level" && k != "api_timeout" {
				v = pyAny(v)
			}
		case "float":
			v = pyAny(v)
		}
		fixed.set(k, v)
	}
	return fixed, nil
}
