package tempestconf

// Default holds [DEFAULT].
type Default struct {
	// Log level of tempest.log; parsed while loading (a bad value exits at once).
	Debug            bool     `mapstructure:"debug"`
	DefaultLogLevels []string `mapstructure:"default_log_levels"`
	// Logging.conf; tempest sets it itself when `logging.conf` lies beside tempest.conf.
	LogConfigAppend string `mapstructure:"log_config_append"`
	// Directory of log_file.
	LogDir string `mapstructure:"log_dir"`
	// Log file name; relative to log_dir if that is set; the log attachment of the tests (pythonlogging) does not
	// depend on it.
	LogFile string `mapstructure:"log_file"`
	// Opens pdb before teardown; ignore in unattended runs.
	PauseTeardown bool `mapstructure:"pause_teardown"`
	// If true, appends every created resource to resource_list.json (consumed by `tempest cleanup`).
	RecordResources bool `mapstructure:"record_resources"`
	// Successor of resources_prefix (37.0.0+): prefix of every rand_name resource.
	ResourceNamePrefix string `mapstructure:"resource_name_prefix"`
	// Prefix of names made through `tempest.common.utils.data_utils.rand_name` (server, keypair, security group) and
	// of dynamic projects/users/networks; NOT of names made through `tempest.lib` (containers, objects)
	ResourcesPrefix string `mapstructure:"resources_prefix"`
	UseJournal      bool   `mapstructure:"use_journal"`
	// Devstack writes it; may be ignored.
	UseSyslog bool `mapstructure:"use_syslog"`
	// Also log to stderr.
	UseStderr bool `mapstructure:"use_stderr"`
}

func defaultOptions() []Option {
	return []Option{
		{Section: "DEFAULT", Name: "debug", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "default_log_levels", Type: List, Default: "amqp=WARN,amqplib=WARN,boto=WARN,qpid=WARN,sqlalchemy=WARN,suds=INFO,oslo.messaging=INFO,oslo_messaging=INFO,iso8601=WARN,requests.packages.urllib3.connectionpool=WARN,urllib3.connectionpool=WARN,websocket=WARN,requests.packages.urllib3.util.retry=WARN,urllib3.util.retry=WARN,keystonemiddleware=WARN,routes.middleware=WARN,stevedore=WARN,taskflow=WARN,keystoneauth=WARN,oslo.cache=INFO,oslo_policy=INFO,dogpile.core.dogpile=INFO"},
		{Section: "DEFAULT", Name: "instance_format", Type: String, Default: "[instance: %(uuid)s] "},
		{Section: "DEFAULT", Name: "instance_uuid_format", Type: String, Default: "[instance: %(uuid)s] "},
		{Section: "DEFAULT", Name: "log-config-append", Type: String, Unset: true, Deprecated: []Place{{"DEFAULT", "log-config"}, {"DEFAULT", "log_config"}}},
		{Section: "DEFAULT", Name: "log-date-format", Type: String, Default: "%Y-%m-%d %H:%M:%S"},
		{Section: "DEFAULT", Name: "log-dir", Type: String, Unset: true, Deprecated: []Place{{"DEFAULT", "logdir"}}},
		{Section: "DEFAULT", Name: "log-file", Type: String, Unset: true, Deprecated: []Place{{"DEFAULT", "logfile"}}},
		{Section: "DEFAULT", Name: "log_rotate_interval", Type: Integer, Default: "1"},
		{Section: "DEFAULT", Name: "log_rotate_interval_type", Type: String, Default: "days", Choices: []string{"Seconds", "Minutes", "Hours", "Days", "Weekday", "Midnight"}, IgnoreCase: true},
		{Section: "DEFAULT", Name: "log_rotation_type", Type: String, Default: "none", Choices: []string{"interval", "size", "none"}, IgnoreCase: true},
		{Section: "DEFAULT", Name: "logging_context_format_string", Type: String, Default: "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [%(global_request_id)s %(request_id)s %(user_identity)s] %(instance)s%(message)s"},
		{Section: "DEFAULT", Name: "logging_debug_format_suffix", Type: String, Default: "%(funcName)s %(pathname)s:%(lineno)d"},
		{Section: "DEFAULT", Name: "logging_default_format_string", Type: String, Default: "%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s"},
		{Section: "DEFAULT", Name: "logging_exception_prefix", Type: String, Default: "%(asctime)s.%(msecs)03d %(process)d ERROR %(name)s %(instance)s"},
		{Section: "DEFAULT", Name: "logging_user_identity_format", Type: String, Default: "%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s"},
		{Section: "DEFAULT", Name: "max_logfile_count", Type: Integer, Default: "30"},
		{Section: "DEFAULT", Name: "max_logfile_size_mb", Type: Integer, Default: "200"},
		{Section: "DEFAULT", Name: "pause_teardown", Type: Boolean, Default: "false", First: "16.1.0"},
		{Section: "DEFAULT", Name: "publish_errors", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "rate_limit_burst", Type: Integer, Default: "0"},
		{Section: "DEFAULT", Name: "rate_limit_except_level", Type: String, Default: "CRITICAL"},
		{Section: "DEFAULT", Name: "rate_limit_interval", Type: Integer, Default: "0"},
		{Section: "DEFAULT", Name: "record_resources", Type: Boolean, Default: "false", First: "39.0.0"},
		{Section: "DEFAULT", Name: "resource_name_prefix", Type: String, Default: "tempest", First: "37.0.0"},
		{Section: "DEFAULT", Name: "resources_prefix", Type: String, Default: "tempest", Last: "17.2.0"},
		{Section: "DEFAULT", Name: "syslog-log-facility", Type: String, Default: "LOG_USER"},
		{Section: "DEFAULT", Name: "use-journal", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "use-json", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "use-syslog", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "use_eventlog", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "use_stderr", Type: Boolean, Default: "false"},
		{Section: "DEFAULT", Name: "watch-log-file", Type: Boolean, Default: "false"},
	}
}
