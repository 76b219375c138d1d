package tempestconf

func alarmingOptions() []Option {
	return []Option{
		{Section: "alarming", Name: "catalog_type", Type: String, Default: "alarming", Last: "12.0.0"},
		{Section: "alarming", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Last: "12.0.0"},
	}
}

func baremetalOptions() []Option {
	return []Option{
		{Section: "baremetal", Name: "active_timeout", Type: Integer, Default: "300", Last: "13.0.0"},
		{Section: "baremetal", Name: "association_timeout", Type: Integer, Default: "30", Last: "13.0.0"},
		{Section: "baremetal", Name: "catalog_type", Type: String, Default: "baremetal", Last: "13.0.0"},
		{Section: "baremetal", Name: "driver", Type: String, Default: "fake", Last: "13.0.0"},
		{Section: "baremetal", Name: "driver_enabled", Type: Boolean, Default: "false", Last: "13.0.0"},
		{Section: "baremetal", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Last: "13.0.0"},
		{Section: "baremetal", Name: "power_timeout", Type: Integer, Default: "60", Last: "13.0.0"},
		{Section: "baremetal", Name: "unprovision_timeout", Type: Integer, Default: "300", Last: "13.0.0"},
	}
}

func dashboardOptions() []Option {
	return []Option{
		{Section: "dashboard", Name: "dashboard_url", Type: URI, Default: "http://localhost/"},
		{Section: "dashboard", Name: "disable_ssl_certificate_validation", Type: Boolean, Default: "false", First: "26.1.0"},
		{Section: "dashboard", Name: "login_url", Type: String, Default: "http://localhost/auth/login/", Last: "12.0.0"},
	}
}

func dataProcessingOptions() []Option {
	return []Option{
		{Section: "data-processing", Name: "catalog_type", Type: String, Default: "data-processing", Deprecated: []Place{{"data_processing", "catalog_type"}}, Last: "13.0.0"},
		{Section: "data-processing", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Deprecated: []Place{{"data_processing", "endpoint_type"}}, Last: "13.0.0"},
	}
}

func dataProcessingFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "data-processing-feature-enabled", Name: "plugins", Type: List, Default: "vanilla,cdh", Deprecated: []Place{{"data_processing-feature-enabled", "plugins"}}, Last: "13.0.0"},
	}
}

func databaseOptions() []Option {
	return []Option{
		{Section: "database", Name: "catalog_type", Type: String, Default: "database", Last: "12.0.0"},
		{Section: "database", Name: "db_current_version", Type: String, Default: "v1.0", Last: "12.0.0"},
		{Section: "database", Name: "db_flavor_ref", Type: String, Default: "1", Last: "12.0.0"},
	}
}

func inputScenarioOptions() []Option {
	return []Option{
		{Section: "input-scenario", Name: "flavor_regex", Type: String, Default: "^m1.nano$", Last: "14.0.0"},
		{Section: "input-scenario", Name: "image_regex", Type: String, Default: "^cirros-0.3.1-x86_64-uec$", Last: "14.0.0"},
		{Section: "input-scenario", Name: "non_ssh_image_regex", Type: String, Default: "^.*[Ww]in.*$", Last: "14.0.0"},
		{Section: "input-scenario", Name: "ssh_user_regex", Type: String, Default: "[[\"^.*[Cc]irros.*$\", \"cirros\"]]", Last: "14.0.0"},
	}
}

func negativeOptions() []Option {
	return []Option{
		{Section: "negative", Name: "test_generator", Type: String, Default: "tempest.common.generator.negative_generator.NegativeTestGenerator", Last: "13.0.0"},
	}
}

func orchestrationOptions() []Option {
	return []Option{
		{Section: "orchestration", Name: "build_interval", Type: Integer, Default: "1", Last: "17.2.0"},
		{Section: "orchestration", Name: "build_timeout", Type: Integer, Default: "1200", Last: "17.2.0"},
		{Section: "orchestration", Name: "catalog_type", Type: String, Default: "orchestration", Last: "17.2.0"},
		{Section: "orchestration", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Last: "17.2.0"},
		{Section: "orchestration", Name: "instance_type", Type: String, Default: "m1.micro", Last: "17.2.0"},
		{Section: "orchestration", Name: "keypair_name", Type: String, Unset: true, Last: "17.2.0"},
		{Section: "orchestration", Name: "max_resources_per_stack", Type: Integer, Default: "1000", Last: "17.2.0"},
		{Section: "orchestration", Name: "max_template_size", Type: Integer, Default: "524288", Last: "17.2.0"},
		{Section: "orchestration", Name: "region", Type: String, Last: "17.2.0"},
		{Section: "orchestration", Name: "stack_owner_role", Type: String, Default: "heat_stack_owner", Last: "17.2.0"},
	}
}

func placementOptions() []Option {
	return []Option{
		{Section: "placement", Name: "catalog_type", Type: String, Default: "placement", First: "20.0.0"},
		{Section: "placement", Name: "endpoint_type", Type: String, Default: "public", Choices: []string{"public", "admin", "internal"}, First: "20.0.0"},
		{Section: "placement", Name: "max_microversion", Type: String, Unset: true, First: "20.0.0"},
		{Section: "placement", Name: "min_microversion", Type: String, Unset: true, First: "20.0.0"},
		{Section: "placement", Name: "region", Type: String, First: "20.0.0"},
	}
}

func stressOptions() []Option {
	return []Option{
		{Section: "stress", Name: "controller", Type: String, Unset: true, Last: "13.0.0"},
		{Section: "stress", Name: "default_thread_number_per_action", Type: Integer, Default: "4", Last: "13.0.0"},
		{Section: "stress", Name: "full_clean_stack", Type: Boolean, Default: "false", Last: "13.0.0"},
		{Section: "stress", Name: "leave_dirty_stack", Type: Boolean, Default: "false", Last: "13.0.0"},
		{Section: "stress", Name: "log_check_interval", Type: Integer, Default: "60", Last: "13.0.0"},
		{Section: "stress", Name: "max_instances", Type: Integer, Default: "16", Last: "13.0.0"},
		{Section: "stress", Name: "nova_logdir", Type: String, Unset: true, Last: "13.0.0"},
		{Section: "stress", Name: "target_controller", Type: String, Unset: true, Last: "13.0.0"},
		{Section: "stress", Name: "target_logfiles", Type: String, Unset: true, Last: "13.0.0"},
		{Section: "stress", Name: "target_private_key_path", Type: String, Unset: true, Last: "13.0.0"},
		{Section: "stress", Name: "target_ssh_user", Type: String, Unset: true, Last: "13.0.0"},
	}
}

func telemetryOptions() []Option {
	return []Option{
		{Section: "telemetry", Name: "catalog_type", Type: String, Default: "metering", Last: "12.0.0"},
		{Section: "telemetry", Name: "endpoint_type", Type: String, Default: "publicURL", Choices: endpointTypes(), Last: "12.0.0"},
		{Section: "telemetry", Name: "too_slow_to_test", Type: Boolean, Default: "true", Last: "12.0.0"},
	}
}

func telemetryFeatureEnabledOptions() []Option {
	return []Option{
		{Section: "telemetry-feature-enabled", Name: "events", Type: Boolean, Default: "false", Last: "12.0.0"},
	}
}
