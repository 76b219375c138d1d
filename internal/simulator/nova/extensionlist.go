package nova

// extension is an entry of the list of extensions.
type extension struct{ alias, name, description, updated string }

// extensions the service has, with the texts of the Zed release.
var extensions = []extension{
	{"os-admin-actions", "AdminActions", "Enable admin-only server actions\n\n    Actions include: resetNetwork, injectNetworkInfo, os-resetState\n    ", "2014-12-03T00:00:00Z"},
	{"os-attach-interfaces", "AttachInterfaces", "Attach interface support.", "2014-12-03T00:00:00Z"},
	{"os-availability-zone", "AvailabilityZone", "1. Add availability_zone to the Create Server API.\n       2. Add availability zones describing.\n    ", "2014-12-03T00:00:00Z"},
	{"os-config-drive", "ConfigDrive", "Config Drive Extension.", "2014-12-03T00:00:00Z"},
	{"os-console-output", "ConsoleOutput", "Console log output support, with tailing ability.", "2014-12-03T00:00:00Z"},
	{"os-consoles", "Consoles", "Interactive Console support.", "2014-12-03T00:00:00Z"},
	{"os-extended-status", "ExtendedStatus", "Extended Status support.", "2014-12-03T00:00:00Z"},
	{"os-hypervisors", "Hypervisors", "Admin-only hypervisor administration.", "2014-12-03T00:00:00Z"},
	{"os-instance-actions", "InstanceActions", "View a log of actions and events taken on an instance.", "2014-12-03T00:00:00Z"},
	{"os-keypairs", "Keypairs", "Keypair Support.", "2014-12-03T00:00:00Z"},
	{"os-lock-server", "LockServer", "Enable lock/unlock server actions.", "2014-12-03T00:00:00Z"},
	{"os-pause-server", "PauseServer", "Enable pause/unpause server actions.", "2014-12-03T00:00:00Z"},
	{"os-quota-sets", "Quotas", "Quotas management support.", "2014-12-03T00:00:00Z"},
	{"os-security-groups", "SecurityGroups", "Security group support.", "2014-12-03T00:00:00Z"},
	{"os-server-groups", "ServerGroups", "Server group support.", "2014-12-03T00:00:00Z"},
	{"os-services", "Services", "Services support.", "2014-12-03T00:00:00Z"},
	{"os-suspend-server", "SuspendServer", "Enable suspend/resume server actions.", "2014-12-03T00:00:00Z"},
}
