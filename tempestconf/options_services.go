package tempestconf

// ServiceAvailable holds [service_available].
type ServiceAvailable struct {
	Aodh       bool `mapstructure:"aodh"`
	Ceilometer bool `mapstructure:"ceilometer"`
	// Skip text `<Class> skipped as Cinder is not available`.
	Cinder bool `mapstructure:"cinder"`
	// Skip text `<Class> skipped as glance is not available`.
	Glance  bool `mapstructure:"glance"`
	Heat    bool `mapstructure:"heat"`
	Horizon bool `mapstructure:"horizon"`
	Ironic  bool `mapstructure:"ironic"`
	// Networks made or not; nova-network fallbacks when false. Default false until 33, true in 43.
	Neutron bool `mapstructure:"neutron"`
	// Skip text `Nova is not available`.
	Nova   bool `mapstructure:"nova"`
	Sahara bool `mapstructure:"sahara"`
	// Skip text `<Class> skipped as swift is not available`.
	Swift bool `mapstructure:"swift"`
	Trove bool `mapstructure:"trove"`
}

func serviceAvailableOptions() []Option {
	return []Option{
		{Section: "service_available", Name: "aodh", Type: Boolean, Default: "false", Last: "12.0.0"},
		{Section: "service_available", Name: "ceilometer", Type: Boolean, Default: "true", Last: "12.0.0"},
		{Section: "service_available", Name: "cinder", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "glance", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "heat", Type: Boolean, Default: "false", Last: "17.2.0"},
		{Section: "service_available", Name: "horizon", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "ironic", Type: Boolean, Default: "false", Last: "13.0.0"},
		{Section: "service_available", Name: "neutron", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "nova", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "sahara", Type: Boolean, Default: "false", Last: "15.0.0"},
		{Section: "service_available", Name: "swift", Type: Boolean, Default: "true"},
		{Section: "service_available", Name: "trove", Type: Boolean, Default: "false", Last: "12.0.0"},
	}
}

// ServiceClients holds [service-clients].
type ServiceClients struct {
	// Socket timeout of every request.
	HTTPTimeout int `mapstructure:"http_timeout"`
	// HTTP proxy for every request.
	ProxyURL string `mapstructure:"proxy_url"`
}

func serviceClientsOptions() []Option {
	return []Option{
		{Section: "service-clients", Name: "http_timeout", Type: Integer, Default: "60", First: "12.2.0"},
		{Section: "service-clients", Name: "proxy_url", Type: String, Unset: true, First: "17.1.0"},
	}
}

// EnforceScope holds [enforce_scope].
type EnforceScope struct {
	Cinder   bool `mapstructure:"cinder"`
	Glance   bool `mapstructure:"glance"`
	Keystone bool `mapstructure:"keystone"`
	Neutron  bool `mapstructure:"neutron"`
	// Use reader/system personas.
	Nova      bool `mapstructure:"nova"`
	Placement bool `mapstructure:"placement"`
}

func enforceScopeOptions() []Option {
	return []Option{
		{Section: "enforce_scope", Name: "cinder", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "enforce_scope", Name: "glance", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "enforce_scope", Name: "keystone", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "enforce_scope", Name: "neutron", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "enforce_scope", Name: "nova", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "enforce_scope", Name: "placement", Type: Boolean, Default: "false", First: "34.0.0"},
	}
}
