package tempestconf

// Scenario holds [scenario].
type Scenario struct {
	AkiImgFile string `mapstructure:"aki_img_file"`
	AmiImgFile string `mapstructure:"ami_img_file"`
	AriImgFile string `mapstructure:"ari_img_file"`
	// Udhcpc, dhclient, dhcpcd (new) or empty.
	DHCPClient         string `mapstructure:"dhcp_client"`
	ImgContainerFormat string `mapstructure:"img_container_format"`
	ImgDir             string `mapstructure:"img_dir"`
	ImgDiskFormat      string `mapstructure:"img_disk_format"`
	// Image file for scenario uploads (a full path since 27).
	ImgFile       string            `mapstructure:"img_file"`
	ImgProperties map[string]string `mapstructure:"img_properties"`
	Protocol      string            `mapstructure:"protocol"`
	TargetDir     string            `mapstructure:"target_dir"`
}

func scenarioOptions() []Option {
	return []Option{
		{Section: "scenario", Name: "aki_img_file", Type: String, Default: "cirros-0.3.1-x86_64-vmlinuz", Last: "24.0.0"},
		{Section: "scenario", Name: "ami_img_file", Type: String, Default: "cirros-0.3.1-x86_64-blank.img", Last: "24.0.0"},
		{Section: "scenario", Name: "ari_img_file", Type: String, Default: "cirros-0.3.1-x86_64-initrd", Last: "24.0.0"},
		{Section: "scenario", Name: "dhcp_client", Type: String, Default: "udhcpc", Choices: []string{"udhcpc", "dhclient", "dhcpcd", ""}},
		{Section: "scenario", Name: "img_container_format", Type: String, Default: "bare"},
		{Section: "scenario", Name: "img_dir", Type: String, Default: "/opt/stack/new/devstack/files/images/cirros-0.3.1-x86_64-uec", Last: "26.1.0"},
		{Section: "scenario", Name: "img_disk_format", Type: String, Default: "qcow2"},
		{Section: "scenario", Name: "img_file", Type: String, Default: "/opt/stack/new/devstack/files/images/cirros-0.3.1-x86_64-disk.img", Deprecated: []Place{{"scenario", "qcow2_img_file"}}},
		{Section: "scenario", Name: "img_properties", Type: Dict, Unset: true},
		{Section: "scenario", Name: "protocol", Type: String, Default: "icmp", Choices: []string{"icmp", "tcp", "udp"}, First: "21.0.0"},
		{Section: "scenario", Name: "target_dir", Type: String, Default: "/tmp", First: "41.0.0"},
	}
}

// Debug holds [debug].
type Debug struct {
	// Regex on the caller name; matching requests are logged in full.
	TraceRequests string `mapstructure:"trace_requests"`
}

func debugOptions() []Option {
	return []Option{
		{Section: "debug", Name: "trace_requests", Type: String},
	}
}

// Profiler holds [profiler].
type Profiler struct {
	// Osprofiler HMAC key.
	Key string `mapstructure:"key"`
}

func profilerOptions() []Option {
	return []Option{
		{Section: "profiler", Name: "key", Type: String, Unset: true, Secret: true, First: "20.0.0"},
	}
}

// OsloConcurrency holds [oslo_concurrency].
type OsloConcurrency struct {
	DisableProcessLocking bool `mapstructure:"disable_process_locking"`
	// Lock files and account hash files; `[DEFAULT] lock_path` is still honoured; environment `OSLO_LOCK_PATH` is
	// the default; else <tmp>/tempest-lock.
	LockPath string `mapstructure:"lock_path"`
}

func osloConcurrencyOptions() []Option {
	return []Option{
		{Section: "oslo_concurrency", Name: "disable_process_locking", Type: Boolean, Default: "false", Deprecated: []Place{{"DEFAULT", "disable_process_locking"}}},
		{Section: "oslo_concurrency", Name: "lock_path", Type: String, Unset: true, Deprecated: []Place{{"DEFAULT", "lock_path"}}},
	}
}
