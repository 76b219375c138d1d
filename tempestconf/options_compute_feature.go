package tempestconf

// ComputeFeatureEnabled holds [compute-feature-enabled].
type ComputeFeatureEnabled struct {
	AllowDuplicateNetworks    bool     `mapstructure:"allow_duplicate_networks"`
	AllowPortSecurityDisabled bool     `mapstructure:"allow_port_security_disabled"`
	APIExtensions             []string `mapstructure:"api_extensions"`
	// Gate.
	AttachEncryptedVolume          bool `mapstructure:"attach_encrypted_volume"`
	BlockMigrateCinderISCSI        bool `mapstructure:"block_migrate_cinder_iscsi"`
	BlockMigrationForLiveMigration bool `mapstructure:"block_migration_for_live_migration"`
	CanMigrateBetweenAnyHosts      bool `mapstructure:"can_migrate_between_any_hosts"`
	ChangePassword                 bool `mapstructure:"change_password"`
	ColdMigration                  bool `mapstructure:"cold_migration"`
	// Gate.
	ConfigDrive bool `mapstructure:"config_drive"`
	// Console log fetched after an SSH timeout.
	ConsoleOutput bool   `mapstructure:"console_output"`
	DHCPDomain    string `mapstructure:"dhcp_domain"`
	DiskConfig    bool   `mapstructure:"disk_config"`
	// Create response carries adminPass.
	EnableInstancePassword   bool `mapstructure:"enable_instance_password"`
	HostnameFQDNSanitization bool `mapstructure:"hostname_fqdn_sanitization"`
	IDEBus                   bool `mapstructure:"ide_bus"`
	InterfaceAttach          bool `mapstructure:"interface_attach"`
	LiveMigrateBackAndForth  bool `mapstructure:"live_migrate_back_and_forth"`
	LiveMigration            bool `mapstructure:"live_migration"`
	// Gate.
	MetadataService bool     `mapstructure:"metadata_service"`
	NovaCert        bool     `mapstructure:"nova_cert"`
	NovaPolicyRoles []string `mapstructure:"nova_policy_roles"`
	// Gate of pause tests.
	Pause       bool `mapstructure:"pause"`
	Personality bool `mapstructure:"personality"`
	RDPConsole  bool `mapstructure:"rdp_console"`
	Rescue      bool `mapstructure:"rescue"`
	// Gate of resize tests.
	Resize                    bool     `mapstructure:"resize"`
	SchedulerAvailableFilters []string `mapstructure:"scheduler_available_filters"`
	SchedulerEnabledFilters   []string `mapstructure:"scheduler_enabled_filters"`
	SerialConsole             bool     `mapstructure:"serial_console"`
	// Gate of shelve tests.
	Shelve        bool `mapstructure:"shelve"`
	ShelveMigrate bool `mapstructure:"shelve_migrate"`
	// Gate of snapshot tests.
	Snapshot     bool `mapstructure:"snapshot"`
	SpiceConsole bool `mapstructure:"spice_console"`
	StableRescue bool `mapstructure:"stable_rescue"`
	// Skip text `Suspend is not available.`.
	Suspend                   bool   `mapstructure:"suspend"`
	SwapVolume                bool   `mapstructure:"swap_volume"`
	UnifiedLimits             bool   `mapstructure:"unified_limits"`
	VNCConsole                bool   `mapstructure:"vnc_console"`
	VNCServerHeader           string `mapstructure:"vnc_server_header"`
	VolumeBackedLiveMigration bool   `mapstructure:"volume_backed_live_migration"`
	VolumeMultiattach         bool   `mapstructure:"volume_multiattach"`
	VTPMLiveMigration         bool   `mapstructure:"vtpm_live_migration"`
	XenAPIAPIs                bool   `mapstructure:"xenapi_apis"`
}

func computeFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "compute-feature-enabled", Name: "allow_duplicate_networks", Type: Boolean, Default: "false", Last: "12.0.0"},
		{Section: "compute-feature-enabled", Name: "allow_port_security_disabled", Type: Boolean, Default: "true", Last: "15.0.0", First: "13.0.0"},
		{Section: "compute-feature-enabled", Name: "api_extensions", Type: List, Default: "all", Last: "30.1.0"},
		{Section: "compute-feature-enabled", Name: "attach_encrypted_volume", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "block_migrate_cinder_iscsi", Type: Boolean, Default: "false", Last: "36.0.0"},
		{Section: "compute-feature-enabled", Name: "block_migration_for_live_migration", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "can_migrate_between_any_hosts", Type: Boolean, Default: "true", First: "25.0.0"},
		{Section: "compute-feature-enabled", Name: "change_password", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "cold_migration", Type: Boolean, Default: "true", First: "13.0.0"},
		{Section: "compute-feature-enabled", Name: "config_drive", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "console_output", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "dhcp_domain", Type: String, Default: ".novalocal", First: "40.0.0"},
		{Section: "compute-feature-enabled", Name: "disk_config", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "enable_instance_password", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "hostname_fqdn_sanitization", Type: Boolean, Default: "false", First: "28.1.0"},
		{Section: "compute-feature-enabled", Name: "ide_bus", Type: Boolean, Default: "true", First: "27.0.0"},
		{Section: "compute-feature-enabled", Name: "interface_attach", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "live_migrate_back_and_forth", Type: Boolean, Default: "false", First: "16.0.0"},
		{Section: "compute-feature-enabled", Name: "live_migration", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "metadata_service", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "nova_cert", Type: Boolean, Default: "false", Last: "36.0.0"},
		{Section: "compute-feature-enabled", Name: "nova_policy_roles", Type: List, Default: "admin,member,reader", First: "45.0.0"},
		{Section: "compute-feature-enabled", Name: "pause", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "personality", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "rdp_console", Type: Boolean, Default: "false", Last: "36.0.0"},
		{Section: "compute-feature-enabled", Name: "rescue", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "resize", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "scheduler_available_filters", Type: List, Default: "all", Last: "19.0.0", First: "11.0.0"},
		{Section: "compute-feature-enabled", Name: "scheduler_enabled_filters", Type: List, Default: "ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter", Deprecated: []Place{{"compute-feature-enabled", "scheduler_available_filters"}}, First: "20.0.0"},
		{Section: "compute-feature-enabled", Name: "serial_console", Type: Boolean, Default: "false", First: "16.1.0"},
		{Section: "compute-feature-enabled", Name: "shelve", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "shelve_migrate", Type: Boolean, Default: "false", First: "26.0.0"},
		{Section: "compute-feature-enabled", Name: "snapshot", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "spice_console", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "stable_rescue", Type: Boolean, Default: "false", First: "24.0.0"},
		{Section: "compute-feature-enabled", Name: "suspend", Type: Boolean, Default: "true"},
		{Section: "compute-feature-enabled", Name: "swap_volume", Type: Boolean, Default: "false", First: "13.0.0"},
		{Section: "compute-feature-enabled", Name: "unified_limits", Type: Boolean, Default: "false", First: "30.0.0"},
		{Section: "compute-feature-enabled", Name: "vnc_console", Type: Boolean, Default: "false"},
		{Section: "compute-feature-enabled", Name: "vnc_server_header", Type: String, Default: "WebSockify", Last: "36.0.0", First: "19.0.0"},
		{Section: "compute-feature-enabled", Name: "volume_backed_live_migration", Type: Boolean, Default: "false", First: "18.0.0"},
		{Section: "compute-feature-enabled", Name: "volume_multiattach", Type: Boolean, Default: "false", First: "18.0.0"},
		{Section: "compute-feature-enabled", Name: "vtpm_live_migration", Type: Boolean, Default: "false", First: "46.2.0"},
		{Section: "compute-feature-enabled", Name: "xenapi_apis", Type: Boolean, Default: "false", Last: "38.0.0", First: "25.0.1"},
	}
}
