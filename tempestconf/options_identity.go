package tempestconf

// Identity holds [identity].
type Identity struct {
	// Admin identity calls use a domain-scoped token.
	AdminDomainScope bool `mapstructure:"admin_domain_scope"`
	// Role given to dynamic admin users; role that marks admin accounts in accounts.yaml.
	AdminRole      string `mapstructure:"admin_role"`
	AltDomainName  string `mapstructure:"alt_domain_name"`
	AltPassword    string `mapstructure:"alt_password"`
	AltProjectName string `mapstructure:"alt_project_name"`
	AltUsername    string `mapstructure:"alt_username"`
	// V2 or v3; anything else: InvalidConfiguration `Unsupported auth version: …`.
	AuthVersion string `mapstructure:"auth_version"`
	// CA bundle for every service; with the switch above also set: 17.0.0+ ignores the bundle, up to 16.1.0 the
	// bundle won.
	CACertificatesFile string `mapstructure:"ca_certificates_file"`
	// Service type of keystone.
	CatalogType string `mapstructure:"catalog_type"`
	// Id of the default domain (v2 → v3 mapping).
	DefaultDomainID string `mapstructure:"default_domain_id"`
	// No TLS verification for every service.
	DisableSSLCertificateValidation bool `mapstructure:"disable_ssl_certificate_validation"`
	// (≤12.0.0) its domain; default: auth.default_credentials_domain_name
	DomainName string `mapstructure:"domain_name"`
	// (≤12.0.0) its password
	Password string `mapstructure:"password"`
	// (12.0.0) its project
	ProjectName string `mapstructure:"project_name"`
	// Region of every service whose own region is empty.
	Region string `mapstructure:"region"`
	// V2 auth URL (used only when auth_version = v2).
	URI string `mapstructure:"uri"`
	// V3 auth URL; required for v3 (message `Identity v3 API enabled, but no identity.uri_v3 set`).
	URIV3                       string `mapstructure:"uri_v3"`
	UseSystemToken              bool   `mapstructure:"use_system_token"`
	UserLockoutDuration         int    `mapstructure:"user_lockout_duration"`
	UserLockoutFailureAttempts  int    `mapstructure:"user_lockout_failure_attempts"`
	UserMinimumPasswordAge      int    `mapstructure:"user_minimum_password_age"`
	UserUniqueLastPasswordCount int    `mapstructure:"user_unique_last_password_count"`
	// (≤12.0.0) pre-set demo account; was the non-admin credential when neither dynamic nor accounts file was used
	Username string `mapstructure:"username"`
	// The same for v2 admin calls.
	V2AdminEndpointType string `mapstructure:"v2_admin_endpoint_type"`
	// The same for v2 public calls.
	V2PublicEndpointType string `mapstructure:"v2_public_endpoint_type"`
	// Interface of keystone in the catalog for identity calls.
	V3EndpointType string `mapstructure:"v3_endpoint_type"`
}

func identityOptions() []Option {
	return []Option{
		{Section: "identity", Name: "admin_domain_scope", Type: Boolean, Default: "false", First: "12.1.0"},
		{Section: "identity", Name: "admin_role", Type: String, Default: "admin"},
		{Section: "identity", Name: "alt_domain_name", Type: String, Unset: true, Last: "12.0.0"},
		{Section: "identity", Name: "alt_password", Type: String, Unset: true, Secret: true, Last: "12.0.0"},
		{Section: "identity", Name: "alt_project_name", Type: String, Unset: true, Deprecated: []Place{{"identity", "alt_tenant_name"}}, Last: "12.0.0", First: "12.0.0"},
		{Section: "identity", Name: "alt_username", Type: String, Unset: true, Last: "12.0.0"},
		{Section: "identity", Name: "auth_version", Type: String, Default: "v3"},
		{Section: "identity", Name: "ca_certificates_file", Type: String, Unset: true},
		{Section: "identity", Name: "catalog_type", Type: String, Default: "identity"},
		{Section: "identity", Name: "default_domain_id", Type: String, Default: "default"},
		{Section: "identity", Name: "disable_ssl_certificate_validation", Type: Boolean, Default: "false"},
		{Section: "identity", Name: "domain_name", Type: String, Unset: true, Last: "12.0.0"},
		{Section: "identity", Name: "password", Type: String, Unset: true, Secret: true, Last: "12.0.0"},
		{Section: "identity", Name: "project_name", Type: String, Unset: true, Deprecated: []Place{{"identity", "tenant_name"}}, Last: "12.0.0", First: "12.0.0"},
		{Section: "identity", Name: "region", Type: String, Default: "RegionOne"},
		{Section: "identity", Name: "uri", Type: URI, Unset: true},
		{Section: "identity", Name: "uri_v3", Type: URI, Unset: true},
		{Section: "identity", Name: "use_system_token", Type: Boolean, Default: "false", First: "46.1.0"},
		{Section: "identity", Name: "user_lockout_duration", Type: Integer, Default: "5", First: "14.0.0"},
		{Section: "identity", Name: "user_lockout_failure_attempts", Type: Integer, Default: "2", First: "14.0.0"},
		{Section: "identity", Name: "user_minimum_password_age", Type: Integer, Default: "0", First: "36.0.0"},
		{Section: "identity", Name: "user_unique_last_password_count", Type: Integer, Default: "2", First: "14.0.0"},
		{Section: "identity", Name: "username", Type: String, Unset: true, Last: "12.0.0"},
		{Section: "identity", Name: "v2_admin_endpoint_type", Type: String, Default: "adminURL", Choices: endpointTypes()},
		{Section: "identity", Name: "v2_public_endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Deprecated: []Place{{"identity", "endpoint_type"}}},
		{Section: "identity", Name: "v3_endpoint_type", Type: String, Default: "public", Choices: endpointTypes()},
	}
}

// IdentityFeatureEnabled holds [identity-feature-enabled].
type IdentityFeatureEnabled struct {
	AccessRules   bool     `mapstructure:"access_rules"`
	APIExtensions []string `mapstructure:"api_extensions"`
	// `Identity api v2 is not enabled` skip; clients for v2.
	APIV2      bool `mapstructure:"api_v2"`
	APIV2Admin bool `mapstructure:"api_v2_admin"`
	// `Identity api v3 is not enabled` skip; clients for v3.
	APIV3                  bool `mapstructure:"api_v3"`
	ApplicationCredentials bool `mapstructure:"application_credentials"`
	DomainSpecificDrivers  bool `mapstructure:"domain_specific_drivers"`
	ForbidGlobalImpliedDsr bool `mapstructure:"forbid_global_implied_dsr"`
	ImmutableUserSource    bool `mapstructure:"immutable_user_source"`
	ProjectTags            bool `mapstructure:"project_tags"`
	Reseller               bool `mapstructure:"reseller"`
	SecurityCompliance     bool `mapstructure:"security_compliance"`
	Trust                  bool `mapstructure:"trust"`
}

func identityFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "identity-feature-enabled", Name: "access_rules", Type: Boolean, Default: "true", First: "26.0.0"},
		{Section: "identity-feature-enabled", Name: "api_extensions", Type: List, Default: "all"},
		{Section: "identity-feature-enabled", Name: "api_v2", Type: Boolean, Default: "false"},
		{Section: "identity-feature-enabled", Name: "api_v2_admin", Type: Boolean, Default: "true", First: "16.1.0"},
		{Section: "identity-feature-enabled", Name: "api_v3", Type: Boolean, Default: "true"},
		{Section: "identity-feature-enabled", Name: "application_credentials", Type: Boolean, Default: "true", Last: "36.0.0", First: "19.0.0"},
		{Section: "identity-feature-enabled", Name: "domain_specific_drivers", Type: Boolean, Default: "false", First: "17.1.0"},
		{Section: "identity-feature-enabled", Name: "forbid_global_implied_dsr", Type: Boolean, Default: "false", Last: "17.2.0", First: "16.0.0"},
		{Section: "identity-feature-enabled", Name: "immutable_user_source", Type: Boolean, Default: "false", First: "20.0.0"},
		{Section: "identity-feature-enabled", Name: "project_tags", Type: Boolean, Default: "true", Last: "36.0.0", First: "19.0.0"},
		{Section: "identity-feature-enabled", Name: "reseller", Type: Boolean, Default: "true", Last: "15.0.0", First: "12.2.0"},
		{Section: "identity-feature-enabled", Name: "security_compliance", Type: Boolean, Default: "false", First: "14.0.0"},
		{Section: "identity-feature-enabled", Name: "trust", Type: Boolean, Default: "true"},
	}
}
