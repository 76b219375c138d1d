package tempestconf

func sectionNames() []string {
	return []string{
		"DEFAULT", "auth", "identity", "identity-feature-enabled", "compute", "compute-feature-enabled", "image",
		"image-feature-enabled", "network", "network-feature-enabled", "validation", "volume", "volume-feature-enabled",
		"object-storage", "object-storage-feature-enabled", "service_available", "service-clients", "enforce_scope",
		"scenario", "debug", "profiler", "oslo_concurrency", ownSection,
		"alarming", "baremetal", "dashboard", "data-processing", "data-processing-feature-enabled", "database",
		"input-scenario", "negative", "orchestration", "placement", "stress", "telemetry", "telemetry-feature-enabled",
	}
}

// sectionOptions returns the options of one section. The name is compared exactly, as oslo.config's registry does.
func sectionOptions(section string) []Option {
	switch section {
	case "DEFAULT":
		return defaultOptions()
	case "auth":
		return authOptions()
	case "identity":
		return identityOptions()
	case "identity-feature-enabled":
		return identityFeatureEnabledOptions()
	case "compute":
		return computeOptions()
	case "compute-feature-enabled":
		return computeFeatureEnabledOptions()
	case "image":
		return imageOptions()
	case "image-feature-enabled":
		return imageFeatureEnabledOptions()
	case "network":
		return networkOptions()
	case "network-feature-enabled":
		return networkFeatureEnabledOptions()
	case "validation":
		return validationOptions()
	case "volume":
		return volumeOptions()
	case "volume-feature-enabled":
		return volumeFeatureEnabledOptions()
	case "object-storage":
		return objectStorageOptions()
	case "object-storage-feature-enabled":
		return objectStorageFeatureEnabledOptions()
	case "service_available":
		return serviceAvailableOptions()
	case "service-clients":
		return serviceClientsOptions()
	case "enforce_scope":
		return enforceScopeOptions()
	case "scenario":
		return scenarioOptions()
	case "debug":
		return debugOptions()
	case "profiler":
		return profilerOptions()
	case "oslo_concurrency":
		return osloConcurrencyOptions()
	case ownSection:
		return OwnOptions()
	default:
		return retiredOptions(section)
	}
}

// retiredOptions are those of sections that nothing of ours reads; they count for interpolation and for being shown.
func retiredOptions(section string) []Option {
	switch section {
	case "alarming":
		return alarmingOptions()
	case "baremetal":
		return baremetalOptions()
	case "dashboard":
		return dashboardOptions()
	case "data-processing":
		return dataProcessingOptions()
	case "data-processing-feature-enabled":
		return dataProcessingFeatureEnabledOptions()
	case "database":
		return databaseOptions()
	case "input-scenario":
		return inputScenarioOptions()
	case "negative":
		return negativeOptions()
	case "orchestration":
		return orchestrationOptions()
	case "placement":
		return placementOptions()
	case "stress":
		return stressOptions()
	case "telemetry":
		return telemetryOptions()
	case "telemetry-feature-enabled":
		return telemetryFeatureEnabledOptions()
	}
	return nil
}
