package tempestconf

// Network holds [network].
type Network struct {
	// Poll interval.
	BuildInterval int `mapstructure:"build_interval"`
	// Wait for neutron resources.
	BuildTimeout int `mapstructure:"build_timeout"`
	// Service type.
	CatalogType string `mapstructure:"catalog_type"`
	// Reserved CIDRs.
	DefaultNetwork []string `mapstructure:"default_network"`
	// Nameservers for subnets made by scenario tests.
	DNSServers        []string `mapstructure:"dns_servers"`
	DVRExtraResources bool     `mapstructure:"dvr_extra_resources"`
	// Interface.
	EndpointType string `mapstructure:"endpoint_type"`
	// Pool name for floating IPs (nova API) / external network name.
	FloatingNetworkName string `mapstructure:"floating_network_name"`
	// Binding profile of those ports.
	PortProfile map[string]string `mapstructure:"port_profile"`
	// Vnic type of ports made by scenario tests.
	PortVNICType string `mapstructure:"port_vnic_type"`
	// Pool from which each dynamic project's subnet is cut.
	ProjectNetworkCIDR string `mapstructure:"project_network_cidr"`
	// Prefix length of those subnets.
	ProjectNetworkMaskBits int `mapstructure:"project_network_mask_bits"`
	// The same for IPv6.
	ProjectNetworkV6CIDR string `mapstructure:"project_network_v6_cidr"`
	// The same for IPv6.
	ProjectNetworkV6MaskBits int `mapstructure:"project_network_v6_mask_bits"`
	// Fixed addresses can be reached directly (scenario tests).
	ProjectNetworksReachable bool `mapstructure:"project_networks_reachable"`
	// External network: router gateway, floating IPs.
	PublicNetworkID string `mapstructure:"public_network_id"`
	// Existing router used by scenario tests instead of a new one.
	PublicRouterID string `mapstructure:"public_router_id"`
	// Region.
	Region string `mapstructure:"region"`
	// No isolated networks; use the shared one.
	SharedPhysicalNetwork bool `mapstructure:"shared_physical_network"`
	// Subnet for floating IPs.
	SubnetID string `mapstructure:"subnet_id"`
}

func networkOptions() []Option {
	return []Option{
		{Section: "network", Name: "build_interval", Type: Integer, Default: "1"},
		{Section: "network", Name: "build_timeout", Type: Integer, Default: "300"},
		{Section: "network", Name: "catalog_type", Type: String, Default: "network"},
		{Section: "network", Name: "default_network", Type: List, Default: "1.0.0.0/16,2.0.0.0/16"},
		{Section: "network", Name: "dns_servers", Type: List, Default: "8.8.8.8,8.8.4.4", Last: "37.0.0"},
		{Section: "network", Name: "dvr_extra_resources", Type: Boolean, Default: "true", Last: "15.0.0", First: "13.0.0"},
		{Section: "network", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes()},
		{Section: "network", Name: "floating_network_name", Type: String, Unset: true},
		{Section: "network", Name: "port_profile", Type: Dict, ListValues: true, First: "18.0.0"},
		{Section: "network", Name: "port_vnic_type", Type: String, Unset: true, Choices: []string{"None", "normal", "direct", "macvtap", "direct-physical", "baremetal", "virtio-forwarder"}},
		{Section: "network", Name: "project_network_cidr", Type: String, Default: "10.100.0.0/16", Deprecated: []Place{{"network", "tenant_network_cidr"}}, First: "12.0.0"},
		{Section: "network", Name: "project_network_mask_bits", Type: Integer, Default: "28", Deprecated: []Place{{"network", "tenant_network_mask_bits"}}, First: "12.0.0"},
		{Section: "network", Name: "project_network_v6_cidr", Type: String, Default: "2001:db8::/48", Deprecated: []Place{{"network", "tenant_network_v6_cidr"}}, First: "12.0.0"},
		{Section: "network", Name: "project_network_v6_mask_bits", Type: Integer, Default: "64", Deprecated: []Place{{"network", "tenant_network_v6_mask_bits"}}, First: "12.0.0"},
		{Section: "network", Name: "project_networks_reachable", Type: Boolean, Default: "false", Deprecated: []Place{{"network", "tenant_networks_reachable"}}, First: "12.0.0"},
		{Section: "network", Name: "public_network_id", Type: String},
		{Section: "network", Name: "public_router_id", Type: String},
		{Section: "network", Name: "region", Type: String},
		{Section: "network", Name: "shared_physical_network", Type: Boolean, Default: "false", First: "14.0.0"},
		{Section: "network", Name: "subnet_id", Type: String, First: "24.0.0"},
	}
}

// NetworkFeatureEnabled holds [network-feature-enabled].
type NetworkFeatureEnabled struct {
	// `all` or list; `is_extension_enabled`.
	APIExtensions     []string `mapstructure:"api_extensions"`
	AvailableFeatures []string `mapstructure:"available_features"`
	// Gate.
	FloatingIPs bool `mapstructure:"floating_ips"`
	// Skip text `IPv6 Tests are disabled.`.
	IPv6                 bool `mapstructure:"ipv6"`
	IPv6SubnetAttributes bool `mapstructure:"ipv6_subnet_attributes"`
	PortAdminStateChange bool `mapstructure:"port_admin_state_change"`
	// Gate.
	PortSecurity                  bool   `mapstructure:"port_security"`
	ProviderNetBaseSegmentationID string `mapstructure:"provider_net_base_segmentation_id"`
	QoSMinBwAndPPS                bool   `mapstructure:"qos_min_bw_and_pps"`
	QoSPlacementPhysnet           string `mapstructure:"qos_placement_physnet"`
}

func networkFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "network-feature-enabled", Name: "api_extensions", Type: List, Default: "all"},
		{Section: "network-feature-enabled", Name: "available_features", Type: List, Default: "all", First: "26.0.0"},
		{Section: "network-feature-enabled", Name: "floating_ips", Type: Boolean, Default: "true", First: "16.1.0"},
		{Section: "network-feature-enabled", Name: "ipv6", Type: Boolean, Default: "true"},
		{Section: "network-feature-enabled", Name: "ipv6_subnet_attributes", Type: Boolean, Default: "false"},
		{Section: "network-feature-enabled", Name: "port_admin_state_change", Type: Boolean, Default: "true"},
		{Section: "network-feature-enabled", Name: "port_security", Type: Boolean, Default: "false", First: "13.0.0"},
		{Section: "network-feature-enabled", Name: "provider_net_base_segmentation_id", Type: String, Default: "3000", First: "21.0.0"},
		{Section: "network-feature-enabled", Name: "qos_min_bw_and_pps", Type: Boolean, Default: "false", First: "30.0.0"},
		{Section: "network-feature-enabled", Name: "qos_placement_physnet", Type: String, Unset: true, First: "21.0.0"},
	}
}
