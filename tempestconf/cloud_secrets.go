package tempestconf

import (
	"slices"
	"strings"
)

// secretSetting tells whether the value of a key of a cloud, in auth or beside it, is masked.
func secretSetting(key string) bool {
	k := strings.ToLower(strings.ReplaceAll(key, "-", "_"))
	for _, part := range []string{"password", "passwd", "passphrase", "secret", "token", "passcode", "otp", "api_key", "apikey", "private_key"} {
		if strings.Contains(k, part) && !strings.HasSuffix(k, "_endpoint") && !strings.HasSuffix(k, "_type") {
			return true
		}
	}
	return k == "code" || k == "pass" || strings.HasSuffix(k, "_pass")
}

// Report is what openstacksdk would hand on: {"name", "config", "tls"}. Secrets are masked unless plain.
func (c *Cloud) Report(plain bool) map[string]any {
	config := c.Config
	if !plain {
		config = maskedCloud(c.Config)
	}
	return map[string]any{"name": c.Name, "config": config, "tls": c.TLS()}
}

// maskedCloud masks the secrets of a cloud, and what references in braces took over from them into other texts.
func maskedCloud(config map[string]any) map[string]any {
	const shortest = 4 // a shorter secret would be found in every text
	var secrets []string
	collectSecrets(config, &secrets)
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < shortest })
	out := masked(config).(map[string]any)
	for k, v := range out {
		if s, ok := v.(string); ok && v == config[k] {
			out[k] = hide(s, secrets)
		}
	}
	if auth, ok := out["auth"].(map[string]any); ok {
		if s, ok := auth["auth_url"].(string); ok {
			auth["auth_url"] = hide(s, secrets)
		}
	}
	return out
}

func collectSecrets(v any, into *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			if s, ok := item.(string); ok && secretSetting(k) {
				*into = append(*into, s)
			}
			collectSecrets(item, into)
		}
	case []any:
		for _, item := range v {
			collectSecrets(item, into)
		}
	}
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
	case string:
		return maskURL(v)
	}
	return v
}

// withoutSecrets is a part of a file as an error may show it.
func withoutSecrets(v any) any {
	switch v := v.(type) {
	case *omap:
		m := newMap()
		for _, k := range v.keys {
			if item := v.vals[k]; secretSetting(k) && !falsy(item) {
				m.set(k, Masked)
			} else {
				m.set(k, withoutSecrets(item))
			}
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = withoutSecrets(item)
		}
		return l
	case string:
		return maskURL(v)
	}
	return v
}
