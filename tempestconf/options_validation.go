package tempestconf

// Validation holds [validation].
type Validation struct {
	AllowedMetadataDowntime float64 `mapstructure:"allowed_metadata_downtime"`
	// Live migration tests.
	AllowedNetworkDowntime float64 `mapstructure:"allowed_network_downtime"`
	// Keypair is the only value; decides whether a keypair is made.
	AuthMethod string `mapstructure:"auth_method"`
	// Floating or fixed; decides the address and whether a floating IP is made.
	ConnectMethod string `mapstructure:"connect_method"`
	// TCP connect and channel timeout.
	ConnectTimeout int `mapstructure:"connect_timeout"`
	// Unused by these phases.
	FloatingIPRange     string `mapstructure:"floating_ip_range"`
	ImageAltSSHPassword string `mapstructure:"image_alt_ssh_password"`
	ImageAltSSHUser     string `mapstructure:"image_alt_ssh_user"`
	// Password given to the SSH client next to the key.
	ImageSSHPassword string `mapstructure:"image_ssh_password"`
	// Login.
	ImageSSHUser string `mapstructure:"image_ssh_user"`
	// 4 or 6: which fixed address is taken; ethertype of the rules.
	IPVersionForSSH int `mapstructure:"ip_version_for_ssh"`
	// Key into server.addresses for connect_method = fixed (KeyError if absent).
	NetworkForSSH string `mapstructure:"network_for_ssh"`
	// Count of `ping`.
	PingCount int `mapstructure:"ping_count"`
	// Size of `ping`.
	PingSize int `mapstructure:"ping_size"`
	// Reachability wait.
	PingTimeout int `mapstructure:"ping_timeout"`
	// False: validatable servers get no keypair, security group or floating IP, and the SSH test is skipped
	// (`Instance validation tests are disabled.`).
	RunValidation bool `mapstructure:"run_validation"`
	// Make a security group.
	SecurityGroup bool `mapstructure:"security_group"`
	// Add tcp/22 and icmp rules.
	SecurityGroupRules bool `mapstructure:"security_group_rules"`
	// Type of generated key, how the key is parsed (30.0.0+).
	SSHKeyType string `mapstructure:"ssh_key_type"`
	// Text put before every remote command (`$$` becomes `$` by interpolation).
	SSHShellPrologue string `mapstructure:"ssh_shell_prologue"`
	// Whole time allowed for SSH, retries included.
	SSHTimeout int `mapstructure:"ssh_timeout"`
}

func validationOptions() []Option {
	return []Option{
		{Section: "validation", Name: "allowed_metadata_downtime", Type: Float, Default: "6.0", First: "42.0.0"},
		{Section: "validation", Name: "allowed_network_downtime", Type: Float, Default: "5.0", First: "31.1.0"},
		{Section: "validation", Name: "auth_method", Type: String, Default: "keypair", Choices: []string{"keypair"}, Deprecated: []Place{{"compute", "ssh_auth_method"}}},
		{Section: "validation", Name: "connect_method", Type: String, Default: "floating", Choices: []string{"fixed", "floating"}, Deprecated: []Place{{"compute", "use_floatingip_for_ssh"}}},
		{Section: "validation", Name: "connect_timeout", Type: Integer, Default: "60"},
		{Section: "validation", Name: "floating_ip_range", Type: String, Default: "10.0.0.0/29", Deprecated: []Place{{"compute", "floating_ip_range"}}},
		{Section: "validation", Name: "image_alt_ssh_password", Type: String, Default: "password", Secret: true, First: "26.0.0"},
		{Section: "validation", Name: "image_alt_ssh_user", Type: String, Default: "root", First: "26.0.0"},
		{Section: "validation", Name: "image_ssh_password", Type: String, Default: "password", Deprecated: []Place{{"compute", "image_ssh_password"}}, Secret: true},
		{Section: "validation", Name: "image_ssh_user", Type: String, Default: "root", Deprecated: []Place{{"compute", "image_ssh_user"}, {"compute", "ssh_user"}, {"scenario", "ssh_user"}}},
		{Section: "validation", Name: "ip_version_for_ssh", Type: Integer, Default: "4"},
		{Section: "validation", Name: "network_for_ssh", Type: String, Default: "public", Deprecated: []Place{{"compute", "network_for_ssh"}}},
		{Section: "validation", Name: "ping_count", Type: Integer, Default: "1", Deprecated: []Place{{"compute", "ping_count"}}},
		{Section: "validation", Name: "ping_size", Type: Integer, Default: "56", Deprecated: []Place{{"compute", "ping_size"}}},
		{Section: "validation", Name: "ping_timeout", Type: Integer, Default: "120", Deprecated: []Place{{"compute", "ping_timeout"}}},
		{Section: "validation", Name: "run_validation", Type: Boolean, Default: "true"},
		{Section: "validation", Name: "security_group", Type: Boolean, Default: "true"},
		{Section: "validation", Name: "security_group_rules", Type: Boolean, Default: "true"},
		{Section: "validation", Name: "ssh_key_type", Type: String, Default: "ecdsa", Choices: []string{"ecdsa", "rsa"}, First: "30.0.0"},
		{Section: "validation", Name: "ssh_shell_prologue", Type: String, Default: "set -eu -o pipefail; PATH=$$PATH:/sbin:/usr/sbin;", Deprecated: []Place{{"compute", "ssh_shell_prologue"}}},
		{Section: "validation", Name: "ssh_timeout", Type: Integer, Default: "300"},
	}
}
