package tempestconf

// Image holds [image].
type Image struct {
	AlternateImageEndpoint     string `mapstructure:"alternate_image_endpoint"`
	AlternateImageEndpointType string `mapstructure:"alternate_image_endpoint_type"`
	// Poll interval.
	BuildInterval int `mapstructure:"build_interval"`
	// Image status wait.
	BuildTimeout int `mapstructure:"build_timeout"`
	// Service type.
	CatalogType string `mapstructure:"catalog_type"`
	// Allowed formats; the first is used in tests.
	ContainerFormats []string `mapstructure:"container_formats"`
	// Allowed formats; the first is used in tests.
	DiskFormats []string `mapstructure:"disk_formats"`
	// Interface.
	EndpointType     string `mapstructure:"endpoint_type"`
	HashingAlgorithm string `mapstructure:"hashing_algorithm"`
	// URL for copy-from/import tests.
	HTTPImage           string `mapstructure:"http_image"`
	HTTPQcow2Image      string `mapstructure:"http_qcow2_image"`
	ImageCachingEnabled bool   `mapstructure:"image_caching_enabled"`
	ImagesManifestFile  string `mapstructure:"images_manifest_file"`
	// Region.
	Region string `mapstructure:"region"`
}

func imageOptions() []Option {
	return []Option{
		{Section: "image", Name: "alternate_image_endpoint", Type: String, Unset: true, First: "27.0.0"},
		{Section: "image", Name: "alternate_image_endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), First: "27.0.0"},
		{Section: "image", Name: "build_interval", Type: Integer, Default: "1"},
		{Section: "image", Name: "build_timeout", Type: Integer, Default: "300"},
		{Section: "image", Name: "catalog_type", Type: String, Default: "image"},
		{Section: "image", Name: "container_formats", Type: List, Default: "bare,ami,ari,aki,ovf,ova"},
		{Section: "image", Name: "disk_formats", Type: List, Default: "qcow2,raw,ami,ari,aki,vhd,vmdk,vdi,iso,vhdx"},
		{Section: "image", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes()},
		{Section: "image", Name: "hashing_algorithm", Type: String, Default: "sha512", First: "45.0.0"},
		{Section: "image", Name: "http_image", Type: String, Default: "http://download.cirros-cloud.net/0.6.2/cirros-0.6.2-x86_64-uec.tar.gz"},
		{Section: "image", Name: "http_qcow2_image", Type: String, Default: "http://download.cirros-cloud.net/0.6.2/cirros-0.6.2-x86_64-disk.img", First: "40.0.0"},
		{Section: "image", Name: "image_caching_enabled", Type: Boolean, Default: "false", First: "32.0.0"},
		{Section: "image", Name: "images_manifest_file", Type: String, Unset: true, First: "40.0.0"},
		{Section: "image", Name: "region", Type: String},
	}
}

// ImageFeatureEnabled holds [image-feature-enabled].
type ImageFeatureEnabled struct {
	// Gate; compute base picks the client by it.
	APIV1 bool `mapstructure:"api_v1"`
	// Gate; false with glance available makes the compute base raise `api_v2 must be True in [image-feature-
	// enabled].`.
	APIV2                  bool `mapstructure:"api_v2"`
	DeactivateImage        bool `mapstructure:"deactivate_image"`
	DoSecureHash           bool `mapstructure:"do_secure_hash"`
	HTTPStoreEnabled       bool `mapstructure:"http_store_enabled"`
	ImageConversion        bool `mapstructure:"image_conversion"`
	ImageFormatEnforcement bool `mapstructure:"image_format_enforcement"`
	// Gate.
	ImportImage        bool `mapstructure:"import_image"`
	ManageLocations    bool `mapstructure:"manage_locations"`
	OsGlanceReserved   bool `mapstructure:"os_glance_reserved"`
	StoreWeightEnabled bool `mapstructure:"store_weight_enabled"`
}

func imageFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "image-feature-enabled", Name: "api_v1", Type: Boolean, Default: "false", Last: "35.0.0"},
		{Section: "image-feature-enabled", Name: "api_v2", Type: Boolean, Default: "true"},
		{Section: "image-feature-enabled", Name: "deactivate_image", Type: Boolean, Default: "false", Last: "17.2.0"},
		{Section: "image-feature-enabled", Name: "do_secure_hash", Type: Boolean, Default: "true", First: "45.0.0"},
		{Section: "image-feature-enabled", Name: "http_store_enabled", Type: Boolean, Default: "false", First: "45.0.0"},
		{Section: "image-feature-enabled", Name: "image_conversion", Type: Boolean, Default: "false", First: "40.0.0"},
		{Section: "image-feature-enabled", Name: "image_format_enforcement", Type: Boolean, Default: "true", First: "43.0.0"},
		{Section: "image-feature-enabled", Name: "import_image", Type: Boolean, Default: "true", First: "25.0.0"},
		{Section: "image-feature-enabled", Name: "manage_locations", Type: Boolean, Default: "false", First: "33.0.0"},
		{Section: "image-feature-enabled", Name: "os_glance_reserved", Type: Boolean, Default: "true", First: "26.1.0"},
		{Section: "image-feature-enabled", Name: "store_weight_enabled", Type: Boolean, Default: "false", First: "46.3.0+"},
	}
}
