package tempestconf

import "strings"

// ServiceSetting is the setting of a cloud for one service, such as "endpoint_override" of "block-storage". It is looked
// up under every name the service has had, and empty when it is not given.
func (c *Cloud) ServiceSetting(serviceType, setting string) string {
	for _, t := range serviceNames(serviceType) {
		if v, ok := c.Config[strings.ReplaceAll(t, "-", "_")+"_"+setting]; ok && v != nil {
			if s, isText := v.(string); isText {
				return s
			}
		}
	}
	return ""
}

// serviceNames are the official type of a service and its aliases, from OpenStack's service types authority.
func serviceNames(serviceType string) []string {
	t := strings.ReplaceAll(strings.ToLower(serviceType), "_", "-")
	for _, names := range [][]string{
		{"block-storage", "volumev3", "volumev2", "volume", "block-store"},
		{"baremetal", "bare-metal"},
		{"shared-file-system", "sharev2", "share"},
		{"container-infrastructure-management", "container-infrastructure", "container-infra"},
	} {
		for _, n := range names {
			if n == t {
				return names
			}
		}
	}
	return []string{t}
}

// secretSetting tells whether the value of a key of a cloud, in auth or beside it, is masked.
func secretSetting(key string) bool {
	k := strings.ToLower(key)
	for _, part := range []string{"password", "secret", "token", "passcode", "otp"} {
		if strings.Contains(k, part) && !strings.HasSuffix(k, "_endpoint") && !strings.HasSuffix(k, "_type") {
			return true
		}
	}
	return k == "code"
}

// Report is what openstacksdk would hand on: {"name", "config", "tls"}. Secrets are masked unless plain.
func (c *Cloud) Report(plain bool) map[string]any {
	var config any = c.Config
	if !plain {
		config = masked(c.Config)
	}
	return map[string]any{"name": c.Name, "config": config, "tls": c.TLS()}
}

func masked(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, item := range v {
			if secretSetting(k) && item != nil && item != "" {
				m[k] = Masked
				continue
			}
			m[k] = masked(item)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = masked(item)
		}
		return l
	}
	return v
}
