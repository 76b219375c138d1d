package tempestconf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// LoadCloud reads one cloud as openstacksdk's get_one does. Errors are *NoCloudError and *CloudError.
//
// It differs from openstacksdk on purpose in two things: variables of oslo.config (OS_AUTH__ADMIN_PASSWORD) do not make a
// cloud of the environment, and nothing is downloaded for a vendor profile.
func LoadCloud(o CloudOptions) (*Cloud, error) {
	l, err := newCloudLoader(o)
	if err != nil {
		return nil, err
	}
	c, err := l.load(o.Name, o.Region)
	if ce, ok := err.(*CloudError); ok && ce.Cloud == "" {
		ce.Cloud = l.name
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

type cloudLoader struct {
	files  *cloudFiles
	path   string
	clouds *omap
	// env is the name of the cloud made of the environment.
	env string
	// fallback is the cloud taken when none is named; empty when there are several.
	fallback string
	// name is the cloud that is read.
	name  string
	notes []string

	unchecked bool
}

func newCloudLoader(o CloudOptions) (*cloudLoader, error) {
	dir := o.Dir
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return nil, fmt.Errorf("find the working directory: %w", err)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	env := environment(o.Env)
	l := &cloudLoader{files: &cloudFiles{dir: dir, env: env, root: o.root}, unchecked: o.unchecked}
	path, config, err := l.files.config()
	if err != nil {
		return nil, err
	}
	l.path = path
	if named := env["OS_CLIENT_CONFIG_FILE"]; named != "" && path != l.files.abs(named) {
		l.notes = append(l.notes, fmt.Sprintf("OS_CLIENT_CONFIG_FILE names %s, which cannot be read; the other places are searched, as openstacksdk does.", named))
	}
	if !config.has("clouds") {
		config.set("clouds", newMap())
	}
	return l, l.choose(config.get("clouds"), environ(o.Env))
}

// choose settles the clouds there are and the one that is taken when none is named: OS_CLOUD, else the environment's, else
// the only one.
func (l *cloudLoader) choose(v any, vars *omap) error {
	env := l.files.env
	l.env = "envvars"
	if name, ok := env["OS_CLOUD_NAME"]; ok {
		l.env = name
	}
	clouds, ok := v.(*omap)
	if !ok {
		e := &CloudError{File: l.path, Class: "TypeError", Reason: "clouds: must be a mapping of names to clouds",
			Message: fmt.Sprintf("argument of type '%s' is not iterable", pyType(v))}
		if list, ok := v.([]any); ok && len(list) > 0 {
			e.Class, e.Message = "AttributeError", attribute(v, "keys")
		}
		return e
	}
	l.clouds = clouds
	if clouds.has(l.env) {
		return &CloudError{File: l.path, Class: "ConfigException", Message: fmt.Sprintf(`"%s" defines a cloud named "%s", but`+
			` OS_CLOUD_NAME is also set to "%s". Please rename either your environment based cloud, or one of your`+
			` file-based clouds.`, l.path, l.env, l.env)}
	}
	l.fallback = env["OS_CLOUD"]
	if vars != nil {
		clouds.set(l.env, vars)
		if l.fallback == "" {
			l.fallback = l.env
		}
	}
	if l.fallback == "" && len(clouds.keys) == 1 {
		l.fallback = clouds.keys[0]
	}
	return nil
}

// environ is the cloud of the OS_ variables; nil when they only select or change something else. Names with two
// underscores are oslo.config's.
func environ(list []string) *omap {
	vars := sdkDefaults()
	counts := false
	for _, kv := range list {
		k, v, _ := strings.Cut(kv, "=")
		name, ok := strings.CutPrefix(k, "OS_")
		if !ok || strings.Contains(name, "__") {
			continue
		}
		if strings.HasPrefix(name, "TEST") || strings.HasPrefix(name, "STD") || strings.HasPrefix(name, "LOG") {
			continue // of test runners
		}
		vars.set(pyLower(name), v)
		switch name {
		case "CLOUD", "REGION_NAME", "CLIENT_CONFIG_FILE", "CLIENT_SECURE_FILE", "CLOUD_NAME":
		default:
			counts = true
		}
	}
	if !counts {
		return nil
	}
	return vars
}

// sdkDefaults are the settings every cloud starts with.
func sdkDefaults() *omap {
	m := newMap()
	for _, kv := range []struct {
		key   string
		value any
	}{
		{"api_timeout", nil}, {"verify", true}, {"cacert", nil}, {"cert", nil}, {"key", nil},
		{"auth_type", "password"}, {"baremetal_status_code_retries", 5},
		{"baremetal_introspection_status_code_retries", 5}, {"image_status_code_retries", 5},
		{"disable_vendor_agent", newMap()}, {"interface", "public"}, {"floating_ip_source", "neutron"},
		{"image_api_use_tasks", false}, {"image_format", "qcow2"}, {"message", ""}, {"network_api_version", "2"},
		{"object_store_api_version", "1"}, {"secgroup_source", "neutron"}, {"status", "active"},
	} {
		m.set(kv.key, kv.value)
	}
	return m
}

func (l *cloudLoader) load(name, region string) (*Cloud, error) {
	if name == "" {
		name = l.fallback
	}
	if name == "" || !l.clouds.has(name) {
		return nil, &NoCloudError{Name: name, Known: append([]string(nil), l.clouds.keys...), File: l.path, Tried: l.files.tried}
	}
	l.name = name
	config, err := l.base(name)
	if err != nil {
		return nil, err
	}
	chosen, values, err := l.region(name, region)
	if err != nil {
		return nil, err
	}
	config.drop("regions")
	for _, k := range values.keys {
		v := values.vals[k]
		auth, isMap := config.get(k).(*omap)
		switch {
		case v == nil:
		case k == "auth" && isMap:
			if err := updateAuth(auth, v); err != nil {
				return nil, err
			}
		default:
			config.set(k, v)
		}
	}
	config.set("region_name", chosen)
	if config, err = magicFixes(config, l); err != nil {
		return nil, err
	}
	if config, err = normalizeKeys(config); err != nil {
		return nil, err
	}
	if !l.unchecked {
		if err := validateAuth(config); err != nil {
			return nil, err
		}
	}
	if err := formatAll(config); err != nil {
		return nil, err
	}
	config.drop("force_ipv4")
	config.drop("prefer_ipv6")
	return l.result(config)
}
