package compute_test

import (
	"errors"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/internal/simulator"
	"opendev.org/x/persistent-resources/phases"
)

// TestDeleteLeavesNothingUnsaid makes a part of delete fail. What depends on the part stays and is named, the rest goes,
// nothing is forgotten, and delete again ends the work.
func TestDeleteLeavesNothingUnsaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault simulator.Fault
		says  []string
		left  []string // keys that are still recorded
		gone  []string
	}{
		{"server", simulator.Fault{Service: "compute", Method: "DELETE", Path: "**/servers/*", Action: simulator.Refuse, Status: 409, Message: "Instance is locked"},
			[]string{"delete server tempest-", "Instance is locked", "security group tempest-securitygroup-", " is kept, because a server that uses it is still there", "network tempest-"},
			[]string{"server/1", "security_group", "router_interface", "router", "subnet", "network", "user", "project"}, []string{"floating_ip/1", "keypair"}},
		{"floating IP", simulator.Fault{Service: "network", Method: "DELETE", Path: "**/floatingips/*", Action: simulator.Refuse, Status: 500},
			[]string{"delete floating IP tempest-", "router interface tempest-", " is kept, because a floating IP that uses it is still there"},
			[]string{"floating_ip/1", "router_interface", "router", "subnet", "network", "project"}, []string{"server/1", "security_group", "keypair"}},
		{"default security group", simulator.Fault{Service: "network", Method: "DELETE", Path: "**/security-groups/*", Skip: 1, Action: simulator.Refuse, Status: 500},
			[]string{"delete the default security group of project "},
			[]string{"user", "project"}, []string{"server/1", "security_group", "network"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.must(phases.Create)
			w.set["compute.build_timeout"] = "1"
			w.cloud.AddFault(tt.fault)
			r := w.run(t.Context(), phases.Delete)
			r.passed(t, "test_cleanup_compute_resources")
			r.failedWith(t, "tearDownClass", tt.says...)
			var leftover *phases.LeftoverError
			if len(r.Errors) != 1 || !errors.As(r.Errors[0], &leftover) {
				t.Errorf("errors %v, want one about what is left", r.Errors)
			}
			j := w.journal()
			for _, key := range tt.left {
				if _, ok := j.Record(key); !ok {
					t.Errorf("%s is forgotten", key)
				}
			}
			for _, key := range tt.gone {
				if _, ok := j.Record(key); ok {
					t.Errorf("%s is still recorded", key)
				}
			}
			w.cloud.ClearFaults()
			delete(w.set, "compute.build_timeout")
			w.must(phases.Delete)
			w.clean("delete again")
		})
	}
}

// TestDeleteWaitsForWhatIsBusy lets Neutron say that a resource is in use for a moment.
func TestDeleteWaitsForWhatIsBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(phases.Create)
	for _, path := range []string{"**/security-groups/*", "**/subnets/*", "**/networks/*"} {
		w.cloud.AddFault(simulator.Fault{Service: "network", Method: "DELETE", Path: path, Times: 2, Action: simulator.Refuse, Status: 409})
	}
	w.must(phases.Delete)
	w.clean("delete")
}

// TestDeleteLeavesAloneWhatIsNotOurs gives a recorded server another name: somebody took it over.
func TestDeleteLeavesAloneWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	w.must(phases.Create)
	id, name := w.record("server/1").ID, w.record("server/1").Name
	if err := w.cloud.RenameServer(id, "production"); err != nil {
		t.Fatal(err)
	}
	r := w.run(t.Context(), phases.Delete)
	r.failedWith(t, "tearDownClass", `is now "production" and is left alone`)
	if !strings.Contains(strings.Join(w.cloud.Inventory(), "\n"), "production/"+id) {
		t.Fatal("somebody's server was deleted")
	}
	if err := w.cloud.RenameServer(id, name); err != nil {
		t.Fatal(err)
	}
	w.must(phases.Delete)
	w.clean("delete again")
}

// TestServerThatCannotBeDeleted ends in ERROR on its way out.
func TestServerThatCannotBeDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asMember(t)
	w.must(phases.Create)
	w.cloud.AddFault(simulator.Fault{Service: "compute", Method: "DELETE", Path: "**/servers/*", Times: 1, Action: simulator.Refuse, Status: 204})
	w.wrap = answering(`"status":"ACTIVE"`, `"fault":{"message":"the disk is stuck"},"status":"ERROR"`)
	r := w.run(t.Context(), phases.Delete)
	r.failedWith(t, "tearDownClass", "tempest.lib.exceptions.DeleteErrorException: Resource ", " failed to delete and is in ERROR status", "the disk is stuck")
	w.wrap = nil
	w.must(phases.Delete)
	w.clean("delete again")
}
