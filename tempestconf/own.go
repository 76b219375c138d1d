package tempestconf

import "strings"

const ownSection = "persistent_resources"

// ownPrefix begins the environment variables that set our own options: PERSISTENT_RESOURCES_STATE_DIR and so on.
const ownPrefix = "PERSISTENT_RESOURCES_"

// PersistentResources holds [persistent_resources], the section of this project in tempest.conf.
type PersistentResources struct {
	// StateDir is the directory of the state, relative to the working directory.
	StateDir string `mapstructure:"state_dir"`
	// Services are the services whose resources are made, verified and deleted.
	Services []string `mapstructure:"services"`
	// SSHPort is the TCP port on which guests answer SSH.
	SSHPort int `mapstructure:"ssh_port"`
	// StrictHeaders makes the checks of object storage headers as strict as Tempest's.
	StrictHeaders bool `mapstructure:"strict_headers"`
	// Servers is the number of servers made.
	Servers int `mapstructure:"servers"`
	// Objects is the number of objects with generated content, beside the one of 15 bytes.
	Objects int `mapstructure:"objects"`
	// DataSize is the size of each generated object in bytes.
	DataSize int `mapstructure:"data_size"`
	// Operations allows verify to change resources and put them back (suspend and resume).
	Operations bool `mapstructure:"operations"`
	// LockTimeout is how many seconds one run waits for another that holds a service's state.
	LockTimeout int `mapstructure:"lock_timeout"`
}

// OwnOptions returns the options of [persistent_resources]: the one table from which the documentation and the command
// line flags are made. Each is also read from the environment variable that Variable names, without interpolation.
func OwnOptions() []Option {
	return []Option{
		{Section: ownSection, Name: "state_dir", Type: String, Default: ".persistent-resources",
			Doc: "Directory that keeps what create made, for verify and delete; relative to the working directory. It holds passwords and private keys."},
		{Section: ownSection, Name: "services", Type: List, Default: "compute,object_storage",
			Doc: "Services whose resources are made, verified and deleted. The tests of the others are listed and skip."},
		{Section: ownSection, Name: "ssh_port", Type: Port, Default: "22",
			Doc: "TCP port on which the servers answer SSH."},
		{Section: ownSection, Name: "strict_headers", Type: Boolean, Default: "true",
			Doc: "Check the headers of object storage as strictly as Tempest does; false relaxes it for gateways that are not Swift."},
		{Section: ownSection, Name: "servers", Type: Integer, Default: "1", Bounded: true, Min: 1,
			Doc: "How many servers are made."},
		{Section: ownSection, Name: "objects", Type: Integer, Default: "3", Bounded: true, Min: 0,
			Doc: "How many objects with generated content are made beside the one of 15 bytes."},
		{Section: ownSection, Name: "data_size", Type: Integer, Default: "1048576", Bounded: true, Min: 0,
			Doc: "Size of each generated object in bytes."},
		{Section: ownSection, Name: "operations", Type: Boolean, Default: "true",
			Doc: "Let verify change resources and put them back, such as suspend and resume."},
		{Section: ownSection, Name: "lock_timeout", Type: Integer, Default: "60", Bounded: true, Min: 0,
			Doc: "Seconds to wait for another run that uses the same service's state."},
	}
}

// Variable is the environment variable that sets one of our own options; empty for the options of Tempest, which have
// only oslo.config's OS_<GROUP>__<OPTION>.
func (o Option) Variable() string {
	if o.Section != ownSection {
		return ""
	}
	return ownPrefix + strings.ToUpper(o.Dest())
}

// osloVariable is the variable oslo.config 6.7 and later reads: a dash of the group stays a dash.
func (o Option) osloVariable() string {
	return "OS_" + strings.ToUpper(o.Section) + "__" + strings.ToUpper(o.Dest())
}

// CheckOwn returns the errors of the values of [persistent_resources].
func (c *Config) CheckOwn() error {
	var names []string
	for _, o := range OwnOptions() {
		names = append(names, o.Section+"."+o.Name)
	}
	return c.Check(names...)
}

// CheckCommon returns the errors of the options on which every run depends, whatever it tests: those of the log, of names,
// of the state and of locks. [DEFAULT] debug, log_file and log_dir are among those whose bad value ends Tempest at once.
func (c *Config) CheckCommon() error { return c.Check(commonOptions()...) }

func commonOptions() []string {
	return []string{
		"DEFAULT.debug", "DEFAULT.log_dir", "DEFAULT.log_file", "DEFAULT.resource_name_prefix", "oslo_concurrency.lock_path",
		ownSection + ".state_dir", ownSection + ".services", ownSection + ".lock_timeout",
	}
}
