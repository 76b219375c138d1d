package tempestconf

import (
	"fmt"
	"math"
	"math/big"
	"strings"
)

// result makes the Cloud of the finished configuration.
func (l *cloudLoader) result(config *omap) (*Cloud, error) {
	home := homeDir(l.files.env)
	c := &Cloud{
		Name: l.name, AuthType: pyAny(config.get("auth_type")), Auth: map[string]string{},
		RegionName: text(config.get("region_name")), Interface: interfaces(config.get("interface")),
		Verify: true, Config: plainMap(config), Notes: l.notes,
		EndpointOverrides: map[string]string{}, APIVersions: map[string]string{}, Microversions: map[string]string{},
		Interfaces: map[string]string{}, Regions: map[string]string{}, ServiceTypes: map[string]string{},
	}
	if l.name != l.env || !l.clouds.has(l.env) {
		c.File = l.path
	}
	if auth, ok := config.get("auth").(*omap); ok {
		for _, k := range auth.keys {
			c.Auth[k] = text(auth.get(k))
		}
	}
	for k, v := range c.Config {
		for suffix, into := range map[string]map[string]string{
			"_endpoint_override": c.EndpointOverrides, "_api_version": c.APIVersions, "_default_microversion": c.Microversions,
			"_interface": c.Interfaces, "_region_name": c.Regions, "_service_type": c.ServiceTypes,
		} {
			if service, ok := strings.CutSuffix(k, suffix); ok && service != "" && v != nil {
				into[service] = pyAny(config.get(k))
			}
		}
	}
	if err := l.transport(c, config, home); err != nil {
		return nil, err
	}
	return c, nil
}

// transport settles certificates: insecure wins, then verify, then the CA. A text in verify is the path of a CA file.
func (l *cloudLoader) transport(c *Cloud, config *omap, home string) error {
	cacert := expandUser(path(config.get("cacert")), home)
	verify := config.get("verify")
	if config.has("verify") && verify != nil {
		c.Verify = !falsy(verify)
	}
	if file, ok := verify.(string); ok && file != "" {
		l.notes = append(l.notes, fmt.Sprintf("verify of cloud %s is the text %s: openstacksdk takes a text for the path of a CA file; true and false are written without quotes.", c.Name, pyRepr(file)))
		if cacert == "" {
			cacert = file
		}
	}
	if !falsy(config.get("insecure")) {
		c.Verify = false
	}
	for k, counts := range map[string]bool{"cacert": c.Verify, "cert": true, "key": !falsy(config.get("cert"))} {
		if v := config.get(k); counts && !falsy(v) && pyType(v) != "str" {
			return &CloudError{Class: "TypeError", Reason: k + " must be a path",
				Message: fmt.Sprintf("expected str, bytes or os.PathLike object, not %s", pyType(v))}
		}
	}
	if cacert != "" && !c.Verify {
		l.notes = append(l.notes, fmt.Sprintf("cacert of cloud %s has no effect, because certificates are not verified.", c.Name))
	}
	c.CACert = cacert
	if c.Cert = expandUser(path(config.get("cert")), home); c.Cert != "" {
		c.Key = expandUser(path(config.get("key")), home)
	}
	c.Notes = l.notes
	return nil
}

// path is the text of a setting that openstacksdk looks at only when it is true.
func path(v any) string {
	if falsy(v) {
		return ""
	}
	return pyAny(v)
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return pyAny(v)
}

func interfaces(v any) []string {
	var all []string
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range list {
		if s := text(item); s != "" {
			all = append(all, s)
		}
	}
	if all == nil {
		all = []string{"public"}
	}
	return all
}

// plainMap is the configuration without the settings that every cloud has by default, as values that encoding/json can
// write.
func plainMap(config *omap) map[string]any {
	defaults := sdkDefaults()
	m := map[string]any{}
	for _, k := range config.keys {
		v := config.vals[k]
		switch k {
		case "auth_type", "interface", "region_name", "verify":
		default:
			if v == nil || (defaults.has(k) && pyReprAny(normalized(defaults.get(k))) == pyReprAny(v)) {
				continue
			}
		}
		m[k] = plainValue(v)
	}
	return m
}

// normalized is what normalizeKeys makes of a default.
func normalized(v any) any {
	if n, ok := v.(int); ok {
		return pyAny(n)
	}
	return v
}

func plainValue(v any) any {
	switch v := v.(type) {
	case *omap:
		m := make(map[string]any, len(v.keys))
		for _, k := range v.keys {
			m[k] = plainValue(v.vals[k])
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = plainValue(item)
		}
		return l
	case *big.Int:
		return v.String()
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return pyFloat(v)
		}
	}
	return v
}

// TLS is what openstacksdk gives the HTTP library: verify is false, true or the path of a CA file; cert is null, a path, or
// the paths of a certificate and its key.
func (c *Cloud) TLS() map[string]any {
	var verify, cert any = c.Verify, nil
	if c.Verify && c.CACert != "" {
		verify = c.CACert
	}
	if c.Cert != "" {
		cert = c.Cert
		if c.Key != "" {
			cert = []string{c.Cert, c.Key}
		}
	}
	return map[string]any{"verify": verify, "cert": cert}
}
