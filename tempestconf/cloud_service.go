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
