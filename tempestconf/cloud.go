package tempestconf

// Cloud is one cloud of clouds.yaml, as openstacksdk hands it on.
type Cloud struct {
	Name string
	// File is the clouds.yaml it came from; empty when it was made from environment variables alone.
	File string
	// AuthType is the kind of credential: password, token, v3applicationcredential …
	AuthType string
	// Auth holds auth_url, username, user_id, password, project_name, project_id, user_domain_name, user_domain_id,
	// project_domain_name, project_domain_id, domain_name, domain_id, system_scope, token,
	// application_credential_id, application_credential_name, application_credential_secret … as far as given.
	Auth       map[string]string
	RegionName string
	// Interface is the list of endpoint interfaces, the preferred one first; never empty.
	Interface []string
	// Verify is false when certificates are not to be checked.
	Verify bool
	// CACert, Cert and Key are paths; empty when not given.
	CACert, Cert, Key string
	// EndpointOverrides holds <service>_endpoint_override by service ("compute", "object_store" …).
	EndpointOverrides map[string]string
	// APIVersions, Microversions, Interfaces, Regions and ServiceTypes hold <service>_api_version,
	// <service>_default_microversion, <service>_interface, <service>_region_name and <service>_service_type.
	APIVersions   map[string]string
	Microversions map[string]string
	Interfaces    map[string]string
	Regions       map[string]string
	ServiceTypes  map[string]string
	// Config is everything as openstacksdk would hand it on, secrets included.
	Config map[string]any
	// Notes are warnings, one sentence each.
	Notes []string
}

// CloudOptions says which cloud is wanted and where to look.
type CloudOptions struct {
	// Name is the cloud; empty means OS_CLOUD, then the environment's own cloud, then the only one there is.
	Name string
	// Region is one of the cloud's regions; empty means the first.
	Region string
	// Dir is the working directory; empty means that of the process.
	Dir string
	// Env holds "NAME=value" as os.Environ gives it.
	Env []string

	// root stands for / in the searches of /etc, unchecked leaves the credential as written: shims for testing.
	root      string
	unchecked bool
}
