package tempestconf

// ObjectStorage holds [object-storage].
type ObjectStorage struct {
	// Wait for objects (32.0.0+).
	BuildTimeout int `mapstructure:"build_timeout"`
	// Service type.
	CatalogType           string `mapstructure:"catalog_type"`
	ClusterName           string `mapstructure:"cluster_name"`
	ContainerSyncInterval int    `mapstructure:"container_sync_interval"`
	ContainerSyncTimeout  int    `mapstructure:"container_sync_timeout"`
	// Interface.
	EndpointType string `mapstructure:"endpoint_type"`
	// Role of the operator credential of the object tests.
	OperatorRole string `mapstructure:"operator_role"`
	RealmName    string `mapstructure:"realm_name"`
	// Region.
	Region string `mapstructure:"region"`
	// Role for `reseller_admin` accounts.
	ResellerAdminRole string `mapstructure:"reseller_admin_role"`
}

func objectStorageOptions() []Option {
	return []Option{
		{Section: "object-storage", Name: "build_timeout", Type: Integer, Default: "10", First: "32.0.0"},
		{Section: "object-storage", Name: "catalog_type", Type: String, Default: "object-store"},
		{Section: "object-storage", Name: "cluster_name", Type: String, Default: "name1"},
		{Section: "object-storage", Name: "container_sync_interval", Type: Integer, Default: "5"},
		{Section: "object-storage", Name: "container_sync_timeout", Type: Integer, Default: "600"},
		{Section: "object-storage", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes()},
		{Section: "object-storage", Name: "operator_role", Type: String, Default: "member"},
		{Section: "object-storage", Name: "realm_name", Type: String, Default: "realm1"},
		{Section: "object-storage", Name: "region", Type: String},
		{Section: "object-storage", Name: "reseller_admin_role", Type: String, Default: "ResellerAdmin"},
	}
}

// ObjectStorageFeatureEnabled holds [object-storage-feature-enabled].
type ObjectStorageFeatureEnabled struct {
	// Gate.
	ContainerSync bool `mapstructure:"container_sync"`
	// True: GET /info, policies are remembered for the header check.
	Discoverability bool `mapstructure:"discoverability"`
	// Gate.
	DiscoverableAPIs []string `mapstructure:"discoverable_apis"`
	// Gate.
	ObjectVersioning     bool   `mapstructure:"object_versioning"`
	TempURLDigestHashlib string `mapstructure:"tempurl_digest_hashlib"`
}

func objectStorageFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "object-storage-feature-enabled", Name: "container_sync", Type: Boolean, Default: "true"},
		{Section: "object-storage-feature-enabled", Name: "discoverability", Type: Boolean, Default: "true"},
		{Section: "object-storage-feature-enabled", Name: "discoverable_apis", Type: List, Default: "all"},
		{Section: "object-storage-feature-enabled", Name: "object_versioning", Type: Boolean, Default: "true"},
		{Section: "object-storage-feature-enabled", Name: "tempurl_digest_hashlib", Type: String, Default: "sha256", First: "32.0.0"},
	}
}
