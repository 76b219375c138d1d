package tempestconf

// LoadOptions says where to look. The zero value looks in the working directory of the process, without environment.
type LoadOptions struct {
	// ConfigFile is the file named on the command line. It must exist.
	ConfigFile string
	// Workspace is a name in the workspace file of `tempest init`: its directory becomes the working directory.
	// WorkspacePath is that file; empty means ~/.tempest/workspace.yaml.
	Workspace     string
	WorkspacePath string
	// Cloud is the cloud of clouds.yaml to use, whatever tempest.conf says about credentials.
	Cloud string
	// Dir is the working directory; empty means that of the process.
	Dir string
	// Env holds "NAME=value" as os.Environ gives it.
	Env []string
	// Overrides are values given on the command line, by "section.option". They win over everything and are taken as
	// they are, without interpolation.
	Overrides map[string]string

	// root stands for / in the searches of /etc: a shim for testing.
	root string
}

// Config is the configuration in effect. The typed fields hold the default where a value is not given, empty where a
// number or a boolean is needed, or bad: Check tells. After Load it is only read, so that goroutines can share it.
type Config struct {
	// File is the absolute path of the tempest.conf in use; empty when none was found.
	File string
	// Files are all files that were read, the one whose values win last.
	Files []string
	// Tried is where tempest.conf was looked for.
	Tried []string
	// Dir is the working directory, to which relative paths in the configuration refer.
	Dir string

	Default                     Default
	Auth                        Auth
	Identity                    Identity
	IdentityFeatureEnabled      IdentityFeatureEnabled
	Compute                     Compute
	ComputeFeatureEnabled       ComputeFeatureEnabled
	Image                       Image
	ImageFeatureEnabled         ImageFeatureEnabled
	Network                     Network
	NetworkFeatureEnabled       NetworkFeatureEnabled
	Validation                  Validation
	Volume                      Volume
	VolumeFeatureEnabled        VolumeFeatureEnabled
	ObjectStorage               ObjectStorage
	ObjectStorageFeatureEnabled ObjectStorageFeatureEnabled
	ServiceAvailable            ServiceAvailable
	ServiceClients              ServiceClients
	EnforceScope                EnforceScope
	Scenario                    Scenario
	Debug                       Debug
	Profiler                    Profiler
	OsloConcurrency             OsloConcurrency
	PersistentResources         PersistentResources

	// Cloud is the cloud of clouds.yaml that gives the credentials; nil when tempest.conf gives them or nothing does.
	Cloud *Cloud
	// CloudFault is why clouds.yaml gives no credentials although tempest.conf gives none either: *NoCloudError or
	// *CloudError.
	CloudFault error
	// Notes are warnings and assumptions, one sentence each.
	Notes []string

	values *resolver
	env    map[string]string
	start  string // the working directory before a workspace was entered
}

type target struct {
	section string
	into    any
}

func (c *Config) targets() []target {
	return []target{
		{"DEFAULT", &c.Default},
		{"auth", &c.Auth},
		{"identity", &c.Identity},
		{"identity-feature-enabled", &c.IdentityFeatureEnabled},
		{"compute", &c.Compute},
		{"compute-feature-enabled", &c.ComputeFeatureEnabled},
		{"image", &c.Image},
		{"image-feature-enabled", &c.ImageFeatureEnabled},
		{"network", &c.Network},
		{"network-feature-enabled", &c.NetworkFeatureEnabled},
		{"validation", &c.Validation},
		{"volume", &c.Volume},
		{"volume-feature-enabled", &c.VolumeFeatureEnabled},
		{"object-storage", &c.ObjectStorage},
		{"object-storage-feature-enabled", &c.ObjectStorageFeatureEnabled},
		{"service_available", &c.ServiceAvailable},
		{"service-clients", &c.ServiceClients},
		{"enforce_scope", &c.EnforceScope},
		{"scenario", &c.Scenario},
		{"debug", &c.Debug},
		{"profiler", &c.Profiler},
		{"oslo_concurrency", &c.OsloConcurrency},
		{ownSection, &c.PersistentResources},
	}
}

func (c *Config) note(sentence string) { c.Notes = append(c.Notes, sentence) }
