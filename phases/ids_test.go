package phases_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"opendev.org/x/persistent-resources/phases"
	"opendev.org/x/persistent-resources/phases/compute"
	"opendev.org/x/persistent-resources/phases/objectstorage"
)

// TestTheElevenIDs compares with what Tempest listed of the original plugin: consumers know tests by these very letters.
func TestTheElevenIDs(t *testing.T) {
	data, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(data))
	if len(want) != 11 {
		t.Fatalf("%d ids to compare with", len(want))
	}
	var got []string
	for _, l := range phases.List([]phases.NewService{compute.Service, objectstorage.Service}) {
		if l.Test.UUID == "" {
			got = append(got, l.ID)
		}
	}
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, want) {
		t.Errorf("the ids are\n%s\nwant\n%s", strings.Join(sorted, "\n"), strings.Join(want, "\n"))
	}

	// The order of running is that of the phases, of the services in them, and of the original's modules.
	var order []string
	for _, id := range got {
		_, test, _ := strings.Cut(id, "Resources.")
		order = append(order, test)
	}
	wantOrder := []string{
		"test_create_persistent_server[persistent-create]",
		"test_create_persistent_container[persistent-create]",
		"test_create_persistent_object[persistent-create]",
		"test_verify_persistent_servers_existance[persistent-verify]",
		"test_can_ssh_into_persistent_servers[persistent-verify]",
		"test_suspend_resume_persistent_server[persistent-verify]",
		"test_verify_persistent_container_existance[persistent-verify]",
		"test_list_persistent_container_contents[persistent-verify]",
		"test_get_persistent_object[persistent-verify]",
		"test_cleanup_compute_resources[persistent-cleanup]",
		"test_cleanup_object_storage_resources[persistent-cleanup]",
	}
	if !slices.Equal(order, wantOrder) {
		t.Errorf("the order is\n%s", strings.Join(order, "\n"))
	}
}

func TestTestID(t *testing.T) {
	c := phases.ClassID{Service: "volume", Phase: phases.Create, Base: "VolumePersistentResources"}
	for uuid, want := range map[string]string{
		"":    "persistent_resources_tempest_plugin.tests.api.volume.test_create_volume_resources.VolumePersistentResources.test_x[persistent-create]",
		"1-2": "persistent_resources_tempest_plugin.tests.api.volume.test_create_volume_resources.VolumePersistentResources.test_x[id-1-2,persistent-create]",
	} {
		if got := c.TestID(phases.Test{Name: "test_x", UUID: uuid}); got != want {
			t.Errorf("id %s, want %s", got, want)
		}
	}
}

func TestParsePhase(t *testing.T) {
	for name, want := range map[string]phases.Phase{
		"create": phases.Create, "verify": phases.Verify, "validate": phases.Verify, "delete": phases.Delete, "cleanup": phases.Delete,
	} {
		if got, err := phases.ParsePhase(name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "Create", "destroy", "creat"} {
		if _, err := phases.ParsePhase(name); err == nil || !strings.Contains(err.Error(), "create, verify and delete") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for phase, want := range map[phases.Phase]string{phases.Create: "create", phases.Verify: "verify", phases.Delete: "delete"} {
		if got := phase.String(); got != want {
			t.Errorf("phase %d is named %s", phase, got)
		}
	}
}

func TestPhaseOf(t *testing.T) {
	const p = "persistent_resources_tempest_plugin.tests.api."
	for _, tc := range []struct {
		id   string
		want phases.Phase
		ours bool
	}{
		{p + "compute.test_create_compute_resources.C.test_x[persistent-create]", phases.Create, true},
		{p + "compute.test_validate_compute_resources.VerifyC.test_x[persistent-verify]", phases.Verify, true},
		{p + "compute.test_cleanup_compute_resources.CleanupC.test_cleanup_compute_resources[persistent-cleanup]", phases.Delete, true},
		{"setUpClass (" + p + "compute.test_validate_compute_resources.VerifyC)", phases.Verify, true},
		{"tearDownClass (" + p + "compute.test_cleanup_compute_resources.CleanupC)", phases.Delete, true},
		// The module decides, not the test's name.
		{p + "volume.test_validate_volume_resources.VerifyV.test_create_snapshot[id-1,persistent-verify]", phases.Verify, true},
		{p + "volume.test_validate_volume_resources.VerifyV.test_cleanup_test_create_x[persistent-verify]", phases.Verify, true},
		{"tempest.api.compute.test_create_compute_resources.C.test_x", 0, false},
		{p + "compute.test_other.C.test_create_x", 0, false},
		{p + "compute", 0, false},
		{"", 0, false},
	} {
		if got, ours := phases.PhaseOf(tc.id); got != tc.want || ours != tc.ours {
			t.Errorf("%s: %v, %v", tc.id, got, ours)
		}
	}
}
