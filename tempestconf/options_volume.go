package tempestconf

// Volume holds [volume].
type Volume struct {
	// Multi-backend tests.
	BackendNames []string `mapstructure:"backend_names"`
	// Backup tests.
	BackupDriver string `mapstructure:"backup_driver"`
	// Poll interval.
	BuildInterval int `mapstructure:"build_interval"`
	// Volume status wait.
	BuildTimeout int `mapstructure:"build_timeout"`
	// Service type: old `volume`/`volumev2`, `volumev3`, since 43 `block-storage`.
	CatalogType string `mapstructure:"catalog_type"`
	// Upload-to-image format; became a list in 44.0.0.
	DiskFormat []string `mapstructure:"disk_format"`
	// Interface.
	EndpointType      string   `mapstructure:"endpoint_type"`
	ManageSnapshotRef []string `mapstructure:"manage_snapshot_ref"`
	ManageVolumeRef   []string `mapstructure:"manage_volume_ref"`
	// Upper bound.
	MaxMicroversion string `mapstructure:"max_microversion"`
	// Lowest microversion, sent.
	MinMicroversion string `mapstructure:"min_microversion"`
	// Region.
	Region string `mapstructure:"region"`
	// Multi-backend tests.
	StorageProtocol string `mapstructure:"storage_protocol"`
	// Multi-backend tests.
	VendorName string `mapstructure:"vendor_name"`
	// GB of test volumes.
	VolumeSize       int `mapstructure:"volume_size"`
	VolumeSizeExtend int `mapstructure:"volume_size_extend"`
	// Type of test volumes.
	VolumeType            string `mapstructure:"volume_type"`
	VolumeTypeMultiattach string `mapstructure:"volume_type_multiattach"`
}

func volumeOptions() []Option {
	return []Option{
		{Section: "volume", Name: "backend1_name", Type: String, Last: "11.0.0"},
		{Section: "volume", Name: "backend2_name", Type: String, Last: "11.0.0"},
		{Section: "volume", Name: "backend_names", Type: List, Default: "BACKEND_1,BACKEND_2", Deprecated: []Place{{"volume", "BACKEND_1"}, {"volume", "BACKEND_2"}}},
		{Section: "volume", Name: "backup_driver", Type: String, Default: "ceph", Choices: []string{"ceph", "swift", "nfs", "glusterfs", "posix", "google", "s3"}, First: "37.0.0"},
		{Section: "volume", Name: "build_interval", Type: Integer, Default: "1"},
		{Section: "volume", Name: "build_timeout", Type: Integer, Default: "300"},
		{Section: "volume", Name: "catalog_type", Type: String, Default: "block-storage"},
		{Section: "volume", Name: "disk_format", Type: List, Default: "raw,qcow2"},
		{Section: "volume", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes()},
		{Section: "volume", Name: "manage_snapshot_ref", Type: List, Default: "source-name,_snapshot-%s", First: "16.1.0"},
		{Section: "volume", Name: "manage_volume_ref", Type: List, Default: "source-name,volume-%s", First: "16.0.0"},
		{Section: "volume", Name: "max_microversion", Type: String, Unset: true, First: "12.1.0"},
		{Section: "volume", Name: "min_microversion", Type: String, Unset: true, First: "12.1.0"},
		{Section: "volume", Name: "region", Type: String},
		{Section: "volume", Name: "storage_protocol", Type: String, Default: "iSCSI"},
		{Section: "volume", Name: "vendor_name", Type: String, Default: "Open Source"},
		{Section: "volume", Name: "volume_size", Type: Integer, Default: "1", Bounded: true, Min: 1},
		{Section: "volume", Name: "volume_size_extend", Type: Integer, Default: "1", Bounded: true, Min: 1, First: "28.0.0"},
		{Section: "volume", Name: "volume_type", Type: String, First: "26.1.0"},
		{Section: "volume", Name: "volume_type_multiattach", Type: String, First: "34.1.0"},
	}
}

// VolumeFeatureEnabled holds [volume-feature-enabled].
type VolumeFeatureEnabled struct {
	APIExtensions []string `mapstructure:"api_extensions"`
	// Volume client choice in 12–19.
	APIV1 bool `mapstructure:"api_v1"`
	// The same.
	APIV2 bool `mapstructure:"api_v2"`
	APIV3 bool `mapstructure:"api_v3"`
	// Gate.
	Backup   bool `mapstructure:"backup"`
	Bootable bool `mapstructure:"bootable"`
	// Gate.
	Clone                         bool `mapstructure:"clone"`
	EnableVolumeImageDepTests     bool `mapstructure:"enable_volume_image_dep_tests"`
	ExtendAttachedEncryptedVolume bool `mapstructure:"extend_attached_encrypted_volume"`
	ExtendAttachedVolume          bool `mapstructure:"extend_attached_volume"`
	ExtendVolumeWithSnapshot      bool `mapstructure:"extend_volume_with_snapshot"`
	ManageSnapshot                bool `mapstructure:"manage_snapshot"`
	ManageVolume                  bool `mapstructure:"manage_volume"`
	MultiBackend                  bool `mapstructure:"multi_backend"`
	Replication                   bool `mapstructure:"replication"`
	// Gate.
	Snapshot                 bool   `mapstructure:"snapshot"`
	VolumeServices           bool   `mapstructure:"volume_services"`
	VolumeTypesForDataVolume string `mapstructure:"volume_types_for_data_volume"`
}

func volumeFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "volume-feature-enabled", Name: "api_extensions", Type: List, Default: "all"},
		{Section: "volume-feature-enabled", Name: "api_v1", Type: Boolean, Default: "false", Last: "19.0.0"},
		{Section: "volume-feature-enabled", Name: "api_v2", Type: Boolean, Default: "true", Last: "26.0.0"},
		{Section: "volume-feature-enabled", Name: "api_v3", Type: Boolean, Default: "true", Last: "26.0.0", First: "12.1.0"},
		{Section: "volume-feature-enabled", Name: "backup", Type: Boolean, Default: "true"},
		{Section: "volume-feature-enabled", Name: "bootable", Type: Boolean, Default: "true", Last: "13.0.0"},
		{Section: "volume-feature-enabled", Name: "clone", Type: Boolean, Default: "true"},
		{Section: "volume-feature-enabled", Name: "enable_volume_image_dep_tests", Type: Boolean, Default: "true", Deprecated: []Place{{"volume-feature-enabled", "volume_image_dep_tests"}}, First: "40.0.0"},
		{Section: "volume-feature-enabled", Name: "extend_attached_encrypted_volume", Type: Boolean, Default: "false", First: "26.0.0"},
		{Section: "volume-feature-enabled", Name: "extend_attached_volume", Type: Boolean, Default: "false", First: "17.1.0"},
		{Section: "volume-feature-enabled", Name: "extend_volume_with_snapshot", Type: Boolean, Default: "true", First: "35.0.0"},
		{Section: "volume-feature-enabled", Name: "manage_snapshot", Type: Boolean, Default: "false", First: "15.0.0"},
		{Section: "volume-feature-enabled", Name: "manage_volume", Type: Boolean, Default: "false", First: "16.0.0"},
		{Section: "volume-feature-enabled", Name: "multi_backend", Type: Boolean, Default: "false"},
		{Section: "volume-feature-enabled", Name: "replication", Type: Boolean, Default: "false", First: "46.3.0"},
		{Section: "volume-feature-enabled", Name: "snapshot", Type: Boolean, Default: "true"},
		{Section: "volume-feature-enabled", Name: "volume_services", Type: Boolean, Default: "true", Last: "15.0.0"},
		{Section: "volume-feature-enabled", Name: "volume_types_for_data_volume", Type: String, Unset: true, First: "39.0.0"},
	}
}
