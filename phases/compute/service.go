// Package compute makes, verifies and removes persistent servers and all that they need: network, key pair, security group
// and floating IPs.
package compute

import (
	"fmt"
	"sync"

	"opendev.org/x/persistent-resources/internal/cloud"
	"opendev.org/x/persistent-resources/internal/state"
	"opendev.org/x/persistent-resources/phases"
)

// resources is one class's view of the service.
type resources struct {
	*phases.Fixture
	network  string // id of the network that new servers are put on; "" leaves the choice to Nova
	external string // id of the network of floating IPs, once known

	lost sync.Map // by record key: a sentence with the test of the class that found the server lost
	met  sync.Map // by record key: the guest.Baseline with which a guest answered in this class
}

// lose remembers that a test found a server lost, so that the tests after it need not fail for the same reason.
func (r *resources) lose(rec state.Record, test, what string) {
	r.lost.LoadOrStore(rec.Key, fmt.Sprintf("server %s %s (%s)", rec.Name, what, test))
}

// The names of the tests, which Tempest's texts repeat.
const (
	createTest  = "test_create_persistent_server"
	existTest   = "test_verify_persistent_servers_existance"
	sshTest     = "test_can_ssh_into_persistent_servers"
	suspendTest = "test_suspend_resume_persistent_server"
)

// Service binds the compute tests to a class's fixture.
func Service(f *phases.Fixture) phases.Service {
	r := &resources{Fixture: f}
	return phases.Service{
		Name:       "compute",
		Class:      "ComputePersistentResources",
		SkipChecks: r.skipChecks,
		Needs: func() []cloud.Service {
			return []cloud.Service{cloud.ComputeService(f.Config), cloud.NetworkService(f.Config)}
		},
		Options: options(),
		Isolate: r.isolate,
		Release: r.releaseProject,
		Maker:   r.makerOf,
		Tells:   r.tells,
		SetUp:   r.setUp,
		Load:    r.resumeLeftOver,
		Create: []phases.Test{
			{Name: createTest, Run: r.createServers},
		},
		Verify: []phases.Test{
			{Name: existTest, Run: r.verifyServers},
			{Name: sshTest, NoAPI: true, Skip: r.skipWithoutValidation, Run: r.verifyGuests},
			{Name: suspendTest, Skip: r.skipWithoutSuspend, Run: r.suspendAndResume},
		},
		Remove: r.remove,
	}
}

// options are all that the tests depend on.
func options() []string {
	return []string{
		"auth.create_isolated_networks",
		"compute.build_interval", "compute.build_timeout", "compute.catalog_type", "compute.compute_volume_common_az",
		"compute.endpoint_type", "compute.fixed_network_name", "compute.flavor_ref", "compute.image_ref",
		"compute.min_microversion", "compute.ready_wait", "compute.region",
		"compute-feature-enabled.console_output", "compute-feature-enabled.suspend",
		"network.catalog_type", "network.endpoint_type", "network.floating_network_name", "network.project_network_cidr",
		"network.project_network_mask_bits", "network.public_network_id", "network.region", "network.shared_physical_network",
		"validation.auth_method", "validation.connect_method", "validation.connect_timeout", "validation.image_ssh_user",
		"validation.ip_version_for_ssh", "validation.network_for_ssh", "validation.run_validation",
		"validation.security_group", "validation.security_group_rules", "validation.ssh_key_type",
		"validation.ssh_shell_prologue", "validation.ssh_timeout",
		"persistent_resources.operations", "persistent_resources.servers", "persistent_resources.ssh_port",
	}
}

// tells are the services that servers depend on.
func (r *resources) tells() []phases.Teller {
	out := []phases.Teller{
		{Name: "compute", Service: cloud.ComputeService(r.Config)},
		{Name: "network", Service: cloud.NetworkService(r.Config)},
		{Name: "image", Service: cloud.ImageService(r.Config)},
	}
	if r.Config.ServiceAvailable.Cinder {
		out = append(out, phases.Teller{Name: "volume", Service: cloud.VolumeService(r.Config)})
	}
	return out
}

func (r *resources) skipChecks() error {
	if !r.Config.ServiceAvailable.Nova {
		return &phases.Skip{Reason: "Nova is not available"}
	}
	if !r.Config.ServiceAvailable.Neutron {
		return &phases.Skip{Reason: r.ID.Name() + " skipped as neutron is not available: clouds without Neutron (nova-network) are out of scope"}
	}
	return nil
}

func (r *resources) skipWithoutValidation() error {
	if !r.Config.Validation.RunValidation {
		return &phases.Skip{Reason: "Instance validation tests are disabled."}
	}
	return nil
}

func (r *resources) skipWithoutSuspend() error {
	if !r.Config.ComputeFeatureEnabled.Suspend {
		return &phases.Skip{Reason: "Suspend is not available."}
	}
	if !r.Config.PersistentResources.Operations {
		return &phases.Skip{Reason: "[persistent_resources] operations is false: verify changes no resource, not even to put it back."}
	}
	return nil
}
