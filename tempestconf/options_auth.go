package tempestconf

// Auth holds [auth].
type Auth struct {
	// Its domain (sets user and project domain when these are unset); v3 only.
	AdminDomainName string `mapstructure:"admin_domain_name"`
	// Its password.
	AdminPassword string `mapstructure:"admin_password"`
	// Project domain of the admin; also the domain in which dynamic projects and users are created.
	AdminProjectDomainName string `mapstructure:"admin_project_domain_name"`
	// Its project.
	AdminProjectName string `mapstructure:"admin_project_name"`
	// If set, admin token is system scoped.
	AdminSystem string `mapstructure:"admin_system"`
	// User domain of the admin.
	AdminUserDomainName string `mapstructure:"admin_user_domain_name"`
	// Admin account used to create projects/users; also the admin credential itself when not dynamic.
	AdminUsername string `mapstructure:"admin_username"`
	// With neutron and not shared_physical_network: network/subnet/router per project, but only those the test class
	// asks for.
	CreateIsolatedNetworks bool `mapstructure:"create_isolated_networks"`
	// Domain of dynamic or pre-provisioned v3 credentials if nothing else gives one.
	DefaultCredentialsDomainName string `mapstructure:"default_credentials_domain_name"`
	// Extra roles for every dynamic user.
	TempestRoles []string `mapstructure:"tempest_roles"`
	// Accounts.yaml path; needed when use_dynamic_credentials is false.
	TestAccountsFile string `mapstructure:"test_accounts_file"`
	// True: DynamicCredentialProvider; false: accounts file.
	UseDynamicCredentials bool `mapstructure:"use_dynamic_credentials"`
}

func authOptions() []Option {
	return []Option{
		{Section: "auth", Name: "admin_domain_name", Type: String, Default: "Default", Deprecated: []Place{{"identity", "admin_domain_name"}}},
		{Section: "auth", Name: "admin_password", Type: String, Unset: true, Deprecated: []Place{{"identity", "admin_password"}}, Secret: true},
		{Section: "auth", Name: "admin_project_domain_name", Type: String, Unset: true, First: "26.1.0"},
		{Section: "auth", Name: "admin_project_name", Type: String, Unset: true, Deprecated: []Place{{"auth", "admin_tenant_name"}, {"identity", "admin_tenant_name"}}, First: "12.0.0"},
		{Section: "auth", Name: "admin_system", Type: String, Unset: true, First: "26.1.0"},
		{Section: "auth", Name: "admin_user_domain_name", Type: String, Unset: true, First: "26.1.0"},
		{Section: "auth", Name: "admin_username", Type: String, Unset: true, Deprecated: []Place{{"identity", "admin_username"}}},
		{Section: "auth", Name: "create_isolated_networks", Type: Boolean, Default: "true"},
		{Section: "auth", Name: "default_credentials_domain_name", Type: String, Default: "Default", Deprecated: []Place{{"auth", "tenant_isolation_domain_name"}}},
		{Section: "auth", Name: "tempest_roles", Type: List},
		{Section: "auth", Name: "test_accounts_file", Type: String, Unset: true},
		{Section: "auth", Name: "use_dynamic_credentials", Type: Boolean, Default: "true", Deprecated: []Place{{"auth", "allow_tenant_isolation"}, {"compute", "allow_tenant_isolation"}, {"orchestration", "allow_tenant_isolation"}}},
	}
}
