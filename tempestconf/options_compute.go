package tempestconf

// Compute holds [compute].
type Compute struct {
	// Seconds between polls.
	BuildInterval int `mapstructure:"build_interval"`
	// Seconds allowed for a server status or deletion (also for identity/object-storage clients).
	BuildTimeout int `mapstructure:"build_timeout"`
	// Service type.
	CatalogType                string   `mapstructure:"catalog_type"`
	CertifiedImageRef          string   `mapstructure:"certified_image_ref"`
	CertifiedImageTrustedCerts []string `mapstructure:"certified_image_trusted_certs"`
	// Availability zone for servers and volumes.
	ComputeVolumeCommonAZ string `mapstructure:"compute_volume_common_az"`
	// Interface, with or without `URL`.
	EndpointType string `mapstructure:"endpoint_type"`
	// Network used for servers when the credential has no network of its own.
	FixedNetworkName string `mapstructure:"fixed_network_name"`
	// Flavor of test servers (id, a string).
	FlavorRef string `mapstructure:"flavor_ref"`
	// Second flavor (resize).
	FlavorRefAlt   string `mapstructure:"flavor_ref_alt"`
	HypervisorType string `mapstructure:"hypervisor_type"`
	// Image of test servers (id).
	ImageRef string `mapstructure:"image_ref"`
	// Second image; not used by these phases.
	ImageRefAlt string `mapstructure:"image_ref_alt"`
	// Upper bound for skips.
	MaxMicroversion     string `mapstructure:"max_microversion"`
	MigrationDestHost   string `mapstructure:"migration_dest_host"`
	MigrationSourceHost string `mapstructure:"migration_source_host"`
	// Skip of multi-node tests.
	MinComputeNodes int `mapstructure:"min_compute_nodes"`
	// Lowest microversion allowed; also the one sent (max of this and the class minimum); unset = 2.1 behaviour, no
	// header.
	MinMicroversion string `mapstructure:"min_microversion"`
	// Extra sleep once the status is reached.
	ReadyWait int `mapstructure:"ready_wait"`
	// Region; empty = identity.region.
	Region             string `mapstructure:"region"`
	ShelvedOffloadTime int    `mapstructure:"shelved_offload_time"`
	TargetHostsToAvoid string `mapstructure:"target_hosts_to_avoid"`
	// Device name for attaches.
	VolumeDeviceName string `mapstructure:"volume_device_name"`
}

func computeOptions() []Option {
	return []Option{
		{Section: "compute", Name: "build_interval", Type: Integer, Default: "1"},
		{Section: "compute", Name: "build_timeout", Type: Integer, Default: "300"},
		{Section: "compute", Name: "catalog_type", Type: String, Default: "compute"},
		{Section: "compute", Name: "certified_image_ref", Type: String, Unset: true, First: "21.0.0"},
		{Section: "compute", Name: "certified_image_trusted_certs", Type: List, Unset: true, First: "21.0.0"},
		{Section: "compute", Name: "compute_volume_common_az", Type: String, Unset: true, First: "21.0.0"},
		{Section: "compute", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes()},
		{Section: "compute", Name: "fixed_network_name", Type: String, Unset: true},
		{Section: "compute", Name: "flavor_ref", Type: String, Default: "1"},
		{Section: "compute", Name: "flavor_ref_alt", Type: String, Default: "2"},
		{Section: "compute", Name: "hypervisor_type", Type: String, Unset: true, First: "14.0.0"},
		{Section: "compute", Name: "image_ref", Type: String, Unset: true},
		{Section: "compute", Name: "image_ref_alt", Type: String, Unset: true},
		{Section: "compute", Name: "max_microversion", Type: String, Unset: true, Deprecated: []Place{{"compute-feature-enabled", "max_microversion"}}, First: "11.0.0"},
		{Section: "compute", Name: "migration_dest_host", Type: String, Unset: true, First: "38.0.0"},
		{Section: "compute", Name: "migration_source_host", Type: String, Unset: true, First: "38.0.0"},
		{Section: "compute", Name: "min_compute_nodes", Type: Integer, Default: "1"},
		{Section: "compute", Name: "min_microversion", Type: String, Unset: true, Deprecated: []Place{{"compute-feature-enabled", "min_microversion"}}, First: "11.0.0"},
		{Section: "compute", Name: "ready_wait", Type: Integer, Default: "0"},
		{Section: "compute", Name: "region", Type: String},
		{Section: "compute", Name: "shelved_offload_time", Type: Integer, Default: "0"},
		{Section: "compute", Name: "target_hosts_to_avoid", Type: String, Default: "-ironic", First: "40.0.0"},
		{Section: "compute", Name: "volume_device_name", Type: String, Default: "vdb"},
	}
}
