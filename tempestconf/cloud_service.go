package tempestconf

import "strings"

// ServiceSetting is the setting of a cloud for one service, such as "endpoint_override" of "block-storage". It is looked
// up under every name the service has had, and empty when it is not given.
func (c *Cloud) ServiceSetting(serviceType, setting string) string {
	s, _ := c.serviceValue(serviceType, setting).(string)
	return s
}

// ServiceInterfaces are the endpoint interfaces for one service, the preferred one first: its own, which may be one or
// a list, else those of the cloud.
func (c *Cloud) ServiceInterfaces(serviceType string) []string {
	switch v := c.serviceValue(serviceType, "interface").(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []any:
		return interfaces(v)
	}
	return c.Interface
}

// ServiceEndpoint is the URL to use for one service in place of what the catalog says; empty when there is none.
// openstacksdk still understands <service>_endpoint for <service>_endpoint_override.
func (c *Cloud) ServiceEndpoint(serviceType string) string {
	if url := c.ServiceSetting(serviceType, "endpoint_override"); url != "" {
		return url
	}
	return c.ServiceSetting(serviceType, "endpoint")
}

// serviceValue is a setting for one service under the first of its names that has one.
func (c *Cloud) serviceValue(serviceType, setting string) any {
	for _, t := range serviceNames(serviceType) {
		if v := c.Config[strings.ReplaceAll(t, "-", "_")+"_"+setting]; v != nil {
			return v
		}
	}
	return nil
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
